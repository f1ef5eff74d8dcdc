/**
 * Connections through a proxy: `CONNECT`, then TLS with the server itself, so that the proxy sees a host name and
 * nothing else. Connections are kept and used again like direct ones.
 */
import { request as httpRequest } from 'node:http'
import { Agent, request as httpsRequest } from 'node:https'
import type { Duplex } from 'node:stream'
import type { SecureContext } from 'node:tls'
import { connect as connectTls } from 'node:tls'
import type { ProxyHop } from './http-proxy-choice.ts'

/** How long a proxy may take until the way is open, ms. */
const openingMs = 10_000
/** How long a connection that is not in use is kept, ms. Shorter than servers do, so that they rarely hang up first. */
export const keepIdleMs = 4_000

/** The proxy could not be used; nothing was sent to the server behind it. Its text holds no credentials. */
export class ProxyFailure extends Error {
  readonly host: string
  readonly reason: string

  constructor(host: string, reason: string) {
    super(`${host}: ${reason}`)
    this.name = 'ProxyFailure'
    this.host = host
    this.reason = reason
  }
}

export interface Trust {
  /** Roots of our own choice; null for those that come with the runtime. */
  readonly secureContext: SecureContext | null
  /** Names a failed connection's code in words. */
  readonly reasonOf: (cause: unknown) => string
}

/** A request may say what ends the opening of its connection; Node passes unknown options on to the agent. */
export interface TunnelRequest {
  readonly openingSignal: AbortSignal
}

interface Target extends Partial<TunnelRequest> {
  readonly host?: string | null
  readonly port?: number | string | null
  readonly servername?: string
}

/** An agent whose connections all go through one proxy. */
export function tunnelAgent(proxy: ProxyHop, trust: Trust): Agent {
  return new TunnelAgent(proxy, trust)
}

class TunnelAgent extends Agent {
  readonly #proxy: ProxyHop
  readonly #trust: Trust

  constructor(proxy: ProxyHop, trust: Trust) {
    super({ keepAlive: true, timeout: keepIdleMs })
    this.#proxy = proxy
    this.#trust = trust
  }

  /** Node's documented place for connections of another kind: the callback gets the stream or the error. */
  override createConnection(
    target: Target,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    const answer = callback as (error: Error | null, stream?: Duplex) => void
    const { host, servername = '' } = target
    openTunnel(this.#proxy, target, this.#trust).then(
      (socket) => {
        const context = this.#trust.secureContext
        // Said here too, so that no environment variable can switch the check off.
        const checks = { rejectUnauthorized: true, ...(context && { secureContext: context }) }
        answer(null, connectTls({ socket, servername, host: host ?? '', ...checks }))
      },
      (cause: unknown) => answer(cause as Error),
    )
  }
}

function openTunnel(proxy: ProxyHop, target: Target, trust: Trust): Promise<Duplex> {
  const authority = `${target.host ?? ''}:${target.port ?? 443}`
  const shownHost = `${proxy.host}:${proxy.port}`
  const credentials = proxy.authorization?.reveal()
  const request = (proxy.secure ? httpsRequest : httpRequest)({
    host: proxy.host.replace(/^\[|\]$/g, ''),
    port: proxy.port,
    method: 'CONNECT',
    path: authority,
    agent: false,
    headers: {
      host: authority,
      connection: 'keep-alive',
      ...(credentials !== undefined && { 'proxy-authorization': credentials }),
    },
    rejectUnauthorized: true,
    ...(trust.secureContext && { secureContext: trust.secureContext }),
    ...(target.openingSignal && { signal: target.openingSignal }),
  })
  return new Promise((resolve, reject) => {
    const give = (reason: string): void => {
      clearTimeout(timer)
      request.destroy()
      reject(new ProxyFailure(shownHost, reason))
    }
    const timer = setTimeout(() => give('it does not answer'), openingMs)
    request.on('error', (cause) => give(trust.reasonOf(cause)))
    request.on('connect', ({ statusCode = 0 }, socket, head) => {
      const refusal = refusalOf(statusCode, credentials !== undefined)
      // A TLS server waits for the client to speak; whoever speaks first is not one.
      if (refusal !== null || head.length > 0) {
        socket.destroy()
        give(refusal ?? 'it answers in a form that is not allowed')
        return
      }
      clearTimeout(timer)
      resolve(socket)
    })
    request.end()
  })
}

function refusalOf(status: number, withCredentials: boolean): string | null {
  if (status >= 200 && status < 300) return null
  if (status !== 407) return `it refuses with status ${status}`
  return withCredentials ? 'it refuses the name and password' : 'it asks for a name and password'
}
