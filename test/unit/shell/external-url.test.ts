import { describe, expect, it } from 'vitest'
import { links } from '../../../electron/contract/commands.ts'
import {
  checkedAuthorizationUrl,
  checkedConnectionsUrl,
  checkedDevicePage,
  checkedLink,
} from '../../../electron/shell/external-url.ts'

const query = new URLSearchParams({
  client_id: '123-abc.apps.googleusercontent.com',
  redirect_uri: 'http://127.0.0.1:49152/callback',
  response_type: 'code',
  scope: 'openid email',
  state: 'a-state',
  code_challenge: 'a-challenge',
  code_challenge_method: 'S256',
})
const google = `https://accounts.google.com/o/oauth2/v2/auth?${query.toString()}`
const practice = `http://127.0.0.1:40123/o/oauth2/v2/auth?${query.toString()}`
const with_ = (url: string, name: string, value: string | null): string => {
  const changed = new URL(url)
  if (value === null) changed.searchParams.delete(name)
  else changed.searchParams.set(name, value)
  return changed.href
}

describe('a link', () => {
  it.each(Object.values<string>(links))('to %s may leave the app', (url) => {
    expect(checkedLink(url)).toBe(url)
  })

  it.each([
    ...Object.values<string>(links).flatMap((url) => [
      `${url}/`,
      `${url}?a=1`,
      url.replace('https:', 'http:'),
      url.toUpperCase(),
    ]),
    'https://console.cloud.google.com.example/auth/clients',
    'https://myaccount.google.com',
    'javascript:alert(1)',
    'file:///etc/passwd',
    'mailto:a@example.org',
    '',
    google,
  ])('to %s stays', (url) => {
    expect(checkedLink(url)).toBeNull()
  })
})

describe('an authorization URL', () => {
  it('of Google may be opened in the real profile and nowhere else', () => {
    expect(checkedAuthorizationUrl(google, 'real')).toBe(google)
    expect(checkedAuthorizationUrl(google, 'practice')).toBeNull()
  })

  it('of practice Google may be opened in the practice profile and nowhere else', () => {
    expect(checkedAuthorizationUrl(practice, 'practice')).toBe(practice)
    expect(checkedAuthorizationUrl(practice, 'real')).toBeNull()
  })

  it.each([
    google.replace('https:', 'http:'),
    google.replace('accounts.google.com', 'accounts.google.com.example'),
    google.replace('accounts.google.com', 'accounts.google.com:8443'),
    google.replace('accounts.google.com', 'user@accounts.google.com'),
    google.replace('accounts.google.com', 'user:pass@accounts.google.com'),
    google.replace('/o/oauth2/v2/auth', '/o/oauth2/v2/auth/more'),
    google.replace('/o/oauth2/v2/auth', '/o/oauth2/auth'),
    `${google}#fragment`,
    with_(google, 'response_type', 'id_token'),
    with_(google, 'response_type', 'code token'),
    with_(google, 'response_type', null),
    with_(google, 'code_challenge', null),
    with_(google, 'code_challenge_method', 'plain'),
    with_(google, 'code_challenge_method', null),
    with_(google, 'state', null),
    with_(google, 'state', ''),
    with_(google, 'redirect_uri', 'javascript:alert(1)'),
    with_(google, 'redirect_uri', 'com.example.app:/callback'),
    with_(google, 'redirect_uri', 'https://user@example.org/callback'),
    with_(google, 'redirect_uri', 'http://127.0.0.1:49152/callback#x'),
    with_(google, 'redirect_uri', null),
    `${google}&redirect_uri=https%3A%2F%2Fevil.example`,
    `${google}&response_type=token`,
    with_(google, 'login_hint', 'a'.repeat(10_000)),
    'nonsense',
    '',
  ])('that reads %s is refused', (url) => {
    expect(checkedAuthorizationUrl(url, 'real')).toBeNull()
  })

  it.each([
    practice.replace('127.0.0.1', 'localhost'),
    practice.replace('127.0.0.1:40123', '192.168.0.2:40123'),
    practice.replace(':40123', ''),
    practice.replace('http:', 'https:'),
    practice.replace('/o/oauth2/v2/auth', '/elsewhere'),
  ])('for practice that reads %s is refused', (url) => {
    expect(checkedAuthorizationUrl(url, 'practice')).toBeNull()
  })
})

const accessRequest = with_(
  with_(with_(google, 'response_type', 'token'), 'code_challenge', null),
  'code_challenge_method',
  null,
)

describe('a request for a code', () => {
  it.each([
    'http://localhost:8080',
    'http://127.0.0.1/callback',
    'http://[::1]:8080/cb',
    'https://app.example/callback',
  ])('may have its answer sent to the registered address %s, because nobody else can use it', (address) => {
    const url = with_(google, 'redirect_uri', address)
    expect(checkedAuthorizationUrl(url, 'real')).toBe(url)
  })
})

describe('a request for an access token', () => {
  it('may have its answer sent to this machine', () => {
    for (const address of ['http://localhost:8080/cb', 'http://127.0.0.1:49280', 'http://[::1]:8080/']) {
      const url = with_(accessRequest, 'redirect_uri', address)
      expect(checkedAuthorizationUrl(url, 'real')).toBe(url)
    }
  })

  it.each([
    with_(accessRequest, 'redirect_uri', 'https://app.example/callback'),
    with_(accessRequest, 'redirect_uri', 'https://localhost:8080/cb'),
    with_(accessRequest, 'redirect_uri', 'http://localhost.evil.example/cb'),
    with_(accessRequest, 'redirect_uri', 'http://192.168.0.2:8080/cb'),
    with_(accessRequest, 'state', null),
    `${accessRequest}&redirect_uri=https%3A%2F%2Fevil.example`,
  ])('that reads %s is refused', (url) => {
    expect(checkedAuthorizationUrl(url, 'real')).toBeNull()
  })
})

const devicePage = 'https://www.google.com/device'
const practiceDevicePage = 'http://127.0.0.1:40123/device'

describe('the page for a device code', () => {
  it('may be opened in the profile that it belongs to and nowhere else', () => {
    expect(checkedDevicePage(devicePage, 'real')).toBe(devicePage)
    expect(checkedDevicePage(devicePage, 'practice')).toBeNull()
    expect(checkedDevicePage(practiceDevicePage, 'practice')).toBe(practiceDevicePage)
    expect(checkedDevicePage(practiceDevicePage, 'real')).toBeNull()
  })

  it.each([
    `${devicePage}/`,
    `${devicePage}?user_code=ABCD-EFGH`,
    `${devicePage}#x`,
    devicePage.replace('https:', 'http:'),
    devicePage.replace('www.', ''),
    devicePage.replace('www.google.com', 'www.google.com.example'),
    devicePage.replace('https://', 'https://user@'),
    devicePage.replace('/device', '/url?q=https://evil.example'),
    ` ${devicePage}`,
    `${devicePage}\n`,
    '',
  ])('that reads %j is refused', (url) => {
    expect(checkedDevicePage(url, 'real')).toBeNull()
  })

  it.each([
    practiceDevicePage.replace('127.0.0.1', 'localhost'),
    practiceDevicePage.replace('127.0.0.1', '192.168.0.2'),
    practiceDevicePage.replace(':40123', ''),
    practiceDevicePage.replace(':40123', ':99999'),
    practiceDevicePage.replace('http:', 'https:'),
    `${practiceDevicePage}?user_code=A`,
    `${practiceDevicePage}\n`,
  ])('for practice that reads %j is refused', (url) => {
    expect(checkedDevicePage(url, 'practice')).toBeNull()
  })
})

const connections = 'https://myaccount.google.com/connections'
const ashas = `${connections}?authuser=asha%40gmail.test`
const practiceConnections = 'http://127.0.0.1:40123/connections'
const practiceAshas = `${practiceConnections}?authuser=asha%40gmail.test`

describe('the page of connections', () => {
  it('of Google may be opened in the real profile and nowhere else, for an account or without', () => {
    for (const url of [connections, ashas]) {
      expect(checkedConnectionsUrl(url, 'real')).toBe(url)
      expect(checkedConnectionsUrl(url, 'practice')).toBeNull()
    }
  })

  it('of practice Google may be opened in the practice profile and nowhere else', () => {
    for (const url of [practiceConnections, practiceAshas]) {
      expect(checkedConnectionsUrl(url, 'practice')).toBe(url)
      expect(checkedConnectionsUrl(url, 'real')).toBeNull()
    }
  })

  it.each([
    ashas.replace('https:', 'http:'),
    ashas.replace('myaccount', 'accounts'),
    ashas.replace('google.com', 'google.com.example'),
    ashas.replace('google.com', 'google.com:8443'),
    ashas.replace('https://', 'https://user@'),
    ashas.replace('https://', 'https://user:pass@'),
    ashas.replace('myaccount.google.com', 'evil.example\\@myaccount.google.com'),
    ashas.replace('/connections', '/connections/more'),
    ashas.replace('/connections', '/connections/'),
    ashas.replace('/connections', '/permissions'),
    ashas.replace('/connections', '/x/../connections'),
    ashas.replace('https', 'HTTPS'),
    `${connections}?`,
    `${connections}#top`,
    `${ashas}#top`,
    `${ashas}&continue=https%3A%2F%2Fevil.example`,
    `${ashas}&authuser=meera%40gmail.test`,
    `${connections}?continue=https%3A%2F%2Fevil.example`,
    `${connections}?Email=asha%40gmail.test`,
    `${connections}?authuser=`,
    `${connections}?authuser=0`,
    `${connections}?authuser=asha%40gmail.test%26continue%3Dx%20y`,
    `${connections}?authuser=asha@gmail.test`,
    `${connections}?authuser=asha%40gmail.test%0A`,
    `${connections}?authuser=${'a'.repeat(300)}%40gmail.test`,
    `${connections}?authuser=asha%40gmail.test?x`,
    ` ${ashas}`,
    `${ashas}\n`,
    `javascript:${ashas}`,
    google,
    '',
  ])('that reads %j is refused', (url) => {
    expect(checkedConnectionsUrl(url, 'real')).toBeNull()
  })

  it.each([
    practiceAshas.replace('127.0.0.1', 'localhost'),
    practiceAshas.replace('127.0.0.1', '192.168.0.2'),
    practiceAshas.replace('127.0.0.1', '127.0.0.1.example'),
    practiceAshas.replace('127.0.0.1', 'user@127.0.0.1'),
    practiceAshas.replace(':40123', ''),
    practiceAshas.replace(':40123', ':99999'),
    practiceAshas.replace('http:', 'https:'),
    practiceAshas.replace('/connections', '/revoke'),
    `${practiceAshas}&x=1`,
    `${practiceConnections}\n`,
  ])('for practice that reads %j is refused', (url) => {
    expect(checkedConnectionsUrl(url, 'practice')).toBeNull()
  })
})
