/**
 * One request of a service account from beginning to end: which key signs, the assertion, the request, and what its
 * answer means for the ledger. Who waits for it and who is given the token is decided in `service-tokens.ts`.
 */
import type { KeyObject } from 'node:crypto'
import type { AppError } from '../../contract/outcome.ts'
import { appError } from '../../contract/outcome.ts'
import type { RefreshAnswer } from '../access/refresh-answer.ts'
import { readRefreshAnswer } from '../access/refresh-answer.ts'
import type { TokenEndpointError } from '../access/token-errors.ts'
import { dayMs } from '../clocks/durations.ts'
import type { LatchkeyEvent } from '../ledger/events.ts'
import type { HttpRequest, HttpResult } from '../ports.ts'
import type { ProfileContext } from '../profile-context.ts'
import type { Secret } from '../secret.ts'
import type { AccountRecord, ServiceKeyRecord, ServiceRecord, ServiceRefusal } from '../state/state.ts'
import { assertionClaims, signedJwt } from './assertion.ts'
import type { KeyAges } from './key-age.ts'
import type { RefusalAbout } from './service-refusals.ts'
import { describeServiceRefusal, isMistimed } from './service-refusals.ts'
import type { ServiceKeys } from './service-keys.ts'
import { isForgotten } from './service-keys.ts'
import { signingOrder } from './signing-keys.ts'

/** Where Google found the time wrong even by its own, it is not asked again before, ms. */
const mistimedFloorMs = 60 * 1000
/** A refused key is followed by one other, and no more: each is a request that Google may hold against the account. */
const mostKeys = 2

export interface Wanted {
  readonly accountId: string
  readonly scopes: readonly string[]
  /** Whom it acts as; null for itself. */
  readonly subject: string | null
  /** Of an id token; null for an access token. */
  readonly audience: string | null
  /** The one key to sign with; null for the best. */
  readonly keyId: string | null
}

export interface ServiceGranted {
  readonly kind: 'granted'
  readonly secret: Secret
  readonly scopes: readonly string[]
  readonly keyId: string
  /** By Google's time, ms. */
  readonly obtainedAt: number
  /** The same by the clock that only goes forward, ms. */
  readonly obtainedElapsed: number
  readonly lifetimeMs: number
}

export type ServiceOutcome =
  | ServiceGranted
  | { readonly kind: 'refused'; readonly about: RefusalAbout; readonly error: AppError }
  /** Nothing was learned, and the same can succeed later. */
  | {
      readonly kind: 'passing'
      readonly error: AppError
      readonly floorMs: number
      readonly offline: boolean
    }
  /** Nothing was sent: no key, no keychain, or the account is gone. */
  | { readonly kind: 'unavailable'; readonly error: AppError }

/** One key of one account, with its private half. */
interface Signer {
  readonly account: AccountRecord
  readonly service: ServiceRecord
  readonly key: ServiceKeyRecord
  readonly privateKey: KeyObject
}
interface Sent {
  readonly result: Exclude<HttpResult, { readonly kind: 'aborted' }>
  readonly answer: RefreshAnswer
  readonly at: number
  readonly elapsed: number
}

export class ServiceRequests {
  readonly #context: ProfileContext
  readonly #keys: ServiceKeys
  readonly #ages: KeyAges
  /** What was given in this run, by account and whom it acted as. */
  readonly #succeeded = new Map<string, Set<string>>()

  constructor(context: ProfileContext, keys: ServiceKeys, ages: KeyAges) {
    this.#context = context
    this.#keys = keys
    this.#ages = ages
  }

  /**
   * Asks Google once; a second time only where the clock was wrong, and where Google does not take the key and
   * there is another. `signal` gives up before the answer.
   */
  async run(wanted: Wanted, signal: AbortSignal): Promise<ServiceOutcome> {
    const account = this.#account(wanted.accountId)
    if (!account) return gone
    const { service } = account
    const keys = signingOrder(service).filter(({ keyId }) => (wanted.keyId ?? keyId) === keyId)
    let outcome: ServiceOutcome = { kind: 'unavailable', error: appError('service-no-key') }
    let asked = 0
    for (const key of keys) {
      if (signal.aborted) return gone
      const read = await this.#keys.read(account.accountId, key)
      if (!read.ok && asked > 0) break
      if (!read.ok) outcome = { kind: 'unavailable', error: read.error }
      else outcome = await this.#ask(wanted, { account, service, key, privateKey: read.value }, signal)
      asked += read.ok ? 1 : 0
      const another = read.ok ? isAboutKey(outcome) : read.error.code === 'keychain-item-missing'
      if (!another || asked === mostKeys) break
    }
    return outcome
  }

  /** The scopes that Google gave the account for this person in this run. */
  succeeded(accountId: string, subject: string | null): ReadonlySet<string> {
    return this.#succeeded.get(aimOf(accountId, subject)) ?? new Set()
  }

  drop(accountId: string): void {
    for (const aim of [...this.#succeeded.keys()])
      if (aim.startsWith(`${accountId} `)) this.#succeeded.delete(aim)
  }

  async #ask(wanted: Wanted, signer: Signer, signal: AbortSignal): Promise<ServiceOutcome> {
    const first = await this.#send(wanted, signer, this.#context.now(), signal)
    if (!first) return gone
    const date = mistimedAt(first)
    if (date === null) return this.#settle(wanted, signer, first, signal)
    const again = await this.#send(wanted, signer, date, signal)
    return again ? this.#settle(wanted, signer, again, signal) : gone
  }

  /** `at` (ms) is the time to sign. Null when the wait was given up, or the account or its key went meanwhile. */
  async #send(wanted: Wanted, signer: Signer, at: number, signal: AbortSignal): Promise<Sent | null> {
    const { ports, issuer } = this.#context
    const { account, key, privateKey } = signer
    if (signal.aborted || !this.#isHere(signer)) return null
    const claims = assertionClaims({
      ...{ email: account.email, audience: issuer.tokenEndpoint, at },
      ...{ scopes: wanted.scopes, subject: wanted.subject, targetAudience: wanted.audience },
    })
    const assertion = signedJwt(claims, privateKey, key.privateKeyId)
    const sent = { at: ports.clock.now(), elapsed: ports.clock.elapsedMs() }
    const result = await ports.http.fetch(issuer.tokenEndpoint, { ...exchangeOf(assertion), signal })
    if (result.kind === 'aborted' || !this.#isHere(signer)) return null
    return { result, answer: readRefreshAnswer(result, this.#context.now()), ...sent }
  }

  async #settle(wanted: Wanted, signer: Signer, sent: Sent, signal: AbortSignal): Promise<ServiceOutcome> {
    const answer = wanted.audience === null ? sent.answer : await this.#idToken(wanted, signer, sent, signal)
    switch (answer.kind) {
      case 'granted':
        return this.#granted(wanted, signer, sent, answer)
      case 'passing':
        return passing(answer.error, answer.retryAfterMs ?? 0, answer.offline)
      case 'refused':
      case 'client-refused':
        if (isMistimed(answer.refusal)) return passing(appError('service-clock'), mistimedFloorMs, false)
        return this.#refused(wanted, signer, answer.refusal)
    }
  }

  /** Loaded when it is asked for: a start does without it. */
  async #idToken(wanted: Wanted, signer: Signer, sent: Sent, signal: AbortSignal): Promise<RefreshAnswer> {
    const { result, answer } = sent
    if (result.kind !== 'answered' || result.status !== 200) return answer
    const { readIdTokenAnswer } = await import('./id-token-answer.ts')
    const { uniqueId } = signer.service
    return readIdTokenAnswer(this.#context, result, { audience: wanted.audience ?? '', uniqueId, signal })
  }

  async #granted(
    wanted: Wanted,
    signer: Signer,
    sent: Sent,
    answer: Extract<RefreshAnswer, { readonly kind: 'granted' }>,
  ): Promise<ServiceOutcome> {
    const { accountId, subject } = wanted
    const { keyId } = signer.key
    // By Google's time when it was sent: the machine may have slept over the answer.
    const now = this.#context.now()
    const obtainedAt = Math.round(Math.min(sent.at + now - this.#context.ports.clock.now(), now))
    const scopes = answer.scopes ?? wanted.scopes
    if (wanted.audience === null) this.#remember(aimOf(accountId, subject), scopes)
    await this.#noteUse(wanted, signer, obtainedAt)
    this.#ages.look(accountId, signer.key)
    const { accessToken: secret, lifetimeMs } = answer
    return { kind: 'granted', secret, scopes, keyId, obtainedAt, obtainedElapsed: sent.elapsed, lifetimeMs }
  }

  #remember(aim: string, scopes: readonly string[]): void {
    this.#succeeded.set(aim, new Set([...(this.#succeeded.get(aim) ?? []), ...scopes]))
  }

  /** A day's worth of uses is one line; what ends a refusal is news at once. */
  async #noteUse(wanted: Wanted, { account, service, key }: Signer, usedAt: number): Promise<void> {
    const { lastUsedAt, refusal, keyId } = key
    const { accountId } = account
    const recent = lastUsedAt !== null && Math.abs(usedAt - lastUsedAt) < dayMs
    const stays = service.refusal && !isAnswered(service.refusal, wanted) ? service.refusal : null
    if (recent && !refusal && (stays || !service.refusal)) return
    const used: LatchkeyEvent = { type: 'service.keyUsed', data: { accountId, keyId, usedAt } }
    if (!stays) return this.#record(used)
    const { at: refusedAt, ...said } = stays
    await this.#record(used, { type: 'service.refused', data: { accountId, keyId, refusedAt, ...said } })
  }

  async #refused(
    wanted: Wanted,
    signer: Signer,
    { error, description, status }: TokenEndpointError,
  ): Promise<ServiceOutcome> {
    const { subject, scopes } = wanted
    const fields = { error, description, status, subject, scopes }
    const meaning = describeServiceRefusal(fields)
    // Who asked for an id token sees the error; the account's own requests go on as they did.
    if (wanted.audience === null || meaning.about !== 'request')
      await this.#noteRefusal(signer, meaning.about, fields)
    return { kind: 'refused', ...meaning }
  }

  /** Once for each thing that Google says: the same answer again is no news. */
  async #noteRefusal(
    { account, service, key }: Signer,
    about: RefusalAbout,
    said: Omit<ServiceRefusal, 'at'>,
  ): Promise<void> {
    const known = about === 'key' ? key.refusal : service.refusal?.about === about ? service.refusal : null
    if (known && isSame(known, said)) return
    const { accountId } = account
    const refusedAt = Math.round(this.#context.now())
    const data = { accountId, keyId: key.keyId, refusedAt, about, ...said }
    await this.#record({ type: 'service.refused', data })
  }

  async #record(...events: readonly LatchkeyEvent[]): Promise<void> {
    const recorded = await this.#context.record(events)
    if (!recorded.ok) this.#context.ports.log.warn('service-not-noted', { code: recorded.error.code })
  }

  #isHere({ account, key }: Signer): boolean {
    return this.#account(account.accountId) !== null && !isForgotten(key)
  }

  #account(accountId: string): (AccountRecord & { readonly service: ServiceRecord }) | null {
    const account = this.#context.ledger.state().accounts.get(accountId)
    return account && !account.forgotten && isService(account) ? account : null
  }
}

function isService(account: AccountRecord): account is AccountRecord & { readonly service: ServiceRecord } {
  return account.service !== null
}

/** RFC 7523 section 2.1; the assertion stands in the body. */
function exchangeOf(assertion: Secret): HttpRequest {
  const body = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion: assertion.reveal(),
  })
  return {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: body.toString(),
  }
}

/** Google's time (ms) of an answer that found ours wrong; null for every other, or where it does not tell. */
function mistimedAt({ result, answer }: Sent): number | null {
  if (answer.kind !== 'refused' || !isMistimed(answer.refusal) || result.kind !== 'answered') return null
  const at = Date.parse(result.headers.get('date') ?? '')
  return Number.isNaN(at) ? null : at
}

function isAboutKey(outcome: ServiceOutcome): boolean {
  return outcome.kind === 'refused' && outcome.about === 'key'
}

/** Whether a yes to this takes an earlier no back: to another request it says nothing. */
function isAnswered(refusal: NonNullable<ServiceRecord['refusal']>, { scopes, subject }: Wanted): boolean {
  if (refusal.about === 'account') return true
  return refusal.subject === subject && refusal.scopes.every((scope) => scopes.includes(scope))
}

function isSame(one: Omit<ServiceRefusal, 'at'>, other: Omit<ServiceRefusal, 'at'>): boolean {
  return (
    one.error === other.error &&
    one.description === other.description &&
    one.subject === other.subject &&
    one.scopes.join(' ') === other.scopes.join(' ')
  )
}

const aimOf = (accountId: string, subject: string | null): string => `${accountId} ${subject ?? ''}`
const passing = (error: AppError, floorMs: number, offline: boolean): ServiceOutcome => ({
  ...{ kind: 'passing', error, floorMs, offline },
})
const gone: ServiceOutcome = { kind: 'unavailable', error: appError('not-found') }
