import { m } from '../messages/generated/messages.js'
import { spanOf } from './span.ts'

const texts = {
  seconds: () => m.span_moments(),
  minutes: m.span_minutes,
  hours: m.span_hours,
  days: m.span_days,
  years: m.span_years,
}

/** A stretch of time in the language of the window: `14 d`. */
export function spanText(ms: number): string {
  const { unit, count } = spanOf(ms)
  return texts[unit]({ count })
}
