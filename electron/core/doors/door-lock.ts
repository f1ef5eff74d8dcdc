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

/** Locked, no door hands anything out; a restart does not unlock. It holds at once, also where it cannot be written down. */
export class DoorLock {
  readonly #context: ProfileContext
  readonly #options: DoorLockOptions
  /** Locked in this run, whatever the ledger could take. */
  #here: NonNullable<DoorsView['locked']> | null = null
  #unlocking = false
  #stopListening: () => void = () => undefined

  constructor(context: ProfileContext, options: DoorLockOptions) {
    this.#context = context
    this.#options = options
  }

  /** From now on the screen's lock locks the doors as well, where the person chose that. */
  start(): void {
    const { ports, settings } = this.#context
    const { onScreenLock } = ports.wakes
    this.close()
    if (onScreenLock === null) return
    this.#stopListening = onScreenLock(() => {
      if (settings.current().lockWithScreen) void this.lock('screen')
    })
  }

  close(): void {
    this.#stopListening()
  }

  locked(): DoorsView['locked'] {
    const { doorsLocked } = this.#context.ledger.state()
    return this.#here ?? (doorsLocked && { since: doorsLocked.at, by: doorsLocked.by })
  }

  /** Ends what waits for an answer and what was for this session. Errors: those of the ledger; it is locked all the same. */
  async lock(by: 'person' | 'screen'): Promise<Outcome<null>> {
    // A lock that comes while it is being unlocked is the later word.
    if (this.locked() && !this.#unlocking) return ok()
    this.#here = { since: this.#context.now(), by }
    this.#options.asks.endAll(appError('doors-locked'))
    this.#options.onChange()
    const ended = await this.#options.leases.endSessions('locked')
    const recorded = await this.#context.record([{ type: 'doors.locked', data: { by } }])
    this.#options.onChange()
    if (!recorded.ok) return recorded
    return ended
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
}
