import type { Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createHttp } from '../../../electron/adapters/http.ts'
import type { Http, HttpResult } from '../../../electron/core/ports.ts'
import type { ConnectProxy, ConnectProxyOptions } from '../../support/connect-proxy.ts'
import { connectProxy } from '../../support/connect-proxy.ts'
import type { TestAuthority } from '../../support/test-certificates.ts'
import { testAuthority } from '../../support/test-certificates.ts'

/** Exists nowhere: only a proxy can lead there. */
const host = 'oauth2.example.test'
const url = `https://${host}/token`
const post = { method: 'POST', headers: {}, body: 'a=b' } as const

let authority: TestAuthority
let certificate: { readonly key: string; readonly cert: string }
beforeAll(() => {
  authority = testAuthority('Office CA')
  certificate = authority.issue(host, 'localhost')
})

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

interface Endpoint {
  readonly port: number
  readonly bodies: string[]
  readonly connections: () => number
}

async function serve(server: Server): Promise<Endpoint> {
  const bodies: string[] = []
  let connections = 0
  server.on('connection', () => (connections += 1))
  server.on('request', (request, response) => {
    let body = ''
    request.on('data', (chunk) => (body += String(chunk)))
    request.on('end', () => {
      bodies.push(body)
      response.end('{"fine":true}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { port: (server.address() as AddressInfo).port, bodies, connections: () => connections }
}

async function proxyTo(
  endpoint: Endpoint,
  options: Omit<ConnectProxyOptions, 'port'> = {},
): Promise<ConnectProxy> {
  const proxy = await connectProxy({ port: endpoint.port, ...options })
  closing.push(() => proxy.close())
  return proxy
}

interface Setting {
  readonly environment?: Readonly<Record<string, string>>
  readonly system?: string
  readonly caPem?: string | null
  readonly timeoutMs?: number
}

/** Follows the system, whose environment and setting are given. */
function httpWith({ environment = {}, system, caPem = authority.caPem, timeoutMs = 3000 }: Setting): Http {
  const systemProxy = () => Promise.resolve(system ?? 'DIRECT')
  const http = createHttp({ allow: () => true, timeoutMs, environment, systemProxy })
  http.setRoute({ proxy: { kind: 'system' }, caPem })
  return http
}

const throughEnvironment = (proxy: ConnectProxy): Setting => ({
  environment: { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` },
})
const fine = { kind: 'answered', status: 200, body: '{"fine":true}' }
const failure = (code: string) => ({ kind: 'failed', error: { code, retryable: true } })
const messageOf = (result: HttpResult): string => (result.kind === 'failed' ? result.error.message : '')

describe('a request through a proxy', () => {
  it('reaches the server by its name, with TLS from end to end', async () => {
    const endpoint = await serve(createSecureServer(certificate))
    const proxy = await proxyTo(endpoint)
    expect(await httpWith(throughEnvironment(proxy)).fetch(url, post)).toMatchObject(fine)
    expect(proxy.asked).toEqual([`${host}:443`])
    expect(endpoint.bodies).toEqual(['a=b'])
  })

  it('takes the proxy of the settings, and a proxy that speaks TLS itself', async () => {
    const endpoint = await serve(createSecureServer(certificate))
    const proxy = await proxyTo(endpoint, { tls: certificate })
    const http = httpWith({ system: 'PROXY 127.0.0.1:1' })
    const address = `https://localhost:${proxy.port}`
    http.setRoute({ proxy: { kind: 'custom', address }, caPem: authority.caPem })
    expect(await http.fetch(url, post)).toMatchObject(fine)
    expect(proxy.asked).toHaveLength(1)
  })

  it('uses one connection again for requests that follow each other', async () => {
    const endpoint = await serve(createSecureServer(certificate))
    const proxy = await proxyTo(endpoint)
    const http = httpWith(throughEnvironment(proxy))
    for (let count = 0; count < 3; count += 1) expect(await http.fetch(url, post)).toMatchObject(fine)
    expect(proxy.asked).toHaveLength(1)
    expect(endpoint.connections()).toBe(1)
  })

  it('shows name and password to the proxy alone', async () => {
    const endpoint = await serve(createSecureServer(certificate))
    const proxy = await proxyTo(endpoint, { credentials: 'max:p@ss wörd' })
    const as = (credentials: string) =>
      httpWith({ environment: { https_proxy: `http://${credentials}127.0.0.1:${proxy.port}` } })
    expect(await as('max:p%40ss%20w%C3%B6rd@').fetch(url, post)).toMatchObject(fine)
    const none = await as('').fetch(url, post)
    expect(none).toMatchObject(failure('proxy-failed'))
    expect(messageOf(none)).toContain('asks for a name and password')
    const wrong = await as('max:hunter2@').fetch(url, post)
    expect(wrong).toMatchObject({
      error: { code: 'proxy-failed', details: { host: `127.0.0.1:${proxy.port}` } },
    })
    expect(messageOf(wrong)).toContain('refuses the name and password')
    expect(JSON.stringify(wrong)).not.toMatch(/hunter2|max/)
    expect(endpoint.bodies).toHaveLength(1)
  })

  it.each([
    ['hangs up at once', 'at once', 'broke it off'],
    ['hangs up when it is asked', 'when asked', 'broke it off'],
    ['is no HTTP server', 'not http', 'not HTTP'],
    ['refuses', 403, 'status 403'],
    ['cannot reach the server', 502, 'status 502'],
    ['asks again, though nobody is asked to sign in', 407, 'name and password'],
    ['sends data before the server can have spoken', 'speaks first', 'not allowed'],
  ] as const)('fails in passing when the proxy %s', async (_, breaks, words) => {
    const endpoint = await serve(createSecureServer(certificate))
    const proxy = await proxyTo(endpoint, { breaks })
    const result = await httpWith(throughEnvironment(proxy)).fetch(url, post)
    expect(result).toMatchObject(failure('proxy-failed'))
    expect(messageOf(result)).toContain(words)
    expect(endpoint.connections()).toBe(0)
    await expect.poll(() => proxy.open()).toBe(0)
  })

  it('fails in passing when nobody listens where the proxy should be', async () => {
    const result = await httpWith({ environment: { HTTPS_PROXY: '127.0.0.1:1' } }).fetch(url, post)
    expect(result).toMatchObject(failure('proxy-failed'))
    expect(messageOf(result)).toContain('ECONNREFUSED')
  })

  it('fails in passing when the proxy hangs up after it opened the way', async () => {
    const proxy = await proxyTo(await serve(createSecureServer(certificate)), { breaks: 'after opening' })
    expect(await httpWith(throughEnvironment(proxy)).fetch(url, post)).toMatchObject(
      failure('network-failed'),
    )
  })

  it.each(['silent', 'silent after opening'] as const)(
    'lets go of a proxy that is %s, after its time and when the caller gives up',
    async (breaks) => {
      const proxy = await proxyTo(await serve(createSecureServer(certificate)), { breaks })
      const late = httpWith({ ...throughEnvironment(proxy), timeoutMs: 200 })
      expect(await late.fetch(url, post)).toMatchObject(failure('network-failed'))
      const caller = new AbortController()
      const given = httpWith(throughEnvironment(proxy)).fetch(url, { ...post, signal: caller.signal })
      await expect.poll(() => proxy.asked).toHaveLength(2)
      caller.abort()
      expect(await given).toEqual({ kind: 'aborted' })
      await expect.poll(() => proxy.open()).toBe(0)
    },
  )

  it('does not trust a proxy that signs in the server’s name, until its authority was chosen', async () => {
    const endpoint = await serve(createSecureServer(testAuthority('Other CA').issue(host)))
    const proxy = await proxyTo(endpoint)
    const http = httpWith(throughEnvironment(proxy))
    const result = await http.fetch(url, post)
    expect(result).toMatchObject(failure('network-failed'))
    expect(messageOf(result)).toContain('cannot be trusted')
    expect(endpoint.bodies).toEqual([])
  })

  it('does not trust a certificate of another name', async () => {
    const endpoint = await serve(createSecureServer(authority.issue('elsewhere.example.test')))
    const proxy = await proxyTo(endpoint)
    expect(messageOf(await httpWith(throughEnvironment(proxy)).fetch(url, post))).toContain('ALTNAME')
    expect(endpoint.bodies).toEqual([])
  })
})

describe('the system’s setting', () => {
  it('is followed where the environment says nothing, and its second proxy where the first fails', async () => {
    const endpoint = await serve(createSecureServer(certificate))
    const broken = await proxyTo(endpoint, { breaks: 502 })
    const proxy = await proxyTo(endpoint)
    const system = `SOCKS5 127.0.0.1:1; PROXY 127.0.0.1:${broken.port}; PROXY 127.0.0.1:${proxy.port}`
    expect(await httpWith({ system }).fetch(url, post)).toMatchObject(fine)
    expect([broken.asked.length, proxy.asked.length, endpoint.bodies.length]).toEqual([1, 1, 1])
  })

  it('that names only SOCKS is not passed over in silence', async () => {
    const result = await httpWith({ system: 'SOCKS5 socks.example.test:1080' }).fetch(url, post)
    expect(result).toMatchObject(failure('proxy-failed'))
    expect(messageOf(result)).toContain('SOCKS5 proxies are not supported')
  })

  it('that never comes ends with the request’s time', async () => {
    const systemProxy = () => new Promise<string>(() => undefined)
    const http = createHttp({ allow: () => true, timeoutMs: 100, environment: {}, systemProxy })
    expect(await http.fetch(url, post)).toMatchObject(failure('network-failed'))
  })
})

describe('addresses of this machine', () => {
  it('are reached directly, whatever is set', async () => {
    const endpoint = await serve(createServer())
    const http = httpWith({ environment: { HTTPS_PROXY: '127.0.0.1:1', ALL_PROXY: '127.0.0.1:1' } })
    const local = `http://127.0.0.1:${endpoint.port}/token`
    expect(await http.fetch(local, post)).toMatchObject(fine)
    const proxy = { kind: 'custom', address: 'http://127.0.0.1:1' } as const
    http.setRoute({ proxy, caPem: authority.caPem })
    expect(await http.fetch(local, post)).toMatchObject(fine)
    expect(endpoint.connections()).toBe(1)
  })
})

describe('a file of further authorities', () => {
  it('makes their certificates good from the next request on, and no longer once it is taken away', async () => {
    const endpoint = await serve(createSecureServer(certificate))
    const local = `https://localhost:${endpoint.port}/token`
    const http = httpWith({ caPem: null })
    expect(messageOf(await http.fetch(local, post))).toContain('cannot be trusted')
    http.setRoute({ proxy: { kind: 'system' }, caPem: authority.caPem })
    expect(await http.fetch(local, post)).toMatchObject(fine)
    expect(await http.fetch(local, post)).toMatchObject(fine)
    http.setRoute({ proxy: { kind: 'system' }, caPem: null })
    expect(messageOf(await http.fetch(local, post))).toContain('cannot be trusted')
    expect(endpoint.bodies).toHaveLength(2)
  })

  it('does not break off the request that is under way', async () => {
    const asked: ServerResponse[] = []
    const server = createSecureServer(certificate, (_, response) => asked.push(response))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closing.push(() => new Promise((resolve) => server.close(resolve)))
    const http = httpWith({})
    const address = `https://localhost:${(server.address() as AddressInfo).port}/token`
    const answer = http.fetch(address, post)
    await expect.poll(() => asked).toHaveLength(1)
    http.setRoute({ proxy: { kind: 'none' }, caPem: null })
    asked[0]?.end('late')
    expect(await answer).toMatchObject({ kind: 'answered', body: 'late' })
    server.closeAllConnections()
  })

  it('is needed even when the environment asks to check nothing', async () => {
    const endpoint = await serve(createSecureServer(certificate))
    const proxy = await proxyTo(endpoint)
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
    try {
      const local = `https://localhost:${endpoint.port}/token`
      const setting = { ...throughEnvironment(proxy), caPem: null }
      expect(messageOf(await httpWith(setting).fetch(local, post))).toContain('cannot be trusted')
      expect(messageOf(await httpWith(setting).fetch(url, post))).toContain('cannot be trusted')
    } finally {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']
    }
    expect(endpoint.bodies).toEqual([])
  })
})
