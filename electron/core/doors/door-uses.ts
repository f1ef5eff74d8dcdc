/**
 * What doors handed out and refused, as facts. A busy program is at most one line a minute in the ledger for each
 * grant and set of scopes: the first use at once, what follows when its minute is over. Nobody waits for the disk, and
 * no use is lost to a disk that refuses for a while: what could not be written counts on.
 */
import type { ErrorCode } from '../../contract/errors.ts'
import type { LatchkeyEvent } from '../ledger/events.ts'
import type { ProfileContext } from '../profile-context.ts'
import type { LeaseRecord } from '../state/state.ts'

const minuteMs = 60 * 1000
/** A program that goes on asking with a lease that is over is written down this often, ms. */
const overMs = 60 * minuteMs
/** What changes in a lease's numbers is told at most this often, ms. */
const tellEveryMs = 1000

type Fact = Extract<LatchkeyEvent, { readonly type: 'lease.used' | 'lease.refused' | 'ask.refused' }>
type FactOf<T extends Fact['type']> = Extract<Fact, { readonly type: T }>['data']

/** One token that was handed out. */
export interface Use {
  readonly lease: LeaseRecord
  readonly accountId: string
  /** Null of a service account. */
  readonly clientId: string | null
  readonly scopes: readonly string[]
  /** The scopes were asked for by name. */
  readonly named: boolean
}
/** A question that got no yes, without its count. */
export type RefusedAsk = Omit<FactOf<'ask.refused'>, 'count'>

/** Of a lease, with what is not in the ledger yet. */
export interface LeaseCounts {
  readonly uses: number
  readonly refusals: number
  readonly lastUsedAt: number | null
  readonly lastRefusal: { readonly at: number; readonly code: string } | null
}

/** What is written as one line when its minute is over. */
interface Bundle {
  fact: Fact | null
  /** Ends the wait for the minute's end. */
  stop: () => void
}

export class DoorUses {
  readonly #context: ProfileContext
  readonly #onChange: (leaseId: string) => void
  readonly #bundles = new Map<string, Bundle>()
  #outbox: { readonly key: string; readonly fact: Fact }[] = []
  #writing: Promise<void> | null = null
  /** Leases with bundles, and how many; as long as there are any, `#counts` is ahead of the state. */
  readonly #open = new Map<string, number>()
  readonly #counts = new Map<string, LeaseCounts>()
  readonly #untold = new Set<string>()
  #stopTelling: (() => void) | null = null
  #closed = false

  /** `onChange` is told of each lease whose numbers changed, at most once a second. */
  constructor(context: ProfileContext, onChange: (leaseId: string) => void) {
    this.#context = context
    this.#onChange = onChange
  }

  /** A token was handed out just now. */
  used({ lease, accountId, clientId, scopes, named }: Use): void {
    const at = this.#context.now()
    const { leaseId } = lease
    const counts = this.countsOf(lease)
    this.#counts.set(leaseId, { ...counts, uses: counts.uses + 1, lastUsedAt: at })
    const data = { leaseId, accountId, clientId, scopes, named, count: 1, firstAt: at, lastAt: at }
    const key = `used ${leaseId} ${accountId} ${clientId ?? ''} ${scopes.join(' ')}`
    this.#add(key, { type: 'lease.used', data }, minuteMs)
    this.#tell(leaseId)
  }

  /** Somebody came with a lease and got nothing. */
  refused(lease: LeaseRecord, code: ErrorCode): void {
    const at = this.#context.now()
    const { leaseId } = lease
    const counts = this.countsOf(lease)
    this.#counts.set(leaseId, { ...counts, refusals: counts.refusals + 1, lastRefusal: { at, code } })
    const data = { leaseId, code, count: 1, firstAt: at, lastAt: at }
    this.#add(`refused ${leaseId} ${code}`, { type: 'lease.refused', data }, lease.ended ? overMs : minuteMs)
    this.#tell(leaseId)
  }

  /** A program asked and got no yes. */
  askRefused(ask: RefusedAsk): void {
    const { programKey, answer, accountId, clientId, scopes } = ask
    // Of a program that floods, all that is muted is one line, whatever it asked for.
    const what = answer === 'muted' ? '' : `${accountId} ${clientId ?? ''} ${scopes.join(' ')}`
    this.#add(
      `ask ${programKey} ${answer} ${what}`,
      { type: 'ask.refused', data: { ...ask, count: 1 } },
      minuteMs,
    )
  }

  countsOf(lease: LeaseRecord): LeaseCounts {
    return this.#counts.get(lease.leaseId) ?? lease
  }

  /** Puts what waits for the end of its minute into the ledger now; resolves when it is there, or could not be written. */
  async flush(): Promise<void> {
    for (const [key, bundle] of this.#bundles) this.#post(key, bundle)
    await this.settled()
  }

  /** Resolves when what was to be written so far is on disk, or could not be written. */
  async settled(): Promise<void> {
    await this.#writing
  }

  /** Writes what is left. Nothing is taken any more. */
  async close(): Promise<void> {
    this.#closed = true
    this.#stopTelling?.()
    await this.flush()
    if (this.#bundles.size > 0 || this.#outbox.length > 0) await this.flush()
    for (const { stop } of this.#bundles.values()) stop()
  }

  #add(key: string, fact: Fact, everyMs: number): void {
    const bundle = this.#bundles.get(key)
    if (bundle) {
      bundle.fact = bundle.fact ? merged(bundle.fact, fact) : fact
      return
    }
    this.#wait(key, fact, everyMs)
    const opened = this.#bundles.get(key)
    if (opened) this.#post(key, opened)
  }

  #wait(key: string, fact: Fact, everyMs: number): void {
    const { timers } = this.#context.ports
    const leaseId = leaseOf(fact)
    if (leaseId !== null) this.#open.set(leaseId, (this.#open.get(leaseId) ?? 0) + 1)
    const again = (): void => {
      const bundle = this.#bundles.get(key)
      if (!bundle) return
      const idle = bundle.fact === null && !this.#outbox.some((one) => one.key === key)
      if (idle && this.#writing === null) return this.#forget(key, leaseId)
      bundle.stop = timers.after(everyMs, again)
      this.#post(key, bundle)
    }
    this.#bundles.set(key, { fact, stop: timers.after(everyMs, again) })
  }

  #forget(key: string, leaseId: string | null): void {
    this.#bundles.delete(key)
    if (leaseId === null) return
    const left = (this.#open.get(leaseId) ?? 1) - 1
    if (left > 0) this.#open.set(leaseId, left)
    else {
      this.#open.delete(leaseId)
      this.#counts.delete(leaseId)
    }
  }

  #post(key: string, bundle: Bundle): void {
    if (!bundle.fact) return
    this.#outbox.push({ key, fact: bundle.fact })
    bundle.fact = null
    this.#writing ??= this.#write()
  }

  async #write(): Promise<void> {
    // One turn, so that what comes together is one write.
    await Promise.resolve()
    for (let written = true; written && this.#outbox.length > 0;) {
      const batch = this.#outbox
      this.#outbox = []
      written = await this.#save(batch)
    }
    this.#writing = null
  }

  async #save(batch: readonly { readonly key: string; readonly fact: Fact }[]): Promise<boolean> {
    const recorded = await this.#context.record(batch.map(({ fact }) => fact))
    if (recorded.ok) return true
    for (const { key, fact } of batch) this.#takeBack(key, fact)
    this.#context.ports.log.warn('door-uses-not-saved', { count: batch.length, code: recorded.error.code })
    return false
  }

  /** It counts on, and goes with the next line of its kind. */
  #takeBack(key: string, fact: Fact): void {
    const bundle = this.#bundles.get(key)
    if (bundle) bundle.fact = bundle.fact ? merged(fact, bundle.fact) : fact
    else if (!this.#closed) this.#wait(key, fact, minuteMs)
  }

  #tell(leaseId: string): void {
    this.#untold.add(leaseId)
    if (this.#closed) return
    this.#stopTelling ??= this.#context.ports.timers.after(tellEveryMs, () => {
      this.#stopTelling = null
      for (const changed of this.#untold) this.#onChange(changed)
      this.#untold.clear()
    })
  }
}

/** Two facts of the same kind about the same thing, the earlier first, as one. */
function merged(earlier: Fact, later: Fact): Fact {
  const count = earlier.data.count + later.data.count
  if (earlier.type === 'ask.refused') return { type: earlier.type, data: { ...earlier.data, count } }
  const { firstAt } = earlier.data
  const lastAt =
    later.type === 'ask.refused' ? earlier.data.lastAt : Math.max(earlier.data.lastAt, later.data.lastAt)
  if (earlier.type === 'lease.refused')
    return { type: earlier.type, data: { ...earlier.data, count, firstAt, lastAt } }
  const named = earlier.data.named || (later.type === 'lease.used' && later.data.named)
  return { type: earlier.type, data: { ...earlier.data, named, count, firstAt, lastAt } }
}

function leaseOf(fact: Fact): string | null {
  return fact.type === 'ask.refused' ? null : fact.data.leaseId
}
