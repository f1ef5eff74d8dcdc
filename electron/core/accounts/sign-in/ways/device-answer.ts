/** Reads the answers of a sign-in on another device: google-oauth.md 5, RFC 8628 section 3. Pure. */
import type { AppError, Outcome } from '../../../../contract/outcome.ts'
import { appError, fail, ok } from '../../../../contract/outcome.ts'
import type { Answered, JsonFields } from '../../../access/json-answer.ts'
import { jsonFields, notJson } from '../../../access/json-answer.ts'
import type { TokenEndpointError } from '../../../access/token-errors.ts'
import { tokenErrorOf } from '../../../access/token-errors.ts'
import type { Issuer } from '../../../clients/issuer.ts'
import { parseUrl } from '../../../clients/issuer.ts'
import type { HttpResult } from '../../../ports.ts'
import { Secret } from '../../../secret.ts'
import type { TokenResponse } from '../read-tokens.ts'
import { describeTokenEndpointError } from '../token-endpoint-errors.ts'

export interface DeviceCode {
  readonly deviceCode: Secret
  /** What the person types, to the letter. */
  readonly userCode: string
  /** Where they type it. */
  readonly page: string
  /** The same for a camera: with the code in it, where the server gives such an address. */
  readonly scan: string
  readonly lifeMs: number
  readonly intervalMs: number
}

export type PollAnswer =
  | { readonly kind: 'pending' }
  | { readonly kind: 'slow-down' }
  /** Nothing was learned about the code; the same request can succeed later. */
  | { readonly kind: 'passing'; readonly error: AppError }
  | { readonly kind: 'failed'; readonly error: AppError }
  | { readonly kind: 'granted'; readonly tokens: TokenResponse }

type Arrived = Exclude<HttpResult, { readonly kind: 'aborted' }>

/** What Google gives (google-oauth.md 5), where an answer leaves it out; s. */
const usualLife = 1800
const usualInterval = 5
/** Beyond these an answer is a mistake; s. */
const longestLife = 24 * 3600
const shortestInterval = 1
const longestInterval = 300

const longestAddress = 2048
/** Printable; spaces only between. */
const userCodeShape = /^(?=.{1,64}$)[\x21-\x7E]+( [\x21-\x7E]+)*$/
const deviceCodeShape = /^[\x21-\x7E]{1,2048}$/

/**
 * The codes of a 200, validated: what the person is to type is printable and short, and the page to type it at is
 * one of the issuer's.
 *
 * Errors: `device-quota`, `device-type-wrong`, `answer-malformed`, `answer-not-json`, those of a failed request and of
 * `describeTokenEndpointError`.
 */
export function readDeviceCode(result: Arrived, issuer: Issuer): Outcome<DeviceCode> {
  if (result.kind === 'failed') return { ok: false, error: result.error }
  const early = unavailable(result)
  if (early) return { ok: false, error: early }
  const fields = jsonFields(result)
  if (!fields) return { ok: false, error: notJson(result) }
  return result.status === 200 ? readCodes(fields, issuer) : { ok: false, error: noCode(fields, result) }
}

function readCodes(fields: JsonFields, issuer: Issuer): Outcome<DeviceCode> {
  const { device_code: deviceCode, user_code: userCode } = fields
  if (typeof deviceCode !== 'string' || !deviceCodeShape.test(deviceCode))
    return malformed('its device code is missing or wrong')
  if (typeof userCode !== 'string' || !userCodeShape.test(userCode))
    return malformed('its code for the person is missing or wrong')
  // Google's name of the field, and the standard's.
  const page = issuersPage(fields['verification_url'] ?? fields['verification_uri'], issuer)
  if (!page) return malformed('its page is missing or not Google’s')
  const whole = fields['verification_uri_complete'] ?? fields['verification_url_complete']
  const scan = issuersPage(whole, issuer)
  return ok({
    deviceCode: new Secret(deviceCode),
    userCode,
    page: page.href,
    scan: scan?.origin === page.origin ? scan.href : page.href,
    lifeMs: secondsOf(fields['expires_in'], usualLife, longestLife) * 1000,
    intervalMs:
      Math.max(shortestInterval, secondsOf(fields['interval'], usualInterval, longestInterval)) * 1000,
  })
}

function issuersPage(value: unknown, issuer: Issuer): URL | null {
  const url = typeof value === 'string' && value.length <= longestAddress ? parseUrl(value) : null
  if (!url || url.username !== '' || url.password !== '' || url.href.length > longestAddress) return null
  return issuer.devicePages.includes(url.origin) ? url : null
}

function secondsOf(value: unknown, usual: number, longest: number): number {
  const fits = typeof value === 'number' && Number.isFinite(value) && value > 0
  return fits ? Math.min(value, longest) : usual
}

function noCode(fields: JsonFields, answer: Answered): AppError {
  const error = tokenErrorOf(fields, answer.status)
  // Google names this one in a field of its own.
  const overQuota = [error.error, fields['error_code']].includes('rate_limit_exceeded')
  if (overQuota) return appError('device-quota')
  if (error.error === '') return appError('answer-malformed', { reason: 'it names no error' })
  return refusal(error)
}

const passingErrors: readonly string[] = [
  'rate_limit_exceeded',
  'internal_failure',
  'server_error',
  'temporarily_unavailable',
]

/**
 * Sorts one answer to a poll. Whatever is no JSON of the token endpoint, and whatever a status of 429, 407 or 5xx
 * carries, is about the way or the server: the code lives on.
 */
export function readPollAnswer(result: Arrived): PollAnswer {
  if (result.kind === 'failed') return { kind: 'passing', error: result.error }
  const early = unavailable(result)
  if (early) return { kind: 'passing', error: early }
  const fields = jsonFields(result)
  if (result.status === 200) return readGrant(fields, result)
  if (!fields) return { kind: 'passing', error: notJson(result) }
  const error = tokenErrorOf(fields, result.status)
  if (error.error === 'authorization_pending') return { kind: 'pending' }
  if (error.error === 'slow_down') return { kind: 'slow-down' }
  if (passingErrors.includes(error.error))
    return { kind: 'passing', error: describeTokenEndpointError(error) }
  if (error.error === '')
    return { kind: 'passing', error: appError('answer-malformed', { reason: 'it names no error' }) }
  return { kind: 'failed', error: refusal(error) }
}

/** JSON that breaks off took the code with it: it is given out once. Any other page was never Google's. */
function readGrant(fields: JsonFields | null, answer: Answered): PollAnswer {
  if (!fields) {
    const error = notJson(answer)
    return { kind: error.code === 'answer-malformed' ? 'failed' : 'passing', error }
  }
  const { access_token: accessToken, token_type: type, refresh_token: refreshToken, scope } = fields
  if (!isToken(accessToken)) return wrong('its access token is missing or wrong')
  if (String(type).toLowerCase() !== 'bearer') return wrong('its token type is not Bearer')
  if (refreshToken !== undefined && refreshToken !== '' && !isToken(refreshToken))
    return wrong('its refresh token has an impossible form')
  if (scope !== undefined && typeof scope !== 'string') return wrong('its scopes are not text')
  return { kind: 'granted', tokens: fields as TokenResponse }
}

const isToken = (value: unknown): value is string => typeof value === 'string' && /^[\x21-\x7E]+$/.test(value)

/** Google answers `invalid_client` to a client of another type too, and says so in its sentence. */
function refusal(error: TokenEndpointError): AppError {
  const aboutClient = error.error === 'invalid_client' || error.error === 'unauthorized_client'
  if (aboutClient && /\btype\b|limited[ -]input/i.test(error.description))
    return appError('device-type-wrong')
  if (error.error === 'access_denied') return appError('sign-in-refused')
  if (error.error === 'expired_token') return appError('device-code-expired')
  const described = describeTokenEndpointError(error)
  return described.code === 'code-refused' ? appError('device-code-claimed') : described
}

function unavailable({ status }: Answered): AppError | null {
  if (status === 429) return appError('rate-limited')
  if (status >= 500) return appError('server-unavailable', { status })
  return status === 407 ? appError('network-failed', { reason: 'a proxy asks for a password' }) : null
}

const malformed = (reason: string): Outcome<never> => fail('answer-malformed', { reason })
const wrong = (reason: string): PollAnswer => ({
  kind: 'failed',
  error: appError('answer-malformed', { reason }),
})
