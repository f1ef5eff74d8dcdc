import type { LifeView } from '../../../electron/contract/views.ts'

/** The lives of one account's tokens, asked for while its page is open and again when something changed. */
export class Lives {
  list = $state.raw<readonly LifeView[]>([])
  readonly #ask: (accountId: string) => Promise<readonly LifeView[] | null>
  #asking = false
  #askAgain = false

  constructor(ask: (accountId: string) => Promise<readonly LifeView[] | null>) {
    this.#ask = ask
  }

  /** Asks; a call while one is under way makes one more round afterwards, however many they are. */
  async refresh(accountId: string): Promise<void> {
    this.#askAgain = true
    if (this.#asking) return
    this.#asking = true
    while (this.#askAgain) {
      this.#askAgain = false
      const lives = await this.#ask(accountId)
      if (lives) this.list = lives
    }
    this.#asking = false
  }
}
