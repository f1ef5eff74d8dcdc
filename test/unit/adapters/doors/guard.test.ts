import { describe, expect, it } from 'vitest'
import type { LetIn, Refusal } from '../../../../electron/adapters/doors/guard.ts'
import { guard, longestBody } from '../../../../electron/adapters/doors/guard.ts'

const hosts = ['127.0.0.1:23100', 'localhost:23100']

interface Sent {
  readonly method?: string
  readonly target?: string
  readonly httpVersion?: string
  readonly host?: string | null
  readonly headers?: readonly (readonly [string, string])[]
}

function ask(sent: Sent = {}, known: readonly string[] | null = hosts): LetIn | Refusal {
  const { method = 'GET', target = '/v1/status', httpVersion = '1.1', host = hosts[0], headers = [] } = sent
  const named = host === null || host === undefined ? [] : [['Host', host] as const]
  return guard({ method, target, httpVersion, rawHeaders: [...named, ...headers].flat() }, known)
}

const statusOf = (answer: LetIn | Refusal): number | 'let in' =>
  answer.kind === 'refused' ? answer.status : 'let in'
const withHeader = (name: string, value: string, method = 'GET'): number | 'let in' =>
  statusOf(ask({ method, headers: [[name, value]] }))

describe('the guard of a door', () => {
  it('lets in what a program sends, its address and its headers as they were sent', () => {
    const answer = ask({
      target: '/computeMetadata/v1/instance/service-accounts/ada+x@example.com/token?scopes=a,b',
      headers: [
        ['Metadata-Flavor', 'Google'],
        ['X-Goog-User', 'A b'],
      ],
    })
    expect(answer).toMatchObject({
      kind: 'let-in',
      path: '/computeMetadata/v1/instance/service-accounts/ada+x@example.com/token',
      query: 'scopes=a,b',
      hasBody: false,
    })
    expect(answer.kind === 'let-in' && answer.headers['metadata-flavor']).toBe('Google')
    expect(answer.kind === 'let-in' && answer.headers['x-goog-user']).toBe('A b')
  })

  it.each(['127.0.0.1:23100', 'localhost:23100', 'LocalHost:23100'])('knows itself as %s', (host) => {
    expect(statusOf(ask({ host }))).toBe('let in')
  })
  it.each([
    ...['evil.example', 'evil.example:23100', '127.0.0.1', '127.0.0.1:23101', '127.0.0.2:23100'],
    ...['localhost', 'localhost.:23100', '[::1]:23100', '0.0.0.0:23100', '127.1:23100', ''],
  ])('refuses the host “%s” at a port', (host) => {
    expect(statusOf(ask({ host }))).toBe(403)
  })
  it('takes any one host on a socket, and none nowhere', () => {
    expect(statusOf(ask({ host: 'latchkey' }, null))).toBe('let in')
    expect(statusOf(ask({ host: null }, null))).toBe(400)
    expect(statusOf(ask({ host: null }))).toBe(400)
  })

  it.each([
    ...[
      'Origin',
      'Referer',
      'Cookie',
      'Forwarded',
      'Via',
      'X-Real-IP',
      'X-Forwarded-For',
      'X-Forwarded-Host',
    ],
    ...[
      'Sec-Fetch-Site',
      'Sec-Fetch-Dest',
      'Sec-Fetch-User',
      'Sec-CH-UA',
      'Sec-WebSocket-Key',
      'Sec-Purpose',
    ],
    ...['Access-Control-Request-Method', 'Access-Control-Request-Private-Network', 'Service-Worker'],
    ...['Upgrade-Insecure-Requests', 'Proxy-Connection', 'HTTP2-Settings'],
  ])('refuses what only browsers and proxies send: %s', (name) => {
    expect(withHeader(name, '')).toBe(403)
    expect(withHeader(name.toUpperCase(), 'null', 'POST')).toBe(403)
    expect(statusOf(ask({ headers: [[name, 'x']] }, null))).toBe(403)
  })
  it('does not take the fetch of Node for a browser', () => {
    expect(withHeader('Sec-Fetch-Mode', 'cors')).toBe('let in')
  })

  it.each(['OPTIONS', 'TRACE', 'CONNECT', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'get', 'PROPFIND'])(
    'answers no %s',
    (method) => {
      expect(statusOf(ask({ method }))).toBe(405)
    },
  )
  it('speaks HTTP/1.1 alone', () => {
    expect(statusOf(ask({ httpVersion: '1.0' }))).toBe(505)
  })

  it.each([
    ...[
      '*',
      '',
      'v1/status',
      'http://127.0.0.1:23100/v1/status',
      '//v1/status',
      '/v1//status',
      '/v1/./status',
    ],
    ...[
      '/v1/../status',
      '/..',
      '/v1/..',
      '/v1/%2e%2e/x',
      '/v1/stat%75s',
      '/v1\\status',
      '/v1/status;x',
      '/v1/a b',
    ],
    ...['/v1/status#x', '/v1/status?x#y', '/v1/ä', '/v1/status?\u0080', '/v1/\u0000'],
  ])('refuses the odd address “%s”', (target) => {
    expect(statusOf(ask({ target }))).toBe(400)
  })
  it.each(['/', '/v1/', '/v1/command/app.snapshot', '/a..b/...', '/v1/ledger?follow=1&last=20&x=%2e%2e/'])(
    'takes the plain address “%s”',
    (target) => {
      expect(statusOf(ask({ target }))).toBe('let in')
    },
  )

  it.each(['Host', 'Authorization', 'Content-Length', 'X-Any', 'constructor', '__proto__'])(
    'refuses a second %s',
    (name) => {
      const headers = [
        [name, '0'],
        [name.toLowerCase(), '0'],
      ] as const
      expect(statusOf(ask({ host: name === 'Host' ? null : 'latchkey', headers }, null))).toBe(400)
    },
  )
  it('takes a header of any name for what it is', () => {
    const answer = ask({
      headers: [
        ['kind', 'refused'],
        ['constructor', 'x'],
      ],
    })
    expect(answer.kind).toBe('let-in')
    expect(answer.kind === 'let-in' && answer.headers['toString']).toBeUndefined()
  })
  it('refuses too many headers, too long ones, and control characters in them', () => {
    const many = Array.from({ length: 64 }, (_, index) => [`X-${String(index)}`, ''] as const)
    expect(statusOf(ask({ headers: many }))).toBe(431)
    expect(statusOf(ask({ headers: many.slice(1) }))).toBe('let in')
    expect(withHeader('X-Long', 'x'.repeat(6145))).toBe(431)
    expect(withHeader('X-Odd', 'a\u0000b')).toBe(400)
    expect(withHeader('X-Odd', 'a\u007f')).toBe(400)
    expect(withHeader('X-Tab', 'a\tb')).toBe('let in')
  })

  it('switches to nothing else and promises nothing', () => {
    expect(withHeader('Upgrade', 'h2c')).toBe(400)
    expect(withHeader('Expect', '100-continue', 'POST')).toBe(417)
  })

  it.each([
    [
      'a length and a coding',
      [
        ['Content-Length', '3'],
        ['Transfer-Encoding', 'chunked'],
      ],
      400,
    ],
    ['another coding', [['Transfer-Encoding', 'gzip, chunked']], 400],
    ['an odd length', [['Content-Length', '+3']], 400],
    ['a length with a list', [['Content-Length', '3, 3']], 400],
    ['a length in hex', [['Content-Length', '0x10']], 400],
    ['one byte too many', [['Content-Length', String(longestBody + 1)]], 413],
    ['far too many', [['Content-Length', '9'.repeat(400)]], 413],
    [
      'a packed body',
      [
        ['Content-Length', '3'],
        ['Content-Encoding', 'gzip'],
      ],
      415,
    ],
    [
      'a form with files',
      [
        ['Content-Length', '3'],
        ['Content-Type', 'multipart/form-data; boundary=x'],
      ],
      415,
    ],
    [
      'a plain form',
      [
        ['Content-Length', '3'],
        ['Content-Type', 'Text/Plain;charset=UTF-8'],
      ],
      415,
    ],
  ] as const)('refuses a body with %s', (_name, headers, status) => {
    expect(statusOf(ask({ method: 'POST', headers }))).toBe(status)
  })
  it.each([
    ['chunks', [['Transfer-Encoding', 'Chunked']], true],
    ['its length', [['Content-Length', String(longestBody)]], true],
    ['none', [['Content-Length', '0']], false],
    ['nothing said of it', [], false],
    [
      'a form that libraries send',
      [
        ['Content-Length', '3'],
        ['Content-Type', 'application/x-www-form-urlencoded'],
      ],
      true,
    ],
  ] as const)('takes a body with %s', (_name, headers, hasBody) => {
    expect(ask({ method: 'POST', headers })).toMatchObject({ kind: 'let-in', hasBody })
  })
  it('takes no body with a GET', () => {
    expect(withHeader('Content-Length', '1')).toBe(400)
    expect(withHeader('Transfer-Encoding', 'chunked')).toBe(400)
    expect(withHeader('Content-Length', '0')).toBe('let in')
  })
  it('says nothing of the request in its reasons', () => {
    const answer = ask({ target: '/v1/latchkey.abc%2e', headers: [['Authorization', 'Bearer secret']] })
    expect(JSON.stringify(answer)).not.toMatch(/abc|secret/)
  })
})
