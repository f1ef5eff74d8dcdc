import type { ImportResult } from '../contract/views.ts'

/** A client file or the key of a service account: what came of bringing it. */
export function importedWords(result: ImportResult): string {
  switch (result.kind) {
    case 'added':
      return `Client added: ${result.clientId}`
    case 'updated':
      return `Client updated: ${result.clientId}`
    case 'unchanged':
      return `The client was here already: ${result.clientId}`
    case 'service-account':
      return result.outcome === 'known'
        ? 'The key was here already.'
        : 'The key of the service account is in the keychain. The file is not needed any more.'
    case 'cancelled':
      return 'Nothing was brought.'
  }
}
