import type { PracticeState } from './state.ts'
import { readState } from './state.ts'

/** A big state takes megabytes to save: what may wait is saved at most this often, ms. */
const laterMs = 1000

/** Keeps the state in memory and on disk. */
export interface Store {
  readonly state: PracticeState
  /** Applies a rule at once and answers when a state that contains it has been saved. */
  change(rule: (state: PracticeState) => PracticeState): Promise<void>
  /**
   * Applies a rule at once and saves it within a second, or with the next `change`: for uses, of which a crash may
   * lose the last ones without anyone being worse off than before them.
   */
  note(rule: (state: PracticeState) => PracticeState): void
  /** Answers when nothing is left to save. */
  settle(): Promise<void>
}

export async function openStore(
  load: () => Promise<unknown>,
  save: (state: unknown) => Promise<void>,
): Promise<Store> {
  let state = readState(await load())
  let running: Promise<void> = Promise.resolve()
  let next: Promise<void> | null = null
  let later: NodeJS.Timeout | null = null

  /** Changes that arrive while a save is running share the following one. */
  const saved = (): Promise<void> => {
    next ??= running
      .catch(() => undefined)
      .then(async () => {
        next = null
        if (later !== null) clearTimeout(later)
        later = null
        running = save(state)
        await running
      })
    return next
  }
  return {
    get state() {
      return state
    },
    change: (rule) => {
      state = rule(state)
      return saved()
    },
    note: (rule) => {
      state = rule(state)
      // A save that fails here is made up for by the next one.
      later ??= setTimeout(() => void saved().catch(() => undefined), laterMs).unref()
    },
    settle: async () => {
      await (later === null ? (next ?? running) : saved()).catch(() => undefined)
    },
  }
}
