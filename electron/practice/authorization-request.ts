/** Reads an authorization request and finds what Google would refuse on its own page (google-oauth.md 1.2, 1.5). */
import { field, repeatedField } from './answers.ts'
import type { ClientStanding } from './client-life.ts'
import { isLoopbackRedirect } from './client.ts'
import { isKnownForm, splitScopes } from './scopes.ts'
import type { Code } from './state.ts'

export interface AuthorizationRequest {
  readonly clientId: string
  readonly redirectUri: string
  readonly responseMode: 'query' | 'fragment'
  /** As asked for, spelling included. */
  readonly scopes: readonly string[]
  readonly state: string | null
  readonly nonce: string | null
  readonly challenge: Code['challenge']
  readonly prompt: readonly Prompt[]
  readonly loginHint: string | null
  readonly hostedDomain: string | null
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

/** The response types of the discovery document; a Desktop client may only use `code`. */
const responseTypes = [
  'token',
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
  standing: (clientId: string) => ClientStanding,
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
  const client = readClient(query, standing)
  if (!client.ok) return client
  const kind = readResponse(query)
  if (!kind.ok) return kind
  const scopes = readScopes(query)
  if (!scopes.ok) return scopes
  const challenge = readChallenge(query)
  if (!challenge.ok) return challenge
  const prompt = readPrompt(query)
  if (!prompt.ok) return prompt
  return good({
    ...client.value,
    responseMode: kind.value,
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

function readClient(
  query: URLSearchParams,
  standing: (clientId: string) => ClientStanding,
): Read<{ clientId: string; redirectUri: string }> {
  const clientId = field(query, 'client_id')
  const redirectUri = field(query, 'redirect_uri')
  if (clientId === null) return missing('client_id')
  const stands = standing(clientId)
  if (stands === 'gone') return bad(401, 'invalid_client', 'The OAuth client was not found.')
  if (stands === 'deleted') return bad(401, 'deleted_client', 'The OAuth client was deleted.')
  if (redirectUri === null) return missing('redirect_uri')
  if (!isLoopbackRedirect(redirectUri))
    return bad(400, 'redirect_uri_mismatch', `redirect_uri=${redirectUri}`)
  return good({ clientId, redirectUri })
}

function readResponse(query: URLSearchParams): Read<AuthorizationRequest['responseMode']> {
  const type = field(query, 'response_type')
  const mode = field(query, 'response_mode') ?? 'query'
  if (type === null) return missing('response_type')
  if (responseTypes.includes(type)) {
    return bad(400, 'invalid_request', `A Desktop client cannot use response_type=${type}`)
  }
  if (type !== 'code') return bad(400, 'unsupported_response_type', `Invalid response_type: ${type}`)
  if (mode !== 'query' && mode !== 'fragment')
    return bad(400, 'invalid_request', `Invalid response_mode: ${mode}`)
  return good(mode)
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
