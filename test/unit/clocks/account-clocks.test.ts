import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ClockKind, ClockView } from '../../../electron/contract/views.ts'
import { accountClocks, nextDeadline } from '../../../electron/core/clocks/account-clocks.ts'
import { clientIdleClock } from '../../../electron/core/clocks/idle-clocks.ts'
import type { AccountRecord, ClientRecord, TokenRecord } from '../../../electron/core/state/state.ts'
import { testStart } from '../../support/fake-clock.ts'
import {
  calendarScope,
  cloudScope,
  deadRefusal,
  gmailScope,
  mailClientId,
  mailSiblingId,
  openScopes,
  otherClientId,
  recordedAccount,
  recordedClient,
  recordedState,
  recordedToken,
} from '../../support/sample-records.ts'
import { dayMs, hourMs } from '../../support/sample-state.ts'

interface Scene {
  readonly tokens?: readonly TokenRecord[]
  readonly account?: Partial<AccountRecord>
  readonly client?: Partial<ClientRecord>
  readonly now?: number
}

function clocksOf({
  tokens = [recordedToken(1)],
  account: change,
  client,
  now = testStart,
}: Scene): ReadonlyMap<string, readonly ClockView[]> {
  const account = recordedAccount(tokens, change)
  const clients = [
    recordedClient(mailClientId, client),
    recordedClient(mailSiblingId),
    recordedClient(otherClientId),
  ]
  return accountClocks(account, recordedState([account], clients), now)
}
function clock(kind: ClockKind, scene: Scene, number: number = 1): ClockView | undefined {
  return clocksOf(scene)
    .get(recordedToken(number).tokenId)
    ?.find((one) => one.kind === kind)
}
const kinds = (scene: Scene): readonly ClockKind[] =>
  [...clocksOf(scene).values()][0]?.map((one) => one.kind) ?? []

describe('six months without use', () => {
  it('end between the shortest and the longest that six months can be, from the last use on', () => {
    const token = recordedToken(1, { lastUsedAt: testStart + 10 * dayMs })
    expect(clock('idle', { tokens: [token], now: testStart + 20 * dayMs })).toEqual({
      ...{ kind: 'idle', certainty: 'documented', source: '2.2 #2', signIns: null },
      at: testStart + 191 * dayMs,
      latest: testStart + 194 * dayMs,
    })
  })

  it.each([
    ['an ordinary year', Date.UTC(2027, 0, 1)],
    ['a leap year', Date.UTC(2028, 0, 1)],
  ])('are never claimed later than six calendar months, on any day of %s', (_, firstDay) => {
    for (let day = 0; day < 366; day += 1) {
      const usedAt = firstDay + day * dayMs
      const token = recordedToken(1, { mintedAt: usedAt })
      const ends = clock('idle', { tokens: [token], now: usedAt })
      const date = new Date(usedAt)
      const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 7, 0)).getUTCDate()
      const calendar = Date.UTC(
        date.getUTCFullYear(),
        date.getUTCMonth() + 6,
        Math.min(date.getUTCDate(), lastDay),
      )
      expect(ends?.at).toBeLessThanOrEqual(calendar)
      expect(ends?.latest).toBeGreaterThanOrEqual(calendar)
    }
  })

  it('of the client run from its latest use, whichever token that was', () => {
    const lastUsedAt = testStart + 5 * dayMs
    const now = testStart + 6 * dayMs
    const ends = clock('client-idle', { client: { lastUsedAt }, now })
    expect(ends).toMatchObject({ at: lastUsedAt + 181 * dayMs, certainty: 'documented' })
    expect(clientIdleClock(recordedClient(mailClientId, { lastUsedAt }), now)).toEqual(ends)
  })

  it('are not known of a client that was never used from here', () => {
    expect(clientIdleClock(recordedClient(mailClientId), testStart)).toBeNull()
  })
})

describe('the seven days of Testing', () => {
  const testing = { client: { publishing: 'testing' } } as const

  it('run from the consent, and rest on what the person said', () => {
    expect(clock('testing', testing)).toMatchObject({ at: testStart + 7 * dayMs, certainty: 'declared' })
  })

  it('are merely possible while nothing was said, and then never the next deadline', () => {
    const scene = { client: { publishing: 'unknown' } } as const
    expect(clock('testing', scene)?.certainty).toBe('possible')
    const clocks = [...clocksOf(scene).values()][0] ?? []
    expect(clocks[0]?.kind).toBe('testing')
    expect(nextDeadline(clocks)?.kind).toBe('idle')
  })

  it('do not apply to name, e-mail and profile, in either spelling', () => {
    for (const granted of [openScopes, ['openid', 'email', 'profile']])
      expect(clock('testing', { ...testing, tokens: [recordedToken(1, { granted })] })).toBeUndefined()
  })

  it.each([{ publishing: 'production' }, { publishing: 'internal' }, { userType: 'internal' }] as const)(
    'do not apply under a client that is %o',
    (client) => expect(clock('testing', { client })).toBeUndefined(),
  )

  it('stay with a token of a project that was published later', () => {
    const tokens = [recordedToken(1, { testing: true })]
    expect(clock('testing', { tokens, client: { publishing: 'production' } })?.certainty).toBe('declared')
  })

  it('are disproved by a token that was seen alive after them, and not by one seen just before', () => {
    const used = (lastUsedAt: number): Scene => ({
      ...testing,
      tokens: [recordedToken(1, { lastUsedAt })],
      now: testStart + 9 * dayMs,
    })
    expect(clock('testing', used(testStart + 7 * dayMs - 1))).toBeDefined()
    expect(clock('testing', used(testStart + 7 * dayMs + hourMs))).toBeUndefined()
  })
})

describe('time-based access', () => {
  it('ends when Google said', () => {
    const expiresAt = testStart + 30 * dayMs
    const stated = clock('time-based', { tokens: [recordedToken(1, { expiresAt })] })
    expect(stated).toMatchObject({ at: expiresAt, latest: null, certainty: 'stated' })
  })

  it('is none without a statement, nor for a token that was seen alive after its end', () => {
    expect(clock('time-based', {})).toBeUndefined()
    const outlived = recordedToken(1, { expiresAt: testStart + dayMs, lastUsedAt: testStart + 2 * dayMs })
    expect(clock('time-based', { tokens: [outlived], now: testStart + 3 * dayMs })).toBeUndefined()
  })
})

describe('the session length', () => {
  const ended = (lowerHours: number, upperHours: number, clientId = mailClientId) => ({
    clientId,
    lowerMs: lowerHours * hourMs,
    upperMs: upperHours * hourMs,
    at: testStart,
  })
  const session = (
    sessionEnds: AccountRecord['sessionEnds'],
    change: Partial<TokenRecord> = {},
  ): readonly (number | null)[] | null => {
    const token = recordedToken(1, change)
    const found = clock('session', {
      tokens: [token],
      account: { sessionEnds },
      now: testStart + 40 * hourMs,
    })
    if (!found) return null
    expect(found.certainty).toBe('learned')
    return [found.at, found.latest].map((at) => at && (at - testStart) / hourMs)
  }

  it('is learned from where it struck, as a span', () => {
    expect(session([ended(12, 18)])).toEqual([12, 18])
  })

  it('grows narrower with each time that agrees', () => {
    expect(session([ended(12, 18), ended(15, 20), ended(3, 17)])).toEqual([15, 17])
  })

  it('follows the latest where they contradict each other', () => {
    expect(session([ended(12, 18), ended(2, 5)])).toEqual([2, 5])
    expect(session([ended(2, 5), ended(12, 18), ended(14, 20)])).toEqual([14, 18])
  })

  it('lies within what Google lets an administrator choose', () => {
    expect(session([ended(0, 90)])).toEqual([1, 24])
    expect(session([ended(30, 50)])).toEqual([1, 24])
  })

  it('is never before the last sign of life, nor for a token that outlived it', () => {
    expect(session([ended(12, 18)], { lastUsedAt: testStart + 14 * hourMs })).toEqual([14, 18])
    expect(session([ended(12, 18)], { lastUsedAt: testStart + 19 * hourMs })).toBeNull()
  })

  it('of an administrator who never changes it is never claimed later than it is', () => {
    const minutes = 60_000
    const seen = fc.record({ lower: fc.nat(24 * 60), upper: fc.nat(72 * 60) })
    fc.assert(
      fc.property(
        fc.integer({ min: 60, max: 24 * 60 }),
        fc.array(seen, { minLength: 1 }),
        (length, times) => {
          const sessionEnds = times.map(({ lower, upper }) => ({
            ...ended(0, 0),
            lowerMs: Math.min(lower, length - 1) * minutes,
            upperMs: (length + upper) * minutes,
          }))
          const found = clock('session', { account: { sessionEnds } })
          const ends = testStart + length * minutes
          expect(found?.at).toBeLessThanOrEqual(ends)
          expect(found?.latest).toBeGreaterThanOrEqual(ends)
        },
      ),
    )
  })

  it('holds for Google Cloud scopes everywhere, for others only where it was seen', () => {
    const elsewhere = [ended(12, 18, otherClientId)]
    expect(session(elsewhere)).toBeNull()
    expect(session(elsewhere, { granted: [...openScopes, cloudScope] })).toEqual([12, 18])
  })

  it('is possible for Google Cloud scopes of a Workspace account before it ever struck', () => {
    const tokens = [recordedToken(1, { granted: [cloudScope] })]
    const account = { hostedDomain: 'example.org' }
    expect(clock('session', { tokens, account })).toMatchObject({ at: null, certainty: 'possible' })
    expect(clock('session', { tokens })).toBeUndefined()
    const outlived = [recordedToken(1, { granted: [cloudScope], lastUsedAt: testStart + 2 * dayMs })]
    expect(clock('session', { tokens: outlived, account, now: testStart + 3 * dayMs })).toBeUndefined()
  })
})

describe('the count', () => {
  const many = (count: number): TokenRecord[] =>
    Array.from({ length: count }, (_, index) => recordedToken(index + 1, { mintedAt: testStart + index }))
  const now = testStart + dayMs

  it('says after how many sign-ins each token falls off', () => {
    const tokens = many(98)
    expect(clock('eviction', { tokens, now }, 1)).toMatchObject({ at: null, signIns: 3 })
    expect(clock('eviction', { tokens, now }, 98)?.signIns).toBe(100)
  })

  it('is for each client by itself, and without those that are known dead or rotated', () => {
    const tokens = [
      recordedToken(1),
      recordedToken(2, { clientId: otherClientId }),
      recordedToken(3, { refusal: deadRefusal(testStart) }),
      recordedToken(4, { rotated: true, standing: 'forgotten' }),
      recordedToken(5),
    ]
    expect(clock('eviction', { tokens, now }, 1)?.signIns).toBe(99)
  })

  it('is zero for a token with a hundred newer ones', () => {
    expect(clock('eviction', { tokens: many(102), now }, 1)?.signIns).toBe(0)
    expect(clock('eviction', { tokens: many(102), now }, 3)?.signIns).toBe(1)
  })

  it('over all clients is hinted at from fifteen programs on', () => {
    const programs = (count: number): TokenRecord[] =>
      many(count).map((token, index) => ({ ...token, clientId: index === 0 ? mailClientId : `${index}-x` }))
    expect(clock('account-cap', { tokens: programs(14), now })).toBeUndefined()
    expect(clock('account-cap', { tokens: programs(15), now })).toMatchObject({
      at: null,
      certainty: 'possible',
    })
  })
})

describe('conditions', () => {
  it('are the password for Gmail scopes only, and revocation for every token', () => {
    const gmail = [recordedToken(1, { granted: ['https://mail.google.com/'] })]
    expect(kinds({ tokens: gmail })).toEqual(['idle', 'eviction', 'password', 'revocation'])
    expect(kinds({})).toEqual(['idle', 'eviction', 'revocation'])
  })
})

describe('all clocks together', () => {
  it('stand with the soonest first and the conditions last', () => {
    const token = recordedToken(1, {
      granted: [...openScopes, gmailScope, calendarScope],
      expiresAt: testStart + 3 * dayMs,
      testing: true,
    })
    const sessionEnds = [{ clientId: mailClientId, lowerMs: hourMs, upperMs: 2 * hourMs, at: testStart }]
    const scene = { tokens: [token], account: { sessionEnds }, client: { lastUsedAt: testStart } }
    expect(kinds(scene)).toEqual([
      ...['session', 'time-based', 'testing', 'idle', 'client-idle'],
      ...['eviction', 'password', 'revocation'],
    ])
    expect(nextDeadline([...clocksOf(scene).values()][0] ?? [])?.kind).toBe('session')
  })

  it('are none for the dead, the dismissed, and tokens of removed clients', () => {
    const tokens = [
      recordedToken(1, { refusal: deadRefusal(testStart) }),
      recordedToken(2, { dismissed: true }),
      recordedToken(3, { clientId: '333-gone' }),
    ]
    expect(clocksOf({ tokens }).size).toBe(0)
  })

  it('go on for a token that was refused in a way that can pass', () => {
    const tokens = [recordedToken(1, { refusal: deadRefusal(testStart, { verdict: 'person' }) })]
    expect(clocksOf({ tokens }).size).toBe(1)
  })
})

describe('a ledger with events from the future', () => {
  const future = testStart + 3650 * dayMs

  it('never puts a deadline off', () => {
    const token = recordedToken(1, {
      mintedAt: future,
      lastUsedAt: future,
      expiresAt: future + 30 * dayMs,
      testing: true,
    })
    const scene = { tokens: [token], client: { lastUsedAt: future, publishing: 'testing' } } as const
    const at = (kind: ClockKind): number | null | undefined => clock(kind, scene)?.at
    expect(at('idle')).toBe(testStart + 181 * dayMs)
    expect(at('client-idle')).toBe(testStart + 181 * dayMs)
    expect(at('testing')).toBe(testStart + 7 * dayMs)
    expect(at('time-based')).toBe(testStart + 30 * dayMs)
  })

  it('never disproves a clock by a use that has not been', () => {
    const token = recordedToken(1, { lastUsedAt: future, testing: true })
    expect(clock('testing', { tokens: [token] })).toBeDefined()
  })
})
