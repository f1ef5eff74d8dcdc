/** Which addresses may leave the app for the system browser. Pure; `external-links.ts` opens nothing else. */
import type { ProfileName } from '../contract/views.ts'
import { links } from '../contract/commands.ts'

declare const checked: unique symbol
/** An address that passed one of the checks below. There is no other way to make one. */
export type ExternalUrl = string & { readonly [checked]: true }

/** Longer addresses are cut by some systems on their way to the browser. */
const longestUrl = 8_192
/** The same at Google and at practice Google (google-oauth.md 1.1). */
const endpointPath = '/o/oauth2/v2/auth'

/** The pages of the one list in the contract, compared whole. */
export function checkedLink(url: string): ExternalUrl | null {
  return Object.values<string>(links).includes(url) ? (url as ExternalUrl) : null
}

/**
 * The authorization request that main built (google-oauth.md 1.2): in the real profile only Google's own
 * endpoint, in practice only this machine. It must ask for a code with PKCE, which is of use to nobody else wherever
 * the answer goes; or for an access token, which may only come to this machine.
 */
export function checkedAuthorizationUrl(url: string, profile: ProfileName): ExternalUrl | null {
  if (url.length > longestUrl) return null
  const parsed = parse(url)
  if (parsed === null || parsed.username !== '' || parsed.password !== '' || parsed.hash !== '') return null
  const isEndpoint = profile === 'real' ? isGoogleEndpoint(parsed) : isPracticeEndpoint(parsed)
  return isEndpoint && asksProperly(parsed.searchParams) ? (parsed.href as ExternalUrl) : null
}

const googleConnections: string = links['account-connections']
const practiceConnections = /^http:\/\/127\.0\.0\.1:\d{1,5}\/connections$/
const emailAddress = /^[^\s@]{1,256}@[^\s@]{1,256}$/

/**
 * The page of an account's connections that main built: in the real profile Google's own, in practice this
 * machine's. With nothing behind it but the account, written in the one way in which main writes it.
 */
export function checkedConnectionsUrl(url: string, profile: ProfileName): ExternalUrl | null {
  const [page = '', ...query] = url.split('?')
  const isPage = profile === 'real' ? page === googleConnections : practiceConnections.test(page)
  if (!isPage || parse(page) === null) return null
  return url === page || isAccountQuery(query.join('?')) ? (url as ExternalUrl) : null
}

const googleDevicePage = 'https://www.google.com/device'
const practiceDevicePage = /^http:\/\/127\.0\.0\.1:\d{1,5}\/device$/

/**
 * The page that a device code is entered at (google-oauth.md 5): in the real profile Google's own, in practice this
 * machine's. Compared whole: the code is not in it, and nothing else may be.
 */
export function checkedDevicePage(url: string, profile: ProfileName): ExternalUrl | null {
  const isPage = profile === 'real' ? url === googleDevicePage : practiceDevicePage.test(url)
  return isPage && parse(url) !== null ? (url as ExternalUrl) : null
}

/** Exactly one parameter: writing it anew would otherwise give something else. */
function isAccountQuery(query: string): boolean {
  const email = new URLSearchParams(query).get('authuser') ?? ''
  return emailAddress.test(email) && query === new URLSearchParams({ authuser: email }).toString()
}

function isGoogleEndpoint(url: URL): boolean {
  return url.protocol === 'https:' && url.host === 'accounts.google.com' && url.pathname === endpointPath
}

function isPracticeEndpoint(url: URL): boolean {
  return (
    url.protocol === 'http:' &&
    url.hostname === '127.0.0.1' &&
    url.port !== '' &&
    url.pathname === endpointPath
  )
}

/** Each parameter once: of two, nobody knows which one the server takes. */
function asksProperly(query: URLSearchParams): boolean {
  const names = [...query.keys()]
  if (new Set(names).size !== names.length || (query.get('state') ?? '') === '') return false
  const redirect = parse(query.get('redirect_uri') ?? '')
  if (redirect === null || redirect.username !== '' || redirect.password !== '' || redirect.hash !== '')
    return false
  switch (query.get('response_type')) {
    case 'code':
      return hasChallenge(query) && (redirect.protocol === 'http:' || redirect.protocol === 'https:')
    case 'token':
      return redirect.protocol === 'http:' && loopbackHosts.includes(redirect.hostname)
    default:
      return false
  }
}

const loopbackHosts: readonly string[] = ['127.0.0.1', '[::1]', 'localhost']

function hasChallenge(query: URLSearchParams): boolean {
  return query.get('code_challenge_method') === 'S256' && (query.get('code_challenge') ?? '') !== ''
}

function parse(url: string): URL | null {
  try {
    return new URL(url)
  } catch {
    return null
  }
}
