import { describe, expect, it } from 'vitest'
import type { LifeFacts } from '../../../renderer/features/accounts/lifeline.ts'
import { drawLifeline } from '../../../renderer/features/accounts/lifeline.ts'

const minute = 60_000
const day = 24 * 60 * minute
const year = 365 * day
const now = Date.UTC(2026, 10, 22, 12)
const width = 600

function life(change: Partial<LifeFacts>): LifeFacts {
  return { mintedAt: now - 14 * day, now, refreshes: [], deadline: null, diedAt: null, ...change }
}

describe('the picture of a life', () => {
  it('runs from birth to now and leaves the rest open where no deadline is known', () => {
    const line = drawLifeline(life({}), width)
    expect(line.born).toBe(7)
    expect(line.now).toBe(line.end)
    expect(line.end).toBeLessThan(line.edge)
    expect(line.edge).toBe(width - 7)
    expect([line.ticks, line.deadline, line.death]).toEqual([[], null, null])
  })

  it('puts equal stretches of the past at equal distances', () => {
    const refreshes = [now - 12 * day, now - 8 * day, now - 4 * day]
    const { ticks } = drawLifeline(life({ refreshes }), width)
    const [first = 0, second = 0, third = 0] = ticks
    expect(third - second).toBeCloseTo(second - first, 6)
  })

  it('keeps the order birth, now, deadline, latest end', () => {
    const deadline = { at: now + 20 * day, latest: now + 23 * day }
    const line = drawLifeline(life({ deadline }), width)
    expect(line.now).toBeGreaterThan(line.born)
    expect(line.deadline?.from).toBeGreaterThan(line.now)
    expect(line.deadline?.to).toBe(line.edge)
    expect(line.deadline?.from).toBeLessThan(line.edge)
  })

  it('of three minutes beside a deadline in half a year still has room to be seen', () => {
    const line = drawLifeline(
      life({ mintedAt: now - 3 * minute, deadline: { at: now + 181 * day, latest: null } }),
      width,
    )
    expect(line.end - line.born).toBeGreaterThan(90)
    expect(line.deadline).toEqual({ from: line.edge, to: line.edge })
  })

  it('of five years beside a deadline tomorrow still has room for the deadline', () => {
    const line = drawLifeline(
      life({ mintedAt: now - 5 * year, deadline: { at: now + day, latest: null } }),
      width,
    )
    expect(line.edge - line.end).toBeGreaterThan(90)
  })

  it('with a deadline years ahead stays inside its width', () => {
    const deadline = { at: now + 9 * year, latest: now + 12 * year }
    const line = drawLifeline(life({ deadline }), width)
    expect(line.deadline?.to).toBe(width - 7)
    expect(line.deadline?.from).toBeGreaterThan(line.now)
  })

  it('shows 48 refreshes as 48 ticks where there is room, ascending and inside the life', () => {
    const refreshes = Array.from({ length: 48 }, (_, index) => now - (48 - index) * 6 * 60 * minute)
    const line = drawLifeline(life({ refreshes }), width)
    expect(line.ticks).toHaveLength(48)
    expect([...line.ticks].sort((a, b) => a - b)).toEqual(line.ticks)
    expect(Math.min(...line.ticks)).toBeGreaterThanOrEqual(line.born)
    expect(Math.max(...line.ticks)).toBeLessThanOrEqual(line.end)
  })

  it('draws refreshes of one moment as one tick', () => {
    const refreshes = Array.from({ length: 48 }, (_, index) => now - day + index * 1000)
    expect(drawLifeline(life({ refreshes }), width).ticks).toHaveLength(1)
  })

  it('ends at the death, also when that came with the last refresh', () => {
    const diedAt = now - 7 * day
    const line = drawLifeline(life({ refreshes: [diedAt], diedAt }), width)
    expect(line.death).toBe(line.end)
    expect(line.ticks).toEqual([line.end])
    expect(line.now).toBe(line.edge)
    expect(line.now).toBeGreaterThan(line.end)
  })

  it('of no length at all is still a line', () => {
    const line = drawLifeline(life({ mintedAt: now, diedAt: now, refreshes: [now] }), width)
    expect(line.end).toBeGreaterThan(line.born)
    expect(line.ticks.every(Number.isFinite)).toBe(true)
  })

  it('takes a birth and refreshes that lie ahead of now, after a clock was set back', () => {
    const line = drawLifeline(life({ mintedAt: now + day, refreshes: [now + 2 * day] }), width)
    const all = [line.born, line.end, line.now, line.edge, ...line.ticks]
    expect(all.every((x) => Number.isFinite(x) && x >= 0 && x <= width)).toBe(true)
  })

  it('puts a deadline that has passed into the past', () => {
    const line = drawLifeline(life({ deadline: { at: now - 7 * day, latest: null } }), width)
    expect(line.deadline?.from).toBeCloseTo((line.born + line.end) / 2, 6)
  })

  it.each([0, 10, 60])('never turns inside out in %i pixels', (narrow) => {
    const line = drawLifeline(life({ deadline: { at: now + day, latest: now + 2 * day } }), narrow)
    expect(line.edge).toBeGreaterThanOrEqual(line.born)
    expect(line.end).toBeGreaterThanOrEqual(line.born)
  })
})
