/** Signing in on a machine without a browser: the address is taken elsewhere, the answer comes back by ssh or pasted. */
import type { AddressInfo } from 'node:net'
import { connect, createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { arriveAt, asha, consentAs, meera, sam } from '../../support/real-google.ts'
import type { RealProfile } from '../../support/real-profile.ts'
import { refreshTokensInKeychain } from '../../support/real-profile.ts'
import { partsMissing, useRealWorld } from '../../support/real-world.ts'
import { farAway, freePort, hasIpv6, openWebClient } from '../../support/web-client.ts'

const minuteMs = 60_000
const world = useRealWorld()

async function paste(app: RealProfile, flowId: string, text: string): Promise<string | null> {
  app.copy(text)
  const pasted = await app.ask('signIn.paste', { flowId })
  return pasted.ok ? null : pasted.error.code
}

/** The port of a loopback address. */
function portOf(address: string): string {
  return new URL(address).port
}

describe.skipIf(partsMissing !== null)('a sign-in without a browser on this machine', () => {
  it('opens none, waits an hour, and tells how to bring the answer', async () => {
    const app = await world.open()
    const flowId = await app.start({ elsewhere: true })
    const link = await app.link(flowId)
    const redirectUri = new URL(link).searchParams.get('redirect_uri') ?? ''
    const port = portOf(redirectUri)
    const flow = await app.flow(flowId)
    expect(flow).toMatchObject({
      elsewhere: true,
      answer: {
        redirectUri,
        forward: `ssh -N -L ${port}:127.0.0.1:${port} asha@server.example`,
        paste: true,
      },
    })
    expect(Math.abs(flow.endsAt - flow.startedAt - 60 * minuteMs)).toBeLessThan(minuteMs)
    expect(app.browsed).toEqual([])
    expect(JSON.stringify([...app.sent, await app.snapshot()])).not.toContain('code_challenge')
    await arriveAt(await consentAs(asha, link))
    expect(await app.end(flowId)).toMatchObject({ kind: 'done', email: asha.email })
    expect((await app.flow(flowId)).answer).toBeNull()
    expect(app.browsed).toEqual([])
  })

  it('takes the answer through a forwarded port', async () => {
    const app = await world.open()
    const flowId = await app.start({ elsewhere: true })
    const address = await consentAs(asha, await app.link(flowId))
    const tunnel = createServer((near) => {
      const far = connect(Number(portOf(address)), '127.0.0.1')
      near.pipe(far).pipe(near)
      near.on('error', () => far.destroy())
      far.on('error', () => near.destroy())
    })
    // ssh listens on the other machine at the same port; here that is another address of this one.
    await new Promise<void>((resolve) => {
      tunnel.listen({ host: '127.0.0.2', port: Number(portOf(address)) }, resolve)
    })
    world.afterwards(() => tunnel.close())
    expect((tunnel.address() as AddressInfo).address).toBe('127.0.0.2')
    const socket = connect(Number(portOf(address)), '127.0.0.2')
    const { pathname, search, host } = new URL(address)
    socket.write(`GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
    socket.resume()
    expect(await app.end(flowId)).toMatchObject({ kind: 'done', email: asha.email })
  })

  it('takes two pasted answers in the other order, each where it belongs', async () => {
    const app = await world.open()
    const one = await app.start({ elsewhere: true })
    const other = await app.start({ elsewhere: true })
    const [first, second] = [
      await consentAs(asha, await app.link(one)),
      await consentAs(meera, await app.link(other)),
    ]
    expect(await paste(app, one, second)).toBe('paste-other-flow')
    expect(await paste(app, other, second)).toBeNull()
    expect(await app.end(other)).toMatchObject({ kind: 'done', email: meera.email })
    expect(await paste(app, one, first)).toBeNull()
    expect(await app.end(one)).toMatchObject({ kind: 'done', email: asha.email })
    expect((await refreshTokensInKeychain()).size).toBe(2)
  })

  it('names the sign-in that an address belongs to', async () => {
    const app = await world.open()
    await app.signIn(asha)
    const { accountId } = await app.account(asha)
    const [known, anyone] = [
      await app.start({ elsewhere: true, accountId }),
      await app.start({ elsewhere: true }),
    ]
    app.copy(await consentAs(asha, await app.link(known)))
    expect(await app.ask('signIn.paste', { flowId: anyone })).toMatchObject({
      error: { code: 'paste-other-flow', details: { label: asha.email } },
    })
  })

  it('takes the answer only once, by whichever road it comes first', async () => {
    const app = await world.open()
    const flowId = await app.start({ elsewhere: true })
    const address = await consentAs(asha, await app.link(flowId))
    const [pasted, arrived] = await Promise.all([
      paste(app, flowId, address),
      arriveAt(address).catch(() => ({ status: 0 })),
    ])
    expect([pasted === null, arrived.status === 200]).toContain(true)
    expect(await app.end(flowId)).toMatchObject({ kind: 'done', email: asha.email })
    expect((await refreshTokensInKeychain()).size).toBe(1)
    const exchanged = world.google.issued.filter(({ kind }) => kind === 'refresh-token')
    expect(exchanged).toHaveLength(1)
  })

  it('asks before another account than the expected one is kept', async () => {
    const app = await world.open()
    await app.signIn(asha)
    const { accountId } = await app.account(asha)
    const flowId = await app.start({ elsewhere: true, accountId })
    expect(await paste(app, flowId, await consentAs(sam, await app.link(flowId)))).toBeNull()
    expect(await app.reach(flowId, 'choosing-account')).toMatchObject({ arrivedEmail: sam.email })
    await app.get('signIn.chooseAccount', { flowId, keep: false })
    expect(await app.end(flowId)).toMatchObject({ error: { code: 'sign-in-discarded' } })
    expect((await refreshTokensInKeychain()).size).toBe(1)
  })

  it.skipIf(!hasIpv6)('forwards the registered address of a web client, also that of IPv6', async () => {
    const app = await world.open()
    const [port, port6] = [String(await freePort()), String(await freePort())]
    const at = `http://localhost:${port}/latchkey`
    const at6 = `http://[::1]:${port6}/latchkey`
    const { clientId } = await openWebClient(world, app, [at, at6, farAway])
    const forwardOf = async (redirectUri: string): Promise<unknown> => {
      const flowId = await app.start({ clientId, elsewhere: true, redirectUri })
      await app.reach(flowId, 'waiting')
      return (await app.flow(flowId)).answer
    }
    expect(await forwardOf(at)).toEqual({
      redirectUri: at,
      forward: `ssh -N -L ${port}:127.0.0.1:${port} asha@server.example`,
      paste: true,
    })
    expect(await forwardOf(at6)).toMatchObject({
      forward: `ssh -N -L ${port6}:[::1]:${port6} asha@server.example`,
    })
    const flowId = await app.start({ clientId, elsewhere: true, way: 'paste' })
    expect(await paste(app, flowId, await consentAs(asha, await app.link(flowId)))).toBeNull()
    expect(await app.end(flowId)).toMatchObject({ kind: 'done', email: asha.email })
    expect(app.browsed).toEqual([])
  })

  it('shows a code for a device, with nothing to paste', async () => {
    await world.google.control.setDeviceRules({ interval: 1 })
    const app = await world.open()
    const { clientId } = await app.bringClient('device')
    const flowId = await app.start({ clientId, elsewhere: true })
    const { userCode } = await app.reach(flowId, 'showing-code')
    expect((await app.flow(flowId)).answer).toBeNull()
    expect(app.browsed).toEqual([])
    await world.google.control.approveDevice(userCode, asha.sub)
    expect(await app.end(flowId)).toMatchObject({ kind: 'done', email: asha.email })
  })
})
