/** One request over Node's own client, with the bounds on what comes back. */
import type { ClientRequest, Agent as HttpAgent, IncomingMessage } from 'node:http'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { pipeline } from 'node:stream'
import { createGunzip, createInflate } from 'node:zlib'
import type { HttpRequest } from '../core/ports.ts'
import type { TunnelRequest } from './http-tunnel.ts'

/** `body` is null as soon as it is longer than allowed, and for a redirect, which is never read. */
export interface Exchanged {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  readonly body: string | null
}

/**
 * Sends a request and reads its answer. Follows no redirect. Rejects with the system's, TLS's or the unpacker's
 * coded error, with a `ProxyFailure`, or with an abort error when the signal fires.
 */
export async function exchange(
  url: URL,
  init: Omit<HttpRequest, 'signal'>,
  agent: HttpAgent,
  signal: AbortSignal,
  maxBodyBytes: number,
): Promise<Exchanged> {
  const way: TunnelRequest = { openingSignal: signal }
  const headers = { accept: '*/*', 'accept-encoding': 'gzip, deflate', ...init.headers }
  const options = { ...way, method: init.method, headers, agent, signal }
  const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, options)
  try {
    const response = await responseTo(request, init.body)
    const { statusCode: status = 0 } = response
    const redirect = status >= 300 && status < 400
    const body = redirect ? null : await readBounded(response, maxBodyBytes)
    return { status, headers: headerMap(response), body }
  } finally {
    // Lets go of a connection whose answer was not read to its end; one that was is in the pool again.
    request.destroy()
  }
}

function responseTo(request: ClientRequest, body: string | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    // Stays for good: an error after the answer reaches the reader of the body too.
    request.on('error', reject)
    request.once('response', resolve)
    request.end(body)
  })
}

function headerMap({ headers }: IncomingMessage): ReadonlyMap<string, string> {
  const map = new Map<string, string>()
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) map.set(name, typeof value === 'string' ? value : value.join(', '))
  }
  return map
}

/** The body as text, or null as soon as it is longer than allowed. */
async function readBounded(response: IncomingMessage, maxBytes: number): Promise<string | null> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of unpacked(response) as AsyncIterable<Buffer>) {
    size += part.length
    if (size > maxBytes) return null
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

const unpackers = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
}

function unpacked(response: IncomingMessage): NodeJS.ReadableStream {
  const encoding = response.headers['content-encoding']?.trim().toLowerCase() ?? ''
  if (encoding === '' || encoding === 'identity') return response
  if (!isKnown(encoding)) throw Object.assign(new Error(encoding), { code: 'Z_NOT_ASKED_FOR' })
  // The reader sees the error of whichever part breaks.
  return pipeline(response, unpackers[encoding](), () => undefined)
}

function isKnown(encoding: string): encoding is keyof typeof unpackers {
  return Object.hasOwn(unpackers, encoding)
}
