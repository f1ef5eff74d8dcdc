import type { AccountRecord, TokenRecord } from '../state/state.ts'
import { isDead } from '../state/state.ts'
import { liveTokenLimit } from '../tokens/live-count.ts'

/**
 * The tokens of a grant that the window shows, newest first by the order of minting, at most a hundred: those kept
 * here, the `live` ones that still count at Google, and the dead ones until they are dismissed.
 */
export function shownTokens(
  account: AccountRecord,
  clientId: string,
  live: readonly TokenRecord[],
): readonly TokenRecord[] {
  const counting = new Set(live)
  return account.tokens
    .filter((token) => token.clientId === clientId && !token.dismissed)
    .filter((token) => token.standing !== 'forgotten' || isDead(token) || counting.has(token))
    .reverse()
    .slice(0, liveTokenLimit)
}

/** The clients under which an account has or had tokens, in the order of the first; then those with nothing but access. */
export function clientIdsOf(account: AccountRecord): readonly string[] {
  return [...new Set([...account.tokens, ...account.accesses].map(({ clientId }) => clientId))]
}
