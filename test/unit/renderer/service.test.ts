import { describe, expect, it } from 'vitest'
import { chooseAccounts, tokenBornAt } from '../../../renderer/features/accounts/account-list.ts'
import { signatureText, verdictOf } from '../../../renderer/features/inspection/foreign-words.ts'
import {
  canForget,
  hasWorked,
  isSubject,
  otherTraces,
  rotationDue,
  rotationOf,
  scopesForAdmin,
  shortKeyId,
} from '../../../renderer/features/service-accounts/service-view.ts'
import { appError } from '../../../electron/contract/outcome.ts'
import {
  sampleForeign,
  sampleKey,
  sampleService,
  sampleServiceAccount,
} from '../../support/sample-service.ts'
import { dayMs, sampleAccount, sampleClient, sampleNow } from '../../support/sample-state.ts'

const fresh = sampleKey(0, { lastUsedAt: null })
const old = sampleKey(1)
const refusal = { at: sampleNow, error: appError('service-key-refused') }

describe('the way from one key to the next', () => {
  it('begins with one key, the one that should go', () => {
    expect(rotationOf([old], false)).toEqual({ step: 'bring', fresh: null, old: [old] })
  })

  it('asks to try a new key before the old one may go', () => {
    expect(rotationOf([fresh, old], false)).toEqual({ step: 'try', fresh, old: [old] })
  })

  it('goes by the age of the keys, not by the order in which they came here', () => {
    const works = sampleKey(0)
    expect(rotationOf([old, works], false)).toEqual({ step: 'forget', fresh: works, old: [old] })
  })

  it('stays there while Google does not take the new one', () => {
    expect(rotationOf([sampleKey(0, { refusal }), old], false).step).toBe('try')
  })

  it('asks to forget the old ones once the new one works', () => {
    expect(rotationOf([sampleKey(0), old, sampleKey(2)], true).step).toBe('forget')
  })

  it('ends with what was forgotten here and may still be at Google', () => {
    expect(rotationOf([sampleKey(0)], true).step).toBe('delete')
  })

  it('has somewhere to begin without any key', () => {
    expect(rotationOf([], false)).toEqual({ step: 'bring', fresh: null, old: [] })
  })
})

describe('whether a change of keys is due', () => {
  it('is from the ninetieth day of the signing key on, to the millisecond', () => {
    const service = sampleService({ keys: [sampleKey(0, { oldAt: sampleNow })] })
    expect(rotationDue(service, sampleNow - 1)).toBe(false)
    expect(rotationDue(service, sampleNow)).toBe(true)
  })

  it('is where no key can sign', () => {
    expect(rotationDue(sampleService({ signingKeyId: null }), sampleNow)).toBe(true)
  })

  it('is not for an old key beside a young one that signs', () => {
    expect(rotationDue(sampleService({ keys: [sampleKey(0), sampleKey(4)] }), sampleNow)).toBe(false)
  })
})

describe('a key', () => {
  it('has worked when Google took it and has not refused it since, and it is still here', () => {
    expect(hasWorked(old)).toBe(true)
    expect(hasWorked(fresh)).toBe(false)
    expect(hasWorked(sampleKey(0, { refusal }))).toBe(false)
    expect(hasWorked(sampleKey(0, { standing: 'missing' }))).toBe(false)
  })

  it('may be forgotten only beside another one that works', () => {
    expect(canForget([old], old.keyId)).toBe(false)
    expect(canForget([fresh, old], old.keyId)).toBe(false)
    expect(canForget([fresh, old], fresh.keyId)).toBe(true)
  })

  it('is known by the first digits of its name, and a short name stays whole', () => {
    expect(shortKeyId(old)).toBe(`${old.privateKeyId.slice(0, 12)}…`)
    expect(shortKeyId({ privateKeyId: 'short' })).toBe('short')
  })
})

describe('what an administrator enters', () => {
  it('is each scope once, separated by commas alone', () => {
    expect(scopesForAdmin(['a', 'b', 'a'])).toBe('a,b')
  })

  it('is for somebody written in full, or for nobody', () => {
    for (const typed of ['', '  ', 'carla.rao@example.org', ' carla@mail.example.org '])
      expect(isSubject(typed), typed).toBe(true)
    for (const typed of ['carla', 'carla@', 'carla@example', 'a b@example.org', 'a@b@example.org'])
      expect(isSubject(typed), typed).toBe(false)
  })
})

describe('where copies may lie', () => {
  it('leaves out the file that is shown already and puts what was found first', () => {
    const path = '/home/asha/key.json'
    const maybe = { place: 'backup', path: null, sure: false } as const
    const found = { place: 'trash', path: '/home/asha/.trash/key.json', sure: true } as const
    const elsewhere = { place: 'file', path: '/tmp/key.json', sure: false } as const
    const itself = { place: 'file', path, sure: true } as const
    expect(otherTraces([itself, maybe, elsewhere, found], path)).toEqual([found, maybe, elsewhere])
  })
})

describe('a service account in the list', () => {
  const service = sampleServiceAccount({ keys: [fresh, old] })
  const person = sampleAccount(0, [sampleClient()])

  it('is as old as its newest key, by its certificate or else since it came', () => {
    expect(tokenBornAt(service)).toBe(fresh.createdAt)
    const undated = sampleKey(0, { createdAt: null, addedAt: sampleNow - dayMs })
    expect(tokenBornAt(sampleServiceAccount({ keys: [undated] }))).toBe(sampleNow - dayMs)
  })

  it('is what its filter leaves', () => {
    const choice = { query: '', sort: 'name', filter: 'service' } as const
    expect(chooseAccounts([person, service], choice)).toEqual([service])
  })
})

describe('a token from anywhere', () => {
  it('is yours only where it is for one of your clients and its signature was checked', () => {
    expect(verdictOf(sampleForeign())).toBe('yours')
    expect(verdictOf(sampleForeign({ yourClient: null }))).toBe('not-yours')
    expect(verdictOf(sampleForeign({ signature: 'valid' }))).toBe('yours')
    expect(verdictOf(sampleForeign({ signature: 'invalid' }))).toBe('forged')
    expect(verdictOf(sampleForeign({ signature: 'unknown-key' }))).toBe('unknown')
    expect(verdictOf(sampleForeign({ signature: 'unchecked' }))).toBe('unchecked')
  })

  it('of your own service account is not for another client', () => {
    const own = { yourClient: null, yourService: true }
    expect(verdictOf(sampleForeign(own))).toBe('service')
    expect(verdictOf(sampleForeign({ ...own, signature: 'valid' }))).toBe('service')
    expect(signatureText({ signature: 'valid', yourService: true })).not.toBe(
      signatureText({ signature: 'valid', yourService: false }),
    )
  })
})
