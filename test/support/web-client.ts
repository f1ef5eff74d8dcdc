/** A web client of practice Google with addresses of the test, and the ports of this machine. */
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { ClientView } from '../../electron/contract/views.ts'
import type { RealProfile } from './real-profile.ts'
import type { RealWorld } from './real-world.ts'

/** An address that leads to nobody here. */
export const farAway = 'https://tools.example/oauth/callback'

/** Some machines have no IPv6 at all. */
export const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
)

/** A port of this machine that is free now, on every loopback address. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => {
    server.listen(0, hasIpv6 ? '::' : '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Registers these addresses for the web client and brings its file; the first redirect is the usual one. */
export async function openWebClient(
  { google }: RealWorld,
  app: RealProfile,
  redirectUris: readonly string[],
  javascriptOrigins: readonly string[] = [],
): Promise<ClientView> {
  await google.control.clientFile({ kind: 'web' })
  const registered = await google.control.setRedirects({ redirectUris, javascriptOrigins })
  if (!registered.ok) throw new Error(registered.error.code)
  return app.bringClient('web')
}
