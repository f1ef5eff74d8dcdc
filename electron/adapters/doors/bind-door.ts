/** Where a door's server listens. Each of these answers once it listens, or why it cannot. */
import { randomBytes, randomInt } from 'node:crypto'
import { chmodSync, lstatSync, unlinkSync } from 'node:fs'
import { lstat, rename, unlink } from 'node:fs/promises'
import type { Server } from 'node:http'
import { join } from 'node:path'
import { isMainThread } from 'node:worker_threads'
import { makeDoorFolder } from './door-folder.ts'

export type BoundDoor =
  | {
      readonly kind: 'bound'
      readonly address: string
      readonly port: number | null
      /** Takes the name of the door away, where it is still this door's. */
      vacate(): void
    }
  | { readonly kind: 'occupied'; readonly path: string }
  | { readonly kind: 'busy'; readonly port: number; readonly code: string }
  | { readonly kind: 'failed'; readonly code: string }

const backlog = 511
/** Below the ports that systems give to whoever asks for any, so that none of those is in the way later. */
const lowestPort = 20_000
const highestPort = 32_000
const portTries = 20

/**
 * Binds a socket under a name of its own and then gives it its real one, so that there is no moment without a door
 * and none with one that is open to others. What lies there is replaced only where it is a socket of this user; that
 * no living owner listens on it is the caller's promise, who holds the lock of the profile.
 */
export async function bindSocket(server: Server, folder: string, name: string): Promise<BoundDoor> {
  const path = join(folder, name)
  const fresh = join(folder, `.${randomBytes(4).toString('hex')}`)
  try {
    if (!(await makeDoorFolder(folder))) return { kind: 'occupied', path: folder }
    if (!(await isReplaceable(path))) return { kind: 'occupied', path }
    const refused = await listening(server, () =>
      closedToOthers(() => server.listen({ path: fresh, backlog })),
    )
    if (refused !== null) return { kind: 'failed', code: refused }
    chmodSync(fresh, 0o600)
    const { ino, dev } = lstatSync(fresh)
    await rename(fresh, path)
    return { kind: 'bound', address: path, port: null, vacate: () => unlinkOwn(path, ino, dev) }
  } catch (cause) {
    server.close()
    await unlink(fresh).catch(() => undefined)
    return { kind: 'failed', code: codeOf(cause) }
  }
}

async function isReplaceable(path: string): Promise<boolean> {
  try {
    const seen = await lstat(path)
    return seen.isSocket() && seen.uid === process.getuid?.()
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return true
    throw cause
  }
}

/** Folders that somebody makes at the same moment stay usable: only what others may do is taken away. */
function closedToOthers(work: () => void): void {
  // Only the main thread may; elsewhere the folder, which lets nobody else in, is all there is.
  const before = isMainThread ? process.umask(0o077) : null
  try {
    work()
  } finally {
    if (before !== null) process.umask(before)
  }
}

/** A later owner may have put its own socket there. */
function unlinkOwn(path: string, ino: number, dev: number): void {
  try {
    const seen = lstatSync(path)
    if (seen.ino === ino && seen.dev === dev) unlinkSync(path)
  } catch {
    // Nothing is there any more.
  }
}

/** A pipe of Windows under a name that nobody can guess. */
export async function bindPipe(server: Server): Promise<BoundDoor> {
  const path = `\\\\.\\pipe\\latchkey-${randomBytes(16).toString('hex')}`
  const refused = await listening(server, () => server.listen({ path, backlog }))
  if (refused !== null) return { kind: 'failed', code: refused }
  return { kind: 'bound', address: path, port: null, vacate: () => undefined }
}

/** `wanted`: null for any free one. */
export async function bindPort(server: Server, wanted: number | null): Promise<BoundDoor> {
  if (wanted !== null) return bindExactly(server, wanted)
  const first = randomInt(lowestPort, highestPort)
  for (let tried = 0; tried < portTries; tried += 1) {
    const port = lowestPort + ((first - lowestPort + tried * 7) % (highestPort - lowestPort))
    const bound = await bindExactly(server, port)
    if (bound.kind !== 'busy') return bound
  }
  return { kind: 'failed', code: 'EADDRINUSE' }
}

/** Windows says `EACCES` also of a port that it or a program keeps for itself. */
const taken: readonly string[] = ['EADDRINUSE', 'EACCES']

async function bindExactly(server: Server, port: number): Promise<BoundDoor> {
  const place = { host: '127.0.0.1', port, exclusive: true, backlog }
  const code = await listening(server, () => server.listen(place))
  if (code === null)
    return { kind: 'bound', address: `127.0.0.1:${String(port)}`, port, vacate: () => undefined }
  return taken.includes(code) ? { kind: 'busy', port, code } : { kind: 'failed', code }
}

/** Null once it listens, or the system's code for why not. */
function listening(server: Server, listen: () => void): Promise<string | null> {
  return new Promise((resolve) => {
    const refused = (cause: NodeJS.ErrnoException): void => {
      server.off('listening', bound)
      resolve(cause.code ?? 'unknown')
    }
    const bound = (): void => {
      server.off('error', refused)
      resolve(null)
    }
    server.once('error', refused).once('listening', bound)
    listen()
  })
}

function codeOf(cause: unknown): string {
  return (cause as NodeJS.ErrnoException | null)?.code ?? 'unknown'
}
