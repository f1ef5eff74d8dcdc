/** When the token endpoint may be asked next, and how long a device code lives: RFC 8628 section 3.5. */
import type { ProfilePorts } from '../../../profile-context.ts'

/** RFC 8628 section 3.5: each `slow_down` lengthens the interval for good, ms. */
const slowDownMs = 5000
/** Failures double the wait up to here, ms. */
const longestBackoffMs = 60 * 1000
/** Less than this is the two clocks of a machine drifting apart, ms. */
const noticedJumpMs = 2000

export type PaceTurn = 'poll' | 'expired' | 'aborted'

type Reason = 'elapsed' | 'woken' | 'over'

/**
 * The waits of one device code. It ends by whichever clock says so first: in a sleep one of them may stand still.
 * Where it is the clock on the wall alone, somebody may have set it: then Google is asked once more, and knows. Whoever makes one closes it.
 */
export class DevicePace {
  readonly #ports: Pick<ProfilePorts, 'clock' | 'timers' | 'wakes'>
  readonly #signal: AbortSignal
  readonly #lifeMs: number
  #begun: Instant
  readonly #stopLife: () => void
  #intervalMs: number
  #failures = 0
  #answered: Instant
  #over = false
  /** Google was asked after the clock on the wall alone had said that it is over. */
  #askedOnce = false
  #endPause: (reason: Reason) => void = () => undefined
  #clocksApart: number

  /** `begun` is when the code was asked for; `signal` ends every wait. */
  constructor(
    ports: Pick<ProfilePorts, 'clock' | 'timers' | 'wakes'>,
    code: { readonly lifeMs: number; readonly intervalMs: number; readonly begun: Instant },
    signal: AbortSignal,
  ) {
    this.#ports = ports
    this.#signal = signal
    this.#lifeMs = code.lifeMs
    this.#intervalMs = code.intervalMs
    this.#begun = code.begun
    this.#answered = instantOf(ports.clock)
    this.#clocksApart = apart(this.#answered)
    this.#stopLife = ports.timers.after(this.leftMs(), () => {
      this.#over = true
      this.#endPause('over')
    })
  }

  get intervalMs(): number {
    return this.#intervalMs
  }

  /** How long the code still lives, ms. */
  leftMs(): number {
    return this.#over ? 0 : Math.max(0, this.#lifeMs - this.#since(this.#begun))
  }

  /** When it ends, epoch ms by the profile's clock. */
  endsAt(): number {
    // The clock that only goes forward counts in fractions.
    return Math.round(this.#ports.clock.now() + this.leftMs())
  }

  /** Whether the clock was set or stood still since this was asked last, so that `endsAt` is another one. */
  clockJumped(): boolean {
    const before = this.#clocksApart
    const now = apart(instantOf(this.#ports.clock))
    if (Math.abs(now - before) < noticedJumpMs) return false
    this.#clocksApart = now
    return true
  }

  /** An answer came: the next wait counts from it. */
  answered(meaning: 'pending' | 'slow-down' | 'failure'): void {
    this.#answered = instantOf(this.#ports.clock)
    this.#failures = meaning === 'failure' ? this.#failures + 1 : 0
    if (this.#askedOnce && meaning !== 'failure') this.#livesOn()
    if (meaning === 'slow-down') this.#intervalMs += slowDownMs
  }

  /** Waits until the next poll may go out. After a sleep that is at once, if the interval has passed meanwhile. */
  async nextTurn(): Promise<PaceTurn> {
    let reason = await this.#pause(this.#waitMs())
    while (reason === 'woken') {
      const restMs = this.#intervalMs - this.#since(this.#answered)
      reason = restMs <= 0 ? 'elapsed' : await this.#pause(restMs)
    }
    if (this.#signal.aborted) return 'aborted'
    if (this.leftMs() > 0) return 'poll'
    if (this.#over || this.#askedOnce || this.#elapsedMs() >= this.#lifeMs) return 'expired'
    this.#askedOnce = true
    return 'poll'
  }

  /** A wait of its own, for what is asked after the code was answered. False where it was given up. */
  async pause(ms: number): Promise<boolean> {
    await this.#pause(ms)
    return !this.#signal.aborted
  }

  close(): void {
    this.#stopLife()
    this.#endPause('over')
  }

  /** Google still knows it: the clock on the wall was set, and is reckoned with from here on. */
  #livesOn(): void {
    this.#askedOnce = false
    const elapsedMs = this.#elapsedMs()
    this.#begun = { ...this.#begun, at: this.#ports.clock.now() - elapsedMs }
  }

  #elapsedMs(): number {
    return this.#ports.clock.elapsedMs() - this.#begun.elapsed
  }

  #waitMs(): number {
    const backoff = Math.min(longestBackoffMs, this.#intervalMs * 2 ** this.#failures)
    return Math.max(this.#intervalMs, backoff)
  }

  #pause(ms: number): Promise<Reason> {
    if (this.#signal.aborted) return Promise.resolve('over')
    return new Promise((resolve) => {
      const end = (reason: Reason): void => {
        stopTimer()
        stopWakes()
        this.#signal.removeEventListener('abort', abort)
        this.#endPause = () => undefined
        resolve(reason)
      }
      const abort = (): void => end('over')
      const stopTimer = this.#ports.timers.after(ms, () => end('elapsed'))
      const stopWakes = this.#ports.wakes.onResume(() => end('woken'))
      this.#signal.addEventListener('abort', abort, { once: true })
      this.#endPause = end
    })
  }

  /** By the clock that went further, ms. */
  #since(earlier: Instant): number {
    const now = instantOf(this.#ports.clock)
    return Math.max(now.at - earlier.at, now.elapsed - earlier.elapsed)
  }
}

/** A moment by both clocks of the machine, ms. */
export interface Instant {
  readonly at: number
  readonly elapsed: number
}

export function instantOf(clock: ProfilePorts['clock']): Instant {
  return { at: clock.now(), elapsed: clock.elapsedMs() }
}

const apart = ({ at, elapsed }: Instant): number => at - elapsed
