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

/** Installs what is missing when root on Debian; says the one line to run otherwise. Never stops the setup. */
export async function installDebianPackages() {
  if (process.platform !== 'linux' || !fs.existsSync('/usr/bin/dpkg-query')) return
  const missing = missingNeeds()
  if (missing.length === 0) return
  if (process.getuid?.() !== 0) {
    say(
      `  Some system packages are missing. To install them: sudo apt-get install -y ${missing.map((names) => names[0]).join(' ')}`,
    )
    return
  }
  try {
    await step(`apt-get install (${missing.length} packages)`, () => aptInstall(missing))
  } catch (error) {
    say(
      `  Debian packages could not be installed: ${error instanceof Error ? error.message.split('\n')[0] : error}`,
    )
    say(`  Going on without: ${missing.map((names) => names[0]).join(' ')}`)
  }
}

function missingNeeds() {
  const query = ['-W', '-f', '${Package} ${db:Status-Status}\n', ...needs.flat()]
  const { stdout } = spawnSync('dpkg-query', query, { encoding: 'utf8' })
  const installed = new Set(
    stdout
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.split(' ')[0]),
  )
  return needs.filter((names) => !names.some((name) => installed.has(name)))
}

/** @param {string[][]} missing */
async function aptInstall(missing) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  await run('apt-get', ['update', '-q'], { env, timeoutMs: 120_000 })
  const names = missing.map(firstAvailable)
  await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...names], {
    env,
    timeoutMs: 900_000,
  })
}

/** @param {string[]} names */
function firstAvailable(names) {
  const { stdout } = spawnSync('apt-cache', ['policy', ...names], { encoding: 'utf8' })
  const known = names.find((name) =>
    new RegExp(`^${name.replace(/[.+]/g, '\\$&')}:\\n.*\\n +Candidate: [^(\\s]`, 'm').test(stdout),
  )
  return known ?? names[0] ?? ''
}
