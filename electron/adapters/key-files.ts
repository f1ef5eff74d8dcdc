/** Files that private keys come in, and where copies of them usually lie. Nothing is followed out of a folder by a link. */
import { createHash } from 'node:crypto'
import type { Stats } from 'node:fs'
import { constants } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { lstat, open, readdir, unlink } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join, parse, sep } from 'node:path'
import type { KeyTrace } from '../contract/service.ts'
import type { Outcome } from '../contract/outcome.ts'
import { fail, ok } from '../contract/outcome.ts'
import { maxClientFileBytes } from '../core/clients/client-file.ts'
import type { KeyFiles } from '../core/ports.ts'
import type { UserPlaces } from './gcloud-folder.ts'
import { gcloudFolderOf } from './gcloud-folder.ts'

/** gcloud keeps what it was given in a database, which has pages of 4 KiB and few of them. */
const maxDatabaseBytes = 1024 * 1024
/** In one folder no more files are opened than this. */
const mostFiles = 500
/** No folder that a person made lies this deep. */
const deepest = 64
/** Disks can hang; what was found by then is what is told, ms. */
const patienceMs = 4000

type SoughtKey = Parameters<KeyFiles['traces']>[0]

export const systemKeyFiles: KeyFiles = keyFilesIn({
  home: homedir(),
  environment: process.env,
  platform: process.platform,
})

export function keyFilesIn(places: UserPlaces): KeyFiles {
  return {
    remove,
    async traces(key) {
      const found: KeyTrace[] = []
      let stop: () => void = () => undefined
      const late = new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, patienceMs)
        stop = () => clearTimeout(timer)
      })
      await Promise.race([collect(places, key, found), late])
      stop()
      return [...found]
    },
  }
}

/** Between the look and the deletion somebody could put another file there; then that one goes, a file of this user. */
async function remove(path: string, digest: string): Promise<Outcome<null>> {
  if (!isAbsolute(path)) return fail('key-file-gone')
  const stats = await statOf(path)
  if (!stats) return fail('key-file-gone')
  // A link or a folder in its place: what was brought is elsewhere, and stays.
  if (!stats.isFile()) return fail('key-file-kept')
  const bytes = await readWhole(path, stats, maxClientFileBytes)
  if (!bytes || createHash('sha256').update(bytes).digest('base64url') !== digest)
    return fail('key-file-changed')
  try {
    await unlink(path)
    return ok()
  } catch {
    return fail('key-file-kept')
  }
}

async function collect(places: UserPlaces, key: SoughtKey, found: KeyTrace[]): Promise<void> {
  const { path } = key
  if (path !== null && (await holds(path, key)) === 'yes') found.push({ place: 'file', path, sure: true })
  await inFolder(await downloadsOf(places), 'downloads', key, found)
  await inFolder(trashOf(places), 'trash', key, found)
  await inGcloud(gcloudFolderOf(places), key, found)
  const named = places.environment['GOOGLE_APPLICATION_CREDENTIALS'] ?? ''
  if (isAbsolute(named)) await note(named, 'environment', key, found)
  if (path !== null && isAbsolute(path)) await around(path, found)
}

/** All of them are looked into: a browser gives a second download another name, and so do people. */
async function inFolder(
  folder: string | null,
  place: 'downloads' | 'trash',
  key: SoughtKey,
  found: KeyTrace[],
): Promise<void> {
  if (folder === null) return
  const names = await readdir(folder).catch(() => [])
  const files = names.filter((name) => /\.json\b/i.test(name)).slice(0, mostFiles)
  for (const name of files) {
    const path = join(folder, name)
    if (path !== key.path && (await holds(path, key)) === 'yes') found.push({ place, path, sure: true })
  }
}

async function inGcloud(folder: string | null, key: SoughtKey, found: KeyTrace[]): Promise<void> {
  if (folder === null) return
  // An address comes out of a file: only as a name that leads nowhere else.
  const owner = /^[\w.@-]+$/.test(key.email) ? key.email : '-'
  await note(join(folder, 'legacy_credentials', owner, 'adc.json'), 'gcloud', key, found)
  await note(join(folder, 'application_default_credentials.json'), 'gcloud', key, found)
  await note(join(folder, 'credentials.db'), 'gcloud', key, found, maxDatabaseBytes)
}

/** What the folder of the file says: others may have it by now. */
async function around(path: string, found: KeyTrace[]): Promise<void> {
  const repository = await repositoryOf(path)
  if (repository !== null) found.push({ place: 'repository', path: repository, sure: false })
  const synced = syncedFolderOf(path)
  if (synced !== null) found.push({ place: 'synced-folder', path: synced, sure: false })
  found.push({ place: 'backup', path: null, sure: false })
}

async function repositoryOf(path: string): Promise<string | null> {
  let folder = dirname(path)
  for (let level = 0; level < deepest; level += 1) {
    if (await statOf(join(folder, '.git'))) return folder
    const above = dirname(folder)
    if (above === folder) return null
    folder = above
  }
  return null
}

const synced =
  /^(Dropbox( \(.*\))?|OneDrive( ?- ?.*)?|Google ?Drive.*|My Drive|CloudStorage|iCloud ?Drive|Mobile Documents|Nextcloud|ownCloud|pCloud ?Drive)$/i

/** By its name: what a program keeps in step with other machines. */
function syncedFolderOf(path: string): string | null {
  const { root, dir } = parse(path)
  const parts = dir.slice(root.length).split(sep)
  const index = parts.findIndex((part) => synced.test(part))
  return index === -1 ? null : root + parts.slice(0, index + 1).join(sep)
}

/** Adds a file that holds the key, or that may: it is there and cannot be read. */
async function note(
  path: string,
  place: KeyTrace['place'],
  key: SoughtKey,
  found: KeyTrace[],
  limit = maxClientFileBytes,
): Promise<void> {
  const answer = await holds(path, key, limit)
  if (answer !== 'no') found.push({ place, path, sure: answer === 'yes' })
}

async function holds(
  path: string,
  { privateKeyId }: SoughtKey,
  limit = maxClientFileBytes,
): Promise<'yes' | 'no' | 'unknown'> {
  const stats = await statOf(path)
  if (!stats?.isFile()) return 'no'
  const bytes = await readWhole(path, stats, limit)
  if (!bytes) return 'unknown'
  return Buffer.from(bytes).includes(privateKeyId, 0, 'latin1') ? 'yes' : 'no'
}

async function statOf(path: string): Promise<Stats | null> {
  return lstat(path).catch(() => null)
}

/** The bytes of the very file that was looked at; null where it is too large or cannot be read. */
async function readWhole(path: string, seen: Stats, limit: number): Promise<Uint8Array | null> {
  if (seen.size > limit) return null
  let file: FileHandle | null = null
  try {
    // Windows knows neither flag; there a link that comes in between is told by its number.
    const flags = [constants.O_RDONLY, constants.O_NOFOLLOW, constants.O_NONBLOCK] as (number | undefined)[]
    file = await open(
      path,
      flags.reduce<number>((all, flag) => all | (flag ?? 0), 0),
    )
    const stats = await file.stat()
    if (!stats.isFile() || stats.ino !== seen.ino || stats.dev !== seen.dev) return null
    const { buffer, bytesRead } = await file.read(Buffer.alloc(limit + 1), 0, limit + 1, 0)
    return bytesRead > limit ? null : buffer.subarray(0, bytesRead)
  } catch {
    return null
  } finally {
    await file?.close().catch(() => undefined)
  }
}

/** In the language of the desktop: its own list says what the folder is called (xdg-user-dirs). */
async function downloadsOf({ home, environment, platform }: UserPlaces): Promise<string> {
  const usual = join(home, 'Downloads')
  if (platform !== 'linux') return usual
  const configured = environment['XDG_CONFIG_HOME'] ?? ''
  const list = join(isAbsolute(configured) ? configured : join(home, '.config'), 'user-dirs.dirs')
  const stats = await statOf(list)
  const bytes = stats?.isFile() === true ? await readWhole(list, stats, maxClientFileBytes) : null
  const told = /^XDG_DOWNLOAD_DIR="(\$HOME)?(\/[^"\n]+)"/m.exec(Buffer.from(bytes ?? []).toString())
  const [, below, path = ''] = told ?? []
  if (path === '') return usual
  return below === undefined ? path : join(home, path)
}

/** Windows has no folder of it that can be looked into. */
function trashOf({ home, environment, platform }: UserPlaces): string | null {
  if (platform === 'win32') return null
  if (platform === 'darwin') return join(home, '.Trash')
  const data = environment['XDG_DATA_HOME'] ?? ''
  return join(isAbsolute(data) ? data : join(home, '.local', 'share'), 'Trash', 'files')
}
