/**
 * The HTTP of a door, whatever its connections come through. Everything that the guard refuses is answered here and
 * its connection closed; nobody who answers requests ever hears of it.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { ErrorCode } from '../../contract/errors.ts'
import { errors } from '../../contract/errors.ts'
import type { AppError } from '../../contract/outcome.ts'
import { appError } from '../../contract/outcome.ts'
import type { DoorAnswer, DoorPeer, DoorRequest, Log } from '../../core/ports.ts'
import type { Connection, ConnectionLimits } from './connections.ts'
import { Connections, usualLimits } from './connections.ts'
import { Exchange, readBody } from './exchange.ts'
import type { LetIn, Refusal } from './guard.ts'
import { guard, refused } from './guard.ts'
import { BrokenOff } from './owner-answers.ts'
import type { PortPair } from './peer.ts'
import { isOwnLoopback, peerOf, sharesUser } from './peer.ts'

export type Answering = (request: DoorRequest) => Promise<DoorAnswer>

export interface DoorServerOptions {
  /** The spellings of `Host` that mean this door; null on a socket. Asked at each request. */
  readonly hosts: () => readonly string[] | null
  readonly answer: Answering
  /** A further rule of this door, over the headers of what the guard lets in. */
  readonly refuse?: (headers: LetIn['headers']) => Refusal | null
  readonly limits?: ConnectionLimits
  readonly log?: Log
}

const maxHeaderBytes = 8 * 1024
/** Requests of one connection that may wait for their answers. Libraries send one after the other. */
const mostAtOnce = 16
/** For streams that end while a door closes, ms. */
const lastPartsMs = 500
const onSocket: DoorPeer = { user: 'same', pid: null }

export class DoorServer {
  /** Listens nowhere by itself. */
  readonly http: Server
  readonly #options: DoorServerOptions
  readonly #connections: Connections
  readonly #streams = new Set<ServerResponse>()
  #closing: Promise<void> | null = null

  constructor(options: DoorServerOptions) {
    this.#options = options
    const limits = options.limits ?? usualLimits
    this.#connections = new Connections(limits, () => performance.now())
    this.http = httpServer(limits)
    const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
      this.#take(request, response)
    }
    this.http
      .on('connection', (socket: Duplex) => this.#accept(socket))
      .on('request', onRequest)
      .on('checkContinue', onRequest)
      .on('checkExpectation', onRequest)
      .on('clientError', (cause: NodeJS.ErrnoException, socket: Duplex) => {
        this.#refuseBytes(cause.code ?? '', socket)
      })
  }

  /**
   * Takes nothing new; what is being answered has `graceMs` to be so. A stream that does not end by itself at once is
   * broken off, so that nobody takes its beginning for the whole.
   */
  close(graceMs: number): Promise<void> {
    this.#closing ??= new Promise((resolve) => {
      this.http.close(() => resolve())
      setTimeout(
        () => {
          for (const response of this.#streams) response.destroy()
        },
        Math.min(graceMs, lastPartsMs),
      ).unref()
      this.#connections.endAll(graceMs)
    })
    return this.#closing
  }

  #accept(socket: Duplex): void {
    const ports = portsOf(socket)
    // Over a port there are always two of them; without, the caller has left in the same moment.
    if (this.#options.hosts() !== null && ports === null) return void socket.destroy()
    if (ports && !isOwnLoopback((socket as Socket).remoteAddress))
      return turnAway(socket, refused(403, 'it came from another address than 127.0.0.1'))
    if (this.#closing || !this.#connections.add(socket, ports))
      return turnAway(socket, refused(503, 'too many are connected'))
    if (ports) (socket as Socket).setNoDelay(true)
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    const connection = this.#connections.of(request.socket)
    if (!connection || connection.refused) return
    connection.requests += 1
    response.once('close', () => this.#done(connection))
    const { method = '', url = '', httpVersion, rawHeaders } = request
    if (connection.requests > mostAtOnce)
      return this.#refuse(connection, response, refused(429, 'too many at once'))
    const checked = guard({ method, target: url, httpVersion, rawHeaders }, this.#options.hosts())
    if (checked.kind === 'refused') return this.#refuse(connection, response, checked)
    const refusal = this.#options.refuse?.(checked.headers) ?? null
    if (refusal) return this.#refuse(connection, response, refusal)
    if (connection.ports === null || connection.ours)
      return this.#read(connection, request, response, checked)
    void this.#readIfOurs(connection, request, response, checked)
  }

  #done(connection: Connection): void {
    connection.requests -= 1
    if (connection.requests > 0) return
    this.#connections.enter(connection, 'idle')
    if (this.#closing) connection.socket.end()
  }

  /** Asked of the system once a connection, with its first request. */
  async #readIfOurs(
    connection: Connection,
    request: IncomingMessage,
    response: ServerResponse,
    checked: LetIn,
  ): Promise<void> {
    this.#connections.enter(connection, 'answering')
    const ours = connection.ports === null || (await sharesUser(connection.ports))
    connection.ours = ours
    if (ours) this.#read(connection, request, response, checked)
    else this.#refuse(connection, response, refused(403, 'it came from another user of this computer'))
  }

  #read(connection: Connection, request: IncomingMessage, response: ServerResponse, checked: LetIn): void {
    if (!checked.hasBody) {
      this.#connections.enter(connection, 'answering')
      void this.#answer(connection, request, response, checked, '')
      return
    }
    this.#connections.enter(connection, 'reading')
    readBody(request, (body) => {
      if (typeof body !== 'string') return this.#refuse(connection, response, body)
      this.#connections.enter(connection, 'answering')
      void this.#answer(connection, request, response, checked, body)
    })
  }

  async #answer(
    connection: Connection,
    request: IncomingMessage,
    response: ServerResponse,
    checked: LetIn,
    body: string,
  ): Promise<void> {
    const { ports } = connection
    const peer = (): Promise<DoorPeer> => (ports === null ? Promise.resolve(onSocket) : peerOf(ports))
    try {
      const exchange = new Exchange(request, response, checked, body, peer)
      await this.#send(connection, response, await this.#options.answer(exchange))
    } catch (cause) {
      if (!(cause instanceof BrokenOff)) this.#options.log?.error('door-answer-failed', cause)
      if (response.headersSent) response.destroy()
      else this.#end(response, 500, {}, errorBody(appError('internal')))
    }
  }

  async #send(connection: Connection, response: ServerResponse, answer: DoorAnswer): Promise<void> {
    if (response.destroyed) return
    if (typeof answer.body === 'string') {
      this.#connections.enter(connection, 'sending')
      this.#end(response, answer.status, answer.headers, answer.body)
      return
    }
    response.writeHead(answer.status, { ...everyAnswer, ...answer.headers })
    response.flushHeaders()
    this.#streams.add(response)
    try {
      await this.#pour(connection, response, answer.body)
    } finally {
      this.#streams.delete(response)
    }
    response.end()
  }

  /** Part by part, no faster than the caller takes them, and no longer than it stays. */
  async #pour(connection: Connection, response: ServerResponse, body: AsyncIterable<string>): Promise<void> {
    const parts = body[Symbol.asyncIterator]()
    const stop = (): void => void parts.return?.().catch(() => undefined)
    response.once('close', stop)
    for (;;) {
      const part = await parts.next()
      if (part.done || response.destroyed || response.writableEnded) return
      if (response.write(part.value)) continue
      this.#connections.enter(connection, 'sending')
      await drained(response)
      this.#connections.enter(connection, 'answering')
    }
  }

  #end(
    response: ServerResponse,
    status: number,
    headers: Readonly<Record<string, string>>,
    body: string,
  ): void {
    const all: Record<string, string | number> = { ...everyAnswer, ...headers }
    all['Content-Length'] = Buffer.byteLength(body)
    if (this.#closing) all['Connection'] = 'close'
    response.writeHead(status, all).end(body)
  }

  #refuse(connection: Connection, response: ServerResponse, refusal: Refusal): void {
    connection.refused = true
    if (response.destroyed) return
    this.#connections.enter(connection, 'sending')
    const allow: Record<string, string> = refusal.status === 405 ? { Allow: 'GET, POST' } : {}
    const headers = { ...allow, ...jsonKind, Connection: 'close' }
    this.#end(response, refusal.status, headers, refusalBody(refusal))
  }

  /** What cannot even be read as a request. Behind one that is being answered it only ends the connection. */
  #refuseBytes(code: string, socket: Duplex): void {
    const connection = this.#connections.of(socket)
    if (!connection || connection.requests > 0 || !socket.writable) {
      socket.destroy()
      return
    }
    connection.refused = true
    socket.end(refusalBytes(unreadable[code] ?? refused(400, 'it cannot be read')), () => socket.destroy())
  }
}

const unreadable: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: refused(431, 'its headers are too long'),
  ERR_HTTP_REQUEST_TIMEOUT: refused(408, 'it took too long'),
}

function httpServer({ silentMs, bodyMs, idleMs }: ConnectionLimits): Server {
  const server = createServer({
    maxHeaderSize: maxHeaderBytes,
    insecureHTTPParser: false,
    // Older releases of Node know neither; there the connections' own bounds are what holds.
    connectionsCheckingInterval: 1000,
    requireHostHeader: false,
  })
  server.headersTimeout = silentMs
  server.requestTimeout = silentMs + bodyMs
  server.keepAliveTimeout = idleMs
  server.timeout = 0
  server.maxRequestsPerSocket = 0
  // Past a number of its own Node drops headers silently; the guard counts them.
  server.maxHeadersCount = 0
  return server
}

/** Nothing of an answer is kept, guessed at or told to a web page. */
const everyAnswer = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' } as const
const jsonKind = { 'Content-Type': 'application/json; charset=utf-8' } as const

/** An error as every door writes it. */
export function errorBody({ code, message, retryable, details }: AppError): string {
  const { next }: { readonly next: string } = errors[code satisfies ErrorCode]
  return JSON.stringify({ error: { code, message, next, retryable, ...(details ? { details } : {}) } })
}

function refusalBody({ reason }: Refusal): string {
  return errorBody(appError('door-request-refused', { reason }))
}

/** The whole answer, where Node makes none. */
function refusalBytes(refusal: Refusal): string {
  const body = refusalBody(refusal)
  const headers = {
    ...everyAnswer,
    ...jsonKind,
    'Content-Length': Buffer.byteLength(body),
    Connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}\r\n`)
  return `HTTP/1.1 ${String(refusal.status)} Refused\r\n${lines.join('')}\r\n${body}`
}

/** Before it has said anything. Nothing of it is read. */
function turnAway(socket: Duplex, refusal: Refusal): void {
  socket.on('error', () => socket.destroy())
  socket.end(refusalBytes(refusal), () => socket.destroy())
}

/** Null of a socket or a pipe. */
function portsOf(socket: Duplex): PortPair | null {
  const { remotePort, localPort } = socket as Partial<Socket>
  return remotePort === undefined || localPort === undefined ? null : { ours: localPort, theirs: remotePort }
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done)
      resolve()
    }
    response.once('drain', done).once('close', done)
    if (response.destroyed) done()
  })
}
