import { abilitiesOf } from '../../../electron/contract/kinds.ts'
import type { AccountView, GrantView } from '../../../electron/contract/views.ts'
import { m } from '../../messages/generated/messages.js'

export type Access = NonNullable<GrantView['access']>
const minuteMs = 60_000

/** Whether an access token can be had of a grant without a person. */
export function holdsUsable({ tokens, access }: GrantView): boolean {
  return access?.held === true || tokens.some(({ standing }) => standing === 'held')
}

/** Whether there may be something at Google to revoke; of access without a refresh token only while it is held. */
export function canRevoke({ kind, access }: GrantView): boolean {
  const { revocable, refreshes } = abilitiesOf[kind]
  return revocable && (refreshes || access?.held === true)
}

/** The access of an account that has nothing else: the one that lasts longest. Null where there are refresh tokens. */
export function onlyAccessOf({ grants }: AccountView): Access | null {
  if (grants.some(({ kind }) => abilitiesOf[kind].refreshes)) return null
  const all = grants.flatMap(({ access }) => (access ? [access] : []))
  return all.sort((a, b) => Number(b.held) - Number(a.held) || b.expiresAt - a.expiresAt)[0] ?? null
}

/** Whether it can be used; `now` is the profile's time, epoch ms. */
export function isUsable({ held, expiresAt }: Access, now: number): boolean {
  return held && expiresAt > now
}

/** Whole minutes, rounded down like every stretch of time here. */
function minutesLeft(expiresAt: number, now: number): number {
  return Math.floor(Math.max(0, expiresAt - now) / minuteMs)
}

/** How much is left until an end, in words of their own; both epoch ms. */
export function timeLeftText(expiresAt: number, now: number): string {
  if (expiresAt <= now) return m.access_over()
  const count = minutesLeft(expiresAt, now)
  return count === 0 ? m.access_last_minute() : m.access_minutes_left({ count })
}

/** How much of it is left, for a row. */
export function accessLeftText(access: Access, now: number): string {
  if (!isUsable(access, now)) return m.access_over()
  const count = minutesLeft(access.expiresAt, now)
  return count === 0 ? m.access_last_minute() : m.access_minutes_short({ count })
}
