/**
 * Receives the answer of the browser. Bound to the literal 127.0.0.1 on a port that the system chooses, with a
 * random path; whatever is not exactly the one expected request gets a 4xx and changes nothing.
 */
import { createHash } from 'node:crypto'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { fail, ok } from '../contract/outcome.ts'
import type { LoopbackListener, LoopbackRequest, LoopbackServer, Random, ReplyPage } from '../core/ports.ts'
import { replyPageHtml, replyPageStyle } from './reply-page.ts'

type Accept = (request: LoopbackRequest) => Promise<ReplyPage> | null

export interface LoopbackOptions {
  readonly random: Random
  /** How long a connection may take until its request was accepted, ms. */
  readonly connectionMs?: number
  /** How long `close` waits for a reply that is on its way, ms. */
  readonly closingMs?: number
}

const host = '127.0.0.1'
const maxHeaderBytes = 8 * 1024
const maxConnections = 20

export function createLoopbackListener(options: LoopbackOptions): LoopbackListener {
  return {
    async listen(accept) {
      const path = `/${options.random.token(16)}`
      const connections = new Connections(options.connectionMs ?? 5000)
      const gate = new Gate(path, accept, connections)
      const server = createServer({ maxHeaderSize: maxHeaderBytes }, (request, response) => {
        void gate.answer(request, response)
      })
      server.on('connection', (socket) => {
        connections.add(socket)
      })
      const port = await bind(server)
      if (port === null) return fail('loopback-failed')
      gate.host = `${host}:${String(port)}`
      return ok(running(server, connections, `http://${gate.host}${path}`, options.closingMs ?? 2000))
    },
  }
}

/** The port, or null when the system gives none. */
function bind(server: Server): Promise<number | null> {
  return new Promise((resolve) => {
    server.once('error', () => {
      resolve(null)
    })
    server.listen({ host, port: 0, exclusive: true }, () => {
      resolve((server.address() as AddressInfo).port)
    })
  })
}

function running(
  server: Server,
  connections: Connections,
  redirectUri: string,
  closingMs: number,
): LoopbackServer {
  let closing: Promise<void> | null = null
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => {
      server.close(() => {
        resolve()
      })
    })
    connections.endAll(closingMs)
    await closed
  }
  return {
    redirectUri,
    close() {
      closing ??= close()
      return closing
    },
  }
}

/**
 * The open connections, each with a deadline that no trickle of bytes can move. When there are too many the
 * oldest goes, so that idle ones cannot keep the browser out.
 */
class Connections {
  readonly #deadlines = new Map<Socket, NodeJS.Timeout>()
  readonly #replying = new Set<Socket>()
  readonly #limitMs: number

  constructor(limitMs: number) {
    this.#limitMs = limitMs
  }

  add(socket: Socket): void {
    const oldest = [...this.#deadlines.keys()].find((open) => !this.#replying.has(open))
    if (this.#deadlines.size >= maxConnections) oldest?.destroy()
    this.#deadlines.set(socket, endAfter(socket, this.#limitMs))
    socket.on('error', () => socket.destroy())
    socket.once('close', () => {
      clearTimeout(this.#deadlines.get(socket))
      this.#deadlines.delete(socket)
      this.#replying.delete(socket)
    })
  }

  /** The accepted request: what is done about it may take longer than a connection may. */
  keepForReply(socket: Socket): void {
    clearTimeout(this.#deadlines.get(socket))
    this.#replying.add(socket)
  }

  /** The reply is written: the browser has the usual time to fetch it. */
  replied(socket: Socket): void {
    this.#deadlines.set(socket, endAfter(socket, this.#limitMs))
  }

  /** Ends idle connections now, and one that waits for its reply after `graceMs`. */
  endAll(graceMs: number): void {
    for (const [socket, deadline] of this.#deadlines) {
      clearTimeout(deadline)
      if (this.#replying.has(socket)) this.#deadlines.set(socket, endAfter(socket, graceMs))
      else socket.destroy()
    }
  }
}

function endAfter(socket: Socket, ms: number): NodeJS.Timeout {
  return setTimeout(() => socket.destroy(), ms)
}

/** Lets exactly one request through. */
class Gate {
  readonly #path: string
  readonly #accept: Accept
  readonly #connections: Connections
  #used = false
  /** `127.0.0.1:PORT`, known once the server listens. */
  host = ''

  constructor(path: string, accept: Accept, connections: Connections) {
    this.#path = path
    this.#accept = accept
    this.#connections = connections
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path, query = ''] = splitOnce(request.url ?? '', '?')
    const status = this.#refusal(request, path)
    if (status !== null) {
      refuse(response, status)
      return
    }
    const page = this.#accept({ query: new URLSearchParams(query) })
    if (page === null) {
      refuse(response, 400)
      return
    }
    this.#used = true
    this.#connections.keepForReply(request.socket)
    await page.then(
      (shown) => show(response, shown),
      () => refuse(response, 500),
    )
    this.#connections.replied(request.socket)
  }

  #refusal(request: IncomingMessage, path: string): number | null {
    const hosts = request.rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host')
    if (hosts.length !== 1 || request.headers.host !== this.host) return 400
    if (request.method !== 'GET') return 405
    if (path !== this.#path) return 404
    const { 'content-length': length, 'transfer-encoding': encoding } = request.headers
    if ((length !== undefined && length !== '0') || encoding !== undefined) return 400
    return this.#used ? 410 : null
  }
}

function splitOnce(text: string, mark: string): [string, string?] {
  const at = text.indexOf(mark)
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}

const styleHash = createHash('sha256').update(replyPageStyle).digest('base64')

/** Nothing is loaded, run, framed, kept or told to anybody. */
const commonHeaders = {
  'Cache-Control': 'no-store',
  Connection: 'close',
  'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
}

function show(response: ServerResponse, page: ReplyPage): void {
  const headers = {
    ...commonHeaders,
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Language': page.language,
  }
  response.writeHead(page.status, headers).end(replyPageHtml(page))
}

function refuse(response: ServerResponse, status: number): void {
  const allow = status === 405 ? { Allow: 'GET' } : {}
  const headers = { ...commonHeaders, ...allow, 'Content-Type': 'text/plain; charset=utf-8' }
  response.writeHead(status, headers).end(`${String(status)}\n`)
}
