/** What a door costs beside Node's bare HTTP server that answers the same bytes, over a socket and over a port. */
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { comparedFigure } from './figures.mjs'
import { latencies, throughput } from './knocks.mjs'
import { spreadOf } from './statistics.mjs'

/** @typedef {import('./figures.mjs').Figure} Figure */
/** @typedef {import('./knocks.mjs').Target} Target */

const rounds = 6
const requestsARound = 300
const load = { ms: 700, connections: 16 }
const body = JSON.stringify({ access_token: 'x'.repeat(200), token_type: 'Bearer', expires_in: 3599 })
const asked = { method: 'POST', path: '/v1/token', body: '{"account":"ada@example.com"}' }
const headers = {
  'Content-Type': 'application/json',
  Authorization: `Bearer latchkey.bench000.${'x'.repeat(43)}`,
}

const knock = { name: 'request at a door', each: 'one of many requests', most: 1.5, mostEach: 1.43 }

/** @returns {Promise<Figure[]>} */
export async function measureDoors() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'latchkey-bench-'))
  fs.mkdirSync(path.join(folder, 'profiles/practice'), { recursive: true, mode: 0o700 })
  const started = []
  /** @param {string} script @param {string[]} words */
  const start = async (script, ...words) => {
    const server = await startServer(path.join(import.meta.dirname, script), words)
    started.push(server)
    return JSON.parse(server.said)
  }
  try {
    const socket = path.join(folder, 'bare.sock')
    await start('bare/http-server.mjs', socket, body)
    const bare = await start('bare/http-server.mjs', '0', body)
    const [door, port] = await start('raw-door.mjs', folder, body)
    return [
      ...(await compared({ ...knock, over: 'a socket' }, { socketPath: door }, { socketPath: socket })),
      ...(await compared(
        { ...knock, over: 'a port' },
        { port: Number(port.split(':')[1]) },
        { port: bare.port },
      )),
    ]
  } finally {
    for (const { end } of started) end()
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * In turn, so that what else the machine does meanwhile hits both alike. What is compared of the load is the time that
 * one request takes of it.
 *
 * @param {{ name: string, each: string, over: string, most: number, mostEach: number }} figure `most` and `mostEach`: so many times the bare server's
 * @param {Target} door
 * @param {Target} bare
 * @returns {Promise<Figure[]>}
 */
export async function compared({ name, over, each: eachName, most, mostEach }, door, bare) {
  const [p50, baseP50, each, baseEach] = [[], [], [], []]
  for (let round = 0; round <= rounds; round += 1) {
    const times = [door, bare].map(
      (target) => () => latencies({ ...asked, headers, ...target }, requestsARound),
    )
    const [one, other] = [spreadOf(await times[0]()).median, spreadOf(await times[1]()).median]
    const rate = await throughput({ ...asked, headers, ...door }, load)
    const baseRate = await throughput({ ...asked, headers, ...bare }, load)
    // The first round is that of two compilers.
    if (round === 0) continue
    p50.push(one)
    baseP50.push(other)
    each.push(1e6 / rate)
    baseEach.push(1e6 / baseRate)
  }
  const against = 'bare HTTP server'
  return [
    comparedFigure({
      name: `${name} over ${over}, p50`,
      unit: 'ms',
      values: p50,
      against,
      baseline: baseP50,
      mostRatio: most,
    }),
    comparedFigure({
      name: `${eachName} over ${over}`,
      unit: 'µs',
      values: each,
      against,
      baseline: baseEach,
      mostRatio: mostEach,
    }),
  ]
}

/**
 * @param {string} script
 * @param {readonly string[]} words
 * @returns {Promise<{ said: string, child: import('node:child_process').ChildProcess, end: () => void }>} what it said before `ready`
 */
export function startServer(script, words) {
  const child = spawn(process.execPath, ['--no-warnings', script, ...words], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  return new Promise((resolve, reject) => {
    let text = ''
    child.once('exit', () => reject(new Error(`${path.basename(script)} ended before it was ready`)))
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      text += chunk
      const end = text.indexOf('\nready')
      if (end !== -1) resolve({ said: text.slice(0, end), child, end: () => child.kill() })
    })
  })
}
