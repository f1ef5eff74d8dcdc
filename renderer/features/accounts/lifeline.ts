/** The life of one token, all instants epoch ms. */
export interface LifeFacts {
  readonly mintedAt: number
  readonly now: number
  readonly refreshes: readonly number[]
  /** `latest` where the rule leaves a span. */
  readonly deadline: { readonly at: number; readonly latest: number | null } | null
  readonly diedAt: number | null
}

/** Where everything of a life is drawn: pixels from the left edge. */
export interface Lifeline {
  readonly born: number
  /** Where life was last seen: now, or the death. */
  readonly end: number
  readonly now: number
  /** The right edge of the time line. */
  readonly edge: number
  /** Ascending, at least `tickGap` apart: what would fall on one another is one tick. */
  readonly ticks: readonly number[]
  readonly deadline: { readonly from: number; readonly to: number } | null
  readonly death: number | null
}

/** Room for the marks at both ends. */
const inset = 7
const tickGap = 3
/** What has happened and what lies ahead both keep some room, however unlike they are in length. */
const leastShare = 0.18

/** A straight scale between two instants. Both the same: all of it stands at the end. */
function scale(from: number, to: number, left: number, right: number): (at: number) => number {
  if (to <= from) return () => right
  return (at) => left + ((Math.min(Math.max(at, from), to) - from) / (to - from)) * (right - left)
}

function shareOf(part: number, whole: number): number {
  if (whole <= 0) return leastShare
  return Math.min(Math.max(part / whole, leastShare), 1 - leastShare)
}

function ticksAt(instants: readonly number[], place: (at: number) => number): number[] {
  const ticks: number[] = []
  for (const x of instants.map(place).sort((a, b) => a - b)) {
    const last = ticks[ticks.length - 1]
    if (last === undefined || x - last >= tickGap) ticks.push(x)
  }
  return ticks
}

/**
 * Places a life on a line of `width` pixels. Time runs evenly from birth to the last sign of life, and evenly
 * again from there to what follows (the deadline, or now for a dead token), each with its own scale: otherwise
 * a minute of life would vanish beside a deadline in half a year.
 */
export function drawLifeline(facts: LifeFacts, width: number): Lifeline {
  const left = inset
  const right = Math.max(left, width - inset)
  const due = facts.deadline && facts.diedAt === null ? (facts.deadline.latest ?? facts.deadline.at) : null
  const ahead = due !== null && due > facts.now
  const seen = facts.diedAt ?? facts.now
  const birth = Math.min(facts.mintedAt, seen)
  const last = ahead ? due : Math.max(facts.now, seen)
  const open = facts.diedAt === null && !ahead
  const share = open ? 1 - leastShare : shareOf(seen - birth, last - birth)
  const end = left + (right - left) * share
  const past = scale(birth, seen, left, end)
  const future = scale(seen, last, end, right)
  const place = (at: number): number => (at <= seen ? past(at) : future(at))
  return {
    born: left,
    end,
    now: facts.diedAt === null ? end : right,
    edge: right,
    ticks: ticksAt(facts.refreshes, place),
    deadline: placeDeadline(facts, place, ahead ? future : null),
    death: facts.diedAt === null ? null : end,
  }
}

function placeDeadline(
  { deadline, diedAt }: LifeFacts,
  place: (at: number) => number,
  future: ((at: number) => number) | null,
): Lifeline['deadline'] {
  if (!deadline || diedAt !== null) return null
  const from = place(deadline.at)
  return { from, to: future && deadline.latest !== null ? Math.max(from, future(deadline.latest)) : from }
}
