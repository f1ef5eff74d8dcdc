/** Memory of the open window and what it does when nobody does anything, beside a bare window. Linux only. */
import { setTimeout as sleep } from 'node:timers/promises'
import { comparedFigure, missingFigure, plainFigure } from './figures.mjs'
import { copiesBeside, cpuTimes, memoryOf } from '../support/process-tree.mjs'
import { runOnce } from './program.mjs'

/** @typedef {import('./program.mjs').Program} Program */
/** @typedef {{ memory: { all: number, anonymous: number }, alone: boolean, cpu: number, later: number }} Watched */

const memoryAfterMs = 5000
/** How long the reading waits for another Electron on this machine to end. */
const patienceMs = 10_000
/** The app compares ledger and keychain 15 s after its start; idle begins when that is over. */
const idleFromMs = 18_000
const idleForMs = 20_000

/**
 * @param {Program} program
 * @param {import('../../build/session.mjs').Session} session
 * @returns {Promise<Watched>}
 */
async function watch(program, session) {
  const { more } = await runOnce(program, session, async (page, { pid, spawnedAt }) => {
    page.close()
    await sleep(memoryAfterMs)
    const alone = await waitUntilAlone(pid)
    const memory = memoryOf(pid)
    await sleep(Math.max(0, spawnedAt + idleFromMs - Date.now()))
    const cpu = await idleCpu(pid)
    return { memory, alone, cpu, later: memoryOf(pid).anonymous }
  })
  return more
}

/**
 * A second Electron takes half of what both have in common: memory read beside one is worth nothing.
 *
 * @param {number} pid
 * @returns {Promise<boolean>} whether it is alone now
 */
async function waitUntilAlone(pid) {
  const until = Date.now() + patienceMs
  while (copiesBeside(pid) > 0) {
    if (Date.now() > until) return false
    await sleep(500)
  }
  return true
}

/** @param {number} pid @returns {Promise<number>} percent of one core */
async function idleCpu(pid) {
  const [before, from] = [cpuTimes(pid), performance.now()]
  await sleep(idleForMs)
  const [after, to] = [cpuTimes(pid), performance.now()]
  let busyMs = 0
  for (const [thread, ms] of after) busyMs += ms - (before.get(thread) ?? 0)
  return (busyMs / (to - from)) * 100
}

/**
 * @param {{ bare: Program, app: Program }} programs
 * @param {import('../../build/session.mjs').Session} session
 * @param {number} rounds
 * @param {(text: string) => void} note
 * @returns {Promise<import('./figures.mjs').Figure[]>}
 */
export async function measureMemory({ bare, app }, session, rounds, note) {
  if (process.platform !== 'linux')
    return [missingFigure('memory and idle', 'they are read from /proc of Linux')]
  /** @type {{ bare: Watched, app: Watched }[]} */
  const pairs = []
  for (let round = 0; round < rounds; round += 1) {
    note(`round ${round + 1} of ${rounds}`)
    const first = round % 2 === 0 ? await watch(bare, session) : null
    const ours = await watch(app, session)
    pairs.push({ bare: first ?? (await watch(bare, session)), app: ours })
  }
  return [sharedMemory(pairs), ...ownMemory(pairs), idle(pairs)]
}

/** @param {readonly { bare: Watched, app: Watched }[]} pairs */
function sharedMemory(pairs) {
  const name = 'memory (PSS), window open 5 s'
  const clean = pairs.filter((pair) => pair.bare.alone && pair.app.alone)
  const dropped = pairs.length - clean.length
  const why = `another Electron ran beside ${dropped} of ${pairs.length} pairs, which were left out`
  if (clean.length === 0) return missingFigure(name, why)
  return comparedFigure({
    name,
    unit: 'MiB',
    values: clean.map((pair) => pair.app.memory.all),
    against: 'bare window',
    baseline: clean.map((pair) => pair.bare.memory.all),
    mostRatio: 1.3,
    ...(dropped > 0 ? { note: why } : {}),
  })
}

/** @param {readonly { bare: Watched, app: Watched }[]} pairs */
function ownMemory(pairs) {
  const compared = (name, valueOf) =>
    comparedFigure({
      name,
      unit: 'MiB',
      values: pairs.map((pair) => valueOf(pair.app)),
      against: 'bare window',
      baseline: pairs.map((pair) => valueOf(pair.bare)),
    })
  return [
    compared('of it, behind no file', (watched) => watched.memory.anonymous),
    compared('the same, after 38 s', (watched) => watched.later),
  ]
}

/** @param {readonly { bare: Watched, app: Watched }[]} pairs */
function idle(pairs) {
  return plainFigure({
    name: 'idle for 20 s, of one core',
    unit: '%',
    values: pairs.map((pair) => pair.app.cpu),
    most: 0.5,
    below: true,
    against: { name: 'bare window', values: pairs.map((pair) => pair.bare.cpu) },
    note: 'after ledger and keychain were compared, 15 s after the start',
  })
}
