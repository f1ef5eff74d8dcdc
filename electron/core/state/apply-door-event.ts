/** What the facts about doors and leases mean for the state. */
import type { DoorKind, LeaseEnd, LeaseTerm, ProgramView } from '../../contract/doors.ts'
import type { EventData, LatchkeyEvent } from '../ledger/events.ts'
import type { LeaseRecord, ScopeUse, State } from './state.ts'

export type DoorEvent = Extract<
  LatchkeyEvent,
  { readonly type: `lease.${string}` | 'doors.locked' | 'doors.unlocked' }
>

/** So many leases that ended are kept, the latest; and so many more whose file may still lie where it was written. */
const endedKept = 200
/** So many bundles of uses of a lease are kept for its picture. */
const bundlesKept = 48

/** `at` is when it was written, epoch ms. */
export function applyDoorEvent(state: State, event: DoorEvent, at: number): void {
  switch (event.type) {
    case 'lease.given':
      state.leases.set(event.data.leaseId, newLease(event.data, at))
      return
    case 'lease.used':
      return useLease(state, event.data)
    case 'lease.refused':
      return withLease(state, event.data.leaseId, (lease) => {
        lease.refusals += event.data.count
        lease.lastRefusal = { at: event.data.lastAt, code: event.data.code }
      })
    case 'lease.ended':
      withLease(state, event.data.leaseId, (lease) => {
        lease.ended ??= { at, reason: event.data.reason as LeaseEnd }
      })
      return dropOldest(state)
    case 'doors.locked':
      state.doorsLocked = { at, by: event.data.by === 'screen' ? 'screen' : 'person' }
      return
    case 'doors.unlocked':
      state.doorsLocked = null
      return
  }
}

function newLease(data: EventData<'lease.given'>, at: number): LeaseRecord {
  const { leaseId, label, handleHash, programKey, accountId, clientId, remote } = data
  const { expiresAt, session, port, file, quotaProject } = data
  return {
    ...{ leaseId, label, handleHash, programKey, accountId, clientId, remote },
    ...{ expiresAt, session, port, file, quotaProject },
    door: data.door as DoorKind,
    term: data.term as LeaseTerm,
    program: data.programName === null ? null : programOf(data, data.programName),
    scopes: data.everything ? null : data.scopes,
    givenAt: at,
    ended: null,
    ...{ uses: 0, refusals: 0, lastUsedAt: null, lastAccountId: null, lastRefusal: null, recent: [] },
  }
}

function programOf(data: EventData<'lease.given'>, name: string): NonNullable<LeaseRecord['program']> {
  const { programPath, programFolder, programHost, certainty } = data
  return {
    ...{ name, path: programPath, folder: programFolder, host: programHost },
    certainty: (certainty ?? 'claimed') as ProgramView['certainty'],
  }
}

function useLease(state: State, data: EventData<'lease.used'>): void {
  withLease(state, data.leaseId, (lease) => {
    lease.uses += data.count
    lease.lastUsedAt = Math.max(lease.lastUsedAt ?? 0, data.lastAt)
    lease.lastAccountId = data.accountId
    lease.recent = [...lease.recent, { at: data.lastAt, count: data.count }].slice(-bundlesKept)
  })
  const account = state.accounts.get(data.accountId)
  if (account) account.scopeUses = withUses(account.scopeUses, data)
}

function withUses(
  known: readonly ScopeUse[],
  { clientId, scopes, named, lastAt }: EventData<'lease.used'>,
): readonly ScopeUse[] {
  const given = new Set(scopes)
  const concerned = (use: ScopeUse): boolean => use.clientId === clientId && given.has(use.scope)
  const before = new Map(known.filter(concerned).map((use) => [use.scope, use]))
  const fresh = scopes.map((scope): ScopeUse => {
    const earlier = before.get(scope)
    return {
      ...{ clientId, scope },
      at: Math.max(lastAt, earlier?.at ?? 0),
      named: named || earlier?.named === true,
    }
  })
  return [...known.filter((use) => !concerned(use)), ...fresh]
}

function withLease(state: State, leaseId: string, change: (lease: LeaseRecord) => void): void {
  const lease = state.leases.get(leaseId)
  if (lease) change(lease)
}

/**
 * What is left of leases that ended is for people to look at; the ledger has them all. One with a file is what that
 * file is undone by, and what was there before it put back.
 */
function dropOldest(state: State): void {
  const ended = [...state.leases.values()].filter((lease) => lease.ended !== null)
  dropBeyond(state, ended.filter(mayHaveFile), 'session')
  dropBeyond(
    state,
    ended.filter((lease) => !mayHaveFile(lease)),
    'once',
  )
}

/** Where another lease took its place, its file is that one's. */
function mayHaveFile({ door, file, ended }: LeaseRecord): boolean {
  return door === 'adc' && file !== null && ended?.reason !== 'replaced'
}

/** The passing ones go first: there may be hundreds of them a day. */
function dropBeyond(state: State, ended: readonly LeaseRecord[], passing: LeaseTerm): void {
  if (ended.length <= endedKept) return
  const weight = ({ term }: LeaseRecord): number => (term === passing ? 0 : 1)
  const inOrder = [...ended].sort(
    (one, other) => weight(one) - weight(other) || (one.ended?.at ?? 0) - (other.ended?.at ?? 0),
  )
  for (const { leaseId } of inOrder.slice(0, ended.length - endedKept)) state.leases.delete(leaseId)
}
