import type { Bridge } from '../../electron/contract/bridge.ts'
import type { AppError } from '../../electron/contract/outcome.ts'
import type { Snapshot, StateDelta } from '../../electron/contract/views.ts'
import { applyDelta } from './apply-delta.ts'

/**
 * What main last said. Subscribes first and asks for the snapshot afterwards, so that nothing falls between;
 * a missed revision or a reset asks again.
 */
export class AppState {
  snapshot = $state.raw<Snapshot | null>(null)
  failure = $state.raw<AppError | null>(null)

  readonly #bridge: Bridge
  #early: StateDelta[] = []
  #fetching = false
  #fetchAgain = false
  #stop: (() => void)[] = []

  constructor(bridge: Bridge) {
    this.#bridge = bridge
  }

  /** Starts listening and fetches. Safe to call once. */
  start(): void {
    this.#stop = [
      this.#bridge.on('state.changed', (delta) => this.#receive(delta)),
      this.#bridge.on('state.reset', () => void this.refetch()),
    ]
    void this.refetch()
  }

  stop(): void {
    for (const stop of this.#stop) stop()
  }

  /** Asks for the whole state; a call while one is under way makes one more round afterwards. */
  async refetch(): Promise<void> {
    if (this.#fetching) {
      this.#fetchAgain = true
      return
    }
    this.#fetching = true
    do {
      this.#fetchAgain = false
      await this.#fetchOnce()
    } while (this.#fetchAgain)
    this.#fetching = false
  }

  async #fetchOnce(): Promise<void> {
    const outcome = await this.#bridge.app.snapshot({})
    if (!outcome.ok) {
      this.failure = outcome.error
      return
    }
    this.failure = null
    this.snapshot = outcome.value
    const early = this.#early
    this.#early = []
    for (const delta of early) this.#apply(delta)
  }

  #receive(delta: StateDelta): void {
    if (this.#fetching || !this.snapshot) this.#early.push(delta)
    else this.#apply(delta)
  }

  #apply(delta: StateDelta): void {
    if (!this.snapshot) return
    const next = applyDelta(this.snapshot, delta)
    if (next === 'stale') return
    if (next === 'gap') void this.refetch()
    else this.snapshot = next
  }
}
