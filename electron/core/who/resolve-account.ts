/**
 * Which account a request means, and why. The first that says anything decides: the name in the request, the
 * environment, the nearest folder with a rule or an approved `.latchkey.json`, the account that is active for the
 * client, the active one, the only one. Whoever says it and cannot be followed blocks; nobody else is used instead.
 */
import type { AppError } from '../../contract/outcome.ts'
import { appError, ok } from '../../contract/outcome.ts'
import type { Outcome } from '../../contract/outcome.ts'
import type { WhoOutcome, WhoReason } from '../../contract/who.ts'
import type { AccountRecord, Approval, FolderRule, State } from '../state/state.ts'
import { clipped } from './clipped.ts'
import { findAccount, findClient, liveAccounts } from './find-named.ts'

/** One folder on the way up from where a request comes from. */
export interface Place {
  /** Absolute, without links. */
  readonly folder: string
  /** What folders are compared by; see the port `Folders`. */
  readonly key: string
  /** Of its `.latchkey.json`; null where there is none that can be understood. */
  readonly digest: string | null
}

export interface WhoQuestion {
  /** What the request itself says: an account's id, e-mail address or label. */
  readonly named: string | null
  /** The same from the environment; blank is as good as unset. */
  readonly environment: string | null
  /** Nearest first; empty where no folder is known. */
  readonly lineage: readonly Place[]
  /** A client's id or label, where the request names one. */
  readonly clientId: string | null
}

export interface Resolution {
  readonly outcome: WhoOutcome
  /** The folder whose rule or declaration decided. */
  readonly decidedIn: string | null
}

/**
 * Takes what is known of a request and answers whom it means. Looks at nothing but its arguments.
 *
 * Blocks with: `account-unknown`, `account-ambiguous`, `client-unknown`, `rule-account-gone`, `rule-client-gone`,
 * `declared-account-differs`; `account-is-service` where the request names a client, under which a service account
 * has nothing.
 */
export function resolveAccount(question: WhoQuestion, state: State): Resolution {
  const client = namedClient(question.clientId, state)
  if (!client.ok) return blocked('named', client.error)
  const resolution = byFirst(question, client.value, state)
  const { outcome, decidedIn } = resolution
  if (client.value === null || outcome.kind !== 'account') return resolution
  if (!state.accounts.get(outcome.accountId)?.service) return resolution
  return { ...blocked(outcome.reason, appError('account-is-service')), decidedIn }
}

function byFirst(question: WhoQuestion, clientId: string | null, state: State): Resolution {
  const { named, environment, lineage } = question
  if (named !== null) return byName('named', named, clientId, state)
  if (environment !== null && environment.trim() !== '')
    return byName('environment', environment, clientId, state)
  return byFolder(lineage, clientId, state) ?? byActive(clientId, state) ?? byCount(clientId, state)
}

function namedClient(text: string | null, state: State): Outcome<string | null> {
  if (text === null) return ok(null)
  const client = findClient(state, text)
  return client.ok ? ok(client.value.clientId) : client
}

function byName(
  reason: 'named' | 'environment',
  text: string,
  clientId: string | null,
  state: State,
): Resolution {
  const account = findAccount(state, text)
  return account.ok ? answered(account.value, reason, clientId, state) : blocked(reason, account.error)
}

/** The nearest folder that says anything; in one folder a rule made here goes before the file. */
function byFolder(lineage: readonly Place[], clientId: string | null, state: State): Resolution | null {
  const rules = rulesOn(lineage, state)
  for (const place of lineage) {
    const rule = rules.get(place.key)
    if (rule) return byPlace('folder-rule', place, rule, clientId, state)
    const approval = state.approvals.get(place.key)
    if (approval && approval.digest === place.digest) return byApproval(place, approval, clientId, state)
  }
  return null
}

/** By key. A walk over all rules: a thousand take some twenty microseconds, and no index has to be kept in step. */
function rulesOn(lineage: readonly Place[], state: State): ReadonlyMap<string, FolderRule> {
  const found = new Map<string, FolderRule>()
  const keys = new Set(lineage.map(({ key }) => key))
  if (keys.size === 0) return found
  for (const rule of state.folderRules.values()) if (keys.has(rule.key)) found.set(rule.key, rule)
  return found
}

type Said = Pick<FolderRule, 'accountId' | 'clientId'>

function byPlace(
  reason: 'folder-rule' | 'declaration',
  place: Place,
  said: Said,
  named: string | null,
  state: State,
): Resolution {
  const decidedIn = place.folder
  const folder = clipped(place.folder)
  const account = liveAccount(state, said.accountId)
  if (!account) {
    const email = clipped(state.accounts.get(said.accountId)?.email ?? said.accountId)
    return { ...blocked(reason, appError('rule-account-gone', { folder, email })), decidedIn }
  }
  if (named === null && said.clientId !== null && !state.clients.has(said.clientId))
    return { ...blocked(reason, appError('rule-client-gone', { folder })), decidedIn }
  return { ...answered(account, reason, named ?? said.clientId, state), decidedIn }
}

/** An approved file that only checks blocks where somebody else is active: it must never switch on the quiet. */
function byApproval(place: Place, approval: Approval, named: string | null, state: State): Resolution {
  const resolution = byPlace('declaration', place, approval, named, state)
  if (approval.effect === 'use' || resolution.outcome.kind !== 'account') return resolution
  const active = activeAccount(named ?? approval.clientId, state)?.account
  if (!active || active.accountId === approval.accountId) return resolution
  const declared = clipped(state.accounts.get(approval.accountId)?.email ?? '')
  const details = { folder: clipped(place.folder), declared, active: clipped(active.email) }
  return { ...blocked('declaration', appError('declared-account-differs', details)), decidedIn: place.folder }
}

function byActive(clientId: string | null, state: State): Resolution | null {
  const active = activeAccount(clientId, state)
  return active && answered(active.account, active.reason, clientId, state)
}

interface Active {
  readonly account: AccountRecord
  readonly reason: 'active-for-client' | 'active'
}

/** Also where that account has no token under the client: another one would be a silent switch. */
function activeAccount(clientId: string | null, state: State): Active | null {
  const forClient = clientId === null ? null : liveAccount(state, state.activeFor.get(clientId) ?? '')
  if (forClient) return { account: forClient, reason: 'active-for-client' }
  const active = liveAccount(state, state.activeAccountId ?? '')
  return active && { account: active, reason: 'active' }
}

function byCount(clientId: string | null, state: State): Resolution {
  const all = liveAccounts(state)
  const under = clientId === null ? [] : all.filter((account) => clientsOf(account, state).has(clientId))
  const candidates = under.length > 0 ? under : all
  const [only, another] = candidates
  if (only && !another) return answered(only, 'only-one', clientId, state)
  const accountIds = candidates.map(({ accountId }) => accountId)
  return { outcome: { kind: 'ask', accountIds }, decidedIn: null }
}

function answered(
  account: AccountRecord,
  reason: WhoReason,
  clientId: string | null,
  state: State,
): Resolution {
  const { accountId } = account
  // A service account has nothing under any client.
  const meant = account.service ? null : (clientId ?? onlyClient(account, state))
  return { outcome: { kind: 'account', accountId, clientId: meant, reason }, decidedIn: null }
}

function blocked(reason: WhoReason, error: AppError): Resolution {
  return { outcome: { kind: 'blocked', reason, error }, decidedIn: null }
}

function liveAccount(state: State, accountId: string): AccountRecord | null {
  const account = state.accounts.get(accountId)
  return account && !account.forgotten ? account : null
}

/** The clients that are here and under which the account has a token here, or was given access without one. */
function clientsOf(account: AccountRecord, state: State): ReadonlySet<string> {
  const clientIds = new Set<string>()
  for (const { clientId, standing } of account.tokens)
    if (standing !== 'forgotten' && state.clients.has(clientId)) clientIds.add(clientId)
  for (const { clientId } of account.accesses) if (state.clients.has(clientId)) clientIds.add(clientId)
  return clientIds
}

function onlyClient(account: AccountRecord, state: State): string | null {
  const [only, another] = clientsOf(account, state)
  return only !== undefined && another === undefined ? only : null
}
