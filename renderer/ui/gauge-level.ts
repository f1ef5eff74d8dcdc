export type GaugeLevel = 'calm' | 'warning' | 'strong'

/**
 * How close a count is to its limit: a warning from 80 %, a strong one from 95 %. At 100 live refresh tokens of
 * an account and client Google drops the oldest with the next one (google-oauth.md 2.3).
 */
export function gaugeLevel(value: number, limit: number): GaugeLevel {
  if (value >= limit * 0.95) return 'strong'
  return value >= limit * 0.8 ? 'warning' : 'calm'
}
