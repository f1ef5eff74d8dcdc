import type { ClientAuthentication, ClientKind } from '../../contract/kinds.ts'
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
  /** Only between `installed` and `device`, which their files do not tell apart. */
  readonly type?: ClientKind
  readonly authentication?: ClientAuthentication
}

/**
 * What only the person knows about a client, and wants of it: Google tells nobody its publishing status
 * (google-oauth.md 10), and files of clients for TVs say `installed` as those of Desktop clients do. Records what
 * changes by it. Errors: `not-found`, `way-not-possible` for a type that it cannot be, those of the ledger.
 */
export async function describeClient(
  context: ProfileContext,
  change: ClientDescription,
): Promise<Outcome<null>> {
  const client = context.ledger.state().clients.get(change.clientId)
  if (!client) return fail('not-found')
  const { type = client.kind } = change
  if (type !== client.kind && (type === 'web' || client.kind === 'web')) return fail('way-not-possible')
  const events = [
    ...described(client, change),
    ...retired(client, change),
    ...keptAlive(client, change),
    ...ofKind(client, change),
    ...authenticated(client, change),
  ]
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

function ofKind({ clientId, kind: before }: ClientRecord, { type }: ClientDescription): LatchkeyEvent[] {
  if (type === undefined || type === before) return []
  return [{ type: 'client.kindChosen', data: { clientId, kind: type } }]
}

function authenticated(
  { clientId, authentication: before }: ClientRecord,
  { authentication }: ClientDescription,
): LatchkeyEvent[] {
  if (authentication === undefined || authentication === before) return []
  return [{ type: 'client.authenticationChosen', data: { clientId, authentication } }]
}
