import type { WayKind } from '../../../electron/contract/kinds.ts'
import { abilitiesOf } from '../../../electron/contract/kinds.ts'

/** How a sign-in is to go, beyond client, scopes and account. Absent: the client's usual way. */
export interface SignInChoice {
  /** What is held of the same grant is asked for as well. */
  readonly add?: boolean
  readonly way?: WayKind
  readonly redirectUri?: string
  readonly elsewhere?: boolean
}

/** Whether the browser is on this computer unless somebody says otherwise. A code is for another device anyway. */
export function canBeElsewhere(way: WayKind): boolean {
  return !abilitiesOf.device.ways.includes(way)
}
