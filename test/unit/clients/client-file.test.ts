import { describe, expect, it } from 'vitest'
import type { ErrorCode } from '../../../electron/contract/errors.ts'
import type { ProfileName } from '../../../electron/contract/views.ts'
import { parseClientFile } from '../../../electron/core/clients/client-file.ts'
import { desktopClient, installedFile, testClientId, webFile } from '../../support/client-files.ts'

const parse = (text: string | Uint8Array, profile: ProfileName = 'real') =>
  parseClientFile(typeof text === 'string' ? Buffer.from(text) : text, profile)

const refused: readonly [string, string | Uint8Array, ErrorCode][] = [
  ['an empty file', '', 'file-empty'],
  ['white space only', ' \n\t ', 'file-empty'],
  ['a file over 64 KiB', 'x'.repeat(65_537), 'file-too-large'],
  ['a picture', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0, 1, 2]), 'file-binary'],
  ['bytes that are no UTF-8', new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]), 'file-binary'],
  ['prose', 'my client id is 123', 'file-not-json'],
  ['JSON that breaks off', installedFile().slice(0, -2), 'file-not-json'],
  ['an API key as text', `AIza${'a'.repeat(35)}`, 'client-api-key'],
  ['an API key in JSON', JSON.stringify({ key: `AIza${'a'.repeat(35)}` }), 'client-api-key'],
  ['a bare access token', 'ya29.a0AfH6SMBx-abc_def', 'client-token-file'],
  ['a bare refresh token', '1//0gabcdefghijk-lmn', 'client-token-file'],
  ['an ADC user file', JSON.stringify({ type: 'authorized_user', client_id: 'x' }), 'client-token-file'],
  ['a token.json', JSON.stringify({ refresh_token: '1//x', client_id: testClientId }), 'client-token-file'],
  ['a google-services.json', JSON.stringify({ project_info: {}, client: [] }), 'client-mobile'],
  ['an iOS plist', '<?xml version="1.0"?><plist version="1.0"></plist>', 'client-mobile'],
  ['an iOS client', installedFile({ client_secret: undefined, redirect_uris: undefined }), 'client-mobile'],
  [
    'a Desktop client without its secret',
    installedFile({ client_secret: undefined }),
    'client-secret-missing',
  ],
  ['a web client without its secret', webFile({ client_secret: undefined }), 'client-secret-missing'],
  ['a JSON list', '[]', 'client-not-recognised'],
  ['JSON null', 'null', 'client-not-recognised'],
  ['some other JSON', JSON.stringify({ name: 'package' }), 'client-not-recognised'],
  ['a client that is no object', JSON.stringify({ installed: 'x' }), 'client-not-recognised'],
  ['two kinds at once', JSON.stringify({ installed: desktopClient, web: desktopClient }), 'client-two-kinds'],
  ['a malformed client id', installedFile({ client_id: 'abc' }), 'client-id-malformed'],
  [
    'a client id of another domain',
    installedFile({ client_id: `${testClientId}.evil.example` }),
    'client-id-malformed',
  ],
  [
    'a foreign token endpoint',
    installedFile({ token_uri: 'https://evil.example/token' }),
    'client-foreign-endpoint',
  ],
  [
    'a look-alike host',
    installedFile({ auth_uri: 'https://accounts.google.com.evil.example/' }),
    'client-foreign-endpoint',
  ],
  [
    'user info before a host',
    installedFile({ token_uri: 'https://oauth2.googleapis.com@evil.example/' }),
    'client-foreign-endpoint',
  ],
  [
    'plain HTTP',
    installedFile({ token_uri: 'http://oauth2.googleapis.com/token' }),
    'client-foreign-endpoint',
  ],
  [
    'a loopback endpoint',
    installedFile({ token_uri: 'http://127.0.0.1:8080/token' }),
    'client-foreign-endpoint',
  ],
  ['a secret that is no text', installedFile({ client_secret: 5 }), 'client-field-malformed'],
  ['a secret with a line break', installedFile({ client_secret: 'GOCSPX-\nabc' }), 'client-field-malformed'],
  [
    'redirects that are no list',
    installedFile({ redirect_uris: 'http://localhost' }),
    'client-field-malformed',
  ],
  ['a project id with markup', installedFile({ project_id: '<b>x</b>' }), 'client-field-malformed'],
]

describe('parseClientFile', () => {
  it.each(refused)('refuses %s and says what it is', (_what, content, code) => {
    expect(parse(content)).toMatchObject({ ok: false, error: { code } })
  })

  it('reads a Desktop client as the console writes it', () => {
    const parsed = parse(installedFile())
    expect(parsed).toMatchObject({
      ok: true,
      value: { clientId: testClientId, kind: 'installed', projectId: 'field-tools' },
    })
    expect(parsed.ok && parsed.value.secret.reveal()).toBe(desktopClient.client_secret)
  })

  it('reads a file with a byte order mark and Windows line ends', () => {
    const text = `\uFEFF${JSON.stringify({ installed: desktopClient }, null, 2).replaceAll('\n', '\r\n')}`
    expect(parse(text).ok).toBe(true)
  })

  it('accepts the older endpoint spellings that only Google has', () => {
    expect(parse(installedFile({ token_uri: 'https://www.googleapis.com/oauth2/v4/token' })).ok).toBe(true)
    expect(parse(installedFile({ token_uri: 'https://accounts.google.com/o/oauth2/token' })).ok).toBe(true)
  })

  it('accepts a client id without a part after the number', () => {
    expect(parse(installedFile({ client_id: '32555940559.apps.googleusercontent.com' })).ok).toBe(true)
  })

  it('keeps a web client and marks it as one', () => {
    expect(parse(webFile())).toMatchObject({
      ok: true,
      value: { kind: 'web', redirectUris: ['https://app.example/cb'] },
    })
  })

  it.each([
    ['no address to return to', undefined],
    ['an empty list of them', []],
    ['only the old form without one', ['urn:ietf:wg:oauth:2.0:oob']],
    ['only an address of elsewhere', ['https://app.example/cb']],
  ])('takes an installed client with %s for one of a TV', (_what, redirects) => {
    expect(parse(installedFile({ redirect_uris: redirects }))).toMatchObject({
      ...{ ok: true, value: { kind: 'device' } },
    })
  })

  it.each([
    [['urn:ietf:wg:oauth:2.0:oob', 'http://localhost']],
    [['http://127.0.0.1:8080/callback']],
    [['http://[::1]']],
  ])('takes an installed client that returns to %j for a Desktop one', (redirects) => {
    expect(parse(installedFile({ redirect_uris: redirects }))).toMatchObject({
      ...{ ok: true, value: { kind: 'installed' } },
    })
  })

  it('leaves a web client one, whatever its addresses', () => {
    expect(parse(webFile({ redirect_uris: undefined }))).toMatchObject({ ok: true, value: { kind: 'web' } })
  })

  it('takes only loopback clients in practice', () => {
    const loopback = {
      auth_uri: 'http://127.0.0.1:4000/o/oauth2/auth',
      token_uri: 'http://127.0.0.1:4000/token',
      auth_provider_x509_cert_url: 'http://127.0.0.1:4000/certs',
    }
    expect(parse(installedFile(loopback), 'practice').ok).toBe(true)
    expect(parse(installedFile(), 'practice')).toMatchObject({
      ok: false,
      error: { code: 'client-not-loopback' },
    })
    const without = { auth_uri: undefined, token_uri: undefined, auth_provider_x509_cert_url: undefined }
    expect(parse(installedFile(without), 'practice')).toMatchObject({
      ok: false,
      error: { code: 'client-not-loopback' },
    })
  })

  it('never repeats a secret in an error', () => {
    for (const [, content] of refused) {
      expect(JSON.stringify(parse(content))).not.toContain(desktopClient.client_secret)
    }
  })
})
