/**
 * HTTP with every bound that a token service needs: only to allowed hosts, never along a redirect, a limited
 * body, a limited time. Decides nothing about the answer.
 */
import type { AppError } from '../contract/outcome.ts'
import { appError } from '../contract/outcome.ts'
import type { Http, HttpRequest, HttpResult } from '../core/ports.ts'

export interface HttpOptions {
  /** Which URLs this profile may talk to; asked before anything is sent. */
  readonly allow: (url: URL) => boolean
  /** Bytes of a body, after decompression. */
  readonly maxBodyBytes?: number
  /** From the first byte sent to the last one read, ms. */
  readonly timeoutMs?: number
}

export function createHttp(options: HttpOptions): Http {
  const { allow, maxBodyBytes = 256 * 1024, timeoutMs = 30_000 } = options
  return {
    async fetch(url, init) {
      const target = new URL(url)
      if (!allow(target)) return failed('network-failed', `${target.host} is not allowed in this profile`)
      const stop = new Stop(init.signal, timeoutMs)
      try {
        return await exchange(target, init, stop, maxBodyBytes)
      } catch (cause) {
        if (stop.reason === 'aborted') return { kind: 'aborted' }
        if (stop.reason === 'late')
          return failed('network-failed', `no answer within ${Math.ceil(timeoutMs / 1000)} s`)
        return { kind: 'failed', error: connectionError(cause) }
      } finally {
        stop.clear()
      }
    },
  }
}

/** Joins the caller's signal with our own time limit and remembers which of them ended the call. */
class Stop {
  readonly #controller = new AbortController()
  readonly #timer: NodeJS.Timeout
  readonly #callers: AbortSignal | undefined
  reason: 'aborted' | 'late' | null = null

  constructor(callers: AbortSignal | undefined, timeoutMs: number) {
    this.#callers = callers
    this.#timer = setTimeout(() => {
      this.end('late')
    }, timeoutMs)
    if (callers?.aborted) this.#onAbort()
    else callers?.addEventListener('abort', this.#onAbort, { once: true })
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  end(reason: 'aborted' | 'late'): void {
    this.reason ??= reason
    this.#controller.abort()
  }

  clear(): void {
    clearTimeout(this.#timer)
    this.#callers?.removeEventListener('abort', this.#onAbort)
    // Lets go of a connection whose body was not read to its end.
    this.#controller.abort()
  }

  readonly #onAbort = (): void => {
    this.end('aborted')
  }
}

async function exchange(url: URL, init: HttpRequest, stop: Stop, maxBodyBytes: number): Promise<HttpResult> {
  const { method, headers, body } = init
  const request = { method, headers: { ...headers }, redirect: 'manual', signal: stop.signal } as const
  const response = await fetch(url, body === undefined ? request : { ...request, body })
  const { status } = response
  if (response.type === 'opaqueredirect' || (status >= 300 && status < 400)) {
    return failed('answer-malformed', 'it sends the request elsewhere')
  }
  const text = await readBounded(response, maxBodyBytes)
  if (text === null) return { kind: 'failed', error: appError('answer-too-large') }
  return { kind: 'answered', status, headers: new Map(response.headers.entries()), body: text }
}

/** The body as text, or null as soon as it is longer than allowed. */
async function readBounded(response: Response, maxBytes: number): Promise<string | null> {
  const reader = (response.body as ReadableStream<Uint8Array> | null)?.getReader()
  const parts: Uint8Array[] = []
  let size = 0
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    size += part.value.length
    if (size > maxBytes) return null
    parts.push(part.value)
  }
  return Buffer.concat(parts).toString('utf8')
}

const offlineCodes = ['ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'ENETDOWN', 'EHOSTUNREACH', 'EADDRNOTAVAIL']

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there',
  ECONNRESET: 'the other side broke it off',
  EPIPE: 'the other side broke it off',
  UND_ERR_SOCKET: 'the other side broke it off',
  ETIMEDOUT: 'the other side did not answer',
  UND_ERR_CONNECT_TIMEOUT: 'the other side did not answer',
  UND_ERR_HEADERS_TIMEOUT: 'the other side did not answer',
  UND_ERR_BODY_TIMEOUT: 'the other side did not answer',
  UND_ERR_HEADERS_OVERFLOW: 'the answer’s headers are too long',
}

function connectionError(cause: unknown): AppError {
  const code = deepestCode(cause)
  if (offlineCodes.includes(code)) return appError('network-offline')
  if (code.startsWith('Z_')) return appError('answer-malformed', { reason: 'it cannot be unpacked' })
  if (code.startsWith('HPE_')) return appError('answer-malformed', { reason: 'it is not HTTP' })
  const certificate = /CERT|TLS|SSL|VERIFY|SIGNATURE|EPROTO/.test(code) && !code.startsWith('UND_')
  const reason = certificate ? 'the connection cannot be trusted' : (reasons[code] ?? 'it could not be made')
  return appError('network-failed', { reason: code === '' ? reason : `${reason} (${code})` })
}

/** `fetch` wraps what happened; the code of the system or of TLS stands at the bottom. */
function deepestCode(cause: unknown): string {
  if (!(cause instanceof Error)) return ''
  const several = (cause as Partial<AggregateError>).errors as readonly unknown[] | undefined
  const inner = deepestCode(several?.[0] ?? cause.cause)
  // Its code is not always set.
  const code = cause.name === 'HTTPParserError' ? 'HPE_' : (cause as NodeJS.ErrnoException).code
  return inner === '' && typeof code === 'string' ? code : inner
}

function failed(code: 'network-failed' | 'answer-malformed', reason: string): HttpResult {
  return { kind: 'failed', error: appError(code, { reason }) }
}
