import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { run, say, step } from './progress.mjs'

/**
 * What the app, its tests and the tour need from Debian. Each need names the packages that meet it, oldest name
 * first: Debian 13 renamed several libraries (`t64`).
 */
const needs = [
  // Electron's libraries
  ['libnss3'],
  ['libatk-bridge2.0-0', 'libatk-bridge2.0-0t64'],
  ['libgtk-3-0', 'libgtk-3-0t64'],
  ['libgbm1'],
  ['libasound2', 'libasound2t64'],
  // a display where there is none
  ['xvfb'],
  ['xauth'],
  // the system browser of the tour and the tests
  ['chromium', 'google-chrome-stable'],
  ['xdg-utils'],
  // the system keychain
  ['dbus', 'dbus-daemon'],
  ['gnome-keyring'],
  ['libsecret-1-0'],
  // letters for the screenshots, Devanagari included
  ['fonts-noto-core', 'fonts-lohit-deva'],
  ['fonts-dejavu-core', 'fonts-liberation'],
]

/** What only makes things quicker, so that nothing is missed where a distribution lacks it. */
const welcome = [
  // the window's tests: the same engine without a browser's own windows takes a third less time
  ['chromium-headless-shell'],
  // programs that the doors are tried with
  ['rclone'],
  ['openssh-client'],
  ['openssh-server'],
  // what the vault's files are read with besides
  ['age'],
]

/** Installs what is missing when root on Debian; says the one line to run otherwise. Never stops the setup. */
export async function installDebianPackages() {
  if (process.platform !== 'linux' || !fs.existsSync('/usr/bin/dpkg-query')) return
  const isRoot = process.getuid?.() === 0
  const missing = missingOf(needs)
  // Nobody is asked to type a line for it.
  const extra = isRoot ? missingOf(welcome) : []
  if (missing.length === 0 && !extra.some(isAvailable)) return
  if (!isRoot) {
    say(
      `  Some system packages are missing. To install them: sudo apt-get install -y ${missing.map((names) => names[0]).join(' ')}`,
    )
    return
  }
  try {
    await step(`apt-get install (${missing.length + extra.length} packages)`, () =>
      aptInstall(missing, extra),
    )
  } catch (error) {
    say(
      `  Debian packages could not be installed: ${error instanceof Error ? error.message.split('\n')[0] : error}`,
    )
    say(`  Going on without: ${missing.map((names) => names[0]).join(' ')}`)
  }
}

/** @param {string[][]} wanted */
function missingOf(wanted) {
  const query = ['-W', '-f', '${Package} ${db:Status-Status}\n', ...wanted.flat()]
  const { stdout } = spawnSync('dpkg-query', query, { encoding: 'utf8' })
  const installed = new Set(
    stdout
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.split(' ')[0]),
  )
  return wanted.filter((names) => !names.some((name) => installed.has(name)))
}

/**
 * @param {string[][]} missing
 * @param {string[][]} extra only those that there are
 */
async function aptInstall(missing, extra) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  await run('apt-get', ['update', '-q'], { env, timeoutMs: 120_000 })
  if (extra.some(([name]) => name === 'openssh-server')) keepServerOff()
  const names = [...missing.map(firstAvailable), ...extra.filter(isAvailable).map(firstAvailable)]
  await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...names], {
    env,
    timeoutMs: 900_000,
  })
}

/** Debian starts no server of ssh where this file lies: the tests start one of their own, on loopback. */
function keepServerOff() {
  fs.mkdirSync('/etc/ssh', { recursive: true })
  fs.writeFileSync('/etc/ssh/sshd_not_to_be_run', '')
}

/** @param {string[]} names */
function firstAvailable(names) {
  return candidateOf(names) ?? names[0] ?? ''
}

/** @param {string[]} names */
function isAvailable(names) {
  return candidateOf(names) !== undefined
}

/**
 * The first of these names that apt could install.
 *
 * @param {string[]} names
 */
function candidateOf(names) {
  const { stdout } = spawnSync('apt-cache', ['policy', ...names], { encoding: 'utf8' })
  return names.find((name) =>
    new RegExp(`^${name.replace(/[.+]/g, '\\$&')}:\\n.*\\n +Candidate: [^(\\s]`, 'm').test(stdout),
  )
}
