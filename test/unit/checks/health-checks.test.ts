import { describe, expect, it } from 'vitest'
import { appError, fail, ok } from '../../../electron/contract/outcome.ts'
import type { CheckEvery } from '../../../electron/contract/views.ts'
import { HealthChecks } from '../../../electron/core/checks/health-checks.ts'
import type { CheckResult } from '../../../electron/core/access/access-tokens.ts'
import { Scheduler } from '../../../electron/core/schedule/scheduler.ts'
import { defaultSettings } from '../../../electron/core/settings/settings.ts'
import type { ClientRecord, TokenRecord } from '../../../electron/core/state/state.ts'
import { findToken } from '../../../electron/core/state/state.ts'
import { fakeClock, testStart } from '../../support/fake-clock.ts'
import { fakeLog } from '../../support/fake-log.ts'
import { fakeTimers } from '../../support/fake-timers.ts'
import { fakeTokenChecker, offline } from '../../support/fake-token-checker.ts'
import { accountId, checkedState, clientNumber, heldToken, refusalAt, tokenNumber } from './checked-state.ts'

const secondMs = 1000
const minuteMs = 60 * secondMs
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
const yearMs = 365 * dayMs

interface Options {
  readonly tokens: TokenRecord[]
  readonly clients?: readonly ClientRecord[]
  readonly deadlineOf?: (token: TokenRecord) => number | null
}

/** Checks over a real scheduler; an answer changes the state as the ledger would. */
function checksUnderTest({ tokens, clients = [clientNumber(1)], deadlineOf = () => null }: Options) {
  const clock = fakeClock()
  const timers = fakeTimers(clock)
  const log = fakeLog()
  const state = checkedState(tokens, clients)
  const settings = { checkEvery: 'day' as CheckEvery }
  const ledger = { readOnly: false, state: () => state }
  const checker = fakeTokenChecker()
  /** When each check was asked, ms since the start of the test. */
  const times: { tokenId: string; at: number }[] = []
  let answer: (tokenId: string) => CheckResult | Promise<CheckResult> = () => ({ kind: 'alive' })
  checker.answer = async (tokenId) => {
    times.push({ tokenId, at: clock.elapsedMs() })
    const result = await answer(tokenId)
    const token = findToken(state, tokenId)
    if (token && result.kind === 'alive') Object.assign(token, { lastUsedAt: clock.now(), refusal: null })
    if (token && result.kind === 'refused') token.refusal = refusalAt(clock.now(), result.verdict)
    return result
  }
  const context = {
    ports: { clock, log },
    ledger,
    settings: { current: () => ({ ...defaultSettings, ...settings }) },
    now: () => clock.now(),
  }
  const scheduler: Scheduler = new Scheduler({
    ...{ clock, timers, log },
    now: () => clock.now(),
    onJump: () => checks.clockJumped(),
  })
  const checks = new HealthChecks(context, checker, scheduler, deadlineOf)
  return {
    ...{ clock, timers, log, state, settings, ledger, checker, times, scheduler, checks },
    answerWith(next: typeof answer) {
      answer = next
    },
  }
}

const many = (count: number, change: Partial<TokenRecord> = {}): TokenRecord[] =>
  Array.from({ length: count }, (_, number) => heldToken(number, change))
const usedJustNow = { lastUsedAt: testStart }
const askedIds = (asked: readonly { tokenId: string }[]): string[] => asked.map(({ tokenId }) => tokenId)

describe('after the start', () => {
  it('every token that nobody used within the hour is checked once, two seconds apart', async () => {
    const tokens = [...many(3), heldToken(3, { lastUsedAt: testStart - 59 * minuteMs })]
    const { checks, timers, times } = checksUnderTest({ tokens })
    checks.start()
    await timers.live(5 * secondMs - 1)
    expect(times).toEqual([])
    await timers.live(10 * minuteMs)
    expect(times).toEqual([
      { tokenId: tokenNumber(0), at: 5 * secondMs },
      { tokenId: tokenNumber(1), at: 7 * secondMs },
      { tokenId: tokenNumber(2), at: 9 * secondMs },
    ])
  })

  it('a thousand of them take ten minutes, each once, never more than eight at a time', async () => {
    const { checks, timers, times, checker, answerWith } = checksUnderTest({ tokens: many(1000) })
    answerWith(() => new Promise((resolve) => timers.after(8 * secondMs, () => resolve({ kind: 'alive' }))))
    checks.start()
    await timers.live(30 * minuteMs)
    expect(new Set(askedIds(times)).size).toBe(1000)
    expect(times).toHaveLength(1000)
    expect(checker.mostAtOnce).toBe(8)
  })

  it('a thousand quick ones are evenly spread', async () => {
    const { checks, timers, times } = checksUnderTest({ tokens: many(1000) })
    checks.start()
    await timers.live(5 * minuteMs + 5 * secondMs - 1)
    expect(times).toHaveLength(500)
    await timers.live(5 * minuteMs)
    expect(times).toHaveLength(1000)
  })

  it('nothing is asked when the person wants no checks, nor when the history is damaged', async () => {
    const never = checksUnderTest({ tokens: many(3) })
    never.settings.checkEvery = 'never'
    const damaged = checksUnderTest({ tokens: many(3) })
    damaged.ledger.readOnly = true
    for (const { checks, timers, checker } of [never, damaged]) {
      checks.start()
      checks.resumed()
      checks.networkReturned()
      checks.replan()
      await timers.live(3 * dayMs)
      expect(checker.asked).toEqual([])
      expect(timers.waiting).toBe(0)
    }
  })

  it('nothing is asked before it', async () => {
    const { checks, timers, checker } = checksUnderTest({ tokens: many(3) })
    checks.replan()
    checks.resumed()
    checks.networkReturned()
    await timers.live(dayMs)
    expect(checker.asked).toEqual([])
  })
})

describe('the schedule', () => {
  it('asks about each token once in an interval and up to a tenth, with one timer alive', async () => {
    const { checks, timers, times } = checksUnderTest({ tokens: many(20, usedJustNow) })
    checks.start()
    for (let hour = 0; hour < 24; hour += 1) {
      await timers.live(hourMs)
      expect(timers.waiting).toBe(1)
    }
    expect(times).toEqual([])
    await timers.live(2.5 * hourMs)
    expect(askedIds(times).sort()).toEqual(many(20).map(({ tokenId }) => tokenId))
    expect(timers.waiting).toBe(1)
  })

  it('follows the setting at once, in both directions and to never', async () => {
    const { checks, settings, timers, times } = checksUnderTest({ tokens: many(1, usedJustNow) })
    checks.start()
    settings.checkEvery = 'month'
    checks.replan()
    await timers.live(7 * dayMs)
    expect(times).toHaveLength(0)
    settings.checkEvery = 'week'
    checks.replan()
    await timers.live(dayMs)
    expect(times).toHaveLength(1)
    settings.checkEvery = 'never'
    checks.replan()
    await timers.live(100 * dayMs)
    expect(times).toHaveLength(1)
    expect(timers.waiting).toBe(0)
    settings.checkEvery = 'day'
    checks.replan()
    await timers.live(minuteMs)
    expect(times).toHaveLength(2)
  })

  it('stops a round under way when the setting becomes never', async () => {
    const { checks, settings, timers, times } = checksUnderTest({ tokens: many(100) })
    checks.start()
    await timers.live(10 * secondMs)
    const before = times.length
    settings.checkEvery = 'never'
    await timers.live(hourMs)
    expect(before).toBeGreaterThan(0)
    expect(times).toHaveLength(before)
  })

  it('does not ask about a token that was used or forgotten since it was planned', async () => {
    const tokens = many(3)
    const { checks, clock, timers, times } = checksUnderTest({ tokens })
    checks.start()
    await timers.live(secondMs)
    Object.assign(tokens[0] ?? {}, { lastUsedAt: clock.now() })
    Object.assign(tokens[1] ?? {}, { standing: 'forgotten' })
    checks.replan()
    await timers.live(10 * minuteMs)
    expect(askedIds(times)).toEqual([tokenNumber(2)])
  })

  it('comes back to a token that was used while it waited for its turn', async () => {
    const tokens = many(1)
    const { checks, clock, timers, times } = checksUnderTest({ tokens })
    checks.start()
    await timers.live(secondMs)
    Object.assign(tokens[0] ?? {}, { lastUsedAt: clock.now() })
    await timers.live(23 * hourMs)
    expect(times).toEqual([])
    await timers.live(4 * hourMs)
    expect(times).toHaveLength(1)
  })

  it('takes up a token that came meanwhile', async () => {
    const tokens = many(1, usedJustNow)
    const { checks, state, timers, times } = checksUnderTest({ tokens })
    checks.start()
    await timers.live(hourMs)
    state.ownerOf.set(tokenNumber(7), accountId)
    tokens.push(heldToken(7))
    checks.replan()
    await timers.live(secondMs)
    expect(askedIds(times)).toEqual([tokenNumber(7)])
  })

  it('asks a minute after a deadline that nobody asked about, once', async () => {
    const deadline = testStart + 2 * hourMs
    const options = { tokens: many(1, usedJustNow), deadlineOf: () => deadline }
    const { checks, timers, times } = checksUnderTest(options)
    checks.start()
    await timers.live(23 * hourMs)
    expect(times).toEqual([{ tokenId: tokenNumber(0), at: 2 * hourMs + minuteMs }])
  })

  it('leaves dead tokens alone and asks about refused ones once a day', async () => {
    const { checks, timers, times, answerWith } = checksUnderTest({ tokens: many(2) })
    answerWith((tokenId) => ({
      kind: 'refused',
      verdict: tokenId === tokenNumber(0) ? 'dead' : 'person',
    }))
    checks.start()
    await timers.live(5 * dayMs)
    expect(askedIds(times).filter((id) => id === tokenNumber(0))).toHaveLength(1)
    expect(askedIds(times).filter((id) => id === tokenNumber(1))).toHaveLength(5)
  })

  it('tries a refused client with one token an hour, and all once it is accepted', async () => {
    const client = clientNumber(1)
    const { checks, clock, timers, times, answerWith } = checksUnderTest({
      tokens: many(50),
      clients: [client],
    })
    answerWith(() => {
      client.refusal ??= { ...refusalAt(clock.now(), 'client') }
      return { kind: 'client-refused' }
    })
    checks.start()
    await timers.live(10.5 * hourMs)
    expect(times).toHaveLength(11)
    answerWith(() => {
      client.refusal = null
      return { kind: 'alive' }
    })
    await timers.live(2 * hourMs)
    expect(new Set(askedIds(times)).size).toBe(50)
  })
})

describe('waking and the network', () => {
  it('are followed by one round, also when both come together', async () => {
    const { checks, clock, timers, times, checker } = checksUnderTest({ tokens: many(10) })
    checks.start()
    await timers.live(2 * hourMs)
    clock.set(clock.now() + 8 * dayMs)
    const before = clock.elapsedMs()
    checks.resumed()
    await timers.live(3 * secondMs)
    checks.networkReturned()
    checks.resumed()
    await timers.live(30 * secondMs)
    checks.networkReturned()
    await timers.live(hourMs)
    const after = times.filter(({ at }) => at >= before)
    expect(askedIds(after).sort()).toEqual(many(10).map(({ tokenId }) => tokenId))
    expect(checker.told).toContain('networkReturned')
  })

  it('ask nothing about what was used within the hour', async () => {
    const { checks, timers, checker } = checksUnderTest({ tokens: many(5, usedJustNow) })
    checks.start()
    await timers.live(10 * minuteMs)
    checks.resumed()
    checks.networkReturned()
    await timers.live(30 * minuteMs)
    expect(checker.asked).toEqual([])
  })

  it('a network that comes and goes every few seconds does not put the round off', async () => {
    const { checks, timers, times } = checksUnderTest({ tokens: many(5) })
    checks.start()
    for (let turn = 0; turn < 20; turn += 1) {
      checks.networkReturned()
      await timers.live(3 * secondMs)
    }
    expect(askedIds(times).sort()).toEqual(many(5).map(({ tokenId }) => tokenId))
  })

  it('a sleep of eight days in which the counter went on too is checked once', async () => {
    const { checks, clock, timers, times } = checksUnderTest({ tokens: many(3, usedJustNow) })
    checks.start()
    await timers.live(hourMs)
    clock.advance(8 * dayMs)
    checks.resumed()
    await timers.live(2 * minuteMs)
    expect(askedIds(times).sort()).toEqual(many(3).map(({ tokenId }) => tokenId))
  })
})

describe('a clock that jumps', () => {
  it.each([
    ['ten years ahead', 10 * yearMs],
    ['ten years back', -10 * yearMs],
  ])('%s has each of 300 tokens checked once, spread, and then by the schedule', async (_, byMs) => {
    const { checks, clock, scheduler, timers, times, checker } = checksUnderTest({
      tokens: many(300, usedJustNow),
    })
    checks.start()
    await timers.live(minuteMs)
    clock.set(clock.now() + byMs)
    scheduler.recompute()
    expect(checker.told).toEqual(['clockJumped'])
    await timers.live(5 * minuteMs)
    expect(times.length).toBeGreaterThan(120)
    expect(times.length).toBeLessThan(180)
    await timers.live(20 * hourMs)
    expect(times).toHaveLength(300)
    expect(new Set(askedIds(times)).size).toBe(300)
    await timers.live(8 * hourMs)
    expect(times).toHaveLength(600)
  })

  it('is answered at once, however lately the plan was made', async () => {
    const { checks, clock, scheduler, timers, times } = checksUnderTest({ tokens: many(1000, usedJustNow) })
    checks.start()
    await timers.live(secondMs)
    clock.set(clock.now() + dayMs + dayMs)
    scheduler.recompute()
    await timers.live(0)
    expect(times).toHaveLength(1)
  })

  it('there and back again strands nothing', async () => {
    const { checks, clock, scheduler, timers, times } = checksUnderTest({ tokens: many(3, usedJustNow) })
    checks.start()
    clock.set(clock.now() + 10 * yearMs)
    scheduler.recompute()
    await timers.live(hourMs)
    clock.set(clock.now() - 10 * yearMs)
    scheduler.recompute()
    await timers.live(hourMs)
    expect(times).toHaveLength(6)
    await timers.live(30 * hourMs)
    expect(times).toHaveLength(9)
  })
})

describe('a failure in passing', () => {
  it('stops the round: one probe, a minute at least between two, until one gets through', async () => {
    const { checks, clock, timers, times, answerWith } = checksUnderTest({ tokens: many(200) })
    answerWith(() => offline(clock.now() + secondMs))
    checks.start()
    await timers.live(30 * minuteMs)
    const gaps = times.slice(1).map(({ at }, index) => at - (times[index]?.at ?? 0))
    expect(times.length).toBeGreaterThan(3)
    expect(times.length).toBeLessThan(10)
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(minuteMs)
    const before = times.length
    answerWith(() => ({ kind: 'alive' }))
    while (times.length === before) await timers.live(secondMs)
    await timers.live(minuteMs)
    expect(times.length - before).toBeLessThan(45)
    await timers.live(10 * minuteMs)
    expect(new Set(askedIds(times)).size).toBe(200)
  })

  it('waits as long as was agreed for the token, and no longer than a quarter of an hour for the others', async () => {
    const { checks, clock, timers, times, answerWith } = checksUnderTest({ tokens: many(2) })
    answerWith((tokenId) =>
      tokenId === tokenNumber(0) ? offline(clock.now() + 3 * hourMs) : { kind: 'alive' },
    )
    checks.start()
    await timers.live(5 * secondMs + 4 * hourMs)
    expect(times).toEqual([
      { tokenId: tokenNumber(0), at: 5 * secondMs },
      { tokenId: tokenNumber(1), at: 5 * secondMs + 15 * minuteMs },
      { tokenId: tokenNumber(0), at: 5 * secondMs + 3 * hourMs },
    ])
  })

  it('ends when the network returns, without asking about the same token twice in a minute', async () => {
    const { checks, clock, timers, times, answerWith } = checksUnderTest({ tokens: many(3) })
    answerWith(() => offline(clock.now() + hourMs))
    checks.start()
    await timers.live(6 * secondMs)
    expect(times).toHaveLength(1)
    answerWith(() => ({ kind: 'alive' }))
    checks.networkReturned()
    await timers.live(5 * minuteMs)
    expect(times.map(({ tokenId, at }) => [tokenId, at])).toEqual([
      [tokenNumber(0), 5 * secondMs],
      [tokenNumber(1), expect.any(Number)],
      [tokenNumber(2), expect.any(Number)],
      [tokenNumber(0), 65 * secondMs],
    ])
  })

  it('of eight that were in the air together counts as one', async () => {
    const { checks, clock, timers, times, answerWith } = checksUnderTest({ tokens: many(1000) })
    answerWith(
      () =>
        new Promise((resolve) => timers.after(20 * secondMs, () => resolve(offline(clock.now() + secondMs)))),
    )
    checks.start()
    await timers.live(40 * secondMs)
    expect(times).toHaveLength(8)
    answerWith(() => ({ kind: 'alive' }))
    await timers.live(47 * secondMs)
    expect(times.length).toBeGreaterThan(8)
  })

  it.each([Number.NaN, Infinity, -Infinity])(
    'with the retry instant %s stops nothing for good',
    async (retryAt) => {
      const { checks, timers, times, answerWith } = checksUnderTest({ tokens: many(2) })
      answerWith(() => offline(retryAt))
      checks.start()
      await timers.live(6 * secondMs)
      answerWith(() => ({ kind: 'alive' }))
      await timers.live(25 * hourMs)
      expect(new Set(askedIds(times)).size).toBe(2)
      expect(times.length).toBeGreaterThanOrEqual(3)
    },
  )

  it('of this machine, or a bug, is met with patience too', async () => {
    const { checks, timers, times, log, answerWith } = checksUnderTest({ tokens: many(1) })
    answerWith(() => ({ kind: 'unavailable', error: appError('keychain-locked') }))
    checks.start()
    await timers.live(minuteMs)
    answerWith(() => Promise.reject(new Error('a bug')))
    await timers.live(2.5 * hourMs)
    expect(times).toHaveLength(3)
    expect(log.entries).toMatchObject([{ event: 'check-failed' }, { event: 'check-failed' }])
  })
})

describe('a check by hand', () => {
  it('asks about every held token at once, also dead ones and those of retired clients', async () => {
    const tokens = [
      heldToken(0, usedJustNow),
      heldToken(1, { refusal: refusalAt(testStart, 'dead') }),
      heldToken(2, { clientId: 'client-2' }),
      heldToken(3, { standing: 'forgotten' }),
      heldToken(4, { clientId: 'removed' }),
    ]
    const clients = [clientNumber(1), clientNumber(2, { retired: true })]
    const { checks, checker, settings } = checksUnderTest({ tokens, clients })
    settings.checkEvery = 'never'
    expect(await checks.checkAccount(accountId)).toEqual(ok())
    expect(checker.asked).toEqual([0, 1, 2].map((n) => ({ tokenId: tokenNumber(n), byHand: true })))
  })

  it('of a hundred tokens has eight in the air', async () => {
    const { checks, checker, timers, answerWith } = checksUnderTest({ tokens: many(100) })
    answerWith(() => new Promise((resolve) => timers.after(secondMs, () => resolve({ kind: 'alive' }))))
    const answered = checks.checkAccount(accountId)
    await timers.live(minuteMs)
    expect(await answered).toEqual(ok())
    expect(checker.asked).toHaveLength(100)
    expect(checker.mostAtOnce).toBe(8)
  })

  it('says when there is nothing to check', async () => {
    const { checks, ledger } = checksUnderTest({ tokens: [heldToken(0, { standing: 'missing' })] })
    expect(await checks.checkAccount(accountId)).toEqual(fail('nothing-to-check'))
    expect(await checks.checkAccount('account-9999')).toEqual(fail('not-found'))
    ledger.readOnly = true
    expect(await checks.checkAccount(accountId)).toEqual(fail('read-only'))
  })

  it('says that Google was not reached, and does not try the rest then', async () => {
    const { checks, clock, checker, answerWith } = checksUnderTest({ tokens: many(100) })
    answerWith(() => offline(clock.now() + minuteMs))
    expect(await checks.checkAccount(accountId)).toEqual(fail('network-offline'))
    expect(checker.asked.length).toBeLessThanOrEqual(8)
  })

  it('does not wait for the end of a pause, and ends it when it gets through', async () => {
    const { checks, clock, timers, times, answerWith } = checksUnderTest({ tokens: many(3) })
    answerWith(() => offline(clock.now() + hourMs))
    checks.start()
    await timers.live(10 * secondMs)
    expect(times).toHaveLength(1)
    answerWith(() => ({ kind: 'alive' }))
    expect(await checks.checkAccount(accountId)).toEqual(ok())
    expect(times).toHaveLength(4)
    await timers.live(2 * hourMs)
    expect(times).toHaveLength(4)
  })

  it('joins a check of the same token that is under way', async () => {
    const { checks, checker, timers, answerWith } = checksUnderTest({ tokens: many(1) })
    answerWith(() => new Promise((resolve) => timers.after(minuteMs, () => resolve({ kind: 'alive' }))))
    checks.start()
    await timers.live(5 * secondMs)
    const answered = Promise.all([checks.checkAccount(accountId), checks.checkAccount(accountId)])
    await timers.live(minuteMs)
    expect(await answered).toEqual([ok(), ok()])
    expect(checker.asked).toHaveLength(1)
  })
})

describe('closing', () => {
  it('while checks run starts no further ones and leaves no timer', async () => {
    const { checks, checker, timers, answerWith } = checksUnderTest({ tokens: many(100) })
    const waiting: ((result: CheckResult) => void)[] = []
    answerWith(() => new Promise((resolve) => waiting.push(resolve)))
    checks.start()
    await timers.live(minuteMs)
    expect(checker.running).toBe(8)
    checks.close()
    for (const resolve of waiting) resolve({ kind: 'alive' })
    checks.replan()
    checks.resumed()
    checks.networkReturned()
    await timers.live(dayMs)
    expect(checker.asked).toHaveLength(8)
    expect(timers.waiting).toBe(0)
  })

  it('answers checks by hand that wait for their turn', async () => {
    const { checks, checker, answerWith } = checksUnderTest({ tokens: many(20) })
    const waiting: ((result: CheckResult) => void)[] = []
    answerWith(() => new Promise((resolve) => waiting.push(resolve)))
    const answered = checks.checkAccount(accountId)
    checks.close()
    for (const resolve of waiting) resolve({ kind: 'alive' })
    expect(await answered).toEqual(fail('internal'))
    expect(checker.asked).toHaveLength(8)
    expect(await checks.checkAccount(accountId)).toEqual(fail('internal'))
  })
})
