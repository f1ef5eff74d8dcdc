import type { TokenView } from '../../contract/views.ts'
import { describeRefusal } from '../access/refusals.ts'
import { rankCauses } from '../causes/rank-causes.ts'
import { instantClocks, nextDeadline } from '../clocks/account-clocks.ts'
import type { AccountRecord, ClientRecord, State, TokenRecord } from '../state/state.ts'
import { isDead } from '../state/state.ts'

/** One refresh token as the window shows it at `now` (ms, Google's time). Its secret is no part of it. */
export function tokenView(
  account: AccountRecord,
  client: ClientRecord,
  token: TokenRecord,
  state: State,
  now: number,
): TokenView {
  const { refusal } = token
  const dead = isDead(token)
  return {
    tokenId: token.tokenId,
    standing: standingOf(token),
    scopes: [...token.granted],
    mintedAt: token.mintedAt,
    lastUsedAt: token.lastUsedAt,
    expiresAt: token.expiresAt,
    next: dead ? null : nextDeadline(instantClocks(account, client, token, now)),
    refusal: refusal && { verdict: refusal.verdict, at: refusal.at, error: describeRefusal(refusal) },
    death:
      refusal && dead
        ? {
            at: refusal.at,
            causes: [...rankCauses(token, account, state)],
            corrected: token.correctedCause,
          }
        : null,
  }
}

function standingOf(token: TokenRecord): TokenView['standing'] {
  if (isDead(token)) return 'dead'
  return token.standing === 'forgotten' ? 'elsewhere' : token.standing
}
