/**
 * The errors of Google's token endpoint (google-oauth.md 1.10) and what they are called here. One table for the
 * exchange of a code and for a refresh; where the two differ, each says so itself.
 */
import type { ErrorCode } from '../../contract/errors.ts'
import type { JsonFields } from './json-answer.ts'

/** The body of an error from the token endpoint, RFC 6749 section 5.2, with Google's `error_subtype`. */
export interface TokenEndpointError {
  readonly error: string
  readonly description: string
  readonly subtype: string
  readonly status: number
}

/** Errors that mean the same for every request. */
export const tokenErrorCodes: Readonly<Record<string, ErrorCode>> = {
  invalid_client: 'client-refused',
  deleted_client: 'client-deleted',
  disabled_client: 'client-disabled',
  unauthorized_client: 'client-unauthorized',
  restricted_client: 'client-unauthorized',
  invalid_request: 'request-refused',
  redirect_uri_mismatch: 'redirect-mismatch',
  unsupported_grant_type: 'request-refused',
  invalid_scope: 'scope-refused',
  org_internal: 'org-internal',
  admin_policy_enforced: 'admin-policy',
  access_denied: 'access-denied',
  consent_required: 'consent-required',
  use_dpop_nonce: 'dpop-required',
  invalid_dpop_proof: 'dpop-required',
  rate_limit_exceeded: 'rate-limited',
  internal_failure: 'server-unavailable',
  server_error: 'server-unavailable',
  temporarily_unavailable: 'server-unavailable',
}

/** What Google says when a Desktop client's secret is left out (google-oauth.md 1.7). */
export function isSecretMissing(error: TokenEndpointError): boolean {
  return error.error === 'invalid_request' && error.description.startsWith('client_secret is missing')
}

export function isAccountDeleted(error: TokenEndpointError): boolean {
  return error.error === 'invalid_grant' && /account has been deleted/i.test(error.description)
}

/** How Google's secrets look (google-oauth.md 2.4), and codes: a server, or whatever answers for it, may repeat them. */
const secretShapes = /\bya29\.[\w.~+/-]+|\b[14]\/\/?[\w-]{4,}|\bGOCSPX-[\w-]+/g

/** A server's sentence as it may be shown, logged and kept: printable ASCII, no secret, at most 200 characters. */
export function cleanDescription(description: string): string {
  return description
    .replace(/[^\x20-\x7E]/g, ' ')
    .replace(secretShapes, '[secret]')
    .slice(0, 200)
}

/** An `error` or `error_subtype` as it may be shown, logged and kept: at most 60 characters of a name. */
export function cleanName(name: string): string {
  return name
    .replace(secretShapes, '')
    .replace(/[^\w.-]/g, '')
    .slice(0, 60)
}

/** What stands for the reason in a message: the description, or the bare name where Google gives none. */
export function reasonOf(error: TokenEndpointError): string {
  const description = cleanDescription(error.description).replace(/\.$/, '')
  return description === '' ? cleanName(error.error) : description
}

/** The error of an answer that is JSON; what is missing or no text is empty (google-oauth.md 1.10). */
export function tokenErrorOf(fields: JsonFields, status: number): TokenEndpointError {
  const text = (name: string): string => {
    const value = fields[name]
    return typeof value === 'string' ? value : ''
  }
  return {
    error: text('error'),
    description: text('error_description'),
    subtype: text('error_subtype'),
    status,
  }
}
