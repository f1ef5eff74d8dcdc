import { fail, ok } from '../../contract/outcome.ts'
import type { ProfileName } from '../../contract/views.ts'
import type { DoorListener } from '../../core/ports.ts'

export interface DoorListenerOptions {
  readonly dataFolder: string
  readonly profile: ProfileName
}

export function createDoorListener(_options: DoorListenerOptions): DoorListener {
  return {
    open: () => Promise.resolve(fail('door-failed')),
    announce: () => Promise.resolve(ok()),
    withdraw: () => Promise.resolve(),
  }
}
