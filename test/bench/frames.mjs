/**
 * Whether the list of a thousand accounts stays smooth while health changes arrive, and how soon its search answers:
 * the built window in the system's Chromium, in front of a scripted main, beside the same window left alone.
 *
 * LATCHKEY_BENCH_FRAME_ROUNDS: rounds of `roundMs` each (5).
 */
import fs from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { chromium } from '@playwright/test'
import { createContractDouble } from '../support/contract-double.ts'
import { startLoopbackHost } from '../support/loopback-host.ts'
import { dayMs, sampleSnapshot } from '../support/sample-state.ts'
import { comparedFigure, missingFigure, plainFigure } from './figures.mjs'

/** @typedef {import('@playwright/test').Page} Page */
/** @typedef {import('../support/contract-double.ts').ContractDouble} ContractDouble */

const accounts = 1000
const changesPerSecond = 50
const roundMs = 4000
const keysPerRound = 12
const switches = 12
/** One frame of a 60 Hz screen; timers in the page are coarser than its last digit. */
const frameMs = 16.7
/** At most one frame in twenty may be lost to the changes. */
const mostRatio = 1.05
/** A frame that took this long stood in for two. */
const lateMs = 1.5 * frameMs

/**
 * Every account in turn, far apart in the list, becomes worse or well again, as a round of checks would do it.
 *
 * @param {ContractDouble} double
 * @param {number} number
 */
function changeOne(double, number) {
  const index = (number * 37) % accounts
  const account = double.snapshot.accounts[index]
  const soon = number % 2 === 0
  const at = Date.now() + (1 + (number % 6)) * dayMs
  const health = soon
    ? { level: 'soon', reason: 'deadline', at, clock: 'testing', cause: null }
    : { level: 'fine', reason: 'ready', at: null, clock: null, cause: null }
  const next = account.next && { ...account.next, at }
  double.change({ accounts: { upsert: [{ ...account, health, next }], remove: [] } })
}

/** @param {ContractDouble} double @returns {() => void} ends it */
function keepChanging(double) {
  const from = performance.now()
  let sent = 0
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - from) / 1000) * changesPerSecond)
    while (sent < due) changeOne(double, (sent += 1))
  }, 10)
  return () => clearInterval(timer)
}

/**
 * The times between frames over one round, ms.
 *
 * @param {Page} page
 * @returns {Promise<number[]>}
 */
function framesOf(page) {
  return page.evaluate(
    (forMs) =>
      new Promise((resolve) => {
        const times = []
        let last = null
        const look = (now) => {
          if (last !== null) times.push(now - last)
          last = now
          if (times.length > 0 && times.reduce((sum, time) => sum + time, 0) >= forMs) resolve(times)
          else globalThis.requestAnimationFrame(look)
        }
        globalThis.requestAnimationFrame(look)
      }),
    roundMs,
  )
}

/**
 * How much of one core the page's own thread used while `during` ran, percent.
 *
 * @template T
 * @param {import('@playwright/test').CDPSession} devtools
 * @param {() => Promise<T>} during
 */
async function withWork(devtools, during) {
  const read = async () => {
    const { metrics } = await devtools.send('Performance.getMetrics')
    const of = (name) => metrics.find((metric) => metric.name === name)?.value ?? 0
    return { busy: of('TaskDuration'), at: of('Timestamp') }
  }
  const before = await read()
  const value = await during()
  const after = await read()
  return { value, work: ((after.busy - before.busy) / (after.at - before.at)) * 100 }
}

/**
 * Types into the search field while changes arrive, and tells for each key how long it took until the frame that
 * answers it was drawn.
 *
 * @param {Page} page
 * @param {string} text
 * @returns {Promise<number[]>}
 */
async function typeAndTime(page, text) {
  const field = page.getByRole('searchbox').first()
  await field.fill('')
  await field.focus()
  await field.evaluate((element) => {
    globalThis.answered = []
    // As a property, so that the next round takes the place of this one.
    element.oninput = ({ timeStamp }) => {
      globalThis.requestAnimationFrame(() => {
        // A message is handled after the frame is drawn, so what it counts includes the drawing.
        const { port1, port2 } = new MessageChannel()
        port1.onmessage = () => globalThis.answered.push(performance.now() - timeStamp)
        port2.postMessage(null)
      })
    }
  })
  for (const [position, letter] of [...text].entries()) {
    await page.keyboard.type(letter)
    // Never in step with the frames.
    await sleep(120 + ((position * 53) % 90))
  }
  if ((await field.inputValue()) !== text) throw new Error('the search field did not take every key')
  const times = await page.evaluate(() => globalThis.answered)
  await field.fill('')
  return times
}

/** @param {Page} page @param {ContractDouble} double */
async function measureRound(page, double) {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Performance.enable')
  const alone = await withWork(devtools, () => framesOf(page))
  const stop = keepChanging(double)
  try {
    const busy = await withWork(devtools, () => framesOf(page))
    const keys = await typeAndTime(page, 'hana weber 667'.slice(0, keysPerRound))
    return { alone, busy, keys }
  } finally {
    stop()
    await devtools.detach()
  }
}

/** As main does: the mark moves, and both rows are told. @param {ContractDouble} double */
function answerActivation(double) {
  double.answerWith({
    'accounts.activate': ({ accountId }) => {
      const upsert = double.snapshot.accounts
        .filter((account) => account.active !== (account.accountId === accountId))
        .map((account) => ({ ...account, active: account.accountId === accountId }))
      const changed = new Map(upsert.map((account) => [account.accountId, account]))
      const accounts = double.snapshot.accounts.map((account) => changed.get(account.accountId) ?? account)
      double.snapshot = { ...double.snapshot, accounts }
      double.change({ accounts: { upsert, remove: [] } })
      return { ok: true, value: null }
    },
  })
}

/**
 * From the key that chooses another account in the switcher to the frame that shows it as the active one, ms.
 *
 * @param {Page} page
 * @returns {Promise<number[]>}
 */
async function switchAndTime(page) {
  const trigger = page.locator('aside button[aria-haspopup=menu]').first()
  await trigger.evaluate((element) => {
    globalThis.switched = []
    let pressedAt = null
    globalThis.addEventListener(
      'keydown',
      ({ key, timeStamp }) => key === 'Enter' && (pressedAt = timeStamp),
      true,
    )
    new globalThis.MutationObserver(() => {
      const from = pressedAt
      pressedAt = null
      if (from === null) return
      globalThis.requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel()
        port1.onmessage = () => globalThis.switched.push(performance.now() - from)
        port2.postMessage(null)
      })
    }).observe(element, { subtree: true, characterData: true, childList: true })
  })
  for (let time = 0; time < switches; time += 1) {
    const before = await trigger.textContent()
    await trigger.click()
    await page.getByRole('menuitem').nth(1).focus()
    await page.keyboard.press('Enter')
    await page.waitForFunction(
      ([selector, text]) => globalThis.document.querySelector(selector)?.textContent !== text,
      ['aside button[aria-haspopup=menu]', before],
    )
    await sleep(150)
  }
  const times = await page.evaluate(() => globalThis.switched)
  if (times.length !== switches) throw new Error('not every switch was seen')
  return times
}

const meanOf = (values) => values.reduce((sum, value) => sum + value, 0) / values.length
const lateShare = (times) => (times.filter((time) => time > lateMs).length / times.length) * 100

/**
 * @param {string} sort the name of the order on screen
 * @param {Awaited<ReturnType<typeof measureRound>>[]} rounds
 */
function figuresOf(sort, rounds) {
  const all = (pick) => rounds.map(pick)
  const title = `1,000 accounts ${sort}, ${changesPerSecond} changes a second`
  const keys = rounds.flatMap(({ keys }) => keys)
  return [
    comparedFigure({
      ...{ name: `frame time, ${title}`, unit: 'ms', mostRatio },
      values: all(({ busy }) => meanOf(busy.value)),
      ...{ against: 'left alone', baseline: all(({ alone }) => meanOf(alone.value)) },
      note: `means of rounds of ${roundMs / 1000} s; ${frameMs} ms are 60 frames a second, which a busy machine misses by itself`,
    }),
    plainFigure({
      ...{ name: `late frames, ${title}`, unit: '%' },
      values: all(({ busy }) => lateShare(busy.value)),
      against: { name: 'left alone', values: all(({ alone }) => lateShare(alone.value)) },
    }),
    plainFigure({
      ...{ name: `window thread, ${title}`, unit: '% of a core' },
      values: all(({ busy }) => busy.work),
      against: { name: 'left alone', values: all(({ alone }) => alone.work) },
    }),
    plainFigure({
      ...{ name: `key to drawn answer, ${title}`, unit: 'ms', most: frameMs, values: keys },
    }),
  ]
}

/** @param {(text: string) => void} note @returns {Promise<import('./figures.mjs').Figure[]>} */
export async function measureFrames(note = () => {}) {
  const executablePath = process.env['LATCHKEY_CHROMIUM'] ?? '/usr/bin/chromium'
  if (!fs.existsSync(executablePath)) return [missingFigure('frames', `there is no ${executablePath}`)]
  const double = createContractDouble(sampleSnapshot(accounts))
  const host = await startLoopbackHost({
    handlers: double.handlers,
    listen: (listener) => double.listen(listener),
    onFault: (command, cause) => note(`${command}: ${String(cause)}`),
  })
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const browser = await chromium.launch({ executablePath, args })
  try {
    const page = await browser.newPage({ viewport: { width: 1200, height: 800 } })
    await page.goto(host.url)
    await page.locator('div[role=listbox] [role=option]').first().waitFor()
    await sleep(1000)
    const figures = []
    for (const { sort, value } of orders) {
      await page.getByRole('combobox').first().selectOption(value)
      const rounds = []
      for (let round = 0; round < roundsWanted(); round += 1) {
        rounds.push(await measureRound(page, double))
        note(`${sort}: round ${round + 1}, ${meanOf(rounds[round].busy.value).toFixed(1)} ms a frame`)
      }
      figures.push(...figuresOf(sort, rounds))
    }
    answerActivation(double)
    const switched = await switchAndTime(page)
    const name = 'key to drawn switch of the active account, 1,000 accounts'
    const onTop = 'main answers at once here; its write to the ledger comes on top'
    return [...figures, plainFigure({ name, unit: 'ms', most: 50, values: switched, note: onTop })]
  } finally {
    await browser.close()
    await host.close()
  }
}

/** By name a row keeps its place when its health changes; by health it moves. */
const orders = [
  { sort: 'by name', value: 'name' },
  { sort: 'by health', value: 'health' },
]

function roundsWanted() {
  const wanted = Number(process.env['LATCHKEY_BENCH_FRAME_ROUNDS'] ?? 5)
  if (!Number.isInteger(wanted) || wanted < 1)
    throw new Error('LATCHKEY_BENCH_FRAME_ROUNDS is a number of rounds')
  return wanted
}
