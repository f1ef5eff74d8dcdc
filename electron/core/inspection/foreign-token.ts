/** What somebody pasted in order to have it looked at. Pure; nothing of it is believed. */
import { Secret } from '../secret.ts'

export type Pasted =
  | { readonly kind: 'empty' }
  /** Works for months, and nobody needs to look at it. */
  | { readonly kind: 'refresh-token' }
  /** A client secret, a private key, an API key or an authorization code. */
  | { readonly kind: 'secret' }
  | { readonly kind: 'jwt'; readonly token: Secret; readonly jwt: UncheckedJwt }
  /** An access token by its form; only Google can read it. */
  | { readonly kind: 'opaque'; readonly token: Secret }
  | { readonly kind: 'other' }

/** What a JWT says of itself. */
export interface UncheckedJwt {
  readonly header: JsonObject
  readonly claims: JsonObject
}
type JsonObject = Readonly<Record<string, unknown>>

/** Nothing that is a token comes near these, in characters. */
const longestText = 65_536
const longestJwt = 16_384
/**
 * RFC 6750 section 2.1, between the shortest that is one and Google's bound (google-oauth.md 2.4). A path, a name or a
 * client id has that form too: no token begins with a sign, and none is without letters and digits.
 */
const bearerToken = /^(?=.{20,2048}$)(?=.*[a-z])(?=.*\d)[a-z\d][\w.~+/-]*=*$/i
const googlesToken = /^ya29\.[\w.~+/-]{4,2040}=*$/
const clientId = /\.googleusercontent\.com$/i
const jwtShape = /^[\w-]+\.[\w-]+\.[\w-]*$/

/** Google's shapes (google-oauth.md 2.4); `%2F` is `/` in an address. */
const slash = '(?:/|%2F)'
const refreshToken = new RegExp(`^1${slash}${slash}?[\\w-]{10,}$`, 'i')
const authorizationCode = new RegExp(`^4${slash}[\\w-]{10,}$`, 'i')
const refreshTokenWithin = /(^|[^\w/-])1(\/|%2F){2}[\w-]{20,}|refresh_token\\?["']?\s*[=:]/i
const secretWithin =
  /PRIVATE KEY-----|(client_secret|private_key)\\?["']?\s*[=:]|(^|[^\w-])(GOCSPX-[\w-]{10,}|AIza[\w-]{35})/i
/** A private key without its title, and as the keychain here holds it (`storedKey`). */
const bareKey = /^(MII[\w+/=-]{200,}|rsa1\.)/
/** Client secrets before 2021: nothing marks them but their length. */
const oldClientSecret = /^(?=.*[a-z])(?=.*[A-Z\d])[\w-]{24}$|^(?=.*[A-Z])(?=.*\d)[\w-]{24}$/
/** Tokens of others that are known by their beginning: they are no business of Google's. */
const othersToken = /^(gh[pousr]_|github_pat_|glpat-|sk[-_]|pk[-_]|xox[a-z]-|npm_|AKIA|ASIA|hvs\.|SG\.)/

const refreshFields: readonly string[] = ['refresh_token']
const secretFields: readonly string[] = ['private_key', 'client_secret', 'api_key', 'code_verifier']
const tokenFields: readonly string[] = ['access_token', 'id_token', 'token']

/** Takes a text as it was copied: with quotes, line breaks, a header's name before it, or as the JSON of an answer. */
export function recognisePasted(text: string): Pasted {
  const trimmed = text.replace(invisible, '').trim()
  if (trimmed === '') return { kind: 'empty' }
  return fromJson(trimmed) ?? recogniseToken(trimmed)
}

/** Zero-width characters and the mark of byte order, which come along from pages and files. */
const invisible = /[\u200B-\u200D\u2060\uFEFF]/g

function recogniseToken(text: string): Pasted {
  const token = bare(text)
  // A JWT can hold any letters by chance, so that it is looked at before what only stands somewhere within.
  const jwt = token.length <= longestJwt ? readJwt(token) : null
  if (jwt) return { kind: 'jwt', token: new Secret(token), jwt }
  if (refreshToken.test(token) || refreshTokenWithin.test(text)) return { kind: 'refresh-token' }
  if (isSecret(token, text)) return { kind: 'secret' }
  const isToken = googlesToken.test(token) || isLikelyToken(token)
  return isToken ? { kind: 'opaque', token: new Secret(token) } : { kind: 'other' }
}

/** `token` is the text without what people copy along. */
function isSecret(token: string, text: string): boolean {
  if (authorizationCode.test(token) || secretWithin.test(text)) return true
  // Where it was copied out of JSON, its line ends are two characters.
  if (bareKey.test(token.replace(/\\[rn]|\s/g, ''))) return true
  return oldClientSecret.test(token) && !othersToken.test(token)
}

function isLikelyToken(text: string): boolean {
  return bearerToken.test(text) && !clientId.test(text) && !othersToken.test(text)
}

/** What is worth most decides: an answer with a refresh token in it is one, whatever else it holds. */
function fromJson(text: string): Pasted | null {
  if (!text.startsWith('{') || text.length > longestText) return null
  const json = parseObject(text)
  if (!json) return null
  const objects = [json, ...Object.values(json).filter(isObject)]
  const has = (names: readonly string[]): boolean =>
    objects.some((object) => names.some((name) => textOf(object[name]) !== null))
  if (has(refreshFields)) return { kind: 'refresh-token' }
  if (has(secretFields)) return { kind: 'secret' }
  const token = tokenFields.map((name) => textOf(json[name])).find((value) => value !== null)
  return token === undefined || token === null ? null : recogniseToken(token)
}

/**
 * Without what people copy along: the name of a header or a parameter, `Bearer`, quotes around, a comma behind, and the
 * line breaks of a terminal.
 */
function bare(text: string): string {
  const lines = text.split(/[\r\n]/)
  let token = lines.map((line) => line.trim()).join('')
  for (const label of labels) token = unwrapped(token).replace(label, '')
  return unwrapped(token)
}

/** In the order in which they stand in front of each other. */
const labels: readonly RegExp[] = [
  /^(proxy-)?authorization["']?\s*[:=]\s*/i,
  /^(access_token|id_token|token)["']?\s*[:=]\s*/i,
  /^bearer\s+/i,
]
const wrapping = new Set(' \t\u00A0"\'`\u2018\u2019\u201C\u201D\u00AB\u00BB<>')
const closing = new Set([...wrapping, ',', ';'])

/** One character after the other: what is pasted can be long, and nothing may take long over it. */
function unwrapped(text: string): string {
  let from = 0
  let to = text.length
  while (from < to && wrapping.has(text.charAt(from))) from += 1
  while (to > from && closing.has(text.charAt(to - 1))) to -= 1
  return text.slice(from, to)
}

function readJwt(token: string): UncheckedJwt | null {
  if (!jwtShape.test(token)) return null
  const [head = '', body = ''] = token.split('.')
  const header = decoded(head)
  const claims = decoded(body)
  return header && claims && typeof header['alg'] === 'string' ? { header, claims } : null
}

function decoded(part: string): JsonObject | null {
  return parseObject(Buffer.from(part, 'base64url').toString())
}

function parseObject(text: string): JsonObject | null {
  try {
    const json: unknown = JSON.parse(text)
    return isObject(json) ? json : null
  } catch {
    return null
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}
