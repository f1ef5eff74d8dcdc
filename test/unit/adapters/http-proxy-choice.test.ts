import { describe, expect, it } from 'vitest'
import type { Hop } from '../../../electron/adapters/http-proxy-choice.ts'
import { hopsTo, isException, pacHops, proxyHop } from '../../../electron/adapters/http-proxy-choice.ts'
import type { ProxyChoice } from '../../../electron/contract/views.ts'

const token = new URL('https://oauth2.googleapis.com/token')
const system: ProxyChoice = { kind: 'system' }

/** A way in one word: `direct`, the proxy's address, or why it cannot be used. */
function told(hop: Hop): string {
  if (hop.kind === 'direct') return 'direct'
  if (hop.kind === 'unusable') return `unusable ${hop.host}: ${hop.reason}`
  return `${hop.secure ? 'https' : 'http'}://${hop.host}:${hop.port}`
}

async function way(
  environment: Readonly<Record<string, string>>,
  choice: ProxyChoice = system,
  url: URL = token,
): Promise<string[]> {
  const systemProxy = () => Promise.resolve('PROXY from-system:1')
  return (await hopsTo(url, choice, { environment, systemProxy })).map(told)
}

describe('the way of a request', () => {
  it.each([
    ['the system’s setting when the environment says nothing', {}, 'http://from-system:1'],
    ['HTTPS_PROXY', { HTTPS_PROXY: 'http://office:3128' }, 'http://office:3128'],
    ['small letters before capitals', { HTTPS_PROXY: 'http://a:1', https_proxy: 'http://b:2' }, 'http://b:2'],
    ['a proxy without a scheme', { https_proxy: 'office:3128' }, 'http://office:3128'],
    ['the usual port of a proxy without one', { https_proxy: 'https://office' }, 'https://office:443'],
    ['ALL_PROXY where nothing is said of HTTPS', { ALL_PROXY: 'http://all:9' }, 'http://all:9'],
    ['HTTPS_PROXY before ALL_PROXY', { ALL_PROXY: 'http://all:9', HTTPS_PROXY: 'http://a:1' }, 'http://a:1'],
    ['nothing of HTTP_PROXY, since all is TLS', { HTTP_PROXY: 'http://plain:1' }, 'http://from-system:1'],
    ['an empty variable as if it were not set', { HTTPS_PROXY: ' ' }, 'http://from-system:1'],
    [
      'the exceptions of the environment',
      { HTTPS_PROXY: 'http://a:1', NO_PROXY: 'googleapis.com' },
      'direct',
    ],
    ['exceptions for the system’s setting too', { no_proxy: '*' }, 'direct'],
    [
      'a refusal of what it cannot speak',
      { ALL_PROXY: 'socks5h://me:secret@s:1080' },
      'unusable s:1080: socks5h proxies are not supported',
    ],
    [
      'a refusal of nonsense without repeating it',
      { HTTPS_PROXY: 'http://me:secret@:x' },
      'unusable HTTPS_PROXY: it is not an address',
    ],
  ])('follows %s', async (_, environment, expected) => {
    expect(await way(environment)).toEqual([expected])
  })

  it('is direct when the person wants no proxy, whatever the environment says', async () => {
    expect(await way({ HTTPS_PROXY: 'http://a:1' }, { kind: 'none' })).toEqual(['direct'])
  })

  it('is the person’s own proxy, also for exceptions of the environment', async () => {
    const own: ProxyChoice = { kind: 'custom', address: 'http://[fd00::1]:8080' }
    expect(await way({ NO_PROXY: '*', HTTPS_PROXY: 'http://a:1' }, own)).toEqual(['http://[fd00::1]:8080'])
  })

  it.each(['http://127.0.0.1:8080/', 'https://127.8.9.10/', 'http://localhost/', 'http://[::1]:1/'])(
    'is direct to this machine: %s',
    async (url) => {
      const own: ProxyChoice = { kind: 'custom', address: 'http://proxy:1' }
      expect(await way({}, own, new URL(url))).toEqual(['direct'])
    },
  )

  it.each(['https://127.0.0.1.example.com/', 'https://localhost.example.com/', 'https://128.0.0.1/'])(
    'is not taken for this machine: %s',
    async (url) => {
      expect(await way({}, system, new URL(url))).toEqual(['http://from-system:1'])
    },
  )
})

describe('credentials of a proxy', () => {
  it('are made into a header that no print shows', () => {
    const hop = proxyHop('http://na%6De:p%40ss%@office:3128', 'X')
    expect(hop).toMatchObject({ kind: 'proxy', host: 'office', port: 3128 })
    const authorization = hop.kind === 'proxy' ? hop.authorization : null
    // A password with a lone percent sign is taken as it stands.
    const header = `Basic ${Buffer.from('name:p%40ss%').toString('base64')}`
    expect(authorization?.reveal()).toBe(header)
    expect(JSON.stringify(hop)).not.toContain('ss%')
    expect(JSON.stringify(hop)).not.toContain(header)
  })
})

describe('the list of exceptions', () => {
  it.each([
    ['', false],
    [' , ,', false],
    ['*', true],
    ['oauth2.googleapis.com', true],
    ['OAuth2.GoogleAPIs.com', true],
    ['googleapis.com', true],
    ['.googleapis.com', true],
    ['*.googleapis.com', true],
    ['apis.com', false],
    ['oauth2.googleapis.co', false],
    ['sub.oauth2.googleapis.com', false],
    ['example.com,googleapis.com', true],
    ['example.com googleapis.com', true],
    ['googleapis.com:443', true],
    ['googleapis.com:8443', false],
    ['10.0.0.0/8', false],
    ['.', false],
    [':443', false],
    ['[', false],
  ])('%j excepts the token endpoint: %s', (list, expected) => {
    expect(isException(token, list)).toBe(expected)
  })

  it.each([
    ['https://192.0.2.7/', '192.0.2.7', true],
    ['https://192.0.2.7:8443/', '192.0.2.7:8443', true],
    ['https://192.0.2.7/', '2.7', false],
    ['https://[2001:db8::1]/', '2001:db8::1', true],
    ['https://[2001:db8::1]/', '[2001:db8::1]:443', true],
    ['https://[2001:db8::1]/', '[2001:db8::2]', false],
  ])('for %s, %j: %s', (url, list, expected) => {
    expect(isException(new URL(url), list)).toBe(expected)
  })
})

describe('what a PAC script answers', () => {
  it.each([
    ['DIRECT', ['direct']],
    ['', ['direct']],
    [' ; ', ['direct']],
    ['PROXY a:8080', ['http://a:8080']],
    ['proxy a:8080 ; direct', ['http://a:8080', 'direct']],
    ['PROXY a:1; HTTPS b:2; HTTP c:3', ['http://a:1', 'https://b:2', 'http://c:3']],
    ['PROXY [fd00::1]:1', ['http://[fd00::1]:1']],
    ['SOCKS5 s:1; PROXY a:1', ['http://a:1']],
    ['SOCKS s:1; DIRECT', ['direct']],
    ['SOCKS s:1', ['unusable s:1: SOCKS proxies are not supported']],
    ['PROXY', ['unusable of the system: it is not an address']],
    ['PROXY a:99999', ['unusable of the system: it is not an address']],
    ['QUIC q:1', ['unusable q:1: QUIC proxies are not supported']],
  ])('%j means %j', (answer, expected) => {
    expect(pacHops(answer).map(told)).toEqual(expected)
  })
})
