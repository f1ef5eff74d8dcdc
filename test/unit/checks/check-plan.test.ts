import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PlanRules } from '../../../electron/core/checks/check-plan.ts'
import {
  checkIntervalMs,
  nextCheckAt,
  plannedChecks,
  roundRules,
  scheduleRules,
} from '../../../electron/core/checks/check-plan.ts'
import type { ClientRecord, TokenRecord } from '../../../electron/core/state/state.ts'
import { testStart } from '../../support/fake-clock.ts'
import { checkedState, clientNumber, heldToken, refusalAt } from './checked-state.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
const yearMs = 365 * dayMs
const now = testStart

const common = {
  now,
  lookedAt: () => null,
  clientLookedAt: () => null,
  retryAt: () => null,
  deadlineOf: () => null,
}
const daily = (change: Partial<PlanRules> = {}): PlanRules => ({
  ...scheduleRules({ ...common, everyMs: dayMs }),
  jitter: 0,
  ...change,
})
const planned = (
  token: Partial<TokenRecord>,
  rules: PlanRules = daily(),
  client: Partial<ClientRecord> = {},
): number | null => {
  const held = heldToken(1, token)
  return nextCheckAt(checkedState([held], [clientNumber(1, client)]), held, rules)
}

describe('the plan of checks', () => {
  it('asks again one interval after the last use', () => {
    const lastUsedAt = now - hourMs
    expect(planned({ lastUsedAt })).toBe(lastUsedAt + dayMs)
    expect(planned({ lastUsedAt }, daily({ everyMs: 7 * dayMs }))).toBe(lastUsedAt + 7 * dayMs)
  })

  it.each([
    ['a dead token', { refusal: refusalAt(now, 'dead') }, {}],
    ['a forgotten token', { standing: 'forgotten' as const }, {}],
    ['a token whose secret is missing', { standing: 'missing' as const }, {}],
    ['a client whose secret is missing', {}, { secretMissing: true }],
    ['a retired client', {}, { retired: true }],
    ['a client that is not to be kept alive', {}, { keepAlive: false }],
  ])('leaves %s alone', (_, token, client) => {
    expect(planned({ lastUsedAt: now - yearMs, ...token }, daily(), client)).toBeNull()
  })

  it('checks a retired client that the person keeps alive all the same', () => {
    expect(planned({ lastUsedAt: now - dayMs }, daily(), { retired: true, keepAlive: true })).toBe(now)
  })

  it('leaves a token alone whose client was removed', () => {
    const token = heldToken(1)
    expect(nextCheckAt(checkedState([token], []), token, daily())).toBeNull()
  })

  it.each(['person', 'client', 'fault'] as const)(
    'asks about a token refused with the verdict %s a day after that, even in a round',
    (verdict) => {
      const refusal = refusalAt(now - 2 * hourMs, verdict)
      const expected = refusal.at + dayMs
      expect(planned({ lastUsedAt: now - 2 * dayMs, refusal })).toBe(expected)
      expect(planned({ lastUsedAt: now - 2 * dayMs, refusal }, roundRules(common))).toBe(expected)
    },
  )

  it('keeps to the longer interval for a refused token too', () => {
    const refusal = refusalAt(now, 'person')
    expect(planned({ refusal }, daily({ everyMs: 30 * dayMs }))).toBe(now + 30 * dayMs)
  })

  it('counts an answer of Google that the state does not hold', () => {
    const rules = daily({ lookedAt: () => now - minuteMs })
    expect(planned({ lastUsedAt: now - yearMs }, rules)).toBe(now - minuteMs + dayMs)
  })

  it('waits as long as was agreed after a failure in passing', () => {
    const rules = daily({ retryAt: () => now + 5 * minuteMs })
    expect(planned({ lastUsedAt: now - yearMs }, rules)).toBe(now + 5 * minuteMs)
    expect(planned({ lastUsedAt: now }, rules)).toBe(now + 5 * minuteMs)
  })

  it('asks a minute after a deadline, once', () => {
    const deadline = now - 10 * minuteMs
    const rules = daily({ deadlineOf: () => deadline, everyMs: 30 * dayMs })
    expect(planned({ lastUsedAt: deadline - hourMs }, rules)).toBe(deadline + minuteMs)
    expect(planned({ lastUsedAt: now }, rules)).toBe(now + 30 * dayMs)
    const refusal = refusalAt(now, 'person')
    expect(planned({ lastUsedAt: deadline - hourMs, refusal }, rules)).toBe(now + 30 * dayMs)
  })

  it('does not wait for a deadline that is further away than the next check', () => {
    const rules = daily({ deadlineOf: () => now + 100 * dayMs })
    expect(planned({ lastUsedAt: now }, rules)).toBe(now + dayMs)
  })

  it('asks at once about a token whose only looks lie in the future, and then no more', () => {
    const lastUsedAt = now + 10 * yearMs
    expect(planned({ lastUsedAt })).toBe(now)
    expect(planned({ lastUsedAt }, daily({ lookedAt: () => now }))).toBe(now + dayMs)
    expect(planned({ lastUsedAt, refusal: refusalAt(now, 'fault') })).toBe(now + dayMs)
  })

  it('tries one token of a refused client an hour after the last look', () => {
    const client = clientNumber(1, { refusal: { ...refusalAt(now - 10 * minuteMs, 'client') } })
    const tokens = [1, 2, 3].map((number) => heldToken(number, { lastUsedAt: now - 3 * dayMs }))
    const state = checkedState(tokens, [client])
    expect(plannedChecks(state, daily())).toEqual([
      { tokenId: tokens[0]?.tokenId, at: now - 10 * minuteMs + hourMs },
    ])
    const looked = plannedChecks(state, daily({ clientLookedAt: () => now }))
    expect(looked.map(({ at }) => at)).toEqual([now + hourMs])
  })

  it('puts the soonest first', () => {
    const ages = [3, 9, 1, 5]
    const tokens = ages.map((hours, number) => heldToken(number, { lastUsedAt: now - hours * hourMs }))
    const plan = plannedChecks(checkedState(tokens, [clientNumber(1)]), daily())
    expect(plan.map(({ at }) => (now + dayMs - at) / hourMs)).toEqual([9, 5, 3, 1])
  })

  it('lets tokens that were used together drift apart, each always by the same up to a tenth', () => {
    const tokens = Array.from({ length: 200 }, (_, number) => heldToken(number, { lastUsedAt: now }))
    const state = checkedState(tokens, [clientNumber(1)])
    const rules = scheduleRules({ ...common, everyMs: dayMs })
    const plan = plannedChecks(state, rules)
    const shares = plan.map(({ at }) => (at - now - dayMs) / (dayMs / 10))
    expect(Math.min(...shares)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...shares)).toBeLessThan(1)
    for (let tenth = 0; tenth < 10; tenth += 1) {
      const inTenth = shares.filter((share) => Math.floor(share * 10) === tenth)
      expect(inTenth.length).toBeGreaterThan(5)
    }
    expect(plannedChecks(state, rules)).toEqual(plan)
  })

  it('knows a round by the hour, exactly', () => {
    const rules = roundRules(common)
    expect(planned({ lastUsedAt: now - hourMs }, rules)).toBe(now)
    expect(planned({ lastUsedAt: now - hourMs + 1 }, rules)).toBe(now + 1)
  })

  it('knows what the setting means', () => {
    expect(checkIntervalMs('day')).toBe(dayMs)
    expect(checkIntervalMs('week')).toBe(7 * dayMs)
    expect(checkIntervalMs('month')).toBe(30 * dayMs)
    expect(checkIntervalMs('never')).toBeNull()
  })

  it('always has an instant, whatever stands in the state', () => {
    const instant = fc.integer({ min: -8.64e15, max: 8.64e15 })
    fc.assert(
      fc.property(instant, fc.option(instant), fc.option(instant), (lastUsedAt, refusedAt, deadline) => {
        const refusal = refusedAt === null ? null : refusalAt(refusedAt, 'person')
        const at = planned({ lastUsedAt, refusal }, daily({ deadlineOf: () => deadline }))
        expect(at).not.toBeNull()
        expect(Number.isFinite(at)).toBe(true)
      }),
    )
  })
})
