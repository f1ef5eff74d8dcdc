import type { Clock } from '../../electron/core/ports.ts'

/** 2026-11-08T10:12:00Z, where tests start unless they say otherwise. */
export const testStart = Date.UTC(2026, 10, 8, 10, 12)

export interface FakeClock extends Clock {
  /** Time passes: the clock goes on, and so does the time since the start of the machine. */
  advance(ms: number): void
  /** Somebody sets the clock: only `now` moves, at once. */
  set(at: number): void
  /** Profile time minus machine time, as the practice profile has it; moves `now` with it. */
  setOffset(ms: number): void
}

/** A clock that stands still until it is moved. Libraries that read the machine's time get the difference. */
export function fakeClock(start: number = testStart): FakeClock {
  let at = start
  let elapsed = 0
  let offset: number | null = null
  return {
    now: () => at,
    offsetMs: () => offset ?? at - Date.now(),
    elapsedMs: () => elapsed,
    advance: (ms) => {
      at += ms
      elapsed += ms
    },
    set: (to) => {
      at = to
    },
    setOffset: (ms) => {
      at += ms - (offset ?? 0)
      offset = ms
    },
  }
}
