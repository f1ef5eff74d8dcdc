import type { UsedScope } from '../../contract/doors.ts'
import type { AppError } from '../../contract/outcome.ts'
import type { GrantView } from '../../contract/views.ts'
import type { Grant } from '../access/choose-token.ts'
import { canonicalScope, identityScopes } from '../../contract/scopes/scope-sets.ts'
import { scopeTraits } from '../clocks/scope-traits.ts'
import type { AccessRecord, AccountRecord, ClientRecord, State, TokenRecord } from '../state/state.ts'
import { isDead } from '../state/state.ts'
import { liveTokenLimit, liveTokens } from '../tokens/live-count.ts'
import { tokenView } from '../tokens/token-view.ts'
import { shownTokens } from './shown-tokens.ts'

/** How the check of one token stands. `retryAt` in ms. */
export interface CheckStatus {
  readonly running: boolean
  /** It failed in passing. */
  readonly error: AppError | null
  readonly retryAt: number | null
}
export type CheckOf = (tokenId: string) => CheckStatus | null
/** Whether access without a refresh token is in memory and has not run out. */
export type HoldsAccess = (grant: Grant) => boolean
export const holdsNone: HoldsAccess = () => false

const identity: readonly string[] = identityScopes.map(canonicalScope)

/** What one account gave one client, as the window shows it at `now` (ms, Google's time). */
export function grantView(
  account: AccountRecord,
  client: ClientRecord,
  state: State,
  now: number,
  checkOf: CheckOf,
  holds: HoldsAccess = holdsNone,
): GrantView {
  const { clientId } = client
  const access = account.accesses.find((one) => one.clientId === clientId) ?? null
  const here = account.tokens.filter((token) => token.clientId === clientId && token.standing !== 'forgotten')
  const live = liveTokens(account.tokens, clientId, now)
  const telling = livingOrAll(here)
  // Access tells of the grant only where no refresh token does.
  const asGiven: readonly Given[] = telling.length === 0 && access ? [access] : telling
  const latest = asGiven[asGiven.length - 1]
  return {
    clientId,
    kind: here.length === 0 && access ? 'client-side' : client.kind,
    access: access && accessView(access, holds({ accountId: account.accountId, clientId })),
    granted: [...new Set(asGiven.flatMap(({ granted }) => [...scopeTraits(granted).canonical]))],
    asked: [...new Set(asGiven.flatMap(({ asked }) => [...scopeTraits(asked).canonical]))],
    surprises: surprises(asGiven),
    declined: latest ? declined(latest) : [],
    tokens: shownTokens(account, clientId, live).map((token) =>
      tokenView(account, client, token, state, now),
    ),
    liveAtLeast: live.length,
    limit: liveTokenLimit,
    used: usedScopes(account, clientId),
    check: grantCheck(here.flatMap(({ tokenId }) => checkOf(tokenId) ?? [])),
  }
}

/** Under the names that granted scopes have in the window; what was handed out under two of them is one. */
function usedScopes(account: AccountRecord, clientId: string): GrantView['used'] {
  const latest = new Map<string, UsedScope>()
  for (const use of account.scopeUses) {
    if (use.clientId !== clientId) continue
    const scope = canonicalScope(use.scope)
    const known = latest.get(scope)
    const at = Math.max(use.at, known?.at ?? 0)
    latest.set(scope, { scope, at, named: use.named || known?.named === true })
  }
  return [...latest.values()].sort((one, other) => other.at - one.at)
}

/** What a sign-in asked for, and what came of it. */
type Given = Pick<TokenRecord, 'asked' | 'granted'>

function accessView(
  { granted, receivedAt, expiresAt }: AccessRecord,
  held: boolean,
): NonNullable<GrantView['access']> {
  return { granted: [...scopeTraits(granted).canonical], receivedAt, expiresAt, held }
}

/** What a dead token gave is not held any more; it tells only of a grant that has no other. */
function livingOrAll(tokens: readonly TokenRecord[]): readonly TokenRecord[] {
  const living = tokens.filter((token) => !isDead(token))
  return living.length > 0 ? living : tokens
}

/**
 * What Google granted and no sign-in of these tokens asked for. Who somebody is it adds by itself (google-oauth.md
 * 7.2), so that is never one.
 */
function surprises(tokens: readonly Given[]): string[] {
  const expected = new Set(identity)
  for (const { asked } of tokens) for (const scope of scopeTraits(asked).canonical) expected.add(scope)
  const granted = tokens.flatMap((token) => [...scopeTraits(token.granted).canonical])
  return [...new Set(granted)].filter((scope) => !expected.has(scope))
}

function declined({ asked, granted }: Given): string[] {
  const held = scopeTraits(granted).canonical
  return [...scopeTraits(asked).canonical].filter((scope) => !held.has(scope))
}

function grantCheck(statuses: readonly CheckStatus[]): GrantView['check'] {
  const running = statuses.some((status) => status.running)
  const error = statuses.find((status) => status.error !== null)?.error ?? null
  return running || error ? { running, error } : null
}
