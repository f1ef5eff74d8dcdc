/**
 * Receives the answer of the browser: on the literal 127.0.0.1 with a port that the system chooses and a random
 * path, or on exactly the address that is registered for a web client. Whatever is not the one expected request
 * gets a 4xx and changes nothing.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { fail, ok } from '../contract/outcome.ts'
import type { LoopbackListener, LoopbackServer, Random } from '../core/ports.ts'
import { freeAddress, hostHeaders, registeredAddress } from './loopback/address.ts'
import type { Bound } from './loopback/bind.ts'
import { bind, closed } from './loopback/bind.ts'
import { Connections } from './loopback/connections.ts'
import { Gate } from './loopback/gate.ts'
import { portHolder } from './loopback/port-holder.ts'

export interface LoopbackOptions {
  readonly random: Random
  /** How long a connection may take until its request was accepted, ms. */
  readonly connectionMs?: number
  /** How long `close` waits for a reply that is on its way, ms. */
  readonly closingMs?: number
}

const maxHeaderBytes = 8 * 1024

export function createLoopbackListener(options: LoopbackOptions): LoopbackListener {
  const { random, connectionMs = 5000, closingMs = 2000 } = options
  return {
    async listen(accept, { at, fragment } = {}) {
      const address = at === undefined ? freeAddress(`/${random.token(16)}`) : registeredAddress(at)
      if (!address) return fail('loopback-failed')
      const { path } = address
      const connections = new Connections(connectionMs)
      const post = fragment ? { path: `/${random.token(16)}`, words: fragment } : null
      const gate = new Gate({ path, accept, connections, fragment: post })
      const bound = await bind(address, () => server(gate, connections))
      if (!bound.ok) return bound
      gate.hosts = hostHeaders(address, bound.value.port)
      const redirectUri = at ?? `http://${String(gate.hosts[0])}${path}`
      const spend = (): void => gate.spend()
      return ok({ ...running(bound.value, connections, closingMs), redirectUri, spend })
    },
    holderOf: (port) => portHolder(port),
  }
}

function server(gate: Gate, connections: Connections): ReturnType<typeof createServer> {
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    void gate.answer(request, response)
  }
  return createServer({ maxHeaderSize: maxHeaderBytes }, answer).on('connection', (socket) => {
    connections.add(socket)
  })
}

function running(
  { servers }: Bound,
  connections: Connections,
  closingMs: number,
): Pick<LoopbackServer, 'close'> {
  let closing: Promise<unknown> | null = null
  return {
    async close() {
      if (!closing) {
        closing = Promise.all(servers.map(closed))
        connections.endAll(closingMs)
      }
      await closing
    },
  }
}
