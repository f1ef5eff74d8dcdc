/**
 * The one timer of a profile. Whatever waits for an instant of profile time waits here, under a name, and only
 * the earliest of them is waited for in earnest. Because each wait runs in real time while its end is an instant
 * of a clock that can be set, practice can move and a sleep can outrun, the wait is reckoned anew whenever the
 * clock turns out to have jumped.
 */
import type { Clock, Log, Timers } from '../ports.ts'

/** From here on a difference between the clock and the time that really passed is a jump, ms. */
const jumpMs = 60 * 1000
/**
 * The longest single wait, ms. Nothing tells a program that somebody set the clock, so a long wait looks up four
 * times an hour: that costs nothing that could be measured, and a jump is noticed at most this much later.
 */
const longestWaitMs = 15 * 60 * 1000

export interface SchedulerOptions {
  /** Only for noticing jumps: its `now` against its `elapsedMs`. */
  readonly clock: Clock
  /** The time in which instants are given, epoch ms: that of the profile, corrected to Google's. */
  readonly now: () => number
  readonly timers: Timers
  readonly log: Log
  /**
   * The clock went this much further than time did, ms; negative when it was set back. A sleep looks the same
   * where the machine's counter stands still meanwhile. Waits are reckoned anew after it, so it need not ask.
   */
  readonly onJump: (byMs: number) => void
}

interface Entry {
  readonly name: string
  readonly at: number
  readonly run: () => void
}

export class Scheduler {
  readonly #options: SchedulerOptions
  readonly #entries = new Map<string, Entry>()
  #stopTimer: (() => void) | null = null
  #seen: { readonly now: number; readonly elapsed: number }
  #closed = false

  constructor(options: SchedulerOptions) {
    this.#options = options
    this.#seen = this.#readClock()
  }

  /**
   * Runs `run` once at the instant `at`, epoch ms; in the next turn when that has passed. Replaces what stood
   * under `name`; null, or an instant that is none, only takes that away.
   */
  set(name: string, at: number | null, run: () => void): void {
    if (this.#closed) return
    this.#lookForJump()
    if (at !== null && Number.isFinite(at)) this.#entries.set(name, { name, at, run })
    else this.#entries.delete(name)
    this.#arm()
  }

  /** To be called when time may have moved: after a sleep, a move of practice time, a correction of the clock. */
  recompute(): void {
    if (this.#closed) return
    this.#lookForJump()
    this.#arm()
  }

  close(): void {
    this.#closed = true
    this.#entries.clear()
    this.#disarm()
  }

  #arm(): void {
    this.#disarm()
    const earliest = this.#earliest()
    if (earliest === null) return
    const left = Math.ceil(earliest - this.#options.now())
    this.#stopTimer = this.#options.timers.after(Math.min(Math.max(left, 0), longestWaitMs), () => {
      this.#wake()
    })
  }

  #disarm(): void {
    this.#stopTimer?.()
    this.#stopTimer = null
  }

  #wake(): void {
    this.#stopTimer = null
    this.#lookForJump()
    for (const entry of this.#due()) this.#run(entry)
    this.#arm()
  }

  /** What an earlier one of the same turn has replaced or taken away does not run. */
  #run(entry: Entry): void {
    if (this.#entries.get(entry.name) !== entry) return
    this.#entries.delete(entry.name)
    this.#guarded(entry.name, entry.run)
  }

  #guarded(name: string, run: () => void): void {
    try {
      run()
    } catch (cause) {
      this.#options.log.error('scheduled-failed', cause, { name })
    }
  }

  #due(): readonly Entry[] {
    const now = this.#options.now()
    return [...this.#entries.values()].filter(({ at }) => at <= now).sort((one, other) => one.at - other.at)
  }

  #earliest(): number | null {
    let earliest: number | null = null
    for (const { at } of this.#entries.values()) {
      if (earliest === null || at < earliest) earliest = at
    }
    return earliest
  }

  #lookForJump(): void {
    const before = this.#seen
    this.#seen = this.#readClock()
    const byMs = this.#seen.now - before.now - (this.#seen.elapsed - before.elapsed)
    if (Math.abs(byMs) <= jumpMs) return
    this.#options.log.info('clock-jumped', { byMs: Math.round(byMs) })
    this.#guarded('jump', () => this.#options.onJump(byMs))
    this.#arm()
  }

  #readClock(): { now: number; elapsed: number } {
    const { clock } = this.#options
    return { now: clock.now(), elapsed: clock.elapsedMs() }
  }
}
