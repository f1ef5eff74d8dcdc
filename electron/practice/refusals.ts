/**
 * Why an account or a refresh token is refused, in the order in which practice Google looks. Google documents no
 * order; here what is wider and more lasting comes first:
 *
 * 1. the client: gone for good, deleted (before its secret is looked at);
 * 2. the token is unknown, or another client's;
 * 3. the account is deleted or suspended;
 * 4. the token is dead: revoked, evicted, new password, idle, Testing, time-based access over;
 * 5. the Cloud session is over (ends with a new sign-in, or when the administrator lengthens it);
 * 6. a service of its scopes is Restricted (ends when the administrator lifts that).
 */
import { accountBySub } from './accounts.ts'
import { clientStanding } from './client-life.ts'
import { isPracticeClient } from './client.ts'
import type { ClientStanding } from './client-life.ts'
import { isCloudScope, productOf } from './scopes.ts'
import type { PracticeState, RefreshToken } from './state.ts'
import { causeOfDeath } from './state.ts'
import type { TokenErrorName } from './token-errors.ts'

const hourMs = 3600 * 1000

/** What the token endpoint says of a client that is not there, or null. */
export function clientRefusal(standing: ClientStanding): TokenErrorName | null {
  if (standing === 'live') return null
  return standing === 'deleted' ? 'client-deleted' : 'client-not-found'
}

/** What a refresh with this token would be told at this instant of practice time, ms; null when it works. */
export function refreshRefusal(
  state: PracticeState,
  token: RefreshToken,
  now: number,
): TokenErrorName | null {
  const client = isPracticeClient(token.clientId)
    ? clientRefusal(clientStanding(state, token.clientId, now))
    : null
  if (client !== null) return client
  if (state.disabled.includes(token.sub)) return 'account-deleted'
  if (causeOfDeath(token, now) !== null) return 'expired-or-revoked'
  if (isSessionOver(state, token, now)) return 'invalid-rapt'
  return restrictedScopes(state, token.sub, token.scopes).length > 0 ? 'admin-policy' : null
}

/**
 * Session length holds for Workspace accounts and tokens with a Google Cloud scope, and counts from the sign-in:
 * every new consent is a new token and a new session. (A report of `invalid_rapt` with other scopes stands alone,
 * google-oauth.md 2.2; practice keeps to what Google documents.)
 */
function isSessionOver(state: PracticeState, token: RefreshToken, now: number): boolean {
  if (state.sessionHours === null || !isOfWorkspace(token.sub)) return false
  return token.scopes.some(isCloudScope) && now >= token.mintedAt + state.sessionHours * hourMs
}

/** What happened to an account between its consent and the first tokens, or null. */
export function accountRefusal(
  state: PracticeState,
  { sub, scopes }: { readonly sub: string; readonly scopes: readonly string[] },
): TokenErrorName | null {
  if (state.disabled.includes(sub)) return 'account-deleted'
  return restrictedScopes(state, sub, scopes).length > 0 ? 'admin-policy' : null
}

/** Those of the scopes that the Workspace administrator does not allow this account; none for consumers. */
export function restrictedScopes(
  state: PracticeState,
  sub: string,
  scopes: readonly string[],
): readonly string[] {
  if (state.restricted.length === 0 || !isOfWorkspace(sub)) return []
  return scopes.filter((scope) => {
    const product = productOf(scope)
    return product !== null && state.restricted.includes(product)
  })
}

function isOfWorkspace(sub: string): boolean {
  return (accountBySub(sub)?.hostedDomain ?? null) !== null
}
