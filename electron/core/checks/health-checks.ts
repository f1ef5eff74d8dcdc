/**
 * Looks after the accounts without being asked: shortly after the start, by the schedule that the person chose,
 * after a sleep, when the network is back. Never more than needed to know, never more than a few at once, and
 * when one check cannot get through, the others wait until one does. Nothing here opens a browser.
 */
import type { AppError, Outcome } from '../../contract/outcome.ts'
import { appError, fail, ok } from '../../contract/outcome.ts'
import type { CheckResult } from '../access/access-tokens.ts'
import { hourMs, minuteMs } from '../clocks/durations.ts'
import type { ProfileContext } from '../profile-context.ts'
import type { Scheduler } from '../schedule/scheduler.ts'
import type { State, TokenRecord } from '../state/state.ts'
import { findToken } from '../state/state.ts'
import type { PlanRules } from './check-plan.ts'
import { checkIntervalMs, nextCheckAt, plannedChecks, roundRules, scheduleRules } from './check-plan.ts'
import type { Slot } from './spread.ts'
import { merged, spread } from './spread.ts'
import type { TokenChecker } from './token-checker.ts'

/** So many checks at most are in the air, those by hand included. */
const atOnceAtMost = 8
/** The network, and the person, get this long before a round begins, ms. */
const beforeRoundMs = 5 * 1000
/** A token is not asked about again unasked within this time, whatever happens, ms. */
const sameTokenMs = minuteMs
/** After a failure nothing is asked unasked for this long, twice as long after the next one in a row, ms, … */
const shortestPauseMs = minuteMs
/** … and never longer than this, ms. */
const longestPauseMs = 15 * minuteMs
/** When Google could not be asked for a reason of this machine, ms. */
const unavailableRetryMs = hourMs
/** A promise to wait is honoured up to here; a retry instant further ahead is a mistake of some clock, ms. */
const longestRetryMs = 24 * hourMs
/** The plan is made at most once in this time, ms, … */
const shortestReplanMs = 1000
/** … and with so much rest for each token in it, ms: thousands of them then cost no more than a few do. */
const replanRestMs = 5

/** Its one name at the scheduler. */
const timerName = 'checks'

/** As much of an open profile as checks need: they change nothing by themselves. */
export interface ChecksContext extends Pick<ProfileContext, 'now'> {
  readonly ports: Pick<ProfileContext['ports'], 'clock' | 'log'>
  readonly ledger: Pick<ProfileContext['ledger'], 'readOnly' | 'state'>
  readonly settings: Pick<ProfileContext['settings'], 'current'>
}

interface HandCheck {
  readonly tokenId: string
  readonly answer: (result: CheckResult) => void
}

/**
 * The checks of one open profile. Waits are kept in the machine's forward-going time, so that setting the clock
 * neither bunches nor strands them; what is due is reckoned in the profile's time.
 */
export class HealthChecks {
  readonly #context: ChecksContext
  readonly #access: TokenChecker
  readonly #scheduler: Scheduler
  readonly #deadlineOf: (token: TokenRecord) => number | null

  /** Epoch ms: when Google last answered about a token or refused a client. */
  readonly #looks = new Map<string, number>()
  readonly #clientLooks = new Map<string, number>()
  /** Forward-going ms: when a token was last asked about, and when it may be again after a failure. */
  readonly #started = new Map<string, number>()
  readonly #retries = new Map<string, number>()

  readonly #running = new Map<string, Promise<CheckResult>>()
  #byHand: HandCheck[] = []
  #queue: readonly Slot[] = []
  #nextPlanned: number | null = null
  #stale = true
  #mayReplanAt = -Infinity
  #pausedUntil = -Infinity
  #failuresInARow = 0
  /** Between `start` and `close`. */
  #live = false
  #closed = false

  /** `deadlineOf` as in `PlanRules`: a token is checked once soon after that, if nobody else used it. */
  constructor(
    context: ChecksContext,
    access: TokenChecker,
    scheduler: Scheduler,
    deadlineOf: (token: TokenRecord) => number | null,
  ) {
    this.#context = context
    this.#access = access
    this.#scheduler = scheduler
    this.#deadlineOf = deadlineOf
  }

  /** When the window shows, and when what kept it from asking is over. Until then nothing is checked unasked. */
  start(): void {
    this.#live = true
    this.#retries.clear()
    this.#pausedUntil = -Infinity
    this.#beginRound(this.#elapsed() + beforeRoundMs)
  }

  /** Nothing can be checked for now: it goes on with the next `start`. */
  pause(): void {
    this.#live = false
    this.#arm()
  }

  /** The machine is awake again. */
  resumed(): void {
    this.#pausedUntil = -Infinity
    this.#beginRound(this.#elapsed() + beforeRoundMs)
  }

  /** The network is back. A round that a resume has just begun is not begun again. */
  networkReturned(): void {
    this.#access.networkReturned()
    this.#retries.clear()
    this.#pausedUntil = -Infinity
    const from = this.#elapsed() + beforeRoundMs
    // A network that comes and goes must not put the beginning off each time.
    const begun = this.#queue[0]?.at ?? from
    this.#beginRound(Math.max(this.#elapsed(), Math.min(begun, from)))
  }

  /** The clock was set, or time went on while the machine slept. */
  clockJumped(): void {
    this.#access.clockJumped()
    this.#mayReplanAt = -Infinity
    this.replan()
  }

  /** Something that the plan rests on has changed: the ledger, the setting, a deadline. Cheap. */
  replan(): void {
    if (this.#closed) return
    this.#stale = true
    this.#arm()
  }

  /**
   * Checks every token of the account that is held here, dead ones too, at once. Answers when all have been
   * asked. Errors: `not-found`, `nothing-to-check`, `read-only`, and the first thing that kept Google from being
   * asked; after a failure in passing those that wait for their turn are not tried.
   */
  async checkAccount(accountId: string): Promise<Outcome<null>> {
    const { ledger } = this.#context
    const account = ledger.state().accounts.get(accountId)
    if (!account) return fail('not-found')
    if (ledger.readOnly) return fail('read-only')
    const held = account.tokens.filter(
      ({ standing, clientId }) => standing === 'held' && ledger.state().clients.has(clientId),
    )
    if (held.length === 0) return fail('nothing-to-check')
    const error = await this.#checkByHand(held.map(({ tokenId }) => tokenId))
    return error ? { ok: false, error } : ok()
  }

  /** Nothing is asked any more; checks by hand that wait for their turn are answered. What runs is not awaited. */
  close(): void {
    this.#closed = true
    this.#live = false
    this.#queue = []
    this.#scheduler.set(timerName, null, () => undefined)
    this.#dropHandChecks(appError('internal'))
  }

  async #checkByHand(tokenIds: readonly string[]): Promise<AppError | null> {
    let error: AppError | null = null
    const checks = tokenIds.map(async (tokenId) => {
      const result = await this.#oneByHand(tokenId)
      if (result.kind === 'passing' || result.kind === 'unavailable') error ??= result.error
    })
    await Promise.all(checks)
    return error
  }

  #oneByHand(tokenId: string): Promise<CheckResult> {
    const closed: CheckResult = { kind: 'unavailable', error: appError('internal') }
    if (this.#closed) return Promise.resolve(closed)
    return new Promise((answer) => {
      this.#byHand.push({ tokenId, answer })
      this.#launch()
      this.#arm()
    })
  }

  #dropHandChecks(error: AppError): void {
    const dropped = this.#byHand
    this.#byHand = []
    for (const { answer } of dropped) answer({ kind: 'unavailable', error })
  }

  /** Adds what nobody looked at within the hour to what waits, and spreads all of it from `from` on. */
  #beginRound(from: number): void {
    const rules = this.#roundRules()
    if (!rules) return
    const due = this.#newlyDue(plannedChecks(this.#state(), rules), rules.now)
    const waiting = [...this.#queue, ...due.map((tokenId) => ({ tokenId, asked: 'round' as const }))]
    this.#queue = spread(waiting, from)
    this.replan()
  }

  #step(): void {
    this.#refill()
    this.#launch()
    this.#arm()
  }

  /** Makes the plan anew if it is needed and not too early for that, and queues what has fallen due. */
  #refill(): void {
    const elapsed = this.#elapsed()
    const rules = this.#scheduleRules()
    if (!rules || elapsed < this.#planNeededAt()) return
    const planned = plannedChecks(this.#state(), rules)
    const due = this.#newlyDue(planned, rules.now).map((tokenId) => ({ tokenId, asked: 'plan' as const }))
    this.#queue = merged(this.#queue, spread(due, Math.max(elapsed, this.#pausedUntil)))
    const next = planned.find(({ at }) => at > rules.now)
    this.#nextPlanned = next ? elapsed + next.at - rules.now : null
    this.#stale = false
    this.#mayReplanAt = elapsed + Math.max(shortestReplanMs, planned.length * replanRestMs)
  }

  #planNeededAt(): number {
    return Math.max(this.#mayReplanAt, this.#stale ? -Infinity : (this.#nextPlanned ?? Infinity))
  }

  #newlyDue(planned: ReturnType<typeof plannedChecks>, now: number): string[] {
    const queued = new Set(this.#queue.map(({ tokenId }) => tokenId))
    const due = planned.filter(({ tokenId, at }) => at <= now && !queued.has(tokenId))
    return due.map(({ tokenId }) => tokenId).filter((tokenId) => !this.#running.has(tokenId))
  }

  #launch(): void {
    while (this.#byHand.length > 0 && this.#running.size < atOnceAtMost) this.#launchByHand()
    const elapsed = this.#elapsed()
    while (this.#hasRoom() && elapsed >= this.#pausedUntil) {
      const [slot, ...rest] = this.#queue
      if (!slot || slot.at > elapsed) return
      this.#queue = rest
      this.#launchUnasked(slot, elapsed)
    }
  }

  #launchByHand(): void {
    const next = this.#byHand.shift()
    if (!next) return
    const running = this.#running.get(next.tokenId) ?? this.#check(next.tokenId, true)
    void running.then(next.answer)
  }

  #launchUnasked(slot: Slot, elapsed: number): void {
    const { tokenId, asked } = slot
    if (this.#running.has(tokenId)) return
    if (!this.#isDue(slot)) {
      this.#stale = true
      return
    }
    const notBefore = (this.#started.get(tokenId) ?? -Infinity) + sameTokenMs
    if (notBefore > elapsed) this.#queue = merged(this.#queue, [{ tokenId, asked, at: notBefore }])
    else void this.#check(tokenId, false)
  }

  /** Since it was queued the token may have been used, forgotten, found dead; the setting may be another. */
  #isDue({ tokenId, asked }: Slot): boolean {
    const rules = asked === 'round' ? this.#roundRules() : this.#scheduleRules()
    const token = findToken(this.#state(), tokenId)
    const at = rules && token ? nextCheckAt(this.#state(), token, rules) : null
    return at !== null && rules !== null && at <= rules.now
  }

  /** After a failure one goes ahead alone. */
  #hasRoom(): boolean {
    return this.#running.size < (this.#failuresInARow > 0 ? 1 : atOnceAtMost)
  }

  #check(tokenId: string, byHand: boolean): Promise<CheckResult> {
    this.#started.set(tokenId, this.#elapsed())
    const running = this.#ask(tokenId, byHand)
    this.#running.set(tokenId, running)
    return running
  }

  async #ask(tokenId: string, byHand: boolean): Promise<CheckResult> {
    const result = await this.#answerOf(tokenId, byHand)
    this.#running.delete(tokenId)
    this.#note(tokenId, result)
    // Whoever waits for a turn would only wait for the same failure.
    if (byHand && result.kind === 'passing') this.#dropHandChecks(result.error)
    this.#stale = true
    this.#launch()
    this.#arm()
    return result
  }

  async #answerOf(tokenId: string, byHand: boolean): Promise<CheckResult> {
    try {
      return await this.#access.check(tokenId, { byHand })
    } catch (cause) {
      this.#context.ports.log.error('check-failed', cause, { tokenId })
      return { kind: 'unavailable', error: appError('internal') }
    }
  }

  #note(tokenId: string, result: CheckResult): void {
    switch (result.kind) {
      case 'alive':
      case 'refused':
        this.#looks.set(tokenId, this.#context.now())
        return this.#noteAnswered(tokenId)
      case 'client-refused': {
        const clientId = findToken(this.#state(), tokenId)?.clientId
        if (clientId !== undefined) this.#clientLooks.set(clientId, this.#context.now())
        return this.#noteAnswered(tokenId)
      }
      case 'passing':
        return this.#noteFailure(tokenId, result.retryAt - this.#context.now())
      case 'unavailable':
        return this.#noteFailure(tokenId, unavailableRetryMs)
    }
  }

  /** Whatever Google said, it can be reached. */
  #noteAnswered(tokenId: string): void {
    this.#retries.delete(tokenId)
    this.#failuresInARow = 0
    this.#pausedUntil = -Infinity
  }

  #noteFailure(tokenId: string, retryInMs: number): void {
    const elapsed = this.#elapsed()
    const waitMs = Math.min(Math.max(retryInMs || 0, sameTokenMs), longestRetryMs)
    this.#retries.set(tokenId, elapsed + waitMs)
    // Those that were in the air together fail together: that is one failure.
    if (elapsed < this.#pausedUntil) return
    const pauseMs = Math.max(shortestPauseMs * 2 ** Math.min(this.#failuresInARow, 8), waitMs)
    this.#failuresInARow += 1
    this.#pausedUntil = elapsed + Math.min(pauseMs, longestPauseMs)
    this.#queue = spread(this.#queue, this.#pausedUntil)
  }

  #arm(): void {
    const elapsed = this.#elapsed()
    if (!this.#scheduleRules()) {
      this.#queue = []
      this.#scheduler.set(timerName, null, () => undefined)
      return
    }
    const head = this.#hasRoom() ? (this.#queue[0]?.at ?? Infinity) : Infinity
    const wakeAt = Math.min(Math.max(head, this.#pausedUntil), this.#planNeededAt())
    // Up to a whole ms, so that rounding cannot make it wake a moment before there is something to do.
    const inMs = Math.ceil(Math.max(0, wakeAt - elapsed))
    this.#scheduler.set(timerName, inMs === Infinity ? null : this.#context.now() + inMs, () => this.#step())
  }

  /** Null when nothing is to be checked unasked. */
  #scheduleRules(): PlanRules | null {
    const everyMs = checkIntervalMs(this.#context.settings.current().checkEvery)
    if (!this.#live || this.#context.ledger.readOnly || everyMs === null) return null
    return scheduleRules({ ...this.#commonRules(), everyMs })
  }

  #roundRules(): PlanRules | null {
    return this.#scheduleRules() ? roundRules(this.#commonRules()) : null
  }

  #commonRules(): Omit<PlanRules, 'everyMs' | 'jitter'> {
    return {
      now: this.#context.now(),
      lookedAt: (tokenId) => this.#looks.get(tokenId) ?? null,
      clientLookedAt: (clientId) => this.#clientLooks.get(clientId) ?? null,
      retryAt: (tokenId) => this.#retryAt(tokenId),
      deadlineOf: this.#deadlineOf,
    }
  }

  #retryAt(tokenId: string): number | null {
    const theirs = this.#access.status(tokenId).retryAt
    const ours = this.#retries.get(tokenId)
    if (ours === undefined) return theirs
    return Math.max(theirs ?? -Infinity, this.#context.now() + ours - this.#elapsed())
  }

  #state(): State {
    return this.#context.ledger.state()
  }

  #elapsed(): number {
    return this.#context.ports.clock.elapsedMs()
  }
}
