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

  /** Hands the sign-in out, once, as soon as everything that was to be revoked is dead; null until then. */
  take(revocation: RevocationView): NextSignIn | null {
    const next = this.of(revocation.revocationId)
    if (!next || !revocation.ended || !revocation.rows.every(isDead)) return null
    this.#next.delete(revocation.revocationId)
    return next
  }
}

export const thenSignIn = new ThenSignIn()
