/** The HTTP side of practice Google: one loopback listener, bounded in every direction. Decides nothing. */
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

const host = '127.0.0.1'
const bodyLimit = 64 * 1024
const headerLimit = 32 * 1024
const headersTimeoutMs = 10_000
const requestTimeoutMs = 20_000
/** How often Node looks for connections that are over these times. */
const checkEveryMs = 5000
const connectionLimit = 256

export interface PracticeRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Breaks the connection there, as a failing network would. */
  readonly breaks?: 'before-request' | 'before-answer' | 'after-headers' | 'mid-body'
}

export type Handle = (request: PracticeRequest) => Answer | Promise<Answer>

interface Serving {
  /** Practice time, epoch ms: the Date of an answer. */
  now(): number
  handle: Handle
  /** Asked before the body is read; true breaks the connection. */
  drops(method: string, target: string): boolean
}

interface Listening {
  readonly issuer: string
  close(): Promise<void>
}

/**
 * Listens on the literal 127.0.0.1 only and answers what `handle` says. Requests for another Host, with a body
 * over 64 KiB or with headers over 32 KiB are refused before `handle` sees them. Rejects when the port is taken.
 */
export async function listen(port: number, serving: Serving): Promise<Listening> {
  const server = createServer(
    { maxHeaderSize: headerLimit, connectionsCheckingInterval: checkEveryMs },
    (incoming, response) => {
      void serve(server, incoming, response, serving)
    },
  )
  server.headersTimeout = headersTimeoutMs
  server.requestTimeout = requestTimeoutMs
  server.maxConnections = connectionLimit
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port, exclusive: true }, resolve)
  })
  return { issuer: `http://${authority(server)}`, close: () => closeAll(server, sockets) }
}

function authority(server: Server): string {
  return `${host}:${String((server.address() as AddressInfo).port)}`
}

function closeAll(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve()
    })
    for (const socket of sockets) socket.destroy()
  })
}

async function serve(
  server: Server,
  incoming: IncomingMessage,
  response: ServerResponse,
  serving: Serving,
): Promise<void> {
  try {
    if (serving.drops(incoming.method ?? 'GET', incoming.url ?? '/')) {
      incoming.socket.destroy()
      return
    }
    send(response, await answerFor(server, incoming, serving.handle), serving.now())
  } catch {
    // Whatever failed, its text may hold what was sent: say only that it failed.
    if (!response.headersSent) send(response, plain(500, 'Practice Google failed.'), serving.now())
  }
}

async function answerFor(server: Server, incoming: IncomingMessage, handle: Handle): Promise<Answer> {
  // Another name for this address means DNS rebinding or a forwarder: neither is a browser of this machine.
  if (incoming.headers.host !== authority(server)) return closing(plain(421, 'Unknown host.'))
  const body = await readBody(incoming)
  if (body === null) return closing(plain(413, 'Too large.'))
  const target = incoming.url ?? '/'
  if (!target.startsWith('/')) return plain(400, 'Bad request.')
  const [path = '/', ...rest] = target.split('?')
  return handle({
    method: incoming.method ?? 'GET',
    path,
    query: new URLSearchParams(rest.join('?')),
    headers: incoming.headers,
    body,
  })
}

/** The whole body, or null as soon as it is larger than allowed. */
async function readBody(incoming: IncomingMessage): Promise<string | null> {
  if (Number(incoming.headers['content-length'] ?? 0) > bodyLimit) return null
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > bodyLimit) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function send(response: ServerResponse, answer: Answer, now: number): void {
  const body = Buffer.from(answer.body)
  if (answer.breaks === 'before-request' || answer.breaks === 'before-answer') {
    response.destroy()
    return
  }
  response.writeHead(answer.status, {
    date: new Date(now).toUTCString(),
    'x-content-type-options': 'nosniff',
    'content-length': String(body.length),
    ...answer.headers,
  })
  switch (answer.breaks) {
    case undefined:
      response.end(body)
      return
    case 'after-headers':
      response.flushHeaders()
      // Destroying at once could overtake what is still being sent.
      setImmediate(() => response.destroy())
      return
    case 'mid-body':
      response.write(body.subarray(0, body.length / 2), () => response.destroy())
  }
}

function plain(status: number, text: string): Answer {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: text }
}

function closing(answer: Answer): Answer {
  return { ...answer, headers: { ...answer.headers, connection: 'close' } }
}
