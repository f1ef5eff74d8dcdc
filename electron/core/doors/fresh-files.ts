/**
 * Files with an access token, for gcloud and whatever else reads one (google-oauth.md 8.2): written anew before the
 * token ends, gone when the lease does, when the doors are locked, and when nobody is here to keep them fresh.
 */
import type { AppError } from '../../contract/outcome.ts'
import { appError } from '../../contract/outcome.ts'
import { Backoff, inSeconds } from '../access/backoff.ts'
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
  /** What is being done about it, one thing after the other. */
  turn: Promise<void>
  wanted: boolean
}

export class FreshFiles {
  readonly #options: FreshFilesOptions
  readonly #backoff: Backoff
  readonly #kept = new Map<string, Kept>()

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
    await this.#kept.get(leaseId)?.turn
  }

  /** Keeps the files of these leases, and no others. Resolves when each was written, or could not be for now. */
  async fit(leases: readonly LeaseRecord[]): Promise<void> {
    const wanted = new Set(leases.map(({ leaseId }) => leaseId))
    const over = [...this.#kept.values()].filter(({ lease }) => !wanted.has(lease.leaseId))
    const fresh = leases.filter(({ leaseId, file }) => file !== null && !this.#kept.has(leaseId))
    await Promise.all([...over.map((kept) => this.#end(kept)), ...fresh.map((lease) => this.#begin(lease))])
  }

  /** Files that were left behind by a process that was killed. */
  async removeLeftOvers(leases: readonly LeaseRecord[]): Promise<void> {
    for (const { file } of leases) if (file !== null) await this.#remove(file)
  }

  /** The clock was set, or time passed in sleep: what is in the files may be over. */
  async renewAll(): Promise<void> {
    await Promise.all([...this.#kept.values()].map((kept) => this.#renew(kept)))
  }

  async #begin(lease: LeaseRecord): Promise<void> {
    const { leaseId, file } = lease
    if (file === null) return
    const kept: Kept = { lease, path: file, problem: null, turn: Promise.resolve(), wanted: true }
    this.#kept.set(leaseId, kept)
    await this.#renew(kept)
  }

  async #end(kept: Kept): Promise<void> {
    const { leaseId } = kept.lease
    this.#kept.delete(leaseId)
    kept.wanted = false
    this.#options.scheduler.set(`fresh ${leaseId}`, null, () => undefined)
    this.#backoff.succeed(leaseId)
    kept.turn = kept.turn.then(() => this.#remove(kept.path))
    await kept.turn
  }

  #renew(kept: Kept): Promise<void> {
    kept.turn = kept.turn.then(() => this.#writeNow(kept))
    return kept.turn
  }

  async #writeNow(kept: Kept): Promise<void> {
    if (!kept.wanted) return
    const { leaseId, program } = kept.lease
    const reply = await this.#options.broker.token({
      ...{ door: 'gcloud', handle: null, leaseId, account: null, environment: null, client: null },
      ...{ scopes: null, minTtlMs: aheadMs + minuteMs, program: null, programKey: null },
      ...{ folder: program?.folder ?? null, remote: false, ask: 'never', askId: null },
    })
    // Locked or taken back meanwhile: what is asked next is that the file goes.
    if (!kept.wanted) return
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
    if (kept.wanted)
      scheduler.set(`fresh ${kept.lease.leaseId}`, context.now() + inMs, () => void this.#renew(kept))
  }

  #tell(kept: Kept, problem: AppError | null): void {
    if (kept.problem === null && problem === null) return
    kept.problem = problem
    this.#options.onChange(kept.lease.leaseId)
  }

  /** Only what is a token of ours can lie there: the folder is the profile's. */
  async #remove(path: string): Promise<void> {
    const { foreignFiles, log } = this.#options.context.ports
    const found = await foreignFiles.read(path, maxTokenBytes)
    if (found.ok && found.value === null) return
    const removed = found.ok
      ? await foreignFiles.remove(path, Buffer.from(found.value ?? []).toString('utf8'))
      : found
    if (!removed.ok) log.warn('fresh-file-kept', { code: removed.error.code })
  }
}

function errorOf(
  reply: { readonly kind: 'failed'; readonly error: AppError } | { readonly kind: 'asked' | 'aborted' },
): AppError {
  return reply.kind === 'failed' ? reply.error : appError('door-failed')
}
