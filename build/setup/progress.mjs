import { spawn } from 'node:child_process'

const frames = ['-', '\\', '|', '/']
const seconds = (/** @type {number} */ since) => `${((Date.now() - since) / 1000).toFixed(0)} s`

/** @param {string} text */
export function say(text) {
  process.stdout.write(`${text}\n`)
}

/**
 * Runs one long step and keeps saying that it runs: a spinner with the elapsed time on a terminal, a plain line
 * every ten seconds elsewhere. Says nothing for a step that takes less than half a second.
 *
 * @template T
 * @param {string} title
 * @param {(note: (text: string) => void) => Promise<T>} run `note` replaces what is shown behind the title
 * @returns {Promise<T>}
 */
export async function step(title, run) {
  const since = Date.now()
  const terminal = process.stdout.isTTY
  let shown = false
  let detail = ''
  let frame = 0
  const timer = setInterval(
    () => {
      const text = `${title}${detail && ` (${detail})`} … ${seconds(since)}`
      shown = true
      if (terminal) process.stdout.write(`\r\x1b[2K${frames[frame++ % frames.length]} ${text}`)
      else say(`  ${text}`)
    },
    terminal ? 200 : 10_000,
  )
  if (!terminal) setTimeout(() => shown || Date.now() - since < 500 || say(`  ${title} …`), 500).unref()
  timer.unref()
  try {
    const result = await run((text) => (detail = text))
    clearInterval(timer)
    if (terminal && shown) process.stdout.write('\r\x1b[2K')
    if (Date.now() - since > 500) say(`  ${title}: done in ${seconds(since)}`)
    return result
  } catch (error) {
    clearInterval(timer)
    if (terminal && shown) process.stdout.write('\r\x1b[2K')
    say(`  ${title}: failed after ${seconds(since)}`)
    throw error
  }
}

/**
 * Runs a program to its end, without a shell, and keeps its output to show only when it fails.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs?: number, stop?: AbortSignal }} [options]
 * @returns {Promise<string>} what it wrote
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32' && command === 'npm',
    })
    let output = ''
    const collect = (/** @type {Buffer} */ chunk) => (output = (output + chunk.toString()).slice(-200_000))
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    const end = (/** @type {string} */ why) => {
      child.kill('SIGKILL')
      reject(new Error(`${command} ${args[0] ?? ''}: ${why}`))
    }
    const timer =
      options.timeoutMs && setTimeout(() => end(`no end after ${options.timeoutMs} ms`), options.timeoutMs)
    options.stop?.addEventListener('abort', () => end(String(options.stop?.reason)), { once: true })
    child.on('error', (error) => {
      clearTimeout(timer || undefined)
      reject(error)
    })
    child.on('close', (code) => {
      clearTimeout(timer || undefined)
      if (code === 0) resolve(output)
      else reject(new Error(`${command} ${args.join(' ')} ended with ${code}\n${output.slice(-4000)}`))
    })
  })
}
