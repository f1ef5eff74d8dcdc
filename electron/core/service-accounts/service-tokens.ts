/**
 * Tokens of service accounts: in memory only, and as alike to those of people as they can be. Any number of callers
 * of one account, one set of scopes and one person to act for cost one request.
 */
import type { KeyObject } from 'node:crypto'
import type { AppError, Outcome } from '../../contract/outcome.ts'
import { appError, fail, ok } from '../../contract/outcome.ts'
import { uniqueScopes } from '../../contract/scopes/scope-sets.ts'
import { Backoff, inSeconds } from '../access/backoff.ts'
import { Slots } from '../access/slots.ts'
import { untilAborted } from '../access/until-aborted.ts'
import type { ProfileContext } from '../profile-context.ts'
import type { Secret } from '../secret.ts'
import type { AccountRecord, ServiceKeyRecord, ServiceRecord } from '../state/state.ts'
import { apiAudience, endOf, selfSignedClaims, signedJwt } from './assertion.ts'
import { KeyAges } from './key-age.ts'
import { ServiceKeys } from './service-keys.ts'
import { describeServiceRefusal } from './service-refusals.ts'
import type { ServiceGranted, ServiceOutcome, Wanted } from './service-requests.ts'
import { ServiceRequests } from './service-requests.ts'
import type { ServiceSources } from './service-view.ts'
import { signingOrder } from './signing-keys.ts'
import { TokenMemory } from './token-memory.ts'

/** So many requests are in the air at the same time, over all service accounts. */
const maxInAir = 8
/** Where Google is not reached, an account is tried at most this often, ms. */
const offlineFloorMs = 60 * 1000
/** The same where it answered no: asking again soon would give the same answer, ms. */
const refusedFloorMs = 60 * 1000
/** What every service account is given that Google lets in at all: who it is itself. */
const trialScopes = ['https://www.googleapis.com/auth/userinfo.email']

/** What every question says. */
interface Asking {
  readonly accountId: string
  /** How long the token should last at least, ms. What Google gives can be less. */
  readonly minTtlMs: number
  /** A person asks: what waits is not waited for. */
  readonly byHand?: boolean
  readonly signal?: AbortSignal
}
export interface ServiceRequest extends Asking {
  /** The configured ones where they are absent or empty. */
  readonly scopes?: readonly string[]
  /** Whom to act as: null for itself; the configured one where it is absent. */
  readonly subject?: string | null
}
export interface IdTokenRequest extends Asking {
  readonly audience: string
}

export interface ServiceToken {
  readonly secret: Secret
  readonly scopes: readonly string[]
  /** By Google's time, epoch ms. */
  readonly expiresAt: number
  /** The key that it was signed for with. */
  readonly keyId: string
}
export type ServiceResult =
  | { readonly kind: 'token'; readonly token: ServiceToken }
  | { readonly kind: 'failed'; readonly error: AppError }
  | { readonly kind: 'aborted' }

interface Signer {
  readonly key: ServiceKeyRecord
  readonly privateKey: KeyObject
}
type ServiceAccount = AccountRecord & { readonly service: ServiceRecord }

export class ServiceTokens implements ServiceSources {
  readonly keys: ServiceKeys
  readonly #context: ProfileContext
  readonly #onChange: (accountId: string) => void
  readonly #closing = new AbortController()
  readonly #ages: KeyAges
  readonly #requests: ServiceRequests
  readonly #slots = new Slots(maxInAir)
  readonly #memory: TokenMemory<ServiceGranted>
  readonly #flights = new Map<string, Promise<ServiceOutcome>>()
  readonly #passing: Backoff
  readonly #refusing: Backoff

  /** `onChange` is told where something changed that is shown of an account and is no fact of the ledger. */
  constructor(context: ProfileContext, onChange: (accountId: string) => void) {
    const { clock, random } = context.ports
    this.#context = context
    this.#onChange = onChange
    this.keys = new ServiceKeys(context)
    this.#ages = new KeyAges(context, this.#closing.signal)
    this.#requests = new ServiceRequests(context, this.keys, this.#ages)
    this.#memory = new TokenMemory(context)
    this.#passing = new Backoff(clock, random)
    this.#refusing = new Backoff(clock, random)
  }

  /**
   * An access token, from memory while it is fresh enough. A caller's `signal` ends only its own wait.
   *
   * Errors: `not-found`, `service-no-scopes`, `service-no-key`, those of the keychain, what Google's no means
   * (`describeServiceRefusal`), `service-clock`, and what passes (network, server), also while that is not to be
   * tried again yet; its details then say in how many `seconds` it is.
   */
  async get(request: ServiceRequest): Promise<ServiceResult> {
    const account = this.#account(request.accountId)
    if (!account) return failed(appError('not-found'))
    const { scopes: configured, subject: actsAs } = account.service
    const named = request.scopes && request.scopes.length > 0 ? request.scopes : configured
    if (named.length === 0) return failed(appError('service-no-scopes'))
    const subject = request.subject === undefined ? actsAs : request.subject
    const { accountId } = request
    return this.#answer(request, {
      ...{ accountId, subject, scopes: uniqueScopes(named), audience: null, keyId: null },
    })
  }

  /** The same for an id token for an audience, checked before it is handed out. Errors: also `id-token-invalid`. */
  async idToken(request: IdTokenRequest): Promise<ServiceResult> {
    const { accountId, audience } = request
    if (!this.#account(accountId)) return failed(appError('not-found'))
    return this.#answer(request, { accountId, audience, scopes: [], subject: null, keyId: null })
  }

  /**
   * A token signed here, which an API takes without an exchange: for the API at an address, or (null) for the
   * configured scopes. Google learns nothing of it. Errors: as `get`; of Google's only
   * that it does not take the key.
   */
  async selfSigned(accountId: string, audience: string | null): Promise<Outcome<ServiceToken>> {
    const account = this.#account(accountId)
    if (!account) return fail('not-found')
    const { scopes } = account.service
    if (audience === null && scopes.length === 0) return fail('service-no-scopes')
    const signer = await this.#signer(account)
    if (!signer.ok) return signer
    const { key, privateKey } = signer.value
    const aim = audience === null ? { scopes } : { audience: apiAudience(audience) }
    const claims = selfSignedClaims(account.email, aim, this.#context.now())
    const secret = signedJwt(claims, privateKey, key.privateKeyId)
    return ok({ secret, scopes, expiresAt: endOf(claims), keyId: key.keyId })
  }

  /** The best key that the keychain has, unless Google refuses it. */
  async #signer({ accountId, service }: ServiceAccount): Promise<Outcome<Signer>> {
    let error = appError('service-no-key')
    for (const key of signingOrder(service)) {
      if (key.refusal) {
        if (error.code === 'service-no-key') ({ error } = describeServiceRefusal(key.refusal))
        break
      }
      const read = await this.keys.read(accountId, key)
      if (this.#closing.signal.aborted || !this.#account(accountId)) return fail('not-found')
      if (read.ok) return ok({ key, privateKey: read.value })
      error = read.error
      if (error.code !== 'keychain-item-missing') break
    }
    return { ok: false, error }
  }

  /**
   * Asks for a token with this one key, now, for the account itself; nobody is given it. Answers until when it
   * would last, ms. Errors: as `get`.
   */
  async tryKey(accountId: string, keyId: string): Promise<Outcome<{ expiresAt: number }>> {
    const account = this.#account(accountId)
    const key = account?.service.keys.find((one) => one.keyId === keyId)
    if (!key || key.standing === 'forgotten') return fail('not-found')
    if (this.#context.ledger.readOnly) return fail('read-only')
    const wanted = { accountId, keyId, scopes: trialScopes, subject: null, audience: null }
    const outcome = await this.#ask(wanted, `${keyOf(wanted)} trial ${keyId}`)
    if (outcome.kind !== 'granted') return { ok: false, error: outcome.error }
    return ok({ expiresAt: endsAt(outcome) })
  }

  /** Only of this run; null where that is not known. */
  fileOf(keyId: string): string | null {
    return this.keys.sourceOf(keyId)?.path ?? null
  }

  succeeded(accountId: string, subject: string | null): ReadonlySet<string> {
    return this.#requests.succeeded(accountId, subject)
  }

  /** What failed for want of a network may be tried at once. */
  networkReturned(): void {
    this.#passing.networkReturned()
  }

  /** Nothing is known any more about how long a token in memory has left. */
  clockJumped(): void {
    this.#memory.clear()
  }

  /** The file that a key came from is gone. */
  fileGone(accountId: string, keyId: string): void {
    this.keys.forgetSource(keyId)
    this.#onChange(accountId)
  }

  /** Something about the account was mended: what was refused may be asked again. */
  forgive(accountId: string): void {
    this.#refusing.drop(accountId)
  }

  /** Forgets all that concerns an account. */
  drop(accountId: string): void {
    const account = this.#context.ledger.state().accounts.get(accountId)
    for (const { keyId } of account?.service?.keys ?? []) this.keys.drop(keyId)
    this.#memory.drop(`${accountId} `)
    this.#requests.drop(accountId)
    this.#passing.drop(accountId)
    this.#refusing.drop(accountId)
  }

  /** Ends what runs and waits until what it brought is written down. */
  async close(): Promise<void> {
    this.#closing.abort()
    await Promise.all(this.#flights.values())
    await this.#ages.settled()
    this.#memory.clear()
    this.keys.close()
  }

  async #answer(asking: Asking, wanted: Wanted): Promise<ServiceResult> {
    const { signal } = asking
    if (signal?.aborted === true || this.#closing.signal.aborted) return { kind: 'aborted' }
    const key = keyOf(wanted)
    const minTtlMs = Math.max(0, asking.minTtlMs) || 0
    const fresh = this.#memory.fresh(key, minTtlMs)
    if (fresh) return handOut(fresh)
    const waiting = asking.byHand === true ? null : this.#waiting(wanted.accountId, key)
    const outcome = waiting ?? (await untilAborted(this.#ask(wanted, key), signal))
    if (outcome === null || this.#closing.signal.aborted) return { kind: 'aborted' }
    if (outcome.kind === 'granted') return handOut(outcome)
    // It was renewed early; where that fails in passing, the one in memory still does what was asked.
    const passes = outcome.kind === 'passing' || outcome.kind === 'unavailable'
    const lasting = passes ? this.#memory.lasting(key, minTtlMs) : null
    return lasting ? handOut(lasting) : failed(outcome.error)
  }

  /** What it is too early to ask again, as the outcome that it would most likely have. */
  #waiting(accountId: string, key: string): ServiceOutcome | null {
    const passing = this.#passing.waiting(accountId)
    if (passing) return { ...unsent, kind: 'passing', error: inSeconds(passing.error, passing.remainingMs) }
    const refused = this.#refusing.waiting(accountId) ?? this.#refusing.waiting(key)
    if (!refused) return null
    return { kind: 'refused', about: 'request', error: inSeconds(refused.error, refused.remainingMs) }
  }

  /** Joins the request that runs, or sends one. */
  #ask(wanted: Wanted, key: string): Promise<ServiceOutcome> {
    const running = this.#flights.get(key)
    if (running) return running
    const flight = this.#fly(wanted, key).finally(() => this.#flights.delete(key))
    this.#flights.set(key, flight)
    return flight
  }

  async #fly(wanted: Wanted, key: string): Promise<ServiceOutcome> {
    try {
      const { signal } = this.#closing
      const outcome = await this.#slots.run(() => this.#requests.run(wanted, signal))
      // Forgotten meanwhile: nothing of it stays, and nobody is given it.
      if (!this.#account(wanted.accountId)) return { kind: 'unavailable', error: appError('not-found') }
      this.#keep(wanted, key, outcome)
      return outcome
    } catch (cause) {
      this.#context.ports.log.error('service-request-broke', cause)
      return { kind: 'unavailable', error: appError('internal') }
    }
  }

  #keep(wanted: Wanted, key: string, outcome: ServiceOutcome): void {
    const { accountId } = wanted
    if (outcome.kind === 'passing') {
      const { error, offline } = outcome
      const floorMs = Math.max(outcome.floorMs, offline ? offlineFloorMs : 0)
      this.#passing.fail(accountId, error, { floorMs, offline })
      return
    }
    if (outcome.kind === 'unavailable' || this.#closing.signal.aborted) return
    this.#passing.succeed(accountId)
    if (outcome.kind === 'refused') return this.#noteRefused(wanted, key, outcome)
    this.#refusing.succeed(accountId)
    this.#refusing.succeed(key)
    if (wanted.keyId === null) this.#memory.keep(key, outcome)
  }

  #noteRefused(
    { accountId, keyId }: Wanted,
    key: string,
    { about, error }: Extract<ServiceOutcome, { readonly kind: 'refused' }>,
  ): void {
    // What an account that is switched off was given before is worth nothing either.
    if (about === 'account') this.#memory.drop(`${accountId} `)
    // A key on trial says nothing about the others.
    if (about !== 'account' && keyId !== null) return
    this.#refusing.fail(about === 'request' ? key : accountId, error, { floorMs: refusedFloorMs })
  }

  #account(accountId: string): ServiceAccount | null {
    const account = this.#context.ledger.state().accounts.get(accountId)
    return account && !account.forgotten && isService(account) ? account : null
  }
}

function isService(account: AccountRecord): account is ServiceAccount {
  return account.service !== null
}

/** Names what is wanted; begins with the account. */
function keyOf({ accountId, scopes, subject, audience }: Wanted): string {
  return `${accountId} ${JSON.stringify([subject, audience, [...scopes].sort()])}`
}

function handOut(granted: ServiceGranted): ServiceResult {
  const { secret, scopes, keyId } = granted
  return { kind: 'token', token: { secret, scopes, keyId, expiresAt: endsAt(granted) } }
}

function endsAt({ obtainedAt, lifetimeMs }: ServiceGranted): number {
  return Math.round(obtainedAt + lifetimeMs)
}

const unsent = { floorMs: 0, offline: false } as const
const failed = (error: AppError): ServiceResult => ({ kind: 'failed', error })
