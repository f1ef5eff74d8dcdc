import type { Life } from '../access/freshness.ts'
import { isFresh, remainingMs } from '../access/freshness.ts'
import type { ProfileContext } from '../profile-context.ts'

/** So often what has ended is swept out: once in so many that come in. */
const sweepEvery = 256

/** When something was given, and for how long. */
export type Given = Omit<Life, 'expiresAt'>

/** Tokens in memory, by any key, for as long as they are good. */
export class TokenMemory<T extends Given> {
  readonly #context: Pick<ProfileContext, 'now' | 'ports'>
  readonly #kept = new Map<string, T>()
  #sinceSweep = 0

  constructor(context: Pick<ProfileContext, 'now' | 'ports'>) {
    this.#context = context
  }

  /** What serves a caller who needs it for `minTtlMs`, or null. */
  fresh(key: string, minTtlMs: number): T | null {
    const kept = this.#kept.get(key)
    return kept && isFresh(this.#remainingMs(kept), kept.lifetimeMs, minTtlMs) ? kept : null
  }

  /** What lasts longer than `minTtlMs`, fresh or not; null for nothing. */
  lasting(key: string, minTtlMs: number): T | null {
    const kept = this.#kept.get(key)
    return kept && this.#remainingMs(kept) > minTtlMs ? kept : null
  }

  keep(key: string, given: T): void {
    this.#kept.set(key, given)
    this.#sinceSweep += 1
    if (this.#sinceSweep >= sweepEvery) this.#sweep()
  }

  /** Forgets what lies under keys that begin like this. */
  drop(start: string): void {
    for (const key of [...this.#kept.keys()]) if (key.startsWith(start)) this.#kept.delete(key)
  }

  clear(): void {
    this.#kept.clear()
  }

  #remainingMs({ obtainedAt, obtainedElapsed, lifetimeMs }: T): number {
    const life = { obtainedAt, obtainedElapsed, lifetimeMs, expiresAt: obtainedAt + lifetimeMs }
    return remainingMs(life, this.#context.now(), this.#context.ports.clock.elapsedMs())
  }

  #sweep(): void {
    this.#sinceSweep = 0
    for (const [key, kept] of [...this.#kept]) if (this.#remainingMs(kept) <= 0) this.#kept.delete(key)
  }
}
