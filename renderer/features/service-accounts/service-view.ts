/** What of a service account is reckoned for its page: pure, from the view alone. Instants are epoch ms. */
import type { KeyTrace, ServiceKeyView, ServiceView } from '../../../electron/contract/service.ts'
import type { AccountView } from '../../../electron/contract/views.ts'

/** An account that is a service account. */
export type ServiceAccount = AccountView & { readonly service: ServiceView }

export function isService(account: AccountView): account is ServiceAccount {
  return account.service !== null
}

/** Google's name of a key is 40 hexadecimal digits; the first ones tell keys apart. */
export function shortKeyId({ privateKeyId }: Pick<ServiceKeyView, 'privateKeyId'>): string {
  return privateKeyId.length > 14 ? `${privateKeyId.slice(0, 12)}…` : privateKeyId
}

/** When a key was made, by Google's certificate; when it came here where that is not known. */
export function keyBornAt({ createdAt, addedAt }: ServiceKeyView): number {
  return createdAt ?? addedAt
}

/** Whether Google took it, and took it the last time it was asked. */
export function hasWorked({ standing, lastUsedAt, refusal }: ServiceKeyView): boolean {
  return standing === 'held' && lastUsedAt !== null && refusal === null
}

/**
 * Whether a key may be forgotten here: not while no other one is known to work, and the last one goes with its
 * account only.
 */
export function canForget(keys: readonly ServiceKeyView[], keyId: string): boolean {
  return keys.some((key) => key.keyId !== keyId && hasWorked(key))
}

/** How far a change of keys has come. Read from the keys, so that it can be left and gone on with at any time. */
export interface Rotation {
  readonly step: 'bring' | 'try' | 'forget' | 'delete'
  /** The key that stays; null while there is none beside the old one. */
  readonly fresh: ServiceKeyView | null
  /** The keys that should go, oldest last. */
  readonly old: readonly ServiceKeyView[]
}

/** By the age of the keys, in whatever order they came; `forgotten` says that some may still be at Google. */
export function rotationOf(keys: readonly ServiceKeyView[], forgotten: boolean): Rotation {
  const [fresh, ...old] = [...keys].sort((one, other) => keyBornAt(other) - keyBornAt(one))
  if (!fresh || old.length === 0)
    return { step: forgotten ? 'delete' : 'bring', fresh: null, old: fresh ? [fresh] : [] }
  return { step: hasWorked(fresh) ? 'forget' : 'try', fresh, old }
}

/** Whether a change of keys is due: the signing key is old, or no key can sign. */
export function rotationDue({ keys, signingKeyId }: ServiceView, now: number): boolean {
  const signing = keys.find((key) => key.keyId === signingKeyId)
  return !signing || signing.refusal !== null || now >= signing.oldAt
}

/** The Admin console takes scopes separated by commas, spelled exactly as they are asked for. */
export function scopesForAdmin(scopes: readonly string[]): string {
  return [...new Set(scopes)].join(',')
}

/** An e-mail address as far as a form can tell; empty is nobody, which is allowed. */
export function isSubject(text: string): boolean {
  const typed = text.trim()
  return typed === '' || (typed.length <= 320 && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(typed))
}

/** Places beside the file itself; what was really found there first. */
export function otherTraces(traces: readonly KeyTrace[], file: string | null): KeyTrace[] {
  const others = traces.filter(({ place, path }) => place !== 'file' || path !== file)
  return others.sort((a, b) => Number(b.sure) - Number(a.sure))
}
