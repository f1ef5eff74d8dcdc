import type { AppError } from '../../contract/outcome.ts'
import type { Clock, Random } from '../ports.ts'

const secondMs = 1000
const minuteMs = 60 * secondMs
/** The bound of the first wait; it doubles with every further failure, ms. */
const firstMs = 2 * secondMs
const longestMs = 15 * minuteMs
/** However the dice fall: nobody loops faster than this, ms. */
const shortestMs = secondMs

export interface Wait {
  readonly error: AppError
  /** How much longer, ms. */
  readonly remainingMs: number
}

export interface FailureOptions {
  /** Not before this long from now, ms: what the server asked for, or what decency asks for. */
  readonly floorMs?: number
  /** Forgotten when the network comes back. */
  readonly offline?: boolean
}

interface Failure {
  readonly count: number
  readonly error: AppError
  readonly offline: boolean
  /** By the clock that only goes forward: a jump of the other one neither ends nor stretches a wait. */
  readonly until: number
}

/**
 * When what failed may be tried again, by any key: full jitter between nothing and a bound that doubles up to 15
 * minutes, so that many who failed together do not come back together.
 */
export class Backoff {
  readonly #clock: Clock
  readonly #random: Random
  readonly #failures = new Map<string, Failure>()

  constructor(clock: Clock, random: Random) {
    this.#clock = clock
    this.#random = random
  }

  /** One more failure in a row. */
  fail(key: string, error: AppError, options: FailureOptions = {}): void {
    const { floorMs = 0, offline = false } = options
    const count = (this.#failures.get(key)?.count ?? 0) + 1
    const bound = Math.min(longestMs, firstMs * 2 ** Math.min(count - 1, 20))
    const wait = Math.max(shortestMs, floorMs, this.#random.fraction() * bound)
    this.#failures.set(key, { count, error, offline, until: this.#clock.elapsedMs() + wait })
  }

  /** What still keeps a key waiting; null when it may be tried. */
  waiting(key: string): Wait | null {
    const latest = this.latest(key)
    return latest && latest.remainingMs > 0 ? latest : null
  }

  /** The latest failure, whether its wait is over or not; then `remainingMs` is not positive. */
  latest(key: string): Wait | null {
    const failure = this.#failures.get(key)
    return failure ? { error: failure.error, remainingMs: failure.until - this.#clock.elapsedMs() } : null
  }

  succeed(key: string): void {
    this.#failures.delete(key)
  }

  /** Forgets a key, and those that begin with it and a space. */
  drop(start: string): void {
    for (const key of [...this.#failures.keys()])
      if (key === start || key.startsWith(`${start} `)) this.#failures.delete(key)
  }

  /** Lets everything be tried at once that failed because the network was not there. */
  networkReturned(): void {
    for (const [key, { offline }] of this.#failures) if (offline) this.#failures.delete(key)
  }
}

/** The error as it was, with the seconds until the next try for who wants to show them. */
export function inSeconds(error: AppError, remainingMs: number): AppError {
  return { ...error, details: { ...error.details, seconds: Math.ceil(remainingMs / 1000) } }
}
