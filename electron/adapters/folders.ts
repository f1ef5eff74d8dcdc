/** Folders on a real disk: where they really lie, by what they are compared, and the `.latchkey.json` in them. */
import { constants } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { lstat, open, realpath, stat } from 'node:fs/promises'
import type { PlatformPath } from 'node:path'
import path from 'node:path'
import { isMine } from './is-mine.ts'
import type { Outcome } from '../contract/outcome.ts'
import { fail, ok } from '../contract/outcome.ts'
import { Slots } from '../core/access/slots.ts'
import type { Folders, FoundFolder } from '../core/ports.ts'
import { clipped } from '../core/who/clipped.ts'

const declarationName = '.latchkey.json'
/** What the contract can carry, characters. */
const longestPath = 4096
/** No folder that a person made lies this deep, and each level costs a look at the disk. */
const deepest = 256
/**
 * So many questions are put to disks at a time. Node has four threads for them, and a disk that is gone keeps one
 * for good; the rest of the app needs the fourth.
 */
const questionsAtOnce = 3
/** Where disks do not answer, no more than these wait for them. */
const mostWaiting = 16

type Disk = Pick<Folders, 'find' | 'readDeclaration'>

/**
 * A disk that is not asked more than it can answer. Whoever asks what is being asked already gets that answer, so
 * that a folder on a disk that is gone costs one thread, however often it is asked for. Behind too many others `find`
 * answers `folder-unreadable` at once; a file is only read in a folder that was found, so these need no bound.
 */
export function boundedDisk(disk: Disk): Disk {
  const slots = new Slots(questionsAtOnce)
  const finding = new Map<string, Promise<Outcome<FoundFolder>>>()
  const reading = new Map<string, Promise<Outcome<Uint8Array | null>>>()
  return {
    async find(folder) {
      if (!finding.has(folder) && finding.size + reading.size >= questionsAtOnce + mostWaiting)
        return unreadable(folder)
      return joined(finding, folder, () => slots.run(() => disk.find(folder)))
    },
    readDeclaration: (folder, limit) =>
      joined(reading, JSON.stringify([folder.path, limit]), () =>
        slots.run(() => disk.readDeclaration(folder, limit)),
      ),
  }
}

/** The answer to the question that is under way, or to a new one. */
function joined<T>(underWay: Map<string, Promise<T>>, question: string, ask: () => Promise<T>): Promise<T> {
  const known = underWay.get(question)
  if (known) return known
  const answer = ask().finally(() => underWay.delete(question))
  underWay.set(question, answer)
  return answer
}

export const systemFolders: Folders = {
  ...boundedDisk({
    find,
    readDeclaration: (folder, limit) => readDeclaration(path.join(folder.path, declarationName), limit),
  }),
  lineage: (folder) => lineageOf(folder, path),
}

async function find(folder: string): Promise<Outcome<FoundFolder>> {
  if (!path.isAbsolute(folder) || folder.includes('\0')) return missing(folder)
  try {
    const real = await realpath(folder)
    const { root, parts } = partsOf(real, path)
    if (real.length > longestPath || parts.length > deepest) return unreadable(folder)
    if (!(await stat(real)).isDirectory()) return missing(folder)
    const key = keyRoot(root, path) + (await keyPartsOf(root, parts)).join('/')
    return ok({ path: root + parts.join(path.sep), key })
  } catch (cause) {
    return isAbsent(cause) ? missing(folder) : unreadable(folder)
  }
}

const missing = (folder: string): Outcome<never> => fail('folder-missing', { folder: clipped(folder) })
const unreadable = (folder: string): Outcome<never> => fail('folder-unreadable', { folder: clipped(folder) })

function isAbsent(cause: unknown): boolean {
  return hasCode(cause, 'ENOENT', 'ENOTDIR')
}

function hasCode(cause: unknown, ...codes: readonly string[]): boolean {
  return codes.includes((cause as NodeJS.ErrnoException | null)?.code ?? '')
}

/**
 * A path taken apart: `C:\`, `\\server\share\` or `/`, and the names below it. A share alone may come without its
 * last separator; what lies in it has that in its root.
 */
export function partsOf(
  real: string,
  { parse, sep }: Pick<PlatformPath, 'parse' | 'sep'>,
): { readonly root: string; readonly parts: readonly string[] } {
  const { root } = parse(real)
  const parts = real
    .slice(root.length)
    .split(sep)
    .filter((part) => part !== '')
  return { root: root === '' || root.endsWith(sep) ? root : root + sep, parts }
}

/** Drives, servers and shares never tell cases apart. */
function keyRoot(root: string, { sep }: Pick<PlatformPath, 'sep'>): string {
  return sep === '/' ? root : root.split(sep).join('/').toLowerCase()
}

/** Spellings that some disks take for one: letters of either case, and the two forms of Unicode. */
const foldings: readonly ((name: string) => string)[] = [
  (name) => name.toLowerCase(),
  (name) => name.normalize('NFC'),
]

/**
 * The parts as folders are compared by them: in lower case and in one form of Unicode, each where the disk takes that
 * for the same; where it does not, the other spelling is another folder. The disk is asked for each of them: one
 * machine can have volumes of both kinds, and Windows and Linux even folders. One after the other, so that a disk
 * that falls silent meanwhile keeps one thread and not all of them.
 */
async function keyPartsOf(root: string, parts: readonly string[]): Promise<readonly string[]> {
  const keyParts: string[] = []
  let parent = root
  for (const part of parts) {
    let keyPart = part
    for (const fold of foldings) {
      const folded = fold(keyPart)
      if (folded !== keyPart && (await isSame(path.join(parent, part), path.join(parent, folded))))
        keyPart = folded
    }
    keyParts.push(keyPart)
    parent = path.join(parent, part)
  }
  return keyParts
}

/** Whether two names lead to the same folder, and not by a link. */
async function isSame(one: string, other: string): Promise<boolean> {
  try {
    const there = await lstat(other, { bigint: true })
    const here = await lstat(one, { bigint: true })
    return here.dev === there.dev && here.ino === there.ino
  } catch {
    return false
  }
}

/** The folder and those above it, nearest first; works on its path and key alone. */
export function lineageOf(
  { path: real, key }: FoundFolder,
  platform: Pick<PlatformPath, 'parse' | 'sep'>,
): readonly FoundFolder[] {
  const { root, parts } = partsOf(real, platform)
  const rootKey = keyRoot(root, platform)
  const keyParts = key.slice(rootKey.length).split('/')
  const lineage: FoundFolder[] = []
  for (let depth = parts.length; depth >= 0; depth -= 1) {
    lineage.push({
      path: root + parts.slice(0, depth).join(platform.sep),
      key: rootKey + keyParts.slice(0, depth).join('/'),
    })
  }
  return lineage
}

/**
 * Reads a file that a stranger may have put there. It is looked at before it is opened, because opening a pipe or
 * a device can already do something, and again once open, because it can be changed for another one in between.
 */
async function readDeclaration(file: string, limit: number): Promise<Outcome<Uint8Array | null>> {
  try {
    const seen = await lstat(file)
    if (seen.isSymbolicLink()) return fail('declaration-link')
    if (!seen.isFile()) return fail('declaration-unreadable')
    const handle = await open(file, safeReading)
    try {
      const opened = await handle.stat()
      if (!opened.isFile() || opened.ino !== seen.ino || opened.dev !== seen.dev)
        return fail('declaration-unreadable')
      return isTrusted(opened.uid) ? ok(await upTo(limit + 1, handle)) : fail('declaration-not-yours')
    } finally {
      await handle.close()
    }
  } catch (cause) {
    if (isAbsent(cause)) return ok(null)
    // What O_NOFOLLOW says of a link that came after the look.
    return fail(hasCode(cause, 'ELOOP', 'EMLINK') ? 'declaration-link' : 'declaration-unreadable')
  }
}

/** Windows has neither flag; there the comparison with the look before is what holds. */
const safeReading = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/** This user's, or the administrator's, who can do anything here anyway. */
function isTrusted(uid: number): boolean {
  return isMine(uid) || uid === 0
}

async function upTo(bytes: number, handle: FileHandle): Promise<Uint8Array> {
  const buffer = Buffer.alloc(bytes)
  let filled = 0
  while (filled < bytes) {
    const { bytesRead } = await handle.read(buffer, filled, bytes - filled, filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return buffer.subarray(0, filled)
}
