import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Outcome } from '../../contract/outcome.ts'
import { fail, ok } from '../../contract/outcome.ts'
import type { LoopbackAddress } from './address.ts'

export interface Bound {
  readonly servers: readonly Server[]
  readonly port: number
}

/** This machine has no such address: then nobody else can listen there either. */
const noSuchAddress: readonly string[] = ['EADDRNOTAVAIL', 'EAFNOSUPPORT']

/**
 * Binds a server of `make` to every host of an address, or to none. Errors: `loopback-failed`,
 * `loopback-privileged` (`port`), `loopback-busy` (`port`; `program`, empty: who has it is asked apart from this).
 */
export async function bind(address: LoopbackAddress, make: () => Server): Promise<Outcome<Bound>> {
  const servers: Server[] = []
  let { port } = address
  for (const [index, host] of address.hosts.entries()) {
    const server = make()
    const refused = await listenOn(server, host, port)
    if (refused === null) {
      servers.push(server)
      port = (server.address() as AddressInfo).port
    } else if (index === 0 || !noSuchAddress.includes(refused)) {
      await Promise.all(servers.map(closed))
      return refusal(refused, port)
    }
  }
  return ok({ servers, port })
}

/** Null, or the system's code for why not. */
function listenOn(server: Server, host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      resolve(cause.code ?? 'unknown')
    })
    server.listen({ host, port, exclusive: true }, () => {
      resolve(null)
    })
  })
}

export function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve()
    })
  })
}

/** Below this only an administrator's programs may listen. */
const firstFreePort = 1024

/** What the system's no means. Windows says `EACCES` also of a port that it or a program keeps for itself. */
export function refusal(code: string, port: number): ReturnType<typeof fail> {
  if (code === 'EACCES' && port < firstFreePort) return fail('loopback-privileged', { port })
  if (code !== 'EACCES' && code !== 'EADDRINUSE') return fail('loopback-failed')
  return fail('loopback-busy', { port, program: '' })
}
