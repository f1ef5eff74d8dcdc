/**
 * Files that other programs read. A link in the place of such a file is never written through: it is what is kept
 * aside and put back, and what it leads to stays as it is.
 */
import { randomBytes } from 'node:crypto'
import type { Stats } from 'node:fs'
import { constants } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { lstat, mkdir, open, readdir, stat, unlink } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, dirname, isAbsolute, join } from 'node:path'
import type { Outcome } from '../../contract/outcome.ts'
import { fail, ok } from '../../contract/outcome.ts'
import type { ForeignFiles } from '../../core/ports.ts'
import type { UserPlaces } from '../gcloud-folder.ts'
import { gcloudFolderOf } from '../gcloud-folder.ts'
import { renameWithPatience, syncFolder, writeAll } from '../replace-file.ts'

/** Nobody keeps so many files aside; from here on something is wrong. */
const mostKeptAside = 1000

export interface ForeignFilesOptions {
  /** The folder of the profile. */
  readonly profileFolder: string
  /** Of whose machine; this one's unless told. */
  readonly places?: UserPlaces
}

export function createForeignFiles({ profileFolder, places = here() }: ForeignFilesOptions): ForeignFiles {
  return {
    adcPath: () => join(configFolderOf(places), 'application_default_credentials.json'),
    read: readFile,
    write: (path, text) => writing(path, () => writeFile(path, text)),
    freeNameBeside: (path) => writing(path, () => freeNameBeside(path)),
    keepAside: (path, aside) => writing(path, () => keepAside(path, aside)),
    putBack: (keptAside, path) => writing(path, () => putBack(keptAside, path)),
    remove: (path, text) => writing(path, () => removeFile(path, text)),
    freshFolder: join(profileFolder, 'fresh'),
    freshFiles: () => filesIn(join(profileFolder, 'fresh')),
  }
}

function here(): UserPlaces {
  return { home: homedir(), environment: process.env, platform: process.platform }
}

function configFolderOf(places: UserPlaces): string {
  return gcloudFolderOf(places) ?? join(places.home, 'AppData', 'Roaming', 'gcloud')
}

/** Follows a link, as the programs do that the file is for; what it leads to must be a regular file. */
async function readFile(path: string, limit: number): Promise<Outcome<Uint8Array | null>> {
  if (!isAbsolute(path)) return fail('foreign-file-unreadable', { path })
  let file: FileHandle | null = null
  try {
    // Without waiting: a named pipe in its place would otherwise never open. Windows does not know the flag.
    file = await open(path, constants.O_RDONLY | ((constants.O_NONBLOCK as number | undefined) ?? 0))
    if (!(await file.stat()).isFile()) return fail('foreign-file-unreadable', { path })
    return ok(await firstBytes(file, limit))
  } catch (cause) {
    return codeOf(cause) === 'ENOENT' ? ok(null) : fail('foreign-file-unreadable', { path })
  } finally {
    await file?.close().catch(() => undefined)
  }
}

async function firstBytes(file: FileHandle, limit: number): Promise<Uint8Array> {
  const bytes = Buffer.alloc(limit)
  let read = 0
  while (read < limit) {
    const { bytesRead } = await file.read(bytes, read, limit - read, read)
    if (bytesRead === 0) break
    read += bytesRead
  }
  return bytes.subarray(0, read)
}

async function writeFile(path: string, text: string): Promise<Outcome<null>> {
  const folder = dirname(path)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  if (!(await isOurs(folder))) return fail('foreign-file-unwritable', { path })
  const there = await statOf(path)
  if (there && !there.isFile() && !there.isSymbolicLink()) return fail('foreign-file-unwritable', { path })
  await replaceHere(path, text)
  return ok()
}

/**
 * As everywhere new content goes under another name first. Here that name is one that nobody can have put something
 * under: the folder is not ours alone to write to.
 */
async function replaceHere(path: string, text: string): Promise<void> {
  const draft = join(dirname(path), `.${basename(path)}.${randomBytes(9).toString('base64url')}`)
  const noLink = (constants.O_NOFOLLOW as number | undefined) ?? 0
  const file = await open(draft, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | noLink, 0o600)
  try {
    try {
      await writeAll(file, Buffer.from(text))
      await file.sync()
    } finally {
      await file.close()
    }
    await renameWithPatience(draft, path)
  } catch (cause) {
    await unlink(draft).catch(() => undefined)
    throw cause
  }
  await syncFolder(dirname(path))
}

/**
 * Where somebody else could exchange the file, no handle is put. What belongs to the group stays allowed: on many
 * systems each user has one alone.
 */
async function isOurs(folder: string): Promise<boolean> {
  const uid = process.getuid?.()
  if (uid === undefined) return true
  const stats = await stat(folder)
  return stats.uid === uid && (stats.mode & 0o002) === 0
}

async function keepAside(path: string, aside: string): Promise<Outcome<null>> {
  const there = await statOf(path)
  const movable = there?.isFile() === true || there?.isSymbolicLink() === true
  if (!movable || (await statOf(aside))) return fail('foreign-file-unwritable', { path })
  await renameWithPatience(path, aside)
  await syncFolder(dirname(path))
  return ok()
}

async function freeNameBeside(path: string): Promise<Outcome<string>> {
  for (let copy = 1; copy <= mostKeptAside; copy += 1) {
    const name = copy === 1 ? `${path}.before-latchkey` : `${path}.before-latchkey-${String(copy)}`
    if (!(await statOf(name))) return ok(name)
  }
  return fail('foreign-file-unwritable', { path })
}

/** Those too whose writing was cut short; an empty list where there is no such folder. */
async function filesIn(folder: string): Promise<Outcome<readonly string[]>> {
  try {
    const found = await readdir(folder, { withFileTypes: true })
    return ok(found.filter((entry) => entry.isFile()).map(({ name }) => join(folder, name)))
  } catch (cause) {
    return codeOf(cause) === 'ENOENT' ? ok([]) : fail('foreign-file-unreadable', { path: folder })
  }
}

/** Replaces nothing: what came into the place meanwhile is somebody's. */
async function putBack(keptAside: string, path: string): Promise<Outcome<null>> {
  if (!(await statOf(keptAside))) return fail('not-found')
  if (await statOf(path)) return fail('foreign-file-changed', { path })
  await renameWithPatience(keptAside, path)
  await syncFolder(dirname(path))
  return ok()
}

async function removeFile(path: string, text: string): Promise<Outcome<boolean>> {
  const there = await statOf(path)
  if (!there) return ok(false)
  const expected = Buffer.from(text)
  if (!there.isFile() || there.size !== expected.length) return fail('foreign-file-changed', { path })
  const found = await readFile(path, expected.length)
  if (!found.ok || found.value === null || !expected.equals(found.value))
    return fail('foreign-file-changed', { path })
  await unlink(path)
  await syncFolder(dirname(path))
  return ok(true)
}

/** Of the link itself, where one is there; null where nothing is. */
async function statOf(path: string): Promise<Stats | null> {
  try {
    return await lstat(path)
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return null
    throw cause
  }
}

async function writing<T>(path: string, work: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
  if (!isAbsolute(path)) return fail('foreign-file-unwritable', { path })
  try {
    return await work()
  } catch (cause) {
    const full = ['ENOSPC', 'EDQUOT'].includes(codeOf(cause))
    return full ? fail('disk-full') : fail('foreign-file-unwritable', { path })
  }
}

function codeOf(cause: unknown): string {
  return (cause as NodeJS.ErrnoException | null)?.code ?? ''
}
