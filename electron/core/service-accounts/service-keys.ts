/** The private keys of service accounts: out of the keychain once, in memory while the profile is open. */
import type { KeyObject } from 'node:crypto'
import type { Outcome } from '../../contract/outcome.ts'
import { fail, ok } from '../../contract/outcome.ts'
import type { LatchkeyEvent } from '../ledger/events.ts'
import type { ProfileContext } from '../profile-context.ts'
import type { ServiceKeyRecord, ServiceRecord } from '../state/state.ts'
import { restoredKey } from './key-storage.ts'

/** The file that a key came from: where it lies, and the SHA-256 of its bytes, base64url. */
export interface KeySource {
  readonly path: string
  readonly digest: string
}

/** The keys that are here, or should be, in the order in which they came. */
export function keysOf(service: ServiceRecord): readonly ServiceKeyRecord[] {
  return service.keys.filter(({ standing }) => standing !== 'forgotten')
}

export class ServiceKeys {
  readonly #context: ProfileContext
  /** By `keyId`. Restoring one takes some ms. */
  readonly #restored = new Map<string, KeyObject>()
  /** By `keyId`; known only for files that were picked or dropped in this run. */
  readonly #sources = new Map<string, KeySource>()

  constructor(context: ProfileContext) {
    this.#context = context
  }

  /**
   * Errors: those of the keychain; `keychain-item-missing` also for an item that is not a key; `not-found` for a key
   * that was forgotten, also meanwhile. What is found or missing against what was known is written down.
   */
  async read(accountId: string, record: ServiceKeyRecord): Promise<Outcome<KeyObject>> {
    const { keyId, standing } = record
    const known = this.#restored.get(keyId)
    if (known && standing === 'held') return ok(known)
    const stored = await this.#stored(keyId)
    if (isForgotten(record)) return fail('not-found')
    const key = stored.ok ? stored.value : null
    if (!key) {
      // One that is missed can be in memory all the same, and does what it did.
      if (known) return ok(known)
      if (!stored.ok) return stored
      if (standing === 'held') await this.#record({ type: 'service.keyMissing', data: { accountId, keyId } })
      return fail('keychain-item-missing')
    }
    if (standing === 'missing') await this.#record({ type: 'service.keyFound', data: { accountId, keyId } })
    if (isForgotten(record)) return fail('not-found')
    this.keep(keyId, key)
    return ok(key)
  }

  /** As the keychain has it; null for nothing, or for what is no key. */
  async #stored(keyId: string): Promise<Outcome<KeyObject | null>> {
    const { ports, services } = this.#context
    const stored = await ports.secretStore.get(services.serviceKey, keyId)
    return stored.ok ? ok(stored.value && restoredKey(stored.value)) : stored
  }

  keep(keyId: string, key: KeyObject): void {
    this.#restored.set(keyId, key)
  }

  drop(keyId: string): void {
    this.#restored.delete(keyId)
    this.#sources.delete(keyId)
  }

  close(): void {
    this.#restored.clear()
    this.#sources.clear()
  }

  /** The keys themselves go; where they came from may stay. */
  forgetKeys(): void {
    this.#restored.clear()
  }

  sourceOf(keyId: string): KeySource | null {
    return this.#sources.get(keyId) ?? null
  }

  rememberSource(keyId: string, source: KeySource): void {
    this.#sources.set(keyId, source)
  }

  forgetSource(keyId: string): void {
    this.#sources.delete(keyId)
  }

  async #record(event: LatchkeyEvent): Promise<void> {
    const recorded = await this.#context.record([event])
    if (!recorded.ok) this.#context.ports.log.warn('service-not-noted', { code: recorded.error.code })
  }
}

/** Asked again after a wait: the record changes with the ledger. */
export function isForgotten({ standing }: ServiceKeyRecord): boolean {
  return standing === 'forgotten'
}

/** Takes keys out of the keychain after the ledger says so. What fails here is swept up at a later start. */
export async function deleteServiceKeys(context: ProfileContext, keyIds: readonly string[]): Promise<void> {
  for (const keyId of keyIds) {
    const deleted = await context.ports.secretStore.delete(context.services.serviceKey, keyId)
    if (!deleted.ok) context.ports.log.warn('secret-left-behind', { keyId, code: deleted.error.code })
  }
}
