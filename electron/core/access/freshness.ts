/** How long an access token is as good as new. All durations in ms. */

/** However short its life, a token is renewed at most this share of it early. */
const shareOfLife = 0.1
/** And at least this long before its end, where that share allows it. */
const marginMs = 5 * 60 * 1000

/**
 * Whether a token with `remainingMs` of its `lifetimeMs` left serves a caller who needs `minTtlMs`. Nobody gets a
 * newer one for asking more than nine tenths of a life: however much is asked, each need costs one refresh.
 */
export function isFresh(remainingMs: number, lifetimeMs: number, minTtlMs: number): boolean {
  const share = lifetimeMs * shareOfLife
  return remainingMs >= Math.max(Math.min(minTtlMs, lifetimeMs - share), Math.min(marginMs, share))
}
