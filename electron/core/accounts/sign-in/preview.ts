import type { Outcome } from '../../../contract/outcome.ts'
import { fail, ok } from '../../../contract/outcome.ts'
import type { SignInPreview } from '../../../contract/views.ts'
import { scopeCost } from '../../../contract/scopes/scope-cost.ts'
import { coversScopes, declinedScopes, uniqueScopes } from '../../../contract/scopes/scope-sets.ts'
import type { AccountRecord, ClientRecord, State, TokenRecord } from '../../state/state.ts'
import { isDead } from '../../state/state.ts'
import { tokenHealth } from '../../tokens/health.ts'
import { liveTokenLimit, liveTokens, manyTokens, nearLimit } from '../../tokens/live-count.ts'
import { readToken } from '../../tokens/token-health.ts'
import { heldScopes, unionOfScopes } from './asked-scopes.ts'
import { withIdentityScopes } from './authorization-request.ts'

export interface PlannedSignIn {
  readonly accountId: string
  readonly clientId: string
  readonly scopes: readonly string[]
  /** What is held of the same grant is asked for as well. */
  readonly add?: boolean
}

/**
 * What another sign-in would ask for and cost at `now` (ms, Google's time), and whether there is need of it. Counts
 * what was minted here; other machines are invisible. Errors: `not-found`, `account-is-service`.
 */
export async function previewSignIn(
  state: State,
  planned: PlannedSignIn,
  now: number,
): Promise<Outcome<SignInPreview>> {
  const account = state.accounts.get(planned.accountId)
  const client = state.clients.get(planned.clientId)
  if (!account || account.forgotten || !client) return fail('not-found')
  if (account.service) return fail('account-is-service')
  const live = liveTokens(account.tokens, client.clientId, now)
  const chosen = chosenScopes(account, planned)
  const cost = {
    liveAtLeast: live.length,
    limit: liveTokenLimit,
    level: levelOf(live.length),
    falls: fallsOff(live),
    reuse: reusable(account, client, state, chosen, now),
  }
  return ok({ ...cost, ...(await scopesCost(account, client, chosen)) })
}

/** Besides identity, which is always asked for. */
function chosenScopes(account: AccountRecord, { clientId, scopes, add }: PlannedSignIn): readonly string[] {
  return add === true ? unionOfScopes(account, clientId, scopes) : scopes
}

type ScopesCost = Pick<
  SignInPreview,
  'asks' | 'adds' | 'restricted' | 'sensitive' | 'tooMany' | 'workspaceOnly'
>

/** What Google makes of the scopes, in canonical spelling: all are asked anew, those held before included. */
async function scopesCost(
  account: AccountRecord,
  client: ClientRecord,
  chosen: readonly string[],
): Promise<ScopesCost> {
  // Five hundred scopes that a start can do without.
  const { isWorkspaceOnly, scopeEntry } = await import('../../../contract/scopes/catalogue.ts')
  const asks = uniqueScopes(withIdentityScopes(chosen))
  return {
    asks: [...asks],
    adds: [...declinedScopes(asks, heldScopes(account, client.clientId))],
    ...scopeCost(asks, client, scopeEntry),
    workspaceOnly: account.hostedDomain === null ? asks.filter(isWorkspaceOnly) : [],
  }
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
