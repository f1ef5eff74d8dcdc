/**
 * Where the process that has a profile can be found by the other one that may have it: `owner.json` and `owner.sock` in
 * the folder of the doors, which nobody else can enter.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto'
import { constants } from 'node:fs'
import { chmod, lstat, open, unlink } from 'node:fs/promises'
import type { Server } from 'node:net'
import { createServer } from 'node:net'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { isMine } from '../is-mine.ts'
import type { ProfileName } from '../../contract/views.ts'
import { renameWithPatience, replaceFile } from '../replace-file.ts'
import { doorFolderOf, doorFolderState, makeDoorFolder } from './door-folder.ts'
import type { OwnerLine } from './owner-line.ts'
import { connectLine, ownerLine } from './owner-line.ts'
import type { OwnerKind } from './owner-words.ts'
import { ownerProtocol } from './owner-words.ts'

export interface OwnerPlace {
  readonly dataFolder: string
  readonly profile: ProfileName
}

export interface OwnerRecord {
  readonly protocol: number
  readonly kind: OwnerKind
  readonly pid: number
  readonly socket: string
  readonly key: string
}

export interface OwnerDesk {
  /** Nobody else connects from now on, and nobody finds this process any more. Lines that are open stay. */
  close(): Promise<void>
}

/** Something of somebody else lies where the folder of the doors should be. */
export class FolderNotOurs extends Error {
  readonly path: string

  constructor(path: string) {
    super('the folder is not ours')
    this.path = path
  }
}

const recordFile = 'owner.json'
const socketFile = 'owner.sock'
const mostBytes = 8192

/** Who says hello has this long, ms. */
const helloMs = 5000
/** The app and an agent, and those that are still to say hello. */
const mostLines = 16

function folderOf({ dataFolder, profile }: OwnerPlace): string {
  const { platform, env } = process
  return doorFolderOf({ platform, env, home: homedir(), dataFolder, profile })
}

/**
 * Lets the other process find this one, which has the profile's lock. `onLine` gets each line on which the right key
 * was said, with who said it. Throws `FolderNotOurs`, or the system's error where the folder or the socket cannot be made.
 */
export async function openOwnerDesk(
  place: OwnerPlace,
  kind: OwnerKind,
  onLine: (line: OwnerLine, from: OwnerKind, pid: number) => void,
): Promise<OwnerDesk> {
  const folder = folderOf(place)
  if (!(await makeDoorFolder(folder))) throw new FolderNotOurs(folder)
  const key = randomBytes(32).toString('base64url')
  const own = `${String(process.pid)}-${randomBytes(6).toString('hex')}`
  const windows = process.platform === 'win32'
  const socket = windows ? `\\\\.\\pipe\\latchkey-owner-${own}` : join(folder, socketFile)
  const server = createServer({ allowHalfOpen: false }, (connection) => {
    const line = ownerLine(connection)
    void greeted(line, key).then((hello) => {
      if (!hello) return line.cut()
      line.trust()
      onLine(line, hello.kind, hello.pid)
    })
  })
  server.maxConnections = mostLines
  // Made under another name first, so that what another owner left is replaced at once and never missing.
  const first = windows ? socket : join(folder, `.owner-${own.slice(-12)}`)
  await listening(server, first)
  if (!windows) {
    await chmod(first, 0o600)
    await renameWithPatience(first, socket)
  }
  const record: OwnerRecord = { protocol: ownerProtocol, kind, pid: process.pid, socket, key }
  await replaceFile(join(folder, recordFile), JSON.stringify(record))
  return {
    async close() {
      server.close()
      // Another owner may have come meanwhile: only what is this one's goes.
      if ((await readOwner(place))?.key !== key) return
      await unlink(join(folder, recordFile)).catch(() => undefined)
      if (!windows) await unlink(socket).catch(() => undefined)
    },
  }
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => {
      server.removeListener('error', reject)
      server.on('error', () => undefined)
      resolve()
    })
  })
}

async function greeted(
  line: OwnerLine,
  key: string,
): Promise<{ readonly kind: OwnerKind; readonly pid: number } | null> {
  const hello = await line.next(helloMs)
  if (hello?.say !== 'hello') return null
  const { kind, pid } = hello
  if (typeof hello.key !== 'string' || !sameText(hello.key, key)) line.say({ say: 'refused', reason: 'key' })
  else if (hello.protocol !== ownerProtocol) line.say({ say: 'refused', reason: 'protocol' })
  else return { kind, pid }
  return null
}

/** What stands there about the owner; null where nothing does, or somebody else wrote it. */
export async function readOwner(place: OwnerPlace): Promise<OwnerRecord | null> {
  const folder = folderOf(place)
  if ((await doorFolderState(folder)) !== 'ours') return null
  try {
    const handle = await open(join(folder, recordFile), constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(mostBytes), 0, mostBytes, 0)
      return asRecord(JSON.parse(buffer.toString('utf8', 0, bytesRead)))
    } finally {
      await handle.close()
    }
  } catch {
    return null
  }
}

function asRecord(value: unknown): OwnerRecord | null {
  if (typeof value !== 'object' || value === null) return null
  const { protocol, kind, pid, socket, key } = value as Partial<Record<keyof OwnerRecord, unknown>>
  const whole =
    typeof protocol === 'number' &&
    (kind === 'app' || kind === 'agent') &&
    typeof pid === 'number' &&
    typeof socket === 'string' &&
    typeof key === 'string'
  return whole ? { protocol, kind, pid, socket, key } : null
}

/**
 * A line to the owner that is recorded there, on which hello was said; null where it is gone, speaks another version,
 * or its socket is not this user's.
 */
export async function lineToOwner(owner: OwnerRecord, kind: OwnerKind): Promise<OwnerLine | null> {
  if (owner.protocol !== ownerProtocol) return null
  if (process.platform !== 'win32') {
    const seen = await lstat(owner.socket).catch(() => null)
    if (!seen?.isSocket() || !isMine(seen.uid)) return null
  }
  const line = await connectLine(owner.socket)
  line?.say({ say: 'hello', protocol: ownerProtocol, key: owner.key, kind, pid: process.pid })
  return line
}

function sameText(one: string, other: string): boolean {
  const [first, second] = [Buffer.from(one), Buffer.from(other)]
  return first.length === second.length && timingSafeEqual(first, second)
}
