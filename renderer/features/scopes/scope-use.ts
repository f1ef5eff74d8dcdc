/** What doors handed out of what was granted: pure, from the view alone. Instants are epoch ms. */
import type { UsedScope } from '../../../electron/contract/doors.ts'
import { canonicalScope } from '../../../electron/contract/scopes/scope-sets.ts'
import type { AccountView, GrantView } from '../../../electron/contract/views.ts'
import type { HolderIndex, Holding } from './scope-holders.ts'

export interface ScopeUse {
  readonly at: number
  /** A program asked for it by name, not just for everything. */
  readonly named: boolean
}

/** The latest use of each scope, by its canonical name; one that was asked for by name says more than one that was not. */
export function usesOf(used: readonly UsedScope[]): Map<string, ScopeUse> {
  const uses = new Map<string, ScopeUse>()
  for (const { scope, at, named } of used) {
    const name = canonicalScope(scope)
    const other = uses.get(name)
    if (!other || (named && !other.named) || (named === other.named && at > other.at))
      uses.set(name, { at, named })
  }
  return uses
}

/** The same over all grants of an account. */
export function usesOfAccount({ grants }: Pick<AccountView, 'grants'>): Map<string, ScopeUse> {
  return usesOf(grants.flatMap(({ used }) => used))
}

/** Since when Latchkey holds anything of a grant, so that it could have been used; null without a token. */
export function heldSince({ tokens }: Pick<GrantView, 'tokens'>): number | null {
  return tokens.length === 0 ? null : Math.min(...tokens.map(({ mintedAt }) => mintedAt))
}

/** The use of a scope through one account and client; null where it was never handed out. */
export function useOfHolding(scope: string, { account, clientId }: Holding): ScopeUse | null {
  const grant = account.grants.find((one) => one.clientId === clientId)
  return (grant && usesOf(grant.used).get(canonicalScope(scope))) ?? null
}

/** How many accounts hold a scope that no door ever handed out for them, by its canonical name. */
export function unusedCounts(index: HolderIndex): Map<string, number> {
  const known = new Map<string, ReadonlySet<string>>()
  const usedBy = ({ account, clientId }: Holding): ReadonlySet<string> => {
    const key = `${account.accountId} ${clientId}`
    const found =
      known.get(key) ??
      new Set(usesOf(account.grants.find((grant) => grant.clientId === clientId)?.used ?? []).keys())
    known.set(key, found)
    return found
  }
  const counts = new Map<string, number>()
  for (const [scope, holdings] of index) {
    const live = holdings.filter(({ standing }) => standing !== 'dead')
    const used = new Set(live.filter((one) => usedBy(one).has(scope)).map(({ account }) => account.accountId))
    const unused = new Set(live.map(({ account }) => account.accountId).filter((id) => !used.has(id)))
    if (unused.size > 0) counts.set(scope, unused.size)
  }
  return counts
}
