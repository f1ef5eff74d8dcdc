import { open } from 'node:fs/promises'
import type { Outcome } from '../contract/outcome.ts'
import { fail, ok } from '../contract/outcome.ts'
import { maxClientFileBytes } from '../core/clients/client-file.ts'

/**
 * Reads a file that a person dropped or picked: regular files only, and never more than one byte over what a
 * client file may have, so that a mistaken drop of a film costs nothing. Errors: `file-unreadable`.
 */
export async function readSmallFile(path: string): Promise<Outcome<Uint8Array>> {
  try {
    const file = await open(path, 'r')
    try {
      if (!(await file.stat()).isFile()) return fail('file-unreadable')
      const { buffer, bytesRead } = await file.read(
        Buffer.alloc(maxClientFileBytes + 1),
        0,
        maxClientFileBytes + 1,
        0,
      )
      return ok(buffer.subarray(0, bytesRead))
    } finally {
      await file.close()
    }
  } catch {
    return fail('file-unreadable')
  }
}
