/** Reads what comes back from a refresh: google-oauth.md 1.10, 2.1 and 2.4. Pure; decides nothing but the meaning. */
import type { AppError } from '../../contract/outcome.ts'
import { appError } from '../../contract/outcome.ts'
import type { Verdict } from '../../contract/views.ts'
import type { HttpResult } from '../ports.ts'
import { parseScopes } from '../../contract/scopes/scope-sets.ts'
import { Secret } from '../secret.ts'
import type { Answered } from './json-answer.ts'
import { jsonFields, notJson } from './json-answer.ts'
import { cleanRefusal, describeRefusal, verdictOf } from './refusals.ts'
import type { TokenEndpointError } from './token-errors.ts'
import { isSecretMissing, tokenErrorCodes, tokenErrorOf } from './token-errors.ts'

export interface Granted {
  readonly kind: 'granted'
  readonly accessToken: Secret
  readonly lifetimeMs: number
  /** In canonical spelling; null where the answer leaves `scope` out. */
  readonly scopes: readonly string[] | null
  /** A refresh token that comes with the answer; Google documents none (google-oauth.md 2.1). */
  readonly refreshToken: Secret | null
  /** From `refresh_token_expires_in`; null where the answer says nothing of it. */
  readonly refreshTokenEndsInMs: number | null
}

/** Nothing was learned about token or client; the same request can succeed later. */
export interface Passing {
  readonly kind: 'passing'
  readonly error: AppError
  /** From `Retry-After`. */
  readonly retryAfterMs: number | null
  /** Google was not reached at all. */
  readonly offline: boolean
}

export type RefreshAnswer =
  | Granted
  | Passing
  | {
      readonly kind: 'refused'
      readonly verdict: Verdict
      /** Fit for the ledger. */
      readonly refusal: TokenEndpointError
      readonly error: AppError
    }
  /** It says that the client is bad; only a probe can tell (`probeClient`). */
  | { readonly kind: 'client-refused'; readonly refusal: TokenEndpointError; readonly error: AppError }

/** Google's bounds, bytes (google-oauth.md 2.4). */
const maxAccessTokenBytes = 2048
const maxRefreshTokenBytes = 512
/** An access token that claims to live longer is used as if it lived this long, ms. Google's live an hour. */
const longestLifeMs = 24 * 3600 * 1000
/** A `Retry-After` beyond this is a mistake, ms. */
const longestRetryAfterMs = 24 * 3600 * 1000

const offlineCodes: readonly string[] = ['network-offline', 'proxy-failed']
const clientErrors = new Set([
  'invalid_client',
  'deleted_client',
  'disabled_client',
  'use_dpop_nonce',
  'invalid_dpop_proof',
])
const passingErrors = new Set([
  'rate_limit_exceeded',
  'internal_failure',
  'server_error',
  'temporarily_unavailable',
])

/** Sorts the outcome of one refresh; `now` (epoch ms) is only for a `Retry-After` that is a date. */
export function readRefreshAnswer(
  result: Exclude<HttpResult, { readonly kind: 'aborted' }>,
  now: number,
): RefreshAnswer {
  if (result.kind === 'failed') {
    const offline = offlineCodes.includes(result.error.code)
    return { kind: 'passing', error: result.error, retryAfterMs: null, offline }
  }
  return result.status === 200 ? readGrant(result) : readRefusal(result, now)
}

function readGrant(answer: Answered): RefreshAnswer {
  const fields = jsonFields(answer)
  if (!fields) return passing(notJson(answer))
  const accessToken = tokenOf(fields['access_token'], maxAccessTokenBytes)
  if (!accessToken) return malformed('its access token is missing or too long')
  if (String(fields['token_type']).toLowerCase() !== 'bearer')
    return malformed('its token type is not Bearer')
  const lifetime = fields['expires_in']
  if (!isSeconds(lifetime)) return malformed('its lifetime is missing or wrong')
  const { scope, refresh_token: rotated } = fields
  if (scope !== undefined && typeof scope !== 'string') return malformed('its scopes are not text')
  const refreshToken = rotated === undefined || rotated === '' ? null : tokenOf(rotated, maxRefreshTokenBytes)
  if (refreshToken === null && rotated !== undefined && rotated !== '') {
    return malformed('its refresh token has an impossible form')
  }
  const ends = fields['refresh_token_expires_in']
  const scopes = parseScopes(scope ?? '')
  return {
    kind: 'granted',
    accessToken,
    lifetimeMs: Math.min(lifetime * 1000, longestLifeMs),
    scopes: scopes.length === 0 ? null : scopes,
    refreshToken,
    refreshTokenEndsInMs: isSeconds(ends) ? ends * 1000 : null,
  }
}

/**
 * Whatever a status of 429, 407 or 5xx carries, it is about the way or the server (as Chromium has it). A refusal
 * counts only as JSON from the token endpoint itself: a page of a Wi-Fi or a proxy never says anything about a token.
 */
function readRefusal(answer: Answered, now: number): RefreshAnswer {
  const { status } = answer
  const retryAfterMs = readRetryAfter(answer, now)
  if (status === 429) return passing(appError('rate-limited'), retryAfterMs)
  if (status >= 500) return passing(appError('server-unavailable', { status }), retryAfterMs)
  if (status === 407) return passing(appError('network-failed', { reason: 'a proxy asks for a password' }))
  const fields = jsonFields(answer)
  if (!fields) return passing(notJson(answer), retryAfterMs)
  const error = tokenErrorOf(fields, status)
  if (error.error === '') return passing(appError('answer-malformed', { reason: 'it names no error' }))
  if (passingErrors.has(error.error)) return passing(describeRefusal(cleanRefusal(error)), retryAfterMs)
  return judge(error)
}

function judge(raw: TokenEndpointError): RefreshAnswer {
  const refusal = cleanRefusal(raw)
  const error = describeRefusal(refusal)
  if (clientErrors.has(raw.error) || isSecretMissing(raw)) return { kind: 'client-refused', refusal, error }
  const grantRefused = raw.error === 'invalid_grant'
  const known = grantRefused || error.code === 'session-expired' || Object.hasOwn(tokenErrorCodes, raw.error)
  // 403 without a known error is transient for Chromium; `invalid_grant` is final only with the status it belongs to.
  const trusted = grantRefused ? raw.status === 400 : known || raw.status === 400 || raw.status === 401
  if (!trusted) return passing(appError('server-unavailable', { status: raw.status }))
  return { kind: 'refused', verdict: verdictOf(refusal), refusal, error }
}

/** A token of printable characters within its bound; a line break in one would end a header early. */
function tokenOf(value: unknown, maxBytes: number): Secret | null {
  const fits = typeof value === 'string' && value.length <= maxBytes && /^[\x21-\x7E]+$/.test(value)
  return fits ? new Secret(value) : null
}

function isSeconds(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0
}

/** RFC 9110 section 10.2.3: seconds, or a date, which is reckoned from the answer's own `Date`. */
function readRetryAfter({ headers }: Answered, now: number): number | null {
  const text = headers.get('retry-after')?.trim() ?? ''
  const sentAt = Date.parse(headers.get('date') ?? '')
  const ms = /^\d+$/.test(text)
    ? Number(text) * 1000
    : Date.parse(text) - (Number.isNaN(sentAt) ? now : sentAt)
  return ms > 0 ? Math.min(ms, longestRetryAfterMs) : null
}

function passing(error: AppError, retryAfterMs: number | null = null): Passing {
  return { kind: 'passing', error, retryAfterMs, offline: false }
}

const malformed = (reason: string): Passing => passing(appError('answer-malformed', { reason }))
