/** The figures as a table for a terminal. */

/** @typedef {import('./figures.mjs').Figure} Figure */
/** @typedef {import('./statistics.mjs').Spread} Spread */

const heads = ['figure', 'median [range]', 'n', 'compared with', 'ratio [range]', 'target', '']

/**
 * @param {readonly Figure[]} figures
 * @returns {string}
 */
export function tableOf(figures) {
  const rows = [heads, ...figures.map(cellsOf)]
  const widths = heads.map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd(),
  )
  const [head, ...body] = lines
  return [head, '-'.repeat(head.length), ...body, ...notesOf(figures)].join('\n')
}

/** @param {Figure} figure */
function cellsOf(figure) {
  const { name, unit, measured, against, ratio, target, verdict } = figure
  return [
    name,
    measured ? `${spread(measured)} ${unit}` : 'not measured',
    measured ? String(measured.n) : '',
    against ? `${against.name}: ${spread(against.spread)} ${unit}` : '',
    ratio ? spread(ratio, 2) : '',
    target ? `${target.below ? '<' : '≤'} ${target.most} ${target.of === 'ratio' ? '×' : unit}` : '',
    verdict ?? '',
  ]
}

/** @param {readonly Figure[]} figures */
function notesOf(figures) {
  const notes = figures.filter((figure) => figure.note).map((figure) => `  ${figure.name}: ${figure.note}`)
  return notes.length > 0 ? ['', ...notes] : []
}

/**
 * @param {Spread} values
 * @param {number} [digits]
 */
function spread({ median, min, max, n }, digits = digitsFor(median)) {
  const text = median.toFixed(digits)
  return n === 1 ? text : `${text} [${min.toFixed(digits)}-${max.toFixed(digits)}]`
}

/** @param {number} value */
function digitsFor(value) {
  if (value < 10) return 2
  return value < 1000 ? 1 : 0
}
