/** The rows of the page of programs: pure, from the view alone. Instants are epoch ms by the profile's clock. */
import type { DoorsView, LeaseView } from '../../../electron/contract/doors.ts'

export type LeaseState = 'live' | 'over' | 'locked' | 'problem'
export type LeaseFilter = 'live' | 'unused' | 'problem' | 'over' | 'all'
export type LeaseSort = 'used' | 'name' | 'given' | 'uses'

export interface LeaseChoice {
  readonly query: string
  readonly filter: LeaseFilter
  readonly sort: LeaseSort
}

export type ProgramRow =
  | { readonly kind: 'program'; readonly id: string; readonly name: string; readonly leases: number }
  | { readonly kind: 'lease'; readonly id: string; readonly lease: LeaseView; readonly inGroup: boolean }

export function isOver({ ended, expiresAt }: LeaseView, now: number): boolean {
  return ended !== null || (expiresAt !== null && expiresAt <= now)
}

/** How a lease stands: what stops it for good comes first, then what stops all doors, then its own door. */
export function stateOfLease(lease: LeaseView, doors: DoorsView, now: number): LeaseState {
  if (isOver(lease, now)) return 'over'
  if (doors.locked !== null || doors.vaultLocked) return 'locked'
  return lease.problem === null ? 'live' : 'problem'
}

/**
 * Leases of one program stand together: the same file on the same machine, or the same name without one. Who has a handle
 * is not known, only who asked for it: such leases go by what they were called.
 */
export function programKeyOf({ program, label, door }: LeaseView): string {
  if (!program || door !== 'command') return `label ${label}`
  return `${program.host ?? ''} ${program.path ?? program.name}`
}

function isIn(lease: LeaseView, filter: LeaseFilter, now: number): boolean {
  const over = isOver(lease, now)
  if (filter === 'all') return true
  if (filter === 'over') return over
  if (over) return false
  if (filter === 'unused') return lease.uses === 0
  return filter === 'live' || lease.problem !== null
}

const names = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' })
const nameOf = ({ program, label, door }: LeaseView): string =>
  door === 'command' ? (program?.name ?? label) : label

function comparison(sort: LeaseSort): (one: LeaseView, other: LeaseView) => number {
  const lastUse = ({ lastUsedAt, givenAt }: LeaseView): number => lastUsedAt ?? givenAt
  return {
    used: (one: LeaseView, other: LeaseView) => lastUse(other) - lastUse(one),
    name: (one: LeaseView, other: LeaseView) => names.compare(nameOf(one), nameOf(other)),
    given: (one: LeaseView, other: LeaseView) => other.givenAt - one.givenAt,
    uses: (one: LeaseView, other: LeaseView) => other.uses - one.uses,
  }[sort]
}

/** The leases that fit, in order. `wordsOf` says what else a lease can be found by: its client, its scopes in words. */
export function chooseLeases(
  leases: readonly LeaseView[],
  { query, filter, sort }: LeaseChoice,
  now: number,
  wordsOf: (lease: LeaseView) => string,
): LeaseView[] {
  const words = query.trim().toLowerCase().split(/\s+/).filter(Boolean)
  return leases
    .filter((lease) => isIn(lease, filter, now))
    .filter((lease) => {
      if (words.length === 0) return true
      const { label, program, email, file } = lease
      const own = [label, program?.name, program?.path, program?.folder, program?.host, email, file]
      const text = [...own, wordsOf(lease)].join(' ').toLowerCase()
      return words.every((word) => text.includes(word))
    })
    .sort(comparison(sort))
}

/** Leases in order with those of one program together, under its name where there are several. */
export function programRows(leases: readonly LeaseView[]): ProgramRow[] {
  const groups = new Map<string, LeaseView[]>()
  for (const lease of leases) {
    const key = programKeyOf(lease)
    const group = groups.get(key)
    if (group) group.push(lease)
    else groups.set(key, [lease])
  }
  return [...groups.values()].flatMap((group): ProgramRow[] => {
    const [first] = group
    if (!first) return []
    const inGroup = group.length > 1
    const rows = group.map((lease): ProgramRow => ({ kind: 'lease', id: lease.leaseId, lease, inGroup }))
    // Ids of rows become ids of elements, which hold no blanks; the first lease names its group well enough.
    const id = `program-${first.leaseId}`
    return inGroup ? [{ kind: 'program', id, name: nameOf(first), leases: group.length }, ...rows] : rows
  })
}

/** How many leases could be used, now or once the doors are unlocked. */
export function countOpen(leases: readonly LeaseView[], now: number): number {
  return leases.filter((lease) => !isOver(lease, now)).length
}
