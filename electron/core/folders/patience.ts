/** Bounds on looking at the disk: a folder on a server that is gone may never answer. */
import type { Timers } from '../ports.ts'

/** How long one question about a folder may take, ms. */
export const folderPatienceMs = 3000

/** What `work` answers, or `late` when that takes longer than `ms`. */
export function within<T>(timers: Timers, ms: number, work: Promise<T>, late: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = timers.after(ms, () => resolve(late()))
    work.then(
      (value) => {
        stop()
        resolve(value)
      },
      (cause: unknown) => {
        stop()
        reject(cause instanceof Error ? cause : new Error('a look at a folder failed'))
      },
    )
  })
}
