import { createHash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { ensureFallback, fallbackDist, fallbackObstacle, fallbackVersion } from './fallback.mjs'
import { node24, root, runtimeFile } from './places.mjs'
import { run, say, step } from './progress.mjs'

/**
 * @typedef {object} Runtime which Electron this checkout runs on
 * @property {'45' | '22'} choice
 * @property {string} version
 * @property {string} dist the folder that Playwright and electron-builder take
 * @property {string} executable
 * @property {boolean} fallback
 */

const electronPackage = path.join(root, 'node_modules/electron')
const installedDist = path.join(electronPackage, 'dist')
const probeLimitMs = 4000
const stallLimitMs = 15_000

/**
 * Decides which Electron is used and makes it ready: one that is installed, else one that can be downloaded, else
 * the fallback. `LATCHKEY_ELECTRON=45` or `22` forces one.
 *
 * @returns {Promise<Runtime>}
 */
export async function prepareElectron() {
  const forced = forcedChoice()
  const runtime = await choose(forced)
  if (runtime.fallback) await placeLoader()
  remember(runtime)
  return runtime
}

/** What setup decided the last time. Throws when setup has not run. */
export function readRuntime() {
  /** @type {Runtime} */
  const runtime = JSON.parse(fs.readFileSync(runtimeFile, 'utf8'))
  return runtime
}

function forcedChoice() {
  const forced = process.env['LATCHKEY_ELECTRON']
  if (forced === undefined || forced === '') return null
  if (forced === '45' || forced === '22') return forced
  throw new Error(`LATCHKEY_ELECTRON is "${forced}"; it can be 45 or 22`)
}

/**
 * @param {'45' | '22' | null} forced
 * @returns {Promise<Runtime>}
 */
async function choose(forced) {
  if (forced !== '22' && isInstalled()) return pinnedRuntime()
  if (forced === null && usedFallbackBefore()) return fallbackRuntime()
  const trouble = []
  if (forced !== '22') {
    const failure = await download()
    if (failure === null) return pinnedRuntime()
    trouble.push(`Electron ${pinnedVersion()}: ${failure}`)
  }
  if (forced !== '45') {
    const failure = await takeFallback()
    if (failure === null) {
      say(
        `  Electron ${pinnedVersion()} cannot be downloaded here: running on Electron ${fallbackVersion} (practice only)`,
      )
      return fallbackRuntime()
    }
    trouble.push(`Electron ${fallbackVersion}: ${failure}`)
  }
  throw new Error(`No Electron could be made ready.\n${trouble.map((line) => `  ${line}`).join('\n')}`)
}

/** @returns {string} */
function pinnedVersion() {
  return JSON.parse(fs.readFileSync(path.join(electronPackage, 'package.json'), 'utf8')).version
}

function executableName() {
  if (process.platform === 'darwin') return 'Electron.app/Contents/MacOS/Electron'
  return process.platform === 'win32' ? 'electron.exe' : 'electron'
}

function isInstalled() {
  try {
    const version = fs.readFileSync(path.join(installedDist, 'version'), 'utf8').trim().replace(/^v/, '')
    return version === pinnedVersion() && fs.existsSync(path.join(installedDist, executableName()))
  } catch {
    return false
  }
}

/** The fallback stays chosen until Electron is installed or forced: asking the network each time would be slow. */
function usedFallbackBefore() {
  try {
    return readRuntime().fallback && fs.existsSync(path.join(fallbackDist, 'electron'))
  } catch {
    return false
  }
}

/** @returns {Runtime} */
function pinnedRuntime() {
  const executable = path.join(installedDist, executableName())
  return { choice: '45', version: pinnedVersion(), dist: installedDist, executable, fallback: false }
}

/** @returns {Runtime} */
function fallbackRuntime() {
  const executable = path.join(fallbackDist, 'electron')
  return { choice: '22', version: fallbackVersion, dist: fallbackDist, executable, fallback: true }
}

/** @returns {Promise<string | null>} why it failed, or null */
async function takeFallback() {
  const obstacle = fallbackObstacle()
  if (obstacle !== null) return obstacle
  try {
    await ensureFallback()
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** @returns {Promise<string | null>} why it failed, or null */
async function download() {
  const unreachable = await probe()
  if (unreachable !== null) return unreachable
  try {
    await step(`downloading Electron ${pinnedVersion()}`, installWithWatch)
    return isInstalled() ? null : 'the download ended without a usable Electron'
  } catch (error) {
    return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
  }
}

/**
 * Asks for the first bytes of the very file that would be downloaded: GitHub hands it on to another host, and that
 * one can be out of reach while the first answers.
 *
 * @returns {Promise<string | null>} why it cannot be reached, or null
 */
async function probe() {
  const version = pinnedVersion()
  const mirror = process.env['ELECTRON_MIRROR'] ?? process.env['npm_config_electron_mirror']
  const base = mirror ?? 'https://github.com/electron/electron/releases/download/'
  const url = `${base.replace(/\/?$/, '/')}v${version}/electron-v${version}-${process.platform}-${process.arch}.zip`
  try {
    const answer = await fetch(url, {
      headers: { range: 'bytes=0-1023' },
      signal: AbortSignal.timeout(probeLimitMs),
    })
    await answer.body?.cancel()
    return answer.ok ? null : `${new URL(url).host} answers ${answer.status}`
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    const reason = cause instanceof Error ? cause.message : String(cause)
    return `${new URL(url).host} cannot be reached (${reason || 'no answer'})`
  }
}

/**
 * Runs Electron's own install script. It has no time-out, so the growth of what it writes is watched.
 *
 * @param {(text: string) => void} note
 */
async function installWithWatch(note) {
  const temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'latchkey-electron-'))
  const stop = new AbortController()
  let size = -1
  let grewAt = Date.now()
  const watch = setInterval(() => {
    const now = folderSize(temporary) + folderSize(installedDist)
    if (now !== size) grewAt = Date.now()
    size = now
    note(`${(size / 1e6).toFixed(0)} MB`)
    if (Date.now() - grewAt > stallLimitMs) stop.abort(`nothing arrived for ${stallLimitMs / 1000} s`)
  }, 1000)
  try {
    const env = { ...process.env, TMPDIR: temporary, TEMP: temporary, TMP: temporary }
    await run(node24, ['install.js'], { cwd: electronPackage, env, stop: stop.signal })
  } finally {
    clearInterval(watch)
    fs.rmSync(temporary, { recursive: true, force: true })
  }
}

/**
 * @param {string} folder
 * @returns {number} bytes
 */
function folderSize(folder) {
  if (!fs.existsSync(folder)) return 0
  let total = 0
  for (const entry of fs.readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue
    total += fs.statSync(path.join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0
  }
  return total
}

/** Puts our loader into the fallback's folder, when it is not the one there (`runtime/loader.cjs` says what it does). */
async function placeLoader() {
  const sources = ['loader.cjs', 'shims.cjs', 'protocol-handle.cjs', 'preload.cjs', 'bundle.mjs']
  const hash = createHash('sha256').update(fs.readFileSync(path.join(root, 'package-lock.json')))
  for (const name of sources) hash.update(fs.readFileSync(path.join(root, 'build/runtime', name)))
  const stamp = hash.digest('hex')
  const stampFile = path.join(fallbackDist, 'resources/app/stamp')
  if (fs.existsSync(stampFile) && fs.readFileSync(stampFile, 'utf8') === stamp) return
  await step('building the loader for Electron 22', () =>
    run(node24, [
      path.join(root, 'build/runtime/bundle.mjs'),
      path.join(fallbackDist, 'resources/app'),
      stamp,
    ]),
  )
}

/** @param {Runtime} runtime */
function remember(runtime) {
  const text = `${JSON.stringify(runtime, null, 2)}\n`
  if (fs.existsSync(runtimeFile) && fs.readFileSync(runtimeFile, 'utf8') === text) return
  fs.mkdirSync(path.dirname(runtimeFile), { recursive: true })
  fs.writeFileSync(runtimeFile, text)
}
