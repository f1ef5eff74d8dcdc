import type { ClockView } from '../../contract/views.ts'
import type { ClientRecord, TokenRecord } from '../state/state.ts'
import type { ClockFacts } from './clock-facts.ts'
import { clockToleranceMs, testingLifeMs } from './durations.ts'
import { scopeTraits } from './scope-traits.ts'

/**
 * Seven days after the consent, for tokens of an External project in Testing (google-oauth.md 2.2 #9). Google tells
 * nobody the publishing status, so this rests on what the person said of the client, and is merely possible while
 * nothing was said. Null where it does not apply, and for a token that has outlived its seventh day.
 */
export function testingClock({ client, token, bornAt, bornBy, aliveAt }: ClockFacts): ClockView | null {
  const certainty = testingCertainty(client, token)
  if (certainty === null || aliveAt > bornBy + testingLifeMs + clockToleranceMs) return null
  return {
    kind: 'testing',
    at: bornAt + testingLifeMs,
    latest: null,
    certainty,
    source: '2.2 #9',
    signIns: null,
  }
}

/** How sure it is that a token lives under the seven days; null when it does not. */
export function testingCertainty(client: ClientRecord, token: TokenRecord): 'declared' | 'possible' | null {
  if (client.userType === 'internal' || client.publishing === 'internal') return null
  if (scopeTraits(token.granted).identityOnly) return null
  if (token.testing || client.publishing === 'testing') return 'declared'
  return client.publishing === 'unknown' ? 'possible' : null
}
