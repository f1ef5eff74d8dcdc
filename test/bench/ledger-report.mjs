/** The ledger's own benchmark, in a process of its own so that it measures no heap but its own. */
import path from 'node:path'
import { run } from '../../build/setup/progress.mjs'
import { judged, missingFigure } from './figures.mjs'

/** @typedef {import('./figures.mjs').Figure} Figure */

/**
 * One line of its report: a name and `median [min-max]`; behind them how often, or the ratio of the line above it
 * to this one and what was wanted of it. An indented line belongs to the one above that is not.
 */
const reportLine =
  /^(?<indent> *)(?<name>\S.*?)\s{2,}(?<median>[\d.]+) \[(?<min>[\d.]+)-(?<max>[\d.]+)\](?<rest>.*)$/

/** @returns {Promise<Figure[]>} */
export async function measureLedger() {
  const script = path.join(import.meta.dirname, 'ledger.mjs')
  return readReport(await run(process.execPath, ['--no-warnings', script]))
}

/**
 * @param {string} report
 * @returns {Figure[]}
 */
export function readReport(report) {
  const rows = report.split('\n').flatMap((text) => reportLine.exec(text)?.groups ?? [])
  let head = null
  const figures = rows.flatMap((row) => {
    if (row.indent !== '') return head ? [figureOf(head, row)] : []
    const [, name, unit] = /^(.*), (\S+)$/.exec(row.name) ?? ['', row.name, '']
    head = { name, unit, row, n: Number(/\((\d+) rounds/.exec(row.rest)?.[1] ?? 1) }
    return []
  })
  return figures.length > 0 ? figures : [missingFigure('ledger', 'its report could not be read')]
}

/** @returns {Figure} */
function figureOf({ name, unit, row: measured, n }, row) {
  const ratio = /ratio ([\d.]+)(?: \(wanted ≤ ([\d.]+)\))?/.exec(row.rest)
  if (!ratio) return judged({ name: row.name, unit, measured: spreadIn(row, n), ...nothingBeside })
  const value = Number(ratio[1])
  return judged({
    name,
    unit,
    measured: spreadIn(measured, n),
    against: { name: row.name, spread: spreadIn(row, n) },
    ratio: { median: value, min: value, max: value, n: 1 },
    target: ratio[2] === undefined ? null : { of: 'ratio', most: Number(ratio[2]) },
  })
}

const nothingBeside = { against: null, ratio: null, target: null }

const spreadIn = ({ median, min, max }, n) => ({
  median: Number(median),
  min: Number(min),
  max: Number(max),
  n,
})
