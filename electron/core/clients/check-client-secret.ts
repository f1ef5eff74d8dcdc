import type { ProfileContext } from '../profile-context.ts'
import type { Secret } from '../secret.ts'

/**
 * Asks the token endpoint with a made-up refresh token: a client that it knows gets `invalid_grant`, a wrong
 * secret `invalid_client` (google-oauth.md 1.10, the probe). No real token is used and nothing changes there.
 *
 * Answers `unchecked` for everything that says nothing about the secret: no network, a busy server, a portal page.
 */
export async function checkClientSecret(
  context: ProfileContext,
  clientId: string,
  secret: Secret,
): Promise<'accepted' | 'refused' | 'unchecked'> {
  const body = new URLSearchParams({
    grant_type: 'refresh_token',
    client_id: clientId,
    client_secret: secret.reveal(),
    refresh_token: `latchkey-probe-${context.ports.random.token(12)}`,
  })
  const answer = await context.ports.http.fetch(context.issuer.tokenEndpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: body.toString(),
  })
  if (answer.kind !== 'answered') return 'unchecked'
  switch (errorOf(answer.body)) {
    case 'invalid_grant':
      return 'accepted'
    case 'invalid_client':
    case 'deleted_client':
    case 'disabled_client':
    case 'unauthorized_client':
      return 'refused'
    default:
      return 'unchecked'
  }
}

function errorOf(body: string): unknown {
  try {
    return (JSON.parse(body) as { error?: unknown } | null)?.error
  } catch {
    return undefined
  }
}
