import { describe, expect, it } from 'vitest'
import { fieldValue, instantOf } from '../../../renderer/features/practice/date-field.ts'
import { exactInstant } from '../../../renderer/ui/exact-instant.ts'
import { gaugeLevel } from '../../../renderer/ui/gauge-level.ts'
import { initials } from '../../../renderer/ui/initials.ts'
import { countdown, spanOf } from '../../../renderer/ui/span.ts'
import { visibleRange } from '../../../renderer/ui/visible-range.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

describe('a span of time', () => {
  it.each([
    [0, 'seconds', 0],
    [-5, 'seconds', 0],
    [59_999, 'seconds', 59],
    [minute, 'minutes', 1],
    [hour - 1, 'minutes', 59],
    [47 * hour, 'hours', 47],
    [2 * day - 1, 'hours', 47],
    [2 * day, 'days', 2],
    [14 * day + 23 * hour, 'days', 14],
    [729 * day, 'days', 729],
    [730 * day, 'years', 2],
  ])('of %i ms is told in %s, rounded down', (ms, unit, count) => {
    expect(spanOf(ms)).toEqual({ unit, count })
  })

  it('left to a deadline is rounded up and never negative', () => {
    expect([300_000, 247_001, 1, 0, -4_000].map(countdown)).toEqual(['5:00', '4:08', '0:01', '0:00', '0:00'])
  })
})

describe('an exact instant', () => {
  it('is written day first, to the minute, on a clock of 24 hours', () => {
    expect(exactInstant(Date.UTC(2026, 10, 8, 10, 12), 'en', 'UTC')).toBe('8 Nov 2026 10:12')
    expect(exactInstant(Date.UTC(2026, 10, 8, 0, 5), 'en', 'UTC')).toBe('8 Nov 2026 00:05')
  })

  it('has a month in Hindi and digits everybody reads', () => {
    expect(exactInstant(Date.UTC(2026, 10, 8, 10, 12), 'hi', 'UTC')).toMatch(/^8 नव.* 2026 10:12$/)
  })
})

describe('initials', () => {
  it.each([
    ['Asha Rao', 'x@y.z', 'AR'],
    ['Maria del Carmen Costa', 'x@y.z', 'MC'],
    ['Plato', 'x@y.z', 'P'],
    [null, 'ben.okafor@example.org', 'BO'],
    ['  ', 'deniz+mail@example.org', 'DM'],
    ['आशा राव', 'x@y.z', 'आरा'],
    [null, '@', '?'],
  ])('of %s <%s> are %s', (name, email, expected) => {
    expect(initials(name, email)).toBe(expected)
  })
})

describe('the gauge', () => {
  it('warns from 80 of 100 and strongly from 95', () => {
    expect([79, 80, 94, 95, 100].map((value) => gaugeLevel(value, 100))).toEqual([
      'calm',
      'warning',
      'warning',
      'strong',
      'strong',
    ])
  })
})

describe('the visible range of a long list', () => {
  it('covers the view and a margin, and stays inside the list', () => {
    expect(visibleRange(0, 560, 56, 1000)).toEqual({ from: 0, to: 16 })
    expect(visibleRange(56 * 500, 560, 56, 1000)).toEqual({ from: 494, to: 516 })
    expect(visibleRange(56 * 995, 560, 56, 1000)).toEqual({ from: 989, to: 1000 })
  })

  it('is empty for an empty list, even when scrolled before', () => {
    expect(visibleRange(9_000, 560, 56, 0)).toEqual({ from: 0, to: 0 })
  })
})

describe('the date field of the time machine', () => {
  it('gives back the minute it was given', () => {
    const at = new Date(2027, 0, 2, 3, 4).getTime()
    expect(fieldValue(at)).toBe('2027-01-02T03:04')
    expect(instantOf(fieldValue(at))).toBe(at)
  })

  it.each(['', 'tomorrow', '0001-01-01T00:00', '9999-12-31T23:59'])('takes no “%s”', (value) => {
    expect(instantOf(value)).toBeNull()
  })
})
