import { once } from 'node:events'
import type { IncomingHttpHeaders } from 'node:http'
import { request } from 'node:http'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { jwtVerify, createRemoteJWKSet } from 'jose'
import { describe, expect, it } from 'vitest'
import { tokenErrors } from '../../../electron/practice/token-errors.ts'
import type { TokenErrorName } from '../../../electron/practice/token-errors.ts'
import { asha, consent, exchange, refresh, signIn, usePractice, value } from './practice-world.ts'

const server = usePractice()

/** A request with full control over its headers. */
function raw(
  path: string,
  headers: Readonly<Record<string, string>>,
  method = 'GET',
  body = '',
): Promise<{ status: number; headers: IncomingHttpHeaders }> {
  return new Promise((resolve, reject) => {
    const sent = request(`${server.issuer}${path}`, { method, headers }, (response) => {
      response.resume()
      resolve({ status: response.statusCode ?? 0, headers: response.headers })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

describe('the listener', () => {
  it('is reached on 127.0.0.1 and on no other address of the machine', async () => {
    const port = Number(new URL(server.issuer).port)
    const reach = (host: string): Promise<boolean> =>
      new Promise((resolve) => {
        const socket = connect({ host, port, timeout: 1000 })
        const end = (reached: boolean) => () => {
          socket.destroy()
          resolve(reached)
        }
        socket.once('connect', end(true)).once('error', end(false)).once('timeout', end(false))
      })
    const others = Object.values(networkInterfaces()).flatMap((list) =>
      (list ?? []).map((one) => one.address),
    )
    const tried = [...others.filter((address) => address !== '127.0.0.1'), '127.0.0.2']
    expect(await reach('127.0.0.1')).toBe(true)
    expect(await Promise.all(tried.map(reach))).toEqual(tried.map(() => false))
  })

  it.each(['evil.example', 'localhost', '127.0.0.1'])('refuses the Host %s', async (host) => {
    expect((await raw('/.well-known/openid-configuration', { host })).status).toBe(421)
  })

  it('refuses a body over 64 KiB, declared or not', async () => {
    const body = 'x'.repeat(64 * 1024 + 1)
    expect((await raw('/token', { 'content-length': String(body.length) }, 'POST', body)).status).toBe(413)
    expect((await raw('/token', { 'transfer-encoding': 'chunked' }, 'POST', body)).status).toBe(413)
  })

  it('refuses headers over 32 KiB', async () => {
    expect((await raw(`/?${'x'.repeat(40_000)}`, {})).status).toBe(431)
  })

  it('knows nothing at other paths and methods', async () => {
    for (const [path, method] of [
      ['/nothing', 'GET'],
      ['/token', 'GET'],
      ['/o/oauth2/v2/auth', 'POST'],
      ['/token', 'OPTIONS'],
    ] as const) {
      expect((await raw(path, {}, method)).status).toBe(404)
    }
  })

  it('dates its answers by the practice clock', async () => {
    value(await server.control.setClockOffset(3 * 24 * 3600 * 1000))
    const { headers } = await raw('/.well-known/openid-configuration', {})
    expect(Date.parse(headers.date ?? '')).toBe(server.machineNow + 3 * 24 * 3600 * 1000)
  })

  it('closes although a connection is open', async () => {
    const socket = connect(Number(new URL(server.issuer).port), '127.0.0.1')
    await once(socket, 'connect')
    const closed = once(socket, 'close')
    await server.close()
    await closed
    await expect(fetch(server.issuer)).rejects.toThrow()
    await server.restart()
  })
})

describe('the control', () => {
  const header = { 'x-latchkey-practice': '1' }

  it.each([
    ['without its header', 'POST', {}],
    ['by GET', 'GET', header],
    ['from a web page', 'POST', { ...header, origin: 'http://127.0.0.1:1' }],
  ] as const)('is refused %s', async (_name, method, headers) => {
    expect((await raw('/practice/client-file', headers, method)).status).toBe(403)
  })

  it('allows no preflight', async () => {
    const asked = { origin: 'http://evil.example', 'access-control-request-headers': 'x-latchkey-practice' }
    const { status, headers } = await raw('/practice/client-file', asked, 'OPTIONS')
    expect([status, headers['access-control-allow-origin']]).toEqual([403, undefined])
  })

  it('refuses what it does not understand and changes nothing', async () => {
    const before = JSON.stringify(server.saved)
    const wrong = ['{"offsetMs":"x"}', '{"offsetMs":1,"more":2}', '{"offsetMs":1e300}', 'nonsense', '[]']
    for (const body of wrong)
      expect((await raw('/practice/set-clock-offset', header, 'POST', body)).status).toBe(400)
    expect((await raw('/practice/unknown', header, 'POST', '{}')).status).toBe(404)
    expect(JSON.stringify(server.saved)).toBe(before)
  })

  it('lists the three accounts with their stable identities', async () => {
    const accounts = value(await server.control.accounts())
    expect(accounts.map((account) => account.hostedDomain)).toEqual([null, null, 'northwind.test'])
    expect(accounts.every((account) => /^\d{21}$/.test(account.sub))).toBe(true)
  })

  it('answers practice-failed when the server is gone', async () => {
    await server.close()
    expect(await server.control.clock()).toMatchObject({ ok: false, error: { code: 'practice-failed' } })
    await server.restart()
  })
})

describe('the state', () => {
  it('holds no secret that was ever issued', async () => {
    const { refresh_token: token } = (await signIn(server)).json
    await refresh(server, token)
    await consent(server)
    value(await server.control.mintElsewhere(asha, server.clientId, 3))
    const kinds = new Set(server.issued.map((one) => one.kind))
    expect([...kinds].sort()).toEqual(['access-token', 'client-secret', 'code', 'id-token', 'refresh-token'])
    const saved = JSON.stringify(server.saved)
    expect(
      server.issued.filter((one) => saved.includes(one.secret) || saved.includes(one.secret.slice(8))),
    ).toEqual([])
  })

  it('outlives a restart: tokens, codes, secrets, consent and the clock', async () => {
    const { refresh_token: token } = (await signIn(server)).json
    const code = await consent(server)
    value(await server.control.setClockOffset(5000))
    await server.restart()
    expect(value(await server.control.clock())).toEqual({ offsetMs: 5000 })
    expect((await refresh(server, token)).status).toBe(200)
    expect((await exchange(server, code)).status).toBe(200)
    expect(await consent(server, { prompt: 'none' })).toMatch(/^4\//)
  })
})

describe('faults of the token endpoint', () => {
  const names = Object.keys(tokenErrors) as TokenErrorName[]

  it.each(names)('answer the error %s word for word, once', async (name) => {
    const wanted: { status: number; error: string; description?: string; subtype?: string } =
      tokenErrors[name]
    value(await server.control.setFault({ kind: 'error', name }))
    const struck = await refresh(server, '1//any')
    expect(struck.status).toBe(wanted.status)
    expect(struck.json['error']).toBe(wanted.error)
    expect(struck.json['error_description']).toBe(wanted.description)
    expect(struck.json['error_subtype']).toBe(wanted.subtype)
    expect(struck.headers.get('dpop-nonce') !== null).toBe(name === 'dpop-nonce')
    expect((await refresh(server, '1//any')).json['error_description']).toBe('Bad Request')
  })

  const post = (): Promise<Response> => fetch(`${server.issuer}/token`, { method: 'POST' })

  it('answer a status, a web page and a huge body in place of an answer', async () => {
    value(await server.control.setFault({ kind: 'status', status: 500 }))
    expect((await post()).status).toBe(500)
    value(await server.control.setFault({ kind: 'html' }))
    expect((await post()).headers.get('content-type')).toContain('text/html')
    value(await server.control.setFault({ kind: 'huge-body', bytes: 10_000_000 }))
    expect((await (await post()).arrayBuffer()).byteLength).toBeGreaterThan(10_000_000)
  })

  it('cut an answer in half or break the connection after the work was done', async () => {
    const code = await consent(server)
    value(await server.control.setFault({ kind: 'truncated-json' }))
    await expect(exchange(server, code)).rejects.toThrow(SyntaxError)
    value(await server.control.setFault({ kind: 'dropped-connection' }))
    await expect(exchange(server, await consent(server))).rejects.toThrow('fetch failed')
    expect(value(await server.control.refreshTokens())).toHaveLength(2)
  })

  it('delay an answer', async () => {
    value(await server.control.setFault({ kind: 'latency', ms: 120 }))
    const before = performance.now()
    await post()
    expect(performance.now() - before).toBeGreaterThan(110)
  })

  it('change the date of an answer only, or the whole clock of the server', async () => {
    value(await server.control.setFault({ kind: 'date-header', byMs: 60_000 }))
    const dated = await signIn(server)
    expect(Date.parse(dated.headers.get('date') ?? '')).toBe(server.machineNow + 60_000)
    value(await server.control.setFault({ kind: 'skewed-clock', byMs: -120_000 }))
    const skewed = await signIn(server)
    const payload = Buffer.from(String(skewed.json['id_token']).split('.')[1] ?? '', 'base64url').toString()
    expect((JSON.parse(payload) as { iat: number }).iat).toBe(server.machineNow / 1000 - 120)
    expect(Date.parse(skewed.headers.get('date') ?? '')).toBe(server.machineNow - 120_000)
  })

  it('change the token type and leave tokens out', async () => {
    value(await server.control.setFault({ kind: 'token-type', value: 'mac' }))
    expect((await signIn(server)).json['token_type']).toBe('mac')
    value(await server.control.setFault({ kind: 'no-refresh-token' }))
    expect((await signIn(server)).json).not.toHaveProperty('refresh_token')
    value(await server.control.setFault({ kind: 'no-id-token' }))
    expect((await signIn(server)).json).not.toHaveProperty('id_token')
  })

  it.each([
    ['foreign-id-token', /signature verification failed/],
    ['expired-id-token', /"exp" claim timestamp check failed/],
  ] as const)('spoil the id token: %s', async (kind, reason) => {
    value(await server.control.setFault({ kind }))
    const { json } = await signIn(server)
    const keys = createRemoteJWKSet(new URL(`${server.issuer}/oauth2/v3/certs`))
    const check = jwtVerify(String(json['id_token']), keys, { currentDate: new Date(server.machineNow) })
    await expect(check).rejects.toThrow(reason)
  })

  it('give tokens of any size', async () => {
    value(
      await server.control.setFault(
        { kind: 'token-sizes', code: 256, accessToken: 2048, refreshToken: 512 },
        null,
      ),
    )
    const code = await consent(server)
    const { json } = await exchange(server, code)
    const sizes = [code, json['access_token'], json['refresh_token']].map((text) => String(text).length)
    expect(sizes).toEqual([256, 2048, 512])
  })

  it('stand until they are cleared when they have no number', async () => {
    value(await server.control.setFault({ kind: 'status', status: 503 }, null))
    expect([(await post()).status, (await post()).status]).toEqual([503, 503])
    value(await server.control.clearFaults())
    expect((await post()).status).toBe(400)
  })
})
