import type { HealthView } from '../../../electron/contract/views.ts'
import { m } from '../../messages/generated/messages.js'
import { spanText } from '../../ui/span-text.ts'

/** The word for a level, so that colour never says it alone. */
export function levelText(level: HealthView['level']): string {
  return { fine: m.health_fine, soon: m.health_soon, dead: m.health_dead }[level]()
}

/** Why, in about three words; empty when there is nothing to add. `now` is the profile's time, epoch ms. */
export function reasonText(health: HealthView, now: number): string {
  const span = spanText(Math.abs((health.at ?? now) - now))
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
    case 'expires-soon':
      return m.health_expires_soon({ span })
    case 'expired':
      return m.health_expired({ span })
  }
}
