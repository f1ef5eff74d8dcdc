/** Spreading of checks over time, so that a thousand accounts do not ask in one second. */

/** Checks of one round are at most this far apart, ms, … */
const widestGapMs = 2 * 1000
/** … and closer where there are so many that the round would take longer than this, ms. */
const longestRoundMs = 10 * 60 * 1000

/** One check that is to be made unasked. */
export interface Slot {
  readonly tokenId: string
  /** When its turn comes, ms of the machine's forward-going time. */
  readonly at: number
  /** By which rules it fell due; they are asked again when its turn has come. */
  readonly asked: 'plan' | 'round'
}

/** The same checks in the same order, evenly spaced from `from` on. */
export function spread(checks: readonly Omit<Slot, 'at'>[], from: number): Slot[] {
  const gapMs = Math.min(widestGapMs, longestRoundMs / checks.length)
  return checks.map(({ tokenId, asked }, index) => ({ tokenId, asked, at: from + index * gapMs }))
}

/** Both, in the order of their turns. */
export function merged(slots: readonly Slot[], more: readonly Slot[]): Slot[] {
  return [...slots, ...more].sort((one, other) => one.at - other.at)
}
