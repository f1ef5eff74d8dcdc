/**
 * A private desktop session for tests and the tour: its own D-Bus, its own gnome-keyring with a throw-away
 * password, its own home folder, and an X display where there is none. Nothing of the user's real session is read
 * or changed, and nothing is left running.
 */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/**
 * @typedef {object} SessionOptions
 * @property {'unlocked' | 'locked' | 'none'} keyring `locked`: a login keyring exists and nobody gives its password.
 *   `none`: no secret service on the bus
 * @property {boolean} [display] an X display of its own
 * @property {boolean} [bus] false leaves the D-Bus away too (default true)
 */

/**
 * @typedef {object} Session
 * @property {Record<string, string>} env the whole environment for programs of this session
 * @property {string} home its temporary home folder
 * @property {(end: () => void) => void} onEnd adds something to end with the session, however it ends
 * @property {(signal?: NodeJS.Signals) => Promise<void>} killKeyring ends the keyring daemon only, as a crash would
 * @property {() => Promise<void>} stop ends everything and removes the home folder
 */

/** @type {Set<() => void>} what still has to be ended if this process exits early */
const running = new Set()
process.on('exit', () => {
  for (const end of running) end()
})
/** Stopping by a signal runs no `exit` handler by itself. */
let handlesSignals = false
function exitOnSignals() {
  if (handlesSignals) return
  handlesSignals = true
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.once(signal, () => process.exit(128 + os.constants.signals[signal]))
  }
}

/**
 * Throws with the program's name when D-Bus, gnome-keyring or Xvfb is not installed or does not come up.
 *
 * @param {SessionOptions} options
 * @returns {Promise<Session>}
 */
export async function startSession(options) {
  exitOnSignals()
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'latchkey-session-'))
  /** @type {import('node:child_process').ChildProcess[]} */
  const children = []
  /** @type {(() => void)[]} */
  const more = []
  const endNow = () => {
    for (const end of more) end()
    for (const child of children.toReversed()) child.kill('SIGKILL')
    fs.rmSync(home, { recursive: true, force: true, maxRetries: 5 })
  }
  running.add(endNow)
  const session = { home, env: privateEnvironment(home), children }
  try {
    if (options.display) await startDisplay(session)
    if (options.bus !== false) await startBus(session)
    const keyring = options.keyring === 'none' ? null : await startKeyring(session, options.keyring)
    return {
      env: session.env,
      home,
      onEnd: (end) => more.push(end),
      killKeyring: async (signal = 'SIGKILL') => {
        if (keyring) await endChild(keyring, signal)
      },
      stop: async () => {
        for (const child of children.toReversed()) await endChild(child, 'SIGTERM')
        endNow()
        running.delete(endNow)
      },
    }
  } catch (error) {
    endNow()
    running.delete(endNow)
    throw error
  }
}

/**
 * Our environment without anything that leads to the user's own session.
 *
 * @param {string} home
 */
function privateEnvironment(home) {
  const foreign = /^(DBUS_|GNOME_|XDG_|DESKTOP_SESSION$|KDE_|SSH_AUTH_SOCK$|WAYLAND_|BROWSER$)/
  /** @type {Record<string, string>} */
  const env = {}
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && !foreign.test(name)) env[name] = value
  }
  const folders = {
    HOME: home,
    XDG_DATA_HOME: path.join(home, 'data'),
    XDG_CONFIG_HOME: path.join(home, 'config'),
    XDG_CACHE_HOME: path.join(home, 'cache'),
    XDG_STATE_HOME: path.join(home, 'state'),
    XDG_RUNTIME_DIR: path.join(home, 'run'),
  }
  for (const folder of Object.values(folders)) fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
  return { ...env, ...folders, NO_AT_BRIDGE: '1' }
}

/** @typedef {{ home: string, env: Record<string, string>, children: import('node:child_process').ChildProcess[] }} Parts */

/** @param {Parts} session */
async function startDisplay(session) {
  const args = ['-displayfd', '1', '-screen', '0', '1400x1000x24', '-nolisten', 'tcp', '-noreset']
  const { firstLine } = await startChild(session, 'Xvfb', args)
  session.env['DISPLAY'] = `:${firstLine}`
}

/** @param {Parts} session */
async function startBus(session) {
  const { firstLine } = await startChild(session, 'dbus-daemon', [
    '--config-file',
    writeBusConfig(session),
    '--print-address',
    '--nofork',
  ])
  session.env['DBUS_SESSION_BUS_ADDRESS'] = firstLine
}

/**
 * A bus without service files: the stock session bus would start a second keyring daemon by itself as soon as
 * somebody asks for one, and "no keyring" or "the keyring died" could not be tried.
 *
 * @param {Parts} session
 */
function writeBusConfig(session) {
  const file = path.join(session.home, 'bus.conf')
  const rule = '<allow send_destination="*" eavesdrop="false"/><allow eavesdrop="false"/><allow own="*"/>'
  const listen = `<listen>unix:dir=${session.env['XDG_RUNTIME_DIR']}</listen>`
  fs.writeFileSync(
    file,
    `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type>${listen}<auth>EXTERNAL</auth><policy context="default">${rule}</policy></busconfig>
`,
  )
  return file
}

/**
 * @param {Parts} session
 * @param {'unlocked' | 'locked'} state
 */
async function startKeyring(session, state) {
  const password = randomBytes(16).toString('hex')
  const first = await startKeyringDaemon(session, password)
  if (state === 'unlocked') return first
  // The first daemon made the login keyring; one that is started without the password finds it locked.
  await endChild(first, 'SIGTERM')
  return startKeyringDaemon(session, null)
}

/**
 * @param {Parts} session
 * @param {string | null} password null: nobody gives it, the keyring stays locked
 */
async function startKeyringDaemon(session, password) {
  const args = [
    '--foreground',
    '--components=secrets',
    `--control-directory=${session.env['XDG_RUNTIME_DIR']}/keyring`,
  ]
  const unlock = password === null ? [] : ['--unlock']
  const { child } = await startChild(session, 'gnome-keyring-daemon', [...args, ...unlock], {
    input: password ?? '',
    ready: () => ownsSecretService(session),
  })
  return child
}

/** @param {Parts} session */
async function ownsSecretService(session) {
  const args = ['--session', '--print-reply=literal', '--dest=org.freedesktop.DBus', '/org/freedesktop/DBus']
  const call = ['org.freedesktop.DBus.NameHasOwner', 'string:org.freedesktop.secrets']
  const answer = await outputOf('dbus-send', [...args, ...call], session.env)
  return answer.includes('true')
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {Record<string, string>} env
 * @returns {Promise<string>}
 */
function outputOf(command, args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'ignore'] })
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.on('error', reject)
    child.on('close', () => resolve(output))
  })
}

const startLimitMs = 10_000

/**
 * Starts one program of the session and waits until it is ready: until its first line of output, or until `ready`
 * says so.
 *
 * @param {Parts} session
 * @param {string} command
 * @param {string[]} args
 * @param {{ input?: string, ready?: () => Promise<boolean> }} [options]
 */
async function startChild(session, command, args, options = {}) {
  const child = spawn(command, args, { env: session.env, cwd: session.home, stdio: ['pipe', 'pipe', 'pipe'] })
  session.children.push(child)
  child.stdin.on('error', () => {})
  child.stdin.end(options.input ?? '')
  const ended = new AbortController()
  let complaint = ''
  child.stderr.on('data', (chunk) => (complaint = (complaint + chunk).slice(-2000)))
  child.on('error', (error) => ended.abort(error.message))
  child.on('exit', (code) => ended.abort(`ended with ${code}`))
  let line = ''
  child.stdout.on('data', (chunk) => (line += chunk))
  const until = Date.now() + startLimitMs
  while (options.ready ? !(await options.ready()) : !line.includes('\n')) {
    if (ended.signal.aborted)
      throw new Error(`${command} did not start: ${ended.signal.reason} ${complaint.trim()}`)
    if (Date.now() > until) throw new Error(`${command} was not ready after ${startLimitMs / 1000} s`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return { child, firstLine: line.split('\n')[0] ?? '' }
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {NodeJS.Signals} signal
 */
async function endChild(child, signal) {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill(signal)
  const limit = setTimeout(() => child.kill('SIGKILL'), 3000)
  await gone
  clearTimeout(limit)
}
