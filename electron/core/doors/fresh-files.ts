/**
 * Files with an access token, for gcloud and whatever else reads one (google-oauth.md 8.2): written anew before the
 * token ends, gone when the lease does, when the doors are locked, and when nobody is here to keep them fresh.
 */
import type { AppError } from '../../contract/outcome.ts'
import { appError } from '../../contract/outcome.ts'
import { Backoff, inSeconds } from '../access/backoff.ts'
import { untilAborted } from '../access/until-aborted.ts'
import type { ProfileContext } from '../profile-context.ts'
import type { Scheduler } from '../schedule/scheduler.ts'
import type { LeaseRecord } from '../state/state.ts'
import type { Broker } from './broker.ts'
import type { GivenToken } from './token-question.ts'

const minuteMs = 60 * 1000
/** Written anew with this much left: the longest that a command of gcloud should run with what it read, ms. */
const aheadMs = 10 * minuteMs
/** However short a token lives: not more often than this, ms. */
const leastMs = 15 * 1000
/** What could not be removed is tried again after, ms. */
const removeAgainMs = 15 * 1000
/** An access token is shorter, bytes. */
const maxTokenBytes = 16 * 1024

export interface FreshFilesOptions {
  readonly context: ProfileContext
  readonly broker: Pick<Broker, 'token'>
  /** Entries that begin with `fresh ` are used. */
  readonly scheduler: Pick<Scheduler, 'set'>
  /** Why a file is not fresh, or that it is, changed. */
  readonly onChange: (leaseId: string) => void
}

interface Kept {
  readonly lease: LeaseRecord
  readonly path: string
  problem: AppError | null
  /** Ended with it: a renewal that is in the air is not waited for. */
  readonly over: AbortController
}

export class FreshFiles {
  readonly #options: FreshFilesOptions
  readonly #backoff: Backoff
  readonly #kept = new Map<string, Kept>()
  /** By path: what is being done about a file, one thing after the other. */
  readonly #turns = new Map<string, Promise<void>>()
  /** By path: files that are to go and could not be removed yet. */
  readonly #lingering = new Map<string, () => void>()
  #closed = false

  constructor(options: FreshFilesOptions) {
    this.#options = options
    const { clock, random } = options.context.ports
    this.#backoff = new Backoff(clock, random)
  }

  problem(leaseId: string): AppError | null {
    return this.#kept.get(leaseId)?.problem ?? null
  }

  /** Resolves when what is being done about the file of a lease is done. */
  async written(leaseId: string): Promise<void> {
    await this.#turns.get(this.#kept.get(leaseId)?.path ?? '')
  }

  /** Keeps the files of these leases, and no others. Resolves when each was written, or could not be for now. */
  async fit(leases: readonly LeaseRecord[]): Promise<void> {
    const wanted = new Set(leases.map(({ leaseId }) => leaseId))
    const over = [...this.#kept.values()].filter(({ lease }) => !wanted.has(lease.leaseId))
    const fresh = leases.filter(({ leaseId, file }) => file !== null && !this.#kept.has(leaseId))
    await Promise.all([...over.map((kept) => this.#end(kept)), ...fresh.map((lease) => this.#begin(lease))])
  }

  /** No file is kept any more; what cannot be removed now goes at the next start. */
  async close(): Promise<void> {
    await this.fit([])
    this.#closed = true
    for (const stop of this.#lingering.values()) stop()
  }

  /** What a process that was killed left behind goes, except the files of these leases. */
  async removeLeftOvers(leases: readonly LeaseRecord[]): Promise<void> {
    const { foreignFiles, log } = this.#options.context.ports
    const found = await foreignFiles.freshFiles()
    if (!found.ok) return log.warn('fresh-files-not-listed', { code: found.error.code })
    const good = new Set(leases.map(({ file }) => file))
    await Promise.all(found.value.filter((path) => !good.has(path)).map((path) => this.#removeInTurn(path)))
  }

  /** The clock was set, or time passed in sleep: what is in the files may be over. */
  async renewAll(): Promise<void> {
    await Promise.all([...this.#kept.values()].map((kept) => this.#renew(kept)))
  }

  async #begin(lease: LeaseRecord): Promise<void> {
    const { leaseId, file } = lease
    if (file === null) return
    const kept: Kept = { lease, path: file, problem: null, over: new AbortController() }
    this.#kept.set(leaseId, kept)
    this.#lingering.get(file)?.()
    this.#lingering.delete(file)
    await this.#renew(kept)
  }

  async #end(kept: Kept): Promise<void> {
    const { leaseId } = kept.lease
    this.#kept.delete(leaseId)
    kept.over.abort()
    this.#options.scheduler.set(`fresh ${leaseId}`, null, () => undefined)
    this.#backoff.succeed(leaseId)
    await this.#removeInTurn(kept.path)
  }

  #renew(kept: Kept): Promise<void> {
    return this.#inTurn(kept.path, () => this.#writeNow(kept))
  }

  #removeInTurn(path: string): Promise<void> {
    return this.#inTurn(path, () => this.#remove(path))
  }

  #inTurn(path: string, work: () => Promise<void>): Promise<void> {
    const turn = (this.#turns.get(path) ?? Promise.resolve()).then(work).catch((cause: unknown) => {
      this.#options.context.ports.log.error('fresh-file-failed', cause)
    })
    this.#turns.set(path, turn)
    return turn.then(() => {
      if (this.#turns.get(path) === turn) this.#turns.delete(path)
    })
  }

  async #writeNow(kept: Kept): Promise<void> {
    const { signal } = kept.over
    if (signal.aborted) return
    const { leaseId, program } = kept.lease
    const asked = this.#options.broker.token({
      ...{ door: 'gcloud', handle: null, leaseId, account: null, environment: null, client: null },
      ...{ scopes: null, minTtlMs: aheadMs + minuteMs, program: null, programKey: null },
      ...{ folder: program?.folder ?? null, remote: false, ask: 'never', askId: null, signal },
    })
    const reply = await untilAborted(asked, signal)
    // Locked or taken back meanwhile: what is asked next is that the file goes.
    if (reply === null || signal.aborted) return
    const error = reply.kind === 'token' ? await this.#write(kept, reply.token) : errorOf(reply)
    if (error === null) return
    this.#backoff.fail(leaseId, error)
    const wait = this.#backoff.latest(leaseId)?.remainingMs ?? minuteMs
    this.#tell(kept, inSeconds(error, wait))
    this.#again(kept, Math.max(wait, leastMs))
  }

  async #write(kept: Kept, { secret, remainingMs }: GivenToken): Promise<AppError | null> {
    const { leaseId } = kept.lease
    const written = await this.#options.context.ports.foreignFiles.write(kept.path, secret.reveal())
    if (!written.ok) return written.error
    this.#backoff.succeed(leaseId)
    this.#tell(kept, null)
    // Of one that lives shorter than that, half its life.
    this.#again(kept, Math.max(leastMs, remainingMs - Math.min(aheadMs, remainingMs / 2)))
    return null
  }

  #again(kept: Kept, inMs: number): void {
    const { context, scheduler } = this.#options
    if (!kept.over.signal.aborted)
      scheduler.set(`fresh ${kept.lease.leaseId}`, context.now() + inMs, () => void this.#renew(kept))
  }

  #tell(kept: Kept, problem: AppError | null): void {
    if (kept.problem === null && problem === null) return
    kept.problem = problem
    this.#options.onChange(kept.lease.leaseId)
  }

  /** Only what is a token of ours can lie there: the folder is the profile's. What cannot be removed is tried again. */
  async #remove(path: string): Promise<void> {
    const { foreignFiles, log, timers } = this.#options.context.ports
    const found = await foreignFiles.read(path, maxTokenBytes)
    const removed =
      found.ok && found.value !== null
        ? await foreignFiles.remove(path, Buffer.from(found.value).toString('utf8'))
        : found
    this.#lingering.get(path)?.()
    this.#lingering.delete(path)
    if (removed.ok) return
    log.warn('fresh-file-kept', { code: removed.error.code })
    if (this.#closed || this.#isKept(path)) return
    this.#lingering.set(
      path,
      timers.after(removeAgainMs, () => void this.#removeInTurn(path)),
    )
  }

  #isKept(path: string): boolean {
    return [...this.#kept.values()].some((kept) => kept.path === path)
  }
}

function errorOf(
  reply: { readonly kind: 'failed'; readonly error: AppError } | { readonly kind: 'asked' | 'aborted' },
): AppError {
  return reply.kind === 'failed' ? reply.error : appError('door-failed')
}
