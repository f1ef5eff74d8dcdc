/** What Google refuses on a page once it knows the account (google-oauth.md 1.5). */
import type { PracticeAccount } from './accounts.ts'
import type { PageError } from './authorization-request.ts'
import { projectNumberOf } from './client.ts'
import { restrictedScopes } from './refusals.ts'
import { canonicalScopes, isAdminScope, isSignInScope } from './scopes.ts'
import { consentedScopes, isInTesting, isOfFirstProject } from './state.ts'
import type { Visit } from './tickets.ts'
import type { PracticeWorld } from './world.ts'

/** Null where this account may give the client what it asks for. */
export function refusalFor(
  world: PracticeWorld,
  request: Visit['request'],
  account: PracticeAccount,
): PageError | null {
  const { state } = world.store
  const { testUsers, disabled } = state
  if (disabled.includes(account.sub)) {
    // Google tells it on a page of its own before any OAuth; the word is practice's.
    const detail = `${account.email}: this account has been deleted or suspended.`
    return { status: 403, error: 'account_disabled', detail }
  }
  if (isInTesting(state, request.clientId) && testUsers !== null && !testUsers.includes(account.email)) {
    const detail = 'The app is being tested, and only accounts on its list of testers may use it.'
    return { status: 403, error: 'access_denied', detail }
  }
  if (isBeyondUserCap(world, account.sub, request)) {
    const detail = 'The app is not verified, and as many people use it as may.'
    return { status: 403, error: 'access_denied', detail }
  }
  const restricted = restrictedScopes(state, account.sub, canonicalScopes(request.scopes))
  if (restricted.length > 0) {
    const detail = `The administrator of ${account.hostedDomain ?? ''} does not allow: ${restricted.join(', ')}`
    return { status: 400, error: 'admin_policy_enforced', detail }
  }
  const admin = request.scopes.filter(isAdminScope)
  if (account.hostedDomain !== null || admin.length === 0) return null
  const detail = `Some requested scopes cannot be shown: [${admin.join(', ')}]`
  return { status: 400, error: 'invalid_scope', detail }
}

/** Somebody new, more than sign-in asked, and the app has all the users it may have (google-oauth.md 2.2, row 12). */
function isBeyondUserCap(
  { store }: PracticeWorld,
  sub: string,
  { clientId, scopes }: Visit['request'],
): boolean {
  const { userCapReached, refreshTokens } = store.state
  if (!userCapReached || !isOfFirstProject(clientId)) return false
  if (canonicalScopes(scopes).every(isSignInScope)) return false
  const isUser = consentedScopes(store.state, sub, projectNumberOf(clientId)).length > 0
  return !isUser && !refreshTokens.some((token) => token.sub === sub && token.clientId === clientId)
}
