/** A service account as the window shows it, and how it is (google-oauth.md 6). */
import type { ServiceKeyView, ServiceView } from '../../contract/service.ts'
import type { HealthView } from '../../contract/views.ts'
import type { AccountRecord, ServiceKeyRecord, ServiceRecord, ServiceRefusal } from '../state/state.ts'
import { finding } from '../tokens/token-health.ts'
import { oldAt } from './key-age.ts'
import { describeServiceRefusal } from './service-refusals.ts'
import { keysOf } from './service-keys.ts'
import { signingKey } from './signing-keys.ts'

/** What is known of service accounts beyond the ledger. */
export interface ServiceSources {
  /** The file that a key came from, while it is known and not deleted. */
  fileOf(keyId: string): string | null
  /** The scopes that Google gave the account for this person in this run; null for itself. */
  succeeded(accountId: string, subject: string | null): ReadonlySet<string>
}
export const noServiceSources: ServiceSources = { fileOf: () => null, succeeded: () => new Set() }

/** Null for a person's account. */
export function serviceView(account: AccountRecord, sources: ServiceSources): ServiceView | null {
  const { service } = account
  if (!service) return null
  const { uniqueId, projectId, scopes, subject } = service
  return {
    ...{ uniqueId, projectId, scopes: [...scopes], subject },
    keys: [...keysOf(service)].reverse().map((key) => keyView(key, sources)),
    signingKeyId: signingKey(service)?.keyId ?? null,
    refusal: service.refusal && refusalView(account.accountId, service.refusal, sources),
  }
}

function keyView(key: ServiceKeyRecord, sources: ServiceSources): ServiceKeyView {
  const { keyId, privateKeyId, bits, addedAt, createdAt, lastUsedAt, refusal } = key
  return {
    ...{ keyId, privateKeyId, bits, addedAt, createdAt, lastUsedAt },
    standing: key.standing === 'missing' ? 'missing' : 'held',
    oldAt: oldAt(key),
    refusal: refusal && { at: refusal.at, error: describeServiceRefusal(refusal).error },
    file: sources.fileOf(keyId),
  }
}

function refusalView(
  accountId: string,
  refusal: ServiceRefusal,
  sources: ServiceSources,
): NonNullable<ServiceView['refusal']> {
  const { error } = describeServiceRefusal(refusal)
  const unregistered =
    error.code === 'service-delegation-refused'
      ? probablyUnregistered(refusal.scopes, sources.succeeded(accountId, refusal.subject))
      : []
  return { at: refusal.at, error, unregistered }
}

/** Google refuses the whole request and does not say for which scopes: those never given, or any of them. */
function probablyUnregistered(asked: readonly string[], given: ReadonlySet<string>): string[] {
  const never = asked.filter((scope) => !given.has(scope))
  return never.length > 0 ? never : [...asked]
}

/** The worst thing to say about a service account at `now` (ms, Google's time). */
export function serviceHealth(service: ServiceRecord, now: number): HealthView {
  const held = keysOf(service).filter(({ standing }) => standing === 'held')
  if (held.length === 0) return finding('dead', 'key-missing')
  const { refusal } = service
  if (refusal?.about === 'account') return finding('dead', 'service-disabled', { at: refusal.at })
  const key = signingKey(service)
  if (!key) return finding('dead', 'key-refused', { at: held[held.length - 1]?.refusal?.at ?? null })
  if (refusal) return finding('soon', 'refused', { at: refusal.at })
  const old = oldAt(key)
  return old <= now ? finding('soon', 'key-old', { at: old }) : finding('fine', 'ready')
}

/** The instants (ms) at which `serviceHealth`, or what stands beside a key, changes by itself. */
export function serviceChanges(service: ServiceRecord): readonly number[] {
  return keysOf(service).map(oldAt)
}
