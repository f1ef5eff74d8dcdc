/**
 * Access tokens: about an hour long, in memory only. Any number of callers of one grant and one set of scopes cost
 * one refresh, and nobody is given more than they asked for.
 */
import type { AppError } from '../../contract/outcome.ts'
import { appError } from '../../contract/outcome.ts'
import type { Verdict } from '../../contract/views.ts'
import type { ProfileContext } from '../profile-context.ts'
import { coversScopes, givesScopes, sameScopes, uniqueScopes } from '../../contract/scopes/scope-sets.ts'
import type { Secret } from '../secret.ts'
import type { Grant } from './choose-token.ts'
import { chooseToken } from './choose-token.ts'
import type { Life } from './freshness.ts'
import { isFresh, remainingMs } from './freshness.ts'
import type { Refreshed, RefreshOutcome, RefreshTarget } from './refresher.ts'
import { Refresher, refreshKey } from './refresher.ts'
import { Slots } from './slots.ts'
import { untilAborted } from './until-aborted.ts'

/** So many refreshes are in the air at the same time, over all grants. */
const maxInAir = 8
/** So often expired tokens are swept out: once in so many that come in. */
const sweepEvery = 256

export interface AccessRequest {
  /** Fewer scopes than granted; absent or empty for all of them. */
  readonly scopes?: readonly string[]
  /** How long the token should last at least, ms. What Google gives can be less. */
  readonly minTtlMs: number
  readonly signal?: AbortSignal
}

export interface AccessToken {
  readonly secret: Secret
  readonly scopes: readonly string[]
  /** By Google's time, epoch ms. */
  readonly expiresAt: number
  /** The refresh token that it came from; where it came from none, a name of its own. */
  readonly tokenId: string
}

export type AccessResult =
  | { readonly kind: 'token'; readonly token: AccessToken }
  | { readonly kind: 'failed'; readonly error: AppError }
  | { readonly kind: 'aborted' }

/** What came of one check. What is to be remembered of it is in the ledger by then. */
export type CheckResult =
  | { readonly kind: 'alive' }
  | { readonly kind: 'refused'; readonly verdict: Verdict }
  /** Google does not accept the client; nothing is known about the token. */
  | { readonly kind: 'client-refused' }
  /** Nothing was learned, and the same can succeed later: not before `retryAt`, epoch ms. */
  | { readonly kind: 'passing'; readonly error: AppError; readonly retryAt: number }
  /** Google could not be asked: no secret, no keychain, no room on the disk. */
  | { readonly kind: 'unavailable'; readonly error: AppError }

export interface AccessStatus {
  readonly running: boolean
  /** The latest failure that may pass; null when the latest refresh came through. */
  readonly error: AppError | null
  /** When it may be tried again, ms, also where that is over; null where nothing waits. */
  readonly retryAt: number | null
}

interface Cached extends Omit<Life, 'expiresAt'> {
  readonly token: AccessToken
}

interface Flight {
  readonly tokenId: string
  readonly abort: AbortController
  readonly outcome: Promise<RefreshOutcome>
}

export class AccessTokens {
  readonly #context: ProfileContext
  readonly #onActivity: (tokenId: string) => void
  readonly #closing = new AbortController()
  readonly #refresher: Refresher
  readonly #slots = new Slots(maxInAir)
  readonly #cache = new Map<string, Cached>()
  readonly #flights = new Map<string, Flight>()
  /** The last flight of each token that has one: the next one of the same token comes after it. */
  readonly #lastOf = new Map<string, Promise<RefreshOutcome>>()
  #cachedSinceSweep = 0

  /** `onActivity` is told whenever `status` of a token may have changed. */
  constructor(context: ProfileContext, onActivity: (tokenId: string) => void) {
    this.#context = context
    this.#onActivity = onActivity
    this.#refresher = new Refresher(context, this.#closing.signal)
  }

  /**
   * An access token of the newest token of a grant that covers the scopes; from memory while it is fresh enough.
   * A caller's `signal` ends only its own wait.
   *
   * A narrower set of scopes is sent along, and what comes back must be exactly that set, as
   * `givesScopes` compares. An answer that leaves
   * `scope` out could be read as agreement (RFC 6749 section 5.1), or come from a server that does not know the
   * parameter; so it counts as refused.
   *
   * Errors: those of `chooseToken`, `scopes-not-narrowed`, `scope-refused`, those of the keychain, of the client,
   * of a refused token, and what passes (network, server), also while that is not to be tried again yet; its
   * details then say in how many `seconds` it is.
   */
  async get(grant: Grant, request: AccessRequest): Promise<AccessResult> {
    const { signal } = request
    if (signal?.aborted === true || this.#closing.signal.aborted) return { kind: 'aborted' }
    const asked = request.scopes && request.scopes.length > 0 ? uniqueScopes(request.scopes) : null
    const chosen = chooseToken(this.#context.ledger.state(), grant, asked)
    if (!chosen.ok) return { kind: 'failed', error: chosen.error }
    const { tokenId, granted } = chosen.value
    const scopes = asked && !sameScopes(asked, granted) ? asked : null
    const key = refreshKey(tokenId, scopes)
    const minTtlMs = Math.max(0, request.minTtlMs) || 0
    const fresh = this.#fresh(key, minTtlMs)
    if (fresh) return handOut(fresh, asked)
    const outcome = await untilAborted(this.#refresh({ tokenId, scopes, byHand: false }, key), signal)
    if (outcome === null) return { kind: 'aborted' }
    return this.#answer(outcome, key, minTtlMs, asked)
  }

  /**
   * Refreshes a token now, or joins the refresh that runs: Google's own word on it, and a use (google-oauth.md
   * 2.2, row 2). `byHand` does not wait for what is waited for otherwise.
   */
  async check(tokenId: string, options: { readonly byHand: boolean }): Promise<CheckResult> {
    if (this.#closing.signal.aborted) return { kind: 'unavailable', error: appError('no-usable-token') }
    if (this.#context.ledger.readOnly) return { kind: 'unavailable', error: appError('read-only') }
    const outcome = await this.#refresh({ tokenId, scopes: null, byHand: options.byHand }, tokenId)
    await this.#refresher.settled()
    switch (outcome.kind) {
      case 'refreshed':
        return { kind: 'alive' }
      case 'refused':
        return { kind: 'refused', verdict: outcome.verdict }
      case 'client-refused':
        return { kind: 'client-refused' }
      case 'passing':
        return outcome
      case 'unavailable':
      case 'not-narrowed':
        return { kind: 'unavailable', error: outcome.error }
    }
  }

  status(tokenId: string): AccessStatus {
    return { running: this.#lastOf.has(tokenId), ...this.#refresher.failure(tokenId) }
  }

  /** What failed for want of a network may be tried at once. */
  networkReturned(): void {
    this.#refresher.networkReturned()
  }

  /** Nothing is known any more about how long a token in memory has left. */
  clockJumped(): void {
    this.#cache.clear()
  }

  /** Google does not recognise the access tokens of a token any more: the next who asks gets a new one. */
  forgetAccess(tokenId: string): void {
    this.#forgetCached(tokenId)
  }

  /** Forgets all that concerns a token; who waits for it gets `no-usable-token`. */
  drop(tokenId: string): void {
    this.#forgetCached(tokenId)
    for (const flight of this.#flights.values()) if (flight.tokenId === tokenId) flight.abort.abort()
    this.#refresher.drop(tokenId)
  }

  /** Ends what runs and waits until what it brought is written down. */
  async close(): Promise<void> {
    this.#closing.abort()
    this.#cache.clear()
    const running = [...this.#flights.values()]
    for (const { abort } of running) abort.abort()
    await Promise.all(running.map(({ outcome }) => outcome))
    await this.#refresher.settled()
  }

  #answer(
    outcome: RefreshOutcome,
    key: string,
    minTtlMs: number,
    asked: readonly string[] | null,
  ): AccessResult {
    if (this.#closing.signal.aborted) return { kind: 'aborted' }
    if (outcome.kind === 'refreshed') return handOut(cachedOf(outcome), asked)
    // It was renewed early; where that fails in passing, the one in memory still does what was asked.
    const cached = this.#cache.get(key)
    const passes = outcome.kind === 'passing' || outcome.kind === 'unavailable'
    if (cached && passes && this.#remainingMs(cached) > minTtlMs) return handOut(cached, asked)
    return { kind: 'failed', error: outcome.error }
  }

  #fresh(key: string, minTtlMs: number): Cached | null {
    const cached = this.#cache.get(key)
    return cached && isFresh(this.#remainingMs(cached), cached.lifetimeMs, minTtlMs) ? cached : null
  }

  #remainingMs({ token, ...life }: Cached): number {
    const { now, ports } = this.#context
    return remainingMs({ ...life, expiresAt: token.expiresAt }, now(), ports.clock.elapsedMs())
  }

  /** Joins the flight of a key, or starts it unless something keeps it waiting. */
  #refresh(target: RefreshTarget, key: string): Promise<RefreshOutcome> {
    const running = this.#flights.get(key)
    if (running) return running.outcome
    const blocked = this.#refresher.blocked(target)
    if (blocked) return Promise.resolve(blocked)
    const { tokenId } = target
    const abort = new AbortController()
    const outcome = this.#fly(target, key, abort.signal, this.#lastOf.get(tokenId))
    this.#flights.set(key, { tokenId, abort, outcome })
    this.#lastOf.set(tokenId, outcome)
    void outcome.then(() => {
      if (this.#lastOf.get(tokenId) !== outcome) return
      this.#lastOf.delete(tokenId)
      this.#onActivity(tokenId)
    })
    this.#onActivity(tokenId)
    return outcome
  }

  async #fly(
    target: RefreshTarget,
    key: string,
    signal: AbortSignal,
    before: Promise<RefreshOutcome> | undefined,
  ): Promise<RefreshOutcome> {
    try {
      await before
      const outcome = await this.#slots.run(() => this.#refresher.run(target, signal))
      this.#keep(target, key, outcome)
      return outcome
    } catch (cause) {
      this.#context.ports.log.error('refresh-broke', cause)
      return { kind: 'unavailable', error: appError('internal') }
    } finally {
      this.#flights.delete(key)
    }
  }

  #keep(target: RefreshTarget, key: string, outcome: RefreshOutcome): void {
    if (outcome.kind === 'refused') this.#forgetCached(target.tokenId)
    if (outcome.kind === 'not-narrowed') this.#cache.delete(key)
    if (outcome.kind !== 'refreshed' || this.#closing.signal.aborted) return
    if (outcome.tokenId !== target.tokenId) this.#forgetCached(target.tokenId)
    this.#cache.set(refreshKey(outcome.tokenId, target.scopes), cachedOf(outcome))
    this.#cachedSinceSweep += 1
    if (this.#cachedSinceSweep >= sweepEvery) this.#sweep()
  }

  #forgetCached(tokenId: string): void {
    for (const [key, { token }] of this.#cache) if (token.tokenId === tokenId) this.#cache.delete(key)
  }

  #sweep(): void {
    this.#cachedSinceSweep = 0
    for (const [key, cached] of this.#cache) if (this.#remainingMs(cached) <= 0) this.#cache.delete(key)
  }
}

function cachedOf(outcome: Refreshed): Cached {
  const { secret, scopes, tokenId, obtainedAt, obtainedElapsed, lifetimeMs } = outcome
  const expiresAt = Math.round(obtainedAt + lifetimeMs)
  return { token: { secret, scopes, expiresAt, tokenId }, obtainedAt, obtainedElapsed, lifetimeMs }
}

/** Who names scopes gets exactly these, also where they are all that was granted. */
export function handOut(
  { token }: { readonly token: AccessToken },
  asked: readonly string[] | null,
): AccessResult {
  if (asked === null || givesScopes(token.scopes, asked)) return { kind: 'token', token }
  const code = coversScopes(token.scopes, asked) ? 'scopes-not-narrowed' : 'scopes-not-held'
  return { kind: 'failed', error: appError(code) }
}
