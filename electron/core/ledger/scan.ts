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
  // The last line read, as single values: an object a line would cost a tenth of the time.
  #seq: number
  #hash: string
  #offset: number
  #lineStart: number
  /** The lines of a batch that is not whole yet, and the place before it. */
  #batch: Line[] = []
  #beforeBatch: Head | null = null
  #rest: Buffer = Buffer.alloc(0)
  /** An unreadable line: torn if nothing follows it, broken otherwise. */
  #unreadable: { line: number; end: number } | null = null
  #seen: number

  constructor(from: Head, take: TakeLine) {
    this.#take = take
    this.#seq = from.seq
    this.#hash = from.hash
    this.#offset = from.offset
    this.#lineStart = from.lineStart
    this.#seen = from.offset
  }

  feed(chunk: Uint8Array): ScanEnd | null {
    this.#seen += chunk.length
    if (this.#unreadable) return this.#unreadableEnd()
    const fresh = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
    const first = fresh.indexOf(lineFeed)
    if (first === -1) {
      this.#rest = Buffer.concat([this.#rest, fresh])
      return null
    }
    // Only the line that two chunks share is put together; all others are read where they lie.
    const shared = Buffer.concat([this.#rest, fresh.subarray(0, first + 1)])
    const end = this.#lines(shared, 0) ?? this.#lines(fresh, first + 1)
    return end ?? (this.#unreadable ? this.#unreadableEnd() : null)
  }

  /** Reads the whole lines from `from` on and keeps what is left behind the last of them. */
  #lines(bytes: Buffer, from: number): ScanEnd | null {
    let start = from
    for (let end = bytes.indexOf(lineFeed, start); end !== -1; end = bytes.indexOf(lineFeed, start)) {
      const fault = this.#unreadable ? this.#unreadableEnd() : this.#line(bytes, start, end)
      if (fault) return fault
      start = end + 1
    }
    // Copied, because a reader may use its buffer again for the next chunk.
    this.#rest = Buffer.from(bytes.subarray(start))
    return null
  }

  finish(): ScanEnd {
    if (this.#rest.length > 0 && decodeLine(this.#rest.toString('utf8')) === 'newer') return { kind: 'newer' }
    const head = this.#good()
    return { kind: 'end', head, torn: this.#seen - head.offset }
  }

  /** The place behind the last line of the last whole batch. */
  #good(): Head {
    return this.#beforeBatch ?? this.#here()
  }

  #here(): Head {
    return { seq: this.#seq, hash: this.#hash, offset: this.#offset, lineStart: this.#lineStart }
  }

  /** Broken as soon as a byte follows the unreadable line; else null, and the end of the file decides. */
  #unreadableEnd(): ScanEnd | null {
    const { line, end } = this.#unreadable ?? { line: 0, end: 0 }
    return this.#seen > end ? this.#broken(line, 'it is not complete JSON') : null
  }

  #line(bytes: Buffer, start: number, end: number): ScanEnd | null {
    const line = decodeLine(bytes.toString('utf8', start, end))
    if (typeof line === 'string') return this.#fault(line, end + 1 - start)
    const reason = this.#reasonAgainst(line)
    if (reason !== null) return this.#broken(this.#seq + 1, reason)
    if (line.more !== undefined) this.#beforeBatch ??= this.#here()
    this.#seq = line.seq
    this.#hash = hashLine(bytes.subarray(start, end))
    this.#lineStart = this.#offset
    this.#offset += end + 1 - start
    return this.#collect(line)
  }

  #fault(fault: LineFault, length: number): ScanEnd | null {
    if (fault === 'newer') return { kind: 'newer' }
    if (fault === 'malformed') return this.#broken(this.#seq + 1, 'it does not have the form of an entry')
    this.#unreadable = { line: this.#seq + 1, end: this.#offset + length }
    return null
  }

  #reasonAgainst(line: Line): string | null {
    if (line.seq !== this.#seq + 1) return `it is numbered ${String(line.seq)}`
    if (line.prev !== this.#hash) {
      return this.#seq === 0
        ? 'it belongs to another profile'
        : 'it does not continue the entry before; one of the two was changed'
    }
    const open = this.#batch.at(-1)?.more
    return open !== undefined && (line.more ?? 0) !== open - 1 ? 'it does not continue its batch' : null
  }

  #collect(line: Line): ScanEnd | null {
    if (line.more === undefined && this.#batch.length === 0)
      return this.#take(line) ? null : { kind: 'newer' }
    this.#batch.push(line)
    if (line.more !== undefined) return null
    const whole = this.#batch
    this.#batch = []
    this.#beforeBatch = null
    return whole.every(this.#take) ? null : { kind: 'newer' }
  }

  #broken(line: number, reason: string): ScanEnd {
    return { kind: 'broken', head: this.#good(), line, reason }
  }
}
