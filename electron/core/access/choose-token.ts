import type { Outcome } from '../../contract/outcome.ts'
import { fail, ok } from '../../contract/outcome.ts'
import { coversScopes } from '../../contract/scopes/scope-sets.ts'
import type { State, TokenRecord } from '../state/state.ts'
import { isDead } from '../state/state.ts'
import { describeRefusal } from './refusals.ts'

/** What one account gave one client. */
export interface Grant {
  readonly accountId: string
  readonly clientId: string
}

/**
 * The newest token of a grant that is held here, is not known dead, and covers the scopes (null: any will do). One
 * that Google refused in another way, e.g. for a session that ended, only where there is no better.
 *
 * Errors: `scopes-not-held`; where no token is left, what became of the newest: `token-dead`, `account-deleted`,
 * `keychain-item-missing`, otherwise `no-usable-token`.
 */
export function chooseToken(
  state: State,
  { accountId, clientId }: Grant,
  scopes: readonly string[] | null,
): Outcome<TokenRecord> {
  const account = state.accounts.get(accountId)
  if (!account || account.forgotten || !state.clients.has(clientId)) return fail('no-usable-token')
  let refused: TokenRecord | null = null
  let unusable: TokenRecord | null = null
  let narrow = false
  for (let index = account.tokens.length - 1; index >= 0; index -= 1) {
    const token = account.tokens[index]
    if (token?.clientId !== clientId || token.standing === 'forgotten') continue
    if (scopes !== null && !coversScopes(token.granted, scopes)) narrow = true
    else if (token.standing !== 'held' || isDead(token)) unusable ??= token
    else if (token.refusal) refused ??= token
    else return ok(token)
  }
  if (refused) return ok(refused)
  if (unusable) return whyUnusable(unusable)
  return fail(narrow ? 'scopes-not-held' : 'no-usable-token')
}

function whyUnusable(token: TokenRecord): Outcome<never> {
  if (token.standing === 'missing' || !token.refusal) return fail('keychain-item-missing')
  return { ok: false, error: describeRefusal(token.refusal) }
}
