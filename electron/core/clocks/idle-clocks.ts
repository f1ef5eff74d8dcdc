/** Six months without use: of the token (google-oauth.md 2.2 #2), and of its client (#10). */
import type { ClockView } from '../../contract/views.ts'
import type { ClientRecord } from '../state/state.ts'
import type { ClockFacts } from './clock-facts.ts'
import { sixMonthsMs } from './durations.ts'

/** Ends six calendar months after the last use, wherever in the year that lies. */
export function idleClock({ aliveAt }: ClockFacts): ClockView {
  return sixMonthsAfter('idle', aliveAt, '2.2 #2')
}

/** The clock of the client, as each of its tokens lives under it. */
export function tokenClientIdleClock({ client, now }: ClockFacts): ClockView | null {
  return clientIdleClock(client, now)
}

/**
 * When Google may delete the client, at `now` (ms): six months after its latest token request. Null for a client
 * that was never used from here, of which nothing is known. `at` and `latest` are the deletion; that it can be
 * restored for 30 days afterwards brings the client back, but is no later deadline.
 */
export function clientIdleClock(client: ClientRecord, now: number): ClockView | null {
  if (client.lastUsedAt === null) return null
  return sixMonthsAfter('client-idle', Math.min(client.lastUsedAt, now), '2.2 #10')
}

function sixMonthsAfter(kind: 'idle' | 'client-idle', usedAt: number, source: string): ClockView {
  return {
    kind,
    at: usedAt + sixMonthsMs.shortest,
    latest: usedAt + sixMonthsMs.longest,
    certainty: 'documented',
    source,
    signIns: null,
  }
}
