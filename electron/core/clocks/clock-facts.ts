import type { AccountRecord, ClientRecord, TokenRecord } from '../state/state.ts'
import type { ScopeTraits } from './scope-traits.ts'
import { scopeTraits } from './scope-traits.ts'

/** What the rules with an instant look at. Instants in ms, by Google's time, none of them after `now`. */
export interface ClockFacts {
  readonly account: AccountRecord
  readonly client: ClientRecord
  readonly token: TokenRecord
  readonly scopes: ScopeTraits
  /** The earliest that the consent can have been: deadlines count from it. */
  readonly bornAt: number
  /** The latest that it can have been: what a token has outlived counts from it. */
  readonly bornBy: number
  /** The last time it surely lived. */
  readonly aliveAt: number
  readonly now: number
}

/**
 * Gathers the facts of one token at `now` (ms). What the ledger has from the future was written under a wrong
 * clock and happened at the latest now: no deadline is put off because of it.
 */
export function clockFacts(
  account: AccountRecord,
  client: ClientRecord,
  token: TokenRecord,
  now: number,
): ClockFacts {
  return {
    ...{ account, client, token, now },
    scopes: scopeTraits(token.granted),
    bornAt: earliestBirth(token, now),
    bornBy: Math.min(token.mintedAt, now),
    aliveAt: Math.min(token.lastUsedAt, now),
  }
}

/** No token is used before it is minted: where the ledger has it so, one of the two was misdated. ms */
export function earliestBirth(token: TokenRecord, now: number): number {
  return Math.min(token.mintedAt, token.refreshes[0] ?? now, token.lastUsedAt, now)
}
