import type { GrantView, TokenView } from '../../contract/views.ts'
import { declinedScopes, uniqueScopes } from '../scopes/scope-sets.ts'
import type { AccountRecord, TokenRecord } from '../state/state.ts'
import { liveTokenLimit, liveTokens } from '../tokens/live-count.ts'

/** What one account gave one client, as the window shows it at `now` (ms). */
export function grantView(account: AccountRecord, clientId: string, now: number): GrantView {
  const live = liveTokens(account.tokens, clientId, now)
  const here = account.tokens.filter((token) => token.clientId === clientId && token.standing !== 'forgotten')
  const granted = uniqueScopes(here.flatMap((token) => token.granted))
  const latest = here[here.length - 1]
  const shown = new Set([...here, ...live])
  return {
    clientId,
    granted: [...granted],
    declined: latest ? [...declinedScopes(latest.asked, latest.granted)] : [],
    tokens: [...shown]
      .sort((one, other) => other.mintedAt - one.mintedAt)
      .slice(0, liveTokenLimit)
      .map(tokenView),
    liveAtLeast: live.length,
    limit: liveTokenLimit,
  }
}

function tokenView(token: TokenRecord): TokenView {
  return {
    tokenId: token.tokenId,
    standing: token.standing === 'forgotten' ? 'elsewhere' : token.standing,
    scopes: [...token.granted],
    mintedAt: token.mintedAt,
    lastUsedAt: token.lastUsedAt,
    expiresAt: token.expiresAt,
  }
}
