/** The figures of `life.mjs`. */
import path from 'node:path'
import { run } from '../../build/setup/progress.mjs'
import { plainFigure } from './figures.mjs'

/** @typedef {import('./figures.mjs').Figure} Figure */

/** @returns {Promise<Figure[]>} */
export async function measureLife() {
  const script = path.join(import.meta.dirname, 'life.mjs')
  const measured = JSON.parse(await run(process.execPath, ['--no-warnings', script]))
  const one = (name, unit, value, most, note) =>
    plainFigure({ name, unit, values: [value], most, ...(note ? { note } : {}) })
  return [
    one('requests for 1,000 callers of one expired grant', '', measured.oneGrant, 1),
    one('requests for 100 callers each of 100 expired grants', '', measured.hundredGrants, 100),
    one('access token from memory, p50', 'µs', measured.cachedP50Us, 20),
    one('access token from memory, p99', 'µs', measured.cachedP99Us, 200),
    plainFigure({ name: 'deadlines of 10,000 grants', unit: 'ms', values: measured.deadlines, most: 100 }),
    plainFigure({ name: 'rows of 1,000 accounts with them', unit: 'ms', values: measured.views }),
    plainFigure({ name: 'what changes next among them', unit: 'ms', values: measured.nextChange }),
    plainFigure({ name: 'start with a snapshot of them', unit: 'ms', values: measured.start, most: 200 }),
    one('timers alive in an idle profile of 10,000 grants', '', measured.timersAlive, 1),
    plainFigure({
      name: 'its idle share of one core',
      unit: '%',
      values: [measured.idlePercent],
      most: 0.5,
      below: true,
    }),
  ]
}
