import type { PracticeState } from './state.ts'
import { readState } from './state.ts'

/** Keeps the state in memory and on disk. A change counts once it is saved. */
export interface Store {
  readonly state: PracticeState
  /** Applies a rule at once and answers when a state that contains it has been saved. */
  change(rule: (state: PracticeState) => PracticeState): Promise<void>
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

  /** Changes that arrive while a save is running share the following one. */
  const saved = (): Promise<void> => {
    next ??= running
      .catch(() => undefined)
      .then(async () => {
        next = null
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
    settle: async () => {
      await (next ?? running).catch(() => undefined)
    },
  }
}
