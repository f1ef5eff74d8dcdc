import type { ProfileName } from '../../contract/views.ts'

/** The servers that a profile talks to. Never taken from a client file: a file can lie. */
export interface Issuer {
  /** What stands for the issuer in account ids: stable even where the practice port is not. */
  readonly identity: string
  readonly issuer: string
  readonly authorizationEndpoint: string
  readonly tokenEndpoint: string
  readonly jwksUri: string
  /** Where device codes come from (google-oauth.md 5). */
  readonly deviceEndpoint: string
  /** Whose page a device code is entered at: the one host, and for practice its origin. */
  readonly devicePages: readonly string[]
  /** Under it, by e-mail address, the public certificates of a service account's keys. */
  readonly certificates: string
  readonly revocationEndpoint: string
  /** What a token is, for debugging (google-oauth.md 4.1). */
  readonly tokeninfoEndpoint: string
  /** Where a person sees and ends what an account gave to apps. */
  readonly connectionsPage: string
  /** Other spellings of `iss` that id tokens may carry (google-oauth.md 4.3). */
  readonly issuerAliases: readonly string[]
}

/** Google's endpoints: google-oauth.md 1.1 and 4.4. */
export const googleIssuer: Issuer = {
  identity: 'https://accounts.google.com',
  issuer: 'https://accounts.google.com',
  authorizationEndpoint: 'https://accounts.google.com/o/oauth2/v2/auth',
  tokenEndpoint: 'https://oauth2.googleapis.com/token',
  jwksUri: 'https://www.googleapis.com/oauth2/v3/certs',
  deviceEndpoint: 'https://oauth2.googleapis.com/device/code',
  devicePages: ['https://www.google.com', 'https://google.com', 'https://accounts.google.com'],
  certificates: 'https://www.googleapis.com/robot/v1/metadata/x509/',
  revocationEndpoint: 'https://oauth2.googleapis.com/revoke',
  tokeninfoEndpoint: 'https://oauth2.googleapis.com/tokeninfo',
  connectionsPage: 'https://myaccount.google.com/connections',
  issuerAliases: ['accounts.google.com'],
}

/** Practice Google has Google's paths under a loopback origin. */
export function practiceIssuer(origin: string): Issuer {
  return {
    identity: 'https://practice.latchkey.invalid',
    issuer: origin,
    authorizationEndpoint: `${origin}/o/oauth2/v2/auth`,
    tokenEndpoint: `${origin}/token`,
    jwksUri: `${origin}/oauth2/v3/certs`,
    deviceEndpoint: `${origin}/device/code`,
    devicePages: [origin],
    certificates: `${origin}/robot/v1/metadata/x509/`,
    revocationEndpoint: `${origin}/revoke`,
    tokeninfoEndpoint: `${origin}/tokeninfo`,
    connectionsPage: `${origin}/connections`,
    issuerAliases: [],
  }
}

/** The address as a URL, or null. */
export function parseUrl(address: string): URL | null {
  try {
    return new URL(address)
  } catch {
    return null
  }
}

const googleHosts = new Set([
  'accounts.google.com',
  'oauth2.googleapis.com',
  'www.googleapis.com',
  'openidconnect.googleapis.com',
])
const loopbackHosts = new Set(['127.0.0.1', '[::1]', 'localhost'])

/**
 * Whether a profile may talk to an address at all. Checked for every endpoint in a client file and again for
 * every request that leaves: `real` reaches Google over TLS only, `practice` this machine only.
 */
export function isAllowedAddress(profile: ProfileName, address: string): boolean {
  const url = parseUrl(address)
  if (!url || url.username !== '' || url.password !== '') return false
  if (profile === 'practice') return url.protocol === 'http:' && loopbackHosts.has(url.hostname)
  return url.protocol === 'https:' && url.port === '' && googleHosts.has(url.hostname)
}

/** Whether a text names an issuer that practice may use: a plain loopback origin, so that no name can lead elsewhere. */
export function isPracticeIssuer(text: string): boolean {
  return /^http:\/\/127\.0\.0\.1:\d{1,5}$/.test(text)
}
