import type { AccountView } from '../../contract/views.ts'
import { grantView } from '../grants/grant-view.ts'
import type { AccountRecord, State } from '../state/state.ts'
import { accountHealth } from '../tokens/health.ts'

/** One account as the window shows it at `now` (ms): only grants of clients that are still here. */
export function accountView(account: AccountRecord, state: State, now: number): AccountView {
  const clientIds = new Set(account.tokens.map((token) => token.clientId))
  return {
    accountId: account.accountId,
    email: account.email,
    name: account.name,
    label: account.label,
    hostedDomain: account.hostedDomain,
    active: state.activeAccountId === account.accountId,
    firstSignedInAt: account.firstSignedInAt,
    lastSignedInAt: account.lastSignedInAt,
    health: accountHealth(account, state, now),
    grants: [...clientIds]
      .filter((clientId) => state.clients.has(clientId))
      .map((clientId) => grantView(account, clientId, now))
      .filter((grant) => grant.tokens.some((token) => token.standing !== 'elsewhere')),
  }
}
