import { describe, expect, it } from 'vitest'
import { applyDelta } from '../../../renderer/state/apply-delta.ts'
import { sampleAccount, samplePractice, sampleSnapshot } from '../../support/sample-state.ts'

describe('applying a delta', () => {
  it('takes the next revision and leaves absent parts alone', () => {
    const before = sampleSnapshot(2)
    const after = applyDelta(before, { revision: 2, readOnly: true })
    expect(after).toEqual({ ...before, revision: 2, readOnly: true })
  })

  it('says stale for a revision that is already in the snapshot', () => {
    expect(applyDelta(sampleSnapshot(1, { revision: 5 }), { revision: 5 })).toBe('stale')
  })

  it('says gap when a revision between was missed', () => {
    expect(applyDelta(sampleSnapshot(1, { revision: 5 }), { revision: 7 })).toBe('gap')
  })

  it('replaces a changed row in its place, appends a new one and drops a removed one', () => {
    const before = sampleSnapshot(3)
    const changed = sampleAccount(1, before.clients, { label: 'Changed' })
    const fresh = sampleAccount(9, before.clients)
    const after = applyDelta(before, {
      revision: 2,
      accounts: { upsert: [changed, fresh], remove: ['account-00000000'] },
    })
    if (typeof after === 'string') throw new Error(after)
    expect(after.accounts.map((row) => row.accountId)).toEqual([
      'account-00000001',
      'account-00000002',
      'account-00000009',
    ])
    expect(after.accounts[0]?.label).toBe('Changed')
    expect(after.accounts[1]).toBe(before.accounts[2])
  })

  it('takes a clock offset of zero', () => {
    const after = applyDelta(sampleSnapshot(0, { clockOffsetMs: 5 }), { revision: 2, clockOffsetMs: 0 })
    expect(after).toMatchObject({ clockOffsetMs: 0 })
  })

  it('takes the new rules of practice Google, and keeps them where they did not change', () => {
    const before = sampleSnapshot(0, { practice: samplePractice() })
    const practice = samplePractice({ fault: 'offline' })
    expect(applyDelta(before, { revision: 2, practice })).toMatchObject({ practice: { fault: 'offline' } })
    expect(applyDelta(before, { revision: 2 })).toMatchObject({ practice: { fault: null } })
  })
})
