import type { Timers } from '../../electron/core/ports.ts'

export interface FakeTimers extends Timers {
  /** Lets `ms` pass: runs what falls due, in order, with what those start themselves. */
  pass(ms: number): void
  /** How many are waiting. */
  readonly waiting: number
}

interface Wait {
  readonly due: number
  readonly run: () => void
}

/** Timers that run only when a test lets time pass. */
export function fakeTimers(): FakeTimers {
  const waits = new Set<Wait>()
  let now = 0
  const nextDue = (until: number): Wait | undefined =>
    [...waits].filter((wait) => wait.due <= until).sort((a, b) => a.due - b.due)[0]
  return {
    after(ms, run) {
      const wait = { due: now + ms, run }
      waits.add(wait)
      return () => {
        waits.delete(wait)
      }
    },
    pass(ms) {
      const until = now + ms
      for (let wait = nextDue(until); wait; wait = nextDue(until)) {
        now = wait.due
        waits.delete(wait)
        wait.run()
      }
      now = until
    },
    get waiting() {
      return waits.size
    },
  }
}
