/** The clocks without an instant: they strike when somebody does something. */
import type { ClockView } from '../../contract/views.ts'
import { liveTokenLimit } from '../tokens/live-count.ts'
import type { ClockFacts } from './clock-facts.ts'
import { clockToleranceMs, sessionLengthMs } from './durations.ts'

/** From so many authorised programs on, Google advises against more (google-oauth.md 2.3). */
export const manyProgramsFrom = 15

const condition = (
  kind: ClockView['kind'],
  certainty: ClockView['certainty'],
  source: string,
): ClockView => ({
  kind,
  at: null,
  latest: null,
  certainty,
  source,
  signIns: null,
})

/**
 * Falls off after so many more sign-ins under its client: the oldest of a hundred goes when the next one comes
 * (google-oauth.md 2.2 #4). `newerLive` are the live ones minted here after it. Sign-ins on other machines count
 * too and are invisible here, so it may be sooner; 0 means that a hundred newer ones are known already.
 */
export function evictionClock(newerLive: number): ClockView {
  const eviction = condition('eviction', 'documented', '2.2 #4')
  eviction.signIns = Math.max(0, liveTokenLimit - newerLive)
  return eviction
}

/** The larger, unpublished cap of an account across all clients (google-oauth.md 2.2 #5). `programs` have live tokens. */
export function accountCapClock(programs: number): ClockView | null {
  return programs >= manyProgramsFrom ? condition('account-cap', 'possible', '2.2 #5') : null
}

/** A change of the password ends tokens with Gmail scopes (google-oauth.md 2.2 #3). */
export function passwordClock({ scopes }: ClockFacts): ClockView | null {
  return scopes.gmail ? condition('password', 'documented', '2.2 #3') : null
}

/**
 * For a token with Google Cloud scopes of a Workspace account where no session ever ended: its administrator may
 * have set a length (google-oauth.md 2.2 #8). Null once it has lived for longer than any session.
 */
export function possibleSessionClock({ account, scopes, bornBy, aliveAt }: ClockFacts): ClockView | null {
  if (!scopes.cloud || account.hostedDomain === null || account.sessionEnds.length > 0) return null
  if (aliveAt > bornBy + sessionLengthMs.longest + clockToleranceMs) return null
  return condition('session', 'possible', '2.2 #8')
}

/** The person, a program of the same project, or an administrator can end any token (google-oauth.md 2.2 #1, #7). */
export function revocationClock(): ClockView {
  return condition('revocation', 'documented', '2.2 #1')
}
