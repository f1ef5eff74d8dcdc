/**
 * One line of the ledger, and nothing but the line: text in, record out. A line is one JSON object followed by
 * LF. `prev` is the SHA-256 of the exact bytes of the line before, without its LF; in the first line it names
 * the profile instead, so that a file copied from another profile is noticed.
 */
import * as crypto from 'node:crypto'

/** The version of the line format that this code writes, and the newest that it reads. */
export const lineVersion = 1

export interface Line {
  /** 1 for the first line, then without a gap: it is the line number as well. */
  readonly seq: number
  /** Epoch ms by the profile's clock. */
  readonly at: number
  readonly type: string
  readonly data: object
  /** How many lines of the same batch follow, if any. A batch counts only when all its lines are there. */
  readonly more?: number
  readonly prev: string
}

/** Why a text is not a line. `newer`: a later version of Latchkey wrote it. */
export type LineFault = 'newer' | 'not-json' | 'malformed'

/** What the first line of a profile's ledger carries in place of a hash. */
export function firstPrev(profile: string): string {
  return `profile:${profile}`
}

/** The text of a line, without the LF. */
export function encodeLine(line: Line): string {
  const { seq, at, type, data, more, prev } = line
  return JSON.stringify({ v: lineVersion, seq, at, type, data, more: more === 0 ? undefined : more, prev })
}

/** Reads one line. Checks its form only: order and chain are the reader's business. */
export function decodeLine(text: string): Line | LineFault {
  const json = parse(text)
  if (json === undefined) return 'not-json'
  if (!isPlainObject(json)) return 'malformed'
  const { v, seq, at, type, data, more, prev } = json as Record<string, unknown>
  if (typeof v === 'number' && v > lineVersion) return 'newer'
  const sound =
    v === lineVersion && isCount(seq) && isInstant(at) && typeof type === 'string' && typeof prev === 'string'
  if (!sound || !isPlainObject(data)) return 'malformed'
  if (more !== undefined && !isCount(more)) return 'malformed'
  // The parsed object itself: a start reads a hundred thousand of them.
  return json as unknown as Line
}

/** SHA-256 of the bytes of one line without its LF, hex. */
export function hashLine(bytes: Uint8Array): string {
  return hashAtOnce
    ? hashAtOnce('sha256', bytes, 'hex')
    : crypto.createHash('sha256').update(bytes).digest('hex')
}

// Node has it since 20.12; it takes half the time, and a start hashes every line that the snapshot does not cover.
const hashAtOnce = (crypto as Partial<typeof crypto>).hash

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function isPlainObject(json: unknown): json is object {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}

function isCount(json: unknown): json is number {
  return typeof json === 'number' && Number.isSafeInteger(json) && json > 0
}

function isInstant(json: unknown): json is number {
  return typeof json === 'number' && Number.isSafeInteger(json)
}
