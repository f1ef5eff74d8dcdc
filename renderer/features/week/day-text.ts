import { m } from '../../messages/generated/messages.js'
import { startOfDay } from './week-list.ts'

const tags = { en: 'en-GB', hi: 'hi-IN-u-nu-latn' } as const
/** Any instant of the following day, whatever the clocks of the zone do in between. */
const nextDayMs = 30 * 3_600_000

/**
 * The heading of a group: `Now`, `Today`, `Tomorrow`, or the day by name. `now` is the profile's time, epoch ms.
 */
export function dayText(day: number | 'now', now: number, locale: 'en' | 'hi'): string {
  if (day === 'now') return m.week_now()
  if (day === startOfDay(now)) return m.week_today()
  if (day === startOfDay(startOfDay(now) + nextDayMs)) return m.week_tomorrow()
  return new Intl.DateTimeFormat(tags[locale], { weekday: 'long', day: 'numeric', month: 'long' }).format(day)
}
