import type { Wakes } from '../../electron/core/ports.ts'

export interface FakeWakes extends Wakes {
  /** The machine comes back from sleep. */
  resume(): void
  lockScreen(): void
  /** How many want to be told. */
  readonly listening: number
}

/** A machine that wakes when a test says so. */
export function fakeWakes(): FakeWakes {
  const listeners = new Set<() => void>()
  const locks = new Set<() => void>()
  return {
    onResume(run) {
      const listener = (): void => run()
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
    onScreenLock(run) {
      const listener = (): void => run()
      locks.add(listener)
      return () => {
        locks.delete(listener)
      }
    },
    lockScreen() {
      for (const listener of [...locks]) listener()
    },
    resume() {
      for (const listener of [...listeners]) listener()
    },
    get listening() {
      return listeners.size
    },
  }
}
