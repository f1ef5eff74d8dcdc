/** Memory of `latchkey agent` with 1,000 grants beside a bare server, and what it does when nobody asks. Linux only. */
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { root } from '../../build/setup/places.mjs'
import { run } from '../../build/setup/progress.mjs'
import { cpuTimes } from '../support/process-tree.mjs'
import { missingFigure, plainFigure } from './figures.mjs'

const grants = 1000
/** The agent compares ledger and keychain 15 s after its start, and gives back then what that took. */
const idleFromMs = 27_000
const idleForMs = 20_000

/**
 * @param {import('../../build/session.mjs').Session} session
 * @param {number} rounds
 * @returns {Promise<import('./figures.mjs').Figure[]>}
 */
export async function measureAgent(session, rounds) {
  if (process.platform !== 'linux') return [missingFigure('agent', 'read from /proc, which only Linux has')]
  const folder = path.join(session.home, 'agent')
  const seed = path.join(import.meta.dirname, 'seed-profile.mjs')
  await run(process.execPath, ['--no-warnings', seed, folder, String(grants)], { env: session.env })
  const [over, idle] = [[], []]
  for (let round = 0; round < rounds; round += 1) {
    const figures = await once(session, folder)
    over.push(figures.agentMiB - figures.bareMiB)
    idle.push(figures.idle)
  }
  return [
    plainFigure({
      name: `agent with ${grants.toLocaleString('en')} grants, resident above a bare server`,
      ...{ unit: 'MiB', values: over, most: 40 },
    }),
    plainFigure({ name: 'agent idle, of one core', unit: '%', values: idle, most: 0.2, below: true }),
  ]
}

/**
 * @param {import('../../build/session.mjs').Session} session
 * @param {string} folder
 */
async function once(session, folder) {
  const env = { ...session.env, LATCHKEY_DATA_FOLDER: folder }
  const command = path.join(root, 'dist/electron/latchkey.cjs')
  const server = path.join(import.meta.dirname, 'bare/http-server.mjs')
  const agent = spawn(process.execPath, [command, 'agent'], { env, stdio: 'ignore' })
  const bare = spawn(process.execPath, [server, path.join(session.home, 'bare.sock'), '{}'], {
    stdio: 'ignore',
  })
  try {
    await sleep(idleFromMs)
    const [before, from] = [busyMs(agent.pid), performance.now()]
    await sleep(idleForMs)
    const idle = ((busyMs(agent.pid) - before) / (performance.now() - from)) * 100
    return { agentMiB: residentMiB(agent.pid), bareMiB: residentMiB(bare.pid), idle }
  } finally {
    const ended = [agent, bare].map((child) => new Promise((resolve) => child.once('exit', resolve)))
    agent.kill('SIGTERM')
    bare.kill('SIGKILL')
    await Promise.all(ended)
    fs.rmSync(path.join(session.home, 'bare.sock'), { force: true })
  }
}

/** @param {number | undefined} pid */
function busyMs(pid = 0) {
  return [...cpuTimes(pid).values()].reduce((all, ms) => all + ms, 0)
}

/** @param {number | undefined} pid */
function residentMiB(pid = 0) {
  const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) / 1024
}
