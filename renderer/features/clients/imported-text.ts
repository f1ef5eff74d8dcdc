import { m } from '../../messages/generated/messages.js'
import type { Imported } from './client-import.svelte.ts'

const clients = { added: m.client_added, updated: m.client_updated, unchanged: m.client_unchanged }
const keys = {
  'account-added': m.service_account_added,
  'key-added': m.service_key_added,
  known: m.service_key_known,
}

/** What came of a file that was brought, in one sentence. */
export function importedText(result: Imported): string {
  if (result.kind === 'service-account') return keys[result.outcome]()
  return result.secretReplaced ? m.client_secret_replaced() : clients[result.kind]()
}
