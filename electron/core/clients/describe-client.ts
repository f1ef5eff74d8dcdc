import type { Outcome } from '../../contract/outcome.ts'
import { fail, ok } from '../../contract/outcome.ts'
import type { Publishing, UserType } from '../../contract/views.ts'
import type { ProfileContext } from '../profile-context.ts'

export interface ClientDescription {
  readonly clientId: string
  readonly label?: string
  readonly publishing?: Publishing
  readonly userType?: UserType
}

/** What only the person knows about a client: Google tells nobody its publishing status (google-oauth.md 10). */
export async function describeClient(
  context: ProfileContext,
  change: ClientDescription,
): Promise<Outcome<null>> {
  const client = context.ledger.state().clients.get(change.clientId)
  if (!client) return fail('not-found')
  const { clientId, label, publishing, userType } = { ...client, ...change }
  const same = label === client.label && publishing === client.publishing && userType === client.userType
  if (same) return ok()
  const recorded = await context.record([
    { type: 'client.described', data: { clientId, label, publishing, userType } },
  ])
  return recorded.ok ? ok() : recorded
}
