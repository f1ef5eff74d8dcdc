import type { AccountView, ClientView, GrantView, NeedView } from '../../../electron/contract/views.ts'

/** One need with what is said and done about it. */
export interface WeekRow {
  readonly account: AccountView
  readonly need: NeedView
  readonly clientLabel: string
  /** What the token in need allows; a renewal asks for the same. */
  readonly scopes: readonly string[]
  /** Live tokens of the grant, and how many there can be: a renewal adds one. */
  readonly live: { readonly n: number; readonly limit: number }
}

/** Rows of one stretch: what is due already, or one day by its first instant, epoch ms. */
export interface WeekGroup {
  readonly day: number | 'now'
  readonly rows: readonly WeekRow[]
  /** Of the group, also where not all of its rows are shown. */
  readonly count: number
}

export interface NextDeadline {
  readonly account: AccountView
  /** Epoch ms. */
  readonly at: number
}

/** How many things need a person, over all accounts. */
export function countNeeds(accounts: readonly AccountView[]): number {
  return accounts.reduce((sum, account) => sum + account.needs.length, 0)
}

/** Everything that needs a person, in order of deadline: what is due now first, then the soonest. */
export function weekRows(accounts: readonly AccountView[], clients: readonly ClientView[]): WeekRow[] {
  const labels = new Map(clients.map((client) => [client.clientId, client.label]))
  const rows = accounts.flatMap((account) =>
    account.needs.map((need) => {
      const grant = account.grants.find((one) => one.clientId === need.clientId)
      return {
        account,
        need,
        clientLabel: labels.get(need.clientId) ?? need.clientId,
        scopes: scopesOf(grant, need),
        live: { n: grant?.liveAtLeast ?? 0, limit: grant?.limit ?? 100 },
      }
    }),
  )
  const order = (row: WeekRow): number => row.need.by ?? -Infinity
  return rows.sort((a, b) => (order(a) === order(b) ? 0 : order(a) - order(b)))
}

function scopesOf(grant: GrantView | undefined, need: NeedView): readonly string[] {
  const token = grant?.tokens.find((one) => one.tokenId === need.tokenId)
  return token?.scopes ?? grant?.granted ?? []
}

/**
 * The first `most` rows in their order, under `now` or their day. `now` is the profile's time, epoch ms; days are
 * this machine's.
 */
export function groupByDay(rows: readonly WeekRow[], now: number, most = Infinity): WeekGroup[] {
  const groups: { day: number | 'now'; rows: WeekRow[]; count: number }[] = []
  rows.forEach((row, index) => {
    const { by } = row.need
    const day = by === null || isDue(row.need, now) ? 'now' : startOfDay(by)
    let group = groups[groups.length - 1]
    if (group?.day !== day) groups.push((group = { day, rows: [], count: 0 }))
    group.count += 1
    if (index < most) group.rows.push(row)
  })
  return groups.filter((group) => group.rows.length > 0)
}

/** The first instant of the day, in the zone of this machine, that an instant falls into. Epoch ms. */
export function startOfDay(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0)
}

/** A need is due once its deadline has passed, whether or not main has said so yet. `now` as above. */
export function isDue(need: NeedView, now: number): boolean {
  return need.by === null || need.by <= now
}

/** The need as it stands `now`: a deadline that passes while it is on screen is one that has passed. */
export function needAt(need: NeedView, now: number): NeedView {
  return need.reason === 'deadline' && isDue(need, now) ? { ...need, reason: 'deadline-passed' } : need
}

/** The soonest deadline of all accounts that is still to come after `now`, epoch ms. */
export function nextDeadline(accounts: readonly AccountView[], now: number): NextDeadline | null {
  let next: NextDeadline | null = null
  for (const account of accounts) {
    const at = account.next?.at ?? null
    if (at !== null && at > now && (next === null || at < next.at)) next = { account, at }
  }
  return next
}
