/** What is wrong with one token, or soon will be, from what is known here. */
import type { ClockView, HealthView } from '../../contract/views.ts'
import { describeRefusal } from '../access/refusals.ts'
import { rankCauses } from '../causes/rank-causes.ts'
import { instantClocks } from '../clocks/account-clocks.ts'
import { dayMs, hourMs } from '../clocks/durations.ts'
import type { AccountRecord, ClientRecord, State, TokenRefusal } from '../state/state.ts'
import { isDead } from '../state/state.ts'
import type { CurrentToken } from './current-tokens.ts'

/** A deadline this close deserves a warning: a week of sittings to renew in. ms */
export const soonMs = 7 * dayMs
/** A session is hours long, so its end is near only shortly before. ms */
const sessionSoonMs = hourMs

/** How long before its instant a clock counts as near, ms. */
export function leadOf(clock: ClockView): number {
  return clock.kind === 'session' ? sessionSoonMs : soonMs
}

/** A finding without instant, clock or cause, unless told. */
export function finding(
  level: HealthView['level'],
  reason: HealthView['reason'],
  about: Partial<HealthView> = {},
): HealthView {
  return { level, reason, at: null, clock: null, cause: null, ...about }
}

/** What is known of a token that somebody here relies on. */
export interface TokenReading extends CurrentToken {
  /** Why it gives no access now, or null when nothing is known against it. */
  readonly trouble: HealthView | null
  /** Its clocks with an instant that are more than possible, soonest first; none for one in trouble. */
  readonly deadlines: readonly Deadline[]
}
export type Deadline = ClockView & { readonly at: number }

/** Reads one token at `now` (ms, Google's time). */
export function readToken(
  account: AccountRecord,
  state: State,
  current: CurrentToken,
  now: number,
): TokenReading {
  const trouble = tokenTrouble(account, state, current)
  return { ...current, trouble, deadlines: trouble ? [] : deadlinesOf(account, current, now) }
}

function tokenTrouble(
  account: AccountRecord,
  state: State,
  { client, token }: CurrentToken,
): HealthView | null {
  if (token.refusal && isDead(token)) {
    const likeliest = rankCauses(token, account, state).filter(({ rank }) => rank === 1)
    const cause = likeliest.length === 1 ? (likeliest[0]?.kind ?? null) : null
    return finding('dead', 'died', { at: token.refusal.at, cause })
  }
  if (token.standing === 'missing') return finding('dead', 'secret-missing')
  return clientTrouble(client) ?? (token.refusal && refusalTrouble(token.refusal))
}

function clientTrouble(client: ClientRecord): HealthView | null {
  if (client.refusal) return finding('dead', 'client-broken', { at: client.refusal.at })
  return client.secretMissing ? finding('dead', 'client-broken') : null
}

/** A fault of ours may pass with the next version; everything else gives no access until somebody acts. */
function refusalTrouble(refusal: TokenRefusal): HealthView {
  const { at, verdict } = refusal
  if (verdict === 'fault') return finding('soon', 'refused', { at })
  switch (describeRefusal(refusal).code) {
    case 'session-expired':
      return finding('dead', 'session-ended', { at, clock: 'session', cause: 'session' })
    case 'admin-policy':
      return finding('dead', 'admin-policy', { at, cause: 'admin' })
    case 'access-denied':
    case 'org-internal':
      return finding('dead', 'access-denied', { at })
    default:
      return finding('dead', 'refused', { at })
  }
}

function deadlinesOf(
  account: AccountRecord,
  { client, token }: CurrentToken,
  now: number,
): readonly Deadline[] {
  return instantClocks(account, client, token, now).filter(
    (clock): clock is Deadline => clock.at !== null && clock.certainty !== 'possible',
  )
}

/** What a deadline means at `now` (ms), or null while it is far. A stated end that has passed is an end. */
export function deadlineFinding(clock: Deadline, now: number): HealthView | null {
  const { at, kind } = clock
  if (at - leadOf(clock) > now) return null
  if (at > now) return finding('soon', 'deadline', { at, clock: kind })
  return finding(clock.certainty === 'stated' ? 'dead' : 'soon', 'deadline-passed', { at, clock: kind })
}
