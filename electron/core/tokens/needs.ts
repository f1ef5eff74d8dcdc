/** What needs a person within seven days: the rows of the *This week* view. */
import type { HealthView, NeedView } from '../../contract/views.ts'
import { isPutOffByUse } from '../clocks/account-clocks.ts'
import { keepsAlive } from '../state/state.ts'
import type { TokenReading } from './token-health.ts'
import { soonMs } from './token-health.ts'

/**
 * Everything of an account that will need a person within seven days of `now` (ms, Google's time) or does already,
 * soonest first, at most one for each token. A deadline that the next unasked check puts off is none of it;
 * `checksOn` says whether there are such checks.
 */
export function accountNeeds(tokens: readonly TokenReading[], now: number, checksOn: boolean): NeedView[] {
  return tokens
    .flatMap((token) => tokenNeed(token, now, checksOn) ?? [])
    .sort((one, other) => (one.by ?? 0) - (other.by ?? 0))
}

function tokenNeed(reading: TokenReading, now: number, checksOn: boolean): NeedView | null {
  const { trouble, client, deadlines } = reading
  if (trouble) return trouble.level === 'dead' ? troubleNeed(reading, trouble) : null
  const willBeUsed = checksOn && keepsAlive(client)
  const clock = deadlines.find(({ kind }) => !(willBeUsed && isPutOffByUse(kind)))
  if (!clock || clock.at - soonMs > now) return null
  return {
    ...named(reading),
    by: clock.at,
    reason: clock.at > now ? 'deadline' : 'deadline-passed',
    clock: clock.kind,
    cause: null,
    renewable: true,
  }
}

function troubleNeed(reading: TokenReading, { reason, clock, cause }: HealthView): NeedView {
  return { ...named(reading), by: null, reason, clock, cause, renewable: isRenewable(reading, reason, cause) }
}

const notBySigningIn: readonly HealthView['reason'][] = ['client-broken', 'admin-policy', 'access-denied']

/** Whether signing in again is what helps. */
function isRenewable(
  { client }: TokenReading,
  reason: HealthView['reason'],
  cause: HealthView['cause'],
): boolean {
  if (client.refusal || client.secretMissing || notBySigningIn.includes(reason)) return false
  return cause !== 'account-deleted' && cause !== 'admin'
}

function named({ client, token }: TokenReading): Pick<NeedView, 'tokenId' | 'clientId'> {
  return { tokenId: token.tokenId, clientId: client.clientId }
}
