import type { DeviceDesk } from './device-rules.ts'
import type { FaultBoard } from './faults.ts'
import type { SigningKeys } from './keys.ts'
import type { MintedKind, SecretKind } from './secrets.ts'
import { mintSecret } from './secrets.ts'
import type { Store } from './store.ts'

/** What every endpoint of practice Google shares. */
export interface PracticeWorld {
  readonly issuer: string
  readonly store: Store
  readonly faults: FaultBoard
  readonly devices: DeviceDesk
  /** Practice time, epoch ms. */
  now(): number
  /** The machine's time, epoch ms: for what happens between a page and its form. */
  machineNow(): number
  random(bytes: number): string
  /** Made at the first use, which waits a moment for it: a start that signs nobody in makes none. */
  keys(): Promise<SigningKeys>
  witness(kind: SecretKind, secret: string, clientId: string): void
}

/** Makes a new secret for a client and shows it to the witness. `bytes` is its length, usual when left out. */
export function issueSecret(
  world: PracticeWorld,
  kind: MintedKind,
  clientId: string,
  bytes?: number,
): string {
  const secret = mintSecret(kind, (count) => world.random(count), bytes)
  world.witness(kind, secret, clientId)
  return secret
}
