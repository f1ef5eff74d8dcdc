import type { HttpRequest } from '../ports.ts'
import type { Secret } from '../secret.ts'

export interface RefreshFields {
  readonly clientId: string
  readonly clientSecret: Secret
  readonly refreshToken: Secret
  /** Only to ask for less than the token can do; null leaves `scope` out. */
  readonly scopes: readonly string[] | null
}

/** One refresh as google-oauth.md 2.1 describes it; every secret in it stands in the body. */
export function refreshRequest(fields: RefreshFields): HttpRequest {
  const body = new URLSearchParams({
    grant_type: 'refresh_token',
    client_id: fields.clientId,
    client_secret: fields.clientSecret.reveal(),
    refresh_token: fields.refreshToken.reveal(),
    ...(fields.scopes ? { scope: fields.scopes.join(' ') } : {}),
  })
  return {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: body.toString(),
  }
}
