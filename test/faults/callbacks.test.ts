import { once } from 'node:events'
import type { Server, Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { arriveAt, asha, consentAs } from '../support/real-google.ts'
import type { RealProfile } from '../support/real-profile.ts'
import { refreshTokensInKeychain } from '../support/real-profile.ts'
import { partsMissing, useRealWorld } from '../support/real-world.ts'

const world = useRealWorld()
const sockets: Socket[] = []
const servers: Server[] = []
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
  for (const server of servers.splice(0)) server.close()
})

function dial(address: URL): Socket {
  const socket = connect(Number(address.port), '127.0.0.1')
  socket.on('error', () => undefined)
  sockets.push(socket)
  return socket
}

/** Sends bytes as they are. The status of what comes back; 0 when the connection just ends. */
async function send(address: URL, text: string): Promise<number> {
  const socket = dial(address)
  let answer = ''
  socket.on('data', (chunk) => {
    answer += chunk.toString()
  })
  socket.write(text)
  await new Promise((resolve) => socket.once('close', resolve))
  return Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 0)
}

interface Call {
  readonly method?: string
  readonly path?: string
  readonly host?: string
  readonly more?: string
}
function request(address: URL, { method = 'GET', path, host, more = '' }: Call): string {
  const target = path ?? `${address.pathname}${address.search}`
  return `${method} ${target} HTTP/1.1\r\nHost: ${host ?? address.host}\r\n${more}\r\n`
}

/** The right answer with its query changed. */
function withQuery(address: URL, change: (query: URLSearchParams) => void): string {
  const query = new URLSearchParams(address.search)
  change(query)
  return `${address.pathname}?${query.toString()}`
}

interface Waiting {
  readonly app: RealProfile
  readonly flow: string
  /** The right answer, not sent yet. */
  readonly right: URL
}
async function consented(): Promise<Waiting> {
  const app = await world.open()
  const flow = await app.start()
  return { app, flow, right: new URL(await consentAs(asha, await app.link(flow))) }
}

/** Nothing was taken or stored so far, and the right answer still gets through. */
async function expectRightOneSucceeds({ app, flow, right }: Waiting): Promise<void> {
  expect((await app.snapshot()).flows).toMatchObject([{ flowId: flow, step: { kind: 'waiting' } }])
  expect((await refreshTokensInKeychain()).size).toBe(0)
  expect((await arriveAt(right.href)).status).toBe(200)
  expect(await app.end(flow)).toMatchObject({ kind: 'done', email: asha.email })
  const [kept = ''] = (await refreshTokensInKeychain()).values()
  expect((await world.google.refresh(kept)).status).toBe(200)
}

const wrong: readonly (readonly [string, number, (right: URL) => Call])[] = [
  ['POST', 405, () => ({ method: 'POST', more: 'Content-Length: 0\r\n' })],
  ['HEAD', 405, () => ({ method: 'HEAD' })],
  ['OPTIONS', 405, () => ({ method: 'OPTIONS' })],
  ['another path', 404, (right) => ({ path: `/${right.search}` })],
  ['a path with more behind it', 404, (right) => ({ path: `${right.pathname}/x${right.search}` })],
  ['the name localhost', 400, (right) => ({ host: `localhost:${right.port}` })],
  ['the name of a stranger', 400, () => ({ host: 'attacker.example' })],
  ['two Host headers', 400, (right) => ({ more: `Host: ${right.host}\r\n` })],
  ['a body', 400, () => ({ more: 'Content-Length: 3\r\n\r\nabc' })],
  ['another state', 400, (right) => ({ path: withQuery(right, (query) => query.set('state', 'x')) })],
  ['no state', 400, (right) => ({ path: withQuery(right, (query) => query.delete('state')) })],
  ['no query', 400, (right) => ({ path: right.pathname })],
  ['no code', 400, (right) => ({ path: withQuery(right, (query) => query.delete('code')) })],
  ['an empty code', 400, (right) => ({ path: withQuery(right, (query) => query.set('code', '')) })],
  ['a long code', 400, (right) => ({ path: withQuery(right, (q) => q.set('code', 'x'.repeat(257))) })],
  ['two codes', 400, (right) => ({ path: withQuery(right, (query) => query.append('code', 'x')) })],
  [
    'a code and an error',
    400,
    (right) => ({ path: withQuery(right, (q) => q.set('error', 'access_denied')) }),
  ],
  ['another iss', 400, (right) => ({ path: withQuery(right, (q) => q.set('iss', 'http://127.0.0.1:1')) })],
]

describe.skipIf(partsMissing !== null)('the listener of a running sign-in', () => {
  it('refuses every wrong request and still takes the right one', async () => {
    const waiting = await consented()
    for (const [name, status, call] of wrong) {
      expect([name, await send(waiting.right, request(waiting.right, call(waiting.right)))]).toEqual([
        name,
        status,
      ])
    }
    expect(await send(waiting.right, 'this is not HTTP\r\n\r\n')).toBe(400)
    const path = `${waiting.right.pathname}${waiting.right.search}&x=${'x'.repeat(100_000)}`
    // The connection is broken off before all of it was sent, which can take the answer with it.
    expect([431, 0]).toContain(await send(waiting.right, request(waiting.right, { path })))
    await expectRightOneSucceeds(waiting)
  })

  it('tells the waiting screen of an answer that has our state and is not valid', async () => {
    const { app, flow, right } = await consented()
    const path = withQuery(right, (query) => query.delete('code'))
    await send(right, request(right, { path }))
    expect(await app.reach(flow, 'waiting')).toMatchObject({ notice: { code: 'sign-in-answer-invalid' } })
    await expectRightOneSucceeds({ app, flow, right })
  })

  it('takes the right answer while headers trickle in on other connections', async () => {
    const waiting = await consented()
    const slow = Array.from({ length: 10 }, () => dial(waiting.right))
    for (const socket of slow) socket.write('GET / HTTP/1.1\r\nHo')
    const trickle = setInterval(() => {
      for (const socket of slow) if (socket.writable) socket.write('s')
    }, 50)
    await expectRightOneSucceeds(waiting).finally(() => {
      clearInterval(trickle)
    })
  })

  it('takes the right answer after 200 connections at once', async () => {
    const waiting = await consented()
    const crowd = Array.from({ length: 200 }, () => dial(waiting.right))
    await Promise.all(crowd.map((socket) => once(socket, 'connect')))
    await expectRightOneSucceeds(waiting)
  })

  it('takes one answer and refuses it when it comes again, also at the same moment', async () => {
    const { app, flow, right } = await consented()
    await world.google.control.setFault({ kind: 'latency', ms: 300 })
    const statuses = await Promise.all([1, 2, 3].map(() => send(right, request(right, {}))))
    expect(statuses.filter((status) => status === 200)).toHaveLength(1)
    expect(statuses.filter((status) => status === 410)).toHaveLength(2)
    expect(await app.end(flow)).toMatchObject({ kind: 'done' })
    expect((await refreshTokensInKeychain()).size).toBe(1)
    await expect(arriveAt(right.href)).rejects.toThrow()
  })

  it('is gone after a cancel', async () => {
    const { app, flow, right } = await consented()
    await app.get('signIn.cancel', { flowId: flow })
    expect(await app.end(flow)).toMatchObject({ error: { code: 'sign-in-cancelled' } })
    await expect(arriveAt(right.href)).rejects.toThrow()
    expect(await app.signIn(asha)).toMatchObject({ kind: 'done' })
  })

  it('takes a wrong code to the token endpoint once, and the next sign-in works', async () => {
    const { app, flow, right } = await consented()
    const path = withQuery(right, (query) => query.set('code', '4/forged'))
    await send(right, request(right, { path }))
    expect(await app.end(flow)).toMatchObject({ kind: 'failed', error: { code: 'code-refused' } })
    expect(await app.signIn(asha)).toMatchObject({ kind: 'done' })
  })
})

/** As a person would: the address goes through the clipboard. */
async function paste(
  app: RealProfile,
  flowId: string,
  text: string,
): ReturnType<typeof app.ask<'signIn.paste'>> {
  await app.get('app.copyText', { text })
  return app.ask('signIn.paste', { flowId })
}

describe.skipIf(partsMissing !== null)('an answer that is pasted', () => {
  it('is the one that counts: the listener then says 410', async () => {
    const { app, flow, right } = await consented()
    await world.google.control.setFault({ kind: 'latency', ms: 300 })
    expect(await paste(app, flow, right.href)).toEqual({ ok: true, value: null })
    expect(await send(right, request(right, {}))).toBe(410)
    expect(await paste(app, flow, right.href)).toMatchObject({ error: { code: 'paste-used' } })
    expect(await app.end(flow)).toMatchObject({ kind: 'done', email: asha.email })
    expect((await refreshTokensInKeychain()).size).toBe(1)
  })

  it('comes too late where the listener had it', async () => {
    const { app, flow, right } = await consented()
    await world.google.control.setFault({ kind: 'latency', ms: 300 })
    const arrived = send(right, request(right, {}))
    await app.reach(flow, 'exchanging')
    expect(await paste(app, flow, right.href)).toMatchObject({ error: { code: 'paste-used' } })
    expect(await arrived).toBe(200)
    expect(await app.end(flow)).toMatchObject({ kind: 'done' })
  })
})

interface WebClient {
  readonly app: RealProfile
  readonly clientId: string
  readonly redirects: readonly { readonly uri: string; readonly use: string }[]
}
async function webClient(): Promise<WebClient> {
  const app = await world.open()
  await app.get('practice.act', { act: 'add-client', project: 'same', kind: 'web' })
  const client = (await app.snapshot()).clients.find(({ type }) => type === 'web')
  if (!client) throw new Error('practice Google made no web client')
  return { app, clientId: client.clientId, redirects: client.redirects }
}

async function startWith({ app, clientId }: WebClient, redirectUri: string, way: 'redirect' | 'paste') {
  const params = { clientId, scopes: [], accountId: null, way, redirectUri }
  return (await app.get('signIn.start', params)).flowId
}

describe.skipIf(partsMissing !== null)('a web client', () => {
  it('signs in at each address that is registered for it, IPv6 too, and by paste where none of ours is', async () => {
    const web = await webClient()
    expect(new Set(web.redirects.map(({ use }) => use))).toEqual(new Set(['listen', 'paste']))
    for (const { uri, use } of web.redirects) {
      const flow = await startWith(web, uri, use === 'listen' ? 'redirect' : 'paste')
      const right = await consentAs(asha, await web.app.link(flow))
      expect(right.startsWith(`${uri}?`)).toBe(true)
      if (use === 'listen') await arriveAt(right)
      else expect(await paste(web.app, flow, right)).toEqual({ ok: true, value: null })
      expect(await web.app.end(flow)).toMatchObject({ kind: 'done', email: asha.email })
    }
  })

  it('waits while another program has its port, and goes on by itself', async () => {
    const web = await webClient()
    const uri = web.redirects.find(({ use }) => use === 'listen')?.uri ?? ''
    const port = Number(new URL(uri).port)
    const other = createServer()
    servers.push(other)
    other.listen(port, '127.0.0.1')
    await once(other, 'listening')
    const flow = await startWith(web, uri, 'redirect')
    expect(await web.app.reach(flow, 'port-busy')).toMatchObject({ port })
    other.close()
    await arriveAt(await consentAs(asha, await web.app.link(flow)))
    expect(await web.app.end(flow)).toMatchObject({ kind: 'done', email: asha.email })
  })
})
