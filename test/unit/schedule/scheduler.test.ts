import { describe, expect, it } from 'vitest'
import { Scheduler } from '../../../electron/core/schedule/scheduler.ts'
import { fakeClock, testStart } from '../../support/fake-clock.ts'
import { fakeLog } from '../../support/fake-log.ts'
import { fakeTimers } from '../../support/fake-timers.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
const yearMs = 365 * dayMs

function schedulerUnderTest() {
  const clock = fakeClock()
  const timers = fakeTimers(clock)
  const log = fakeLog()
  const jumps: number[] = []
  const ran: string[] = []
  /** Google's time minus the clock's. */
  const skew = { ms: 0 }
  const scheduler = new Scheduler({
    clock,
    now: () => clock.now() + skew.ms,
    timers,
    log,
    onJump: (byMs) => jumps.push(byMs),
  })
  const noting = (name: string) => () => void ran.push(name)
  return { clock, timers, log, jumps, ran, skew, scheduler, noting }
}

describe('the scheduler', () => {
  it('runs each entry once, at its instant and not before', () => {
    const { timers, ran, scheduler, noting } = schedulerUnderTest()
    scheduler.set('later', testStart + 2 * hourMs, noting('later'))
    scheduler.set('sooner', testStart + hourMs, noting('sooner'))
    timers.pass(hourMs - 1)
    expect(ran).toEqual([])
    timers.pass(1)
    expect(ran).toEqual(['sooner'])
    timers.pass(10 * dayMs)
    expect(ran).toEqual(['sooner', 'later'])
  })

  it('has exactly one timer however much waits, and none when nothing does', () => {
    const { timers, scheduler, noting } = schedulerUnderTest()
    expect(timers.waiting).toBe(0)
    for (let number = 0; number < 1000; number += 1) {
      scheduler.set(`entry ${number}`, testStart + number * minuteMs, noting('any'))
    }
    expect(timers.waiting).toBe(1)
    timers.pass(hourMs)
    expect(timers.waiting).toBe(1)
    timers.pass(dayMs)
    expect(timers.waiting).toBe(0)
  })

  it('replaces an entry of the same name, and takes it away with null', () => {
    const { timers, ran, scheduler, noting } = schedulerUnderTest()
    scheduler.set('one', testStart + hourMs, noting('first'))
    scheduler.set('one', testStart + 2 * hourMs, noting('second'))
    scheduler.set('other', testStart + hourMs, noting('other'))
    scheduler.set('other', null, noting('other'))
    timers.pass(dayMs)
    expect(ran).toEqual(['second'])
  })

  it('runs what lies in the past in the next turn, not within the call', () => {
    const { timers, ran, scheduler, noting } = schedulerUnderTest()
    scheduler.set('past', testStart - yearMs, noting('past'))
    expect(ran).toEqual([])
    timers.pass(0)
    expect(ran).toEqual(['past'])
  })

  it.each([Number.NaN, Infinity, -Infinity])('waits for nothing at the instant %s', (at) => {
    const { timers, ran, scheduler, noting } = schedulerUnderTest()
    scheduler.set('none', testStart + hourMs, noting('before'))
    scheduler.set('none', at, noting('none'))
    expect(timers.waiting).toBe(0)
    timers.pass(dayMs)
    expect(ran).toEqual([])
  })

  it('waits for an instant ten thousand years ahead in short steps', () => {
    const { timers, ran, scheduler, noting } = schedulerUnderTest()
    scheduler.set('far', testStart + 10_000 * yearMs, noting('far'))
    timers.pass(30 * dayMs)
    expect(ran).toEqual([])
    expect(timers.waiting).toBe(1)
  })

  it('goes on after an entry that throws, and logs it', () => {
    const { timers, ran, log, scheduler, noting } = schedulerUnderTest()
    scheduler.set('broken', testStart + 1, () => {
      throw new Error('broken')
    })
    scheduler.set('whole', testStart + 1, noting('whole'))
    timers.pass(1)
    expect(ran).toEqual(['whole'])
    expect(log.entries).toMatchObject([{ event: 'scheduled-failed', fields: { name: 'broken' } }])
  })

  it('lets an entry set itself again without running it twice in one turn', () => {
    const { timers, scheduler } = schedulerUnderTest()
    let runs = 0
    const again = (): void => {
      runs += 1
      if (runs < 3) scheduler.set('again', testStart, again)
    }
    scheduler.set('again', testStart, again)
    timers.pass(0)
    expect(runs).toBe(3)
    expect(timers.waiting).toBe(0)
  })

  it('does not run what an earlier entry of the same turn took away', () => {
    const { timers, ran, scheduler, noting } = schedulerUnderTest()
    scheduler.set('first', testStart + 1, () => scheduler.set('second', null, () => undefined))
    scheduler.set('second', testStart + 1, noting('second'))
    scheduler.set('third', testStart + 1, noting('third'))
    timers.pass(1)
    expect(ran).toEqual(['third'])
  })

  it('is silent after the close', () => {
    const { timers, ran, scheduler, noting } = schedulerUnderTest()
    scheduler.set('one', testStart + 1, noting('one'))
    scheduler.close()
    scheduler.set('two', testStart + 1, noting('two'))
    scheduler.recompute()
    expect(timers.waiting).toBe(0)
    timers.pass(dayMs)
    expect(ran).toEqual([])
  })

  it('reckons in the corrected time, and anew once the correction changed', () => {
    const { timers, ran, jumps, skew, scheduler, noting } = schedulerUnderTest()
    scheduler.set('one', testStart + 10 * minuteMs, noting('one'))
    skew.ms = 8 * minuteMs
    scheduler.recompute()
    timers.pass(2 * minuteMs - 1)
    expect(ran).toEqual([])
    timers.pass(1)
    expect(ran).toEqual(['one'])
    expect(jumps).toEqual([])
  })
})

describe('a clock that jumps', () => {
  it.each([
    ['ten years ahead', 10 * yearMs],
    ['ten years back', -10 * yearMs],
    ['61 seconds ahead', 61_000],
    ['61 seconds back', -61_000],
  ])('%s is noticed within a quarter of an hour, once, with nobody saying so', (_, byMs) => {
    const { clock, timers, jumps, scheduler } = schedulerUnderTest()
    scheduler.set('far', testStart + 100 * yearMs, () => undefined)
    timers.pass(20 * minuteMs)
    clock.set(clock.now() + byMs)
    timers.pass(15 * minuteMs)
    expect(jumps).toEqual([byMs])
    timers.pass(dayMs)
    expect(jumps).toEqual([byMs])
  })

  it('by less than a minute is none', () => {
    const { clock, timers, jumps, scheduler } = schedulerUnderTest()
    scheduler.set('far', testStart + yearMs, () => undefined)
    clock.set(clock.now() + 59_000)
    timers.pass(dayMs)
    expect(jumps).toEqual([])
  })

  it('is noticed when something is set', () => {
    const { clock, jumps, scheduler } = schedulerUnderTest()
    clock.set(testStart - dayMs)
    scheduler.set('any', testStart, () => undefined)
    expect(jumps).toEqual([-dayMs])
  })

  it('ahead makes what is due now run in the next turn', () => {
    const { clock, timers, ran, scheduler, noting } = schedulerUnderTest()
    scheduler.set('one', testStart + dayMs, noting('one'))
    clock.set(testStart + 10 * yearMs)
    scheduler.recompute()
    timers.pass(0)
    expect(ran).toEqual(['one'])
  })

  it('back makes everything wait for its instant again', () => {
    const { clock, timers, ran, scheduler, noting } = schedulerUnderTest()
    scheduler.set('one', testStart + hourMs, noting('one'))
    timers.pass(hourMs - 1)
    clock.set(testStart - dayMs)
    scheduler.recompute()
    timers.pass(dayMs)
    expect(ran).toEqual([])
    timers.pass(hourMs)
    expect(ran).toEqual(['one'])
  })

  it('may be answered by setting entries, which then count', () => {
    const clock = fakeClock()
    const timers = fakeTimers(clock)
    const ran: string[] = []
    const scheduler = new Scheduler({
      ...{ clock, timers, log: fakeLog() },
      now: () => clock.now(),
      onJump: () => scheduler.set('answer', clock.now() + minuteMs, () => void ran.push('answer')),
    })
    scheduler.set('answer', testStart + yearMs, () => void ran.push('old'))
    clock.set(testStart + dayMs)
    scheduler.recompute()
    expect(timers.waiting).toBe(1)
    timers.pass(minuteMs)
    expect(ran).toEqual(['answer'])
  })

  it('and a sleep of eight days runs what fell due in it once', () => {
    const { clock, timers, ran, jumps, scheduler, noting } = schedulerUnderTest()
    scheduler.set('one', testStart + 3 * dayMs, noting('one'))
    // The machine's counter stood still meanwhile, and so did its timers.
    clock.set(testStart + 8 * dayMs)
    scheduler.recompute()
    scheduler.recompute()
    timers.pass(hourMs)
    expect(ran).toEqual(['one'])
    expect(jumps).toEqual([8 * dayMs])
  })
})
