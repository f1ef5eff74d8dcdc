import { jsonAnswer } from './answers.ts'
import type { Answer } from './server.ts'

interface TokenError {
  readonly status: number
  readonly error: string
  readonly description?: string
  readonly subtype?: string
  readonly uri?: string
  readonly headers?: Readonly<Record<string, string>>
}

const reauth = 'https://support.google.com/a/answer/9368756'
const grant = (description: string): TokenError => ({ status: 400, error: 'invalid_grant', description })

/** Every error of the token endpoint, word for word (google-oauth.md 1.10). */
export const tokenErrors = {
  'expired-or-revoked': grant('Token has been expired or revoked.'),
  'bad-request': grant('Bad Request'),
  'verifier-not-needed': grant('code_verifier or verifier is not needed'),
  'code-malformed': grant('Malformed auth code.'),
  'verifier-missing': grant('Missing code verifier.'),
  'verifier-invalid': grant('Invalid code verifier.'),
  'account-deleted': grant('Account has been deleted'),
  'account-deleted-long': grant('The account has been deleted'),
  'robot-disabled': grant('Robot is disabled.'),
  'invalid-rapt': { ...grant('reauth related error (invalid_rapt)'), subtype: 'invalid_rapt', uri: reauth },
  'rapt-required': {
    ...grant('reauth related error (rapt_required)'),
    subtype: 'rapt_required',
    uri: reauth,
  },
  'client-not-found': {
    status: 401,
    error: 'invalid_client',
    description: 'The OAuth client was not found.',
  },
  'secret-invalid': {
    status: 401,
    error: 'invalid_client',
    description: 'The provided client secret is invalid.',
  },
  'client-unauthorized': { status: 401, error: 'invalid_client', description: 'Unauthorized' },
  'client-deleted': { status: 401, error: 'deleted_client', description: 'The OAuth client was deleted.' },
  'client-disabled': { status: 401, error: 'disabled_client', description: 'The OAuth client was disabled.' },
  'foreign-client': { status: 401, error: 'unauthorized_client', description: 'Unauthorized' },
  'secret-missing': { status: 400, error: 'invalid_request', description: 'client_secret is missing.' },
  'client-id-missing': {
    status: 400,
    error: 'invalid_request',
    description: 'Could not determine client ID from request.',
  },
  'parameter-missing': {
    status: 400,
    error: 'invalid_request',
    description: 'Missing required parameter: code',
  },
  'redirect-mismatch': { status: 400, error: 'redirect_uri_mismatch', description: 'Bad Request' },
  'grant-type-invalid': {
    status: 400,
    error: 'unsupported_grant_type',
    description: 'Invalid grant_type: password',
  },
  'scope-invalid': { status: 400, error: 'invalid_scope', description: 'Bad Request' },
  'org-internal': { status: 403, error: 'org_internal' },
  'admin-policy': { status: 400, error: 'admin_policy_enforced' },
  'access-denied': { status: 400, error: 'access_denied', description: 'Account Restricted' },
  'dpop-nonce': { status: 400, error: 'use_dpop_nonce', headers: { 'dpop-nonce': 'practice-nonce' } },
  'dpop-invalid': { status: 400, error: 'invalid_dpop_proof' },
  'rate-limit': { status: 403, error: 'rate_limit_exceeded' },
  'internal-failure': { status: 500, error: 'internal_failure' },
  'server-error': { status: 500, error: 'server_error' },
  unavailable: { status: 503, error: 'temporarily_unavailable' },
  'consent-required': { status: 400, error: 'consent_required' },
} as const satisfies Record<string, TokenError>

export type TokenErrorName = keyof typeof tokenErrors

/** Those of the revocation endpoint (google-oauth.md section 3). */
const revokeErrors = {
  'token-dead': { status: 400, error: 'invalid_token', description: 'Token expired or revoked' },
  'token-missing': {
    status: 400,
    error: 'invalid_request',
    description: 'Missing required parameter: token',
  },
  'not-revocable': { status: 400, error: 'invalid_request', description: 'Token is not revocable.' },
} as const satisfies Record<string, TokenError>

/** Those of JWT bearer grants, word for word (google-oauth.md section 6). */
const serviceErrors = {
  'service-not-found': grant('Invalid grant: account not found'),
  'service-signature': grant('Invalid JWT Signature.'),
  'service-verifier': grant('Invalid JWT: No valid verifier found for issuer.'),
  'service-times': grant(
    'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. ' +
      'Check your iat and exp values in the JWT claim.',
  ),
  'service-audience': grant('Invalid JWT: Failed audience check.'),
  'service-user': grant('Invalid email or User ID'),
  'service-email': grant('Not a valid email.'),
  'service-scope': {
    status: 400,
    error: 'invalid_scope',
    description: 'Invalid OAuth scope or ID token audience provided.',
  },
  'service-subject': {
    status: 400,
    error: 'invalid_request',
    description: 'Invalid impersonation "sub" field.',
  },
  'service-prn': {
    status: 400,
    error: 'invalid_request',
    description: 'Invalid impersonation prn email address.',
  },
  'service-unauthorized': {
    status: 401,
    error: 'unauthorized_client',
    description:
      'Client is unauthorized to retrieve access tokens using this method, ' +
      'or client not authorized for any of the scopes requested.',
  },
  'service-unauthorized-scope': {
    status: 401,
    error: 'unauthorized_client',
    description: 'Unauthorized client or scope in request.',
  },
  'service-denied': { status: 400, error: 'access_denied', description: 'Requested client not authorized.' },
} as const satisfies Record<string, TokenError>

/** Those of the device flow (google-oauth.md section 5). */
const deviceErrors = {
  'device-client-type': { status: 401, error: 'invalid_client', description: 'Invalid client type.' },
  'device-pending': { status: 428, error: 'authorization_pending', description: 'Precondition Required' },
  'device-slow-down': { status: 403, error: 'slow_down', description: 'Forbidden' },
  'device-denied': { status: 403, error: 'access_denied', description: 'Forbidden' },
  'device-expired': { status: 400, error: 'expired_token' },
} as const satisfies Record<string, TokenError>

export const endpointErrors = { ...tokenErrors, ...serviceErrors, ...revokeErrors, ...deviceErrors } as const
export type EndpointErrorName = keyof typeof endpointErrors

/** The answer for an error; `description` replaces the one of the table where it names a parameter. */
export function errorAnswer(name: EndpointErrorName, description?: string): Answer {
  const found: TokenError = endpointErrors[name]
  const text = description ?? found.description
  const answer = jsonAnswer(found.status, {
    error: found.error,
    ...(text !== undefined && { error_description: text }),
    ...(found.subtype !== undefined && { error_subtype: found.subtype }),
    ...(found.uri !== undefined && { error_uri: found.uri }),
  })
  return { ...answer, headers: { ...answer.headers, ...found.headers } }
}
