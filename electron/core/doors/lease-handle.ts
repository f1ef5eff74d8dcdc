/**
 * The handle of a lease: what a program shows at a door instead of a refresh token. `latchkey.ID.SECRET`; the id finds
 * the lease without a search, the secret of 256 bits proves it. Only its SHA-256 is kept.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { DoorKind } from '../../contract/doors.ts'
import type { Random } from '../ports.ts'
import { Secret } from '../secret.ts'

const secretBytes = 32
const form = /^latchkey\.([A-Za-z0-9_-]{8,64})\.[A-Za-z0-9_-]{43}$/

/** A new handle, and what is kept of it: the SHA-256 of the whole, base64url. */
export function newHandle(
  random: Random,
  leaseId: string,
): { readonly handle: Secret; readonly hash: string } {
  const handle = new Secret(`latchkey.${leaseId}.${random.token(secretBytes)}`)
  return { handle, hash: hashOf(handle) }
}

export function hashOf(handle: Secret): string {
  return createHash('sha256').update(handle.reveal()).digest('base64url')
}

/** The lease that a handle says it is of, unproven; null for what no handle looks like. */
export function leaseIdOf(handle: Secret): string | null {
  return form.exec(handle.reveal())?.[1] ?? null
}

/** Whether this is the handle of which the hash was kept, in the same time wherever they differ. */
export function isHandleOf(handle: Secret, hash: string): boolean {
  const shown = Buffer.from(hashOf(handle))
  const kept = Buffer.from(hash)
  return shown.length === kept.length && timingSafeEqual(shown, kept)
}

/** At the other doors the port, the file or the program itself is what a lease is recognised by. */
export function doorHasHandle(door: DoorKind): boolean {
  return door === 'http' || door === 'adc'
}
