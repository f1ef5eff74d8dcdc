/**
 * Which way a request goes: the rules of the environment's proxy variables, of the list of exceptions and of the
 * answers that the system gives. Pure; connects to nothing.
 */
import type { ProxyChoice } from '../contract/views.ts'
import { Secret } from '../core/secret.ts'

/** One way to try. A request takes the first; the next one is only tried when a proxy could not be used. */
export type Hop =
  | { readonly kind: 'direct' }
  | ProxyHop
  /** Asked for, but nothing that we can speak to. */
  | { readonly kind: 'unusable'; readonly host: string; readonly reason: string }

export interface ProxyHop {
  readonly kind: 'proxy'
  /** The proxy itself is spoken to over TLS. */
  readonly secure: boolean
  readonly host: string
  readonly port: number
  /** The value of `Proxy-Authorization`. */
  readonly authorization: Secret | null
}

export type Environment = Readonly<Record<string, string | undefined>>

export interface ProxySources {
  readonly environment: Environment
  /** What the system's settings say of an address, in the form of a PAC script's answer. */
  readonly systemProxy: (url: string) => Promise<string>
}

const direct: readonly Hop[] = [{ kind: 'direct' }]

/**
 * The ways to an address, best first; never empty. Loopback addresses are reached directly, whatever is set.
 *
 * `system` asks the environment first: `https_proxy`, then `all_proxy`, each also in capitals; `no_proxy` names
 * exceptions from them and from the system's setting alike. `http_proxy` is not looked at: nothing but loopback is
 * ever reached without TLS. Where the environment says nothing, the system's setting is asked.
 */
export async function hopsTo(url: URL, choice: ProxyChoice, sources: ProxySources): Promise<readonly Hop[]> {
  if (isLoopback(url.hostname) || choice.kind === 'none') return direct
  if (choice.kind === 'custom') return [proxyHop(choice.address, 'Settings')]
  const { environment } = sources
  if (isException(url, variable(environment, 'no_proxy')?.value ?? '')) return direct
  const named = variable(environment, 'https_proxy') ?? variable(environment, 'all_proxy')
  return named ? [proxyHop(named.value, named.name)] : pacHops(await sources.systemProxy(url.href))
}

/** The small letters win, as in curl; an empty variable counts as none. */
function variable(environment: Environment, lower: string): { name: string; value: string } | null {
  for (const name of [lower, lower.toUpperCase()]) {
    const value = environment[name]?.trim() ?? ''
    if (value !== '') return { name, value }
  }
  return null
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}

/**
 * Whether a list like `NO_PROXY` (separated by commas or spaces) excepts this address. A name stands for itself and
 * for everything below it, with or without a dot or `*.` in front; `:PORT` narrows it; `*` is everything.
 */
export function isException(url: URL, list: string): boolean {
  const port = url.port === '' ? '443' : url.port
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => entry === '*' || matchesEntry(url.hostname, port, entry))
}

function matchesEntry(hostname: string, port: string, entry: string): boolean {
  const { name, port: entryPort } = splitEntry(entry)
  if (name === '' || (entryPort !== '' && entryPort !== port)) return false
  if (/^[\d.]+$|^\[/.test(hostname)) return hostname === name || hostname === `[${name}]`
  return hostname === name || hostname.endsWith(`.${name}`)
}

/** `NAME`, `NAME:PORT`, `.NAME`, `*.NAME`, `[IPV6]:PORT`; an IPv6 address may stand without brackets. */
function splitEntry(entry: string): { readonly name: string; readonly port: string } {
  const [, bracketed, bracketedPort = ''] = /^\[(.+)\](?::(\d+))?$/.exec(entry) ?? []
  if (bracketed !== undefined) return { name: bracketed, port: bracketedPort }
  const [name = '', port = '', more] = entry.split(':')
  return more === undefined ? { name: name.replace(/^\*?\./, ''), port } : { name: entry, port: '' }
}

const unusable = (host: string, reason: string): Hop => ({ kind: 'unusable', host, reason })

/**
 * A proxy as people write it: `http://NAME:PASSWORD@HOST:PORT`, the scheme and the credentials may be missing.
 * What cannot be read is named after the place where it stands, because it may hold a password.
 */
export function proxyHop(text: string, place: string): Hop {
  const url = parsedUrl(/^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`)
  if (url === null || url.hostname === '') return unusable(place, 'it is not an address')
  const secure = url.protocol === 'https:'
  if (!secure && url.protocol !== 'http:') {
    return unusable(url.host, `${url.protocol.slice(0, -1)} proxies are not supported`)
  }
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port)
  return { kind: 'proxy', secure, host: url.hostname, port, authorization: basicAuthorization(url) }
}

function parsedUrl(text: string): URL | null {
  try {
    return new URL(text)
  } catch {
    return null
  }
}

function basicAuthorization({ username, password }: URL): Secret | null {
  if (username === '' && password === '') return null
  const credentials = `${plain(username)}:${plain(password)}`
  return new Secret(`Basic ${Buffer.from(credentials).toString('base64')}`)
}

/** Without percent signs' escapes; as it stands where they are not escapes. */
function plain(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const pacSchemes: Readonly<Record<string, string>> = { PROXY: 'http', HTTP: 'http', HTTPS: 'https' }

/**
 * What a PAC script answers: `PROXY host:port; HTTPS host:port; SOCKS host:port; DIRECT`, in order of preference.
 * SOCKS is passed over when something else is offered. An empty answer means direct, as in browsers.
 */
export function pacHops(answer: string): readonly Hop[] {
  const hops = answer
    .split(';')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map(pacHop)
  if (hops.length === 0) return direct
  const usable = hops.filter(({ kind }) => kind !== 'unusable')
  return usable.length > 0 ? usable : hops
}

function pacHop(entry: string): Hop {
  const [kind = '', address = ''] = entry.split(/\s+/)
  const word = kind.toUpperCase()
  if (word === 'DIRECT') return { kind: 'direct' }
  const scheme = pacSchemes[word]
  if (scheme !== undefined) return proxyHop(`${scheme}://${address}`, 'of the system')
  return unusable(
    address === '' ? 'of the system' : address,
    `${word.slice(0, 20)} proxies are not supported`,
  )
}
