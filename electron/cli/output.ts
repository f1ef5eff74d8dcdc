/** What the command writes: results to the standard output, everything said to people to the standard error. */
import { writeSync } from 'node:fs'
import type { Failure } from './failure.ts'

export type Colour = 'green' | 'yellow' | 'red' | 'dim' | 'bold'
const paints: Readonly<Record<Colour, string>> = { green: '32', yellow: '33', red: '31', dim: '2', bold: '1' }

export interface OutputStreams {
  /** Writes all of a text at once. Throws the system's error. */
  write(stream: 'out' | 'err', text: string): void
  isTerminal(stream: 'in' | 'out' | 'err'): boolean
  readonly env: Readonly<Record<string, string | undefined>>
  /** `--json`: failures stand on the standard output as well. */
  readonly json: boolean
}

/**
 * A text that comes from elsewhere without anything that a terminal would obey: control characters, and marks that turn
 * the direction of writing. Joiners stay, since scripts of India need them.
 */
export function clean(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]|(?![\u200C\u200D])\p{Cf}/gu, '�')
}

export class Output {
  readonly #streams: OutputStreams

  constructor(streams: OutputStreams) {
    this.#streams = streams
  }

  get json(): boolean {
    return this.#streams.json
  }

  isTerminal(stream: 'in' | 'out' | 'err'): boolean {
    return this.#streams.isTerminal(stream)
  }

  /** Whether somebody sits there who can be asked. The question goes to the standard error. */
  canAsk(): boolean {
    return this.isTerminal('in') && this.isTerminal('err')
  }

  /** Bytes as they are: a token, a file, JSON. */
  raw(text: string): void {
    this.#streams.write('out', text)
  }

  /** Lines of a result for people, cleaned. */
  say(...lines: readonly string[]): void {
    this.#streams.write('out', lines.map((line) => `${clean(line)}\n`).join(''))
  }

  /** A line of a result that begins with a coloured word. */
  marked(mark: string, colour: Colour, line: string): void {
    this.#streams.write('out', `${this.#paint('out', colour, clean(mark))} ${clean(line)}\n`)
  }

  /** To the person, beside the result. */
  tell(...lines: readonly string[]): void {
    this.#streams.write('err', lines.map((line) => `${clean(line)}\n`).join(''))
  }

  /** The one object of a result. */
  object(value: unknown): void {
    this.raw(`${JSON.stringify(value, null, this.isTerminal('out') ? 2 : undefined)}\n`)
  }

  /** Columns below their headings; nothing where there are no rows. */
  table(headings: readonly string[], rows: readonly (readonly string[])[]): void {
    if (rows.length === 0) return
    const cells = [headings, ...rows].map((row) => row.map(clean))
    const widths = headings.map((_, column) => Math.max(...cells.map((row) => widthOf(row[column] ?? ''))))
    const lines = cells.map((row) =>
      row
        .map((cell, column) => padded(cell, widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    const [first = '', ...others] = lines
    this.#streams.write('out', `${[this.#paint('out', 'dim', first), ...others].join('\n')}\n`)
  }

  /** What went wrong and what to do, to the person; with `--json` also as the result. */
  fail({ code, message, next, retryable, details }: Failure): void {
    if (this.json) {
      const error = { code, message, next, retryable, ...(details ? { details } : {}) }
      this.object({ error })
    }
    const lines = [clean(message), ...(next === '' ? [] : [clean(next)])]
    this.#streams.write('err', `${this.#paint('err', 'red', 'latchkey:')} ${lines.join('\n')}\n`)
  }

  #paint(stream: 'out' | 'err', colour: Colour, text: string): string {
    return this.#coloured(stream) ? `\u001B[${paints[colour]}m${text}\u001B[0m` : text
  }

  /** https://no-color.org: any value but an empty one. */
  #coloured(stream: 'out' | 'err'): boolean {
    const { env } = this.#streams
    return this.isTerminal(stream) && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb'
  }
}

function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)))
}

function widthOf(text: string): number {
  return Array.from(text).length
}

const descriptors = { in: 0, out: 1, err: 2 } as const

/**
 * Writes to this process's own streams without the machinery of `process.stdout`, which costs a short run more than its
 * work. A reader of the results that went away ends the process without a word.
 */
export function writeNow(stream: 'out' | 'err', text: string): void {
  const bytes = Buffer.from(text)
  for (let done = 0; done < bytes.length;) {
    try {
      done += writeSync(descriptors[stream], bytes, done)
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException
      // Nobody hears what is said any more, which is no reason to leave anything undone.
      if (code === 'EPIPE' && stream === 'err') return
      if (code === 'EPIPE') process.exit(0)
      if (code !== 'EAGAIN') throw cause
      // The other side reads slowly and somebody made the pipe non-blocking.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
    }
  }
}
