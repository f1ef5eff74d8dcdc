/** From the start of the process to an account list that answers, beside a window with one word in it. */
import { comparedFigure, plainFigure } from './figures.mjs'
import { repeatedStarts, runOnce } from './program.mjs'
import { spreadOf } from './statistics.mjs'

/** @typedef {import('./program.mjs').Program} Program */

/**
 * Types a letter into the search field, as a person would, and tells how long the next frame took.
 *
 * @param {import('./devtools.mjs').PageConnection} page
 * @returns {Promise<{ keyMs: number, rows: number }>}
 */
async function pressKey(page) {
  const search = `document.querySelector('input[type=search]')`
  const rows = await page.evaluate(`document.querySelectorAll('[role=option]').length`)
  await page.send('Emulation.setFocusEmulationEnabled', { enabled: true })
  await page.evaluate(`${search}.focus(); globalThis.answered = new Promise((resolve) => {
    ${search}.addEventListener('input', ({ timeStamp }) => {
      requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - timeStamp)))
    }, { once: true })
  }); true`)
  await page.send('Input.dispatchKeyEvent', { type: 'keyDown', text: '1', key: '1', code: 'Digit1' })
  await page.send('Input.dispatchKeyEvent', { type: 'keyUp', key: '1', code: 'Digit1' })
  const keyMs = await page.evaluate('globalThis.answered')
  if ((await page.evaluate(`${search}.value`)) !== '1') throw new Error('the search field took no key')
  return { keyMs, rows }
}

/**
 * @param {Program} program
 * @param {import('../../build/session.mjs').Session} session
 * @param {number} accounts
 */
async function startApp(program, session, accounts) {
  const { more, ...times } = await runOnce(program, session, pressKey)
  // The list keeps only the rows on the screen in the page; ten fit onto every screen that it opens on.
  if (more.rows < Math.min(accounts, 10))
    throw new Error(`the list shows ${more.rows} of ${accounts} accounts`)
  return { ...times, keyMs: more.keyMs }
}

/**
 * Rounds of one start each; the order turns with every round, so that none of them is always the one after a pause.
 *
 * @param {{ bare: Program, few: Program, many: Program }} programs
 * @param {import('../../build/session.mjs').Session} session
 * @param {number} rounds
 * @param {(text: string) => void} note
 * @returns {Promise<import('./figures.mjs').Figure[]>}
 */
export async function measureStart({ bare, few, many }, session, rounds, note) {
  const starts = [
    { kind: 'bare', run: () => runOnce(bare, session, async () => {}) },
    { kind: 'few', run: () => startApp(few, session, 3) },
    { kind: 'many', run: () => startApp(many, session, 1000) },
  ]
  // The first start of a data folder makes Chromium's own files; nobody has that start twice.
  for (const { run } of starts) await run()
  const earlier = repeatedStarts()
  const seen = { bare: [], few: [], many: [] }
  for (let round = 0; round < rounds; round += 1) {
    note(`round ${round + 1} of ${rounds}`)
    const turn = round % starts.length
    for (const { kind, run } of [...starts.slice(turn), ...starts.slice(0, turn)])
      seen[kind].push(await run())
  }
  return figuresOf(seen, repeatedStarts() - earlier)
}

const column = (runs, key) => runs.map((run) => run[key])

function figuresOf({ bare, few, many }, repeated) {
  const beside = { unit: 'ms', against: 'bare window', baseline: column(bare, 'shownMs') }
  const lost = repeated > 0 ? `; ${repeated} slow starts were asked too early and made again` : ''
  const parts = `process start to page start ${pageShare(few)}, bare ${pageShare(bare)}${lost}`
  return [
    comparedFigure({
      ...beside,
      name: 'start, 3 accounts',
      values: column(few, 'shownMs'),
      mostRatio: 1.5,
      note: parts,
    }),
    comparedFigure({
      ...beside,
      name: 'start, 1,000 accounts',
      values: column(many, 'shownMs'),
      mostRatio: 1.8,
      note: `process start to page start ${pageShare(many)}`,
    }),
    plainFigure({ name: 'key in search, 3 accounts', unit: 'ms', values: column(few, 'keyMs') }),
    plainFigure({
      name: 'key in search, 1,000 accounts',
      unit: 'ms',
      values: column(many, 'keyMs'),
      note: 'from the key event until two frames later, which is at least one frame (17 ms) on an idle machine',
    }),
  ]
}

const pageShare = (runs) => `${spreadOf(column(runs, 'pageMs')).median.toFixed(0)} ms`
