/** The figures of `ways.mjs`. */
import path from 'node:path'
import { run } from '../../build/setup/progress.mjs'
import { plainFigure } from './figures.mjs'

/** @typedef {import('./figures.mjs').Figure} Figure */

/** @returns {Promise<Figure[]>} */
export async function measureWays() {
  const script = path.join(import.meta.dirname, 'ways.mjs')
  const measured = JSON.parse(await run(process.execPath, ['--no-warnings', script]))
  const one = (name, unit, value, most) => plainFigure({ name, unit, values: [value], most })
  return [
    plainFigure({ name: 'signature of an assertion', unit: 'ms', values: measured.signatures, most: 5 }),
    one('token of a service account from memory, p50', 'µs', measured.cachedP50Us, 20),
    one('requests for 200 service accounts due at once', '', measured.dueRequests, 200),
    one('of these in the air at a time', '', measured.dueInAir, 8),
    one('requests of a pending device code in 31 s, interval 5 s', '', measured.devicePolls, 6),
    plainFigure({
      name: 'its share of one core',
      unit: '%',
      values: [measured.devicePercent],
      most: 0.1,
      below: true,
    }),
  ]
}
