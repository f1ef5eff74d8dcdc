/** Forgetting one grant here: what one account gave one client. At Google nothing changes (google-oauth.md 3). */
import type { Outcome } from '../../contract/outcome.ts'
import { fail, ok } from '../../contract/outcome.ts'
import type { GrantName } from '../../contract/revocation.ts'
import type { RemovalPreview } from '../../contract/views.ts'
import type { RunningSignIns } from '../accounts/removal.ts'
import { accessDropped, forgetTokens, hasAccess, isHere, previewOf } from '../accounts/removal.ts'
import type { ProfileContext } from '../profile-context.ts'
import type { State, TokenRecord } from '../state/state.ts'

/** What goes with a grant. Errors: `not-found` where nothing of it is kept here. */
export function previewForgetGrant(state: State, grant: GrantName): Outcome<RemovalPreview> {
  const account = state.accounts.get(grant.accountId)
  if (!account || account.forgotten || !state.clients.has(grant.clientId)) return fail('not-found')
  const preview = previewOf([account], isOf(grant))
  return preview.tokens > 0 || hasAccess(account, grant.clientId) ? ok(preview) : fail('not-found')
}

/**
 * Forgets a grant. The account stays, also without any other grant, with its label, its active marks and the rules
 * that mean it: whoever asks under this client is told that no token is left, and gets nobody else's. Sign-ins of the
 * account under the client are cancelled first.
 *
 * Errors: `not-found`, also when `tokens` is not what the preview says any more; `account-busy` while a sign-in of
 * it is being stored; those of the ledger.
 */
export async function forgetGrant(
  context: ProfileContext,
  grant: GrantName,
  tokens: number,
  signIns: RunningSignIns,
): Promise<Outcome<null>> {
  const state = context.ledger.state()
  const preview = previewForgetGrant(state, grant)
  if (!preview.ok) return preview
  if (preview.value.tokens !== tokens) return fail('not-found')
  const cancelled = signIns.cancelExpecting(grant)
  if (!cancelled.ok) return cancelled
  const account = state.accounts.get(grant.accountId)
  if (!account) return fail('not-found')
  const gone = account.tokens.filter(isOf(grant))
  return forgetTokens(
    context,
    gone.map(({ tokenId }) => tokenId),
    'grant-forgotten',
    hasAccess(account, grant.clientId) ? [accessDropped(grant, 'grant-forgotten')] : [],
  )
}

function isOf({ clientId }: GrantName): (token: TokenRecord) => boolean {
  return (token) => isHere(token) && token.clientId === clientId
}
