/**
 * What Latchkey can hold, and what each kind can do. This table is the only place that knows: everything else asks
 * it instead of naming kinds (Google's overview page and its five scenarios; google-oauth.md 1, 5, 6).
 */
import * as v from 'valibot'

/** What a client was made as at Google. A file that says `installed` can be of a TV client too (google-oauth.md 5). */
export const clientKindSchema = v.picklist(['installed', 'web', 'device'])
export type ClientKind = v.InferOutput<typeof clientKindSchema>

/** How a sign-in goes. */
export const wayKindSchema = v.picklist([
  /** An installed app: any port of the loopback address. */
  'loopback',
  /** A web client: exactly the loopback address that is registered. */
  'redirect',
  /** A web client: wherever the registered address leads, and the resulting address is pasted back. */
  'paste',
  /** A code on this screen, entered on another device. */
  'device',
  /** `response_type=token`: an access token at once, and nothing that renews it. */
  'client-side',
])
export type WayKind = v.InferOutput<typeof wayKindSchema>

/** What stands behind an access token. */
export const credentialKindSchema = v.picklist([
  'installed',
  'web',
  'device',
  'client-side',
  'service-account',
])
export type CredentialKind = v.InferOutput<typeof credentialKindSchema>

export interface Abilities {
  /** A refresh token stands behind it: it ages, has clocks, can be checked unasked. */
  readonly refreshes: boolean
  /** There is something to revoke at Google. */
  readonly revocable: boolean
  /** Google counts it against the 100 live refresh tokens. */
  readonly counted: boolean
  /** How a person gets it going again; `key` is a new private key. */
  readonly renewal: 'sign-in' | 'repeat' | 'key'
  /** The ways of signing in, the usual one first; empty where nobody signs in. */
  readonly ways: readonly WayKind[]
}

const refreshToken = { refreshes: true, revocable: true, counted: true, renewal: 'sign-in' } as const

export const abilitiesOf: Readonly<Record<CredentialKind, Abilities>> = {
  installed: { ...refreshToken, ways: ['loopback'] },
  web: { ...refreshToken, ways: ['redirect', 'paste'] },
  device: { ...refreshToken, ways: ['device'] },
  'client-side': {
    refreshes: false,
    revocable: true,
    counted: false,
    renewal: 'repeat',
    ways: ['client-side'],
  },
  'service-account': { refreshes: false, revocable: false, counted: false, renewal: 'key', ways: [] },
}

/** How a client proves itself at the token endpoint: in the body, or in a header (google-oauth.md 1.7, 4.4). */
export const clientAuthenticationSchema = v.picklist(['post', 'basic'])
export type ClientAuthentication = v.InferOutput<typeof clientAuthenticationSchema>
