/** One door that should be open or closed. What keeps it from opening is told, and tried again every now and then. */
import type { AppError, Outcome } from '../../contract/outcome.ts'
import { ok } from '../../contract/outcome.ts'
import type { DoorAnswer, DoorListener, DoorPlace, DoorRequest, OpenDoor, Timers } from '../ports.ts'

/** Between two tries; it doubles, ms. */
const firstWaitMs = 2000
const longestWaitMs = 60 * 1000

export interface KeptDoorOptions {
  readonly listener: Pick<DoorListener, 'open'>
  readonly timers: Timers
  /** Asked at each try. */
  readonly place: () => DoorPlace
  readonly answer: (request: DoorRequest) => Promise<DoorAnswer>
  /** It opened, closed, or could not be opened. */
  readonly onChange: () => void
}

export class KeptDoor {
  readonly #options: KeptDoorOptions
  #wanted = false
  #open: OpenDoor | null = null
  #problem: AppError | null = null
  #turn: Promise<unknown> = Promise.resolve()
  #waitMs = firstWaitMs
  #stopWaiting: () => void = () => undefined

  constructor(options: KeptDoorOptions) {
    this.#options = options
  }

  /** The path of the socket, or `127.0.0.1:PORT`; null while it is not open. */
  get address(): string | null {
    return this.#open?.address ?? null
  }

  get port(): number | null {
    return this.#open?.port ?? null
  }

  /** Why it is not open although it should be. */
  get problem(): AppError | null {
    return this.#problem
  }

  /** It is open already. */
  adopt(open: OpenDoor): void {
    this.#wanted = true
    this.#take(open)
  }

  /** Opens it if it is not open. Errors: those of the listener; then it is tried again by itself until `shut`. */
  keepOpen(): Promise<Outcome<null>> {
    this.#wanted = true
    return this.#inTurn(() => this.#tryNow())
  }

  /** Resolves when what was being answered is answered. */
  shut(): Promise<Outcome<null>> {
    this.#wanted = false
    this.#stopWaiting()
    return this.#inTurn(() => this.#closeNow())
  }

  #inTurn(work: () => Promise<Outcome<null>>): Promise<Outcome<null>> {
    const turn = this.#turn.then(work, work)
    this.#turn = turn
    return turn
  }

  async #tryNow(): Promise<Outcome<null>> {
    if (!this.#wanted || this.#open) return ok()
    this.#stopWaiting()
    const { listener, place, answer, onChange } = this.#options
    const opened = await listener.open(place(), answer)
    this.#problem = opened.ok ? null : opened.error
    if (opened.ok) this.#take(opened.value)
    this.#waitMs = opened.ok ? firstWaitMs : Math.min(this.#waitMs * 2, longestWaitMs)
    if (!opened.ok) this.#wait()
    onChange()
    return opened.ok ? ok() : opened
  }

  #take(open: OpenDoor): void {
    this.#open = open
    open.onProblem?.((problem) => {
      if (this.#open !== open) return
      this.#problem = problem
      this.#options.onChange()
    })
  }

  #wait(): void {
    this.#stopWaiting = this.#options.timers.after(this.#waitMs, () => {
      if (this.#wanted) void this.#inTurn(() => this.#tryNow())
    })
  }

  async #closeNow(): Promise<Outcome<null>> {
    if (this.#wanted) return ok()
    const open = this.#open
    const told = open !== null || this.#problem !== null
    this.#open = null
    this.#problem = null
    await open?.close()
    if (told) this.#options.onChange()
    return ok()
  }
}
