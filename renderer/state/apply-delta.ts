import type { Snapshot, StateDelta } from '../../electron/contract/views.ts'

interface Changes<T, I> {
  readonly upsert: readonly T[]
  readonly remove: readonly I[]
}

/** Rows keep their place when they change, so that a list does not jump; new rows go to the end. */
function applyChanges<T, I>(
  rows: readonly T[],
  changes: Changes<T, I> | undefined,
  idOf: (row: T) => I,
): T[] {
  if (!changes) return rows as T[]
  const arriving = new Map(changes.upsert.map((row) => [idOf(row), row]))
  const leaving = new Set(changes.remove)
  const kept: T[] = []
  for (const row of rows) {
    const id = idOf(row)
    const replacement = arriving.get(id)
    arriving.delete(id)
    if (replacement) kept.push(replacement)
    else if (!leaving.has(id)) kept.push(row)
  }
  return [...kept, ...arriving.values()]
}

/**
 * Takes one delta into a snapshot. Answers `stale` for a revision that is already in it, and `gap` when a
 * revision between was missed, in which case only a new snapshot helps.
 */
export function applyDelta(snapshot: Snapshot, delta: StateDelta): Snapshot | 'stale' | 'gap' {
  if (delta.revision <= snapshot.revision) return 'stale'
  if (delta.revision !== snapshot.revision + 1) return 'gap'
  return {
    ...snapshot,
    revision: delta.revision,
    readOnly: delta.readOnly ?? snapshot.readOnly,
    clockOffsetMs: delta.clockOffsetMs ?? snapshot.clockOffsetMs,
    settings: delta.settings ?? snapshot.settings,
    clients: applyChanges(snapshot.clients, delta.clients, (row) => row.clientId),
    accounts: applyChanges(snapshot.accounts, delta.accounts, (row) => row.accountId),
    flows: applyChanges(snapshot.flows, delta.flows, (row) => row.flowId),
    folders: delta.folders ?? snapshot.folders,
    doors: delta.doors ?? snapshot.doors,
    leases: applyChanges(snapshot.leases, delta.leases, (row) => row.leaseId),
    asks: applyChanges(snapshot.asks, delta.asks, (row) => row.askId),
    revocations: applyChanges(snapshot.revocations, delta.revocations, (row) => row.revocationId),
    problems: applyChanges(snapshot.problems, delta.problems, (row) => row.problemId),
    practice: delta.practice ?? snapshot.practice,
  }
}
