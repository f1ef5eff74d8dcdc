import type { Fold } from '../ledger/ledger.ts'
import type { LatchkeyEvent } from '../ledger/events.ts'
import { checkEvent } from '../ledger/events.ts'
import type {
  AccountRecord,
  Approval,
  ClientRecord,
  FolderRule,
  LeaseRecord,
  PendingToken,
  State,
} from './state.ts'
import { applyEvent } from './apply-event.ts'
import { emptyState } from './state.ts'

interface EncodedState {
  readonly clients: readonly ClientRecord[]
  readonly accounts: readonly AccountRecord[]
  readonly pending: readonly PendingToken[]
  readonly activeAccountId: string | null
  readonly activeFor: readonly (readonly [clientId: string, accountId: string])[]
  readonly folderRules: readonly FolderRule[]
  readonly approvals: readonly Approval[]
  readonly leases: readonly LeaseRecord[]
  readonly doorsLocked: State['doorsLocked']
}

/**
 * How the ledger folds into state, and how state goes into a snapshot. Raise `version` with every change of
 * State or of `applyEvent`: older snapshots are then thrown away and the ledger is folded again.
 */
export const stateFold: Fold<State, LatchkeyEvent> = {
  version: 5,
  initial: emptyState,
  apply: applyEvent,
  check: checkEvent,
  encode: (state): EncodedState => ({
    clients: [...state.clients.values()],
    accounts: [...state.accounts.values()],
    pending: [...state.pending.values()],
    activeAccountId: state.activeAccountId,
    activeFor: [...state.activeFor],
    folderRules: [...state.folderRules.values()],
    approvals: [...state.approvals.values()],
    leases: [...state.leases.values()],
    doorsLocked: state.doorsLocked,
  }),
  decode: (json) => {
    if (!isEncodedState(json)) return null
    const state = emptyState()
    for (const client of json.clients) state.clients.set(client.clientId, client)
    for (const pending of json.pending) state.pending.set(pending.tokenId, pending)
    for (const account of json.accounts) {
      state.accounts.set(account.accountId, account)
      for (const token of account.tokens) state.ownerOf.set(token.tokenId, account.accountId)
    }
    state.activeAccountId = json.activeAccountId
    for (const [clientId, accountId] of json.activeFor) state.activeFor.set(clientId, accountId)
    for (const rule of json.folderRules) state.folderRules.set(rule.ruleId, rule)
    for (const approval of json.approvals) state.approvals.set(approval.key, approval)
    for (const lease of json.leases) state.leases.set(lease.leaseId, lease)
    state.doorsLocked = json.doorsLocked
    return state
  },
}

/** A snapshot is ours and sealed by its ledger hash; this only keeps a hand-edited one from crashing the start. */
function isEncodedState(json: unknown): json is EncodedState {
  if (typeof json !== 'object' || json === null) return false
  const {
    clients,
    accounts,
    pending,
    activeAccountId,
    activeFor,
    folderRules,
    approvals,
    leases,
    doorsLocked,
  } = json as Record<string, unknown>
  const named = (field: string) => (row: unknown) =>
    typeof row === 'object' && row !== null && typeof (row as Record<string, unknown>)[field] === 'string'
  return (
    Array.isArray(clients) &&
    clients.every(named('clientId')) &&
    Array.isArray(accounts) &&
    accounts.every((row) => named('accountId')(row) && Array.isArray((row as AccountRecord).tokens)) &&
    Array.isArray(pending) &&
    pending.every(named('tokenId')) &&
    Array.isArray(activeFor) &&
    activeFor.every((row) => Array.isArray(row) && row.every((name) => typeof name === 'string')) &&
    Array.isArray(folderRules) &&
    folderRules.every(named('ruleId')) &&
    Array.isArray(approvals) &&
    approvals.every(named('key')) &&
    Array.isArray(leases) &&
    leases.every(named('leaseId')) &&
    typeof doorsLocked === 'object' &&
    (activeAccountId === null || typeof activeAccountId === 'string')
  )
}
