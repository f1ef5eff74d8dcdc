/** The terminal that somebody sits at, or the pipe of a script. */
import type { Interface } from 'node:readline'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { Writable } from 'node:stream'
import type { Looks } from './code-card.ts'

export interface Terminal {
  looks(): Looks
  say(...lines: readonly string[]): void
  /** One line, not shown while it is typed. Null at the end of input, or when `signal` ends the asking. */
  ask(question: string, signal: AbortSignal): Promise<string | null>
  close(): void
}

interface Streams {
  readonly input: Readable & { readonly isTTY?: boolean }
  readonly output: Writable & { readonly isTTY?: boolean; readonly columns?: number }
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Lines that nobody asked for yet are kept until somebody does. */
export function openTerminal({ input, output, env }: Streams): Terminal {
  const lines: string[] = []
  const waiting: ((line: string | null) => void)[] = []
  let reader: Interface | null = null
  let ended = false
  // What is typed carries a code: it does not belong on the screen.
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const read = (): void => {
    if (reader !== null || ended) return
    reader = createInterface({ input, output: silent, terminal: input.isTTY === true })
    reader.on('line', (line) => {
      const next = waiting.shift()
      if (next) next(line)
      else lines.push(line)
    })
    reader.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
    reader.on('close', () => {
      ended = true
      for (const next of waiting.splice(0)) next(null)
    })
  }
  return {
    looks: () => ({
      columns: output.columns ?? 80,
      colour: output.isTTY === true && env['NO_COLOR'] === undefined && env['TERM'] !== 'dumb',
    }),
    say: (...said) => {
      output.write(`${said.join('\n')}\n`)
    },
    ask: (question, signal) => {
      output.write(`${question}\n`)
      // What is left of a paste with line breaks in it answers no other question.
      if (input.isTTY === true) lines.length = 0
      read()
      const line = lines.shift()
      if (line !== undefined) return Promise.resolve(line)
      if (ended || signal.aborted) return Promise.resolve(null)
      return new Promise((resolve) => {
        const answer = (given: string | null): void => {
          signal.removeEventListener('abort', stop)
          resolve(given)
        }
        const stop = (): void => {
          waiting.splice(waiting.indexOf(answer), 1)
          resolve(null)
        }
        waiting.push(answer)
        signal.addEventListener('abort', stop, { once: true })
      })
    },
    close: () => {
      reader?.close()
      ended = true
    },
  }
}
