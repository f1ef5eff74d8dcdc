import type { LeaseView } from '../../contract/doors.ts'
import type { ErrorCode } from '../../contract/errors.ts'
import { errors } from '../../contract/errors.ts'
import type { AppError } from '../../contract/outcome.ts'
import { appError } from '../../contract/outcome.ts'
import type { LeaseRecord, State } from '../state/state.ts'
import type { LeaseCounts } from './door-uses.ts'

export interface LeaseSources {
  readonly state: State
  readonly counts: LeaseCounts
  /** Why its door does not answer just now. */
  readonly problem: AppError | null
  /** `127.0.0.1:PORT` of its metadata server, while that is open. */
  readonly address: string | null
}

/** A lease as the window shows it: what its record says, with the uses that are not written yet. */
export function leaseView(lease: LeaseRecord, sources: LeaseSources): LeaseView {
  const { leaseId, label, door, term, program, accountId, clientId, scopes, remote } = lease
  const { givenAt, expiresAt, ended, file, quotaProject } = lease
  const { uses, refusals, lastUsedAt, lastRefusal } = sources.counts
  return {
    ...{ leaseId, label, door, term, accountId, clientId, remote, givenAt, expiresAt, file, quotaProject },
    program: program && { ...program, pid: null },
    email: accountId === null ? null : (sources.state.accounts.get(accountId)?.email ?? null),
    scopes: scopes && [...scopes],
    ended: ended && { ...ended },
    ...{ uses, refusals, lastUsedAt },
    lastRefusal: lastRefusal && { at: lastRefusal.at, error: errorOf(lastRefusal.code, label) },
    recent: recentOf(lease, sources.counts),
    address: sources.address,
    problem: sources.problem,
  }
}

function recentOf(lease: LeaseRecord, { uses, lastUsedAt }: LeaseCounts): LeaseView['recent'] {
  const written = lease.recent.map((bundle) => ({ ...bundle }))
  const unwritten = uses - lease.uses
  return unwritten > 0 && lastUsedAt !== null ? [...written, { at: lastUsedAt, count: unwritten }] : written
}

/** The ledger keeps the code of a refusal; what its sentence names besides the lease is not known any more. */
function errorOf(code: string, label: string): AppError {
  const known = code in errors ? (code as ErrorCode) : 'internal'
  return appError(known, { label, scope: '…', name: '…', seconds: '…' })
}
