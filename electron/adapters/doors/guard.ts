/**
 * What is let in at a door. A page in a browser can make this machine send requests, and so can other machines through
 * names that point here; no rule below stands in the way of a program that was given a handle.
 */

/** One request as it stood on the wire, before anything is made of it. */
export interface RequestHead {
  readonly method: string
  /** What stands in the first line. */
  readonly target: string
  readonly httpVersion: string
  /** Name, value, name, value … as sent. */
  readonly rawHeaders: readonly string[]
}

export interface Refusal {
  readonly kind: 'refused'
  readonly status: 400 | 403 | 405 | 408 | 413 | 415 | 417 | 429 | 431 | 503 | 505
  /** Why, in a few words; nothing of the request in it. */
  readonly reason: string
}

export interface LetIn {
  readonly kind: 'let-in'
  readonly path: string
  /** What follows the question mark; empty where there is none. */
  readonly query: string
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly hasBody: boolean
}

export const longestBody = 64 * 1024
const mostHeaders = 64
const longestValue = 6 * 1024

/** `hosts`: the spellings of `Host` that mean this door; null on a socket, where any will do. */
export function guard(head: RequestHead, hosts: readonly string[] | null): LetIn | Refusal {
  if (head.httpVersion !== '1.1') return refused(505, 'only HTTP/1.1 is spoken here')
  if (head.method !== 'GET' && head.method !== 'POST') return refused(405, 'only GET and POST are answered')
  const target = targetOf(head.target)
  if (!target) return refused(400, 'its address has an odd form')
  const named = headersOf(head.rawHeaders)
  if (named.kind === 'refused') return named
  const { headers } = named
  const refusal = ofHost(headers, hosts) ?? ofSender(headers) ?? ofBody(head.method, headers)
  if (refusal) return refusal
  return { kind: 'let-in', ...target, headers, hasBody: bodyExpected(headers) }
}

export function refused(status: Refusal['status'], reason: string): Refusal {
  return { kind: 'refused', status, reason }
}

/**
 * Plain parts between single slashes, of letters and signs that mean only themselves: what two programs could read
 * in two ways (dots, escapes, doubled slashes, backslashes) is nobody's honest address here.
 */
const plainPath = /^\/(?:[\w.~@:+-]+\/)*[\w.~@:+-]*$/
const dots = /\/\.{1,2}(?:\/|$)/
const plainQuery = /^[!-~]*$/

function targetOf(target: string): { readonly path: string; readonly query: string } | null {
  const mark = target.indexOf('?')
  const path = mark === -1 ? target : target.slice(0, mark)
  const query = mark === -1 ? '' : target.slice(mark + 1)
  if (!plainPath.test(path) || dots.test(path)) return null
  return plainQuery.test(query) && !query.includes('#') ? { path, query } : null
}

type Headers = Record<string, string | undefined>

/** Each name once, in lower case. Without a prototype: a header may be called anything. */
function headersOf(raw: readonly string[]): { readonly kind: 'named'; readonly headers: Headers } | Refusal {
  if (raw.length > 2 * mostHeaders) return refused(431, 'it has too many headers')
  const headers = Object.create(null) as Headers
  for (let index = 0; index < raw.length; index += 2) {
    const name = (raw[index] ?? '').toLowerCase()
    const value = raw[index + 1] ?? ''
    if (headers[name] !== undefined) return refused(400, 'it has a header twice')
    if (value.length > longestValue) return refused(431, 'it has a header that is too long')
    if (hasControls(value)) return refused(400, 'it has a header with control characters')
    headers[name] = value
  }
  return { kind: 'named', headers }
}

function hasControls(value: string): boolean {
  for (let index = 0; index < value.length; index += 1) {
    const code = value.charCodeAt(index)
    if ((code < 0x20 && code !== 0x09) || code === 0x7f) return true
  }
  return false
}

/** Another name for this address is how a page of another site would get here (DNS rebinding). */
function ofHost({ host }: Headers, hosts: readonly string[] | null): Refusal | null {
  if (host === undefined) return refused(400, 'it names no host')
  return hosts === null || hosts.includes(host.toLowerCase())
    ? null
    : refused(403, 'its Host is not this door')
}

/**
 * What only browsers and proxies add. `Sec-Fetch-Mode` alone is none of them: Node's own `fetch` sends it, and every
 * browser that does sends `Sec-Fetch-Site` beside it.
 */
const neverSent = new Set([
  ...['origin', 'referer', 'cookie', 'cookie2', 'forwarded', 'via', 'x-real-ip'],
  ...['service-worker', 'service-worker-navigation-preload', 'upgrade-insecure-requests'],
  ...['http2-settings', 'proxy-authorization', 'proxy-connection'],
])
const neverSentStart = /^(?:sec-(?!fetch-mode$)|x-forwarded-|access-control-)/

function ofSender(headers: Headers): Refusal | null {
  for (const name in headers) {
    if (neverSent.has(name) || neverSentStart.test(name))
      return refused(403, 'it came from a web page or through a proxy')
  }
  if (headers['upgrade'] !== undefined) return refused(400, 'nothing else than HTTP is spoken here')
  if (headers['expect'] !== undefined) return refused(417, 'it expects what is not done here')
  return null
}

/** Kinds that a form of a web page can send by itself, and that no program has a reason to use here. */
const formKinds = /^\s*(?:multipart\/|text\/plain)/i

function ofBody(method: string, headers: Headers): Refusal | null {
  const { 'content-length': length, 'transfer-encoding': coding } = headers
  if (coding !== undefined && (length !== undefined || coding.toLowerCase() !== 'chunked'))
    return refused(400, 'its body has an odd length')
  if (length !== undefined && !/^\d+$/.test(length)) return refused(400, 'its body has an odd length')
  if (method === 'GET' && bodyExpected(headers)) return refused(400, 'a GET has no body')
  if (length !== undefined && (length.length > 9 || Number(length) > longestBody)) return tooLong
  if (formKinds.test(headers['content-type'] ?? '')) return refused(415, 'its body is a form of a web page')
  return headers['content-encoding'] === undefined ? null : refused(415, 'its body is packed')
}

export const tooLong = refused(413, 'its body is too long')

function bodyExpected({ 'content-length': length, 'transfer-encoding': coding }: Headers): boolean {
  return coding !== undefined || (length !== undefined && !/^0+$/.test(length))
}
