import type { ClientView } from '../../contract/views.ts'
import { describeRefusal } from '../access/refusals.ts'
import { clientIdleClock } from '../clocks/idle-clocks.ts'
import type { ClientRecord, State } from '../state/state.ts'
import { keepsAlive } from '../state/state.ts'
import { registrationOf } from './registration.ts'

/** The project a client belongs to: the digits before the `-` of its id (google-oauth.md 3, observed convention). */
export function projectNumberOf(clientId: string): string | null {
  return /^(\d+)[-.]/.exec(clientId)?.[1] ?? null
}

/** What a revocation takes as one: the number of a client's project; a client id without one is a project of its own. */
export function projectOf(clientId: string): string {
  return projectNumberOf(clientId) ?? clientId
}

/** One client as the window shows it at `now` (ms, Google's time). The secret is not part of it, in no form. */
export function clientView(client: ClientRecord, state: State, now: number): ClientView {
  const { refusal } = client
  const { ways, redirects, toRegister } = registrationOf(client)
  return {
    clientId: client.clientId,
    type: client.kind,
    typeOpen: client.kind !== 'web',
    authentication: client.authentication,
    ways: [...ways],
    redirects: [...redirects],
    javascriptOrigins: [...client.javascriptOrigins],
    toRegister,
    label: client.label,
    projectId: client.projectId,
    projectNumber: projectNumberOf(client.clientId),
    publishing: client.publishing,
    userType: client.userType,
    addedAt: client.addedAt,
    secretReplacedAt: client.secretReplacedAt,
    secretMissing: client.secretMissing,
    accountCount: accountsUnder(state, client.clientId),
    activeAccountId: state.activeFor.get(client.clientId) ?? null,
    retired: client.retired,
    keepAlive: keepsAlive(client),
    lastUsedAt: client.lastUsedAt,
    idleClock: clientIdleClock(client, now),
    refusal: refusal && { at: refusal.at, error: describeRefusal(refusal) },
  }
}

function accountsUnder(state: State, clientId: string): number {
  let count = 0
  for (const account of state.accounts.values()) {
    const holds = account.tokens.some(
      (token) => token.clientId === clientId && token.standing !== 'forgotten',
    )
    const hasAccess = account.accesses.some((access) => access.clientId === clientId)
    if ((holds || hasAccess) && !account.forgotten) count += 1
  }
  return count
}
