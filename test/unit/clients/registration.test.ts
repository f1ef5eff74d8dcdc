import { describe, expect, it } from 'vitest'
import { abilitiesOf } from '../../../electron/contract/kinds.ts'
import { addressesFor, registrationOf } from '../../../electron/core/clients/registration.ts'

const web = (redirectUris: readonly string[], javascriptOrigins: readonly string[] = []) =>
  ({ kind: 'web', redirectUris, javascriptOrigins }) as const

describe('a registered address', () => {
  it.each([
    'http://127.0.0.1:8080/cb',
    'http://localhost:8080',
    'http://localhost',
    'http://[::1]:8080/cb',
    'http://127.0.0.1:80/',
    'http://localhost:8080/cb?from=google',
  ])('%s can be listened at', (uri) => {
    expect(registrationOf(web([uri])).redirects).toEqual([{ uri, use: 'listen' }])
  })

  it.each([
    'https://app.example/cb',
    'https://localhost:8443/cb',
    'https://127.0.0.1/cb',
    'http://staging.example/cb',
    'http://localhost.example/cb',
    'http://127.0.0.2:8080/cb',
    'http://[::2]:8080/cb',
  ])('%s leads elsewhere, so the resulting address is pasted', (uri) => {
    expect(registrationOf(web([uri])).redirects).toEqual([{ uri, use: 'paste' }])
  })

  it.each([
    'urn:ietf:wg:oauth:2.0:oob',
    'postmessage',
    'com.example.app:/oauth',
    'http://user@localhost:8080/cb',
    'http://user:pass@localhost:8080/cb',
    'http://localhost:8080/cb#part',
    'https://*.example/cb',
    'http://localhost:0/cb',
    'http://localhost:99999/cb',
    'http:localhost',
    'http://',
    ' http://localhost:8080/cb',
    '//localhost:8080/cb',
    'http://localhost:8080\\@evil.example/cb',
    '',
  ])('%j can be used for nothing', (uri) => {
    expect(registrationOf(web([uri])).redirects).toEqual([{ uri, use: 'none' }])
    expect(registrationOf(web([uri])).ways).toEqual([])
  })
})

describe('the ways of a client', () => {
  it('are those of its kind where nothing is registered', () => {
    const client = { redirectUris: ['http://localhost'], javascriptOrigins: [] }
    expect(registrationOf({ ...client, kind: 'installed' })).toEqual({
      ...{ redirects: [], toRegister: null },
      ways: abilitiesOf.installed.ways,
    })
    expect(registrationOf({ ...client, kind: 'device' }).ways).toEqual(['device'])
  })

  it('follow from what is registered for a web client', () => {
    const [listen, elsewhere] = ['http://localhost:8080/cb', 'https://app.example/cb']
    expect(registrationOf(web([listen])).ways).toEqual(['redirect', 'paste'])
    expect(registrationOf(web([elsewhere])).ways).toEqual(['paste'])
    expect(registrationOf(web([listen], ['http://localhost:8080'])).ways).toEqual([
      'redirect',
      'paste',
      'client-side',
    ])
    expect(registrationOf(web([elsewhere], ['https://app.example'])).ways).toEqual(['paste'])
  })

  it.each([
    ['http://localhost:8080/', true],
    ['http://LOCALHOST:8080', true],
    ['http://localhost', false],
    ['https://localhost:8080', false],
    ['http://127.0.0.1:8080', false],
    ['http://localhost:8080/page', false],
    ['nonsense', false],
  ])('are client-side with the origin %s: %s', (origin, possible) => {
    const { ways } = registrationOf(web(['http://localhost:8080/cb'], [origin]))
    expect(ways.includes('client-side')).toBe(possible)
  })

  it('paste rather where nobody listens', () => {
    const [listen, elsewhere] = ['http://localhost:8080/cb', 'https://app.example/cb']
    expect(addressesFor(web([listen, elsewhere]), 'paste')).toEqual([elsewhere, listen])
    expect(addressesFor(web([listen, elsewhere]), 'redirect')).toEqual([listen])
  })
})

describe('what to register', () => {
  it('is a loopback address with its origin where there is none, and it opens every way', () => {
    const { toRegister } = registrationOf(web(['https://app.example/cb']))
    expect(Number(new URL(toRegister?.redirect ?? '').port)).toBeGreaterThan(1023)
    const registered = registrationOf(web([toRegister?.redirect ?? ''], [toRegister?.origin ?? '']))
    expect(registered).toMatchObject({ ways: ['redirect', 'paste', 'client-side'], toRegister: null })
  })

  it('is the origin of the loopback address that is there already', () => {
    const { toRegister } = registrationOf(web(['https://app.example/cb', 'http://localhost:8080/cb']))
    expect(toRegister).toEqual({ redirect: 'http://localhost:8080/cb', origin: 'http://localhost:8080' })
  })
})
