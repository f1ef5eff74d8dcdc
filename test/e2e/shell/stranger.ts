/** A server on this machine that nobody of the app may ever reach; it counts who tries. */
import { createSocket } from 'node:dgram'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Stranger {
  readonly url: string
  readonly udpPort: number
  /** Every HTTP request and every datagram that arrived. */
  readonly visits: string[]
  close(): Promise<void>
}

export async function startStranger(): Promise<Stranger> {
  const visits: string[] = []
  const server = createServer((request, response) => {
    visits.push(`${request.method ?? ''} ${request.url ?? ''}`)
    response.setHeader('access-control-allow-origin', '*')
    response.end('<h1>stranger</h1>')
  })
  const udp = createSocket('udp4', () => visits.push('datagram'))
  server.on('upgrade', (request, socket) => {
    visits.push(`UPGRADE ${request.url ?? ''}`)
    socket.destroy()
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  await new Promise<void>((resolve) => {
    udp.bind(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  const close = async (): Promise<void> => {
    udp.close()
    server.closeAllConnections()
    await new Promise((resolve) => {
      server.close(resolve)
    })
  }
  return { url: `http://127.0.0.1:${port}`, udpPort: udp.address().port, visits, close }
}
