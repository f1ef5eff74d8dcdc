import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo, Server as NetServer, Socket } from 'node:net'
import { createServer as createNetServer } from 'node:net'
import { deflateSync, gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { createHttp } from '../../../electron/adapters/http.ts'

const servers: (Server | NetServer)[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    if ('closeAllConnections' in server) server.closeAllConnections()
    server.close()
  }
})

function listen(server: Server | NetServer): Promise<string> {
  servers.push(server)
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/token`)
    })
  })
}
const get = { method: 'GET', headers: {} } as const
const http = createHttp({
  allow: (url) => url.hostname === '127.0.0.1',
  maxBodyBytes: 10_000,
  timeoutMs: 400,
})
const failure = (code: string) => ({ kind: 'failed', error: { code } })

describe('the HTTP adapter', () => {
  it('sends method, headers and body and gives back status, headers in lower case and text', async () => {
    const url = await listen(
      createServer((request, response) => {
        let body = ''
        request.on('data', (chunk) => {
          body += String(chunk)
        })
        request.on('end', () => {
          const { method, headers } = request
          response
            .writeHead(400, { 'X-Seen': `${String(method)} ${String(headers['x-own'])}` })
            .end(`${body} नमस्ते`)
        })
      }),
    )
    const answer = await http.fetch(url, { method: 'POST', headers: { 'X-Own': 'yes' }, body: 'a=b' })
    expect(answer).toMatchObject({ kind: 'answered', status: 400, body: 'a=b नमस्ते' })
    expect(answer.kind === 'answered' && answer.headers.get('x-seen')).toBe('POST yes')
  })

  it('sends nothing to a host that is not allowed', async () => {
    let asked = 0
    const url = await listen(
      createServer((_, response) => {
        asked += 1
        response.end()
      }),
    )
    const strict = createHttp({ allow: () => false })
    expect(await strict.fetch(url, get)).toMatchObject(failure('network-failed'))
    expect(asked).toBe(0)
  })

  it('does not follow a redirect', async () => {
    const paths: (string | undefined)[] = []
    const url = await listen(
      createServer((request, response) => {
        paths.push(request.url)
        response.writeHead(302, { Location: '/elsewhere' }).end()
      }),
    )
    expect(await http.fetch(url, get)).toMatchObject(failure('answer-malformed'))
    expect(paths).toEqual(['/token'])
  })

  it.each([
    ['as it is', (text: string) => Buffer.from(text), {}],
    ['packed', (text: string) => gzipSync(text), { 'Content-Encoding': 'gzip' }],
    ['packed without a frame', (text: string) => deflateSync(text), { 'Content-Encoding': 'deflate' }],
  ])('takes a body up to the limit and cuts a longer one off (%s)', async (_, pack, headers) => {
    let size = 10_000
    const url = await listen(
      createServer((_request, response) => {
        response.writeHead(200, headers).end(pack('x'.repeat(size)))
      }),
    )
    expect(await http.fetch(url, get)).toMatchObject({ kind: 'answered', body: 'x'.repeat(10_000) })
    size = 10_001
    expect(await http.fetch(url, get)).toMatchObject(failure('answer-too-large'))
  })

  it('stops reading a body that never ends', async () => {
    let closed = false
    const url = await listen(
      createServer((_, response) => {
        const drip = setInterval(() => response.write('x'.repeat(1000)), 1)
        response.on('close', () => {
          clearInterval(drip)
          closed = true
        })
      }),
    )
    expect(await http.fetch(url, get)).toMatchObject(failure('answer-too-large'))
    await expect.poll(() => closed).toBe(true)
  })

  it('gives up on a server that does not answer, and on one that stops in the middle of a body', async () => {
    const silent = await listen(createServer(() => {}))
    expect(await http.fetch(silent, get)).toMatchObject(failure('network-failed'))
    const stuck = await listen(createServer((_, response) => response.write('{"a":')))
    expect(await http.fetch(stuck, get)).toMatchObject(failure('network-failed'))
  })

  it('ends when the caller aborts, before and during the request', async () => {
    const url = await listen(createServer(() => {}))
    const before = new AbortController()
    before.abort()
    expect(await http.fetch(url, { ...get, signal: before.signal })).toEqual({ kind: 'aborted' })
    const during = new AbortController()
    const answer = http.fetch(url, { ...get, signal: during.signal })
    setTimeout(() => {
      during.abort()
    }, 30)
    expect(await answer).toEqual({ kind: 'aborted' })
  })

  it('says that nobody listens', async () => {
    const url = await listen(createServer())
    const [server] = servers.splice(0)
    await new Promise((resolve) => server?.close(resolve))
    const answer = await http.fetch(url, get)
    expect(answer).toMatchObject(failure('network-failed'))
    expect(answer.kind === 'failed' && answer.error.message).toContain('ECONNREFUSED')
  })

  it('says that the network is not there when a name is not found', async () => {
    const open = createHttp({ allow: () => true })
    expect(await open.fetch('https://no-such-host.invalid/', get)).toMatchObject(failure('network-offline'))
  })

  /** Ends the next connection with what the system says; once the request has arrived, or before there is one. */
  async function losing(code: string, syscall: string): Promise<{ result: unknown; arrived: boolean }> {
    const lost = Object.assign(new Error(code), { code, syscall })
    let client: Socket | null = null
    let arrived = false
    const onSocket = (message: unknown): void => {
      client ??= (message as { socket: Socket }).socket
      if (syscall === 'connect') client.destroy(lost)
    }
    const url = await listen(
      createServer(() => {
        arrived = true
        client?.destroy(lost)
      }),
    )
    subscribe('net.client.socket', onSocket)
    const result = await http.fetch(url, { method: 'POST', headers: {}, body: 'token=x' })
    unsubscribe('net.client.socket', onSocket)
    return { result, arrived }
  }
  const lostWays = ['EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN', 'EADDRNOTAVAIL']

  it.each(lostWays)('says that the network is not there when there is no way (%s)', async (code) => {
    expect(await losing(code, 'connect')).toMatchObject({
      result: failure('network-offline'),
      arrived: false,
    })
  })

  it.each(lostWays)(
    'does not say so of a request that was sent before the way was lost (%s)',
    async (code) => {
      for (const syscall of ['read', 'write'])
        expect(await losing(code, syscall)).toMatchObject({
          result: failure('network-failed'),
          arrived: true,
        })
    },
  )

  it('says that the connection broke when it is reset, cut short or not HTTP', async () => {
    const reset = await listen(
      createNetServer((socket) => socket.once('data', () => socket.resetAndDestroy())),
    )
    expect(await http.fetch(reset, get)).toMatchObject(failure('network-failed'))
    const short = 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"a"'
    const cut = await listen(createNetServer((socket) => socket.once('data', () => socket.end(short))))
    expect(await http.fetch(cut, get)).toMatchObject(failure('network-failed'))
    const other = await listen(
      createNetServer((socket) => socket.once('data', () => socket.end('SSH-2.0-x\r\n\r\n'))),
    )
    expect(await http.fetch(other, get)).toMatchObject(failure('answer-malformed'))
  })

  it('says that the connection cannot be trusted when it is not TLS', async () => {
    const url = await listen(createServer((_, response) => response.end()))
    const answer = await http.fetch(url.replace('http:', 'https:'), get)
    expect(answer.kind === 'failed' && answer.error.message).toContain('cannot be trusted')
  })

  it.each(['gzip', 'deflate', 'br'])('says that an answer cannot be unpacked (%s)', async (name) => {
    let closed = false
    const url = await listen(
      createServer((request, response) => {
        request.socket.on('close', () => (closed = true))
        response.writeHead(200, { 'Content-Encoding': name }).write('not packed')
      }),
    )
    expect(await http.fetch(url, get)).toMatchObject(failure('answer-malformed'))
    await expect.poll(() => closed).toBe(true)
  })

  it('says that an answer’s headers are too long', async () => {
    const url = await listen(
      createServer((_, response) => response.writeHead(200, { 'X-Long': 'x'.repeat(20_000) }).end()),
    )
    const answer = await http.fetch(url, get)
    expect(answer.kind === 'failed' && answer.error.message).toContain('headers are too long')
  })

  it('keeps one connection for requests that follow each other', async () => {
    let connections = 0
    const server = createServer((request, response) => request.resume().on('end', () => response.end('ok')))
    server.on('connection', () => (connections += 1))
    const url = await listen(server)
    for (let count = 0; count < 5; count += 1) {
      const answer = await http.fetch(url, { method: 'POST', headers: {}, body: 'a=b' })
      expect(answer).toMatchObject({ kind: 'answered', body: 'ok' })
    }
    expect(connections).toBe(1)
  })
})
