/** Who holds which scope, from the tokens that are known here. Pure, so that it also runs outside the window. */
import { canonicalScope } from '../../../electron/contract/scopes/scope-sets.ts'
import type { AccountView, GrantView, TokenView } from '../../../electron/contract/views.ts'
import { coveringScopes } from './scope-covers.ts'
import type { Catalogue, KnownScope, ScopeTexts } from './scope-text.ts'
import { describeScope, groupScopes } from './scope-text.ts'

export type Standing = TokenView['standing']

/** One account through one client, with the best of its tokens. */
export interface Holding {
  readonly account: AccountView
  readonly clientId: string
  /** `elsewhere` is presumably live at Google; `dead` can no longer do it. */
  readonly standing: Standing
  /** When the oldest token with this access that is not dead was minted; when the latest of dead ones was found so. Epoch ms. */
  readonly since: number
}

export interface ProductHolding extends Holding {
  /** Canonical; what it holds of the product. */
  readonly scopes: readonly string[]
}

export interface WhoCanDo<H extends Holding> {
  readonly direct: readonly H[]
  /** Through a broader scope, for account and client that do not hold the scope itself. */
  readonly through: readonly { readonly scope: string; readonly holdings: readonly H[] }[]
  readonly dead: readonly H[]
}

/** The holdings of each scope, by its canonical name. */
export type HolderIndex = ReadonlyMap<string, readonly Holding[]>

const rank: Readonly<Record<Standing, number>> = { held: 0, missing: 1, elsewhere: 2, dead: 3 }
/** Since when a token gives something; of a dead one, when it was found dead. */
function sinceOf({ mintedAt, death }: TokenView): number {
  return death?.at ?? mintedAt
}

function better(one: Holding, other: Holding): Holding {
  if (one.standing === 'dead' || other.standing === 'dead') {
    if (one.standing !== other.standing) return one.standing === 'dead' ? other : one
    return one.since >= other.since ? one : other
  }
  const best = rank[one.standing] <= rank[other.standing] ? one : other
  return { ...best, since: Math.min(one.since, other.since) }
}

/** The holding of each scope of a grant with several tokens, by the names as they stand there. */
function holdingsOfTokens(
  account: AccountView,
  { clientId, tokens }: GrantView,
): ReadonlyMap<string, Holding> {
  const found = new Map<string, Holding>()
  for (const token of tokens) {
    const holding: Holding = { account, clientId, standing: token.standing, since: sinceOf(token) }
    for (const scope of new Set(token.scopes.map(canonicalScope))) {
      const other = found.get(scope)
      found.set(scope, other ? better(other, holding) : holding)
    }
  }
  return found
}

/** Calls `add` for everything that an account gave; a grant with one token, the usual thing, costs no table. */
function eachHolding(account: AccountView, add: (scope: string, holding: Holding) => void): void {
  for (const grant of account.grants) {
    const [first, second] = grant.tokens
    if (!first) continue
    if (second) {
      for (const [scope, holding] of holdingsOfTokens(account, grant)) add(scope, holding)
    } else {
      const { standing } = first
      const holding: Holding = { account, clientId: grant.clientId, standing, since: sinceOf(first) }
      for (const scope of first.scopes) add(scope, holding)
    }
  }
}

const indexes = new WeakMap<readonly AccountView[], HolderIndex>()

/** Who holds what over all accounts, in their order; made once for each list of accounts. */
export function holderIndex(accounts: readonly AccountView[]): HolderIndex {
  const known = indexes.get(accounts)
  if (known) return known
  const index = new Map<string, Holding[]>()
  /** The same lists by every spelling met, so that spelling is looked at once for each. */
  const lists = new Map<string, Holding[]>()
  const listOf = (spelling: string): Holding[] => {
    const scope = canonicalScope(spelling)
    const list = index.get(scope) ?? []
    index.set(scope, list)
    lists.set(spelling, list)
    return list
  }
  const add = (scope: string, holding: Holding): void => {
    const list = lists.get(scope) ?? listOf(scope)
    // Two spellings of one scope in one token.
    if (list[list.length - 1] !== holding) list.push(holding)
  }
  for (const account of accounts) eachHolding(account, add)
  indexes.set(accounts, index)
  return index
}

const isLive = (holding: Holding): boolean => holding.standing !== 'dead'
const nameOf = ({ account, clientId }: Holding): string => `${account.accountId} ${clientId}`

/** Everybody who can do what `scope` allows: with it, through a documented broader one, or until the token died. */
export function whoCanDo(scope: string, index: HolderIndex, catalogue: Catalogue): WhoCanDo<Holding> {
  const own = index.get(canonicalScope(scope)) ?? []
  const direct = own.filter(isLive)
  const seen = new Set(direct.map(nameOf))
  const through: { scope: string; holdings: Holding[] }[] = []
  for (const wide of coveringScopes(canonicalScope(scope), catalogue)) {
    const holdings = (index.get(wide) ?? []).filter((one) => isLive(one) && !seen.has(nameOf(one)))
    for (const one of holdings) seen.add(nameOf(one))
    if (holdings.length > 0) through.push({ scope: wide, holdings })
  }
  return { direct, through, dead: own.filter((one) => !isLive(one) && !seen.has(nameOf(one))) }
}

type Growing = ProductHolding & { readonly scopes: string[] }

/** Everybody who holds any scope of a product. */
export function whoCanUse(
  product: string,
  index: HolderIndex,
  catalogue: Catalogue,
): WhoCanDo<ProductHolding> {
  const live = new Map<string, Growing>()
  const dead = new Map<string, Growing>()
  for (const [scope, holdings] of index) {
    if (describeScope(scope, catalogue, null).product !== product) continue
    for (const one of holdings) {
      const found = isLive(one) ? live : dead
      const name = nameOf(one)
      const other = found.get(name)
      const scopes = other?.scopes ?? []
      scopes.push(scope)
      found.set(name, { ...(other ? better(other, one) : one), scopes })
    }
  }
  const direct = [...live.values()]
  return { direct, through: [], dead: [...dead].flatMap(([name, one]) => (live.has(name) ? [] : [one])) }
}

/** How many accounts hold a scope through a token that is not dead, by its canonical name. */
export function holderCounts(index: HolderIndex): Map<string, number> {
  const counts = new Map<string, number>()
  for (const [scope, holdings] of index) {
    // Those of one account stand together.
    let last: AccountView | null = null
    let count = 0
    for (const one of holdings) {
      if (!isLive(one) || one.account === last) continue
      last = one.account
      count += 1
    }
    if (count > 0) counts.set(scope, count)
  }
  return counts
}

export interface TotalScope extends KnownScope {
  /** The clients through which the account gave it, in the order of its grants. */
  readonly clientIds: readonly string[]
}

/** All that an account allows anybody through tokens that are not dead, by product, what can change things first. */
export function totalAccess(
  account: AccountView,
  catalogue: Catalogue | null,
  texts: ScopeTexts | null,
): { readonly product: string; readonly scopes: readonly TotalScope[] }[] {
  const clients = new Map<string, Set<string>>()
  eachHolding(account, (name, holding) => {
    if (!isLive(holding)) return
    const scope = canonicalScope(name)
    clients.set(scope, (clients.get(scope) ?? new Set()).add(holding.clientId))
  })
  const groups = groupScopes([...clients.keys()], catalogue, texts)
  const withClients = groups.map(({ product, scopes }) => ({
    product,
    scopes: scopes.map((scope) => ({ ...scope, clientIds: [...(clients.get(scope.scope) ?? [])] })),
  }))
  const writes = (group: { readonly scopes: readonly KnownScope[] }): number =>
    group.scopes.some(({ access }) => access === 'write') ? 0 : 1
  return withClients.sort((a, b) => writes(a) - writes(b))
}
