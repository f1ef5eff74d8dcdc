/**
 * All benchmarks, or those named behind `npm run bench --`: start, frames, memory, sizes, ledger, life, choices, ways,
 * doors, agent. Prints a table and writes the same to dist/bench.json. A figure that misses its target is said to; nothing ever fails
 * because of a time.
 *
 * LATCHKEY_BENCH_RUNS: rounds of the start (10). LATCHKEY_BENCH_IDLE_RUNS: rounds of memory and idle (3).
 */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { readRuntime } from '../../build/setup/electron-runtime.mjs'
import { root } from '../../build/setup/places.mjs'
import { run, say, step } from '../../build/setup/progress.mjs'
import { startSession } from '../../build/session.mjs'
import { measureAgent } from './agent.mjs'
import { measureChoices } from './choices-report.mjs'
import { measureBroker } from './broker-report.mjs'
import { measureDoors } from './doors-report.mjs'
import { missingFigure } from './figures.mjs'
import { measureFrames } from './frames.mjs'
import { measureLedger } from './ledger-report.mjs'
import { measureLife } from './life-report.mjs'
import { measureMemory } from './memory.mjs'
import { appProgram, bareProgram } from './program.mjs'
import { measureSizes } from './sizes.mjs'
import { measureStart } from './start.mjs'
import { tableOf } from './table.mjs'
import { measureWays } from './ways-report.mjs'

/** @typedef {import('./figures.mjs').Figure} Figure */
/** @typedef {import('../../build/session.mjs').Session} Session */

const parts = {
  sizes: measureSizes,
  ledger: measureLedger,
  life: measureLife,
  choices: measureChoices,
  ways: measureWays,
  doors: measureDoors,
  broker: measureBroker,
  agent: () => inSession((session) => measureAgent(session, rounds('LATCHKEY_BENCH_IDLE_RUNS', 3))),
  start: (note) => inSession((session) => measureStarts(session, note)),
  frames: measureFrames,
  memory: (note) => inSession((session) => measureMemories(session, note)),
}

/** @param {string} name @param {number} usual */
function rounds(name, usual) {
  const wanted = Number(process.env[name] ?? usual)
  if (!Number.isInteger(wanted) || wanted < 1) throw new Error(`${name} is a number of rounds`)
  return wanted
}

/**
 * A keyring, a bus and, on Linux, a screen of our own: the same for everything that is compared.
 *
 * @param {(session: Session) => Promise<Figure[]>} measure
 */
async function inSession(measure) {
  const session = await startSession({ keyring: 'unlocked', display: true })
  try {
    return await measure(session)
  } finally {
    await session.stop()
  }
}

/** @param {Session} session @param {string} name @param {number} accounts @param {string[]} more */
async function seeded(session, name, accounts, ...more) {
  const folder = path.join(session.home, name)
  const script = path.join(import.meta.dirname, 'seed-profile.mjs')
  await run(process.execPath, ['--no-warnings', script, folder, String(accounts), ...more], {
    env: session.env,
  })
  return appProgram(name, folder)
}

/** @param {Session} session @param {(text: string) => void} note */
async function measureStarts(session, note) {
  const programs = {
    bare: bareProgram(path.join(session.home, 'bare')),
    few: await seeded(session, '3 accounts', 3),
    many: await seeded(session, '1,000 accounts', 1000),
  }
  return measureStart(programs, session, rounds('LATCHKEY_BENCH_RUNS', 10), note)
}

/** @param {Session} session @param {(text: string) => void} note */
async function measureMemories(session, note) {
  const programs = {
    bare: bareProgram(path.join(session.home, 'bare')),
    app: await seeded(session, '3 accounts', 3, '--secrets'),
  }
  return measureMemory(programs, session, rounds('LATCHKEY_BENCH_IDLE_RUNS', 3), note)
}

/** What the figures depend on, besides the code. */
function conditions() {
  const { version } = readRuntime()
  return {
    at: new Date().toISOString(),
    electron: version,
    node: process.versions.node,
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    processors: `${os.cpus().length} × ${os.cpus()[0]?.model ?? 'unknown'}`,
    load: os.loadavg()[0] ?? 0,
  }
}

/** @param {ReturnType<typeof conditions>} before @param {ReturnType<typeof conditions>} after */
function describe(before, after) {
  const { electron, node, system, processors } = before
  const busy = Math.max(before.load, after.load) > os.cpus().length
  return [
    `Electron ${electron}, Node ${node}, ${system}, ${processors}; load ${before.load.toFixed(1)} before, ${after.load.toFixed(1)} after`,
    'A ratio with a range is the median of pairs measured one after the other; one without is that of the two medians.',
    ...(busy ? ['The machine was busy with other things: believe the ratios, not the times.'] : []),
  ].join('\n')
}

/** @param {string} name */
async function measured(name) {
  try {
    return await step(`measuring ${name}`, parts[name])
  } catch (error) {
    return [missingFigure(name, error instanceof Error ? error.message : String(error))]
  }
}

const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('-'))
const unknown = wanted.filter((name) => !(name in parts))
if (unknown.length > 0) throw new Error(`${unknown.join(', ')}: there are ${Object.keys(parts).join(', ')}`)

const before = conditions()
/** @type {Figure[]} */
const figures = []
for (const name of wanted.length > 0 ? wanted : Object.keys(parts)) figures.push(...(await measured(name)))
const after = conditions()
const file = path.join(root, 'dist/bench.json')
fs.writeFileSync(file, `${JSON.stringify({ before, after, figures }, null, 2)}\n`)
say(`\n${tableOf(figures)}\n\n${describe(before, after)}\nWritten to ${path.relative(root, file)}`)
