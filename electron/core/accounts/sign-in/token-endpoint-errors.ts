import type { ErrorCode } from '../../../contract/errors.ts'
import type { AppError } from '../../../contract/outcome.ts'
import { appError } from '../../../contract/outcome.ts'

/** The body of an error from the token endpoint, RFC 6749 section 5.2, with Google's `error_subtype`. */
export interface TokenEndpointError {
  readonly error: string
  readonly description: string
  readonly subtype: string
  readonly status: number
}

/** One row per `error` of google-oauth.md 1.10, as it concerns a code exchange. */
const codes: Readonly<Record<string, ErrorCode>> = {
  invalid_grant: 'code-refused',
  invalid_client: 'client-refused',
  deleted_client: 'client-deleted',
  disabled_client: 'client-disabled',
  unauthorized_client: 'client-unauthorized',
  invalid_request: 'request-refused',
  redirect_uri_mismatch: 'redirect-mismatch',
  unsupported_grant_type: 'request-refused',
  invalid_scope: 'scope-refused',
  org_internal: 'org-internal',
  admin_policy_enforced: 'admin-policy',
  access_denied: 'access-denied',
  use_dpop_nonce: 'dpop-required',
  invalid_dpop_proof: 'dpop-required',
  rate_limit_exceeded: 'rate-limited',
  internal_failure: 'server-unavailable',
  server_error: 'server-unavailable',
  temporarily_unavailable: 'server-unavailable',
}

/**
 * Says what an error of the token endpoint means for a sign-in. Status 429 and 5xx win over the body: whatever
 * it says then, it is about the server and not about the client or the token.
 */
export function describeTokenEndpointError(answer: TokenEndpointError): AppError {
  const { error, status, subtype } = answer
  const description = answer.description.replace(/[^\x20-\x7E]/g, ' ').slice(0, 200)
  if (status === 429) return appError('rate-limited')
  if (status >= 500) return appError('server-unavailable', { status })
  if (error === 'invalid_grant' && /rapt/.test(subtype)) return appError('session-expired')
  if (error === 'invalid_grant' && /account has been deleted/i.test(description))
    return appError('account-deleted')
  if (error === 'invalid_request' && description.startsWith('client_secret is missing')) {
    return appError('client-refused', { reason: description })
  }
  const code = codes[error] ?? 'token-error-other'
  return appError(code, {
    reason: description === '' ? error.slice(0, 60) : description,
    error: error.replace(/[^\w.-]/g, '').slice(0, 60),
    status,
  })
}
