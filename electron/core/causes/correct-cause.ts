import type { Outcome } from '../../contract/outcome.ts'
import { fail, ok } from '../../contract/outcome.ts'
import type { CauseKind } from '../../contract/views.ts'
import type { ProfileContext } from '../profile-context.ts'
import { findToken, isDead } from '../state/state.ts'

/** Writes down what the person says a token died of; null takes it back. Errors: `not-found`, `not-dead`, those of the ledger. */
export async function correctCause(
  context: ProfileContext,
  tokenId: string,
  cause: CauseKind | null,
): Promise<Outcome<null>> {
  const token = findToken(context.ledger.state(), tokenId)
  if (!token || token.dismissed) return fail('not-found')
  if (!isDead(token)) return fail('not-dead')
  if (token.correctedCause === cause) return ok()
  const recorded = await context.record([{ type: 'token.causeCorrected', data: { tokenId, cause } }])
  return recorded.ok ? ok() : recorded
}
