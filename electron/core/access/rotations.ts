import type { Outcome } from '../../contract/outcome.ts'
import { fail, ok } from '../../contract/outcome.ts'
import type { ProfileContext } from '../profile-context.ts'
import type { Secret } from '../secret.ts'
import { putSecret } from '../secrets.ts'
import type { PendingToken } from '../state/state.ts'
import { findToken } from '../state/state.ts'
import { finishRotation } from '../tokens/keep-token.ts'

/** What an answer said of a new secret: its stated end (ms) or null, and when it was asked for (ms). */
export interface RotationTimes {
  readonly expiresAt: number | null
  readonly usedAt: number
}

type Unsaved = RotationTimes & { readonly secret: Secret }

/**
 * Refresh tokens that came with the refresh of another. Google documents none (google-oauth.md 2.1); should it
 * send one, it is kept as carefully as the first: intent, keychain, read back, fact, and only then is the old one
 * taken out. What cannot be stored is used from memory and stored at a later refresh.
 */
export class Rotations {
  readonly #context: ProfileContext
  /** By the id of the token that is still the one in the ledger. */
  readonly #unsaved = new Map<string, Unsaved>()
  readonly #successors = new Map<string, string>()

  constructor(context: ProfileContext) {
    this.#context = context
  }

  /** The secret to use in place of the one in the keychain, where there is one. */
  unsaved(tokenId: string): Secret | null {
    return this.#unsaved.get(tokenId)?.secret ?? null
  }

  /** The id that a token has by now. */
  current(tokenId: string): string {
    let current = tokenId
    for (let next = this.#successors.get(current); next !== undefined; next = this.#successors.get(current)) {
      current = next
    }
    return current
  }

  /**
   * Keeps a new secret of a token; answers the id that holds it from now on, the old one where storing failed. Two
   * calls for one token come one after the other.
   */
  keep(tokenId: string, secret: Secret, times: RotationTimes): Promise<string> {
    this.#unsaved.set(tokenId, { secret, ...times })
    return this.#store(tokenId)
  }

  /** Tries again what could not be stored. Answers the id that holds the token now. */
  retry(tokenId: string): Promise<string> {
    return this.#store(tokenId)
  }

  drop(tokenId: string): void {
    this.#unsaved.delete(tokenId)
  }

  async #store(tokenId: string): Promise<string> {
    const unsaved = this.#unsaved.get(tokenId)
    if (!unsaved) return tokenId
    const stored = await this.#storeNew(tokenId, unsaved)
    if (!stored.ok) {
      this.#context.ports.log.warn('rotated-token-not-saved', { tokenId, code: stored.error.code })
      return tokenId
    }
    this.#unsaved.delete(tokenId)
    this.#successors.set(tokenId, stored.value)
    return stored.value
  }

  async #storeNew(replaces: string, { secret, ...times }: Unsaved): Promise<Outcome<string>> {
    const { ledger, ports, services } = this.#context
    const pending = this.#pendingFor(replaces) ?? (await this.#intend(replaces, times))
    if (!pending) return fail('save-failed')
    const stored = await putSecret(ports.secretStore, services.refreshToken, pending.tokenId, secret)
    if (!stored.ok) return stored
    const finished = await finishRotation(this.#context, pending)
    if (!finished.ok) return finished
    return findToken(ledger.state(), pending.tokenId) ? ok(pending.tokenId) : fail('save-failed')
  }

  /** The intent of a try that failed after it; used again, so that there is never a second one. */
  #pendingFor(replaces: string): PendingToken | null {
    const pending = [...this.#context.ledger.state().pending.values()]
    return pending.find((intent) => intent.replaces === replaces) ?? null
  }

  async #intend(replaces: string, { expiresAt, usedAt }: RotationTimes): Promise<PendingToken | null> {
    const { ledger, ports } = this.#context
    const tokenId = ports.random.token(16)
    // An end that was stated for the old one is not lifted by a new secret that says nothing of it.
    const end = expiresAt ?? findToken(ledger.state(), replaces)?.expiresAt ?? null
    const data = { tokenId, replaces, usedAt, expiresAt: end }
    const intended = await this.#context.record([{ type: 'token.rotationIntended', data }])
    return intended.ok ? (ledger.state().pending.get(tokenId) ?? null) : null
  }
}
