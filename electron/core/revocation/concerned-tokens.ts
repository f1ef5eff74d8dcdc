import { revocationThatEnded } from '../causes/ended-by-revocation.ts'
import type { AccountRecord, TokenRecord } from '../state/state.ts'
import { isDead } from '../state/state.ts'
import { projectOf } from '../clients/client-view.ts'

/**
 * The tokens of an account that revoking a project is about, in the order of minting: all of the project that may
 * live, wherever their secret is, and those whose death an earlier try explains. One that came with the refresh of
 * another stands in its place; `known` are the ids of an earlier look, and are followed the same way.
 */
export function concernedTokens(
  account: AccountRecord,
  project: string,
  known: ReadonlySet<string> | null,
): readonly TokenRecord[] {
  const concerned: TokenRecord[] = []
  let inherits = false
  for (const token of account.tokens) {
    const before: boolean = known === null || known.has(token.tokenId) || inherits
    inherits = token.rotated && before
    if (!before || token.rotated || token.dismissed || projectOf(token.clientId) !== project) continue
    if (known !== null || !isDead(token) || revocationThatEnded(account, token) !== null)
      concerned.push(token)
  }
  return concerned
}
