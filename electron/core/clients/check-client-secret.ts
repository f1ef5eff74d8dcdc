import type { ProfileContext } from '../profile-context.ts'
import { readRefreshAnswer } from '../access/refresh-answer.ts'
import { refreshRequest } from '../access/refresh-request.ts'
import type { TokenEndpointError } from '../access/token-errors.ts'
import { Secret } from '../secret.ts'
import { authenticating } from './client-authentication.ts'

export type ClientProbe =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly refusal: TokenEndpointError }
  /** Nothing was learned: no network, a busy server, a portal page. */
  | { readonly kind: 'unchecked' }

/**
 * Asks the token endpoint with a made-up refresh token: a client that it knows gets `invalid_grant`, a wrong
 * secret `invalid_client` (google-oauth.md 1.10, the probe). No real token is used and nothing changes there.
 */
export async function probeClient(
  context: ProfileContext,
  clientId: string,
  secret: Secret,
  signal?: AbortSignal,
): Promise<ClientProbe> {
  const refreshToken = new Secret(`latchkey-probe-${context.ports.random.token(12)}`)
  const client = authenticating(context.ledger.state(), clientId)
  const request = refreshRequest({ client, clientSecret: secret, refreshToken, scopes: null })
  const result = await context.ports.http.fetch(context.issuer.tokenEndpoint, {
    ...request,
    ...(signal ? { signal } : {}),
  })
  if (result.kind === 'aborted') return { kind: 'unchecked' }
  const answer = readRefreshAnswer(result, context.now())
  if (answer.kind === 'client-refused') return { kind: 'refused', refusal: answer.refusal }
  if (answer.kind !== 'refused') return { kind: 'unchecked' }
  if (answer.refusal.error === 'unauthorized_client') return { kind: 'refused', refusal: answer.refusal }
  return answer.verdict === 'dead' ? { kind: 'accepted' } : { kind: 'unchecked' }
}

/** Whether Google takes a secret for a client's. `unchecked` says nothing about it. */
export async function checkClientSecret(
  context: ProfileContext,
  clientId: string,
  secret: Secret,
): Promise<ClientProbe['kind']> {
  return (await probeClient(context, clientId, secret)).kind
}
