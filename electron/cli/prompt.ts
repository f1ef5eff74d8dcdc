/** A question to whoever sits at the terminal. It stands on the standard error, so that results can be captured. */
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'

export interface PromptOptions {
  /** What is typed is not shown. */
  readonly hidden?: true
  readonly signal: AbortSignal
}

/** So long the signal of a key takes at most, ms. */
const signalMs = 500

/** One line; null at the end of input, on Ctrl+C, and when `signal` ends the asking. */
export function prompt(question: string, { hidden, signal }: PromptOptions): Promise<string | null> {
  if (signal.aborted) return Promise.resolve(null)
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const reader = createInterface({
    input: process.stdin,
    output: hidden === true ? silent : process.stderr,
    terminal: process.stdin.isTTY,
  })
  // Only now: the terminal no longer shows by itself what is typed.
  process.stderr.write(`${question} `)
  return new Promise((resolve) => {
    let given: string | null = null
    const stop = (): void => reader.close()
    reader.once('line', (line) => {
      given = line
      reader.close()
    })
    // The terminal is in a mode of its own, so that the key arrives here and not as a signal.
    reader.once('SIGINT', () => {
      // The signal is what ends the asking: whoever waits for the line then knows why none came.
      process.kill(process.pid, 'SIGINT')
      setTimeout(stop, signalMs).unref()
    })
    reader.once('close', () => {
      signal.removeEventListener('abort', stop)
      process.stdin.pause()
      if (hidden === true || given === null) process.stderr.write('\n')
      resolve(given)
    })
    signal.addEventListener('abort', stop, { once: true })
  })
}
