/** Starts the app or the bare window as a person's start would, and asks it afterwards when it was ready. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import readline from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { electronCommand, electronEnvironment, needsNoSandbox } from '../../build/electron-process.mjs'
import { readRuntime } from '../../build/setup/electron-runtime.mjs'
import { connectToPage } from './devtools.mjs'

/** @typedef {import('./devtools.mjs').PageConnection} PageConnection */

/**
 * @typedef {object} Program
 * @property {string} name
 * @property {string} mark what its page calls the moment when it was there
 * @property {string} dataFolder
 * @property {{ executable: string, args: string[] }} command
 */

/** The same switch for both: it opens the door through which the mark is read. */
const debuggerSwitch = '--remote-debugging-port=0'

/** @param {string} name @param {string} dataFolder @returns {Program} */
export function appProgram(name, dataFolder) {
  const { executable, args } = electronCommand()
  return {
    name,
    dataFolder,
    mark: 'latchkey:accounts-shown',
    command: { executable, args: [debuggerSwitch, ...args] },
  }
}

/** @param {string} dataFolder @returns {Program} */
export function bareProgram(dataFolder) {
  const main = path.join(import.meta.dirname, 'bare/main.cjs')
  const args = [debuggerSwitch, ...(needsNoSandbox ? ['--no-sandbox'] : []), main]
  const { executable } = readRuntime()
  return { name: 'bare window', dataFolder, mark: 'bare:shown', command: { executable, args } }
}

/**
 * @typedef {object} Running
 * @property {number} pid
 * @property {number} spawnedAt epoch ms
 * @property {() => Promise<PageConnection>} connect
 * @property {() => Promise<void>} stop as closing the session would: the app ends by itself, or is ended after 10 s
 */

/**
 * @param {Program} program
 * @param {import('../../build/session.mjs').Session} session
 * @returns {Running}
 */
export function start(program, session) {
  const { executable, args } = program.command
  const env = electronEnvironment({ ...session.env, LATCHKEY_DATA_FOLDER: program.dataFolder })
  const spawnedAt = performance.timeOrigin + performance.now()
  const child = spawn(executable, args, { env, stdio: ['ignore', 'ignore', 'pipe'] })
  session.onEnd(() => child.kill('SIGKILL'))
  const address = debuggerAddress(child)
  address.catch(() => {})
  return {
    pid: child.pid ?? 0,
    spawnedAt,
    connect: async () => pageOf(await address),
    stop: () => stop(child),
  }
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<string>}
 */
async function debuggerAddress(child) {
  let said = ''
  for await (const line of readline.createInterface({ input: child.stderr })) {
    const found = /^DevTools listening on (ws:\S+)$/.exec(line)?.[1]
    said = `${said}${line}\n`.slice(-2000)
    if (!found) continue
    // What follows is read and dropped: a full pipe would stop the app.
    child.stderr.resume()
    return found
  }
  throw new Error(`the window did not come up: ${said.trim()}`)
}

const pageLimitMs = 15_000

/** @param {string} address */
async function pageOf(address) {
  const until = Date.now() + pageLimitMs
  for (;;) {
    const page = await connectToPage(address)
    if (page) return page
    if (Date.now() > until) throw new Error('there is no page to ask')
    await sleep(100)
  }
}

/** @param {import('node:child_process').ChildProcess} child */
async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const limit = setTimeout(() => child.kill('SIGKILL'), 10_000)
  await ended
  clearTimeout(limit)
}

/** How long a start is left alone before its page is asked, ms. Asking earlier would be part of what is measured. */
let leaveAloneMs = 2500
const tries = 4
let repeated = 0

/** How many starts were asked too early and made again: slow ones, which are missing in the figures. */
export function repeatedStarts() {
  return repeated
}

/**
 * @typedef {object} Shown
 * @property {number} shownMs from the start of the process to the mark
 * @property {number} pageMs from the start of the process to the start of its page; the rest is the page's own
 */

/**
 * Waits, without looking, until the program must be up; then reads when it was. A start that was looked at too early
 * is not an answer.
 *
 * @param {Program} program
 * @param {Running} running
 * @returns {Promise<Shown & { page: PageConnection } | 'looked-too-early'>}
 */
async function whenShown(program, running) {
  await sleep(leaveAloneMs)
  const askedAt = performance.timeOrigin + performance.now()
  const page = await running.connect()
  const seen = await page.evaluate(markOf(program)).catch(noPageYet)
  if (seen && seen.mark !== null && seen.origin + seen.mark < askedAt) {
    const pageMs = seen.origin - running.spawnedAt
    return { page, pageMs, shownMs: pageMs + seen.mark }
  }
  page.close()
  return 'looked-too-early'
}

/** @param {Program} program */
function markOf({ mark }) {
  const first = `performance.getEntriesByName(${JSON.stringify(mark)})[0]`
  return `({ origin: performance.timeOrigin, mark: ${first}?.startTime ?? null })`
}

/** @param {unknown} error */
function noPageYet(error) {
  if (error instanceof Error && /execution context/i.test(error.message)) return null
  throw error
}

/**
 * Starts the program, reads when its page was there, does `more` with it and ends it. On a machine that is so busy
 * that the window was not up in time, it starts again and waits longer.
 *
 * @template T
 * @param {Program} program
 * @param {import('../../build/session.mjs').Session} session
 * @param {(page: PageConnection, running: Running) => Promise<T>} more
 * @returns {Promise<Shown & { more: T }>}
 */
export async function runOnce(program, session, more) {
  for (let left = tries; left > 0; left -= 1) {
    const running = start(program, session)
    try {
      const shown = await whenShown(program, running)
      if (shown !== 'looked-too-early') {
        const { page, ...times } = shown
        return { ...times, more: await more(page, running).finally(() => page.close()) }
      }
      leaveAloneMs *= 1.5
      repeated += 1
    } finally {
      await running.stop()
    }
  }
  throw new Error(`${program.name} was not up after ${leaveAloneMs} ms, or sets no mark "${program.mark}"`)
}
