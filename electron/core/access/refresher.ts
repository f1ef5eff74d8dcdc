/**
 * One refresh from beginning to end: may it be sent, the secrets, the request, and what its answer means for the
 * ledger. Who waits for it and who is given the token is decided in `access-tokens.ts`.
 */
import type { AppError, Outcome } from '../../contract/outcome.ts'
import { appError, fail, ok } from '../../contract/outcome.ts'
import type { Verdict } from '../../contract/views.ts'
import type { LatchkeyEvent } from '../ledger/events.ts'
import { authenticating } from '../clients/client-authentication.ts'
import type { ProfileContext } from '../profile-context.ts'
import { givesScopes } from '../../contract/scopes/scope-sets.ts'
import type { Secret } from '../secret.ts'
import type { TokenRecord } from '../state/state.ts'
import { findToken } from '../state/state.ts'
import { Backoff, inSeconds } from './backoff.ts'
import { ClientStanding } from './client-standing.ts'
import type { Granted, Passing, RefreshAnswer } from './refresh-answer.ts'
import { readRefreshAnswer } from './refresh-answer.ts'
import { refreshRequest } from './refresh-request.ts'
import { describeRefusal } from './refusals.ts'
import type { RotationTimes } from './rotations.ts'
import { Rotations } from './rotations.ts'
import type { TokenEndpointError } from './token-errors.ts'
import { Uses } from './uses.ts'

/** Where Google is not reached, a grant is tried at most this often, ms. */
const offlineFloorMs = 60 * 1000
/** The same where it answered no: asking again soon would give the same answer, ms. */
const refusedFloorMs = 60 * 1000

export interface RefreshTarget {
  readonly tokenId: string
  /** Fewer scopes than the token has; null for all of them. */
  readonly scopes: readonly string[] | null
  /** A person asks: what waits is not waited for. */
  readonly byHand: boolean
}

export interface Refreshed {
  readonly kind: 'refreshed'
  readonly secret: Secret
  readonly scopes: readonly string[]
  /** The refresh token that it belongs to by now: after a rotation another one. */
  readonly tokenId: string
  /** By Google's time, ms. */
  readonly obtainedAt: number
  /** The same by the clock that only goes forward, ms. */
  readonly obtainedElapsed: number
  readonly lifetimeMs: number
}

export type RefreshOutcome =
  | Refreshed
  | { readonly kind: 'refused'; readonly verdict: Verdict; readonly error: AppError }
  /** Only the narrower scopes were refused, or not given; the token itself is as good as before. */
  | { readonly kind: 'not-narrowed'; readonly error: AppError }
  | { readonly kind: 'client-refused'; readonly error: AppError }
  | { readonly kind: 'passing'; readonly error: AppError; readonly retryAt: number }
  /** Nothing was sent: the keychain does not give the secrets, or the token is gone. */
  | { readonly kind: 'unavailable'; readonly error: AppError }

interface Secrets {
  readonly refreshToken: Secret
  readonly clientSecret: Secret
}

/** Names a token together with the scopes that are asked of it. */
export function refreshKey(tokenId: string, scopes: readonly string[] | null): string {
  return scopes === null ? tokenId : `${tokenId} ${[...scopes].sort().join(' ')}`
}

export class Refresher {
  readonly #context: ProfileContext
  readonly #passing: Backoff
  readonly #refusing: Backoff
  readonly #unavailable = new Map<string, AppError>()
  readonly #clients: ClientStanding
  readonly #rotations: Rotations
  readonly #uses: Uses

  /** `signal` ends what is under way when the profile closes. */
  constructor(context: ProfileContext, signal: AbortSignal) {
    const { clock, random } = context.ports
    this.#context = context
    this.#passing = new Backoff(clock, random)
    this.#refusing = new Backoff(clock, random)
    this.#clients = new ClientStanding(context, new Backoff(clock, random), signal)
    this.#rotations = new Rotations(context)
    this.#uses = new Uses(context)
  }

  /** Why a refresh should not be sent now, as the outcome that it would most likely have; otherwise null. */
  blocked({ tokenId, scopes, byHand }: RefreshTarget): RefreshOutcome | null {
    const token = this.#token(tokenId)
    if (!token) return gone
    if (byHand) return null
    const passing = this.#passing.waiting(tokenId)
    if (passing) return this.#passed(tokenId, inSeconds(passing.error, passing.remainingMs))
    const refused = this.#refusing.waiting(tokenId)
    if (refused) {
      const error = inSeconds(refused.error, refused.remainingMs)
      return { kind: 'refused', verdict: token.refusal?.verdict ?? 'fault', error }
    }
    const client = this.#clients.blocked(token.clientId)
    if (client) return { kind: 'client-refused', error: client }
    const narrow = scopes && this.#refusing.waiting(refreshKey(tokenId, scopes))
    return narrow ? { kind: 'not-narrowed', error: inSeconds(narrow.error, narrow.remainingMs) } : null
  }

  /**
   * Sends one refresh, unless it is blocked. Two of one token never run at the same time. `signal` gives up
   * before the answer; what has come is always kept.
   */
  async run(target: RefreshTarget, signal: AbortSignal): Promise<RefreshOutcome> {
    const current = { ...target, tokenId: this.#rotations.current(target.tokenId) }
    const blocked = signal.aborted ? gone : this.blocked(current)
    if (blocked) return blocked
    const token = this.#token(current.tokenId)
    if (!token) return gone
    this.#clients.claim(token.clientId)
    const secrets = await this.#readSecrets(token)
    if (!secrets.ok) {
      this.#unavailable.set(token.tokenId, secrets.error)
      return { kind: 'unavailable', error: secrets.error }
    }
    this.#unavailable.delete(token.tokenId)
    return this.#send(current, token, secrets.value, signal)
  }

  /** The latest failure of a token that may pass, and the instant (ms) of the next try. */
  failure(tokenId: string): { readonly error: AppError | null; readonly retryAt: number | null } {
    const passing = this.#passing.latest(tokenId)
    if (passing) return { error: passing.error, retryAt: this.#instantIn(passing.remainingMs) }
    return { error: this.#unavailable.get(tokenId) ?? null, retryAt: null }
  }

  networkReturned(): void {
    this.#passing.networkReturned()
  }

  drop(tokenId: string): void {
    this.#passing.succeed(tokenId)
    this.#refusing.succeed(tokenId)
    this.#unavailable.delete(tokenId)
    this.#rotations.drop(tokenId)
  }

  /** Resolves when what was learned so far is written down. */
  settled(): Promise<void> {
    return this.#uses.settled()
  }

  async #send(
    target: RefreshTarget,
    token: TokenRecord,
    secrets: Secrets,
    signal: AbortSignal,
  ): Promise<RefreshOutcome> {
    const { ports, issuer } = this.#context
    const sent = { at: ports.clock.now(), elapsed: ports.clock.elapsedMs() }
    const client = authenticating(this.#context.ledger.state(), token.clientId)
    const request = refreshRequest({ ...secrets, client, scopes: target.scopes })
    const result = await ports.http.fetch(issuer.tokenEndpoint, { ...request, signal })
    if (result.kind === 'aborted' || !this.#token(token.tokenId)) return gone
    const answer = readRefreshAnswer(result, this.#context.now())
    switch (answer.kind) {
      case 'granted':
        return this.#granted(target, token, secrets, answer, sent)
      case 'passing':
        return this.#failed(token, answer)
      case 'refused':
        return this.#refused(target, token, answer)
      case 'client-refused':
        return this.#clientRefused(target, token, secrets, answer)
    }
  }

  async #granted(
    target: RefreshTarget,
    token: TokenRecord,
    secrets: Secrets,
    answer: Granted,
    sent: { readonly at: number; readonly elapsed: number },
  ): Promise<RefreshOutcome> {
    const { tokenId } = token
    // By Google's time when it was sent: the machine may have slept over the answer.
    const now = this.#context.now()
    const skewMs = now - this.#context.ports.clock.now()
    const obtainedAt = Math.round(Math.min(sent.at + skewMs, now))
    const endsIn = answer.refreshTokenEndsInMs
    const expiresAt = endsIn === null ? null : Math.round(obtainedAt + endsIn)
    this.#passing.succeed(tokenId)
    this.#refusing.succeed(tokenId)
    await this.#clients.noteAccepted(token.clientId)
    const times = { usedAt: obtainedAt, expiresAt }
    const holder = await this.#keepRotated(tokenId, secrets.refreshToken, answer.refreshToken, times)
    if (holder === tokenId) this.#uses.note({ tokenId, ...times })
    if (target.scopes && (!answer.scopes || !givesScopes(answer.scopes, target.scopes))) {
      return this.#notNarrowed(target, appError('scopes-not-narrowed'))
    }
    return {
      kind: 'refreshed',
      secret: answer.accessToken,
      scopes: answer.scopes ?? token.granted,
      tokenId: holder,
      obtainedAt,
      obtainedElapsed: sent.elapsed,
      lifetimeMs: answer.lifetimeMs,
    }
  }

  /** Answers the id that holds the refresh token from now on. */
  #keepRotated(
    tokenId: string,
    used: Secret,
    rotated: Secret | null,
    times: RotationTimes,
  ): Promise<string> | string {
    if (rotated && !rotated.equals(used)) return this.#rotations.keep(tokenId, rotated, times)
    return this.#rotations.unsaved(tokenId) ? this.#rotations.retry(tokenId) : tokenId
  }

  #failed({ tokenId }: TokenRecord, answer: Passing): RefreshOutcome {
    const { error, retryAfterMs, offline } = answer
    const floorMs = Math.max(retryAfterMs ?? 0, offline ? offlineFloorMs : 0)
    this.#passing.fail(tokenId, error, { floorMs, offline })
    this.#context.ports.log.warn('refresh-failed', { tokenId, code: error.code })
    return this.#passed(tokenId, error)
  }

  #passed(tokenId: string, error: AppError): RefreshOutcome {
    return {
      kind: 'passing',
      error,
      retryAt: this.#instantIn(this.#passing.latest(tokenId)?.remainingMs ?? 0),
    }
  }

  async #refused(
    target: RefreshTarget,
    token: TokenRecord,
    answer: Extract<RefreshAnswer, { readonly kind: 'refused' }>,
  ): Promise<RefreshOutcome> {
    const { verdict, refusal, error } = answer
    // Which scopes are asked is up to the caller, so that a fault of theirs is no fact about the token.
    if (target.scopes && verdict === 'fault') return this.#notNarrowed(target, error)
    this.#passing.succeed(token.tokenId)
    this.#refusing.fail(token.tokenId, error, { floorMs: refusedFloorMs })
    // An answer about the token is one to a client that Google knows.
    if (verdict === 'dead' || verdict === 'person') await this.#clients.noteAccepted(token.clientId)
    await this.#noteRefusal(token, verdict, refusal)
    return { kind: 'refused', verdict, error }
  }

  async #clientRefused(
    target: RefreshTarget,
    token: TokenRecord,
    secrets: Secrets,
    answer: Extract<RefreshAnswer, { readonly kind: 'client-refused' }>,
  ): Promise<RefreshOutcome> {
    const { refusal } = answer
    switch (await this.#clients.judge(token.clientId, secrets.clientSecret)) {
      case 'refused':
        return { kind: 'client-refused', error: answer.error }
      case 'accepted': {
        const error = describeRefusal({ ...refusal, verdict: 'client' })
        return this.#refused(target, token, { kind: 'refused', verdict: 'client', refusal, error })
      }
      case 'unchecked': {
        const error = appError('token-error-other', { error: refusal.error, status: refusal.status })
        return this.#failed(token, { kind: 'passing', error, retryAfterMs: refusedFloorMs, offline: false })
      }
    }
  }

  #notNarrowed(target: RefreshTarget, error: AppError): RefreshOutcome {
    this.#refusing.fail(refreshKey(target.tokenId, target.scopes), error, { floorMs: refusedFloorMs })
    return { kind: 'not-narrowed', error }
  }

  /** Once for each thing that Google says: a repeated check that gets the same answer is no news. */
  async #noteRefusal(token: TokenRecord, verdict: Verdict, refusal: TokenEndpointError): Promise<void> {
    const { tokenId } = token
    await this.#uses.discard(tokenId)
    const known = token.refusal
    const same =
      known?.verdict === verdict && known.error === refusal.error && known.subtype === refusal.subtype
    if (same) return
    const refusedAt = this.#context.now()
    await this.#record({ type: 'token.refused', data: { tokenId, refusedAt, verdict, ...refusal } })
  }

  async #readSecrets(token: TokenRecord): Promise<Outcome<Secrets>> {
    const { ports, services } = this.#context
    const [refreshToken, clientSecret] = await Promise.all([
      this.#readRefreshToken(token),
      ports.secretStore.get(services.clientSecret, token.clientId),
    ])
    if (!refreshToken.ok) return refreshToken
    if (!clientSecret.ok) return clientSecret
    if (clientSecret.value) return ok({ refreshToken: refreshToken.value, clientSecret: clientSecret.value })
    const { clientId } = token
    const client = this.#context.ledger.state().clients.get(clientId)
    if (client?.secretMissing === false)
      await this.#record({ type: 'client.secretMissing', data: { clientId } })
    return fail('keychain-item-missing')
  }

  async #readRefreshToken({ tokenId }: TokenRecord): Promise<Outcome<Secret>> {
    const unsaved = this.#rotations.unsaved(tokenId)
    if (unsaved) return ok(unsaved)
    const { ports, services } = this.#context
    const read = await ports.secretStore.get(services.refreshToken, tokenId)
    if (!read.ok) return read
    const standing = this.#token(tokenId)?.standing
    if (read.value) {
      if (standing === 'missing') await this.#record({ type: 'token.secretFound', data: { tokenId } })
      return ok(read.value)
    }
    if (standing === 'held') await this.#record({ type: 'token.secretMissing', data: { tokenId } })
    return fail('keychain-item-missing')
  }

  /** The token, unless it was forgotten or its client is gone. */
  #token(tokenId: string): TokenRecord | null {
    const state = this.#context.ledger.state()
    const token = findToken(state, tokenId)
    return token && token.standing !== 'forgotten' && state.clients.has(token.clientId) ? token : null
  }

  async #record(event: LatchkeyEvent): Promise<void> {
    const recorded = await this.#context.record([event])
    if (!recorded.ok) this.#context.ports.log.warn('refresh-not-noted', { code: recorded.error.code })
  }

  /** Rounded up: who comes at that instant does not come too early. */
  #instantIn(ms: number): number {
    return Math.ceil(this.#context.now() + ms)
  }
}

const gone: RefreshOutcome = { kind: 'unavailable', error: appError('no-usable-token') }
