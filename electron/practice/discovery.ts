/** The discovery documents and the key set (google-oauth.md 4.4). */
import { jsonAnswer } from './answers.ts'
import { deviceGrantType } from './device-grant.ts'
import { jwtBearerGrantType } from './jwt-bearer.ts'
import type { Handle } from './server.ts'
import type { PracticeWorld } from './world.ts'

const forAnHour = { 'cache-control': 'public, max-age=3600' } as const

/** As Google's, without what practice Google does not have: `form_post`. */
function metadata(issuer: string): Record<string, unknown> {
  return {
    issuer,
    authorization_endpoint: `${issuer}/o/oauth2/v2/auth`,
    device_authorization_endpoint: `${issuer}/device/code`,
    token_endpoint: `${issuer}/token`,
    userinfo_endpoint: `${issuer}/v1/userinfo`,
    revocation_endpoint: `${issuer}/revoke`,
    jwks_uri: `${issuer}/oauth2/v3/certs`,
    response_types_supported: [
      'code',
      'token',
      'id_token',
      'code token',
      'code id_token',
      'token id_token',
      'code token id_token',
      'none',
    ],
    response_modes_supported: ['query', 'fragment'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: ['openid', 'email', 'profile'],
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
    claims_supported: [
      'aud',
      'email',
      'email_verified',
      'exp',
      'family_name',
      'given_name',
      'iat',
      'iss',
      'name',
      'picture',
      'sub',
    ],
    code_challenge_methods_supported: ['plain', 'S256'],
    grant_types_supported: ['authorization_code', 'refresh_token', deviceGrantType, jwtBearerGrantType],
    authorization_response_iss_parameter_supported: true,
  }
}

export function openidConfiguration(world: PracticeWorld): Handle {
  return () => jsonAnswer(200, metadata(world.issuer), forAnHour)
}

/** The RFC 8414 form adds where people can read more. */
export function authorizationServerMetadata(world: PracticeWorld): Handle {
  const more = {
    service_documentation: 'https://developers.google.com/identity/protocols/oauth2',
    op_policy_uri: 'https://policies.google.com/privacy',
    op_tos_uri: 'https://policies.google.com/terms',
  }
  return () => jsonAnswer(200, { ...metadata(world.issuer), ...more }, forAnHour)
}

export function certs(world: PracticeWorld): Handle {
  return async () => jsonAnswer(200, { keys: [(await world.keys()).publicJwk] }, forAnHour)
}
