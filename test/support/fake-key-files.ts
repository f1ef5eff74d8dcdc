import { createHash } from 'node:crypto'
import type { KeyTrace } from '../../electron/contract/service.ts'
import { fail, ok } from '../../electron/contract/outcome.ts'
import type { KeyFiles } from '../../electron/core/ports.ts'

export interface FakeKeyFiles extends KeyFiles {
  /** What is said to lie around of any key. */
  found: readonly KeyTrace[]
}

/** Deletes from the same files that the fake desktop reads. */
export function fakeKeyFiles(files: Map<string, Uint8Array>): FakeKeyFiles {
  return {
    found: [],
    remove(path, digest) {
      const bytes = files.get(path)
      if (!bytes) return Promise.resolve(fail('key-file-gone'))
      if (createHash('sha256').update(bytes).digest('base64url') !== digest)
        return Promise.resolve(fail('key-file-changed'))
      files.delete(path)
      return Promise.resolve(ok())
    },
    traces() {
      return Promise.resolve(this.found)
    },
  }
}
