import { earliestBirth } from '../clocks/clock-facts.ts'
import { clockToleranceMs, sixMonthsMs, testingLifeMs } from '../clocks/durations.ts'
import { scopeTraits } from '../clocks/scope-traits.ts'
import { statedEnd } from '../clocks/stated-end.ts'
import { projectOf } from '../clients/client-view.ts'
import type { TokenRecord } from '../state/state.ts'
import { isDead } from '../state/state.ts'

/** Live refresh tokens per account and client; one more silently kills the oldest (google-oauth.md 2.2 #4). */
export const liveTokenLimit = 100
/** From here on a sign-in deserves a thought (a design choice, google-oauth.md 2.3). */
export const manyTokens = 80
/** From here on the next sign-ins will cost the oldest tokens. */
export const nearLimit = 95

/**
 * The tokens of one account and client that live at Google as far as can be known here: newest first, at most the
 * hundred that Google keeps. A lower bound: other machines are invisible, and in doubt a token counts no more.
 *
 * Takes the tokens of one account in the order of minting, and `now` in ms.
 */
export function liveTokens(
  tokens: readonly TokenRecord[],
  clientId: string,
  now: number,
): readonly TokenRecord[] {
  const counts = liveness(tokens, now)
  const live: TokenRecord[] = []
  for (let at = tokens.length - 1; at >= 0 && live.length < liveTokenLimit; at -= 1) {
    const token = tokens[at]
    if (token && token.clientId === clientId && counts(token)) live.push(token)
  }
  return live
}

/** Tells of each token of an account, given in the order of minting, whether it counts as live at `now` (ms). */
export function liveness(tokens: readonly TokenRecord[], now: number): (token: TokenRecord) => boolean {
  const dead = tokens.filter((token) => isDead(token) && !endedByRule(token, token.refusal?.at ?? now))
  if (dead.length === 0) return (token) => !isKnownDead(token, now)
  const order = new Map(tokens.map((token, index) => [token, index]))
  const sweeping = (token: TokenRecord): boolean =>
    dead.some((other) => mayHaveGoneWith(token, other, tokens, order))
  return (token) => !isKnownDead(token, now) && !(token.standing !== 'held' && sweeping(token))
}

/** Google refused it for good, another secret came in its place, or a documented rule has ended it unasked. */
function isKnownDead(token: TokenRecord, now: number): boolean {
  return isDead(token) || token.rotated || token.dismissed || endedByRule(token, now)
}

/** Of a token that was used in the future nobody can reckon what has ended it meanwhile: the clock is wrong now. */
function endedByRule(token: TokenRecord, now: number): boolean {
  const end = statedEnd(token, now)
  const usedInFuture = token.lastUsedAt > now + clockToleranceMs
  const ended = usedInFuture || (end !== null && end <= now)
  return ended || token.lastUsedAt + sixMonthsMs.shortest <= now || endedInTesting(token, now)
}

/** The seventh day of a token of a project in Testing has passed, and it was not seen alive after it. */
function endedInTesting(token: TokenRecord, now: number): boolean {
  if (!token.testing || scopeTraits(token.granted).identityOnly) return false
  const outlived = token.lastUsedAt > token.mintedAt + testingLifeMs + clockToleranceMs
  return earliestBirth(token, now) + testingLifeMs <= now && !outlived
}

/**
 * Whether a token that cannot be asked any more may have ended with one of its project that was found dead: by a
 * revocation, which takes all of a project, by the password, which takes all of Gmail, or before it as the older of
 * the same client. A witness that lived on rules out the first two.
 */
function mayHaveGoneWith(
  token: TokenRecord,
  dead: TokenRecord,
  tokens: readonly TokenRecord[],
  order: ReadonlyMap<TokenRecord, number>,
): boolean {
  const diedAt = dead.refusal?.at ?? 0
  if (token.mintedAt > diedAt || token.lastUsedAt > diedAt || !sameProject(token, dead)) return false
  if (token.clientId === dead.clientId && (order.get(token) ?? 0) < (order.get(dead) ?? 0)) return true
  const mustBeGmail = scopeTraits(dead.granted).gmail && scopeTraits(token.granted).gmail
  return !tokens.some(
    (witness) =>
      sameProject(witness, dead) &&
      witness.mintedAt <= dead.lastUsedAt &&
      witness.lastUsedAt > diedAt &&
      (!mustBeGmail || scopeTraits(witness.granted).gmail),
  )
}

function sameProject(one: TokenRecord, other: TokenRecord): boolean {
  return projectOf(one.clientId) === projectOf(other.clientId)
}
