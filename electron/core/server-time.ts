/**
 * Google's time, as its answers tell it in their `Date` header. A computer whose clock is wrong would reckon every
 * deadline wrong; from the first answer on, Latchkey reckons with Google's.
 */
import type { Clock, Http } from './ports.ts'

/** From here on a clock is wrong: answers take their time, and `Date` counts whole seconds. ms */
const wrongMs = 5 * 60 * 1000
/** Up to here one that was wrong is right again; the gap keeps a clock on the border from being told by turns. ms */
const rightMs = 4 * 60 * 1000
/** RFC 9110 section 5.6.7; the other two old forms are not sent by anybody. */
const httpDate = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/

/** Less than this is no jump but the two clocks of a machine drifting apart, ms. */
const noticedJumpMs = 30 * 1000

export class ServerTime {
  readonly #clock: Clock
  readonly #onSkew: (skewMs: number | null) => void
  #skewMs = 0
  /** Where the clock stood against the time since the machine's start when that was learned, ms. */
  #learnedOver = 0

  /** `onSkew` is told how far the clock is behind the servers' (ms, negative when ahead), and null once it is right. */
  constructor(clock: Clock, onSkew: (skewMs: number | null) => void) {
    this.#clock = clock
    this.#onSkew = onSkew
  }

  /** Epoch ms: the profile's clock, corrected where it is known to be wrong by more than five minutes. */
  now(): number {
    return this.#clock.now() + this.#skewMs
  }

  /**
   * Takes the `Date` header of an answer to a request that went out at `sentAt` by the profile's clock (ms). Anything
   * that is not a date is passed over. The answer was made at some time between the two; it can be long before now,
   * when the machine slept over it.
   */
  note(date: string | undefined, sentAt = this.#clock.now()): void {
    const at = httpDate.test(date ?? '') ? Date.parse(date ?? '') : NaN
    if (Number.isNaN(at)) return
    const difference = beyond(at, sentAt, this.#clock.now())
    this.#learnedOver = this.#clockOverElapsed()
    const bound = this.#skewMs === 0 ? wrongMs : rightMs
    const skewMs = Math.abs(difference) > bound ? difference : 0
    const changed = Math.abs(skewMs - this.#skewMs) > wrongMs || (skewMs === 0) !== (this.#skewMs === 0)
    this.#skewMs = skewMs
    if (changed) this.#onSkew(skewMs === 0 ? null : skewMs)
  }

  /** To be called when a request goes out; the result takes the `Date` of its answer, as `note` does. */
  asking(): (date: string | undefined) => void {
    const sentAt = this.#clock.now()
    return (date) => this.note(date, sentAt)
  }

  /**
   * The machine's clock was set: what was known about it is void. That it was set may be noticed only after an
   * answer has told the time anew; what that answer told stays.
   */
  forget(): void {
    if (this.#skewMs === 0 || Math.abs(this.#clockOverElapsed() - this.#learnedOver) < noticedJumpMs) return
    this.#skewMs = 0
    this.#onSkew(null)
  }

  #clockOverElapsed(): number {
    return this.#clock.now() - this.#clock.elapsedMs()
  }
}

/**
 * The same HTTP, with the `Date` of JSON answers from some addresses noted: of the endpoints about tokens, because what
 * a portal or a proxy puts in its place has a clock of its own.
 */
export function notingDates(http: Http, addresses: readonly string[], serverTime: ServerTime): Http {
  return {
    fetch: async (url, init) => {
      const note = serverTime.asking()
      const result = await http.fetch(url, init)
      if (result.kind === 'answered' && addresses.includes(url) && isJson(result.headers.get('content-type')))
        note(result.headers.get('date'))
      return result
    },
    setRoute: (route) => http.setRoute(route),
  }
}

/** How far an instant lies beyond the span between two others, ms; negative before it, 0 within. */
function beyond(at: number, one: number, other: number): number {
  const from = Math.min(one, other)
  const to = Math.max(one, other)
  if (at < from) return at - from
  return at > to ? at - to : 0
}

function isJson(contentType: string | undefined): boolean {
  return /^application\/json\b/i.test(contentType ?? '')
}
