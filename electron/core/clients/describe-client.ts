import type { Outcome } from '../../contract/outcome.ts'
import { fail, ok } from '../../contract/outcome.ts'
import type { Publishing, UserType } from '../../contract/views.ts'
import type { LatchkeyEvent } from '../ledger/events.ts'
import type { ProfileContext } from '../profile-context.ts'
import type { ClientRecord } from '../state/state.ts'

export interface ClientDescription {
  readonly clientId: string
  readonly label?: string
  readonly publishing?: Publishing
  readonly userType?: UserType
  /** No longer in use. */
  readonly retired?: boolean
  /** Whether its tokens are checked unasked, which is a use. */
  readonly keepAlive?: boolean
}

/**
 * What only the person knows about a client, and wants of it: Google tells nobody its publishing status
 * (google-oauth.md 10). Records what changes by it. Errors: `not-found`, those of the ledger.
 */
export async function describeClient(
  context: ProfileContext,
  change: ClientDescription,
): Promise<Outcome<null>> {
  const client = context.ledger.state().clients.get(change.clientId)
  if (!client) return fail('not-found')
  const events = [...described(client, change), ...retired(client, change), ...keptAlive(client, change)]
  if (events.length === 0) return ok()
  const recorded = await context.record(events)
  return recorded.ok ? ok() : recorded
}

function described(client: ClientRecord, change: ClientDescription): LatchkeyEvent[] {
  const { clientId, label, publishing, userType } = { ...client, ...change }
  const same = label === client.label && publishing === client.publishing && userType === client.userType
  return same ? [] : [{ type: 'client.described', data: { clientId, label, publishing, userType } }]
}

function retired({ clientId, retired: before }: ClientRecord, change: ClientDescription): LatchkeyEvent[] {
  const { retired: after = before } = change
  return after === before ? [] : [{ type: 'client.retired', data: { clientId, retired: after } }]
}

/** What the person never chose follows from `retired`; once chosen, it stands. */
function keptAlive(
  { clientId, keepAlive: before }: ClientRecord,
  change: ClientDescription,
): LatchkeyEvent[] {
  const { keepAlive } = change
  if (keepAlive === undefined || keepAlive === before) return []
  return [{ type: 'client.keepAliveChosen', data: { clientId, keepAlive } }]
}
