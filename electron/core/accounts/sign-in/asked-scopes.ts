/** What a sign-in asks for, where access is added to what is held already. */
import * as v from 'valibot'
import { scopeSchema } from '../../../contract/fields.ts'
import { uniqueScopes } from '../../../contract/scopes/scope-sets.ts'
import type { AccountRecord } from '../../state/state.ts'
import { isDead } from '../../state/state.ts'

/** The scopes that the tokens of a grant held here allow, in canonical spelling; dead ones allow nothing. */
export function heldScopes(account: AccountRecord, clientId: string): readonly string[] {
  const held = account.tokens.filter(
    (token) => token.clientId === clientId && token.standing === 'held' && !isDead(token),
  )
  return uniqueScopes(held.flatMap((token) => token.granted))
}

/**
 * The union of what is held and what is wanted, in canonical spelling. Asked at once, because a combined grant
 * (`include_granted_scopes`) would widen the token by what others were given (google-oauth.md 1.6).
 *
 * What Google granted can have a form that nobody can ask for, and one such scope would make it refuse all of them.
 * It is left out; the older token, which the new one then does not cover, stays.
 */
export function unionOfScopes(
  account: AccountRecord,
  clientId: string,
  wanted: readonly string[],
): readonly string[] {
  const held = heldScopes(account, clientId).filter((scope) => v.is(scopeSchema, scope))
  return uniqueScopes([...held, ...wanted])
}
