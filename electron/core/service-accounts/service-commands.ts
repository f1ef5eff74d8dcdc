/** What a person does with a service account. */
import type { KeyTrace } from '../../contract/service.ts'
import type { Outcome } from '../../contract/outcome.ts'
import { fail, ok } from '../../contract/outcome.ts'
import { sameScopes, uniqueScopes } from '../../contract/scopes/scope-sets.ts'
import { inTurn } from '../folders/turns.ts'
import type { ProfileContext } from '../profile-context.ts'
import type { AccountRecord, ServiceKeyRecord, ServiceRecord } from '../state/state.ts'
import { clipped } from '../who/clipped.ts'
import { restoredKey } from './key-storage.ts'
import { deleteServiceKeys, keysOf } from './service-keys.ts'
import type { ServiceResult, ServiceTokens } from './service-tokens.ts'
import { hasWorked, signingOrder } from './signing-keys.ts'

/** Somebody who pastes a token wants to work with it for a while, ms. */
const usefulMs = 5 * 60 * 1000

export interface KeyName {
  readonly accountId: string
  readonly keyId: string
}
interface Found {
  readonly account: AccountRecord
  readonly service: ServiceRecord
}

/**
 * What tokens are asked for unless somebody says otherwise, and whom they act as. Errors: `not-found`,
 * `service-subject-invalid`, those of the ledger.
 */
export async function configureService(
  context: ProfileContext,
  tokens: ServiceTokens,
  wanted: { readonly accountId: string; readonly scopes: readonly string[]; readonly subject: string | null },
): Promise<Outcome<null>> {
  const found = findService(context, wanted.accountId)
  if (!found) return fail('not-found')
  const { accountId } = wanted
  const scopes = uniqueScopes(wanted.scopes)
  const subject = wanted.subject?.trim() ?? ''
  if (subject !== '' && !/^[^\s@]+@[^\s@]+$/.test(subject))
    return fail('service-subject-invalid', { subject: clipped(subject) })
  const next = { accountId, scopes, subject: subject === '' ? null : subject }
  const { service } = found
  if (sameScopes(scopes, service.scopes) && next.subject === service.subject) return ok()
  const recorded = await context.record([{ type: 'service.configured', data: next }])
  if (!recorded.ok) return recorded
  tokens.forgive(accountId)
  return ok()
}

/** Asks Google with the key that would sign next. Errors: those of `ServiceTokens.tryKey`, `service-no-key`. */
export async function checkService(
  context: ProfileContext,
  tokens: ServiceTokens,
  accountId: string,
): Promise<Outcome<null>> {
  const found = findService(context, accountId)
  if (!found) return fail('not-found')
  const [key] = signingOrder(found.service)
  if (!key) return fail('service-no-key')
  const tried = await tokens.tryKey(accountId, key.keyId)
  return tried.ok ? ok() : tried
}

/**
 * An access token with the configured scopes into the clipboard, from where it disappears later. The window learns
 * only how long it lasts (`expiresAt`, ms). Errors: those of `ServiceTokens.get`.
 */
export async function copyServiceToken(
  context: ProfileContext,
  tokens: ServiceTokens,
  accountId: string,
): Promise<Outcome<{ expiresAt: number }>> {
  return copied(context, await tokens.get({ accountId, minTtlMs: usefulMs, byHand: true }))
}

/** The same with an id token. Errors: those of `ServiceTokens.idToken`. */
export async function copyIdToken(
  context: ProfileContext,
  tokens: ServiceTokens,
  { accountId, audience }: { readonly accountId: string; readonly audience: string },
): Promise<Outcome<{ expiresAt: number }>> {
  return copied(context, await tokens.idToken({ accountId, audience, minTtlMs: usefulMs, byHand: true }))
}

/** The same with what an API takes without an exchange. Errors: those of `ServiceTokens.selfSigned`. */
export async function copySelfSigned(
  context: ProfileContext,
  tokens: ServiceTokens,
  { accountId, audience }: { readonly accountId: string; readonly audience: string | null },
): Promise<Outcome<{ expiresAt: number }>> {
  const signed = await tokens.selfSigned(accountId, audience)
  return signed.ok ? copied(context, { kind: 'token', token: signed.value }) : signed
}

/**
 * Out of the keychain here; at Google the key stays valid. Errors: `not-found`; `key-last` unless another key is held
 * and has worked, or this one is lost already and another is held; those of the ledger.
 */
export async function forgetKey(
  context: ProfileContext,
  tokens: ServiceTokens,
  name: KeyName,
): Promise<Outcome<null>> {
  return inTurn(context, () => forgetNow(context, tokens, name))
}

async function forgetNow(
  context: ProfileContext,
  tokens: ServiceTokens,
  { accountId, keyId }: KeyName,
): Promise<Outcome<null>> {
  const found = findService(context, accountId)
  const key = found && findKey(found, keyId)
  if (!found || !key) return fail('not-found')
  const others = keysOf(found.service).filter((other) => other !== key && other.standing === 'held')
  if (!others.some((other) => key.standing === 'missing' || hasWorked(other))) return fail('key-last')
  const data = { accountId, keyId, reason: 'key-forgotten' }
  const recorded = await context.record([{ type: 'service.keyForgotten', data }])
  if (!recorded.ok) return recorded
  tokens.keys.drop(keyId)
  await deleteServiceKeys(context, [keyId])
  return ok()
}

/** Where else the key may lie. Errors: `not-found`. */
export async function findCopies(
  context: ProfileContext,
  tokens: ServiceTokens,
  { accountId, keyId }: KeyName,
): Promise<Outcome<KeyTrace[]>> {
  const found = findService(context, accountId)
  const key = found && findKey(found, keyId)
  if (!found || !key) return fail('not-found')
  const { privateKeyId } = key
  const path = tokens.fileOf(keyId)
  return ok([...(await context.ports.keyFiles.traces({ path, privateKeyId, email: found.account.email }))])
}

/**
 * Deletes the file that the key came from, if it is still the same. Never the only copy: the key has to be in the
 * keychain. Errors: `not-found`, `key-file-gone`, `key-file-changed`, `key-file-kept`, those of the keychain.
 */
export async function deleteKeyFile(
  context: ProfileContext,
  tokens: ServiceTokens,
  { accountId, keyId }: KeyName,
): Promise<Outcome<null>> {
  const found = findService(context, accountId)
  const key = found && findKey(found, keyId)
  if (!found || !key) return fail('not-found')
  const source = tokens.keys.sourceOf(keyId)
  if (!source) return fail('key-file-gone')
  const { ports, services } = context
  const kept = await ports.secretStore.get(services.serviceKey, keyId)
  if (!kept.ok) return kept
  if (kept.value === null || !restoredKey(kept.value)) return fail('keychain-item-missing')
  const removed = await ports.keyFiles.remove(source.path, source.digest)
  if (removed.ok || removed.error.code === 'key-file-gone') tokens.fileGone(accountId, keyId)
  return removed
}

function findService(context: ProfileContext, accountId: string): Found | null {
  const account = context.ledger.state().accounts.get(accountId)
  return account?.service && !account.forgotten ? { account, service: account.service } : null
}

function findKey({ service }: Found, keyId: string): ServiceKeyRecord | undefined {
  return keysOf(service).find((key) => key.keyId === keyId)
}

function copied(context: ProfileContext, result: ServiceResult): Outcome<{ expiresAt: number }> {
  if (result.kind === 'aborted') return fail('internal')
  if (result.kind === 'failed') return { ok: false, error: result.error }
  context.ports.desktop.copySecret(result.token.secret)
  return ok({ expiresAt: result.token.expiresAt })
}
