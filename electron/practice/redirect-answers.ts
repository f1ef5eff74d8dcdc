/** What goes back to the redirect address: a code, a token in the fragment, an error (google-oauth.md 1.2, 1.4). */
import type { PracticeAccount } from './accounts.ts'
import { redirectAnswer } from './answers.ts'
import type { AuthorizationRequest } from './authorization-request.ts'
import { useClient } from './client-life.ts'
import { furtherClients, projectNumberOf } from './client.ts'
import { redirectScopes } from './scopes.ts'
import { hashSecret } from './secrets.ts'
import type { Answer } from './server.ts'
import { accessSeconds, addCode, rememberConsent, signInBrowser } from './state.ts'
import { newAccessToken } from './token-response.ts'
import type { PracticeWorld } from './world.ts'
import { issueSecret } from './world.ts'

export interface Allowed {
  readonly scopes: readonly string[]
  /** Whether the person was asked just now; only then the exchange gives a refresh token. */
  readonly asked: boolean
  readonly timeBased: boolean
}

export async function redirectWithCode(
  world: PracticeWorld,
  request: AuthorizationRequest,
  account: PracticeAccount,
  allowed: Allowed,
): Promise<Answer> {
  const { clientId, redirectUri, challenge, nonce } = request
  const { sub } = account
  const bytes = world.faults.peek('token').find('token-sizes')?.code
  const code = issueSecret(world, 'code', clientId, bytes)
  const scopes = [...allowed.scopes]
  await world.store.change((state) => {
    const consented = rememberConsent(signInBrowser(state, sub), sub, projectNumberOf(clientId), scopes)
    const now = world.now()
    const refreshToken = allowed.asked && request.offline
    const asked = { sub, clientId, redirectUri, scopes, challenge, nonce, mintedAt: now }
    const { timeBased } = allowed
    return addCode(consented, { hash: hashSecret(code), ...asked, refreshToken, timeBased }, now)
  })
  return redirectBack(request, { ...echo(world, request), code, ...about(account, allowed) })
}

/**
 * The answer to `response_type=token`: the access token itself, in the fragment (google-oauth.md 1.6, section 9).
 * As there is no later request that they could strike, this uses the faults of the token endpoint up.
 */
export async function redirectWithToken(
  world: PracticeWorld,
  request: AuthorizationRequest,
  account: PracticeAccount,
  allowed: Allowed,
): Promise<Answer> {
  const { clientId } = request
  const { sub } = account
  const { scopes } = allowed
  const faults = world.faults.take('token')
  const owner = faults.has('foreign-client') ? furtherClients.other.clientId : clientId
  const bytes = faults.find('token-sizes')?.accessToken
  const accessToken = newAccessToken(world, { sub, clientId: owner, scopes, offline: false }, bytes)
  await world.store.change((state) => {
    const consented = rememberConsent(signInBrowser(state, sub), sub, projectNumberOf(clientId), scopes)
    return useClient(consented, clientId, world.now())
  })
  return redirectBack(request, {
    ...(!faults.has('no-state') && echo(world, request)),
    access_token: accessToken,
    token_type: faults.find('token-type')?.value ?? 'Bearer',
    ...(!faults.has('no-expires-in') && { expires_in: String(accessSeconds) }),
    ...about(account, allowed),
  })
}

export function redirectError(
  world: PracticeWorld,
  request: AuthorizationRequest,
  error: Readonly<Record<string, string>>,
): Answer {
  return redirectBack(request, { ...error, ...echo(world, request) })
}

/** What shows whose answer it is, and to which request. */
function echo({ issuer }: PracticeWorld, { state }: AuthorizationRequest): Record<string, string> {
  return { ...(state !== null && { state }), iss: issuer }
}

/** What was granted, and what Google says besides (google-oauth.md 1.4). */
function about({ hostedDomain }: PracticeAccount, { scopes, asked }: Allowed): Record<string, string> {
  return {
    scope: redirectScopes(scopes).join(' '),
    authuser: '0',
    ...(hostedDomain !== null && { hd: hostedDomain }),
    prompt: asked ? 'consent' : 'none',
  }
}

/** The redirect address with the answer added; a query that it has of its own is kept as it is. */
function redirectBack(request: AuthorizationRequest, answer: Readonly<Record<string, string>>): Answer {
  const added = new URLSearchParams(answer).toString()
  const separator = request.responseMode === 'fragment' ? '#' : request.redirectUri.includes('?') ? '&' : '?'
  return redirectAnswer(`${request.redirectUri}${separator}${added}`)
}
