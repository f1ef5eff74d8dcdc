/**
 * Where the owner of a profile answers, as its announcement says. Synchronous, and on nothing but the file system: every
 * run of the command begins with it.
 */
import { lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isMine } from '../adapters/is-mine.ts'
import type { ProfileName } from '../contract/views.ts'
import type { Machine } from '../adapters/data-folder.ts'
import { doorFiles, usualDoorFolder } from '../adapters/doors/door-paths.ts'
import type { Result } from './failure.ts'
import { failed } from './failure.ts'

/** The protocol that this command speaks (ARCHITECTURE, “Doors”). */
export const protocol = 1

export interface DoorPlace {
  /** A Unix socket or a named pipe. */
  readonly socket: string
  /** What says that a request is from this machine; null for a socket that was forwarded. */
  readonly local: string | null
  readonly pid: number | null
  readonly http: string | null
  /** The socket to forward to another machine. */
  readonly remote: string | null
  readonly version: string | null
}

export interface PlaceOptions extends Machine {
  readonly dataFolder: string
  readonly profile: ProfileName
  /** A socket that was named instead: it counts as forwarded. */
  readonly socket: string | null
}

/** Errors: `owner-missing`, `owner-other-version`, `socket-not-yours`. */
export async function findDoor(options: PlaceOptions): Promise<Result<DoorPlace>> {
  const { socket } = options
  if (socket !== null) {
    const place = { socket, local: null, pid: null, http: null, remote: null, version: null }
    return checked(options.platform, place)
  }
  const folder = usualDoorFolder(options) ?? (await unusualFolder(options))
  const announced = announcement(join(folder, doorFiles.announcement))
  if (announced === null) return failed('owner-missing')
  if (announced === 'foreign') return failed('socket-not-yours', { path: folder })
  if (announced['protocol'] !== protocol)
    return failed('owner-other-version', { version: String(announced['version']).slice(0, 40) })
  const { socket: path, local, pid, http, remote, version } = announced
  if (typeof path !== 'string' || typeof local !== 'string') return failed('owner-missing')
  return checked(options.platform, {
    ...{ socket: path, local },
    pid: typeof pid === 'number' ? pid : null,
    http: typeof http === 'string' ? http : null,
    remote: typeof remote === 'string' ? remote : null,
    version: typeof version === 'string' ? version : null,
  })
}

/** Hashing costs a short run a tenth of its time, so it is loaded only for a path that is too long. */
async function unusualFolder(options: PlaceOptions): Promise<string> {
  const { doorFolderOf } = await import('../adapters/doors/door-folder.ts')
  return doorFolderOf(options)
}

type Announced = Readonly<Record<string, unknown>>

/** Null where none can be read; `foreign` where somebody else could have written it. */
function announcement(path: string): Announced | 'foreign' | null {
  try {
    const seen = lstatSync(path)
    if (!seen.isFile()) return 'foreign'
    if (process.platform !== 'win32' && (!isMine(seen.uid) || (seen.mode & 0o077) !== 0)) return 'foreign'
    const json: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return typeof json === 'object' && json !== null ? (json as Announced) : null
  } catch {
    return null
  }
}

/** A socket that somebody else made is not written to. One that is not there is a matter of connecting. */
async function checked(platform: NodeJS.Platform, place: DoorPlace): Promise<Result<DoorPlace>> {
  if (platform === 'win32') return { ok: true, value: place }
  try {
    const seen = lstatSync(place.socket)
    if (!seen.isSocket() || !isMine(seen.uid)) return await failed('socket-not-yours', { path: place.socket })
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT')
      return failed('socket-not-yours', { path: place.socket })
  }
  return { ok: true, value: place }
}
