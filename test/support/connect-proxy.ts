/** A proxy that opens ways with `CONNECT`, writes down what it was asked, and breaks where it is told to. */
import type { IncomingMessage, Server } from 'node:http'
import { createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'

export interface ConnectProxyOptions {
  /** All names lead to this port of this machine, so that tests need no names. */
  readonly port: number
  /** `NAME:PASSWORD` that must come. */
  readonly credentials?: string
  /** Speaks TLS itself. */
  readonly tls?: { readonly key: string; readonly cert: string }
  /** Where it breaks. A number is the status of its refusal. */
  readonly breaks?:
    | 'at once'
    | 'when asked'
    | 'silent'
    | 'not http'
    | 'speaks first'
    | 'after opening'
    | 'silent after opening'
    | number
}

export interface ConnectProxy {
  readonly port: number
  /** `HOST:PORT` of every request. */
  readonly asked: readonly string[]
  /** Connections that stand now. */
  open(): number
  close(): Promise<void>
}

export async function connectProxy(options: ConnectProxyOptions): Promise<ConnectProxy> {
  const asked: string[] = []
  const sockets = new Set<Socket>()
  const server: Server = options.tls ? createSecureServer(options.tls) : createServer()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
    if (options.breaks === 'at once') socket.destroy()
    if (options.breaks === 'not http') socket.end('220 mail ready\r\n')
  })
  server.on('clientError', (_cause, socket) => socket.destroy())
  server.on('connect', (request, client) => {
    asked.push(request.url ?? '')
    client.on('error', () => undefined)
    // Half-open sockets stay until both sides end, and the end is only noticed by who reads.
    client.on('end', () => client.destroy())
    answer(request, client, options)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    open: () => sockets.size,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy()
        server.close(() => resolve())
      }),
  }
}

function answer(
  request: IncomingMessage,
  client: Duplex,
  { port, credentials, breaks }: ConnectProxyOptions,
): void {
  const wanted =
    credentials === undefined ? undefined : `Basic ${Buffer.from(credentials).toString('base64')}`
  const opened = 'HTTP/1.1 200 Connection established\r\n\r\n'
  if (request.headers['proxy-authorization'] !== wanted) {
    client.end('HTTP/1.1 407 Who?\r\nProxy-Authenticate: Basic realm="x"\r\nContent-Length: 2\r\n\r\nno')
  } else if (typeof breaks === 'number') {
    client.end(`HTTP/1.1 ${String(breaks)} No\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>`)
  } else if (breaks === 'when asked') client.destroy()
  else if (breaks === 'silent') client.resume()
  else if (breaks === 'speaks first') client.resume().write(`${opened}hello`)
  else if (breaks === 'silent after opening') client.resume().write(opened)
  else if (breaks === 'after opening') client.resume().end(opened)
  else {
    const server = connect(port, '127.0.0.1', () => client.write(opened))
    server.on('error', () => client.destroy())
    client.on('close', () => server.destroy())
    server.pipe(client).pipe(server)
  }
}
