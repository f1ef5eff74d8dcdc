import type { AccountView, ClockView, GrantView } from '../../contract/views.ts'
import { nextDeadline } from '../clocks/account-clocks.ts'
import type { CheckOf, HoldsAccess } from '../grants/grant-view.ts'
import { grantView, holdsNone } from '../grants/grant-view.ts'
import { clientIdsOf } from '../grants/shown-tokens.ts'
import type { ServiceSources } from '../service-accounts/service-view.ts'
import { noServiceSources, serviceView } from '../service-accounts/service-view.ts'
import type { AccountRecord, State } from '../state/state.ts'
import { accountHealth, readTokens } from '../tokens/health.ts'
import { accountNeeds } from '../tokens/needs.ts'

/**
 * One account as the window shows it at `now` (ms, Google's time): only grants of clients that are still here.
 * `checkOf` tells how the check of a token stands, `checksOn` whether tokens are checked unasked at all, `holds`
 * whether access without a refresh token can be used, `services` what is known of service accounts beyond the state.
 */
export function accountView(
  account: AccountRecord,
  state: State,
  now: number,
  checkOf: CheckOf,
  checksOn: boolean,
  holds: HoldsAccess = holdsNone,
  services: ServiceSources = noServiceSources,
): AccountView {
  const grants = clientIdsOf(account)
    .flatMap((clientId) => state.clients.get(clientId) ?? [])
    .map((client) => grantView(account, client, state, now, checkOf, holds))
    .filter(({ tokens, access }) => access || tokens.some(({ standing }) => standing !== 'elsewhere'))
  const tokens = readTokens(account, state, now)
  return {
    accountId: account.accountId,
    email: account.email,
    name: account.name,
    label: account.label,
    hostedDomain: account.hostedDomain,
    service: serviceView(account, services),
    active: state.activeAccountId === account.accountId,
    firstSignedInAt: account.firstSignedInAt,
    lastSignedInAt: account.lastSignedInAt,
    health: accountHealth(account, tokens, now, holds),
    next: nextOf(grants),
    needs: accountNeeds(tokens, now, checksOn),
    grants,
  }
}

/** The soonest deadline of what works here; a refused token waits for something else than its clocks. */
function nextOf(grants: readonly GrantView[]): ClockView | null {
  const working = grants
    .flatMap((grant) => grant.tokens)
    .filter((token) => token.standing === 'held' && token.refusal === null)
  return nextDeadline(working.flatMap((token) => token.next ?? []))
}
