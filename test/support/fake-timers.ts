import type { Timers } from '../../electron/core/ports.ts'
import type { FakeClock } from './fake-clock.ts'

export interface FakeTimers extends Timers {
  /** Lets `ms` pass: runs what falls due, in order, with what those start themselves. */
  pass(ms: number): void
  /** The same, and after each of them everything that was promised meanwhile gets its turn. */
  live(ms: number): Promise<void>
  /** How many are waiting. */
  readonly waiting: number
}

interface Wait {
  readonly due: number
  readonly run: () => void
}

/** Timers that run only when a test lets time pass; a clock given to them goes on with it. */
export function fakeTimers(clock?: FakeClock): FakeTimers {
  const waits = new Set<Wait>()
  let now = 0
  const nextDue = (until: number): Wait | undefined => {
    let next: Wait | undefined
    for (const wait of waits) {
      if (wait.due <= until && (!next || wait.due < next.due)) next = wait
    }
    return next
  }
  const moveTo = (to: number): void => {
    clock?.advance(to - now)
    now = to
  }
  const runOne = (wait: Wait): void => {
    moveTo(wait.due)
    waits.delete(wait)
    wait.run()
  }
  return {
    after(ms, run) {
      const wait = { due: now + Math.max(0, ms), run }
      waits.add(wait)
      return () => {
        waits.delete(wait)
      }
    },
    pass(ms) {
      const until = now + ms
      for (let wait = nextDue(until); wait; wait = nextDue(until)) runOne(wait)
      moveTo(until)
    },
    async live(ms) {
      const until = now + ms
      await settled()
      for (let wait = nextDue(until); wait; wait = nextDue(until)) {
        runOne(wait)
        await settled()
      }
      moveTo(until)
    },
    get waiting() {
      return waits.size
    },
  }
}

/** One turn of the event loop, after which every promise that could settle has. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
