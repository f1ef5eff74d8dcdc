/** The picture of how often a lease was used: pure. Instants are epoch ms, places pixels from the left edge. */

export interface Uses {
  readonly at: number
  readonly count: number
}

export interface UseBar {
  readonly x: number
  /** From 0 to 1: the share of the highest bar's height. */
  readonly height: number
}

export interface UseLine {
  readonly bars: readonly UseBar[]
  /** When the picture begins. */
  readonly from: number
}

/** Bars are so wide, and what falls into the same one is added up. */
export const barWidth = 4
const inset = 3
/** A picture of one minute would say nothing. */
const leastSpanMs = 3_600_000

/**
 * Places the bundles of uses between the first of them and now on a line of `width` pixels. Heights grow with the
 * square root of the count, so that a single use can still be seen beside a thousand.
 */
export function drawUses(uses: readonly Uses[], now: number, width: number): UseLine {
  const first = uses.reduce((least, { at }) => Math.min(least, at), now)
  const from = Math.min(first, now - leastSpanMs)
  const room = Math.max(0, width - 2 * inset - barWidth)
  const slots = new Map<number, number>()
  for (const { at, count } of uses) {
    const share = (Math.min(at, now) - from) / (now - from)
    const slot = Math.round((share * room) / (barWidth + 1))
    slots.set(slot, (slots.get(slot) ?? 0) + count)
  }
  const most = Math.max(1, ...slots.values())
  const bars = [...slots]
    .sort(([one], [other]) => one - other)
    .map(([slot, count]) => ({ x: inset + slot * (barWidth + 1), height: Math.sqrt(count / most) }))
  return { bars, from }
}
