import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { cacheFolder, root } from './places.mjs'
import { say } from './progress.mjs'

const lockFile = path.join(
  cacheFolder,
  `setup-${createHash('sha256').update(root).digest('hex').slice(0, 12)}.lock`,
)

/**
 * Runs one setup of this checkout at a time: `npm start` beside `npm test` waits instead of deleting the other's
 * `node_modules`. A lock whose process is gone is taken over.
 *
 * @template T
 * @param {() => Promise<T>} run
 * @returns {Promise<T>}
 */
export async function alone(run) {
  fs.mkdirSync(cacheFolder, { recursive: true })
  let told = false
  while (!take()) {
    if (!told) say('  Another setup of this checkout is running; waiting for it')
    told = true
    await wait(300)
  }
  try {
    return await run()
  } finally {
    fs.rmSync(lockFile, { force: true })
  }
}

function take() {
  try {
    fs.writeFileSync(lockFile, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'EEXIST') throw error
    removeIfStale()
    return false
  }
}

function removeIfStale() {
  try {
    const pid = Number(fs.readFileSync(lockFile, 'utf8'))
    // A lock without a number is one whose writer was stopped between making and filling it, or is about to fill it.
    const age = Date.now() - fs.statSync(lockFile).mtimeMs
    if (pid > 0 ? !isAlive(pid) : age > 2000) fs.rmSync(lockFile, { force: true })
  } catch {
    // It went away by itself.
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
