import { describe, expect, it } from 'vitest'
import type { EventData, EventType, LatchkeyEvent } from '../../../electron/core/ledger/events.ts'
import { checkEvent } from '../../../electron/core/ledger/events.ts'
import { applyEvent } from '../../../electron/core/state/apply-event.ts'
import { stateFold } from '../../../electron/core/state/state-fold.ts'
import type { State } from '../../../electron/core/state/state.ts'
import { testStart } from '../../support/fake-clock.ts'
import {
  calendarScope,
  gmailScope,
  mailClientId,
  otherClientId,
  recordedAccount,
  recordedState,
  recordedToken,
} from '../../support/sample-records.ts'
import { dayMs } from '../../support/sample-state.ts'

const minuteMs = 60_000
const accountId = 'account-0001'

class History {
  readonly state: State = recordedState([recordedAccount([recordedToken(1)])])
  at = testStart

  add<T extends EventType>(type: T, data: EventData<T>): this {
    const event = checkEvent(type, JSON.parse(JSON.stringify(data)))
    expect(event).toEqual({ type, data })
    applyEvent(this.state, { seq: 1, at: this.at, event: event as LatchkeyEvent })
    return this
  }

  give(leaseId: string, change: Partial<EventData<'lease.given'>> = {}): this {
    return this.add('lease.given', {
      ...{ leaseId, label: 'Backup', door: 'adc', term: 'always', handleHash: 'hash', programKey: null },
      ...{ programName: null, programPath: null, programFolder: null, programHost: null, certainty: null },
      ...{ accountId, clientId: mailClientId, everything: true, scopes: [], remote: false },
      ...{ expiresAt: null, session: null, port: null, file: null, quotaProject: null },
      ...change,
    })
  }

  use(scopes: readonly string[], change: Partial<EventData<'lease.used'>> = {}): this {
    return this.add('lease.used', {
      ...{ leaseId: 'lease-0001', accountId, clientId: mailClientId, scopes, named: false },
      ...{ count: 1, firstAt: this.at, lastAt: this.at },
      ...change,
    })
  }

  end(leaseId: string, reason = 'taken-back'): this {
    return this.add('lease.ended', { leaseId, reason })
  }

  lease(leaseId = 'lease-0001') {
    const lease = this.state.leases.get(leaseId)
    if (!lease) throw new Error(`there is no ${leaseId}`)
    return lease
  }

  uses() {
    return this.state.accounts.get(accountId)?.scopeUses
  }
}

describe('a lease in the history', () => {
  it('keeps whom it is for and only the hash of its handle', () => {
    const history = new History().give('lease-0001', {
      ...{ programName: 'backup.py', programKey: 'key', programFolder: '/srv', certainty: 'seen' },
      ...{ everything: false, scopes: [calendarScope] },
    })
    expect(history.lease()).toMatchObject({
      program: { name: 'backup.py', folder: '/srv', certainty: 'seen' },
      scopes: [calendarScope],
      handleHash: 'hash',
      ended: null,
    })
  })

  it('tells everything apart from an empty choice of scopes', () => {
    expect(new History().give('lease-0001').lease().scopes).toBeNull()
    expect(new History().give('lease-0001', { everything: false }).lease().scopes).toEqual([])
  })

  it('adds up bundles of uses and of refusals, and remembers the latest of each', () => {
    const history = new History().give('lease-0001').use(['openid'], { count: 7 })
    history.at += minuteMs
    history.use(['openid'], { count: 2 })
    history.add('lease.refused', {
      ...{ leaseId: 'lease-0001', code: 'doors-locked', count: 3 },
      ...{ firstAt: history.at, lastAt: history.at + 5 },
    })
    expect(history.lease()).toMatchObject({
      ...{ uses: 9, lastUsedAt: testStart + minuteMs, refusals: 3 },
      lastRefusal: { at: testStart + minuteMs + 5, code: 'doors-locked' },
      recent: [
        { at: testStart, count: 7 },
        { at: testStart + minuteMs, count: 2 },
      ],
    })
  })

  it('ends once: what is said of its end later changes nothing', () => {
    const history = new History().give('lease-0001').end('lease-0001')
    history.at += dayMs
    expect(history.end('lease-0001', 'expired').lease().ended).toEqual({
      at: testStart,
      reason: 'taken-back',
    })
  })

  it('keeps the latest 200 that ended and every one that lives', () => {
    const history = new History().give('living-one')
    for (let number = 0; number < 230; number += 1) {
      history.at += 1
      history.give(`ended-${String(number).padStart(4, '0')}`).end(`ended-${String(number).padStart(4, '0')}`)
    }
    const { leases } = history.state
    expect(leases.size).toBe(201)
    expect(leases.has('living-one')).toBe(true)
    expect(leases.has('ended-0029')).toBe(false)
    expect(leases.has('ended-0030')).toBe(true)
  })
})

describe('leases that ended', () => {
  it('with a file that may still lie there stay beside the latest 200, longest those that lasted', () => {
    const history = new History().give('written-one', { file: '/home/asha/adc.json' }).end('written-one')
    for (let number = 0; number < 450; number += 1) {
      history.at += 1
      const leaseId = `ended-${String(number).padStart(4, '0')}`
      const passing = number % 2 === 0 ? { file: `/tmp/${leaseId}`, term: 'session' } : { door: 'http' }
      history.give(leaseId, passing).end(leaseId)
    }
    const { leases } = history.state
    expect(leases.size).toBe(400)
    expect(leases.has('written-one')).toBe(true)
    expect(leases.has('ended-0000')).toBe(false)
  })

  it('for one token go first', () => {
    const history = new History().give('lasting-one', { door: 'http' }).end('lasting-one')
    for (let number = 0; number < 300; number += 1) {
      history.at += 1
      const leaseId = `once-${String(number).padStart(4, '0')}`
      history.give(leaseId, { door: 'command', term: 'once' }).end(leaseId, 'used-up')
    }
    expect(history.state.leases.size).toBe(200)
    expect(history.state.leases.has('lasting-one')).toBe(true)
    expect(history.state.leases.has('once-0299')).toBe(true)
  })

  it('whose file another one took are as good as those without', () => {
    const history = new History()
    for (let number = 0; number < 250; number += 1) {
      const leaseId = `shell-${String(number).padStart(4, '0')}`
      history.give(leaseId, { file: '/home/asha/shell.json' }).end(leaseId, 'replaced')
    }
    expect(history.state.leases.size).toBe(200)
  })
})

describe('what doors handed out of a grant', () => {
  it('is one entry a scope, with the latest use, and stays named once a program named it', () => {
    const history = new History().give('lease-0001').use(['openid', gmailScope])
    history.at += minuteMs
    history.use([gmailScope], { named: true })
    history.at += minuteMs
    history.use(['openid', gmailScope])
    expect(history.uses()).toEqual([
      { clientId: mailClientId, scope: 'openid', at: history.at, named: false },
      { clientId: mailClientId, scope: gmailScope, at: history.at, named: true },
    ])
  })

  it('is told apart by client', () => {
    const history = new History().give('lease-0001').use(['openid'])
    history.use(['openid'], { clientId: otherClientId })
    expect(history.uses()?.map(({ clientId }) => clientId)).toEqual([mailClientId, otherClientId])
  })

  it('never goes back in time when bundles come out of order', () => {
    const history = new History().give('lease-0001').use(['openid'], { lastAt: testStart + minuteMs })
    history.use(['openid'], { lastAt: testStart })
    expect(history.uses()?.[0]?.at).toBe(testStart + minuteMs)
    expect(history.lease().lastUsedAt).toBe(testStart + minuteMs)
  })
})

describe('the lock of the doors', () => {
  it('holds over a snapshot, and says since when and by whom', () => {
    const history = new History().give('lease-0001').add('doors.locked', { by: 'screen' })
    const encoded: unknown = JSON.parse(JSON.stringify(stateFold.encode(history.state)))
    const decoded = stateFold.decode(encoded)
    expect(decoded?.doorsLocked).toEqual({ at: testStart, by: 'screen' })
    expect(decoded?.leases).toEqual(history.state.leases)
    expect(history.add('doors.unlocked', {}).state.doorsLocked).toBeNull()
  })
})
