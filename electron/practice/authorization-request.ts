/** Reads an authorization request and finds what Google would refuse on its own page (google-oauth.md 1.2, 1.5). */
import type { ClientKind } from '../contract/kinds.ts'
import { field, repeatedField } from './answers.ts'
import type { ClientStanding } from './client-life.ts'
import type { Registered } from './client.ts'
import { isLoopbackRedirect } from './client.ts'
import { isKnownForm, splitScopes } from './scopes.ts'
import type { Code } from './state.ts'

/** What the pages ask a person for, however the answer goes back. */
interface Asking {
  readonly clientId: string
  /** As asked for, spelling included. */
  readonly scopes: readonly string[]
  readonly prompt: readonly Prompt[]
  readonly hostedDomain: string | null
}

export interface AuthorizationRequest extends Asking {
  readonly via: 'redirect'
  readonly redirectUri: string
  /** A code, or at once an access token that nothing renews (google-oauth.md 1.2, 1.6). */
  readonly responseType: 'code' | 'token'
  readonly responseMode: 'query' | 'fragment'
  /** Whether the exchange may give a refresh token: always to an installed app, else when asked for. */
  readonly offline: boolean
  readonly state: string | null
  readonly nonce: string | null
  readonly challenge: Code['challenge']
  readonly loginHint: string | null
}

/** Somebody entered the code of a device (google-oauth.md section 5). */
export interface DeviceRequest extends Asking {
  readonly via: 'device'
  /** The hash that the device code is known by. */
  readonly codeHash: string
}

const prompts = ['none', 'consent', 'select_account'] as const
type Prompt = (typeof prompts)[number]

/** An error that stays on the server's page and is never sent to the redirect address. */
export interface PageError {
  readonly status: 400 | 401 | 403
  readonly error: string
  readonly detail: string
}

type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: PageError }
const good = <T>(value: T): Read<T> => ({ ok: true, value })
const bad = (
  status: PageError['status'],
  error: string,
  detail: string,
): { ok: false; error: PageError } => ({
  ok: false,
  error: { status, error, detail },
})

/** The client that asks, as the console knows it. */
export interface AskingClient {
  readonly standing: ClientStanding
  readonly kind: ClientKind
  readonly registered: Registered
}

/** The response types of the discovery document that practice does not play. */
const otherResponseTypes = [
  'id_token',
  'code token',
  'code id_token',
  'token id_token',
  'code token id_token',
  'none',
]

/** Checks in the order: browser, client, redirect address, the rest. */
export function readAuthorizationRequest(
  query: URLSearchParams,
  userAgent: string,
  findClient: (clientId: string) => AskingClient,
): Read<AuthorizationRequest> {
  if (isEmbedded(userAgent)) {
    return bad(
      403,
      'disallowed_useragent',
      'Sign-in works in a browser only, not inside an app’s own window.',
    )
  }
  const repeated = repeatedField(query)
  if (repeated !== null) {
    return bad(400, 'invalid_request', `OAuth 2 parameters can only have a single value: ${repeated}`)
  }
  const client = readClient(query, findClient)
  if (!client.ok) return client
  const response = readResponse(query, client.value)
  if (!response.ok) return response
  const offline = readAccessType(query, client.value.kind, response.value.responseType)
  if (!offline.ok) return offline
  const scopes = readScopes(query)
  if (!scopes.ok) return scopes
  const challenge = readChallenge(query)
  if (!challenge.ok) return challenge
  const prompt = readPrompt(query)
  if (!prompt.ok) return prompt
  const { clientId, redirectUri } = client.value
  return good({
    via: 'redirect',
    clientId,
    redirectUri,
    ...response.value,
    offline: offline.value,
    scopes: scopes.value,
    challenge: challenge.value,
    prompt: prompt.value,
    state: query.get('state'),
    nonce: field(query, 'nonce'),
    loginHint: field(query, 'login_hint'),
    hostedDomain: field(query, 'hd'),
  })
}

/** Electron windows and Android web views name themselves (google-oauth.md 1.3). */
function isEmbedded(userAgent: string): boolean {
  return /\bElectron\/|; wv\)/.test(userAgent)
}

function missing(parameter: string): { ok: false; error: PageError } {
  return bad(400, 'invalid_request', `Missing required parameter: ${parameter}`)
}

interface ReadClient {
  readonly clientId: string
  readonly redirectUri: string
  readonly kind: ClientKind
  readonly registered: Registered
}

function readClient(
  query: URLSearchParams,
  findClient: (clientId: string) => AskingClient,
): Read<ReadClient> {
  const clientId = field(query, 'client_id')
  const redirectUri = field(query, 'redirect_uri')
  if (clientId === null) return missing('client_id')
  const { standing, kind, registered } = findClient(clientId)
  if (standing === 'gone') return bad(401, 'invalid_client', 'The OAuth client was not found.')
  if (standing === 'deleted') return bad(401, 'deleted_client', 'The OAuth client was deleted.')
  if (kind === 'device') {
    return bad(400, 'invalid_request', 'A client for TVs and limited input devices has no sign-in page.')
  }
  if (redirectUri === null) return missing('redirect_uri')
  const fits =
    kind === 'web' ? registered.redirectUris.includes(redirectUri) : isLoopbackRedirect(redirectUri)
  if (!fits) return bad(400, 'redirect_uri_mismatch', `redirect_uri=${redirectUri}`)
  return good({ clientId, redirectUri, kind, registered })
}

type Response = Pick<AuthorizationRequest, 'responseType' | 'responseMode'>

function readResponse(query: URLSearchParams, client: ReadClient): Read<Response> {
  const type = field(query, 'response_type')
  const mode = field(query, 'response_mode') ?? (type === 'token' ? 'fragment' : 'query')
  if (type === null) return missing('response_type')
  if (otherResponseTypes.includes(type) || (type === 'token' && client.kind !== 'web')) {
    return bad(400, 'invalid_request', `This client cannot use response_type=${type}`)
  }
  if (type !== 'code' && type !== 'token') {
    return bad(400, 'unsupported_response_type', `Invalid response_type: ${type}`)
  }
  // A token never stands where servers and their logs see it.
  const modes = type === 'token' ? ['fragment'] : ['query', 'fragment']
  if (!modes.includes(mode)) return bad(400, 'invalid_request', `Invalid response_mode: ${mode}`)
  if (type === 'token') {
    const { origin } = new URL(client.redirectUri)
    if (!client.registered.javascriptOrigins.includes(origin)) {
      return bad(400, 'origin_mismatch', `origin=${origin}`)
    }
  }
  return good({ responseType: type, responseMode: mode as Response['responseMode'] })
}

/** Web clients get a refresh token only for `offline`; to installed apps one is always given (google-oauth.md 1.2). */
function readAccessType(
  query: URLSearchParams,
  kind: ClientKind,
  responseType: Response['responseType'],
): Read<boolean> {
  const type = field(query, 'access_type') ?? 'online'
  if (type !== 'online' && type !== 'offline') {
    return bad(400, 'invalid_request', `Invalid access_type: ${type}`)
  }
  if (type === 'offline' && responseType === 'token') {
    return bad(400, 'invalid_request', 'Parameter not allowed for this message type: access_type')
  }
  return good(kind !== 'web' || type === 'offline')
}

function readScopes(query: URLSearchParams): Read<readonly string[]> {
  const scopes = splitScopes(query.get('scope') ?? '')
  if (scopes.length === 0) return missing('scope')
  const invalid = scopes.filter((scope) => !isKnownForm(scope))
  if (invalid.length === 0) return good(scopes)
  const valid = scopes.filter(isKnownForm)
  const [validText, invalidText] = [valid, invalid].map((list) => list.join(', '))
  const detail = `Some requested scopes were invalid. {valid=[${validText ?? ''}], invalid=[${invalidText ?? ''}]}`
  return bad(400, 'invalid_scope', detail)
}

/** RFC 7636; a method that is left out means `plain`. */
function readChallenge(query: URLSearchParams): Read<Code['challenge']> {
  const value = field(query, 'code_challenge')
  const named = field(query, 'code_challenge_method')
  const method = named ?? 'plain'
  if (method !== 'plain' && method !== 'S256') {
    return bad(400, 'invalid_request', `Invalid code_challenge_method: ${method}`)
  }
  if (value === null)
    return named === null ? good(null) : bad(400, 'invalid_grant', 'Missing code challenge.')
  const form = method === 'S256' ? /^[A-Za-z0-9_-]{43}$/ : /^[A-Za-z0-9._~-]{43,128}$/
  return form.test(value) ? good({ method, value }) : bad(400, 'invalid_grant', 'Invalid code challenge.')
}

function readPrompt(query: URLSearchParams): Read<readonly Prompt[]> {
  const words = splitScopes(query.get('prompt') ?? '')
  const unknown = words.find((word) => !prompts.includes(word as Prompt))
  if (unknown !== undefined)
    return bad(400, 'invalid_request', `Invalid parameter value for prompt: ${unknown}`)
  if (words.includes('none') && words.length > 1) {
    return bad(400, 'invalid_request', 'Invalid parameter value for prompt: none must stand alone')
  }
  return good(words as readonly Prompt[])
}
