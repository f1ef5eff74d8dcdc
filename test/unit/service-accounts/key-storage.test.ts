import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto'
import { expect, it } from 'vitest'
import { provenStorage, restoredKey, storedKey } from '../../../electron/core/service-accounts/key-storage.ts'
import { Secret } from '../../../electron/core/secret.ts'
import { rsaKey } from '../../support/service-accounts.ts'

/** Windows: 2,560 bytes, two for each character. */
const windowsCharacters = 1280

it.each([2048, 3072, 4096])(
  'keeps a key of %i bits in what Windows takes, and gets it back whole',
  (bits) => {
    const key = rsaKey('stored', bits)
    const proven = provenStorage(key)
    if (!proven.ok) throw new Error(proven.error.code)
    expect(proven.value.stored.reveal().length).toBeLessThanOrEqual(windowsCharacters)
    const restored = restoredKey(new Secret(proven.value.stored.reveal()))
    if (!restored) throw new Error('nothing came back')
    const data = Buffer.from('a claim')
    expect(verify('RSA-SHA256', data, createPublicKey(key), sign('RSA-SHA256', data, restored))).toBe(true)
    expect(restored.export({ type: 'pkcs8', format: 'der' }).length).toBeGreaterThan(bits / 8)
    expect(restored.export({ format: 'jwk' }).n).toBe(key.export({ format: 'jwk' }).n)
  },
)

it('takes nothing back that it did not write', () => {
  const stored = storedKey(rsaKey())?.reveal() ?? ''
  for (const text of [
    '',
    'rsa1',
    'rsa1.AQAB',
    stored.replace('rsa1', 'rsa9'),
    `${stored}.x`,
    'rsa1.AQAB.AQ.AQ',
  ])
    expect(restoredKey(new Secret(text))).toBeNull()
})

it('refuses a key whose numbers do not belong together', () => {
  const jwk = rsaKey().export({ format: 'jwk' })
  const { p } = rsaKey('other').export({ format: 'jwk' })
  const mixed = createPrivateKey({ key: { ...jwk, ...(p === undefined ? {} : { p }) }, format: 'jwk' })
  expect(provenStorage(mixed)).toMatchObject({ ok: false, error: { code: 'key-truncated' } })
})

it('takes no key that is not RSA', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  expect(provenStorage(privateKey)).toMatchObject({ ok: false, error: { code: 'key-truncated' } })
})
