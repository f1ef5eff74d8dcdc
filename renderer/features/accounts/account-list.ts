import type { AccountView } from '../../../electron/contract/views.ts'

export type AccountSort = 'name' | 'newest' | 'oldest' | 'health' | 'deadline'
export type AccountFilter = 'all' | 'attention' | 'fine' | 'service'

export interface AccountChoice {
  readonly query: string
  readonly sort: AccountSort
  readonly filter: AccountFilter
}

/** The order of names for people. One collator for all: `localeCompare` makes sorting a thousand of them slow. */
export const names = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' })
const searchTexts = new WeakMap<AccountView, string>()
const urgency = { dead: 0, soon: 1, fine: 2 } as const

/** The name a row is known by: the person's own label, or the address. */
export function titleOf(account: AccountView): string {
  return account.label ?? account.email
}

/**
 * When the newest token that is held here was minted, or the newest key of a service account; the last sign-in when
 * there is none. Epoch ms.
 */
export function tokenBornAt(account: AccountView): number {
  const key = account.service?.keys[0]
  if (key) return key.createdAt ?? key.addedAt
  const held = account.grants.flatMap((grant) => grant.tokens.filter((token) => token.standing === 'held'))
  return held.length > 0 ? Math.max(...held.map((token) => token.mintedAt)) : account.lastSignedInAt
}

/** The next deadline, epoch ms; the end of time where none is known, so that those come last. */
function deadlineOf(account: AccountView): number {
  return account.next?.at ?? Number.MAX_SAFE_INTEGER
}

/** A row is never changed in place, so its text is made once and serves every key that is typed. */
function searchText(account: AccountView): string {
  const known = searchTexts.get(account)
  if (known !== undefined) return known
  const text = [account.email, account.label, account.name, account.hostedDomain].join(' ').toLowerCase()
  searchTexts.set(account, text)
  return text
}

/**
 * The place of each name among those shown. Names change seldom and health often, so the slow comparison of names is
 * done when a new one comes and not for each picture.
 */
let ranks = new Map<string, number>()

function rankNames(accounts: readonly AccountView[]): void {
  if (accounts.every((account) => ranks.has(titleOf(account)))) return
  const titles = [...new Set(accounts.map(titleOf))].sort((a, b) => names.compare(a, b))
  ranks = new Map(titles.map((title, rank) => [title, rank]))
}

function comparison(sort: AccountSort): (a: AccountView, b: AccountView) => number {
  const rankOf = (account: AccountView): number => ranks.get(titleOf(account)) ?? 0
  const byName = (a: AccountView, b: AccountView): number => rankOf(a) - rankOf(b)
  if (sort === 'newest') return (a, b) => tokenBornAt(b) - tokenBornAt(a)
  if (sort === 'oldest') return (a, b) => tokenBornAt(a) - tokenBornAt(b)
  if (sort === 'health') return (a, b) => urgency[a.health.level] - urgency[b.health.level] || byName(a, b)
  if (sort === 'deadline') return (a, b) => deadlineOf(a) - deadlineOf(b) || byName(a, b)
  return byName
}

/** Whether there is a token to ask about. A dead one too: a check by hand can still prove that it lives. */
export function canCheck({ grants }: AccountView): boolean {
  return grants.some(({ tokens }) =>
    tokens.some(({ standing }) => standing === 'held' || standing === 'dead'),
  )
}

/** The rows to show: those that hold every word of the query, filtered by health, in order. */
export function chooseAccounts(accounts: readonly AccountView[], choice: AccountChoice): AccountView[] {
  const words = choice.query.toLowerCase().split(/\s+/).filter(Boolean)
  const passes = (account: AccountView): boolean => {
    if (choice.filter === 'attention' && account.health.level === 'fine') return false
    if (choice.filter === 'fine' && account.health.level !== 'fine') return false
    if (choice.filter === 'service' && !account.service) return false
    if (words.length === 0) return true
    const text = searchText(account)
    return words.every((word) => text.includes(word))
  }
  rankNames(accounts)
  return accounts.filter(passes).sort(comparison(choice.sort))
}
