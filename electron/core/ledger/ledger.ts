/**
 * The history of one profile: an append-only, hash-chained file of JSON lines, and the state folded from it.
 * Holds no secret. One writer: whoever opens it holds the profile's lock.
 */
import type { AppError, Outcome } from '../../contract/outcome.ts'
import { appError, fail, ok } from '../../contract/outcome.ts'
import type { ProfileName } from '../../contract/views.ts'
import type { AppendFile, Clock, Log, ProfileFolder } from '../ports.ts'
import { keepGoodLines, ledgerFile, resumeKeeping } from './continue.ts'
import type { Line } from './line.ts'
import { encodeLine, hashLine } from './line.ts'
import type { Head, ScanEnd } from './scan.ts'
import { scanLines, startOf } from './scan.ts'
import { decodeSnapshot, encodeSnapshot } from './snapshot.ts'

export interface LedgerEvent {
  readonly type: string
  readonly data: object
}

export interface RecordedEvent<E> {
  readonly seq: number
  /** Epoch ms by the profile's clock. */
  readonly at: number
  readonly event: E
}

/** How events become state. Pure, except that `apply` may change the state it is given. */
export interface Fold<S, E> {
  /** Raise it whenever the same events give another state, or the encoding changes. */
  readonly version: number
  initial(): S
  apply(state: S, recorded: RecordedEvent<E>): void
  /** To plain JSON and back; `decode` answers null when it cannot use what it gets. */
  encode(state: S): unknown
  decode(json: unknown): S | null
  /** The event, or null when this version does not know the type or the form of its data. */
  check(type: string, data: unknown): E | null
}

export interface LedgerOptions<S, E extends LedgerEvent> {
  readonly profile: ProfileName
  readonly folder: ProfileFolder
  readonly clock: Pick<Clock, 'now'>
  readonly fold: Fold<S, E>
  readonly log: Log
}

export type LedgerOpening<S, E> =
  | { readonly kind: 'open'; readonly ledger: Ledger<S, E>; readonly torn: null | { readonly bytes: number } }
  /** The ledger is read-only and its state ends with the last good line. `line` counts from 1. */
  | { readonly kind: 'broken'; readonly ledger: Ledger<S, E>; readonly line: number; readonly reason: string }
  | { readonly kind: 'newer' }
  | { readonly kind: 'failed'; readonly error: AppError }

export type Verification =
  | { readonly kind: 'whole'; readonly lines: number }
  | { readonly kind: 'broken'; readonly line: number; readonly reason: string }
  | { readonly kind: 'newer' }
  | { readonly kind: 'failed'; readonly error: AppError }

export interface Ledger<S, E> {
  /** True after damage was found, at the opening or by `verify`, until `continueFromLastGood`. */
  readonly readOnly: boolean
  state(): S
  /** Where the last line that counts ends in the file, bytes. */
  end(): number
  /**
   * Adds the events as one batch: after a crash either all of them are there or none. They are on disk, and in
   * the state, when this answers. Calls run one after the other. Errors: `read-only`, those of
   * `AppendFile.append`, `internal` for an event that the fold itself would not take; then nothing changed.
   */
  append(events: readonly E[]): Promise<Outcome<readonly RecordedEvent<E>[]>>
  /** Reads the whole file again and checks every line; damage makes the ledger read-only. */
  verify(): Promise<Verification>
  /**
   * After damage: moves the damaged file aside, under a name that says so, and goes on in a new one that holds
   * the good lines. Nothing is deleted. Errors: those of `ProfileFolder`; then it can be called again.
   */
  continueFromLastGood(): Promise<Outcome<null>>
  /** Waits for what runs, writes the snapshot, closes the file. */
  close(): Promise<void>
}

export const snapshotFile = 'ledger-snapshot.json'
/** New lines after which the snapshot is written again without waiting for the end of the app. */
const snapshotEvery = 1000

/**
 * Opens the ledger of a profile, or starts one. Reads only what the snapshot does not cover; call `verify` later
 * for the rest. A torn last line is cut off. With `newer` and `failed` nothing was written.
 */
export async function openLedger<S, E extends LedgerEvent>(
  options: LedgerOptions<S, E>,
): Promise<LedgerOpening<S, E>> {
  const loading = await load(options)
  if (loading.kind === 'newer' || loading.kind === 'failed') return loading
  const ledger = new FileLedger(options, loading.loaded)
  if (loading.kind === 'broken') return { kind: 'broken', ledger, line: loading.line, reason: loading.reason }
  return { kind: 'open', ledger, torn: loading.torn > 0 ? { bytes: loading.torn } : null }
}

interface Loaded<S> {
  readonly state: S
  readonly head: Head
  /** Null while the ledger is read-only. */
  readonly file: AppendFile | null
  /** The last line that the snapshot on disk covers. */
  readonly snapshotSeq: number
}

type Loading<S> =
  | { readonly kind: 'open'; readonly loaded: Loaded<S>; readonly torn: number }
  | { readonly kind: 'broken'; readonly loaded: Loaded<S>; readonly line: number; readonly reason: string }
  | { readonly kind: 'newer' }
  | { readonly kind: 'failed'; readonly error: AppError }

async function load<S, E extends LedgerEvent>(options: LedgerOptions<S, E>): Promise<Loading<S>> {
  const resumed = await resumeKeeping(options.folder)
  if (!resumed.ok) return { kind: 'failed', error: resumed.error }
  const stored = await readSnapshot(options)
  if (stored === 'newer') return { kind: 'newer' }
  const opened = await options.folder.openAppendFile(ledgerFile)
  if (!opened.ok) return { kind: 'failed', error: opened.error }
  const file = opened.value
  const loading = await loadFrom(options, file, stored)
  if (loading.kind !== 'open') await file.close()
  return loading
}

/** State and place to start folding from. */
interface Start<S> {
  readonly state: S
  readonly head: Head
}

async function loadFrom<S, E extends LedgerEvent>(
  options: LedgerOptions<S, E>,
  file: AppendFile,
  stored: Start<S> | null,
): Promise<Loading<S>> {
  try {
    const snapshot = stored && (await belongsTo(stored.head, file)) ? stored : null
    if (stored && !snapshot) options.log.warn('ledger-snapshot-unused', { seq: stored.head.seq })
    const start = snapshot ?? { state: options.fold.initial(), head: startOf(options.profile) }
    const end = await scanLines(file.read(start.head.offset), start.head, applyTo(start.state, options.fold))
    return await settle(options, file, start.state, end, snapshot?.head.seq ?? 0)
  } catch (cause) {
    options.log.error('ledger-unreadable', cause)
    return { kind: 'failed', error: appError('ledger-unreadable') }
  }
}

async function settle<S, E extends LedgerEvent>(
  options: LedgerOptions<S, E>,
  file: AppendFile,
  state: S,
  end: ScanEnd,
  snapshotSeq: number,
): Promise<Loading<S>> {
  if (end.kind === 'newer') return { kind: 'newer' }
  if (end.kind === 'broken') {
    const { head, line, reason } = end
    options.log.warn('ledger-broken', { line, reason })
    return { kind: 'broken', loaded: { state, head, file: null, snapshotSeq }, line, reason }
  }
  if (end.torn > 0) {
    const cut = await file.truncate(end.head.offset)
    if (!cut.ok) return { kind: 'failed', error: cut.error }
    options.log.warn('ledger-torn', { bytes: end.torn, seq: end.head.seq })
  }
  return { kind: 'open', loaded: { state, head: end.head, file, snapshotSeq }, torn: end.torn }
}

function applyTo<S, E>(state: S, fold: Fold<S, E>): (line: Line) => boolean {
  return ({ seq, at, type, data }) => {
    const event = fold.check(type, data)
    if (event === null) return false
    fold.apply(state, { seq, at, event })
    return true
  }
}

async function readSnapshot<S, E extends LedgerEvent>(
  options: LedgerOptions<S, E>,
): Promise<Start<S> | 'newer' | null> {
  const text = await options.folder.readText(snapshotFile)
  if (!text.ok || text.value === null) return null
  const snapshot = decodeSnapshot(text.value)
  if (snapshot === 'newer') return 'newer'
  if (snapshot?.profile !== options.profile || snapshot.foldVersion !== options.fold.version) return null
  const state = options.fold.decode(snapshot.state)
  return state === null ? null : { state, head: snapshot.head }
}

/** Whether the line that a snapshot ends with stands in this file, byte for byte, where it should. */
async function belongsTo(head: Head, file: AppendFile): Promise<boolean> {
  if ((await file.size()) < head.offset) return false
  const length = head.offset - head.lineStart
  const line = await readBytes(file, head.lineStart, length)
  return line.at(-1) === 10 && hashLine(line.subarray(0, -1)) === head.hash
}

async function readBytes(file: AppendFile, from: number, length: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let read = 0
  for await (const chunk of file.read(from)) {
    parts.push(Uint8Array.from(chunk.subarray(0, length - read)))
    read += chunk.length
    if (read >= length) break
  }
  return Buffer.concat(parts)
}

class FileLedger<S, E extends LedgerEvent> implements Ledger<S, E> {
  readonly #options: LedgerOptions<S, E>
  #state: S
  #head: Head
  #file: AppendFile | null
  #snapshotSeq: number
  /** Where the good lines end, once damage was found. */
  #goodEnd: Head | null
  #queue: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor(options: LedgerOptions<S, E>, loaded: Loaded<S>) {
    this.#options = options
    this.#state = loaded.state
    this.#head = loaded.head
    this.#file = loaded.file
    this.#snapshotSeq = loaded.snapshotSeq
    this.#goodEnd = loaded.file ? null : loaded.head
  }

  get readOnly(): boolean {
    return this.#goodEnd !== null
  }

  state(): S {
    return this.#state
  }

  end(): number {
    return this.#head.offset
  }

  append(events: readonly E[]): Promise<Outcome<readonly RecordedEvent<E>[]>> {
    const appended = this.#inTurn(() => this.#append(events))
    void this.#inTurn(() => this.#saveSnapshotWhenDue())
    return appended
  }

  async verify(): Promise<Verification> {
    const { folder, profile, log } = this.#options
    // Its own handle and a fixed end, so that appends go on meanwhile.
    const end = this.#head.offset
    const opened = await folder.openAppendFile(ledgerFile)
    if (!opened.ok) return { kind: 'failed', error: opened.error }
    try {
      const scan = await scanLines(upTo(opened.value.read(0), end), startOf(profile), () => true)
      return await this.#conclude(scan)
    } catch (cause) {
      log.error('ledger-unreadable', cause)
      return { kind: 'failed', error: appError('ledger-unreadable') }
    } finally {
      await opened.value.close()
    }
  }

  continueFromLastGood(): Promise<Outcome<null>> {
    return this.#inTurn(() => this.#continueFromLastGood())
  }

  async close(): Promise<void> {
    await this.#inTurn(async () => {
      if (this.#closed) return
      this.#closed = true
      await this.#saveSnapshot()
      await this.#file?.close()
      this.#file = null
    })
  }

  /** Runs one piece of work after all that came before, whatever became of those. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(work, work)
    this.#queue = turn.catch(() => undefined)
    return turn
  }

  async #append(events: readonly E[]): Promise<Outcome<readonly RecordedEvent<E>[]>> {
    if (this.readOnly) return fail('read-only')
    if (this.#closed || !this.#file) return fail('save-failed')
    if (events.length === 0) return ok([])
    const batch = this.#prepare(events)
    if (!batch) return fail('internal')
    const written = await this.#file.append(batch.bytes)
    if (!written.ok) return written
    this.#head = batch.head
    for (const recorded of batch.recorded) this.#options.fold.apply(this.#state, recorded)
    return ok(batch.recorded)
  }

  /** The bytes of a batch, and its events as a later start would read them; null if it could not. */
  #prepare(events: readonly E[]): { bytes: Buffer; recorded: RecordedEvent<E>[]; head: Head } | null {
    const { clock, fold, log } = this.#options
    const at = clock.now()
    const lines: Buffer[] = []
    const recorded: RecordedEvent<E>[] = []
    let head = this.#head
    for (const { type, data } of events) {
      const seq = head.seq + 1
      const more = events.length - lines.length - 1
      const text = encodeLine({ seq, at, type, data, more, prev: head.hash })
      const event = fold.check(type, JSON.parse(JSON.stringify(data)))
      if (event === null) {
        log.error('ledger-event-refused', new Error('The fold does not take this event'), { type })
        return null
      }
      const line = Buffer.from(`${text}\n`)
      lines.push(line)
      recorded.push({ seq, at, event })
      const hash = hashLine(line.subarray(0, -1))
      head = { seq, hash, offset: head.offset + line.length, lineStart: head.offset }
    }
    return { bytes: Buffer.concat(lines), recorded, head }
  }

  async #conclude(scan: ScanEnd): Promise<Verification> {
    if (scan.kind === 'newer') return { kind: 'newer' }
    if (scan.kind === 'end' && scan.torn === 0) {
      await this.#inTurn(() => this.#saveSnapshotWhenDue())
      return { kind: 'whole', lines: scan.head.seq }
    }
    const { head } = scan
    const { line, reason } =
      scan.kind === 'broken' ? scan : { line: head.seq + 1, reason: 'it is not complete JSON' }
    await this.#inTurn(() => this.#turnReadOnly(head))
    this.#options.log.warn('ledger-broken', { line, reason })
    return { kind: 'broken', line, reason }
  }

  async #turnReadOnly(goodEnd: Head): Promise<void> {
    this.#goodEnd = goodEnd
    await this.#file?.close()
    this.#file = null
  }

  async #continueFromLastGood(): Promise<Outcome<null>> {
    const { folder, clock } = this.#options
    if (!this.#goodEnd) return ok()
    const kept = await keepGoodLines(folder, this.#goodEnd, clock.now())
    if (!kept.ok) return kept
    const loading = await load(this.#options)
    if (loading.kind === 'failed') return { ok: false, error: loading.error }
    if (loading.kind !== 'open') return fail('save-failed')
    const { state, head, file } = loading.loaded
    this.#state = state
    this.#head = head
    this.#file = file
    this.#goodEnd = null
    this.#snapshotSeq = 0
    await this.#saveSnapshot()
    return ok()
  }

  async #saveSnapshotWhenDue(): Promise<void> {
    if (this.#head.seq - this.#snapshotSeq >= snapshotEvery) await this.#saveSnapshot()
  }

  /** A snapshot that cannot be written costs time at the next start and nothing else. */
  async #saveSnapshot(): Promise<void> {
    const { folder, fold, profile, log } = this.#options
    const head = this.#head
    if (this.readOnly || head.seq === this.#snapshotSeq) return
    const text = encodeSnapshot({ profile, foldVersion: fold.version, head, state: fold.encode(this.#state) })
    const written = await folder.writeText(snapshotFile, text)
    if (written.ok) this.#snapshotSeq = head.seq
    else log.warn('ledger-snapshot-not-saved', { code: written.error.code })
  }
}

/** The first `length` bytes of what comes. */
async function* upTo(chunks: AsyncIterable<Uint8Array>, length: number): AsyncGenerator<Uint8Array> {
  let left = length
  for await (const chunk of chunks) {
    if (left <= 0) return
    yield chunk.subarray(0, left)
    left -= chunk.length
  }
}
