/** One figure of the report: what was measured, beside what, and what was wanted of it. */
import { pairedRatios, spreadOf } from './statistics.mjs'

/** @typedef {import('./statistics.mjs').Spread} Spread */

/**
 * @typedef {object} Figure
 * @property {string} name
 * @property {string} unit
 * @property {Spread | null} measured null when it could not be measured; `note` says why
 * @property {{ name: string, spread: Spread } | null} against
 * @property {Spread | null} ratio
 * @property {{ of: 'ratio' | 'value', most: number, below?: boolean } | null} target null: for information
 * @property {'met' | 'missed' | null} verdict on the median
 * @property {string} [note]
 */

/**
 * A figure that stands beside a baseline, measured in turn with it.
 *
 * @param {{ name: string, unit: string, values: readonly number[], against: string, baseline: readonly number[], mostRatio?: number, note?: string }} facts
 * @returns {Figure}
 */
export function comparedFigure({ name, unit, values, against, baseline, mostRatio, note }) {
  const ratio = pairedRatios(values, baseline)
  return judged({
    name,
    unit,
    measured: spreadOf(values),
    against: { name: against, spread: spreadOf(baseline) },
    ratio,
    target: mostRatio === undefined ? null : { of: 'ratio', most: mostRatio },
    note,
  })
}

/**
 * A figure with a bound of its own, or none.
 *
 * @param {{ name: string, unit: string, values: readonly number[], most?: number, below?: boolean, against?: { name: string, values: readonly number[] }, note?: string }} facts
 * @returns {Figure}
 */
export function plainFigure({ name, unit, values, most, below, against, note }) {
  return judged({
    name,
    unit,
    measured: spreadOf(values),
    against: against ? { name: against.name, spread: spreadOf(against.values) } : null,
    ratio: null,
    target: most === undefined ? null : { of: 'value', most, ...(below ? { below } : {}) },
    note,
  })
}

/**
 * @param {string} name
 * @param {string} why
 * @returns {Figure}
 */
export function missingFigure(name, why) {
  const nothing = { unit: '', measured: null, against: null, ratio: null, target: null, verdict: null }
  return { name, ...nothing, note: why }
}

/**
 * @param {Omit<Figure, 'verdict'>} figure
 * @returns {Figure}
 */
export function judged(figure) {
  const { target } = figure
  const value = target?.of === 'ratio' ? figure.ratio?.median : figure.measured?.median
  if (!target || value === undefined) return { ...figure, verdict: null }
  const met = target.below ? value < target.most : value <= target.most
  return { ...figure, verdict: met ? 'met' : 'missed' }
}
