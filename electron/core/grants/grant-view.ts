import type { AppError } from '../../contract/outcome.ts'
import type { GrantView } from '../../contract/views.ts'
import { canonicalScope, identityScopes } from '../../contract/scopes/scope-sets.ts'
import { scopeTraits } from '../clocks/scope-traits.ts'
import type { AccountRecord, ClientRecord, State, TokenRecord } from '../state/state.ts'
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

const identity: readonly string[] = identityScopes.map(canonicalScope)

/** What one account gave one client, as the window shows it at `now` (ms, Google's time). */
export function grantView(
  account: AccountRecord,
  client: ClientRecord,
  state: State,
  now: number,
  checkOf: CheckOf,
): GrantView {
  const { clientId } = client
  const here = account.tokens.filter((token) => token.clientId === clientId && token.standing !== 'forgotten')
  const live = liveTokens(account.tokens, clientId, now)
  const telling = livingOrAll(here)
  const latest = telling[telling.length - 1]
  return {
    clientId,
    kind: client.kind,
    access: null,
    granted: [...new Set(telling.flatMap((token) => [...scopeTraits(token.granted).canonical]))],
    asked: [...new Set(telling.flatMap((token) => [...scopeTraits(token.asked).canonical]))],
    surprises: surprises(telling),
    declined: latest ? declined(latest) : [],
    tokens: shownTokens(account, clientId, live).map((token) =>
      tokenView(account, client, token, state, now),
    ),
    liveAtLeast: live.length,
    limit: liveTokenLimit,
    check: grantCheck(here.flatMap(({ tokenId }) => checkOf(tokenId) ?? [])),
  }
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
function surprises(tokens: readonly TokenRecord[]): string[] {
  const expected = new Set(identity)
  for (const { asked } of tokens) for (const scope of scopeTraits(asked).canonical) expected.add(scope)
  const granted = tokens.flatMap((token) => [...scopeTraits(token.granted).canonical])
  return [...new Set(granted)].filter((scope) => !expected.has(scope))
}

function declined({ asked, granted }: TokenRecord): string[] {
  const held = scopeTraits(granted).canonical
  return [...scopeTraits(asked).canonical].filter((scope) => !held.has(scope))
}

function grantCheck(statuses: readonly CheckStatus[]): GrantView['check'] {
  const running = statuses.some((status) => status.running)
  const error = statuses.find((status) => status.error !== null)?.error ?? null
  return running || error ? { running, error } : null
}
