import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { redact } from '../../../electron/adapters/redaction.ts'

const home = '/home/ada'
const body = 'AbC-dEf_123456789'
/** Made up here from Google's shapes; none of them was ever issued. */
const secrets = {
  'an access token': `ya29.${body}.x_y`,
  'a refresh token': `1//0${body}`,
  'a refresh token in a URL': `1%2F%2F0${body}`,
  'a code': `4/0A${body}`,
  'a code in a URL': `4%2F0A${body}`,
  'a client secret': `GOCSPX-${body}`,
  'a JWT': `eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.${body}`,
  'a private key': `-----BEGIN PRIVATE KEY-----\nMIIEvQ${body}\nabc=\n-----END PRIVATE KEY-----`,
  'a private key cut off': `-----BEGIN RSA PRIVATE KEY-----\nMIIEvQ${body}\nabc`,
  'an API key': `AIzaSy${'x'.repeat(33)}`,
}
const around = [
  '%',
  'before % after',
  '"%"',
  '{"a":"%"}',
  'https://x.example/?a=%&b=1',
  '(%)',
  'x=%;',
  "'%'",
  '%\n',
]

describe('redaction', () => {
  it.each(Object.entries(secrets))('takes out %s wherever it stands', (_, secret) => {
    for (const frame of around)
      expect(
        redact(
          frame.replace('%', () => secret),
          home,
        ),
      ).not.toContain(body)
  })

  it.each([
    'code',
    'device_code',
    'user_code',
    'access_token',
    'refresh_token',
    'id_token',
    'client_secret',
    'code_verifier',
    'state',
    'nonce',
    'password',
  ])('takes out the value of %s as a parameter and as a field, whatever its shape', (name) => {
    for (const text of [
      `?${name}=s3cr3t&x=1`,
      `${name}=s3cr3t`,
      `{"${name}":"s3cr3t"}`,
      `{"${name}" : "s3cr3t"}`,
    ]) {
      expect(redact(text, home)).not.toContain('s3cr3t')
    }
    expect(redact(JSON.stringify(JSON.stringify({ [name]: 's3cr3t' })), home)).not.toContain('s3cr3t')
  })

  it('takes out what an Authorization header carries', () => {
    expect(redact('authorization: Bearer abc.def', home)).toBe('authorization: Bearer [secret]')
    expect(redact('Basic dXNlcjpwYXNz', home)).toBe('Basic [secret]')
  })

  it('leaves only the first letters of an e-mail address', () => {
    expect(redact('for ada.lovelace@gmail.com now', home)).toBe('for a***@g***.com now')
    expect(redact('login_hint=ada%40corp.example.org', home)).toBe('login_hint=a***@c***.org')
    expect(redact('राम@उदाहरण.भारत', home)).not.toContain('उदाहरण')
  })

  it('writes ~ for the home folder in every form of it', () => {
    expect(redact('/home/ada/data', home)).toBe('~/data')
    expect(redact('file:///home/ada%20l/x', '/home/ada l')).toBe('file://~/x')
    expect(redact('C:\\Users\\ada\\x', 'C:\\Users\\ada')).toBe('~\\x')
    expect(redact('"C:\\\\Users\\\\ada\\\\x"', 'C:\\Users\\ada')).toBe('"~\\\\x"')
  })

  it('leaves ordinary texts alone', () => {
    for (const text of [
      'ledger-torn',
      'line 14/17',
      '1/2',
      'error code 404',
      'https://www.googleapis.com/auth/drive',
      '4/5',
    ]) {
      expect(redact(text, home)).toBe(text)
    }
  })

  it('never lets a token through, whatever stands around it', () => {
    const word = fc.stringMatching(/^[A-Za-z0-9_-]{20,60}$/)
    fc.assert(
      fc.property(word, fc.stringMatching(/^[ "'{}:,=&?\n]{0,5}$/), fc.string(), (secret, before, after) => {
        const gap = ` ${after}`
        for (const start of ['ya29.', '1//', '4/', 'GOCSPX-']) {
          expect(
            redact(`${before}${start}${secret}${gap}`, '').slice(0, -gap.length || undefined),
          ).not.toContain(secret)
        }
      }),
    )
  })
})
