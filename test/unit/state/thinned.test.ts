import { describe, expect, it } from 'vitest'
import { thinned } from '../../../electron/core/state/thinned.ts'

/** A life of so many refreshes, an hour apart, thinned at each of them as the fold does. */
function life(refreshes: number): readonly number[] {
  let kept: readonly number[] = []
  for (let hour = 0; hour < refreshes; hour += 1) kept = thinned([...kept, hour])
  return kept
}

describe('the refreshes kept of a token', () => {
  it('are all of them while they are few', () => {
    expect(life(48)).toHaveLength(48)
  })

  it('stay few however many there are', () => {
    for (const refreshes of [49, 100, 1000, 10_000]) expect(life(refreshes).length).toBeLessThanOrEqual(48)
  })

  it('always hold the first and the latest sixteen', () => {
    const kept = life(5000)
    expect(kept[0]).toBe(0)
    expect(kept.slice(-16)).toEqual(Array.from({ length: 16 }, (_, index) => 4984 + index))
  })

  it('stay in order and reach over the whole life', () => {
    const kept = life(5000)
    expect([...kept].sort((a, b) => a - b)).toEqual(kept)
    expect(kept.some((hour) => hour > 1000 && hour < 4000)).toBe(true)
  })
})
