/**
 * One request of HTTP/1.1 over a socket, by hand: Node's own client takes longer to load than all the rest of asking for
 * a token. Only for our own server at the other end; whatever does not look like its answers counts as none.
 */
import { connect } from 'node:net'

export interface Ask {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** How long nothing may come, ms. */
  readonly patienceMs?: number
  readonly signal?: AbortSignal
}

export type Exchange =
  | { readonly kind: 'answered'; readonly status: number; readonly body: string }
  /** Nobody listens there. */
  | { readonly kind: 'nobody' }
  /** The connection ended before the answer did. */
  | { readonly kind: 'broken' }
  | { readonly kind: 'silent' }
  | { readonly kind: 'aborted' }

/** A person may take a minute for an answer, and Google half of one after that. */
const usualPatienceMs = 120_000
const longestAnswer = 64 * 1024 * 1024

/** `address`: the path of a socket, or a port of 127.0.0.1. Never rejects. */
export function exchange(address: string | number, ask: Ask): Promise<Exchange> {
  const { signal } = ask
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve({ kind: 'aborted' })
    const socket = typeof address === 'number' ? connect(address, '127.0.0.1') : connect(address)
    let came: Buffer = Buffer.alloc(0)
    const abort = (): void => end({ kind: 'aborted' })
    const end = (result: Exchange): void => {
      signal?.removeEventListener('abort', abort)
      socket.destroy()
      resolve(result)
    }
    signal?.addEventListener('abort', abort, { once: true })
    socket.setTimeout(ask.patienceMs ?? usualPatienceMs, () => end({ kind: 'silent' }))
    socket.on('error', (cause: NodeJS.ErrnoException) =>
      end({ kind: ['ENOENT', 'ECONNREFUSED'].includes(cause.code ?? '') ? 'nobody' : 'broken' }),
    )
    socket.on('data', (chunk: Buffer) => {
      came = came.length === 0 ? chunk : Buffer.concat([came, chunk])
      const answer = answerIn(came)
      if (answer) end(answer)
      else if (came.length > longestAnswer) end({ kind: 'broken' })
    })
    socket.on('close', () => end(answerIn(came) ?? { kind: 'broken' }))
    socket.write(requestOf(ask))
  })
}

function requestOf({ method, path, headers = {}, body }: Ask): string {
  const all = {
    Host: 'localhost',
    Connection: 'close',
    ...(body === undefined
      ? {}
      : { 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(body)) }),
    ...headers,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body ?? ''}`
}

/** The answer once all of it is there, otherwise null. */
function answerIn(bytes: Buffer): Exchange | null {
  const headEnd = bytes.indexOf('\r\n\r\n')
  if (headEnd < 0) return null
  const head = bytes.toString('latin1', 0, headEnd)
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1])
  if (Number.isNaN(status)) return { kind: 'broken' }
  const rest = bytes.subarray(headEnd + 4)
  if (/^transfer-encoding: *chunked *$/im.test(head)) {
    const body = dechunked(rest)
    return body && { kind: 'answered', status, body: body.toString('utf8') }
  }
  const length = Number(/^content-length: *(\d+) *$/im.exec(head)?.[1] ?? 0)
  return rest.length < length ? null : { kind: 'answered', status, body: rest.toString('utf8', 0, length) }
}

/** RFC 9112 section 7.1. Null while parts are missing. */
function dechunked(bytes: Buffer): Buffer | null {
  const parts: Buffer[] = []
  for (let at = 0; ;) {
    const lineEnd = bytes.indexOf('\r\n', at)
    if (lineEnd < 0) return null
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16)
    if (Number.isNaN(size)) return null
    if (size === 0) return Buffer.concat(parts)
    const begin = lineEnd + 2
    if (bytes.length < begin + size + 2) return null
    parts.push(bytes.subarray(begin, begin + size))
    at = begin + size + 2
  }
}
