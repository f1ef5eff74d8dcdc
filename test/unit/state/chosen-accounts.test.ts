import { describe, expect, it } from 'vitest'
import type { EventData, EventType, LatchkeyEvent } from '../../../electron/core/ledger/events.ts'
import { checkEvent } from '../../../electron/core/ledger/events.ts'
import { applyEvent } from '../../../electron/core/state/apply-event.ts'
import { stateFold } from '../../../electron/core/state/state-fold.ts'
import type { State } from '../../../electron/core/state/state.ts'
import { emptyState } from '../../../electron/core/state/state.ts'

const clientId = '481516234200-test.apps.googleusercontent.com'
const asha = {
  ...{ accountId: 'account-asha', issuer: 'https://accounts.google.com', sub: '1', email: 'asha@gmail.test' },
  ...{ name: null, hostedDomain: null },
}
const rule = { ruleId: 'rule-000001', folder: '/home/asha/infra', key: '/home/asha/infra' }
const approval = { folder: '/home/asha/site', key: '/home/asha/site', digest: 'd1', clientId: null }

function history(): {
  state: State
  add<T extends EventType>(type: T, data: EventData<T>, at?: number): void
} {
  const state = emptyState()
  let seq = 0
  return {
    state,
    add(type, data, at = seq * 1000) {
      seq += 1
      const event = { type, data } as unknown as LatchkeyEvent
      expect(checkEvent(type, data)).not.toBeNull()
      applyEvent(state, { seq, at, event })
    },
  }
}

describe('the account that is meant under a client', () => {
  it('is remembered, changed and taken back', () => {
    const { state, add } = history()
    add('account.signedIn', asha)
    add('account.activatedFor', { clientId, accountId: asha.accountId })
    expect(state.activeFor.get(clientId)).toBe(asha.accountId)
    add('account.activatedFor', { clientId, accountId: null })
    expect(state.activeFor.size).toBe(0)
  })

  it('goes with the client and with the account', () => {
    const { state, add } = history()
    add('account.signedIn', asha)
    add('account.activatedFor', { clientId, accountId: asha.accountId })
    add('client.removed', { clientId })
    expect(state.activeFor.size).toBe(0)
    add('account.activatedFor', { clientId, accountId: asha.accountId })
    add('account.forgotten', { accountId: asha.accountId })
    expect(state.activeFor.size).toBe(0)
  })
})

describe('folders', () => {
  it('keep one rule an id, and lose it only when it is taken away', () => {
    const { state, add } = history()
    add('account.signedIn', asha)
    add('folder.ruled', { ...rule, accountId: asha.accountId, clientId: null })
    add('folder.ruled', { ...rule, accountId: asha.accountId, clientId })
    expect([...state.folderRules.values()]).toEqual([{ ...rule, accountId: asha.accountId, clientId }])
    // A forgotten account may sign in again; until then the rule must stop others from being used.
    add('account.forgotten', { accountId: asha.accountId })
    expect(state.folderRules.size).toBe(1)
    add('folder.ruleRemoved', { ruleId: rule.ruleId })
    expect(state.folderRules.size).toBe(0)
  })

  it('have one approved content, and an effect nobody knows is the careful one', () => {
    const { state, add } = history()
    add('folder.declarationApproved', { ...approval, accountId: asha.accountId, effect: 'use' })
    expect(state.approvals.get(approval.key)).toMatchObject({ digest: 'd1', effect: 'use' })
    add('folder.declarationApproved', {
      ...approval,
      digest: 'd2',
      accountId: asha.accountId,
      effect: 'later',
    })
    expect([...state.approvals.values()]).toMatchObject([{ digest: 'd2', effect: 'check' }])
    add('folder.declarationWithdrawn', { key: approval.key })
    expect(state.approvals.size).toBe(0)
  })
})

describe('a revocation from here', () => {
  const project = { accountId: asha.accountId, projectNumber: '481516234200' }

  it('counts from when Google was asked, since what died of it can be found dead before that is written', () => {
    const { state, add } = history()
    add('account.signedIn', asha)
    add('grant.revocationIntended', project, 5000)
    expect(state.accounts.get(asha.accountId)?.revoking).toEqual([
      { projectNumber: project.projectNumber, at: 5000 },
    ])
    add('grant.revoked', project, 9000)
    expect(state.accounts.get(asha.accountId)).toMatchObject({
      revoking: [],
      revocations: [{ projectNumber: project.projectNumber, at: 5000 }],
    })
  })

  it('that failed leaves nothing behind', () => {
    const { state, add } = history()
    add('account.signedIn', asha)
    add('grant.revocationIntended', project)
    add('grant.revocationFailed', { ...project, reason: 'server-unavailable' })
    expect(state.accounts.get(asha.accountId)).toMatchObject({ revoking: [], revocations: [] })
  })
})

it('a snapshot gives all of it back', () => {
  const { state, add } = history()
  add('account.signedIn', asha)
  add('account.activatedFor', { clientId, accountId: asha.accountId })
  add('folder.ruled', { ...rule, accountId: asha.accountId, clientId: null })
  add('folder.declarationApproved', { ...approval, accountId: asha.accountId, effect: 'use' })
  add('grant.revocationIntended', { accountId: asha.accountId, projectNumber: '1' })
  const again = stateFold.decode(JSON.parse(JSON.stringify(stateFold.encode(state))))
  expect(again).toEqual(state)
})
