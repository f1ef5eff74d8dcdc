import type { Timers } from '../core/ports.ts'

/** What `setTimeout` can count: about 24.8 days, ms. Anything longer would fire at once. */
const longestWait = 2 ** 31 - 1

export const systemTimers: Timers = {
  after(ms, run) {
    let handle: NodeJS.Timeout
    const wait = (left: number): void => {
      const step = Math.min(Math.max(left, 0), longestWait)
      handle = setTimeout(() => {
        if (left > step) wait(left - step)
        else run()
      }, step)
    }
    wait(ms)
    return () => {
      clearTimeout(handle)
    }
  },
}
