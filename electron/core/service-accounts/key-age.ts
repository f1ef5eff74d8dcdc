/**
 * When a key was made, by the certificate that Google publishes for it. The key file does not say so. Best effort:
 * without it the age counts from when the key came here.
 */
import { X509Certificate } from 'node:crypto'
import type { ServiceKeyRecord } from '../state/state.ts'
import type { ProfileContext } from '../profile-context.ts'
import { isObject, parseJson } from '../clients/client-file.ts'
import { dayMs } from '../clocks/durations.ts'

/** From this age on it is time for another one, ms. */
export const keyOldMs = 90 * dayMs
/** A certificate has some kilobytes. */
const longestPem = 16_384

/** When a key grows old, epoch ms: by Google's certificate, else from when it came here. */
export function oldAt({ createdAt, addedAt }: Pick<ServiceKeyRecord, 'createdAt' | 'addedAt'>): number {
  return (createdAt ?? addedAt) + keyOldMs
}

export class KeyAges {
  readonly #context: ProfileContext
  readonly #signal: AbortSignal
  /** When each key was last asked for, ms. */
  readonly #asked = new Map<string, number>()
  readonly #running = new Set<Promise<void>>()

  /** `signal` ends what is under way when the profile closes. */
  constructor(context: ProfileContext, signal: AbortSignal) {
    this.#context = context
    this.#signal = signal
  }

  /** Asks in the background, at most once a day for each key whose age is not known. */
  look(accountId: string, { keyId, createdAt }: ServiceKeyRecord): void {
    const now = this.#context.now()
    const before = this.#asked.get(keyId)
    if (createdAt !== null || (before !== undefined && Math.abs(now - before) < dayMs)) return
    this.#asked.set(keyId, now)
    const run = this.#find(accountId, keyId)
      .catch((cause: unknown) => this.#context.ports.log.error('key-age-failed', cause))
      .finally(() => this.#running.delete(run))
    this.#running.add(run)
  }

  async settled(): Promise<void> {
    await Promise.all(this.#running)
  }

  async #find(accountId: string, keyId: string): Promise<void> {
    const { issuer, ports } = this.#context
    const account = this.#context.ledger.state().accounts.get(accountId)
    const key = account?.service?.keys.find((one) => one.keyId === keyId)
    if (!account || !key) return
    const address = `${issuer.certificates}${encodeURIComponent(account.email)}`
    const headers = { accept: 'application/json' }
    const result = await ports.http.fetch(address, { method: 'GET', headers, signal: this.#signal })
    if (result.kind !== 'answered' || result.status !== 200) return
    const createdAt = beginningOf(result.body, key.privateKeyId, this.#context.now())
    if (createdAt === null) return
    await this.#context.record([{ type: 'service.keyDated', data: { accountId, keyId, createdAt } }])
  }
}

/** The beginning (epoch ms) of the certificate under a key's name, or null for anything that is not one. */
function beginningOf(body: string, privateKeyId: string, now: number): number | null {
  const json = parseJson(body)
  const pem = isObject(json) && Object.hasOwn(json, privateKeyId) ? json[privateKeyId] : null
  if (typeof pem !== 'string' || pem.length > longestPem) return null
  try {
    const at = Date.parse(new X509Certificate(pem).validFrom)
    return at > 0 && at <= now + dayMs ? at : null
  } catch {
    return null
  }
}
