/** What the registration of a client allows: google-oauth.md 1.3, 5 and Google's rules for redirect URIs and origins. */
import type { ClientKind, CredentialKind, WayKind } from '../../contract/kinds.ts'
import { abilitiesOf } from '../../contract/kinds.ts'
import type { ClientView } from '../../contract/views.ts'
import type { ClientRecord } from '../state/state.ts'
import { parseUrl } from './issuer.ts'

export type Redirect = ClientView['redirects'][number]
type Registered = Pick<ClientRecord, 'kind' | 'redirectUris' | 'javascriptOrigins'>

export interface Registration {
  /** Every registered address of a web client, in its order. */
  readonly redirects: readonly Redirect[]
  /** The usual one first; empty where nothing registered can be used. */
  readonly ways: readonly WayKind[]
  /** What would open the ways that are missing; null where none is. */
  readonly toRegister: ClientView['toRegister']
}

/** What can come of a client, the usual first. A web client serves a server as well as a page. */
const credentialsOf: Readonly<Record<ClientKind, readonly CredentialKind[]>> = {
  installed: ['installed'],
  device: ['device'],
  web: ['web', 'client-side'],
}

/**
 * Port 29270 is above 1023, so that no administrator is needed, and below 32768, where systems begin to hand out ports
 * by themselves or to reserve them (Linux from 32768, Windows and macOS from 49152). The path is ours alone. 127.0.0.1
 * rather than localhost: no name has to be resolved (google-oauth.md 1.3).
 */
const ours = { redirect: 'http://127.0.0.1:29270/latchkey', origin: 'http://127.0.0.1:29270' } as const
/** The contract's bound of one line to register. */
const longestLine = 200

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]'])

/** The ways that clients of this kind have at all, whatever is registered. */
export function waysOf(kind: ClientKind): readonly WayKind[] {
  return credentialsOf[kind].flatMap((credential) => abilitiesOf[credential].ways)
}

/** Reads a client's registration. */
export function registrationOf(client: Registered): Registration {
  const possible = waysOf(client.kind)
  const registers = possible.some((way) => needsAddress[way])
  if (!registers) return { redirects: [], ways: possible, toRegister: null }
  const ways = possible.filter((way) => addressesFor(client, way).length > 0)
  return {
    redirects: client.redirectUris.map((uri) => ({ uri, use: useOf(uri) })),
    ways,
    toRegister: ways.length === possible.length ? null : lineToRegister(client),
  }
}

const needsAddress: Readonly<Record<WayKind, boolean>> = {
  loopback: false,
  device: false,
  redirect: true,
  paste: true,
  'client-side': true,
}

/**
 * The registered addresses with which a way can go, the usual one first: a pasted answer rather where nobody listens,
 * because there the browser ends at a page that shows its address. Empty for ways that need none.
 */
export function addressesFor(client: Registered, way: WayKind): readonly string[] {
  const used = (use: Redirect['use']): string[] => client.redirectUris.filter((uri) => useOf(uri) === use)
  switch (way) {
    case 'redirect':
      return used('listen')
    case 'paste':
      return [...used('paste'), ...used('listen')]
    case 'client-side':
      return used('listen').filter((uri) => isOfOrigin(uri, client.javascriptOrigins))
    case 'loopback':
    case 'device':
      return []
  }
}

/** The line to register for a web client, and its origin: its own loopback address where it has one. */
export function lineToRegister(client: Registered): { readonly redirect: string; readonly origin: string } {
  const known = client.redirectUris.find((uri) => useOf(uri) === 'listen' && uri.length <= longestLine)
  return known === undefined ? ours : { redirect: known, origin: parseUrl(known)?.origin ?? ours.origin }
}

/**
 * What a registered address is good for. `listen`: plain HTTP on this computer. `paste`: any other web address, also
 * HTTPS on this computer, for which nobody here has a certificate. `none`: schemes of apps, `postmessage`, the
 * out-of-band form, and what is no whole address.
 */
function useOf(uri: string): Redirect['use'] {
  const url = /^https?:\/\/[^/?#@*\\\s]+([/?][^#*\\\s]*)?$/i.test(uri) ? parseUrl(uri) : null
  if (!url || url.port === '0') return 'none'
  return url.protocol === 'http:' && loopbackHosts.has(url.hostname) ? 'listen' : 'paste'
}

/** Scheme, host and port alike; a slash behind the registered origin does not matter. */
function isOfOrigin(uri: string, origins: readonly string[]): boolean {
  const origin = parseUrl(uri)?.origin
  return origins.some((registered) => {
    const url = parseUrl(registered)
    return (
      url !== null && url.origin === origin && url.pathname === '/' && url.search === '' && url.hash === ''
    )
  })
}
