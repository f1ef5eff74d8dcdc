/** Writing files so that a full disk or a crash never costs what was there before. */
import type { FileHandle } from 'node:fs/promises'
import { open, rename, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** New content under another name first; the old one stays until the new one is whole and on the disk. */
export async function replaceFile(path: string, text: string | Uint8Array): Promise<null> {
  const draft = join(dirname(path), `.${basename(path)}.draft`)
  try {
    await writeDraft(draft, text)
    await renameWithPatience(draft, path)
    await syncFolder(dirname(path))
    return null
  } catch (cause) {
    await unlink(draft).catch(() => undefined)
    throw cause
  }
}

/** Writes a file of this user alone, down to the disk. */
export async function writeDraft(path: string, text: string | Uint8Array): Promise<void> {
  const handle = await open(path, 'w', 0o600)
  try {
    await handle.chmod(0o600)
    await writeAll(handle, typeof text === 'string' ? Buffer.from(text) : text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Windows refuses to replace a file while a virus scanner looks at it. */
export async function renameWithPatience(from: string, to: string): Promise<void> {
  const tries = process.platform === 'win32' ? 10 : 1
  for (let left = tries; ; left -= 1) {
    try {
      await rename(from, to)
      return
    } catch (cause) {
      if (left <= 1) throw cause
      await new Promise<void>((resolve) => {
        setTimeout(resolve, 50)
      })
    }
  }
}

/** A name is on the disk only after its folder is. Windows has no such call and needs none. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** All of the bytes: one `write` may take only a part of them. */
export async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  let done = 0
  while (done < bytes.length) done += (await handle.write(bytes, done, bytes.length - done)).bytesWritten
}
