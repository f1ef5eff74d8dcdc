/** What goes wrong at the token endpoint on purpose, as a client on the other end of the wire sees it. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { NamedFault } from '../../../electron/practice/faults.ts'
import { asha, refresh, scopeUrl, signIn, usePractice, value } from './practice-world.ts'

const server = usePractice()
const drive = `${scopeUrl}drive`

/** Every byte that comes back for a refresh, until the other side ends or breaks the connection. */
async function bytesFor(refreshToken: unknown): Promise<string> {
  const body = new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: String(refreshToken),
    client_id: server.clientId,
    client_secret: server.clientSecret,
  }).toString()
  const { host, port } = new URL(server.issuer)
  const head = `POST /token HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: ${String(body.length)}\r\n\r\n`
  const socket = connect(Number(port), '127.0.0.1')
  const seen: Buffer[] = []
  socket.on('data', (part: Buffer) => seen.push(part))
  socket.on('error', () => undefined)
  socket.write(head + body)
  await once(socket, 'close')
  return Buffer.concat(seen).toString('latin1')
}

async function usesOf(sub: string): Promise<readonly number[]> {
  const tokens = value(await server.control.refreshTokens())
  return tokens.filter((token) => token.sub === sub).map(({ lastUsedAt }) => lastUsedAt)
}

const post = (): Promise<Response> => fetch(`${server.issuer}/token`, { method: 'POST' })

describe('a connection that breaks', () => {
  it.each([
    ['before-request', /^$/, false],
    ['before-answer', /^$/, true],
    ['after-headers', /^HTTP\/1\.1 200 OK\r\n[^]*\r\ncontent-length: \d{3,}\r\n[^]*\r\n\r\n$/, true],
    ['mid-body', /\r\n\r\n\{\s+"access_token": "ya29[^}]*$/, true],
  ] as const)('%s: so much arrives', async (stage, arrives, carriedOut) => {
    const token = (await signIn(server)).json['refresh_token']
    const [minted = 0] = await usesOf(asha)
    server.machineNow += 60_000
    value(await server.control.setFault({ kind: 'dropped-connection', stage }))
    expect(await bytesFor(token)).toMatch(arrives)
    expect(await usesOf(asha)).toEqual([carriedOut ? minted + 60_000 : minted])
    expect((await refresh(server, token)).status).toBe(200)
  })
})

describe('the faults of the practice strip', () => {
  it.each([
    ['portal', 200, 'text/html; charset=utf-8', null],
    ['server-error', 503, 'text/plain; charset=utf-8', null],
    ['busy', 429, 'text/plain; charset=utf-8', '30'],
  ] as const)('%s stands until it is cleared', async (name, status, type, retryAfter) => {
    value(await server.control.nameFault(name))
    for (const answer of [await post(), await post()]) {
      expect([answer.status, answer.headers.get('content-type')]).toEqual([status, type])
      expect(answer.headers.get('retry-after')).toBe(retryAfter)
    }
    expect(value(await server.control.view()).fault).toBe(name)
    value(await server.control.nameFault(null))
    expect((await post()).status).toBe(400)
  })

  it('offline breaks every connection before an answer, and the control still works', async () => {
    value(await server.control.nameFault('offline'))
    await expect(post()).rejects.toThrow('fetch failed')
    await expect(post()).rejects.toThrow('fetch failed')
    value(await server.control.clearFaults())
    expect((await post()).status).toBe(400)
    expect(value(await server.control.view()).fault).toBeNull()
  })

  it('slow does not answer for seconds', async () => {
    value(await server.control.nameFault('slow'))
    const signal = AbortSignal.timeout(1000)
    await expect(fetch(`${server.issuer}/token`, { method: 'POST', signal })).rejects.toThrow('timeout')
  })

  it('take each other’s place and stand beside the faults of a test', async () => {
    for (const name of ['portal', 'busy'] satisfies NamedFault[]) value(await server.control.nameFault(name))
    value(await server.control.setFault({ kind: 'date-header', byMs: -60_000 }))
    const first = await post()
    expect([first.status, Date.parse(first.headers.get('date') ?? '')]).toEqual([
      429,
      server.machineNow - 60_000,
    ])
    expect(Date.parse((await post()).headers.get('date') ?? '')).toBe(server.machineNow)
  })
})

describe('an answer that is not as usual', () => {
  it.each([[5], ['Sun, 22 Nov 2026 12:00:30 GMT']])('says when to come again: %s', async (retryAfter) => {
    value(await server.control.setFault({ kind: 'status', status: 503, retryAfter }))
    expect((await post()).headers.get('retry-after')).toBe(String(retryAfter))
  })

  it('has another content type', async () => {
    const token = (await signIn(server)).json['refresh_token']
    value(await server.control.setFault({ kind: 'content-type', value: 'text/html' }))
    const { status, headers, json } = await refresh(server, token)
    expect([status, headers.get('content-type'), typeof json['access_token']]).toEqual([
      200,
      'text/html',
      'string',
    ])
  })

  it('has no scope, or a wider one than was asked', async () => {
    const token = (await signIn(server, { scope: `openid email ${drive}` })).json['refresh_token']
    value(await server.control.setFault({ kind: 'no-scope' }))
    expect((await refresh(server, token)).json).not.toHaveProperty('scope')
    value(await server.control.setFault({ kind: 'wider-scope', scopes: [] }))
    const grant = `${drive} ${scopeUrl}userinfo.email openid`
    expect((await refresh(server, token, { scope: 'email' })).json['scope']).toBe(grant)
    value(await server.control.setFault({ kind: 'wider-scope', scopes: [`${scopeUrl}calendar`] }))
    expect((await refresh(server, token)).json['scope']).toBe(`${scopeUrl}calendar ${grant}`)
  })

  it.each([
    ['dies', 400],
    ['lives', 200],
  ] as const)('has a new refresh token, and the old one %s', async (old, oldStatus) => {
    const token = (await signIn(server)).json['refresh_token']
    value(await server.control.setFault({ kind: 'rotate', old }))
    const fresh = (await refresh(server, token)).json['refresh_token']
    expect(fresh).toMatch(/^1\/\//)
    expect(fresh).not.toBe(token)
    expect((await refresh(server, token)).status).toBe(oldStatus)
    await server.restart()
    const again = await refresh(server, fresh)
    expect([again.status, again.json['refresh_token']]).toEqual([200, undefined])
  })
})
