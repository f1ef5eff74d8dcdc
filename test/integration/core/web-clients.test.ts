/** Web server clients on real parts: exactly the registered address, or the resulting address pasted back. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { basename } from 'node:path'
import { describe, expect, it } from 'vitest'
import { arriveAt, asha, consentAs, meera, sam } from '../../support/real-google.ts'
import type { RealProfile, RealProfileOptions } from '../../support/real-profile.ts'
import { refreshTokensInKeychain } from '../../support/real-profile.ts'
import { partsMissing, useRealWorld } from '../../support/real-world.ts'
import { watchTokenRequests } from '../../support/watched-http.ts'
import { farAway, freePort, hasIpv6, openWebClient } from '../../support/web-client.ts'

const calendar = 'https://www.googleapis.com/auth/calendar.readonly'
const world = useRealWorld()

interface Scene {
  readonly app: RealProfile
  readonly clientId: string
}

async function open(
  redirectUris: readonly string[],
  options: Partial<RealProfileOptions> = {},
): Promise<Scene> {
  const app = await world.open(options)
  const { clientId } = await openWebClient(world, app, redirectUris)
  return { app, clientId }
}

/** Whether somebody answers there. */
async function answers(address: string): Promise<boolean> {
  return fetch(address, { headers: { connection: 'close' } }).then(
    () => true,
    () => false,
  )
}

/** A program of somebody else that listens on a port of this machine. */
async function otherProgram(port: number, host = '127.0.0.1'): Promise<{ end: () => Promise<void> }> {
  const program = spawn(process.execPath, ['-e', holderScript, String(port), host], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const gone = once(program, 'exit')
  const end = async (): Promise<void> => {
    program.kill()
    await gone
  }
  world.afterwards(end)
  await once(program.stdout, 'data')
  return { end }
}
const holderScript = `
require('net').createServer().listen(Number(process.argv[1]), process.argv[2], () => console.log('ready'))
`

describe.skipIf(partsMissing !== null)('the registered address of a web client', () => {
  it('is listened at to the letter while the sign-in waits, and given back after it', async () => {
    const port = await freePort()
    const at = `http://127.0.0.1:${String(port)}/oauth2callback`
    const { app, clientId } = await open([at])
    const flow = await app.start({ clientId, scopes: [calendar] })
    const link = await app.link(flow)
    expect(new URL(link).searchParams.get('redirect_uri')).toBe(at)
    const address = await consentAs(asha, link)
    expect(address.startsWith(`${at}?`)).toBe(true)
    expect((await arriveAt(address.replace('/oauth2callback', '/oauth2callback/'))).status).toBe(404)
    expect((await arriveAt(address.replace(/state=[^&]+/, 'state=other'))).status).toBe(400)
    expect((await arriveAt(address)).status).toBe(200)
    expect(await app.end(flow)).toMatchObject({ kind: 'done', email: asha.email, accessEndsAt: null })
    expect(await answers(at)).toBe(false)
    const [secret = ''] = (await refreshTokensInKeychain()).values()
    expect(await world.google.refresh(secret)).toEqual({ status: 200, error: null })
    const [grant] = (await app.account(asha)).grants
    expect(grant).toMatchObject({ kind: 'web', liveAtLeast: 1, limit: 100 })
  })

  it.skipIf(!hasIpv6)('can be the one of IPv6', async () => {
    const { app, clientId } = await open([`http://[::1]:${String(await freePort())}/latchkey`])
    expect(await app.signIn(asha, { clientId })).toMatchObject({ kind: 'done', email: asha.email })
  })

  it.each(['', '/'])('can be localhost with nothing behind the port but “%s”', async (path) => {
    const at = `http://localhost:${String(await freePort())}${path}`
    const { app, clientId } = await open([at])
    const flow = await app.start({ clientId })
    const link = await app.link(flow)
    expect(new URL(link).searchParams.get('redirect_uri')).toBe(at)
    await arriveAt(await consentAs(asha, link))
    expect(await app.end(flow)).toMatchObject({ kind: 'done', email: asha.email })
  })

  it('can have a query of its own', async () => {
    const at = `http://127.0.0.1:${String(await freePort())}/back?from=latchkey`
    const { app, clientId } = await open([at])
    expect(await app.signIn(asha, { clientId })).toMatchObject({ kind: 'done', email: asha.email })
  })

  it('is the one that was chosen where several are registered, and no other than those', async () => {
    const at = `http://127.0.0.1:${String(await freePort())}/second`
    const { app, clientId } = await open([`http://127.0.0.1:${String(await freePort())}/first`, at])
    const flow = await app.start({ clientId, redirectUri: at })
    expect(new URL(await app.link(flow)).searchParams.get('redirect_uri')).toBe(at)
    const params = { clientId, scopes: [], accountId: null, redirectUri: `${at}/` }
    expect(await app.ask('signIn.start', params)).toMatchObject({
      ok: false,
      error: { code: 'redirect-unregistered' },
    })
  })

  it('is waited for while another program has it, and that is named', async () => {
    const port = await freePort()
    const { app, clientId } = await open([`http://127.0.0.1:${String(port)}/latchkey`])
    const holder = await otherProgram(port)
    const flow = await app.start({ clientId })
    const program = basename(process.execPath)
    expect(await app.reach(flow, 'port-busy')).toMatchObject({ port, program })
    expect(app.browsed).toEqual([])
    await holder.end()
    await arriveAt(await consentAs(asha, await app.link(flow)))
    expect(await app.end(flow)).toMatchObject({ kind: 'done', email: asha.email })
  })

  it('is shared by two sign-ins one after the other', async () => {
    const port = await freePort()
    const { app, clientId } = await open([`http://127.0.0.1:${String(port)}/latchkey`])
    const first = await app.start({ clientId })
    const link = await app.link(first)
    const second = await app.start({ clientId })
    expect(await app.reach(second, 'port-busy')).toMatchObject({ port, program: 'Latchkey' })
    await arriveAt(await consentAs(asha, link))
    expect(await app.end(first)).toMatchObject({ kind: 'done', email: asha.email })
    await arriveAt(await consentAs(sam, await app.link(second)))
    expect(await app.end(second)).toMatchObject({ kind: 'done', email: sam.email })
  })

  it.skipIf(!hasIpv6)(
    'as localhost is not used while somebody else has the other of its two addresses',
    async () => {
      const port = await freePort()
      const { app, clientId } = await open([`http://localhost:${String(port)}/latchkey`])
      const holder = await otherProgram(port, '::1')
      const flow = await app.start({ clientId })
      expect(await app.reach(flow, 'port-busy')).toMatchObject({ port })
      expect(await answers(`http://127.0.0.1:${String(port)}/latchkey`)).toBe(false)
      await holder.end()
      await arriveAt(await consentAs(asha, await app.link(flow)))
      expect(await app.end(flow)).toMatchObject({ kind: 'done', email: asha.email })
    },
  )

  it('is not waited for any more once the sign-in is cancelled, or the app closes', async () => {
    const port = await freePort()
    const { app, clientId } = await open([`http://127.0.0.1:${String(port)}/latchkey`])
    await otherProgram(port)
    const flow = await app.start({ clientId })
    await app.reach(flow, 'port-busy')
    await app.get('signIn.cancel', { flowId: flow })
    expect(await app.end(flow)).toMatchObject({ error: { code: 'sign-in-cancelled' } })
    await app.reach(await app.start({ clientId }), 'port-busy')
    const begun = Date.now()
    await app.close()
    expect(Date.now() - begun).toBeLessThan(2000)
  })

  it('is given back by a sign-in that is cancelled', async () => {
    const at = `http://127.0.0.1:${String(await freePort())}/latchkey`
    const { app, clientId } = await open([at])
    const flow = await app.start({ clientId })
    await app.link(flow)
    await app.get('signIn.cancel', { flowId: flow })
    expect(await app.end(flow)).toMatchObject({ error: { code: 'sign-in-cancelled' } })
    expect(await answers(at)).toBe(false)
  })
})

describe.skipIf(partsMissing !== null)('an answer that is pasted back', () => {
  /** A sign-in of the far address that waits, and where the browser ended. */
  async function begun({ app, clientId }: Scene, who = asha): Promise<{ flowId: string; address: string }> {
    const flowId = await app.start({ clientId, way: 'paste' })
    return { flowId, address: await consentAs(who, await app.link(flowId)) }
  }

  async function paste({ app }: Scene, flowId: string, text: string): Promise<string | null> {
    app.copy(text)
    const pasted = await app.ask('signIn.paste', { flowId })
    return pasted.ok ? null : pasted.error.code
  }

  it('signs in where the registered address leads elsewhere, and does not stay in the clipboard', async () => {
    const scene = await open([farAway])
    const { flowId, address } = await begun(scene)
    expect(address.startsWith(`${farAway}?`)).toBe(true)
    expect((await scene.app.flow(flowId)).answer).toEqual({
      redirectUri: farAway,
      forward: null,
      paste: true,
    })
    expect(await paste(scene, flowId, address)).toBeNull()
    expect(await scene.app.end(flowId)).toMatchObject({ kind: 'done', email: asha.email })
    expect(await scene.app.clipboard()).toBe('')
    const { accountId } = await scene.app.account(asha)
    await scene.app.get('accounts.check', { accountId })
    expect((await scene.app.account(asha)).health).toMatchObject({ level: 'fine' })
  })

  it.each([
    ['with the code encoded as the browser shows it', (code: string) => encodeURIComponent(code)],
    ['with the code decoded', (code: string) => code],
    ['with the code encoded twice', (code: string) => encodeURIComponent(encodeURIComponent(code))],
  ])('is taken %s', async (_how, spell) => {
    const scene = await open([farAway])
    const { flowId, address } = await begun(scene)
    const code = new URL(address).searchParams.get('code') ?? ''
    expect(code).toContain('/')
    const spelled = address.replace(/([?&]code=)[^&]+/, (_all, name: string) => `${name}${spell(code)}`)
    expect(await paste(scene, flowId, `  ${spelled}\n`)).toBeNull()
    expect(await scene.app.end(flowId)).toMatchObject({ kind: 'done', email: asha.email })
  })

  it('counts in the sign-in that it answers and in no other, whichever is pasted first', async () => {
    const scene = await open([farAway])
    const [one, other] = [await begun(scene, asha), await begun(scene, meera)]
    expect(await paste(scene, one.flowId, other.address)).toBe('paste-other-flow')
    expect(await scene.app.reach(one.flowId, 'waiting')).toEqual({ kind: 'waiting', notice: null })
    expect(await scene.app.clipboard()).toBe(other.address)
    expect(await paste(scene, other.flowId, other.address)).toBeNull()
    expect(await scene.app.end(other.flowId)).toMatchObject({ kind: 'done', email: meera.email })
    expect(await paste(scene, one.flowId, other.address)).toBe('paste-used')
    expect(await paste(scene, one.flowId, one.address)).toBeNull()
    expect(await scene.app.end(one.flowId)).toMatchObject({ kind: 'done', email: asha.email })
  })

  it('counts once', async () => {
    const scene = await open([farAway])
    const { flowId, address } = await begun(scene)
    expect(await paste(scene, flowId, address)).toBeNull()
    expect(await paste(scene, flowId, address)).toBe('paste-used')
    expect(await scene.app.end(flowId)).toMatchObject({ kind: 'done' })
    expect(await paste(scene, flowId, address)).toBe('paste-used')
    expect((await refreshTokensInKeychain()).size).toBe(1)
  })

  it('is refused, and the sign-in goes on, where it is not the answer to it', async () => {
    const scene = await open([farAway])
    const { flowId, address } = await begun(scene)
    const code = new URL(address).searchParams.get('code') ?? ''
    const refused = [
      ['', 'paste-empty'],
      ['not an address', 'paste-no-address'],
      [code, 'paste-code-alone'],
      [address.replace(/state=[^&]+/, 'state=of-somebody-else'), 'paste-state-unknown'],
      [address.replace(/state=[^&]+&?/, ''), 'paste-state-unknown'],
      [address.replace('/callback?', '/callback/?'), 'paste-wrong-address'],
      [address.replace('https:', 'http:'), 'paste-wrong-address'],
      [address.replace('tools.example', 'tools.example.org'), 'paste-wrong-address'],
    ] as const
    for (const [text, error] of refused) expect(await paste(scene, flowId, text)).toBe(error)
    expect(await scene.app.reach(flowId, 'waiting')).toMatchObject({ notice: null })
    expect(world.google.issued.some(({ kind }) => kind === 'refresh-token')).toBe(false)
    expect(await paste(scene, flowId, address)).toBeNull()
    expect(await scene.app.end(flowId)).toMatchObject({ kind: 'done', email: asha.email })
  })

  it('empties the clipboard of a refresh token or a client secret, which it does not look at', async () => {
    const scene = await open([farAway])
    await scene.app.signIn(sam)
    const { flowId } = await begun(scene)
    const secretOf = (wanted: string): string =>
      world.google.issued.find(({ kind }) => kind === wanted)?.secret ?? ''
    expect(await paste(scene, flowId, secretOf('refresh-token'))).toBe('paste-refresh-token')
    expect(await scene.app.clipboard()).toBe('')
    expect(await paste(scene, flowId, secretOf('client-secret'))).toBe('paste-secret')
    expect(await scene.app.clipboard()).toBe('')
  })

  it('tells that the person refused', async () => {
    const scene = await open([farAway])
    const flowId = await scene.app.start({ clientId: scene.clientId, way: 'paste' })
    const address = await consentAs(asha, await scene.app.link(flowId), { press: 'cancel' })
    expect(await paste(scene, flowId, address)).toBeNull()
    expect(await scene.app.end(flowId)).toMatchObject({ kind: 'failed', error: { code: 'sign-in-refused' } })
    expect((await scene.app.snapshot()).accounts).toEqual([])
  })
})

describe.skipIf(partsMissing !== null)('the proof of a web client', () => {
  it.each(['post', 'basic'] as const)('goes as %s, at the exchange and at a refresh', async (proof) => {
    const { seen, wrap } = watchTokenRequests()
    const at = `http://127.0.0.1:${String(await freePort())}/latchkey`
    const { app, clientId } = await open([at], { wrap })
    await app.get('clients.update', { clientId, authentication: proof })
    const before = seen.length
    expect(await app.signIn(asha, { clientId })).toMatchObject({ kind: 'done' })
    const { accountId } = await app.account(asha)
    await app.get('accounts.check', { accountId })
    expect(seen.slice(before)).toEqual([
      { grantType: 'authorization_code', proof },
      { grantType: 'refresh_token', proof },
    ])
    expect((await app.account(asha)).health).toMatchObject({ level: 'fine' })
  })
})
