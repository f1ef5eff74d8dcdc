import { fail } from '../../contract/outcome.ts'
import type { ForeignFiles } from '../../core/ports.ts'

export function createForeignFiles({ profileFolder }: { readonly profileFolder: string }): ForeignFiles {
  const later = () => Promise.resolve(fail('foreign-file-unwritable', { path: '' }))
  return {
    ...{ adcPath: () => '', read: later, write: later, keepAside: later, putBack: later, remove: later },
    freshFolder: profileFolder,
  }
}
