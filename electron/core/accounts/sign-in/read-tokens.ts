/** Reads what the token endpoint grants to whoever signs in: google-oauth.md 1.8, 2.4, 4.3. One for every way. */
import type { AppError } from '../../../contract/outcome.ts'
import { appError } from '../../../contract/outcome.ts'
import { parseScopes, uniqueScopes } from '../../../contract/scopes/scope-sets.ts'
import type { Issuer } from '../../clients/issuer.ts'
import { Secret } from '../../secret.ts'
import type { Identity } from '../identity.ts'

/** Google's bounds on token sizes, bytes (google-oauth.md 2.4). */
const maxAccessTokenBytes = 2048
const maxRefreshTokenBytes = 512

export interface Exchanged {
  readonly identity: Identity
  readonly refreshToken: Secret
  readonly granted: readonly string[]
  /** `refresh_token_expires_in` in ms; null where Google gave none. */
  readonly endsInMs: number | null
}
export type ExchangeResult =
  | { readonly kind: 'exchanged'; readonly value: Exchanged }
  | { readonly kind: 'failed'; readonly error: AppError }
  | { readonly kind: 'aborted' }

export interface TokenResponse {
  readonly access_token: string
  readonly refresh_token?: string
  readonly scope?: string
  readonly [field: string]: unknown
}
type Fields = Readonly<Record<string, unknown>>
export type Claims = Fields

/** The fields of a JSON object; none for JSON of another kind, and null for what is no JSON. */
export function parseFields(text: string): Fields | null {
  try {
    const json: unknown = JSON.parse(text)
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as Fields) : {}
  } catch {
    return null
  }
}

/**
 * Takes an answer whose form was checked and the claims of its id token, whose signature was. Checks the sizes and
 * that there is a refresh token, and gives what is to be kept.
 *
 * Errors: `no-refresh-token`, `nothing-granted`, `answer-malformed`.
 */
export function readTokens(
  tokens: TokenResponse,
  claims: Claims,
  request: { readonly issuer: Issuer; readonly asked: readonly string[] },
): ExchangeResult {
  if (Buffer.byteLength(tokens.access_token) > maxAccessTokenBytes)
    return malformed('access token over 2048 bytes')
  const refreshToken = tokens.refresh_token
  if (refreshToken === undefined || refreshToken === '') return failed(appError('no-refresh-token'))
  if (Buffer.byteLength(refreshToken) > maxRefreshTokenBytes) return malformed('refresh token over 512 bytes')

  // RFC 6749 section 5.1: an absent scope means exactly what was asked.
  const granted = tokens.scope === undefined ? uniqueScopes(request.asked) : parseScopes(tokens.scope)
  if (granted.length === 0) return failed(appError('nothing-granted'))
  const lifetime = tokens['refresh_token_expires_in']
  return {
    kind: 'exchanged',
    value: {
      identity: readIdentity(claims, request.issuer),
      refreshToken: new Secret(refreshToken),
      granted,
      endsInMs: typeof lifetime === 'number' && lifetime > 0 ? lifetime * 1000 : null,
    },
  }
}

/** Who the claims of a validated id token name. */
export function readIdentity(claims: Claims, issuer: Issuer): Identity {
  const sub = String(claims['sub'])
  const text = (name: string, max: number): string | null => {
    const value = claims[name]
    return typeof value === 'string' && value !== '' ? value.slice(0, max) : null
  }
  return {
    issuer: issuer.identity,
    sub,
    email: text('email', 320) ?? sub,
    name: text('name', 300),
    hostedDomain: text('hd', 255),
  }
}

const failed = (error: AppError): ExchangeResult => ({ kind: 'failed', error })
const malformed = (reason: string): ExchangeResult => failed(appError('answer-malformed', { reason }))
