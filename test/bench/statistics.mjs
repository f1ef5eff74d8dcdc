/** Medians and ranges: what a figure is told by. */

/**
 * @typedef {object} Spread
 * @property {number} median
 * @property {number} min
 * @property {number} max
 * @property {number} n
 */

/**
 * @param {readonly number[]} values at least one
 * @returns {Spread}
 */
export function spreadOf(values) {
  if (values.length === 0) throw new Error('there is nothing to take a median of')
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const median =
    sorted.length % 2 === 1 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2
  return { median, min: sorted[0], max: sorted.at(-1), n: sorted.length }
}

/**
 * Each value over the one measured beside it. The machine drifts from minute to minute; a pair drifts together.
 *
 * @param {readonly number[]} values
 * @param {readonly number[]} baseline measured in turn with `values`, one for one
 * @returns {Spread}
 */
export function pairedRatios(values, baseline) {
  if (values.length !== baseline.length) throw new Error('a pair is missing its other half')
  return spreadOf(values.map((value, index) => value / baseline[index]))
}
