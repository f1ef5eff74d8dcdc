/**
 * HTTP with every bound that a token service needs: only to allowed hosts, never along a redirect, a limited
 * body, a limited time, by the proxy and with the roots that the person chose. Decides nothing about the answer.
 */
import { Agent as PlainAgent } from 'node:http'
import { Agent as SecureAgent } from 'node:https'
import * as tls from 'node:tls'
import type { AppError } from '../contract/outcome.ts'
import { appError } from '../contract/outcome.ts'
import type { Http, HttpRequest, HttpResult, HttpRoute } from '../core/ports.ts'
import { exchange } from './http-exchange.ts'
import type { Environment, Hop } from './http-proxy-choice.ts'
import { hopsTo } from './http-proxy-choice.ts'
import type { Trust } from './http-tunnel.ts'
import { keepIdleMs, ProxyFailure, tunnelAgent } from './http-tunnel.ts'

export interface HttpOptions {
  /** Which URLs this profile may talk to; asked before anything is sent. */
  readonly allow: (url: URL) => boolean
  /** Bytes of a body, after decompression. */
  readonly maxBodyBytes?: number
  /** From the first byte sent to the last one read, ms. */
  readonly timeoutMs?: number
  /** Where the proxy variables stand. */
  readonly environment?: Environment
  /** The system's own proxy setting for an address, in the form of a PAC script's answer. Never rejects. */
  readonly systemProxy?: (url: string) => Promise<string>
}

export function createHttp(options: HttpOptions): Http {
  const { allow, maxBodyBytes = 256 * 1024, timeoutMs = 30_000 } = options
  const { environment = process.env, systemProxy = () => Promise.resolve('DIRECT') } = options
  let route: HttpRoute = { proxy: { kind: 'system' }, caPem: null }
  let agents = new Agents(route.caPem)

  const send = async (target: URL, init: HttpRequest, stop: Stop): Promise<HttpResult> => {
    const { method, headers, body } = init
    const request = body === undefined ? { method, headers } : { method, headers, body }
    // A change of route does not touch a request that is under way.
    const { proxy } = route
    const pool = agents
    const hops = await stop.orEnd(hopsTo(target, proxy, { environment, systemProxy }))
    return overFirstUsable(hops, async (hop) => {
      const agent = pool.agentFor(target, hop)
      return toResult(await exchange(target, request, agent, stop.signal, maxBodyBytes))
    })
  }

  return {
    async fetch(url, init) {
      const target = new URL(url)
      if (!allow(target)) return failed('network-failed', `${target.host} is not allowed in this profile`)
      const stop = new Stop(init.signal, timeoutMs)
      try {
        return await send(target, init, stop)
      } catch (cause) {
        if (stop.reason === 'aborted') return { kind: 'aborted' }
        if (stop.reason === 'late')
          return failed('network-failed', `no answer within ${Math.ceil(timeoutMs / 1000)} s`)
        return { kind: 'failed', error: connectionError(cause) }
      } finally {
        stop.clear()
      }
    },
    setRoute(next) {
      // Connections of the older way serve the requests that use them, and end when they have been idle.
      if (next.caPem !== route.caPem) agents = new Agents(next.caPem)
      route = next
    },
  }
}

/** Tries one way after the other as long as it is the proxy that fails: then nothing has been sent yet. */
async function overFirstUsable(
  hops: readonly Hop[],
  attempt: (hop: Hop) => Promise<HttpResult>,
): Promise<HttpResult> {
  let first: ProxyFailure | null = null
  for (const hop of hops) {
    try {
      return await attempt(hop)
    } catch (cause) {
      if (!(cause instanceof ProxyFailure)) throw cause
      first ??= cause
    }
  }
  throw first ?? new Error('no way was offered')
}

/** The kept connections under one set of roots, one pool for each way. */
class Agents {
  readonly #plain = new PlainAgent({ keepAlive: true, timeout: keepIdleMs })
  readonly #secure: SecureAgent
  readonly #tunnels = new Map<string, SecureAgent>()
  readonly #trust: Trust

  constructor(caPem: string | null) {
    const secureContext = caPem === null ? null : tls.createSecureContext({ ca: [...usualRoots(), caPem] })
    this.#trust = { secureContext, reasonOf: (cause) => reasonOf(deepest(cause).code) }
    // Said here, so that no environment variable can switch the check off.
    const checks = { rejectUnauthorized: true, ...(secureContext && { secureContext }) }
    this.#secure = new SecureAgent({ keepAlive: true, timeout: keepIdleMs, ...checks })
  }

  agentFor(url: URL, hop: Hop): PlainAgent {
    if (hop.kind === 'unusable') throw new ProxyFailure(hop.host, hop.reason)
    if (url.protocol !== 'https:') return this.#plain
    if (hop.kind === 'direct') return this.#secure
    const key = JSON.stringify([hop.secure, hop.host, hop.port, hop.authorization?.reveal()])
    const known = this.#tunnels.get(key) ?? tunnelAgent(hop, this.#trust)
    this.#tunnels.set(key, known)
    return known
  }
}

/** Roots that come with the runtime; newer ones also name what `NODE_EXTRA_CA_CERTS` added. */
function usualRoots(): readonly string[] {
  const { getCACertificates } = tls as Partial<Pick<typeof tls, 'getCACertificates'>>
  return getCACertificates?.('default') ?? tls.rootCertificates
}

function toResult({ status, headers, body }: Awaited<ReturnType<typeof exchange>>): HttpResult {
  if (status >= 300 && status < 400) return failed('answer-malformed', 'it sends the request elsewhere')
  if (body === null) return { kind: 'failed', error: appError('answer-too-large') }
  return { kind: 'answered', status, headers, body }
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
  }

  /** The result of work that cannot be stopped, unless the call ends first. */
  async orEnd<T>(work: Promise<T>): Promise<T> {
    const ended = new Promise<never>((_resolve, reject) => {
      const end = (): void => reject(new Error('ended'))
      if (this.signal.aborted) end()
      else this.signal.addEventListener('abort', end, { once: true })
    })
    return Promise.race([work, ended])
  }

  readonly #onAbort = (): void => {
    this.end('aborted')
  }
}

const nameCodes = ['ENOTFOUND', 'EAI_AGAIN']
const wayCodes = ['ENETUNREACH', 'ENETDOWN', 'EHOSTUNREACH', 'EADDRNOTAVAIL']
const openingCalls = ['connect', 'getaddrinfo']

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there',
  ECONNRESET: 'the other side broke it off',
  EPIPE: 'the other side broke it off',
  ETIMEDOUT: 'the other side did not answer',
  HPE_HEADER_OVERFLOW: 'the answer’s headers are too long',
}

function connectionError(cause: unknown): AppError {
  if (cause instanceof ProxyFailure) {
    return appError('proxy-failed', { host: cause.host, reason: cause.reason })
  }
  const { code, syscall } = deepest(cause)
  if (isNeverSent(code, syscall)) return appError('network-offline')
  if (code.startsWith('Z_')) return appError('answer-malformed', { reason: 'it cannot be unpacked' })
  if (code.startsWith('HPE_') && !(code in reasons))
    return appError('answer-malformed', { reason: 'it is not HTTP' })
  return appError('network-failed', { reason: reasonOf(code) })
}

/**
 * Offline means that surely nothing was sent. A connection that stands can lose its way too, and then the request may
 * have arrived.
 */
function isNeverSent(code: string, syscall: string): boolean {
  return nameCodes.includes(code) || (wayCodes.includes(code) && openingCalls.includes(syscall))
}

/** A code of the system or of TLS in words, with the code behind them. */
function reasonOf(code: string): string {
  const certificate = /CERT|TLS|SSL|VERIFY|SIGNATURE|EPROTO/.test(code)
  const usual = code.startsWith('HPE_') ? 'it is not HTTP' : 'it could not be made'
  const reason = certificate ? 'the connection cannot be trusted' : (reasons[code] ?? usual)
  return code === '' ? reason : `${reason} (${code})`
}

interface SystemError {
  readonly code: string
  /** What the system was asked to do; empty where it was not the system that failed. */
  readonly syscall: string
}

/** Of several attempts (one address after the other) the first; the error with a code stands at the bottom. */
function deepest(cause: unknown): SystemError {
  if (!(cause instanceof Error)) return { code: '', syscall: '' }
  const several = (cause as Partial<AggregateError>).errors as readonly unknown[] | undefined
  const inner = deepest(several?.[0] ?? cause.cause)
  const { code, syscall = '' } = cause as NodeJS.ErrnoException
  return inner.code === '' && typeof code === 'string' ? { code, syscall } : inner
}

function failed(code: 'network-failed' | 'answer-malformed', reason: string): HttpResult {
  return { kind: 'failed', error: appError(code, { reason }) }
}
