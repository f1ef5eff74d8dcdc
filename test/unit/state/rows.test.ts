import { expect, it } from 'vitest'
import type { StateDelta } from '../../../electron/contract/views.ts'
import type { LatchkeyEvent } from '../../../electron/core/ledger/events.ts'
import { applyEvent } from '../../../electron/core/state/apply-event.ts'
import { Publisher } from '../../../electron/core/state/publisher.ts'
import { Rows } from '../../../electron/core/state/rows.ts'
import { testStart } from '../../support/fake-clock.ts'
import {
  mailClientId,
  mailSiblingId,
  otherClientId,
  recordedAccount,
  recordedState,
  recordedToken,
} from '../../support/sample-records.ts'

it('sends every client again when an account is forgotten: it may be active where it never had a token', () => {
  const state = recordedState([recordedAccount([recordedToken(1)])])
  state.activeFor.set(otherClientId, 'account-0001')
  const deltas: StateDelta[] = []
  const publisher = new Publisher((delta) => deltas.push(delta))
  const sources = {
    ...{ state: () => state, now: () => testStart, checkOf: () => null },
    ...{ checksOn: () => true, holdsAccess: () => false },
  }
  const rows = new Rows(sources, publisher)
  rows.client(otherClientId)
  publisher.revision()
  expect(deltas[0]?.clients?.upsert).toMatchObject([{ activeAccountId: 'account-0001' }])

  const event: LatchkeyEvent = { type: 'account.forgotten', data: { accountId: 'account-0001' } }
  applyEvent(state, { seq: 1, at: testStart, event })
  rows.touch(event)
  publisher.revision()
  const sent = new Map(deltas[1]?.clients?.upsert.map((row) => [row.clientId, row.activeAccountId]))
  expect(sent).toEqual(
    new Map([mailClientId, mailSiblingId, otherClientId].map((clientId) => [clientId, null])),
  )
  expect(deltas[1]?.accounts?.remove).toEqual(['account-0001'])
})

it('sends no client for a fact that names none', () => {
  const state = recordedState([recordedAccount([recordedToken(1)])])
  const deltas: StateDelta[] = []
  const publisher = new Publisher((delta) => deltas.push(delta))
  const sources = {
    ...{ state: () => state, now: () => testStart, checkOf: () => null },
    ...{ checksOn: () => true, holdsAccess: () => false },
  }
  const rule = {
    ruleId: 'rule-0001',
    folder: '/work',
    key: '/work',
    accountId: 'account-0001',
    clientId: null,
  }
  new Rows(sources, publisher).touch({ type: 'folder.ruled', data: rule })
  publisher.revision()
  expect(deltas[0]?.accounts?.upsert).toHaveLength(1)
  expect(deltas[0]?.clients?.remove).toEqual([])
})
