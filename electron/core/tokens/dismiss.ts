import type { Outcome } from '../../contract/outcome.ts'
import { fail, ok } from '../../contract/outcome.ts'
import type { ProfileContext } from '../profile-context.ts'
import { findToken, isDead } from '../state/state.ts'
import { deleteSecrets } from './keep-token.ts'

/**
 * Takes a dead token out of view, then its secret out of the keychain. Errors: `not-found`, `not-dead`, those of
 * the ledger.
 */
export async function dismissToken(context: ProfileContext, tokenId: string): Promise<Outcome<null>> {
  const token = findToken(context.ledger.state(), tokenId)
  if (!token || token.dismissed) return fail('not-found')
  if (!isDead(token)) return fail('not-dead')
  const recorded = await context.record([{ type: 'token.dismissed', data: { tokenId } }])
  if (!recorded.ok) return recorded
  await deleteSecrets(context, [tokenId])
  return ok()
}
