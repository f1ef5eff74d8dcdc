import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Rectangle } from '../../../electron/shell/window-bounds.ts'
import { placeWindow, readWindowState } from '../../../electron/shell/window-bounds.ts'

const laptop: Rectangle = { x: 0, y: 25, width: 1440, height: 875 }
const left: Rectangle = { x: -1920, y: 0, width: 1920, height: 1080 }
const at = (x: number, y: number, width = 900, height = 700) => ({
  bounds: { x, y, width, height },
  maximized: false,
})

const inside = (inner: Rectangle, outer: Rectangle): boolean =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height

describe('the place of the window', () => {
  it('is the middle of the main screen at the first start', () => {
    expect(placeWindow(null, [laptop, left])).toEqual({
      bounds: { x: 160, y: 82, width: 1120, height: 760 },
      maximized: false,
    })
  })

  it('is where it was, also on a screen left of the main one', () => {
    expect(placeWindow(at(-1500, 100), [laptop, left])).toEqual(at(-1500, 100))
  })

  it('is the main screen when its own screen is gone', () => {
    expect(placeWindow(at(-1500, 100), [laptop])).toEqual(at(270, 112))
  })

  it('is pulled in whole when it stood half outside', () => {
    expect(placeWindow(at(1200, 700), [laptop])).toEqual(at(540, 200))
  })

  it('counts as lost when only a sliver of it is on a screen', () => {
    expect(placeWindow(at(1400, 100), [laptop])).toEqual(at(270, 112))
  })

  it('shrinks to a screen that is smaller than it was', () => {
    expect(placeWindow(at(0, 25, 3000, 2000), [laptop]).bounds).toEqual(laptop)
  })

  it('keeps being maximised', () => {
    expect(placeWindow({ ...at(100, 100), maximized: true }, [laptop]).maximized).toBe(true)
  })

  it('is always whole on one screen and never smaller than the minimum', () => {
    const coordinate = fc.integer({ min: -10_000, max: 10_000 })
    const size = fc.integer({ min: 1, max: 10_000 })
    const screen = fc.record({
      x: coordinate,
      y: coordinate,
      width: fc.integer({ min: 640, max: 4_000 }),
      height: fc.integer({ min: 600, max: 4_000 }),
    })
    fc.assert(
      fc.property(
        coordinate,
        coordinate,
        size,
        size,
        fc.array(screen, { minLength: 1, maxLength: 4 }),
        (x, y, width, height, screens) => {
          const { bounds } = placeWindow(at(x, y, width, height), screens)
          expect(screens.some((area) => inside(bounds, area))).toBe(true)
          expect(bounds.width).toBeGreaterThanOrEqual(480)
          expect(bounds.height).toBeGreaterThanOrEqual(480)
        },
      ),
    )
  })
})

describe('a saved place', () => {
  it('is read back as it was written', () => {
    expect(readWindowState(JSON.parse(JSON.stringify(at(-5, 10))))).toEqual(at(-5, 10))
  })

  it.each([
    [null],
    ['text'],
    [{}],
    [{ bounds: null }],
    [{ bounds: { x: 0, y: 0, width: 0, height: 700 } }],
    [{ bounds: { x: 0, y: 0, width: -900, height: 700 } }],
    [{ bounds: { x: '0', y: 0, width: 900, height: 700 } }],
    [{ bounds: { x: 0.5, y: 0, width: 900, height: 700 } }],
    [{ bounds: { x: 1e12, y: 0, width: 900, height: 700 } }],
    [{ bounds: { x: 0, y: 0, width: 900 } }],
  ])('that says %j is taken as none', (saved) => {
    expect(readWindowState(saved)).toBeNull()
  })
})
