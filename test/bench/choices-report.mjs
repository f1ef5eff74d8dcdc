/** The figures of `choices.mjs`. */
import path from 'node:path'
import { run } from '../../build/setup/progress.mjs'
import { plainFigure } from './figures.mjs'

/** @typedef {import('./figures.mjs').Figure} Figure */

/** @returns {Promise<Figure[]>} */
export async function measureChoices() {
  const script = path.join(import.meta.dirname, 'choices.mjs')
  const measured = JSON.parse(await run(process.execPath, ['--no-warnings', script]))
  return [
    plainFigure({
      name: 'whom a folder means, with 1,000 rules, p50',
      unit: 'µs',
      values: [measured.resolutionP50Us],
      most: 50,
    }),
    plainFigure({
      name: 'who can do this, 1,000 accounts × 20 scopes',
      unit: 'ms',
      values: measured.whoCanDo,
      most: 16,
    }),
    plainFigure({
      name: 'a key in the search of all scopes',
      unit: 'ms',
      values: measured.search,
      most: 5,
      note: 'the dearest key of each of five searches',
    }),
    plainFigure({
      name: 'what a revocation of 100 tokens ends',
      unit: 'ms',
      values: measured.blast,
      most: 10,
    }),
  ]
}
