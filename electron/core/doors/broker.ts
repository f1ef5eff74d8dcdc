/**
 * The broker: a program asks at a door, and by its lease, by *who* and by what a person answers it gets a short-lived
 * token or is told why not. The refresh token never comes near it.
 */
import type { AppError, Outcome } from '../../contract/outcome.ts'
import { appError, fail, ok } from '../../contract/outcome.ts'
import { coversScopes, declinedScopes, uniqueScopes } from '../../contract/scopes/scope-sets.ts'
import type { GrantAccess } from '../access/grant-access.ts'
import { projectNumberOf } from '../clients/client-view.ts'
import type { ProfileContext } from '../profile-context.ts'
import type { Secret } from '../secret.ts'
import type { ServiceTokens } from '../service-accounts/service-tokens.ts'
import type { LeaseRecord } from '../state/state.ts'
import type { Asks } from './asks.ts'
import type { DoorLock } from './door-lock.ts'
import type { DoorUses } from './door-uses.ts'
import type { Leases } from './leases.ts'
import { grantedScopes } from './new-lease.ts'
import { keyOfClaim } from './program-key.ts'
import type { GivenToken, LeaseSubject, TokenQuestion, TokenReply } from './token-question.ts'
import type { Naming, Whose } from './whose.ts'
import { findWhose } from './whose.ts'

export interface BrokerParts {
  readonly leases: Pick<Leases, 'ofHandle' | 'ofId' | 'ofProgram' | 'spend'>
  readonly asks: Pick<Asks, 'ask' | 'wait'>
  readonly uses: Pick<DoorUses, 'used' | 'refused'>
  readonly lock: Pick<DoorLock, 'locked'>
  readonly access: Pick<GrantAccess, 'get'>
  readonly serviceTokens: Pick<ServiceTokens, 'get' | 'idToken'>
}

export interface GivenIdentity {
  readonly secret: Secret
  /** By Google's time, epoch ms. */
  readonly expiresAt: number
  readonly accountId: string
  readonly email: string
  readonly leaseId: string
}
type NoReply = Exclude<TokenReply, { readonly kind: 'token' }>
export type IdentityReply = { readonly kind: 'identity'; readonly identity: GivenIdentity } | NoReply

/** Whose lease it is, by its handle or by its own port. */
export type SubjectQuestion = Pick<TokenQuestion, 'door' | 'handle' | 'leaseId' | 'folder' | 'remote'>

/** What a program may have now. */
interface Permit {
  readonly lease: LeaseRecord
  readonly whose: Whose
  /** Null: all that is granted. */
  readonly scopes: readonly string[] | null
}
type Found = { readonly kind: 'permit'; readonly permit: Permit } | NoReply

/** What came from where tokens come from. */
interface Obtained {
  readonly secret: Secret
  readonly expiresAt: number
  readonly scopes: readonly string[]
}
type Aim = 'token' | 'identity'
/** What stands for an id token where scopes do; a service account can have it whatever is configured. */
const identityScopes: readonly string[] = ['openid']

export class Broker {
  readonly #context: ProfileContext
  readonly #parts: BrokerParts

  constructor(context: ProfileContext, parts: BrokerParts) {
    this.#context = context
    this.#parts = parts
  }

  /**
   * An access token for a program. Errors: `doors-locked`, `read-only` (what is handed out could not be written down),
   * those of `Leases.ofHandle`, `lease-not-remote`, `lease-scopes`, those of `findWhose`, `lease-needed`, those of
   * `Asks`, and whatever keeps the account's access from coming.
   */
  async token(asked: TokenQuestion): Promise<TokenReply> {
    // Who names no scopes means all; an empty list must not be taken for a subset of everything.
    const question = asked.scopes?.length === 0 ? { ...asked, scopes: null } : asked
    const found = await this.#permit(question, 'token')
    if (found.kind !== 'permit') return found
    const { permit } = found
    const got = await this.#obtain(question, permit)
    const given = this.#close(permit, got, question.scopes !== null)
    return given.kind === 'obtained'
      ? { kind: 'token', token: this.#givenToken(permit, given.obtained) }
      : given
  }

  /**
   * An id token of a service account for an audience. A lease that names scopes must name `openid`. Errors: as `token`,
   * and `identity-not-possible` for a person's account.
   */
  async identity(question: TokenQuestion, audience: string): Promise<IdentityReply> {
    const found = await this.#permit({ ...question, scopes: null }, 'identity')
    if (found.kind !== 'permit') return found
    const { lease, whose } = found.permit
    if (lease.scopes && !coversScopes(lease.scopes, identityScopes))
      return this.#refuse(lease, appError('lease-scopes', { label: lease.label, scope: 'openid' }))
    const { accountId, email } = whose.account
    const { minTtlMs } = question
    const got = await this.#parts.serviceTokens.idToken({
      accountId,
      audience,
      minTtlMs,
      ...signalOf(question),
    })
    const obtained = got.kind === 'token' ? { ...got, token: { ...got.token, scopes: [] } } : got
    const given = this.#close(found.permit, obtained, false)
    if (given.kind !== 'obtained') return given
    const { secret, expiresAt } = given.obtained
    return { kind: 'identity', identity: { secret, expiresAt, accountId, email, leaseId: lease.leaseId } }
  }

  /** Whom a lease is for, without a token. Errors: as `token`. */
  async subject(question: SubjectQuestion): Promise<Outcome<LeaseSubject>> {
    const shut = this.#shut()
    if (shut) return { ok: false, error: shut }
    const lease = this.#leaseOf(question)
    if (lease === null) return fail('lease-needed')
    if (!lease.ok) return lease
    const naming: Naming = { account: null, environment: null, client: null, folder: question.folder }
    const whose = await findWhose(this.#context, naming, lease.value)
    if (!whose.ok) return whose
    const { account, clientId } = whose.value
    const all = this.#allOf(whose.value, null)
    // Where access does not come just now, who it is can be told all the same.
    const scopes = lease.value.scopes ?? (all.ok ? all.value : [])
    return ok({
      leaseId: lease.value.leaseId,
      ...{ accountId: account.accountId, email: account.email, clientId, scopes },
      projectId: this.#projectOf(whose.value),
      projectNumber: clientId === null ? null : projectNumberOf(clientId),
      service: account.service !== null,
    })
  }

  /** Why nothing is handed out at all. */
  #shut(): AppError | null {
    if (this.#parts.lock.locked()) return appError('doors-locked')
    return this.#context.ledger.readOnly ? appError('read-only') : null
  }

  async #permit(question: TokenQuestion, aim: Aim): Promise<Found> {
    const shut = this.#shut()
    if (shut) return failed(shut)
    if (question.signal?.aborted === true) return { kind: 'aborted' }
    if (question.askId !== null) return this.#permitAnswered(question, question.askId)
    const lease = this.#leaseOf(question)
    if (lease === null) return this.#permitProgram(question, aim)
    return lease.ok ? this.#permitUnder(question, lease.value, aim) : failed(lease.error)
  }

  /** The lease that a request shows; null where it shows none. */
  #leaseOf({ door, handle, leaseId, remote }: SubjectQuestion): Outcome<LeaseRecord> | null {
    if (handle === null && leaseId === null) return null
    const { leases, uses } = this.#parts
    const found = handle === null ? leases.ofId(leaseId ?? '', door) : leases.ofHandle(handle, door)
    if (!found.ok || !remote || found.value.remote) return found
    uses.refused(found.value, 'lease-not-remote')
    return fail('lease-not-remote')
  }

  async #permitUnder(question: TokenQuestion, lease: LeaseRecord, aim: Aim): Promise<Found> {
    const whose = await findWhose(this.#context, question, lease)
    if (!whose.ok) return this.#refuse(lease, question.remote ? farError(whose.error, lease) : whose.error)
    if (aim === 'identity' && !whose.value.account.service)
      return this.#refuse(lease, appError('identity-not-possible'))
    const scopes = allowed(question.scopes, lease, whose.value)
    if (!scopes.ok) return this.#refuse(lease, scopes.error)
    return { kind: 'permit', permit: { lease, whose: whose.value, scopes: scopes.value } }
  }

  /** The program itself is what may have a lease. */
  async #permitProgram(question: TokenQuestion, aim: Aim): Promise<Found> {
    const programKey = programKeyOf(question)
    if (programKey === null) return failed(appError('lease-needed'))
    const whose = await findWhose(this.#context, question, null)
    if (!whose.ok) return failed(question.remote ? appError('lease-needed') : whose.error)
    const { account, clientId } = whose.value
    if (aim === 'identity' && !account.service) return failed(appError('identity-not-possible'))
    const { accountId } = account
    const { remote } = question
    const scopes = aim === 'identity' ? identityScopes : question.scopes
    const lease = this.#parts.leases.ofProgram({ programKey, accountId, clientId, scopes, remote })
    if (!lease) return this.#ask(question, programKey, whose.value, aim)
    const may = allowed(question.scopes, lease, whose.value)
    return may.ok
      ? { kind: 'permit', permit: { lease, whose: whose.value, scopes: may.value } }
      : this.#refuse(lease, may.error)
  }

  /** Nobody is asked about what could not be given anyway. */
  async #ask(question: TokenQuestion, programKey: string, whose: Whose, aim: Aim): Promise<Found> {
    const { program, door, remote, ask } = question
    if (ask === 'never' || program === null) return failed(appError('lease-needed'))
    const wanted = aim === 'identity' ? ok(identityScopes) : this.#wanted(question, whose)
    if (!wanted.ok) return failed(remote ? appError('lease-needed') : wanted.error)
    const scopes = wanted.value
    const named = aim === 'identity' || question.scopes !== null
    const { accountId } = whose.account
    const wish = { program, programKey, door, remote, accountId, clientId: whose.clientId, scopes, named }
    const asked = this.#parts.asks.ask(wish)
    if (!asked.ok) return failed(asked.error)
    const askId = asked.value
    return ask === 'tell' ? { kind: 'asked', askId } : this.#permitAnswered(question, askId)
  }

  /** The scopes to ask a person about. Errors: as `#allOf`, `scopes-not-held`. */
  #wanted({ scopes }: TokenQuestion, whose: Whose): Outcome<readonly string[]> {
    const all = this.#allOf(whose, scopes)
    if (!all.ok) return all
    const wanted = uniqueScopes(scopes ?? all.value)
    return coversScopes(all.value, wanted) ? ok(wanted) : fail('scopes-not-held')
  }

  /** Waits for a person's answer. What was allowed may be less than was asked for. */
  async #permitAnswered(question: TokenQuestion, askId: string): Promise<Found> {
    const programKey = programKeyOf(question)
    if (programKey === null) return failed(appError('not-found'))
    const end = await this.#parts.asks.wait(askId, { programKey, remote: question.remote }, question.signal)
    if (end === null) return { kind: 'aborted' }
    const shut = this.#shut()
    if (end.kind === 'no' || shut)
      return failed(end.kind === 'no' ? end.error : (shut ?? appError('internal')))
    const { lease } = end
    const naming: Naming = { account: null, environment: null, client: null, folder: null }
    const whose = await findWhose(this.#context, naming, lease)
    if (!whose.ok) return this.#refuse(lease, whose.error)
    const wanted = allowed(question.scopes, lease, whose.value)
    const scopes = wanted.ok ? wanted.value : lease.scopes
    return { kind: 'permit', permit: { lease, whose: whose.value, scopes } }
  }

  /** All that an account has under a client, or of which it can have tokens. */
  #allOf({ account, clientId }: Whose, scopes: readonly string[] | null): Outcome<readonly string[]> {
    if (clientId === null) {
      const configured = account.service?.scopes ?? []
      return configured.length > 0 ? ok(configured) : fail('service-no-scopes')
    }
    return grantedScopes(this.#context.ledger.state(), { accountId: account.accountId, clientId }, scopes)
  }

  #obtain(question: TokenQuestion, { whose, scopes }: Permit): Promise<Got> {
    const { accountId } = whose.account
    const request = { minTtlMs: question.minTtlMs, ...(scopes ? { scopes } : {}), ...signalOf(question) }
    return whose.clientId === null
      ? this.#parts.serviceTokens.get({ accountId, ...request })
      : this.#parts.access.get({ accountId, clientId: whose.clientId }, request)
  }

  /** The last look before something is handed out: meanwhile the doors may have been locked, or the lease taken back. */
  #close({ lease, whose }: Permit, got: Got, named: boolean): Closed {
    if (got.kind === 'aborted') return got
    const shut = this.#shut()
    if (shut) return failed(shut)
    if (got.kind === 'failed') return this.#refuse(lease, got.error)
    const spent = this.#parts.leases.spend(lease)
    if (!spent.ok) return failed(spent.error)
    const { account, clientId } = whose
    const { scopes } = got.token
    this.#parts.uses.used({ lease, accountId: account.accountId, clientId, scopes, named })
    return { kind: 'obtained', obtained: got.token }
  }

  #givenToken({ lease, whose }: Permit, { secret, expiresAt, scopes }: Obtained): GivenToken {
    const { account, clientId } = whose
    return {
      ...{ secret, expiresAt, scopes, clientId, leaseId: lease.leaseId },
      remainingMs: Math.max(0, expiresAt - this.#context.now()),
      ...{ accountId: account.accountId, email: account.email, quotaProject: lease.quotaProject },
      projectId: this.#projectOf(whose),
    }
  }

  #projectOf({ account, clientId }: Whose): string | null {
    if (clientId === null) return account.service?.projectId ?? null
    return this.#context.ledger.state().clients.get(clientId)?.projectId ?? null
  }

  #refuse(lease: LeaseRecord, error: AppError): { readonly kind: 'failed'; readonly error: AppError } {
    this.#parts.uses.refused(lease, error.code)
    return failed(error)
  }
}

/** Another machine is not told which names there are here. */
function farError(error: AppError, { label }: LeaseRecord): AppError {
  const tells = ['account-unknown', 'account-ambiguous', 'client-unknown'].includes(error.code)
  return tells ? appError('lease-account', { label }) : error
}

type Got = { readonly kind: 'token'; readonly token: Obtained } | Exclude<NoReply, { readonly kind: 'asked' }>
type Closed =
  { readonly kind: 'obtained'; readonly obtained: Obtained } | Exclude<NoReply, { readonly kind: 'asked' }>

/**
 * What of the asked scopes a lease allows: all of them, or none. A lease that names none allows what is granted; of a
 * service account, which Google would give anything, what is configured. Errors: `lease-scopes`.
 */
function allowed(
  asked: readonly string[] | null,
  { label, scopes: leased }: LeaseRecord,
  { account }: Whose,
): Outcome<readonly string[] | null> {
  const may = leased ?? account.service?.scopes ?? null
  // No lease is given like that; were there one, it must not be taken for one that allows everything.
  if (leased?.length === 0) return fail('lease-scopes', { label, scope: '*' })
  if (asked === null || may === null) return ok(asked ?? may)
  const [scope] = declinedScopes(asked, may)
  return scope === undefined ? ok(asked) : fail('lease-scopes', { label, scope: scope.slice(0, 200) })
}

function programKeyOf({ programKey, program }: TokenQuestion): string | null {
  return programKey ?? (program && keyOfClaim(program))
}

function signalOf({ signal }: TokenQuestion): { readonly signal?: AbortSignal } {
  return signal ? { signal } : {}
}

function failed(error: AppError): { readonly kind: 'failed'; readonly error: AppError } {
  return { kind: 'failed', error }
}
