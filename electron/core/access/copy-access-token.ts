import type { Outcome } from '../../contract/outcome.ts'
import { fail, ok } from '../../contract/outcome.ts'
import type { ProfileContext } from '../profile-context.ts'
import type { Grant } from './choose-token.ts'
import type { AccessSource } from './grant-access.ts'

/** Somebody who pastes a token wants to work with it for a while, ms. */
const usefulMs = 5 * 60 * 1000

/**
 * Puts an access token of a grant into the clipboard, from where it disappears later. The window learns only how
 * long it lasts (`expiresAt`, ms). Errors: those of `GrantAccess.get`.
 */
export async function copyAccessToken(
  context: ProfileContext,
  access: Pick<AccessSource, 'get'>,
  grant: Grant,
): Promise<Outcome<{ expiresAt: number }>> {
  const result = await access.get(grant, { minTtlMs: usefulMs })
  if (result.kind === 'aborted') return fail('internal')
  if (result.kind === 'failed') return { ok: false, error: result.error }
  context.ports.desktop.copySecret(result.token.secret)
  return ok({ expiresAt: result.token.expiresAt })
}
