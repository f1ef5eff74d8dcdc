/** Those who watch a profile from outside its window: each gets every change, in order, for as long as it keeps up. */
import type { StateDelta } from '../../contract/views.ts'

/** So many changes wait for a watcher that does not read; then it is left behind. */
const mostWaiting = 1000

export type Told = { readonly delta: StateDelta } | { readonly reset: Record<string, never> }

export class Watchers {
  readonly #queues = new Set<WatchQueue>()
  readonly #onGrowth = new Set<() => void>()
  #closed = false

  /** How many watch. */
  get count(): number {
    return this.#queues.size
  }

  tell(told: Told): void {
    for (const queue of this.#queues) queue.add(told)
  }

  /** The ledger has further lines. */
  ledgerGrew(): void {
    for (const run of [...this.#onGrowth]) run()
  }

  /** Everything told from now on, until `signal` or the end; a watcher that falls behind by a thousand is ended. */
  watch(signal: AbortSignal): AsyncIterable<Told> {
    const queue = new WatchQueue(() => this.#queues.delete(queue))
    this.#queues.add(queue)
    if (signal.aborted || this.#closed) queue.end()
    else signal.addEventListener('abort', () => queue.end(), { once: true })
    return queue
  }

  /**
   * Resolves when the ledger goes beyond an offset (bytes): true; false when `signal` or the end of all watching comes
   * first.
   */
  async ledgerBeyond(offset: number, end: () => number, signal: AbortSignal): Promise<boolean> {
    while (!this.#closed && !signal.aborted && end() <= offset)
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#onGrowth.delete(wake)
          signal.removeEventListener('abort', wake)
          resolve()
        }
        this.#onGrowth.add(wake)
        signal.addEventListener('abort', wake)
      })
    return !this.#closed && !signal.aborted
  }

  /** Nobody is told anything any more. */
  close(): void {
    this.#closed = true
    for (const queue of [...this.#queues]) queue.end()
    this.ledgerGrew()
  }
}

class WatchQueue implements AsyncIterable<Told> {
  readonly #waiting: Told[] = []
  readonly #onEnd: () => void
  #wake: () => void = () => undefined
  #ended = false

  constructor(onEnd: () => void) {
    this.#onEnd = onEnd
  }

  add(told: Told): void {
    if (this.#waiting.length >= mostWaiting) {
      this.#waiting.length = 0
      this.end()
      return
    }
    this.#waiting.push(told)
    this.#wake()
  }

  end(): void {
    this.#ended = true
    this.#onEnd()
    this.#wake()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Told> {
    try {
      for (;;) {
        const next = this.#waiting.shift()
        if (next) yield next
        else if (this.#ended) return
        else
          await new Promise<void>((resolve) => {
            this.#wake = resolve
          })
      }
    } finally {
      this.end()
    }
  }
}
