export type SpanUnit = 'seconds' | 'minutes' | 'hours' | 'days' | 'years'
export interface Span {
  readonly unit: SpanUnit
  readonly count: number
}

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour
const year = 365 * day

/**
 * The one unit that says how long a stretch of time is, rounded down: a token of 13 d 23 h is 13 d old. Days
 * go up to two years, because every limit that matters here is counted in days.
 */
export function spanOf(ms: number): Span {
  const whole = (size: number): number => Math.floor(Math.max(0, ms) / size)
  if (ms < minute) return { unit: 'seconds', count: whole(second) }
  if (ms < hour) return { unit: 'minutes', count: whole(minute) }
  if (ms < 2 * day) return { unit: 'hours', count: whole(hour) }
  if (ms < 2 * year) return { unit: 'days', count: whole(day) }
  return { unit: 'years', count: whole(year) }
}

/** Time left as `4:07`, rounded up, never below zero. */
export function countdown(ms: number): string {
  const seconds = Math.ceil(Math.max(0, ms) / second)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
