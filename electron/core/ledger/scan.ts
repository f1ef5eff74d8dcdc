/**
 * Walks the bytes of a ledger line by line: form, order, chain. Bytes are hashed where they lie and each line
 * is decoded once, so that reading costs little more than parsing. Chunks come from a file, so the event loop
 * turns between them.
 */
import type { Line, LineFault } from './line.ts'
import { decodeLine, firstPrev, hashLine } from './line.ts'

/** The place behind the last good line, with what the next line must continue. */
export interface Head {
  /** Of the last good line; 0 before the first. */
  readonly seq: number
  /** What `prev` of the next line must be. */
  readonly hash: string
  /** Byte offset at which the next line starts. */
  readonly offset: number
  /** Byte offset at which the last good line starts. */
  readonly lineStart: number
}

export type ScanEnd =
  /** `torn`: bytes behind the last good line that never became one. */
  | { readonly kind: 'end'; readonly head: Head; readonly torn: number }
  | { readonly kind: 'broken'; readonly head: Head; readonly line: number; readonly reason: string }
  | { readonly kind: 'newer' }

/** Receives each good line in order, whole batches only. Answers false when it does not know the line. */
export type TakeLine = (line: Line) => boolean

export function startOf(profile: string): Head {
  return { seq: 0, hash: firstPrev(profile), offset: 0, lineStart: 0 }
}

/**
 * Reads lines from `from` to the end of the chunks, or to the first fault. An incomplete batch or an unreadable
 * line at the very end is torn; anywhere else it is broken.
 */
export async function scanLines(
  chunks: AsyncIterable<Uint8Array>,
  from: Head,
  take: TakeLine,
): Promise<ScanEnd> {
  const walk = new Walk(from, take)
  for await (const chunk of chunks) {
    const end = walk.feed(chunk)
    if (end) return end
  }
  return walk.finish()
}

const lineFeed = 10

class Walk {
  readonly #take: TakeLine
  /** Behind the last line of the last whole batch. */
  #good: Head
  /** Behind the last line read; ahead of `#good` inside a batch. */
  #last: Head
  #batch: Line[] = []
  #rest: Buffer = Buffer.alloc(0)
  /** An unreadable line: torn if nothing follows it, broken otherwise. */
  #unreadable: { line: number; end: number } | null = null
  #seen: number

  constructor(from: Head, take: TakeLine) {
    this.#take = take
    this.#good = from
    this.#last = from
    this.#seen = from.offset
  }

  feed(chunk: Uint8Array): ScanEnd | null {
    this.#seen += chunk.length
    if (this.#unreadable) return this.#unreadableEnd()
    const fresh = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, fresh]) : fresh
    let start = 0
    for (let end = bytes.indexOf(lineFeed); end !== -1; end = bytes.indexOf(lineFeed, start)) {
      const fault = this.#line(bytes, start, end)
      if (fault) return fault
      if (this.#unreadable) return this.#unreadableEnd()
      start = end + 1
    }
    // Copied, because a reader may use its buffer again for the next chunk.
    this.#rest = Buffer.from(bytes.subarray(start))
    return null
  }

  finish(): ScanEnd {
    const torn = this.#seen - this.#good.offset
    if (this.#rest.length > 0 && decodeLine(this.#rest.toString('utf8')) === 'newer') return { kind: 'newer' }
    return { kind: 'end', head: this.#good, torn }
  }

  /** Broken as soon as a byte follows the unreadable line; else null, and the end of the file decides. */
  #unreadableEnd(): ScanEnd | null {
    const { line, end } = this.#unreadable ?? { line: 0, end: 0 }
    return this.#seen > end ? this.#broken(line, 'it is not complete JSON') : null
  }

  #line(bytes: Buffer, start: number, end: number): ScanEnd | null {
    const line = decodeLine(bytes.toString('utf8', start, end))
    const number = this.#last.seq + 1
    if (line === 'not-json') {
      this.#unreadable = { line: number, end: this.#last.offset + (end - start) + 1 }
      return null
    }
    if (line === 'newer') return { kind: 'newer' }
    const reason = this.#reasonAgainst(line)
    if (reason !== null || typeof line === 'string') return this.#broken(number, reason ?? 'malformed')
    const lineStart = this.#last.offset
    const hash = hashLine(bytes.subarray(start, end))
    this.#last = { seq: line.seq, hash, offset: lineStart + (end - start) + 1, lineStart }
    return this.#collect(line)
  }

  #reasonAgainst(line: Line | LineFault): string | null {
    if (typeof line === 'string') return 'it does not have the form of an entry'
    const { seq, hash } = this.#last
    if (line.seq !== seq + 1) return `it is numbered ${String(line.seq)}`
    if (line.prev !== hash) {
      return seq === 0
        ? 'it belongs to another profile'
        : 'it does not continue the entry before; one of the two was changed'
    }
    const open = this.#batch.at(-1)
    if (open && line.more !== open.more - 1) return 'it does not continue its batch'
    return null
  }

  #collect(line: Line): ScanEnd | null {
    if (line.more > 0) {
      this.#batch.push(line)
      return null
    }
    const whole = this.#batch.length > 0 ? [...this.#batch, line] : null
    this.#batch = []
    this.#good = this.#last
    const known = whole ? whole.every(this.#take) : this.#take(line)
    return known ? null : { kind: 'newer' }
  }

  #broken(line: number, reason: string): ScanEnd {
    return { kind: 'broken', head: this.#good, line, reason }
  }
}
