import type { ClockView } from '../../contract/views.ts'
import type { TokenRecord } from '../state/state.ts'
import type { ClockFacts } from './clock-facts.ts'
import { earliestBirth } from './clock-facts.ts'
import { clockToleranceMs } from './durations.ts'

/**
 * When time-based access ends, as Google stated it (google-oauth.md 1.8, 2.2 #6), or null. A statement that was
 * taken down under a clock ahead of `now` (ms), or of a later use, is moved back by as much.
 */
export function statedEnd(token: TokenRecord, now: number): number | null {
  if (token.expiresAt === null) return null
  return token.expiresAt - Math.max(token.mintedAt - earliestBirth(token, now), token.lastUsedAt - now, 0)
}

/** Null without a statement, and for a token that was seen alive after its end. */
export function timeBasedClock({ token, aliveAt, now }: ClockFacts): ClockView | null {
  const at = statedEnd(token, now)
  if (at === null || aliveAt > at + clockToleranceMs) return null
  return { kind: 'time-based', at, latest: null, certainty: 'stated', source: '2.2 #6', signIns: null }
}
