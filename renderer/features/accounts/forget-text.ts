import { m } from '../../messages/generated/messages.js'
import type { Locale } from '../../messages/generated/runtime.js'
import { exactInstant } from '../../ui/exact-instant.ts'
import type { Access } from './access.ts'

/**
 * What forgetting does to access without a refresh token, in sentences; empty where there is none. `now` is the
 * profile's time, epoch ms.
 */
export function forgottenAccessText(accesses: readonly Access[], now: number, locale: Locale): string[] {
  if (accesses.length === 0) return []
  const live = accesses.filter(({ expiresAt }) => expiresAt > now)
  if (live.length === 0) return [m.forget_access_over()]
  const held = live.filter((access) => access.held)
  const time = exactInstant(Math.max(...live.map(({ expiresAt }) => expiresAt)), locale)
  return held.length === 0
    ? [m.forget_access_lost({ time })]
    : [m.forget_access({ count: held.length, time }), m.forget_access_or_revoke()]
}
