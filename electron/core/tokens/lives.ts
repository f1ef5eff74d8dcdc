import type { LifeView } from '../../contract/views.ts'
import { accountClocks } from '../clocks/account-clocks.ts'
import { clientIdsOf, shownTokens } from '../grants/shown-tokens.ts'
import type { AccountRecord, State } from '../state/state.ts'
import { liveTokens } from './live-count.ts'

/**
 * The lives of all tokens of an account that the window shows, at `now` (ms, Google's time): newest first within
 * each client, the dead ones without clocks.
 */
export function livesOf(account: AccountRecord, state: State, now: number): readonly LifeView[] {
  const clocks = accountClocks(account, state, now)
  return clientIdsOf(account)
    .filter((clientId) => state.clients.has(clientId))
    .flatMap((clientId) => shownTokens(account, clientId, liveTokens(account.tokens, clientId, now)))
    .map((token) => ({
      tokenId: token.tokenId,
      clientId: token.clientId,
      clocks: [...(clocks.get(token.tokenId) ?? [])],
      refreshCount: token.refreshCount,
      refreshes: [...token.refreshes],
    }))
}
