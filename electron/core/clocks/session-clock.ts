/** The session length that an administrator sets for Google Cloud, learned from when it struck (google-oauth.md 2.2 #8). */
import type { ClockView } from '../../contract/views.ts'
import type { SessionEnd } from '../state/state.ts'
import type { ClockFacts } from './clock-facts.ts'
import { clockToleranceMs, sessionLengthMs } from './durations.ts'

/** A session's length lies above `lowerMs` and at most at `upperMs`. */
export interface SessionLength {
  readonly lowerMs: number
  readonly upperMs: number
}

/**
 * What the observed ends of sessions, oldest first, say together about the length; null without any. An end that
 * contradicts later ones was under an older setting, and so was everything before it.
 */
export function learnedSessionLength(ends: readonly SessionEnd[]): SessionLength | null {
  let learned: SessionLength | null = null
  for (const end of [...ends].reverse()) {
    const seen = withinGooglesBounds(end)
    const both: SessionLength = learned
      ? {
          lowerMs: Math.max(learned.lowerMs, seen.lowerMs),
          upperMs: Math.min(learned.upperMs, seen.upperMs),
        }
      : seen
    if (both.lowerMs >= both.upperMs) break
    learned = both
  }
  return learned
}

/**
 * No session is longer than a day. A token that lived for longer was minted before the rule was set and says
 * nothing more; neither does the upper end of a span that a wrong clock turned around.
 */
function withinGooglesBounds({ lowerMs, upperMs }: SessionEnd): SessionLength {
  const { longest } = sessionLengthMs
  if (lowerMs >= longest) return { lowerMs: 0, upperMs: longest }
  return { lowerMs, upperMs: upperMs > lowerMs ? Math.min(longest, upperMs) : longest }
}

/**
 * When the session of a token ends: never before the longest life that a session was seen to allow. Applies where a
 * session end was met under the same client, and to tokens with Google Cloud scopes once the account met one
 * anywhere. Null otherwise, and for a token that outlived the learned length: then the rule was changed.
 */
export function sessionClock({
  account,
  token,
  scopes,
  bornAt,
  bornBy,
  aliveAt,
}: ClockFacts): ClockView | null {
  if (account.sessionEnds.length === 0) return null
  const ownEnds = account.sessionEnds.filter((end) => end.clientId === token.clientId)
  if (ownEnds.length === 0 && !scopes.cloud) return null
  const length = learnedSessionLength(ownEnds.length > 0 ? ownEnds : account.sessionEnds)
  if (!length || aliveAt > bornBy + length.upperMs + clockToleranceMs) return null
  const latest = bornAt + length.upperMs
  const at = Math.min(latest, Math.max(bornAt + shortestPossible(length), aliveAt))
  return { kind: 'session', at, latest, certainty: 'learned', source: '2.2 #8', signIns: null }
}

/** An administrator cannot choose less than an hour; where less was seen, what was seen counts. */
function shortestPossible({ lowerMs, upperMs }: SessionLength): number {
  return upperMs < sessionLengthMs.shortest ? lowerMs : Math.max(sessionLengthMs.shortest, lowerMs)
}
