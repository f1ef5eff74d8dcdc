/**
 * A private session bus and, if wanted, a real gnome-keyring on it, in a folder of their own. Nothing of the
 * machine's own keyring is touched.
 */
import type { ChildProcess } from 'node:child_process'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** As the daemon reads it, with the end of its line. */
const password = 'a throw-away password\n'

export interface TestKeyring {
  /** What a process needs in its environment to use this keyring. */
  readonly env: Readonly<Record<string, string>>
  /** Ends the keyring daemon at once, as a crash does. */
  killDaemon(): Promise<void>
  /** Stops the daemon where it is, so that it takes requests and never answers. */
  freezeDaemon(): void
  thawDaemon(): void
  /** Starts a daemon over the same keyring files: `locked` without a password, so that they stay closed. */
  startDaemon(how: 'unlocked' | 'locked'): Promise<void>
  /** Closes the keyring under a daemon that goes on, as a person does before going away. */
  lock(): void
  /** Opens it again with its password, as a login does. */
  unlock(): Promise<void>
  stop(): Promise<void>
}

/** Why the real keyring cannot be tested on this machine, or null when it can. */
export function keyringMissing(): string | null {
  if (process.platform !== 'linux') return 'the keyring tests need Linux'
  const missing = ['dbus-daemon', 'gnome-keyring-daemon'].filter(
    (program) => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0,
  )
  return missing.length > 0 ? `not installed: ${missing.join(', ')}` : null
}

export async function startKeyring(daemon: 'unlocked' | 'locked' | 'none'): Promise<TestKeyring> {
  const home = await mkdtemp(join(tmpdir(), 'latchkey-keyring-'))
  const runtime = join(home, 'runtime')
  await mkdir(runtime, { mode: 0o700 })
  const base = {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    XDG_DATA_HOME: join(home, 'data'),
    XDG_RUNTIME_DIR: runtime,
    XDG_CACHE_HOME: join(home, 'cache'),
    XDG_CONFIG_HOME: join(home, 'config'),
  }
  const config = join(home, 'bus.conf')
  await writeFile(config, busConfig(runtime))
  const bus = spawn(
    'dbus-daemon',
    [`--config-file=${config}`, '--nofork', '--print-address', '--nopidfile'],
    {
      env: base,
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  )
  const env = { ...base, DBUS_SESSION_BUS_ADDRESS: await firstLine(bus) }
  let running: ChildProcess | null = null
  // Also when the tests are stopped half-way.
  const endAtExit = (): void => {
    running?.kill('SIGKILL')
    bus.kill('SIGKILL')
  }
  process.once('exit', endAtExit)

  const startDaemon = async (how: 'unlocked' | 'locked'): Promise<void> => {
    const unlock = how === 'unlocked' ? ['--unlock'] : []
    const args = ['--foreground', '--components=secrets', ...unlock]
    running = spawn('gnome-keyring-daemon', args, { env, stdio: ['pipe', 'ignore', 'ignore'] })
    running.stdin?.end(how === 'unlocked' ? password : '')
    await onTheBus(env)
  }
  const killDaemon = async (): Promise<void> => {
    await end(running)
    running = null
  }
  if (daemon !== 'none') await startDaemon('unlocked')
  if (daemon === 'locked') {
    // The first start has made the keyring; without the password it stays closed.
    await killDaemon()
    await startDaemon('locked')
  }
  return {
    env,
    startDaemon,
    killDaemon,
    freezeDaemon: () => running?.kill('SIGSTOP'),
    thawDaemon: () => running?.kill('SIGCONT'),
    lock: () => lockKeyring(env),
    unlock: () => unlockKeyring(join(runtime, 'keyring', 'control')),
    async stop() {
      running?.kill('SIGCONT')
      await killDaemon()
      await end(bus)
      process.off('exit', endAtExit)
      await rm(home, { recursive: true, force: true })
    },
  }
}

/** A bus that starts no service by itself: a daemon that was killed stays away. */
function busConfig(folder: string): string {
  return `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir=${folder}</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`
}

async function firstLine(child: ChildProcess): Promise<string> {
  let text = ''
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk)
    if (text.includes('\n')) break
  }
  return text.trim()
}

async function onTheBus(env: Record<string, string>): Promise<void> {
  const ask = [
    '--session',
    '--print-reply',
    '--dest=org.freedesktop.DBus',
    '/',
    'org.freedesktop.DBus.GetNameOwner',
  ]
  for (let left = 100; left > 0; left -= 1) {
    if (spawnSync('dbus-send', [...ask, 'string:org.freedesktop.secrets'], { env }).status === 0) return
    await new Promise<void>((resolve) => {
      setTimeout(resolve, 50)
    })
  }
  throw new Error('the keyring daemon did not come up')
}

function lockKeyring(env: Record<string, string>): void {
  const service = ['--dest=org.freedesktop.secrets', '/org/freedesktop/secrets']
  const keyring = 'array:objpath:/org/freedesktop/secrets/collection/login'
  const call = ['org.freedesktop.Secret.Service.Lock', keyring]
  const { status } = spawnSync('dbus-send', ['--session', '--print-reply', ...service, ...call], { env })
  if (status !== 0) throw new Error('the keyring could not be locked')
}

/** What a login module says to the daemon: a byte, for which the kernel tells who sends it, then the request. */
async function unlockKeyring(control: string): Promise<void> {
  const unlock = 1
  const secret = Buffer.from(password)
  const packet = Buffer.alloc(12)
  packet.writeUInt32BE(packet.length + secret.length, 0)
  packet.writeUInt32BE(unlock, 4)
  packet.writeUInt32BE(secret.length, 8)
  const socket = connect(control)
  socket.write(Buffer.from([0]))
  socket.write(Buffer.concat([packet, secret]))
  const [answer] = (await once(socket, 'data')) as [Buffer]
  socket.destroy()
  if (answer.readUInt32BE(4) !== 0) throw new Error('the keyring could not be unlocked')
}

async function end(child: ChildProcess | null): Promise<void> {
  if (child?.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}
