import { describe, expect, it } from 'vitest'
import {
  decodedOnce,
  leadsTo,
  readPastedAddress,
} from '../../../electron/core/accounts/sign-in/pasted-address.ts'

const address = 'http://127.0.0.1:8080/cb?state=abc&code=4%2F0Abc-d_e'

describe('a pasted address', () => {
  it.each([
    ['as it is', address],
    ['with blanks around', `  \t${address} \n`],
    ['in quotes', `"${address}"`],
    ['in a book of blanks', `${' '.repeat(500_000)}"${address}"${'\n'.repeat(500_000)}`],
    ['in quotes with blanks within', `" ${address}\u00A0"`],
    ['in typographic quotes', `“${address}”`],
    ['in angle brackets', `<${address}>`],
    ['wrapped by a terminal', address.replace('state=', 'state=\n').replace('code=', 'code=\r\n   ')],
    ['without its scheme', address.replace('http://', '')],
  ])('is read %s', (_how, text) => {
    const read = readPastedAddress(text)
    expect(read.kind === 'address' && read.url.href).toBe(address)
  })

  it('keeps what only looks like wrapping', () => {
    const read = readPastedAddress('https://app.example/a%20b?scope=openid%20email&state=x')
    expect(read.kind === 'address' && read.url.searchParams.get('scope')).toBe('openid email')
  })

  it.each([
    ['nothing', '', 'paste-empty', false],
    ['blanks and quotes', ' \n""', 'paste-empty', false],
    ['a code', '4/0AbcDef-ghi', 'paste-code-alone', false],
    ['an encoded code', 'code=4%2F0AbcDef-ghi', 'paste-code-alone', false],
    ['words', 'see the browser', 'paste-no-address', false],
    ['another scheme', 'file:///etc/passwd', 'paste-no-address', false],
    ['a script', 'javascript:alert(1)', 'paste-no-address', false],
    ['a mail address', 'asha@gmail.test', 'paste-no-address', false],
    ['a book of blanks', ' '.repeat(1_000_000), 'paste-empty', false],
    ['a book of lines', '\r\n'.repeat(500_000), 'paste-empty', false],
    ['a word at the end of blanks', `a${' '.repeat(60_000)}b`, 'paste-no-address', false],
    ['words with pages of blanks between', `a${' '.repeat(1_000_000)}b`, 'paste-no-address', false],
    ['a line of quotes', `a${'"'.repeat(60_000)}b`, 'paste-no-address', false],
    ['a very long text', `http://127.0.0.1/${'x'.repeat(20_000)}`, 'paste-no-address', false],
    ['a refresh token', '1//0abcdefghijklmnopqrstuvwxyz', 'paste-refresh-token', true],
    ['a refresh token in quotes', '"1//0abcdefghijklmnopqrstuvwxyz",', 'paste-refresh-token', true],
    ['a token file', '{"refresh_token": "x", "token": "y"}', 'paste-refresh-token', true],
    ['a client secret', 'GOCSPX-abcdefghijkl', 'paste-secret', true],
    ['a client file', '{"installed":{"client_secret":"x"}}', 'paste-secret', true],
    ['a private key', '-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----', 'paste-secret', true],
    ['an API key', `AIza${'x'.repeat(35)}`, 'paste-secret', true],
  ])('is not %s', (_what, text, code, wipe) => {
    expect(readPastedAddress(text)).toMatchObject({ kind: 'refused', error: { code }, wipe })
  })
})

describe('a pasted address and the registered one', () => {
  it.each([
    ['http://localhost:8080', 'http://localhost:8080/?code=x', true],
    ['http://localhost:8080/cb', 'http://localhost:8080/cb?code=x#', true],
    ['http://localhost:8080/cb?from=google', 'http://localhost:8080/cb?from=google&code=x', true],
    ['http://localhost:8080/cb', 'http://localhost:8080/cb/?code=x', false],
    ['http://localhost:8080/cb', 'http://127.0.0.1:8080/cb?code=x', false],
    ['http://localhost:8080/cb', 'http://localhost:8081/cb?code=x', false],
    ['http://localhost:8080/cb', 'https://localhost:8080/cb?code=x', false],
    ['http://localhost:8080/cb', 'http://localhost:8080/CB?code=x', false],
  ])('%s and %s are the same: %s', (redirectUri, pasted, same) => {
    expect(leadsTo(new URL(pasted), redirectUri)).toBe(same)
  })
})

describe('a code', () => {
  const codeOf = (query: string): string[] => decodedOnce(new URLSearchParams(query)).getAll('code')

  it('that is still encoded is decoded once more, and no further', () => {
    expect(codeOf('code=4%2F0Abc')).toEqual(['4/0Abc'])
    expect(codeOf('code=4%252F0Abc')).toEqual(['4/0Abc'])
    expect(codeOf('code=4%25252F0Abc')).toEqual(['4%2F0Abc'])
  })

  it('that cannot be decoded, or comes twice, stays as it is', () => {
    expect(codeOf('code=4%25E0%25A4')).toEqual(['4%E0%A4'])
    expect(codeOf('code=4%252Fa&code=b')).toEqual(['4%2Fa', 'b'])
  })
})
