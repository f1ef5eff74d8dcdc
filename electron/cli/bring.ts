import type { CommandHandlers } from '../contract/answer.ts'
import type { ImportResult } from '../contract/views.ts'
import { tell } from './login.ts'
import type { Terminal } from './terminal.ts'

/** Brings a client file or the key of a service account. Answers whether it is here now; `path` is absolute. */
export async function bring(
  { handlers, terminal }: { readonly handlers: CommandHandlers; readonly terminal: Terminal },
  { path, unchecked }: { readonly path: string; readonly unchecked: boolean },
): Promise<boolean> {
  const brought = await handlers['clients.importFile']({ path, acceptUncheckedSecret: unchecked })
  if (brought.ok) terminal.say(wordsOf(brought.value))
  else if (brought.error.code === 'client-secret-unchecked')
    terminal.say(brought.error.message, 'Try again later, or take it as it is with --unchecked.')
  else tell(terminal, brought.error)
  return brought.ok
}

function wordsOf(result: ImportResult): string {
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
