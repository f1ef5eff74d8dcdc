/** How often the window looks at the clock: ages change slowly, a countdown runs by the second. */
const slowMs = 30_000
const fastMs = 1_000

/**
 * The profile's time as the window shows it. One timer for the whole window; it runs by the second only while
 * something on screen counts down, and not at all while the window is hidden.
 */
export class ProfileClock {
  now = $state(Date.now())
  #offsetMs = 0
  #fastUsers = 0
  #timer: ReturnType<typeof setInterval> | undefined

  start(): void {
    document.addEventListener('visibilitychange', () => this.#restart())
    this.#restart()
  }

  /** Practice time is the machine's time plus an offset, ms. */
  setOffset(offsetMs: number): void {
    this.#offsetMs = offsetMs
    this.now = Date.now() + offsetMs
  }

  /** Asks for a look every second; returns what ends that. */
  countSeconds(): () => void {
    this.#fastUsers += 1
    this.#restart()
    return () => {
      this.#fastUsers -= 1
      this.#restart()
    }
  }

  #restart(): void {
    clearInterval(this.#timer)
    if (document.hidden) return
    this.now = Date.now() + this.#offsetMs
    this.#timer = setInterval(
      () => {
        this.now = Date.now() + this.#offsetMs
      },
      this.#fastUsers > 0 ? fastMs : slowMs,
    )
  }
}

export const clock = new ProfileClock()
