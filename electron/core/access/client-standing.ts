import type { AppError } from '../../contract/outcome.ts'
import type { LatchkeyEvent } from '../ledger/events.ts'
import type { ClientProbe } from '../clients/check-client-secret.ts'
import { probeClient } from '../clients/check-client-secret.ts'
import type { ProfileContext } from '../profile-context.ts'
import type { Secret } from '../secret.ts'
import type { Backoff } from './backoff.ts'
import type { ClientRecord } from '../state/state.ts'
import type { Refusal } from './refusals.ts'
import { describeRefusal } from './refusals.ts'
import type { TokenEndpointError } from './token-errors.ts'

/** A client is probed, and a refused one tried again, at most this often, ms. */
const probeEveryMs = 60 * 1000

interface Probing {
  readonly startedAt: number
  readonly result: Promise<ClientProbe['kind']>
}

/**
 * Whether Google accepts a client at all. When it does not, that is written down once, for the client; its tokens
 * may be as good as ever.
 */
export class ClientStanding {
  readonly #context: ProfileContext
  readonly #backoff: Backoff
  readonly #signal: AbortSignal
  readonly #probes = new Map<string, Probing>()

  /** Waits are kept in `backoff` under keys of their own; `signal` ends a probe that is under way. */
  constructor(context: ProfileContext, backoff: Backoff, signal: AbortSignal) {
    this.#context = context
    this.#backoff = backoff
    this.#signal = signal
  }

  /** Why nothing should be sent under this client now, or null: it is refused, and the next try has not come. */
  blocked(clientId: string): AppError | null {
    const refusal = this.#client(clientId)?.refusal
    return refusal && this.#backoff.waiting(this.#key(clientId)) ? describeRefusal(refusal) : null
  }

  /** One try goes out under a refused client; the others wait for what becomes of it. */
  claim(clientId: string): void {
    const refusal = this.#client(clientId)?.refusal
    if (refusal) this.#wait(clientId, refusal)
  }

  /**
   * A refresh was answered as if the client were bad. Answers whether a probe says so too; many who ask at the
   * same time, or within a minute, share one probe.
   */
  judge(clientId: string, secret: Secret): Promise<ClientProbe['kind']> {
    const now = this.#context.ports.clock.elapsedMs()
    const key = this.#key(clientId)
    const recent = this.#probes.get(key)
    if (recent && now - recent.startedAt < probeEveryMs) return recent.result
    const result = this.#probe(clientId, secret)
    this.#probes.set(key, { startedAt: now, result })
    return result
  }

  /** A request under this client succeeded, so that whatever was held against it is over. */
  async noteAccepted(clientId: string): Promise<void> {
    const key = this.#key(clientId)
    this.#probes.delete(key)
    this.#backoff.succeed(key)
    if (this.#client(clientId)?.refusal) await this.#record({ type: 'client.accepted', data: { clientId } })
  }

  async #probe(clientId: string, secret: Secret): Promise<ClientProbe['kind']> {
    const probe = await probeClient(this.#context, clientId, secret, this.#signal)
    const refusal = this.#client(clientId)?.refusal
    if (probe.kind === 'accepted' && refusal) {
      this.#backoff.succeed(this.#key(clientId))
      await this.#record({ type: 'client.accepted', data: { clientId } })
    }
    if (probe.kind === 'refused') await this.#noteRefused(clientId, probe.refusal)
    return probe.kind
  }

  async #noteRefused(clientId: string, refusal: TokenEndpointError): Promise<void> {
    const client = this.#client(clientId)
    if (!client) return
    if (!this.#backoff.waiting(this.#key(clientId))) this.#wait(clientId, refusal)
    const { error, description, status } = refusal
    if (client.refusal?.error === error) return
    await this.#record({ type: 'client.refused', data: { clientId, error, description, status } })
  }

  #wait(clientId: string, refusal: Refusal): void {
    this.#backoff.fail(this.#key(clientId), describeRefusal(refusal), { floorMs: probeEveryMs })
  }

  #client(clientId: string): ClientRecord | undefined {
    return this.#context.ledger.state().clients.get(clientId)
  }

  /** A new secret deserves a try of its own. */
  #key(clientId: string): string {
    return `client ${clientId} ${String(this.#client(clientId)?.secretReplacedAt ?? '')}`
  }

  async #record(event: LatchkeyEvent): Promise<void> {
    const recorded = await this.#context.record([event])
    if (!recorded.ok) this.#context.ports.log.warn('client-standing-not-saved', { code: recorded.error.code })
  }
}
