import { expect, it } from 'vitest'
import { signingKey, signingOrder } from '../../../electron/core/service-accounts/signing-keys.ts'
import type { ServiceKeyRecord, ServiceRecord } from '../../../electron/core/state/state.ts'

const key = (keyId: string, change: Partial<ServiceKeyRecord>): ServiceKeyRecord => ({
  ...{ keyId, privateKeyId: keyId, bits: 2048, addedAt: 0, createdAt: null },
  ...{ lastUsedAt: 500, standing: 'held', refusal: null },
  ...change,
})

const service = (...keys: ServiceKeyRecord[]): ServiceRecord => ({
  ...{ uniqueId: '1', projectId: null, scopes: [], subject: null, refusal: null },
  keys,
})

it('signs with the youngest of the keys that work, in whatever order they came', () => {
  const young = key('young', { addedAt: 200, createdAt: 150 })
  const old = key('old', { addedAt: 300, createdAt: 50 })
  expect(signingKey(service(young, old))).toBe(young)
  expect(signingKey(service(old, young))).toBe(young)
})

it('takes the day on which a key came where its certificate tells no other', () => {
  const told = key('told', { addedAt: 300, createdAt: 100 })
  const untold = key('untold', { addedAt: 200 })
  expect(signingOrder(service(told, untold))).toEqual([untold, told])
})

it('prefers an older key that works to a younger one that was never tried', () => {
  const untried = key('untried', { addedAt: 400, lastUsedAt: null })
  const works = key('works', { addedAt: 100 })
  expect(signingOrder(service(works, untried))).toEqual([works, untried])
})
