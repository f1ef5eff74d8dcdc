import { canonicalScope } from '../../../electron/contract/scopes/scope-sets.ts'
import type { AccountView } from '../../../electron/contract/views.ts'

/**
 * What an account gave a client through tokens that are held here and not dead; canonical, each once. The same that
 * main asks for again when access is added.
 */
export function heldScopes(account: AccountView, clientId: string): string[] {
  const tokens = account.grants
    .filter((grant) => grant.clientId === clientId)
    .flatMap((grant) => grant.tokens)
    .filter((token) => token.standing === 'held')
  return [...new Set(tokens.flatMap((token) => token.scopes.map(canonicalScope)))]
}
