import { revocationThatEnded } from '../causes/ended-by-revocation.ts'
import { coversTraits, scopeTraits } from '../clocks/scope-traits.ts'
import type { AccountRecord, ClientRecord, State, TokenRecord } from '../state/state.ts'
import { isDead } from '../state/state.ts'

export interface CurrentToken {
  readonly client: ClientRecord
  readonly token: TokenRecord
}

/**
 * The tokens of an account that somebody here may rely on, newest first: held here, or lost here, and no other one
 * of the same grant stands in for it. A dead or missing token is stood in for by any working one that covers its
 * scopes, a working one by a newer one. What was revoked from here died on purpose: nobody relies on it.
 */
export function currentTokens(account: AccountRecord, state: State): readonly CurrentToken[] {
  const working = new Map<string, TokenRecord[]>()
  const current: CurrentToken[] = []
  const failed: CurrentToken[] = []
  for (let index = account.tokens.length - 1; index >= 0; index -= 1) {
    const token = account.tokens[index]
    if (!token || token.standing === 'forgotten' || token.dismissed) continue
    const client = state.clients.get(token.clientId)
    if (!client) continue
    if (isDead(token) || token.standing === 'missing') {
      if (revocationThatEnded(account, token)) continue
      failed.push({ client, token })
      continue
    }
    const newer = working.get(token.clientId) ?? []
    if (isCovered(token, newer)) continue
    current.push({ client, token })
    working.set(token.clientId, [...newer, token])
  }
  return [...current, ...failed.filter(({ token }) => !isCovered(token, working.get(token.clientId) ?? []))]
}

function isCovered(token: TokenRecord, others: readonly TokenRecord[]): boolean {
  const scopes = scopeTraits(token.granted)
  return others.some((other) => coversTraits(scopeTraits(other.granted), scopes))
}
