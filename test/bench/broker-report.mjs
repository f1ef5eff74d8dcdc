/**
 * What a token costs a program: at a warm door beside a bare server that answers the same bytes, as a whole process
 * beside the ways that people have without Latchkey, and 200 processes at once whose token has just ended.
 */
import { execFile, spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { prepareClients } from '../../build/setup/clients.mjs'
import { root } from '../../build/setup/places.mjs'
import { startSession } from '../../build/session.mjs'
import { compared, startServer } from './doors-report.mjs'
import { comparedFigure, missingFigure, plainFigure } from './figures.mjs'

/** @typedef {import('./figures.mjs').Figure} Figure */

const rounds = 12
const crowd = 200
const command = path.join(root, 'dist/electron/latchkey.cjs')

/** @returns {Promise<Figure[]>} */
export async function measureBroker() {
  const session = await startSession({ keyring: 'none', display: false })
  const started = []
  try {
    const broker = await startBroker()
    started.push(broker)
    return [
      ...(await warm(broker.places, started)),
      ...(await wholePrograms(broker)),
      ...(await crowds(broker)),
    ]
  } finally {
    for (const { end } of started) end()
    await session.stop()
  }
}

/** The profile in its own process, and how it is told what to do. */
async function startBroker() {
  const { said, child, end } = await startServer(path.join(import.meta.dirname, 'broker.mjs'), [])
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  /** @param {string} line */
  const tell = async (line) => {
    child.stdin.write(`${line}\n`)
    const { value } = await answers.next()
    return JSON.parse(value).result
  }
  return { places: JSON.parse(said), tell, end }
}

/** @param {any} places @param {{ end: () => void }[]} started */
async function warm({ socket, local, http, handle, dataFolder }, started) {
  const json = { 'Content-Type': 'application/json' }
  const asked = { method: 'POST', path: '/v1/token', body: '{}' }
  const bearer = { ...json, Authorization: `Bearer ${handle}` }
  const port = Number(http.split(':')[1])
  const sample = await fetch(`http://${http}/v1/token`, { ...asked, headers: bearer })
  if (sample.status !== 200) throw new Error(`the door answered ${String(sample.status)}`)
  const bytes = await sample.text()
  const bareSocket = path.join(dataFolder, 'bare.sock')
  const bare = async (at) => {
    const server = await startServer(path.join(import.meta.dirname, 'bare/http-server.mjs'), [at, bytes])
    started.push(server)
    return JSON.parse(server.said)
  }
  await bare(bareSocket)
  const barePort = (await bare('0')).port
  const figure = { name: 'a warm token', each: 'one of many warm tokens', most: 3, mostEach: 2.5 }
  const local_ = { ...bearer, 'Latchkey-Local': local }
  return [
    ...(await compared(
      { ...figure, over: 'a socket' },
      { ...asked, socketPath: socket, headers: local_ },
      { ...asked, socketPath: bareSocket, headers: local_ },
    )),
    ...(await compared(
      { ...figure, over: 'a port' },
      { ...asked, port, headers: bearer },
      { ...asked, port: barePort, headers: bearer },
    )),
  ]
}

const bareRequest = `
const { request } = require('node:http')
const sent = request({ socketPath: process.argv[1], method: 'POST', path: '/v1/token', headers: JSON.parse(process.argv[2]) },
  (answer) => { let text = ''; answer.on('data', (part) => (text += part)).on('end', () => console.log(JSON.parse(text).access_token)) })
sent.end('{}')`

/**
 * Everything in turn, so that what else the machine does meanwhile hits all alike.
 *
 * @param {Awaited<ReturnType<typeof startBroker>>} broker
 */
async function wholePrograms({ places, tell }) {
  const { socket, local, handle, adcFile, dataFolder, home, env } = places
  const { commands, missing } = await prepareClients()
  const headers = {
    'Content-Type': 'application/json',
    'Content-Length': 2,
    'Latchkey-Local': local,
    Authorization: `Bearer ${handle}`,
  }
  const own = { ...env, LATCHKEY_DATA_FOLDER: dataFolder, LATCHKEY_PROFILE: 'practice' }
  const adc = { ...env, GOOGLE_APPLICATION_CREDENTIALS: adcFile }
  const flags = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${String(value)}`])
  const curl = ['curl', '-s', '--unix-socket', socket, ...flags, '-d', '{}']
  const three = threeLines(home, commands)
  const programs = {
    latchkey: { line: [process.execPath, command, 'token'], env: own },
    script: { line: [process.execPath, '-e', bareRequest, '--', socket, JSON.stringify(headers)], env },
    curl: { line: [...curl, 'http://localhost/v1/token'], env },
    'bare curl': { line: [...curl, 'http://localhost/v1/none'], env },
    ...(three.python ? { 'google-auth': { line: three.python, env: adc } } : {}),
    ...(three.node ? { 'google-auth-library': { line: three.node, env: adc } } : {}),
  }
  // Whoever starts it, this process, is the program that is asked about.
  await Promise.all([timed(programs.latchkey.line, own), tell('allow')])
  /** @type {Record<string, number[]>} */
  const times = Object.fromEntries(Object.keys(programs).map((name) => [name, []]))
  for (let round = 0; round <= rounds; round += 1)
    for (const [name, { line, env: variables }] of Object.entries(programs)) {
      const ms = await timed(line, variables)
      // The first of each reads its files from the disk.
      if (round > 0) times[name].push(ms)
    }
  const above = times.latchkey.map((ms, index) => ms - times.script[index])
  const beside = (name, most) =>
    times[name]
      ? comparedFigure({
          name: 'latchkey token, as a whole process',
          unit: 'ms',
          values: times.latchkey,
          against: `three lines of ${name}`,
          baseline: times[name],
          mostRatio: most,
        })
      : missingFigure(`latchkey token beside ${name}`, missing[name] ?? 'is not here')
  const more = (name, values, most) => plainFigure({ name, unit: 'ms', values, most })
  return [
    more('latchkey token above a script with one bare request', above, 15),
    beside('google-auth', 1 / 4),
    beside('google-auth-library', 1 / 3),
    more(
      'curl for a token above curl for a 404',
      times.curl.map((ms, index) => ms - times['bare curl'][index]),
      5,
    ),
  ]
}

/** @param {string} home @param {Record<string, string[]>} commands */
function threeLines(home, commands) {
  const python = path.join(home, 'three.py')
  fs.writeFileSync(
    python,
    'import google.auth, google.auth.transport.requests\nc, _ = google.auth.default()\nc.refresh(google.auth.transport.requests.Request()); print(c.token)\n',
  )
  const auth = commands['google-auth']
  const library = commands['google-auth-library']
  const script =
    "const { GoogleAuth } = require('google-auth-library'); new GoogleAuth().getAccessToken().then(console.log)"
  return {
    python: auth ? [...auth.slice(0, -1), python] : null,
    node: library ? [library[0], '-e', script] : null,
  }
}

/** @param {string[]} line @param {Record<string, string>} env @returns {Promise<number>} ms */
function timed([program, ...words], env) {
  const started = performance.now()
  return new Promise((resolve, reject) => {
    execFile(program, words, { env, cwd: root }, (error, stdout, stderr) => {
      if (error || stdout.trim() === '')
        reject(new Error(`${program}: ${stderr.slice(0, 300) || 'said nothing'}`))
      else resolve(performance.now() - started)
    })
  })
}

/** @param {Awaited<ReturnType<typeof startBroker>>} broker */
async function crowds({ places, tell }) {
  const atOnce = await ofCrowd(places, tell, 'prompt')
  const slow = await ofCrowd(places, tell, 'slow 3000')
  await tell('prompt')
  const figures = (words, { refreshes, failed, ms }) => [
    plainFigure({
      name: `refreshes for ${crowd} processes at once, ${words}`,
      unit: '',
      values: [refreshes],
      most: 1,
    }),
    plainFigure({ name: 'of these that did not end with 0', unit: '', values: [failed], most: 0 }),
    plainFigure({ name: 'all of them', unit: 'ms', values: [ms] }),
  ]
  return [...figures('Google answers at once', atOnce), ...figures('Google takes 3 s', slow)]
}

/** @param {any} places @param {(line: string) => Promise<any>} tell @param {string} how */
async function ofCrowd({ dataFolder, env }, tell, how) {
  await tell('expire')
  await tell(how)
  const before = await tell('refreshes')
  const own = { ...env, LATCHKEY_DATA_FOLDER: dataFolder, LATCHKEY_PROFILE: 'practice' }
  const started = performance.now()
  const codes = await Promise.all(Array.from({ length: crowd }, () => codeOf([command, 'token'], own)))
  const ms = performance.now() - started
  return {
    refreshes: (await tell('refreshes')) - before,
    failed: codes.filter((code) => code !== 0).length,
    ms,
  }
}

/** @param {string[]} words @param {Record<string, string>} env @returns {Promise<number | null>} */
function codeOf(words, env) {
  return new Promise((resolve) => {
    spawn(process.execPath, words, { env, stdio: 'ignore' }).once('exit', resolve)
  })
}
