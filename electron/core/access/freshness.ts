/** How long an access token is as good as new. All durations in ms. */

/** However short its life, a token is renewed at most this share of it early. */
const shareOfLife = 0.1
/** And at least this long before its end, where that share allows it. */
const marginMs = 5 * 60 * 1000
/** A clock that goes back by less than this was adjusted and not set. */
const adjustmentMs = 5000

/** When a token came, by both clocks, and how long it lasts. */
export interface Life {
  /** By Google's time, epoch ms. */
  readonly obtainedAt: number
  readonly expiresAt: number
  /** By the machine's counter. */
  readonly obtainedElapsed: number
  readonly lifetimeMs: number
}

/** How long a token has left, by the worse of the two clocks: one may have been set, the other may have slept. */
export function remainingMs(life: Life, now: number, elapsedMs: number): number {
  return now < life.obtainedAt - adjustmentMs ? 0 : leftByClocks(life, now, elapsedMs)
}

/** Whether its time has passed for good. A clock that was set to before it came can be put right again. */
export function hasRunOut(life: Life, now: number, elapsedMs: number): boolean {
  return leftByClocks(life, now, elapsedMs) <= 0
}

function leftByClocks(life: Life, now: number, elapsedMs: number): number {
  return Math.min(life.expiresAt - now, life.lifetimeMs - (elapsedMs - life.obtainedElapsed))
}

/**
 * Whether a token with `remainingMs` of its `lifetimeMs` left serves a caller who needs `minTtlMs`. Nobody gets a
 * newer one for asking more than nine tenths of a life: however much is asked, each need costs one refresh.
 */
export function isFresh(remainingMs: number, lifetimeMs: number, minTtlMs: number): boolean {
  const share = lifetimeMs * shareOfLife
  return remainingMs >= Math.max(Math.min(minTtlMs, lifetimeMs - share), Math.min(marginMs, share))
}
