/**
 * Reads what people bring as a client file. Whatever else it is (a token, an API key, an app's
 * configuration) gets an answer that says what it is and what to bring instead.
 */
import type { ClientKind } from '../../contract/kinds.ts'
import type { Outcome } from '../../contract/outcome.ts'
import { fail, ok } from '../../contract/outcome.ts'
import type { ProfileName } from '../../contract/views.ts'
import { Secret } from '../secret.ts'
import { isAllowedAddress, parseUrl } from './issuer.ts'

/** A client file is about half a kilobyte; nothing that is one comes near this, in bytes. */
export const maxClientFileBytes = 65_536

export interface ClientFile {
  readonly clientId: string
  /** `device` where an `installed` file names no loopback address; it may still be one that does. */
  readonly kind: ClientKind
  readonly projectId: string | null
  readonly redirectUris: readonly string[]
  readonly javascriptOrigins: readonly string[]
  readonly secret: Secret
}

export type JsonObject = Readonly<Record<string, unknown>>
/** What the file itself says of its client. */
type FileKey = 'installed' | 'web'

/**
 * Takes the bytes of a file and the profile that it is meant for. Checks size, text, JSON, shape and, before
 * anything is believed, that every endpoint it names belongs to the profile (google-oauth.md 1.11).
 *
 * Errors: `file-…` for what is no JSON text, `client-…` for what is no usable client.
 */
export function parseClientFile(bytes: Uint8Array, profile: ProfileName): Outcome<ClientFile> {
  const text = decodeText(bytes)
  if (!text.ok) return text
  const json = parseJson(text.value)
  if (json === undefined) return describeNonJson(text.value)
  if (!isObject(json)) return fail('client-not-recognised')

  const hasInstalled = Object.hasOwn(json, 'installed')
  const hasWeb = Object.hasOwn(json, 'web')
  if (hasInstalled && hasWeb) return fail('client-two-kinds')
  if (!hasInstalled && !hasWeb) return describeOtherJson(json)
  const key = hasInstalled ? 'installed' : 'web'
  const client = json[key]
  return isObject(client) ? readClient(client, key, profile) : fail('client-not-recognised')
}

/** The text of a file. Errors: `file-too-large`, `file-binary`, `file-empty`. */
export function decodeText(bytes: Uint8Array): Outcome<string> {
  if (bytes.byteLength > maxClientFileBytes) return fail('file-too-large')
  if (bytes.includes(0)) return fail('file-binary')
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes).trim()
    return text === '' ? fail('file-empty') : ok(text)
  } catch {
    return fail('file-binary')
  }
}

/** Undefined for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

const apiKey = /^AIza[\w-]{30,45}$/
const tokenText = /^(ya29\.|1\/\/|4\/)[\w.~/-]+$/

function describeNonJson(text: string): Outcome<never> {
  if (apiKey.test(text)) return fail('client-api-key')
  if (tokenText.test(text)) return fail('client-token-file')
  if (text.includes('<plist')) return fail('client-mobile')
  return fail('file-not-json')
}

/** The shapes that people most often hold in their hands instead (google-oauth.md 6, 8.1, 8.3). */
function describeOtherJson(json: JsonObject): Outcome<never> {
  const { type } = json
  const tokenFields = ['refresh_token', 'access_token', 'token', 'id_token', 'token_response']
  if (type === 'authorized_user' || tokenFields.some((field) => typeof json[field] === 'string')) {
    return fail('client-token-file')
  }
  if (Object.values(json).some((value) => typeof value === 'string' && apiKey.test(value)))
    return fail('client-api-key')
  if (isObject(json['project_info']) && Array.isArray(json['client'])) return fail('client-mobile')
  return fail('client-not-recognised')
}

/** `N-x.apps.googleusercontent.com`; very old ids have no part after the number (google-oauth.md 1.2, 8.1). */
const clientIdShape = /^\d{6,24}(-[a-z0-9]{8,64})?\.apps\.googleusercontent\.com$/
const secretShape = /^[\x21-\x7E]{6,512}$/
const projectShape = /^[a-z0-9][a-z0-9.:-]{1,126}$/
const endpointFields = ['auth_uri', 'token_uri', 'auth_provider_x509_cert_url'] as const

function readClient(client: JsonObject, key: FileKey, profile: ProfileName): Outcome<ClientFile> {
  const clientId = client['client_id']
  if (typeof clientId !== 'string' || !clientIdShape.test(clientId)) return fail('client-id-malformed')

  const endpoints = checkEndpoints(client, profile)
  if (!endpoints.ok) return endpoints

  const redirectUris = readStrings(client['redirect_uris'])
  if (!redirectUris) return fail('client-field-malformed', { field: 'redirect_uris' })
  const javascriptOrigins = readStrings(client['javascript_origins'])
  if (!javascriptOrigins) return fail('client-field-malformed', { field: 'javascript_origins' })

  const projectId = client['project_id'] ?? null
  if (projectId !== null && (typeof projectId !== 'string' || !projectShape.test(projectId))) {
    return fail('client-field-malformed', { field: 'project_id' })
  }

  const secret = client['client_secret']
  if (secret === undefined || secret === '') return fail(missingSecret(key, redirectUris))
  if (typeof secret !== 'string' || !secretShape.test(secret)) {
    return fail('client-field-malformed', { field: 'client_secret' })
  }
  const kind = kindOf(key, redirectUris)
  return ok({ clientId, kind, projectId, redirectUris, javascriptOrigins, secret: new Secret(secret) })
}

/** Downloads of Android, iOS and UWP clients lack the secret; only Desktop ones name a plain loopback return. */
function missingSecret(
  key: FileKey,
  redirectUris: readonly string[],
): 'client-secret-missing' | 'client-mobile' {
  return key === 'web' || redirectUris.some(isLoopback) ? 'client-secret-missing' : 'client-mobile'
}

/**
 * Clients for TVs come as `installed` too, without an address of this machine to return to: nothing returns to a
 * TV. Files of some age name one all the same, so that the person has the last word (google-oauth.md 5).
 */
function kindOf(key: FileKey, redirectUris: readonly string[]): ClientKind {
  return key === 'web' || redirectUris.some(isLoopback) ? key : 'device'
}

const loopbackHosts: readonly string[] = ['localhost', '127.0.0.1', '[::1]']

function isLoopback(uri: string): boolean {
  const url = parseUrl(uri)
  return url?.protocol === 'http:' && loopbackHosts.includes(url.hostname)
}

function checkEndpoints(client: JsonObject, profile: ProfileName): Outcome<null> {
  for (const field of endpointFields) {
    const address = client[field]
    if (address === undefined) continue
    if (typeof address !== 'string') return fail('client-field-malformed', { field })
    if (isAllowedAddress(profile, address)) continue
    const host = parseUrl(address)?.host ?? address
    return fail(profile === 'real' ? 'client-foreign-endpoint' : 'client-not-loopback', {
      host: host.slice(0, 120),
    })
  }
  const namesNone = endpointFields.every((field) => client[field] === undefined)
  return profile === 'practice' && namesNone
    ? fail('client-not-loopback', { host: 'accounts.google.com' })
    : ok()
}

function readStrings(value: unknown): readonly string[] | null {
  if (value === undefined) return []
  const fine =
    Array.isArray(value) &&
    value.length <= 100 &&
    value.every((item) => typeof item === 'string' && item.length <= 2048)
  return fine ? (value as string[]) : null
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
