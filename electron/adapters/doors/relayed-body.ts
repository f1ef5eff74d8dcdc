/** Bodies of answers on their way from the app through an agent: in parts, no faster than they are read. */
import { BrokenOff } from './owner-answers.ts'
import { mostUnread } from './owner-words.ts'

/** What the app has sent of one body and the agent has not passed on yet. */
export class Unread {
  #letters = 0
  #wake: (() => void) | null = null

  sent(letters: number): void {
    this.#letters += letters
  }

  read(letters: number): void {
    this.#letters -= letters
    this.#wake?.()
  }

  /** Resolves as soon as more may be sent, or with `signal`. */
  async room(signal: AbortSignal): Promise<void> {
    while (this.#letters >= mostUnread && !signal.aborted)
      await new Promise<void>((resolve) => {
        const go = (): void => {
          signal.removeEventListener('abort', go)
          this.#wake = null
          resolve()
        }
        this.#wake = go
        signal.addEventListener('abort', go)
      })
  }
}

export interface PartsOptions {
  /** So many letters went on to who asked. */
  readonly onRead: (letters: number) => void
  /** Nobody reads any more. */
  readonly onStopped: () => void
}

/** A body in parts, as they come. Whoever reads it meets `BrokenOff` where the rest does not come. */
export class Parts implements AsyncIterable<string> {
  readonly #options: PartsOptions
  readonly #texts: string[] = []
  #unread = 0
  #state: 'open' | 'ended' | 'broken' = 'open'
  #wake: (() => void) | null = null

  constructor(options: PartsOptions) {
    this.#options = options
  }

  add(text: string): void {
    if (this.#state !== 'open') return
    this.#unread += text.length
    // The other side waits before it comes to that.
    if (this.#unread > 2 * mostUnread) return this.breakOff()
    this.#texts.push(text)
    this.#wake?.()
  }

  end(): void {
    if (this.#state === 'open') this.#state = 'ended'
    this.#wake?.()
  }

  breakOff(): void {
    if (this.#state === 'open') this.#state = 'broken'
    this.#wake?.()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    try {
      for (;;) {
        const text = this.#texts.shift()
        if (text !== undefined) {
          this.#unread -= text.length
          this.#options.onRead(text.length)
          yield text
        } else if (this.#state === 'broken') throw new BrokenOff('the rest of the body does not come')
        else if (this.#state === 'ended') return
        else
          await new Promise<void>((resolve) => {
            this.#wake = resolve
          })
      }
    } finally {
      this.#options.onStopped()
    }
  }
}
