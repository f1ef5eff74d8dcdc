/** The doors of one open profile: opens them, gives each request to who answers it, and tells the window. */
import type { AskView, DoorsView, LeaseView } from '../../contract/doors.ts'
import { fail } from '../../contract/outcome.ts'
import type { GrantAccess } from '../access/grant-access.ts'
import type { ProfileHandlers } from '../handlers.ts'
import type { ProfileContext } from '../profile-context.ts'
import type { ServiceTokens } from '../service-accounts/service-tokens.ts'
import type { Publisher } from '../state/publisher.ts'

export interface DoorsParts {
  readonly context: ProfileContext
  readonly access: GrantAccess
  readonly serviceTokens: ServiceTokens
  readonly publisher: Publisher
}

/** Commands of the contract that are about doors. */
export type DoorHandlers = Pick<
  ProfileHandlers,
  | 'doors.lock'
  | 'doors.unlock'
  | 'asks.answer'
  | 'asks.unmute'
  | 'leases.give'
  | 'leases.end'
  | 'leases.endAll'
  | 'leases.undoFile'
  | 'adc.look'
>

export class Doors {
  readonly handlers: DoorHandlers
  readonly #parts: DoorsParts

  constructor(parts: DoorsParts) {
    this.#parts = parts
    const later = () => Promise.resolve(fail('door-failed'))
    this.handlers = {
      ...{ 'doors.lock': later, 'doors.unlock': later, 'asks.answer': later, 'asks.unmute': later },
      ...{ 'leases.give': later, 'leases.end': later, 'leases.endAll': later },
      ...{ 'leases.undoFile': later, 'adc.look': later },
    }
  }

  view(): DoorsView {
    return {
      ...{ locked: null, socket: null, remoteSocket: null, http: null, problem: null, muted: [] },
      screenLockTold: this.#parts.context.ports.wakes.onScreenLock !== null,
      ...{ store: 'keychain', vaultLocked: false },
    }
  }

  leaseViews(): LeaseView[] {
    return []
  }

  askViews(): AskView[] {
    return []
  }
}
