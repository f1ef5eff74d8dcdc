/** Files that private keys come in, and where copies of them usually lie. */
import { fail } from '../contract/outcome.ts'
import type { KeyFiles } from '../core/ports.ts'

export const systemKeyFiles: KeyFiles = {
  remove: () => Promise.resolve(fail('key-file-gone')),
  traces: () => Promise.resolve([]),
}
