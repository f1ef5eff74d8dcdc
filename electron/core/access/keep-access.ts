import type { AppError } from '../../contract/outcome.ts'
import { appError } from '../../contract/outcome.ts'
import { accountIdOf } from '../accounts/identity.ts'
import type { ReceivedAccess } from '../accounts/sign-in/ways/way.ts'
import type { ProfileContext } from '../profile-context.ts'
import type { ClientSideAccess } from './client-side-access.ts'

export type KeepAccessResult =
  | { readonly kind: 'kept'; readonly accountId: string }
  | { readonly kind: 'failed'; readonly error: AppError }

/**
 * Writes down that access was given, and only then keeps its token, in memory. It takes over from what the same grant
 * had. Errors: `not-found` where the client was removed meanwhile, those of the ledger; then nothing is kept.
 */
export async function keepAccess(
  context: ProfileContext,
  store: Pick<ClientSideAccess, 'keep'>,
  received: ReceivedAccess,
  { clientId, asked }: { readonly clientId: string; readonly asked: readonly string[] },
): Promise<KeepAccessResult> {
  if (!context.ledger.state().clients.has(clientId)) return { kind: 'failed', error: appError('not-found') }
  const { identity, granted, receivedAt, expiresAt } = received
  const accountId = accountIdOf(identity.issuer, identity.sub)
  const data = { ...identity, accountId, clientId, asked, granted, receivedAt, expiresAt }
  const recorded = await context.record([{ type: 'access.received', data }])
  if (!recorded.ok) return { kind: 'failed', error: recorded.error }
  store.keep({ accountId, clientId }, received)
  return { kind: 'kept', accountId }
}
