import type { AccountView } from '../../../electron/contract/views.ts'

export type AccountSort = 'name' | 'newest' | 'oldest' | 'health'
export type AccountFilter = 'all' | 'attention' | 'fine'

export interface AccountChoice {
  readonly query: string
  readonly sort: AccountSort
  readonly filter: AccountFilter
}

/** One collator for all: making one per comparison is what makes sorting a thousand names slow. */
const names = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' })
const searchTexts = new WeakMap<AccountView, string>()
const urgency = { dead: 0, soon: 1, fine: 2 } as const

/** The name a row is known by: the person's own label, or the address. */
export function titleOf(account: AccountView): string {
  return account.label ?? account.email
}

/** When the newest token that is held here was minted; the last sign-in when none is. Epoch ms. */
export function tokenBornAt(account: AccountView): number {
  const held = account.grants.flatMap((grant) => grant.tokens.filter((token) => token.standing === 'held'))
  return held.length > 0 ? Math.max(...held.map((token) => token.mintedAt)) : account.lastSignedInAt
}

/** A row is never changed in place, so its text is made once and serves every key that is typed. */
function searchText(account: AccountView): string {
  const known = searchTexts.get(account)
  if (known !== undefined) return known
  const text = [account.email, account.label, account.name, account.hostedDomain].join(' ').toLowerCase()
  searchTexts.set(account, text)
  return text
}

function comparison(sort: AccountSort): (a: AccountView, b: AccountView) => number {
  const byName = (a: AccountView, b: AccountView): number => names.compare(titleOf(a), titleOf(b))
  if (sort === 'newest') return (a, b) => tokenBornAt(b) - tokenBornAt(a)
  if (sort === 'oldest') return (a, b) => tokenBornAt(a) - tokenBornAt(b)
  if (sort === 'health') return (a, b) => urgency[a.health.level] - urgency[b.health.level] || byName(a, b)
  return byName
}

/** The rows to show: those that hold every word of the query, filtered by health, in order. */
export function chooseAccounts(accounts: readonly AccountView[], choice: AccountChoice): AccountView[] {
  const words = choice.query.toLowerCase().split(/\s+/).filter(Boolean)
  const passes = (account: AccountView): boolean => {
    if (choice.filter === 'attention' && account.health.level === 'fine') return false
    if (choice.filter === 'fine' && account.health.level !== 'fine') return false
    if (words.length === 0) return true
    const text = searchText(account)
    return words.every((word) => text.includes(word))
  }
  return accounts.filter(passes).sort(comparison(choice.sort))
}
