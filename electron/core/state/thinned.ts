/** So many instants are kept of one token's refreshes. */
const limit = 48
/** Of them, so many of the latest are kept whatever happens. */
const latest = 16

/**
 * Bounds a growing list of ascending instants: when it is over its limit, the older one goes whose neighbours are
 * closest together. The first stays, and what stays reaches evenly over the whole time, as a picture of it needs.
 */
export function thinned(instants: readonly number[]): readonly number[] {
  if (instants.length <= limit) return instants
  const dropped = densest(instants, instants.length - latest)
  return instants.filter((_, index) => index !== dropped)
}

/** The index from 1 up to `end` at which leaving one out leaves the smallest gap. */
function densest(instants: readonly number[], end: number): number {
  let found = 1
  let smallest = Infinity
  for (let index = 1; index < end; index += 1) {
    const gap = (instants[index + 1] ?? Infinity) - (instants[index - 1] ?? 0)
    if (gap >= smallest) continue
    found = index
    smallest = gap
  }
  return found
}
