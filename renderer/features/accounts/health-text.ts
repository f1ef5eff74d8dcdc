import type { ClockView, HealthView, NeedView } from '../../../electron/contract/views.ts'
import { m } from '../../messages/generated/messages.js'
import { spanText } from '../../ui/span-text.ts'
import { causeText, clockText } from './clock-text.ts'

/** The word for a health, so that colour never says it alone. Only what is over for good is called dead. */
export function levelText({ level, reason }: HealthView): string {
  if (level === 'fine') return m.health_fine()
  if (level === 'soon') return m.health_soon()
  return reason === 'died' || reason === 'deadline-passed' ? m.health_dead() : m.health_stopped()
}

/** Why, in about three words; empty when there is nothing to add. `now` is the profile's time, epoch ms. */
export function reasonText(health: Omit<HealthView, 'level'>, now: number): string {
  const span = spanText(Math.abs((health.at ?? now) - now))
  const clock = health.clock ? clockText(health.clock) : ''
  switch (health.reason) {
    case 'ready':
      return ''
    case 'no-token':
      return m.health_no_token()
    case 'secret-missing':
      return m.health_secret_missing()
    case 'many-tokens':
      return m.health_many_tokens()
    case 'limit-near':
      return m.health_limit_near()
    case 'deadline':
      return m.health_deadline({ span, clock })
    case 'deadline-passed':
      return m.health_deadline_passed({ span, clock })
    case 'died':
      return health.cause ? causeText(health.cause) : m.health_died_unclear()
    case 'session-ended':
      return m.health_session_ended()
    case 'admin-policy':
      return m.health_admin_policy()
    case 'access-denied':
      return m.health_access_denied()
    case 'client-broken':
      return m.health_client_broken()
    case 'refused':
      return m.health_refused()
    case 'access-ended':
      return m.health_access_ended()
    case 'key-old':
      return m.health_key_old()
    case 'key-missing':
      return m.health_key_missing()
    case 'key-refused':
      return m.health_key_refused()
    case 'service-disabled':
      return m.health_service_disabled()
  }
}

/** The same words for something that needs a person. */
export function needText(need: NeedView, now: number): string {
  return reasonText({ reason: need.reason, at: need.by, clock: need.clock, cause: need.cause }, now)
}

/** A deadline further away than this is named without its clock: there is time to look, ms. */
const farMs = 30 * 24 * 3_600_000

/** The next deadline in one short line, or null where there is none or the health already names it. */
export function nextText(next: ClockView | null, health: HealthView, now: number): string | null {
  if (!next || next.at === null || next.at <= now || health.reason === 'deadline') return null
  const span = spanText(next.at - now)
  return next.at - now > farMs ? m.next_far({ span }) : m.next_in({ span, clock: clockText(next.kind) })
}
