/** The code exchange: google-oauth.md 1.7, 1.8, 4.3. Trades one code for one refresh token, or says why not. */
import type { JSONWebKeySet } from 'jose'
import { createLocalJWKSet, jwtVerify } from 'jose'
import * as oidc from 'openid-client'
import type { ClientAuthentication } from '../../../contract/kinds.ts'
import type { AppError } from '../../../contract/outcome.ts'
import { appError } from '../../../contract/outcome.ts'
import { clientAuthentication } from '../../clients/client-authentication.ts'
import { tokenErrorOf } from '../../access/token-errors.ts'
import type { Issuer } from '../../clients/issuer.ts'
import type { Clock, Http } from '../../ports.ts'
import type { Secret } from '../../secret.ts'
import type { AuthorizationSecrets } from './authorization-request.ts'
import type { Claims, ExchangeResult, TokenResponse } from './read-tokens.ts'
import { parseFields, readTokens } from './read-tokens.ts'
import { describeTokenEndpointError } from './token-endpoint-errors.ts'

/** A clock that is off by more than this is worth telling, ms. */
const notableSkewMs = 5 * 60 * 1000

export interface ExchangeRequest {
  readonly issuer: Issuer
  readonly clientId: string
  readonly clientSecret: Secret
  readonly authentication: ClientAuthentication
  /** As it stood in the authorization request, to the letter. */
  readonly redirectUri: string
  /** What came back to it. */
  readonly query: URLSearchParams
  readonly asked: readonly string[]
  readonly secrets: AuthorizationSecrets
  readonly signal: AbortSignal
}

type Fields = Readonly<Record<string, unknown>>

/**
 * Sends the code once and validates everything that comes back before any of it is used: RFC 6749 section 5.1,
 * the id token's signature, `iss`, `aud`, `exp` and `nonce`, and Google's sizes.
 */
export async function exchangeCode(
  request: ExchangeRequest,
  http: Http,
  clock: Clock,
): Promise<ExchangeResult> {
  const wire = new Wire(http, request)
  try {
    const config = configure(request, wire, clock)
    const tokens = await oidc.authorizationCodeGrant(config, callbackOf(request), {
      pkceCodeVerifier: request.secrets.verifier,
      expectedState: request.secrets.state,
      expectedNonce: request.secrets.nonce,
      idTokenExpected: true,
    })
    return readTokens(tokens, tokens.claims() ?? {}, request)
  } catch (cause) {
    const claims = await claimsUnderAlias(cause, wire, request, clock)
    if (claims) return readTokens(wire.answer?.fields as TokenResponse, claims, request)
    return describeFailure(cause, wire, clock)
  }
}

/** openid-client takes the whole address that the browser came back to. */
function callbackOf({ redirectUri, query }: ExchangeRequest): URL {
  const callback = new URL(redirectUri)
  callback.search = query.toString()
  return callback
}

function configure(request: ExchangeRequest, wire: Wire, clock: Clock): oidc.Configuration {
  const { issuer, clientId } = request
  const server: oidc.ServerMetadata = {
    issuer: issuer.issuer,
    authorization_endpoint: issuer.authorizationEndpoint,
    token_endpoint: issuer.tokenEndpoint,
    jwks_uri: issuer.jwksUri,
    id_token_signing_alg_values_supported: ['RS256'],
  }
  const metadata = { [oidc.clockSkew]: Math.round(clock.offsetMs() / 1000) }
  const config = new oidc.Configuration(server, clientId, metadata, (_server, _client, body, headers) => {
    const proof = clientAuthentication(request, request.clientSecret)
    for (const [name, value] of Object.entries(proof.fields)) body.set(name, value)
    for (const [name, value] of Object.entries(proof.headers)) headers.set(name, value)
  })
  config[oidc.customFetch] = wire.fetch
  oidc.enableNonRepudiationChecks(config)
  // Plain HTTP is only ever reachable in practice: the Http port refuses it in the real profile.
  if (issuer.tokenEndpoint.startsWith('http://127.0.0.1:')) oidc.allowInsecureRequests(config)
  return config
}

/** Carries openid-client's requests over our bounded Http and keeps what is needed to explain a failure. */
class Wire {
  readonly #http: Http
  readonly #request: ExchangeRequest
  failure: AppError | null = null
  aborted = false
  answer: { status: number; fields: Fields | null; text: string; date: number | null } | null = null

  constructor(http: Http, request: ExchangeRequest) {
    this.#http = http
    this.#request = request
  }

  /** openid-client writes the `redirect_uri` as a URL has it: `http://localhost:8080` would get a slash behind it. */
  #form(body: URLSearchParams): string {
    const form = new URLSearchParams(body)
    if (form.has('redirect_uri')) form.set('redirect_uri', this.#request.redirectUri)
    return form.toString()
  }

  readonly fetch: oidc.CustomFetch = async (url, options) => {
    const body = options.body instanceof URLSearchParams ? this.#form(options.body) : options.body
    const result = await this.#http.fetch(url, {
      method: options.method === 'POST' ? 'POST' : 'GET',
      headers: Object.fromEntries(new Headers(options.headers)),
      ...(typeof body === 'string' ? { body } : {}),
      signal: this.#request.signal,
    })
    if (result.kind === 'aborted') this.aborted = true
    if (result.kind === 'failed') this.failure = result.error
    if (result.kind !== 'answered') throw new TypeError('the request did not come back')
    if (url === this.#request.issuer.tokenEndpoint) {
      const date = Date.parse(result.headers.get('date') ?? '')
      this.answer = {
        status: result.status,
        fields: parseFields(result.body),
        text: result.body,
        date: Number.isNaN(date) ? null : date,
      }
    }
    const bodyless = result.status === 204 || result.status === 205 || result.status === 304
    return new Response(bodyless ? null : result.body, {
      status: result.status,
      headers: [...result.headers],
    })
  }
}

/**
 * Google may name itself `accounts.google.com` without the scheme (google-oauth.md 4.3), which openid-client
 * takes for a stranger. The same token is then checked once more, as strictly, against that name.
 */
async function claimsUnderAlias(
  cause: unknown,
  wire: Wire,
  request: ExchangeRequest,
  clock: Clock,
): Promise<Claims | null> {
  const { issuer, clientId, secrets, signal } = request
  const token = wire.answer?.fields?.['id_token']
  if (issuer.issuerAliases.length === 0 || codeOf(cause) !== 'OAUTH_JWT_CLAIM_COMPARISON_FAILED') return null
  if (typeof token !== 'string') return null
  const keys = await wire
    .fetch(issuer.jwksUri, { method: 'GET', headers: {}, body: null, redirect: 'manual', signal })
    .catch(() => null)
  const jwks = keys?.ok === true ? parseFields(await keys.text()) : null
  try {
    const { payload } = await jwtVerify(token, createLocalJWKSet(jwks as unknown as JSONWebKeySet), {
      issuer: [...issuer.issuerAliases],
      audience: clientId,
      algorithms: ['RS256'],
      requiredClaims: ['sub', 'exp', 'iat', 'nonce'],
      currentDate: new Date(clock.now()),
    })
    return payload['nonce'] === secrets.nonce ? payload : null
  } catch {
    return null
  }
}

function describeFailure(cause: unknown, wire: Wire, clock: Clock): ExchangeResult {
  if (wire.aborted) return { kind: 'aborted' }
  if (wire.failure) return failed(wire.failure)
  const { answer } = wire
  if (!answer) return failed(appError('internal'))
  if (answer.status !== 200) return describeRefusal(answer)
  if (!answer.fields) return describeNonJson(answer.text)
  if (!hasAccessToken(answer.fields)) return malformed('fields are missing or wrong')
  if (answer.fields['id_token'] === undefined) return failed(appError('id-token-missing'))
  return describeIdTokenFailure(cause, answer.date, clock)
}

function describeRefusal(answer: NonNullable<Wire['answer']>): ExchangeResult {
  const { status } = answer
  const refusal = tokenErrorOf(answer.fields ?? {}, status)
  if (refusal.error === '' && status < 500 && status !== 429) return failed(appError('answer-not-json'))
  return failed(describeTokenEndpointError(refusal))
}

function describeNonJson(text: string): ExchangeResult {
  return text.trimStart().startsWith('{')
    ? malformed('JSON that breaks off')
    : failed(appError('answer-not-json'))
}

function describeIdTokenFailure(cause: unknown, serverTime: number | null, clock: Clock): ExchangeResult {
  const skewMs = serverTime === null ? 0 : Math.abs(serverTime - clock.now())
  switch (codeOf(cause)) {
    case 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED':
      return skewMs > notableSkewMs
        ? failed(appError('clock-skew', { minutes: Math.round(skewMs / 60_000) }))
        : failed(appError('id-token-invalid', { reason: 'it has expired' }))
    case 'OAUTH_JWT_CLAIM_COMPARISON_FAILED':
      return failed(appError('id-token-invalid', { reason: 'it was made for someone else' }))
    case 'OAUTH_UNSUPPORTED_OPERATION':
      return malformed('token type or signature of an unknown kind')
    default:
      return failed(appError('id-token-invalid', { reason: 'its form or signature is wrong' }))
  }
}

function hasAccessToken(fields: Fields): boolean {
  return ['access_token', 'token_type'].every(
    (name) => typeof fields[name] === 'string' && fields[name] !== '',
  )
}

function codeOf(cause: unknown): string {
  const code = (cause as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : ''
}

const failed = (error: AppError): ExchangeResult => ({ kind: 'failed', error })
const malformed = (reason: string): ExchangeResult => failed(appError('answer-malformed', { reason }))
