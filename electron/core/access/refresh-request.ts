import type { AuthenticatingClient } from '../clients/client-authentication.ts'
import { clientAuthentication } from '../clients/client-authentication.ts'
import type { HttpRequest } from '../ports.ts'
import type { Secret } from '../secret.ts'

export interface RefreshFields {
  readonly client: AuthenticatingClient
  readonly clientSecret: Secret
  readonly refreshToken: Secret
  /** Only to ask for less than the token can do; null leaves `scope` out. */
  readonly scopes: readonly string[] | null
}

/** One refresh as google-oauth.md 2.1 describes it; the secrets in it stand in the body, or the client's in a header. */
export function refreshRequest(fields: RefreshFields): HttpRequest {
  const proof = clientAuthentication(fields.client, fields.clientSecret)
  const body = new URLSearchParams({
    grant_type: 'refresh_token',
    ...proof.fields,
    refresh_token: fields.refreshToken.reveal(),
    ...(fields.scopes ? { scope: fields.scopes.join(' ') } : {}),
  })
  return {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
      ...proof.headers,
    },
    body: body.toString(),
  }
}
