/**
 * The leases of a profile. Giving and ending are facts of the ledger; what ends, ends here at once and is written then.
 * What a request needs to know is found without a search.
 */
import type { DoorKind, LeaseEnd } from '../../contract/doors.ts'
import type { AppError, Outcome } from '../../contract/outcome.ts'
import { appError, fail, ok } from '../../contract/outcome.ts'
import { coversScopes } from '../../contract/scopes/scope-sets.ts'
import type { LatchkeyEvent } from '../ledger/events.ts'
import type { ProfileContext } from '../profile-context.ts'
import type { Scheduler } from '../schedule/scheduler.ts'
import type { Secret } from '../secret.ts'
import type { LeaseRecord } from '../state/state.ts'
import type { DoorUses } from './door-uses.ts'
import { doorHasHandle, isHandleOf, leaseIdOf, newHandle } from './lease-handle.ts'
import type { NewLease } from './new-lease.ts'
import { checkNewLease, leaseGiven } from './new-lease.ts'

export type { NewLease } from './new-lease.ts'

export interface GivenLease {
  readonly lease: LeaseRecord
  /** Shown once, to whom it is for; null at doors where no handle is needed. */
  readonly handle: Secret | null
}

export interface LeasesOptions {
  /** The entry `leases` is used. */
  readonly scheduler: Pick<Scheduler, 'set'>
  readonly uses: Pick<DoorUses, 'refused'>
  /** A lease is new, or ended. */
  readonly onChange: (leaseId: string) => void
}

/** What a program without a handle asks for. */
export interface ProgramWish {
  readonly programKey: string
  readonly accountId: string
  /** Null of a service account. */
  readonly clientId: string | null
  /** Null: whatever it may have. */
  readonly scopes: readonly string[] | null
  readonly remote: boolean
}

/** An end that could not be written down is tried again after, ms. */
const againMs = 60 * 1000

export class Leases {
  readonly #context: ProfileContext
  readonly #options: LeasesOptions
  /** Those that are good, by id, in the order of giving. */
  readonly #live = new Map<string, LeaseRecord>()
  readonly #byProgram = new Map<string, Set<LeaseRecord>>()
  /** Over here, and not in the ledger yet. */
  readonly #ending = new Map<string, LeaseEnd>()
  #writing: Promise<unknown> = Promise.resolve()
  #stopTrying: (() => void) | null = null
  #session: string | null = null
  #closed = false

  constructor(context: ProfileContext, options: LeasesOptions) {
    this.#context = context
    this.#options = options
    this.stateReplaced()
  }

  /** To be awaited before a door opens: what ended while nobody was here ends now. */
  async start(): Promise<void> {
    const session = await this.#thisSession()
    const { ledger, now } = this.#context
    if (ledger.readOnly) return
    const { accounts, clients } = ledger.state()
    for (const lease of this.live()) {
      const { accountId, clientId, term } = lease
      const account = accountId === null ? null : accounts.get(accountId)
      const gone = account === undefined || account?.forgotten === true
      if (gone || (clientId !== null && !clients.has(clientId))) this.#drop(lease, 'account-gone')
      else if (isExpired(lease, now())) this.#drop(lease, 'expired')
      else if (term === 'session' && lease.session !== session) this.#drop(lease, 'session-over')
      // Whoever waited for the one token is gone, or has it.
      else if (term === 'once') this.#drop(lease, 'expired')
    }
    await this.#writeEnds()
    this.#schedule()
  }

  /** Waits until what ended is written down. Nothing ends any more by itself. */
  async close(): Promise<void> {
    this.#closed = true
    this.#options.scheduler.set('leases', null, () => undefined)
    this.#stopTrying?.()
    await this.#writeEnds()
  }

  /** Errors: those of `checkNewLease` and of the ledger. */
  async give(wish: NewLease): Promise<Outcome<GivenLease>> {
    const session = await this.#thisSession()
    const { ledger, now, ports } = this.#context
    const fit = checkNewLease(wish, ledger.state(), now())
    if (!fit.ok) return fit
    const leaseId = ports.random.token(12)
    const made = doorHasHandle(wish.door) ? newHandle(ports.random, leaseId) : null
    const data = leaseGiven(wish, { leaseId, handleHash: made?.hash ?? null }, session, now())
    const recorded = await this.#context.record([{ type: 'lease.given', data }])
    if (!recorded.ok) return recorded
    const lease = ledger.state().leases.get(leaseId)
    if (!lease) return fail('internal')
    this.#keep(lease)
    this.#schedule()
    this.#options.onChange(leaseId)
    return ok({ lease, handle: made?.handle ?? null })
  }

  /**
   * It is over at once, also where that cannot be written down for the moment. Errors: `not-found` for one that is not
   * good any more, those of the ledger.
   */
  async end(leaseId: string, reason: LeaseEnd): Promise<Outcome<null>> {
    const lease = this.#live.get(leaseId)
    return lease ? this.#endThese([lease], reason) : fail('not-found')
  }

  /** All of them. Errors: those of the ledger. */
  async endAll(reason: LeaseEnd): Promise<Outcome<null>> {
    return this.#endThese(this.live(), reason)
  }

  /** Those for a session, and those for one token. Errors: those of the ledger. */
  async endSessions(reason: LeaseEnd): Promise<Outcome<null>> {
    const passing = this.live().filter(({ term }) => term === 'session' || term === 'once')
    return this.#endThese(passing, reason)
  }

  /**
   * The lease of a handle, if it is good at this door. Errors: `lease-unknown`, `lease-taken-back`, `lease-over`,
   * `lease-other-door`.
   */
  ofHandle(handle: Secret, door: DoorKind): Outcome<LeaseRecord> {
    const leaseId = leaseIdOf(handle)
    const lease = leaseId === null ? undefined : this.#record(leaseId)
    if (!lease?.handleHash || !isHandleOf(handle, lease.handleHash)) return fail('lease-unknown')
    return this.#standing(lease, door)
  }

  /** The lease that a port or a file of its own stands for. Errors: as `ofHandle`. */
  ofId(leaseId: string, door: DoorKind): Outcome<LeaseRecord> {
    const lease = this.#record(leaseId)
    // A handle is a proof that an id is not.
    return lease && lease.handleHash === null ? this.#standing(lease, door) : fail('lease-unknown')
  }

  /** The good lease that covers what a program asks for, or null. One that lasts and allows more goes first. */
  ofProgram(wish: ProgramWish): LeaseRecord | null {
    let best: LeaseRecord | null = null
    for (const lease of this.#byProgram.get(wish.programKey) ?? []) {
      const usable = covers(lease, wish) && this.#over(lease) === null
      if (usable && (best === null || rank(lease) > rank(best))) best = lease
    }
    return best
  }

  /**
   * To be called with a token in hand, right before it is given: whether the lease is good still. One for a single
   * token is used up by that. Errors: `lease-taken-back`, `lease-over`.
   */
  spend(lease: LeaseRecord): Outcome<null> {
    const standing = this.#standing(lease, lease.door)
    if (!standing.ok) return standing
    if (lease.term === 'once') void this.#endThese([lease], 'used-up')
    return ok()
  }

  live(): readonly LeaseRecord[] {
    return [...this.#live.values()]
  }

  /** To be called with every fact: what a lease rests on may be gone with it. */
  touch(event: LatchkeyEvent): void {
    if (event.type === 'account.forgotten') {
      const { accountId } = event.data
      void this.#endThese(
        this.live().filter((lease) => lease.accountId === accountId),
        'account-gone',
      )
    }
    if (event.type === 'client.removed') {
      const { clientId } = event.data
      void this.#endThese(
        this.live().filter((lease) => lease.clientId === clientId),
        'account-gone',
      )
    }
  }

  /** The ledger goes on with another state. */
  stateReplaced(): void {
    this.#live.clear()
    this.#byProgram.clear()
    for (const lease of this.#context.ledger.state().leases.values())
      if (!lease.ended && !this.#ending.has(lease.leaseId)) this.#keep(lease)
    this.#schedule()
  }

  /** Why a lease ended, also where that is not written yet; null for one that has not. */
  endOf({ leaseId, ended }: LeaseRecord): LeaseEnd | null {
    return ended?.reason ?? this.#ending.get(leaseId) ?? null
  }

  #record(leaseId: string): LeaseRecord | undefined {
    return this.#context.ledger.state().leases.get(leaseId)
  }

  #standing(lease: LeaseRecord, door: DoorKind): Outcome<LeaseRecord> {
    const error = this.#over(lease) ?? otherDoor(lease, door)
    if (error === null) return ok(lease)
    this.#options.uses.refused(lease, error.code)
    return { ok: false, error }
  }

  #over(lease: LeaseRecord): AppError | null {
    const { label, term } = lease
    const ended = this.endOf(lease)
    if (ended !== null) return appError(ended === 'taken-back' ? 'lease-taken-back' : 'lease-over', { label })
    if (isExpired(lease, this.#context.now())) void this.#endThese([lease], 'expired')
    else if (term !== 'session' || lease.session === this.#session) return null
    return appError('lease-over', { label })
  }

  #endThese(leases: readonly LeaseRecord[], reason: LeaseEnd): Promise<Outcome<null>> {
    for (const lease of leases) this.#drop(lease, reason)
    if (leases.length > 0) this.#schedule()
    return this.#writeEnds()
  }

  #keep(lease: LeaseRecord): void {
    this.#live.set(lease.leaseId, lease)
    if (lease.programKey === null) return
    const same = this.#byProgram.get(lease.programKey) ?? new Set()
    this.#byProgram.set(lease.programKey, same.add(lease))
  }

  #drop(lease: LeaseRecord, reason: LeaseEnd): void {
    const { leaseId, programKey } = lease
    if (!this.#live.delete(leaseId)) return
    this.#ending.set(leaseId, reason)
    this.#options.onChange(leaseId)
    if (programKey === null) return
    const same = this.#byProgram.get(programKey)
    same?.delete(lease)
    if (same?.size === 0) this.#byProgram.delete(programKey)
  }

  /** Those that ended together are one write; writes follow one another. */
  #writeEnds(): Promise<Outcome<null>> {
    const turn = this.#writing.then(() => this.#writeNow())
    this.#writing = turn
    return turn
  }

  async #writeNow(): Promise<Outcome<null>> {
    const batch = [...this.#ending]
    if (batch.length === 0) return ok()
    const recorded = await this.#context.record(
      batch.map(([leaseId, reason]): LatchkeyEvent => ({ type: 'lease.ended', data: { leaseId, reason } })),
    )
    if (!recorded.ok) {
      this.#tryAgain()
      return recorded
    }
    for (const [leaseId] of batch) {
      this.#ending.delete(leaseId)
      this.#options.onChange(leaseId)
    }
    return ok()
  }

  #tryAgain(): void {
    if (this.#closed) return
    this.#stopTrying ??= this.#context.ports.timers.after(againMs, () => {
      this.#stopTrying = null
      void this.#writeEnds()
    })
  }

  #schedule(): void {
    if (this.#closed) return
    let earliest: number | null = null
    for (const { expiresAt } of this.#live.values())
      if (expiresAt !== null && (earliest === null || expiresAt < earliest)) earliest = expiresAt
    this.#options.scheduler.set('leases', earliest, () => {
      const now = this.#context.now()
      void this.#endThese(
        this.live().filter((lease) => isExpired(lease, now)),
        'expired',
      )
      this.#schedule()
    })
  }

  async #thisSession(): Promise<string> {
    this.#session ??= await this.#context.ports.programs.session()
    return this.#session
  }
}

function isExpired({ expiresAt }: LeaseRecord, now: number): boolean {
  return expiresAt !== null && now >= expiresAt
}

/** The socket takes what a program may show over HTTP as well: it lets in nobody more. */
function otherDoor({ door: given, label }: LeaseRecord, door: DoorKind): AppError | null {
  const fits = given === door || (door === 'command' && given === 'http')
  return fits ? null : appError('lease-other-door', { label })
}

function covers(lease: LeaseRecord, { accountId, clientId, scopes, remote }: ProgramWish): boolean {
  if (remote && !lease.remote) return false
  if (lease.accountId !== null && lease.accountId !== accountId) return false
  if (lease.clientId !== null && lease.clientId !== clientId) return false
  return lease.scopes === null || scopes === null || coversScopes(lease.scopes, scopes)
}

function rank({ term, scopes }: LeaseRecord): number {
  return (term === 'once' ? 0 : 2) + (scopes === null ? 1 : 0)
}
