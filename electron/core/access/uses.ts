import type { EventData, LatchkeyEvent } from '../ledger/events.ts'
import type { ProfileContext } from '../profile-context.ts'
import { findToken } from '../state/state.ts'

type Use = EventData<'token.refreshed'>

/** Uses of one token closer together than this are one line in the ledger, ms. */
const apartMs = 60 * 1000

/**
 * Writes down that tokens were used. Nobody waits for it who only wants an access token; what comes while the disk
 * works goes into the next batch, so that a hundred refreshes that end together are a few writes.
 */
export class Uses {
  readonly #context: ProfileContext
  readonly #unwritten = new Map<string, Use>()
  #writing: Promise<void> | null = null

  constructor(context: ProfileContext) {
    this.#context = context
  }

  /** `usedAt` by Google's time; `expiresAt` (both ms) only where the answer states an end. */
  note(use: Use): void {
    if (!this.#isNews(use)) return
    this.#unwritten.set(use.tokenId, use)
    this.#write()
  }

  /** Resolves when everything noted so far is on disk, or could not be written. */
  async settled(): Promise<void> {
    await this.#writing
  }

  /** Google's latest word on the token is another one: nothing older is written after this resolves. */
  async discard(tokenId: string): Promise<void> {
    this.#unwritten.delete(tokenId)
    await this.#writing
    this.#unwritten.delete(tokenId)
  }

  /** A use that changes what is known is news at once: it ends a refusal, or states another end. */
  #isNews(use: Use): boolean {
    const token = findToken(this.#context.ledger.state(), use.tokenId)
    if (!token) return false
    if (token.refusal) return true
    const lastUsedAt = this.#unwritten.get(use.tokenId)?.usedAt ?? token.lastUsedAt
    if (Math.abs(use.usedAt - lastUsedAt) >= apartMs || token.refreshCount === 0) return true
    return use.expiresAt !== null && Math.abs(use.expiresAt - (token.expiresAt ?? 0)) >= apartMs
  }

  #write(): void {
    this.#writing ??= this.#writeAll()
  }

  async #writeAll(): Promise<void> {
    // One turn, so that refreshes which end together are together here.
    await Promise.resolve()
    let batch = this.#takeAll()
    while (batch.length > 0 && (await this.#save(batch))) batch = this.#takeAll()
    this.#writing = null
  }

  #takeAll(): readonly Use[] {
    const all = [...this.#unwritten.values()]
    this.#unwritten.clear()
    return all
  }

  async #save(batch: readonly Use[]): Promise<boolean> {
    const events = batch.map((use): LatchkeyEvent => ({ type: 'token.refreshed', data: use }))
    const recorded = await this.#context.record(events)
    if (recorded.ok) return true
    this.#keepForLater(batch)
    this.#context.ports.log.warn('uses-not-saved', { count: batch.length, code: recorded.error.code })
    return false
  }

  /** They go with the next use; a newer one of the same token stands for both. */
  #keepForLater(batch: readonly Use[]): void {
    for (const use of batch) if (!this.#unwritten.has(use.tokenId)) this.#unwritten.set(use.tokenId, use)
  }
}
