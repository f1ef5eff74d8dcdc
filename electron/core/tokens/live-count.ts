import type { TokenRecord } from '../state/state.ts'

/** Live refresh tokens per account and client; one more silently kills the oldest (google-oauth.md 2.2 #4). */
export const liveTokenLimit = 100
/** From here on a sign-in deserves a thought (a design choice, google-oauth.md 2.3). */
export const manyTokens = 80
/** From here on the next sign-ins will cost the oldest tokens. */
export const nearLimit = 95

/** Six months without use end a token (google-oauth.md 2.2 #2); counted short, so that the count stays a lower bound. */
const idleLifeMs = 181 * 24 * 3600 * 1000

/**
 * The tokens of one account and client that may be live at Google: minted here and not known dead, newest
 * first, at most the hundred that Google keeps. A lower bound of what is live: other machines are invisible.
 *
 * Takes the tokens of one account in the order of minting, and `now` in ms.
 */
export function liveTokens(
  tokens: readonly TokenRecord[],
  clientId: string,
  now: number,
): readonly TokenRecord[] {
  const live: TokenRecord[] = []
  for (let at = tokens.length - 1; at >= 0 && live.length < liveTokenLimit; at -= 1) {
    const token = tokens[at]
    if (token && token.clientId === clientId && !isKnownDead(token, now)) live.push(token)
  }
  return live
}

/** Dead by a documented rule that needs no answer from Google: its stated end has passed, or six idle months. */
function isKnownDead(token: TokenRecord, now: number): boolean {
  const ended = token.expiresAt !== null && token.expiresAt <= now
  return ended || token.lastUsedAt + idleLifeMs <= now
}
