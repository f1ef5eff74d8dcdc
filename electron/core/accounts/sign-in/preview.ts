import type { Outcome } from '../../../contract/outcome.ts'
import { fail, ok } from '../../../contract/outcome.ts'
import type { SignInPreview } from '../../../contract/views.ts'
import { coversScopes } from '../../../contract/scopes/scope-sets.ts'
import type { AccountRecord, ClientRecord, State, TokenRecord } from '../../state/state.ts'
import { isDead } from '../../state/state.ts'
import { tokenHealth } from '../../tokens/health.ts'
import { liveTokenLimit, liveTokens, manyTokens, nearLimit } from '../../tokens/live-count.ts'
import { readToken } from '../../tokens/token-health.ts'

export interface PlannedSignIn {
  readonly accountId: string
  readonly clientId: string
  readonly scopes: readonly string[]
}

/**
 * What another sign-in would cost at `now` (ms, Google's time), and whether there is need of it. Counts what was
 * minted here; other machines are invisible. Errors: `not-found`.
 */
export function previewSignIn(state: State, planned: PlannedSignIn, now: number): Outcome<SignInPreview> {
  const account = state.accounts.get(planned.accountId)
  const client = state.clients.get(planned.clientId)
  if (!account || account.forgotten || !client) return fail('not-found')
  const live = liveTokens(account.tokens, client.clientId, now)
  return ok({
    liveAtLeast: live.length,
    limit: liveTokenLimit,
    level: levelOf(live.length),
    falls: fallsOff(live),
    reuse: reusable(account, client, state, planned.scopes, now),
  })
}

function levelOf(live: number): SignInPreview['level'] {
  if (live >= liveTokenLimit) return 'full'
  if (live >= nearLimit) return 'near'
  return live >= manyTokens ? 'many' : 'none'
}

function fallsOff(live: readonly TokenRecord[]): SignInPreview['falls'] {
  const oldest = live[liveTokenLimit - 1]
  if (!oldest) return null
  const { tokenId, mintedAt, lastUsedAt, standing } = oldest
  return { tokenId, mintedAt, lastUsedAt, held: standing === 'held' }
}

/** The newest token held here that allows all of `scopes` and has nothing against it, near deadlines included. */
function reusable(
  account: AccountRecord,
  client: ClientRecord,
  state: State,
  scopes: readonly string[],
  now: number,
): SignInPreview['reuse'] {
  const fitting = account.tokens.filter(
    (token) =>
      token.clientId === client.clientId &&
      token.standing === 'held' &&
      !isDead(token) &&
      coversScopes(token.granted, scopes) &&
      tokenHealth(readToken(account, state, { client, token }, now), now).level === 'fine',
  )
  const newest = fitting[fitting.length - 1]
  if (!newest) return null
  const { tokenId, mintedAt, lastUsedAt } = newest
  return { tokenId, mintedAt, lastUsedAt }
}
