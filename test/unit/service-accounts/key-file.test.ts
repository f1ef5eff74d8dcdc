import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { ErrorCode } from '../../../electron/contract/errors.ts'
import type { ErrorDetails, Outcome } from '../../../electron/contract/outcome.ts'
import type { ProfileName } from '../../../electron/contract/views.ts'
import type { ServiceKeyFile } from '../../../electron/core/service-accounts/key-file.ts'
import { isKeyFile, parseKeyFile } from '../../../electron/core/service-accounts/key-file.ts'
import { installedFile } from '../../support/client-files.ts'
import { keyFile, keyName, pemOf, robotEmail, robotNumber, rsaKey } from '../../support/service-accounts.ts'

const parse = (text: string, profile: ProfileName = 'real'): Outcome<ServiceKeyFile> =>
  parseKeyFile(Buffer.from(text), profile)
const pem = pemOf(rsaKey())
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const encrypted = rsaKey()
  .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
  .toString()
const publicPem = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .publicKey.export({ type: 'spki', format: 'pem' })
  .toString()
const withKey = (key: string): string => keyFile({ private_key: key })

const refused: readonly [string, string, ErrorCode, ErrorDetails?][] = [
  ['a file of 1 MB', keyFile({ padding: 'x'.repeat(1_000_000) }), 'file-too-large'],
  ['a file that breaks off', keyFile().slice(0, 700), 'file-not-json'],
  ['a bare private key', pem, 'key-pem-alone'],
  ['a bare public key', publicPem, 'key-public'],
  ['another type', keyFile({ type: 'authorized_user' }), 'key-type-wrong', { type: 'authorized_user' }],
  ['no type', keyFile({ type: undefined }), 'key-field-malformed', { field: 'type' }],
  [
    'another universe',
    keyFile({ universe_domain: 'cloud.example' }),
    'key-universe',
    { universe: 'cloud.example' },
  ],
  [
    'an address elsewhere',
    keyFile({ client_email: 'mailer@field-tools.example' }),
    'key-field-malformed',
    { field: 'client_email' },
  ],
  [
    'an address that only ends like one',
    keyFile({ client_email: 'a@evilgserviceaccount.com' }),
    'key-field-malformed',
    { field: 'client_email' },
  ],
  ['a client id of words', keyFile({ client_id: 'mailer' }), 'key-field-malformed', { field: 'client_id' }],
  ['no key id', keyFile({ private_key_id: '' }), 'key-field-malformed', { field: 'private_key_id' }],
  ['no token endpoint', keyFile({ token_uri: undefined }), 'key-field-malformed', { field: 'token_uri' }],
  [
    'a token endpoint elsewhere',
    keyFile({ token_uri: 'https://evil.example/token' }),
    'key-foreign-endpoint',
    { host: 'evil.example' },
  ],
  [
    'certificates elsewhere',
    keyFile({ client_x509_cert_url: 'https://evil.example/x' }),
    'key-foreign-endpoint',
    { host: 'evil.example' },
  ],
  [
    'a token endpoint without TLS',
    keyFile({ token_uri: 'http://oauth2.googleapis.com/token' }),
    'key-foreign-endpoint',
  ],
  ['no private key', keyFile({ private_key: undefined }), 'key-field-malformed', { field: 'private_key' }],
  [
    'an EC key',
    withKey(ec.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()),
    'key-not-rsa',
    { type: 'EC' },
  ],
  [
    'an EC key of the older form',
    withKey(ec.privateKey.export({ type: 'sec1', format: 'pem' }).toString()),
    'key-not-rsa',
    { type: 'EC' },
  ],
  ['a key with a password', withKey(encrypted), 'key-encrypted'],
  ['a key that breaks off', withKey(pem.slice(0, 800)), 'key-truncated'],
  ['a key without its middle', withKey(pem.slice(0, 400) + pem.slice(900)), 'key-truncated'],
  ['something else in its place', withKey('none'), 'key-truncated'],
  ['a public key', withKey(publicPem), 'key-public'],
  ['a certificate', withKey('-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'), 'key-public'],
  ['a key of 1,024 bits', withKey(pemOf(rsaKey('small', 1024))), 'key-size', { bits: 1024 }],
]

describe('a key file', () => {
  it('gives what it says and a key that can sign', () => {
    const read = parse(keyFile())
    if (!read.ok) throw new Error(read.error.code)
    const { key, ...rest } = read.value
    expect(rest).toEqual({
      email: robotEmail,
      uniqueId: robotNumber,
      projectId: 'field-tools',
      privateKeyId: keyName,
      bits: 2048,
    })
    expect(pemOf(key)).toBe(pem)
  })

  it('may leave out what says nothing new, and be of the older form', () => {
    const pkcs1 = rsaKey().export({ type: 'pkcs1', format: 'pem' }).toString()
    const change = { universe_domain: undefined, project_id: undefined, auth_uri: undefined }
    expect(parse(keyFile({ ...change, private_key: pkcs1 }))).toMatchObject({
      ok: true,
      value: { projectId: null, bits: 2048 },
    })
  })

  it('is repaired where copying spelled the line ends of its key out', () => {
    const spelled = pem.replaceAll('\n', '\\n')
    expect(parse(withKey(spelled))).toMatchObject({ ok: true })
    expect(parse(withKey(pem.replaceAll('\n', '\r\n')))).toMatchObject({ ok: true })
  })

  it.each(refused)('is refused: %s', (_, text, code, details) => {
    expect(parse(text)).toMatchObject({ ok: false, error: { code, ...(details ? { details } : {}) } })
  })

  it('of Google is none of practice Google’s, and the other way round', () => {
    expect(parse(keyFile(), 'practice')).toMatchObject({ error: { code: 'client-not-loopback' } })
    const local = 'http://127.0.0.1:4000/token'
    const practice = keyFile({
      ...{ token_uri: local, auth_uri: local },
      ...{ auth_provider_x509_cert_url: local, client_x509_cert_url: local },
    })
    expect(parse(practice, 'practice')).toMatchObject({ ok: true })
    expect(parse(practice)).toMatchObject({ error: { code: 'key-foreign-endpoint' } })
  })

  it('never repeats a part of the key in an error', () => {
    for (const [, text] of refused) {
      const read = parse(text)
      if (!read.ok) expect(JSON.stringify(read.error)).not.toContain(pem.slice(100, 130))
    }
  })
})

it('is told from a client file, also where it is wrong', () => {
  const is = (text: string): boolean => isKeyFile(Buffer.from(text))
  expect([keyFile(), withKey('none'), pem, publicPem, keyFile({ type: 'other' })].map(is)).not.toContain(
    false,
  )
  expect([installedFile(), 'prose', '', '[]', '{"type":"authorized_user"}'].map(is)).not.toContain(true)
})
