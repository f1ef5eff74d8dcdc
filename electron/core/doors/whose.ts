/** Whose access a request at a door means: the account, and the client under which it has that access. */
import type { Outcome } from '../../contract/outcome.ts'
import { fail, ok } from '../../contract/outcome.ts'
import type { ProfileContext } from '../profile-context.ts'
import type { AccountRecord, LeaseRecord, State } from '../state/state.ts'
import { isDead } from '../state/state.ts'
import { askWho } from '../who/ask-who.ts'
import { findAccount, findClient } from '../who/find-named.ts'
import { resolveAccount } from '../who/resolve-account.ts'
import type { TokenQuestion } from './token-question.ts'

export interface Whose {
  readonly account: AccountRecord
  /** Null of a service account. */
  readonly clientId: string | null
}

/** The part of a request that says who. */
export type Naming = Pick<TokenQuestion, 'account' | 'environment' | 'client' | 'folder'>

/**
 * Takes a request and the lease it comes with, if it comes with one. What the lease says decides; a request that names
 * somebody else is refused, never followed and never ignored. Otherwise by the rules of *who*.
 *
 * Errors: `lease-account`, `lease-over` for a lease whose account is gone, `door-no-account`, `door-which-account`,
 * `door-which-client`, `no-usable-token`, those of `askWho` and what blocks there.
 */
export async function findWhose(
  context: ProfileContext,
  naming: Naming,
  lease: LeaseRecord | null,
): Promise<Outcome<Whose>> {
  const state = context.ledger.state()
  const clientId = clientOf(state, naming, lease)
  if (!clientId.ok) return clientId
  const leased = lease?.accountId ?? null
  if (lease && leased !== null) return ofLease(state, naming, lease, leased, clientId.value)
  const { account, environment } = lease ? nobodyNamed : naming
  const folder = folderMatters(state, account, environment) ? naming.folder : null
  const who = await askWho(context, { folder, clientId: clientId.value, named: account, environment })
  if (!who.ok) return who
  const { outcome } = who.value
  if (outcome.kind === 'blocked') return { ok: false, error: outcome.error }
  const after = context.ledger.state()
  if (outcome.kind === 'ask')
    return fail(outcome.accountIds.length > 0 ? 'door-which-account' : noneOf(after))
  const fits = lease ? fitsName(after, naming, outcome.accountId, lease.label) : ok()
  return fits.ok ? under(after, outcome.accountId, outcome.clientId) : fits
}

/** A lease by rule is for whoever is meant, not for whomever its holder names. */
const nobodyNamed = { account: null, environment: null } as const

function noneOf({ accounts }: State): 'no-usable-token' | 'door-no-account' {
  return [...accounts.values()].some(({ forgotten }) => !forgotten) ? 'no-usable-token' : 'door-no-account'
}

/** The client that the lease or the request says; null where neither does. */
function clientOf(state: State, { client }: Naming, lease: LeaseRecord | null): Outcome<string | null> {
  const given = lease?.clientId ?? null
  if (client === null) return ok(given)
  const named = findClient(state, client)
  if (!named.ok) return named
  const { clientId } = named.value
  return given === null || given === clientId
    ? ok(clientId)
    : fail('lease-account', { label: lease?.label ?? '' })
}

function ofLease(
  state: State,
  naming: Naming,
  { label }: LeaseRecord,
  accountId: string,
  clientId: string | null,
): Outcome<Whose> {
  const fits = fitsName(state, naming, accountId, label)
  if (!fits.ok) return fits
  if (clientId !== null) return under(state, accountId, clientId)
  const question = { named: accountId, environment: null, lineage: [], clientId }
  const { outcome } = resolveAccount(question, state)
  return outcome.kind === 'account'
    ? under(state, accountId, outcome.clientId)
    : fail('lease-over', { label })
}

/** Who is named besides what a lease says must be the same. Errors: `lease-account`, those of `findAccount`. */
function fitsName(
  state: State,
  { account, environment }: Naming,
  accountId: string,
  label: string,
): Outcome<null> {
  const named = account ?? (environment?.trim() ? environment : null)
  if (named === null) return ok()
  const found = findAccount(state, named)
  if (!found.ok) return found
  return found.value.accountId === accountId ? ok() : fail('lease-account', { label })
}

function under(state: State, accountId: string, clientId: string | null): Outcome<Whose> {
  const account = state.accounts.get(accountId)
  if (!account || account.forgotten) return fail('no-usable-token')
  if (account.service) return clientId === null ? ok({ account, clientId }) : fail('account-is-service')
  const meant = clientId ?? onlyLasting(account, state)
  if (meant !== null) return ok({ account, clientId: meant })
  const any = account.tokens.some(({ standing }) => standing !== 'forgotten') || account.accesses.length > 0
  return fail(any ? 'door-which-client' : 'no-usable-token')
}

/** The only client under which a refresh token works here: what else there is ends within the hour, or is dead. */
function onlyLasting(account: AccountRecord, { clients }: State): string | null {
  const working = account.tokens.filter((token) => token.standing === 'held' && !isDead(token))
  const [only, another] = new Set(working.map(({ clientId }) => clientId).filter((id) => clients.has(id)))
  return only !== undefined && another === undefined ? only : null
}

/** Looking at a folder costs the disk: only where a rule could say something and nobody is named. */
function folderMatters(
  { folderRules, approvals }: State,
  account: string | null,
  environment: string | null,
): boolean {
  if (account !== null || environment?.trim()) return false
  return folderRules.size > 0 || approvals.size > 0
}
