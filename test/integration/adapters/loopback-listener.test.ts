import { once } from 'node:events'
import type { Socket } from 'node:net'
import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createLoopbackListener } from '../../../electron/adapters/loopback-listener.ts'
import type { LoopbackRequest, LoopbackServer, ReplyPage } from '../../../electron/core/ports.ts'
import { fakeRandom } from '../../support/fake-random.ts'

const page: ReplyPage = { status: 200, title: 'Signed in <ada>', text: 'Close this tab.', language: 'en' }

const open: LoopbackServer[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()))
})

type Accept = (request: LoopbackRequest) => Promise<ReplyPage> | null
/** Accepts a query with `state=right`, as a sign-in does. */
const acceptRight: Accept = ({ query }) => (query.get('state') === 'right' ? Promise.resolve(page) : null)

async function listen(
  accept: Accept = acceptRight,
  connectionMs = 3000,
): Promise<LoopbackServer & { port: number }> {
  const listener = createLoopbackListener({ random: fakeRandom(), connectionMs, closingMs: 500 })
  const outcome = await listener.listen(accept)
  if (!outcome.ok) throw new Error(outcome.error.code)
  open.push(outcome.value)
  return { ...outcome.value, port: Number(new URL(outcome.value.redirectUri).port) }
}

/** Sends bytes as they are and gives back all that comes until the other side closes. */
async function raw(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(text)
  return everything(socket)
}
async function everything(socket: Socket): Promise<string> {
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk.toString()
  })
  socket.on('error', () => {})
  await new Promise<void>((resolve) => {
    socket.once('close', () => {
      resolve()
    })
  })
  return text
}
const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 0)
const request = (
  server: { redirectUri: string },
  query = '?state=right',
  method = 'GET',
  host?: string,
): string => {
  const { pathname, host: own } = new URL(server.redirectUri)
  return `${method} ${pathname}${query} HTTP/1.1\r\nHost: ${host ?? own}\r\n\r\n`
}

describe('the loopback listener', () => {
  it('names the literal address, its port and a path that cannot be guessed', async () => {
    expect((await listen()).redirectUri).toMatch(/^http:\/\/127\.0\.0\.1:\d{4,5}\/[\w-]{22}$/)
  })

  it('gives the query to the flow and shows the page it answers with', async () => {
    let seen = ''
    const server = await listen(({ query }) => {
      seen = query.toString()
      return Promise.resolve(page)
    })
    const answer = await fetch(`${server.redirectUri}?state=a&code=4%2Fxyz`)
    expect(seen).toBe('state=a&code=4%2Fxyz')
    expect(answer.status).toBe(200)
    const html = await answer.text()
    expect(html).toContain('Signed in &lt;ada&gt;')
    expect(html).toContain('<html lang="en">')
    expect(html).not.toContain('4/xyz')
  })

  it('sends the page with headers that keep it from being stored, framed or scripted', async () => {
    const server = await listen()
    const { headers } = await fetch(`${server.redirectUri}?state=right`)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('connection')).toBe('close')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    const policy = headers.get('content-security-policy')
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toContain('unsafe')
  })

  it('shows a page with status 400 when the flow says so', async () => {
    const server = await listen(() => Promise.resolve({ ...page, status: 400, language: 'hi' }))
    const answer = await fetch(server.redirectUri)
    expect(answer.status).toBe(400)
    expect(answer.headers.get('content-language')).toBe('hi')
  })

  const wrong: [string, number, (server: { redirectUri: string; port: number }) => string][] = [
    ['another path', 404, ({ port }) => `GET /other?state=right HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`],
    ['the path and more', 404, (server) => request(server, '/x?state=right')],
    [
      'an absolute address',
      404,
      (s) => `GET ${s.redirectUri}?state=right HTTP/1.1\r\nHost: 127.0.0.1:${s.port}\r\n\r\n`,
    ],
    ['POST', 405, (server) => request(server, '?state=right', 'POST')],
    ['HEAD', 405, (server) => request(server, '?state=right', 'HEAD')],
    ['OPTIONS', 405, (server) => request(server, '?state=right', 'OPTIONS')],
    [
      'a Host that is a name',
      400,
      (server) => request(server, '?state=right', 'GET', `localhost:${server.port}`),
    ],
    ['a Host of somebody else', 400, (server) => request(server, '?state=right', 'GET', 'evil.example')],
    ['a Host without the port', 400, (server) => request(server, '?state=right', 'GET', '127.0.0.1')],
    ['no Host', 400, (server) => request(server).replace(/Host:.*\r\n/, '')],
    ['two Hosts', 400, (server) => request(server).replace('\r\n\r\n', '\r\nHost: evil.example\r\n\r\n')],
    ['a body', 400, (server) => request(server).replace('\r\n\r\n', '\r\nContent-Length: 1\r\n\r\nx')],
    ['a query of 100 KB', 431, (server) => request(server, `?state=right&x=${'y'.repeat(100_000)}`)],
    [
      'headers of 9 KB',
      431,
      (server) => request(server).replace('\r\n\r\n', `\r\nX: ${'y'.repeat(9000)}\r\n\r\n`),
    ],
    ['something that is not HTTP', 400, () => 'hello there\r\n\r\n'],
    ['a query that the flow refuses', 400, (server) => request(server, '?state=wrong')],
  ]
  it.each(wrong)('refuses %s with %i, and the right request still works', async (_, status, text) => {
    let accepted = 0
    const server = await listen((given) => {
      const answer = acceptRight(given)
      if (answer) accepted += 1
      return answer
    })
    const refused = statusOf(await raw(server.port, text(server)))
    // What is too long is not read to its end, so the refusal itself can be lost with the connection.
    expect(status === 431 ? [431, 0] : [status]).toContain(refused)
    expect(accepted).toBe(0)
    expect(statusOf(await raw(server.port, request(server)))).toBe(200)
    expect(accepted).toBe(1)
  })

  it('answers the right request once', async () => {
    const server = await listen()
    expect(statusOf(await raw(server.port, request(server)))).toBe(200)
    expect(statusOf(await raw(server.port, request(server)))).toBe(410)
  })

  it('takes one of many right requests that come at once', async () => {
    let accepted = 0
    const server = await listen(async () => {
      accepted += 1
      await Promise.resolve()
      return page
    })
    const answers = await Promise.all(Array.from({ length: 10 }, () => raw(server.port, request(server))))
    expect(accepted).toBe(1)
    expect(answers.map(statusOf).filter((status) => status === 200)).toHaveLength(1)
  })

  it('keeps the browser waiting longer than a connection may last while the flow works', async () => {
    const server = await listen(
      () =>
        new Promise((resolve) => {
          setTimeout(resolve, 400, page)
        }),
      150,
    )
    expect(statusOf(await raw(server.port, request(server)))).toBe(200)
  })

  it('ends a connection that sends its headers drop by drop', async () => {
    const server = await listen(acceptRight, 300)
    const socket = connect(server.port, '127.0.0.1')
    const drops = setInterval(() => socket.write('X'), 40)
    socket.write('GET / HTTP/1.1\r\n')
    const started = performance.now()
    await everything(socket)
    clearInterval(drops)
    expect(performance.now() - started).toBeLessThan(2000)
  })

  it('lets the right request through while 200 idle connections are open', async () => {
    const server = await listen()
    const idle = Array.from({ length: 200 }, () => connect(server.port, '127.0.0.1').on('error', () => {}))
    await Promise.all(idle.map((socket) => Promise.race([once(socket, 'connect'), once(socket, 'close')])))
    expect(statusOf(await raw(server.port, request(server)))).toBe(200)
    for (const socket of idle) socket.destroy()
  })

  it('holds at most 20 connections', async () => {
    const server = await listen()
    let closed = 0
    const idle = Array.from({ length: 30 }, () =>
      connect(server.port, '127.0.0.1')
        .on('error', () => {})
        .on('close', () => {
          closed += 1
        })
        .resume(),
    )
    await expect.poll(() => closed).toBe(10)
    for (const socket of idle) socket.destroy()
  })

  it('ends open connections when it closes and listens no more', async () => {
    const server = await listen()
    const socket = connect(server.port, '127.0.0.1')
    await once(socket, 'connect')
    const ended = everything(socket)
    await server.close()
    await ended
    await expect(fetch(server.redirectUri)).rejects.toThrow()
  })

  it('still delivers the page when it is closed as soon as the page is known', async () => {
    const server = await listen(() => {
      const shown = Promise.resolve(page)
      void shown.then(() => server.close())
      return shown
    })
    expect(await raw(server.port, request(server))).toContain('Close this tab.')
  })

  it('closes even if the page never comes', async () => {
    const server = await listen(() => new Promise(() => {}))
    const waiting = raw(server.port, request(server))
    await new Promise<void>((resolve) => {
      setTimeout(resolve, 50)
    })
    await server.close()
    expect(await waiting).toBe('')
  })

  it('says 500 when the flow fails, and still closes', async () => {
    const server = await listen(() => Promise.reject(new Error('a fault')))
    const answer = await raw(server.port, request(server))
    expect(statusOf(answer)).toBe(500)
    expect(answer).not.toContain('a fault')
  })
})
