import { SvelteMap } from 'svelte/reactivity'
import type { RevocationView } from '../../../electron/contract/revocation.ts'
import { isDead } from './blast.ts'

/** The sign-in that makes a revocation into a removal of some access. */
export interface NextSignIn {
  readonly accountId: string
  readonly clientId: string
  /** What is asked for again. */
  readonly scopes: readonly string[]
}

/**
 * What follows once a revocation succeeded. Kept by the window only: after a restart the account stands there
 * without a token, and nothing opens a browser that nobody waits for.
 */
class ThenSignIn {
  readonly #next = new SvelteMap<string, NextSignIn>()

  after(revocationId: string, next: NextSignIn): void {
    this.#next.set(revocationId, next)
  }

  of(revocationId: string): NextSignIn | null {
    return this.#next.get(revocationId) ?? null
  }

  /** The sign-in as soon as everything that was to be revoked is dead; null until then. */
  due(revocation: RevocationView): NextSignIn | null {
    return revocation.ended && revocation.rows.every(isDead) ? this.of(revocation.revocationId) : null
  }

  /** It has begun, so that nobody asks for it again. */
  begun(revocationId: string): void {
    this.#next.delete(revocationId)
  }
}

export const thenSignIn = new ThenSignIn()
