import type { DoorsView } from '../../contract/doors.ts'
import type { Outcome } from '../../contract/outcome.ts'
import { appError, ok } from '../../contract/outcome.ts'
import type { ProfileContext } from '../profile-context.ts'
import type { Asks } from './asks.ts'
import type { Leases } from './leases.ts'

export interface DoorLockOptions {
  readonly leases: Pick<Leases, 'endSessions'>
  readonly asks: Pick<Asks, 'endAll'>
  /** Locked or unlocked: it is to be shown, and what lies in files to be emptied or filled. */
  readonly onChange: () => void
}

/** A lock that could not be written down is tried again after, ms. */
const againMs = 60 * 1000

/** Locked, no door hands anything out; a restart does not unlock. It holds at once, also where it cannot be written down. */
export class DoorLock {
  readonly #context: ProfileContext
  readonly #options: DoorLockOptions
  /** Locked in this run, whatever the ledger could take. */
  #here: NonNullable<DoorsView['locked']> | null = null
  #unlocking = false
  /** The lock that is being written down. */
  #locking: Promise<Outcome<null>> | null = null
  #stopTrying: (() => void) | null = null
  #closed = false
  #stopListening: () => void = () => undefined

  constructor(context: ProfileContext, options: DoorLockOptions) {
    this.#context = context
    this.#options = options
  }

  /** From now on the screen's lock locks the doors as well, where the person chose that. */
  start(): void {
    const { ports, settings } = this.#context
    const { onScreenLock } = ports.wakes
    this.#stopListening()
    if (onScreenLock === null) return
    this.#stopListening = onScreenLock(() => {
      if (settings.current().lockWithScreen) void this.lock('screen')
    })
  }

  /** Nothing locks by itself any more. What is locked here and not in the ledger yet is tried once more. */
  async close(): Promise<void> {
    this.#stopListening()
    this.#closed = true
    this.#stopTrying?.()
    await this.#writeUnwritten()
  }

  locked(): DoorsView['locked'] {
    const { doorsLocked } = this.#context.ledger.state()
    return this.#here ?? (doorsLocked && { since: doorsLocked.at, by: doorsLocked.by })
  }

  /**
   * Ends what waits for an answer and what was for this session. Errors: those of the ledger; it is locked all the
   * same, and tried again until it is written down.
   */
  lock(by: 'person' | 'screen'): Promise<Outcome<null>> {
    // A lock that comes while it is being unlocked is the later word.
    if (!this.#unlocking) {
      if (this.#locking) return this.#locking
      const { doorsLocked } = this.#context.ledger.state()
      if (doorsLocked) {
        // From here on it holds whatever becomes of the ledger.
        this.#here ??= { since: doorsLocked.at, by: doorsLocked.by }
        return Promise.resolve(ok())
      }
    }
    if (this.#unlocking || !this.#here) this.#here = { since: this.#context.now(), by }
    this.#options.asks.endAll(appError('doors-locked'))
    const locking = this.#writeLock(by).finally(() => {
      if (this.#locking === locking) this.#locking = null
      this.#options.onChange()
    })
    this.#locking = locking
    this.#options.onChange()
    return locking
  }

  /** Errors: those of the ledger; then it stays locked. */
  async unlock(): Promise<Outcome<null>> {
    if (!this.locked()) return ok()
    const before = this.#here
    this.#unlocking = true
    const recorded = await this.#context.record([{ type: 'doors.unlocked', data: {} }])
    this.#unlocking = false
    if (!recorded.ok) return recorded
    if (this.#here === before) this.#here = null
    this.#options.onChange()
    return ok()
  }

  /** The lock first: whatever comes between, the next start finds it. */
  async #writeLock(by: 'person' | 'screen'): Promise<Outcome<null>> {
    const recording = this.#context.record([{ type: 'doors.locked', data: { by } }])
    const ending = this.#options.leases.endSessions('locked')
    const recorded = await recording
    if (!recorded.ok) this.#tryAgain()
    const ended = await ending
    return recorded.ok ? ended : recorded
  }

  #tryAgain(): void {
    if (this.#closed) return
    this.#stopTrying ??= this.#context.ports.timers.after(againMs, () => {
      this.#stopTrying = null
      void this.#writeUnwritten()
    })
  }

  async #writeUnwritten(): Promise<void> {
    const here = this.#here
    if (!here || this.#unlocking || this.#locking || this.#context.ledger.state().doorsLocked) return
    const recorded = await this.#context.record([{ type: 'doors.locked', data: { by: here.by } }])
    if (!recorded.ok) this.#tryAgain()
  }
}
