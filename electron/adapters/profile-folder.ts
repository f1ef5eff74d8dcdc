/**
 * The folder of a profile on a real disk. The folder is 0700 and its files 0600; what answers `ok` is on the
 * disk and not only in a cache.
 */
import type { FileHandle } from 'node:fs/promises'
import { chmod, mkdir, open, readdir, readFile, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Outcome } from '../contract/outcome.ts'
import { fail, ok } from '../contract/outcome.ts'
import type { AppendFile, ProfileFolder } from '../core/ports.ts'
import { takeOwnerLock } from './owner-lock.ts'
import { renameWithPatience, replaceFile, syncFolder, writeAll } from './replace-file.ts'
import { saving, systemCode } from './saving.ts'

const chunkBytes = 256 * 1024

/**
 * Makes the folder if it is not there and closes it to others if it was open to them.
 * Errors: `disk-full`, `folder-read-only`, `save-failed`.
 */
export async function openProfileFolder(path: string): Promise<Outcome<ProfileFolder>> {
  return saving(async () => {
    const created = await mkdir(path, { recursive: true, mode: 0o700 })
    if (created !== undefined) await syncFolder(dirname(created))
    await closeToOthers(path, 0o700)
    return profileFolder(path)
  })
}

function profileFolder(path: string): ProfileFolder {
  const at = (name: string): string => join(path, plainName(name))
  let turn: Promise<unknown> = Promise.resolve()
  return {
    path,
    openAppendFile: (name) => saving(() => openAppendFile(at(name))),
    readText: (name) => reading(() => readTextOrNull(at(name))),
    writeText(name, text) {
      // One after the other, so that the last caller's text is the one that stays.
      const written = turn.then(() => saving(() => replaceFile(at(name), text)))
      turn = written
      return written
    },
    rename: (from, to) =>
      saving(async () => {
        await renameWithPatience(at(from), at(to))
        await syncFolder(path)
        return null
      }),
    list: () => reading(async () => (await readdir(path)).filter((name) => !name.startsWith('.'))),
    async lock() {
      const taken = await saving(() => takeOwnerLock(path))
      if (!taken.ok) return taken
      if (taken.value === null) return fail('profile-owned')
      await removeLeftovers(path)
      return ok(taken.value)
    },
  }
}

async function openAppendFile(path: string): Promise<AppendFile> {
  const existed = (await sizeOrNull(path)) !== null
  const handle = await open(path, 'a+', 0o600)
  try {
    if (existed) await closeToOthers(path, 0o600)
    else await syncFolder(dirname(path))
    return new DiskAppendFile(path, handle, (await handle.stat()).size)
  } catch (cause) {
    await handle.close()
    throw cause
  }
}

class DiskAppendFile implements AppendFile {
  readonly #path: string
  readonly #handle: FileHandle
  /** Where the last whole append ended. */
  #size: number
  /** A failed append may have left bytes behind `#size`. */
  #dirty = false

  constructor(path: string, handle: FileHandle, size: number) {
    this.#path = path
    this.#handle = handle
    this.#size = size
  }

  async *read(from: number): AsyncGenerator<Uint8Array> {
    let position = from
    for (;;) {
      const { bytesRead, buffer } = await this.#handle.read(
        Buffer.allocUnsafe(chunkBytes),
        0,
        chunkBytes,
        position,
      )
      if (bytesRead === 0) return
      position += bytesRead
      yield buffer.subarray(0, bytesRead)
    }
  }

  size(): Promise<number> {
    return Promise.resolve(this.#size)
  }

  async append(bytes: Uint8Array): Promise<Outcome<null>> {
    const written = await saving(async () => {
      if (this.#dirty) await this.#cutBack()
      this.#dirty = true
      await writeAll(this.#handle, bytes)
      await this.#handle.datasync()
      this.#dirty = false
      this.#size += bytes.length
      return null
    })
    // If this fails as well, the next append begins with it.
    if (!written.ok) await this.#cutBack().catch(() => undefined)
    return written
  }

  truncate(size: number): Promise<Outcome<null>> {
    return saving(async () => {
      this.#size = Math.min(size, this.#size)
      this.#dirty = true
      await this.#cutBack()
      return null
    })
  }

  async close(): Promise<void> {
    await this.#handle.close()
  }

  /** Through a handle of its own, because Windows does not let an append-only one cut. */
  async #cutBack(): Promise<void> {
    const handle = await open(this.#path, 'r+')
    try {
      await handle.truncate(this.#size)
      await handle.sync()
      this.#dirty = false
    } finally {
      await handle.close()
    }
  }
}

/** A write may take only a part of the bytes, for example on a disk that is nearly full. */
async function readTextOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT') return null
    throw cause
  }
}

async function closeToOthers(path: string, mode: number): Promise<void> {
  if (process.platform === 'win32') return
  const now = (await stat(path)).mode & 0o777
  if (now !== mode) await chmod(path, mode)
}

/** Drafts of writes that never ended. Called by the owner only, so none of them is being written. */
async function removeLeftovers(path: string): Promise<void> {
  const names = await readdir(path).catch(() => [])
  const drafts = names.filter((name) => name.startsWith('.') && name.endsWith('.draft'))
  await Promise.all(drafts.map((name) => unlink(join(path, name)).catch(() => undefined)))
}

async function sizeOrNull(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT') return null
    throw cause
  }
}

function plainName(name: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(name)) throw new TypeError(`not a plain file name: ${name}`)
  return name
}

async function reading<T>(work: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return ok(await work())
  } catch (cause) {
    systemCode(cause)
    return fail('file-unreadable')
  }
}
