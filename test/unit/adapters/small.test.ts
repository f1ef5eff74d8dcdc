import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createShiftedClock, systemClock } from '../../../electron/adapters/clock.ts'
import { systemRandom } from '../../../electron/adapters/random.ts'
import { replyPageHtml } from '../../../electron/adapters/reply-page.ts'
import { systemTimers } from '../../../electron/adapters/timers.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

describe('the clocks', () => {
  it('tell the time of the machine, shifted in practice', () => {
    vi.setSystemTime(1_000_000)
    const clock = createShiftedClock(500)
    expect([systemClock.now(), systemClock.offsetMs()]).toEqual([1_000_000, 0])
    expect([clock.now(), clock.offsetMs()]).toEqual([1_000_500, 500])
    clock.shiftTo(-7)
    expect([clock.now(), clock.offsetMs()]).toEqual([999_993, -7])
  })
})

describe('the timers', () => {
  it('wait as long as asked, also longer than the system can count', () => {
    const days = 24 * 3600 * 1000
    let ran = 0
    systemTimers.after(60 * days, () => {
      ran += 1
    })
    vi.advanceTimersByTime(60 * days - 1)
    expect(ran).toBe(0)
    vi.advanceTimersByTime(1)
    expect(ran).toBe(1)
  })

  it('do not run what was cancelled, at any time of a long wait', () => {
    let ran = 0
    const cancel = systemTimers.after(2 ** 31 + 10, () => {
      ran += 1
    })
    vi.advanceTimersByTime(2 ** 31)
    cancel()
    vi.advanceTimersByTime(100)
    expect(ran).toBe(0)
  })
})

describe('random tokens', () => {
  it('have the asked number of bytes, in letters that need no escape, and differ', () => {
    const tokens = Array.from({ length: 100 }, () => systemRandom.token(16))
    for (const token of tokens) expect(token).toMatch(/^[\w-]{22}$/)
    expect(new Set(tokens).size).toBe(100)
  })
})

describe('random fractions', () => {
  it('lie from 0 up to 1 and spread over all of it', () => {
    const tenths = new Set<number>()
    for (let count = 0; count < 1000; count += 1) {
      const fraction = systemRandom.fraction()
      expect(fraction).toBeGreaterThanOrEqual(0)
      expect(fraction).toBeLessThan(1)
      tenths.add(Math.floor(fraction * 10))
    }
    expect(tenths.size).toBe(10)
  })
})

describe('the reply page', () => {
  it('escapes its words and names its language', () => {
    const html = replyPageHtml({ status: 400, title: '<b>"&\'', text: '<script>', language: 'hi' })
    expect(html).toContain('<html lang="hi">')
    expect(html).toContain('&lt;b&gt;&quot;&amp;&#39;')
    expect(html).not.toContain('<script>')
  })
})
