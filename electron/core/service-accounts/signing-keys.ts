import type { ServiceKeyRecord, ServiceRecord } from '../state/state.ts'
import { keysOf } from './service-keys.ts'

/**
 * The keys that may sign, the best first: youngest of those that Google took and did not refuse since, then of those
 * never tried, then of those it refused, and last of all those that the keychain had lost. So a new key beside an
 * old one signs from the moment it was tried, and not before.
 */
export function signingOrder(service: ServiceRecord): readonly ServiceKeyRecord[] {
  return [...keysOf(service)]
    .reverse()
    .sort((one, other) => rankOf(one) - rankOf(other) || bornAt(other) - bornAt(one))
}

/** The key that signs as things stand; null where Google refuses all that are held. */
export function signingKey(service: ServiceRecord): ServiceKeyRecord | null {
  const [best] = signingOrder(service)
  return best?.standing === 'held' && best.refusal === null ? best : null
}

/** Google took it the latest time that it was tried. */
export function hasWorked(key: ServiceKeyRecord): boolean {
  return key.standing === 'held' && key.lastUsedAt !== null && key.refusal === null
}

/** An older key can come here after a younger one. */
function bornAt({ createdAt, addedAt }: ServiceKeyRecord): number {
  return createdAt ?? addedAt
}

function rankOf(key: ServiceKeyRecord): number {
  if (key.standing === 'missing') return 3
  if (key.refusal) return 2
  return hasWorked(key) ? 0 : 1
}
