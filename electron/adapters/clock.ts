import type { Clock } from '../core/ports.ts'

/** The machine's own time: the clock of the real profile. */
export const systemClock: Clock = {
  now: () => Date.now(),
  offsetMs: () => 0,
  elapsedMs: () => performance.now(),
}

export interface ShiftedClock extends Clock {
  shiftTo(offsetMs: number): void
}

/** The machine's time plus an offset in ms that can be changed: the clock of the practice profile. */
export function createShiftedClock(offsetMs = 0): ShiftedClock {
  let offset = offsetMs
  return {
    now: () => Date.now() + offset,
    offsetMs: () => offset,
    elapsedMs: () => performance.now(),
    shiftTo: (to) => {
      offset = to
    },
  }
}
