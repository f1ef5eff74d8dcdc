import type { Bridge } from '../../electron/contract/bridge.ts'
import type { AppError } from '../../electron/contract/outcome.ts'
import type { Snapshot, StateDelta } from '../../electron/contract/views.ts'
import { applyDelta } from './apply-delta.ts'

/**
 * The shortest time between two pictures of accounts. The first change after a pause shows at once; of a stream of
 * them, a round of checks for instance, each picture takes in all that came meanwhile.
 */
const pictureMs = 100

/** Nothing in it answers what the person just did, so it may wait for the next picture. */
function onlyAccounts(delta: StateDelta): boolean {
  return Object.keys(delta).every((part) => part === 'revision' || part === 'accounts')
}

/** Another account is the active one: the person has just switched, and looks for it. */
function switches(delta: StateDelta, shown: Snapshot): boolean {
  const before = shown.accounts.find((account) => account.active)?.accountId
  return delta.accounts?.upsert.some(({ active, accountId }) => active && accountId !== before) ?? false
}

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
  #waiting: StateDelta[] = []
  #timer: ReturnType<typeof setTimeout> | undefined
  #lastPictureAt = -Infinity

  constructor(bridge: Bridge) {
    this.#bridge = bridge
  }

  /** Starts listening and fetches. Safe to call once. */
  start(): void {
    this.#stop = [
      this.#bridge.on('state.changed', (delta) => this.#receive(delta)),
      this.#bridge.on('state.reset', () => {
        // They belong to the world that was left.
        this.#waiting = []
        void this.refetch()
      }),
    ]
    void this.refetch()
  }

  stop(): void {
    clearTimeout(this.#timer)
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
    const early = [...this.#waiting, ...this.#early]
    this.#waiting = []
    this.#early = []
    this.#show(outcome.value, early)
  }

  #receive(delta: StateDelta): void {
    if (this.#fetching || !this.snapshot) {
      this.#early.push(delta)
      return
    }
    this.#waiting.push(delta)
    if (onlyAccounts(delta) && !switches(delta, this.snapshot))
      this.#timer ??= setTimeout(() => this.#takeIn(), this.#lastPictureAt + pictureMs - performance.now())
    else this.#takeIn()
  }

  #takeIn(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const deltas = this.#waiting
    this.#waiting = []
    if (this.snapshot) this.#show(this.snapshot, deltas)
  }

  /** One picture of a snapshot with the deltas that follow it. */
  #show(from: Snapshot, deltas: readonly StateDelta[]): void {
    let shown = from
    let gap = false
    for (const delta of deltas) {
      const next = applyDelta(shown, delta)
      if (next === 'gap') gap = true
      else if (next !== 'stale') shown = next
    }
    this.#lastPictureAt = performance.now()
    this.snapshot = shown
    if (gap) void this.refetch()
  }
}
