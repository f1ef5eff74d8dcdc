import { createHash } from 'node:crypto'
import type { Outcome } from '../../contract/outcome.ts'
import { fail, ok } from '../../contract/outcome.ts'
import type { ImportResult } from '../../contract/views.ts'
import { accountIdOf } from '../accounts/identity.ts'
import { inTurn } from '../folders/turns.ts'
import type { LatchkeyEvent } from '../ledger/events.ts'
import type { ProfileContext } from '../profile-context.ts'
import { putSecret } from '../secrets.ts'
import type { AccountRecord } from '../state/state.ts'
import type { ServiceKeyFile } from './key-file.ts'
import { parseKeyFile } from './key-file.ts'
import { isSameKey, provenStorage, restoredKey } from './key-storage.ts'
import { keysOf } from './service-keys.ts'
import type { ServiceTokens } from './service-tokens.ts'

export interface BroughtKey {
  readonly bytes: Uint8Array
  /** Where the file lies; null from the clipboard. */
  readonly path: string | null
  /** The account that a further key is meant for. */
  readonly forAccount?: string
}

interface Kept {
  readonly accountId: string
  readonly keyId: string
  readonly outcome: 'account-added' | 'key-added' | 'known'
}

/**
 * Adds a service account by its key file, or a further key to one that is here. The key is proven before it is
 * stored, and stored before the ledger says so. One that is known already stays, and is stored again where the
 * keychain lost it or holds something that is no key.
 *
 * Errors: those of `parseKeyFile`, of the keychain and the ledger, `key-of-another-account`, `not-found` for an
 * account that is not here, `read-only`; `key-field-malformed` for the number of an account with another address, and
 * `key-truncated` for another key under the name of one that is held.
 */
export async function importKey(
  context: ProfileContext,
  tokens: ServiceTokens,
  brought: BroughtKey,
): Promise<Outcome<ImportResult>> {
  if (context.ledger.readOnly) return fail('read-only')
  const file = parseKeyFile(brought.bytes, context.profile)
  if (!file.ok) return file
  const accountId = accountIdOf(context.issuer.identity, file.value.uniqueId)
  const { forAccount = accountId } = brought
  if (forAccount !== accountId) {
    const meant = context.ledger.state().accounts.get(forAccount)
    if (!meant?.service || meant.forgotten) return fail('not-found')
    return fail('key-of-another-account', { email: file.value.email })
  }
  const { path, bytes } = brought
  const kept = await inTurn(context, async () => {
    const keeping = await keepKey(context, tokens, file.value, accountId)
    if (keeping.ok && path !== null)
      tokens.keys.rememberSource(keeping.value.keyId, { path, digest: digestOf(bytes) })
    return keeping
  })
  if (!kept.ok) return kept
  tokens.forgive(accountId)
  return ok({ kind: 'service-account', ...kept.value })
}

/** As the port `KeyFiles` compares it. */
function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url')
}

async function keepKey(
  context: ProfileContext,
  tokens: ServiceTokens,
  file: ServiceKeyFile,
  accountId: string,
): Promise<Outcome<Kept>> {
  const account = context.ledger.state().accounts.get(accountId)
  // The number of a person's account: no service account has it.
  if (account && !account.service) return fail('key-field-malformed', { field: 'client_id' })
  const isNew = !account || account.forgotten
  // Neither ever changes at Google: one of the two is not its own.
  if (!isNew && account.email !== file.email) return fail('key-field-malformed', { field: 'client_email' })
  const proven = provenStorage(file.key)
  if (!proven.ok) return proven
  const { stored, restored } = proven.value
  const { secretStore } = context.ports
  const service = context.services.serviceKey
  const known = knownKey(account, file.privateKeyId)
  if (known && known.standing === 'held') {
    const there = await secretStore.get(service, known.keyId)
    if (!there.ok) return there
    const held = there.value && restoredKey(there.value)
    if (held && !isSameKey(file.key, held)) return fail('key-truncated')
    if (held) return ok({ accountId, keyId: known.keyId, outcome: 'known' })
  }
  const keyId = known?.keyId ?? context.ports.random.token(16)
  const put = await putSecret(secretStore, service, keyId, stored)
  if (!put.ok) return put
  const found: LatchkeyEvent = { type: 'service.keyFound', data: { accountId, keyId } }
  const recorded = await context.record(known ? [found] : added(context, account, file, keyId))
  if (!recorded.ok) {
    // Of a known one the ledger already says that it should be there.
    if (!known) await secretStore.delete(service, keyId)
    return recorded
  }
  tokens.keys.keep(keyId, restored)
  if (known) return ok({ accountId, keyId, outcome: 'known' })
  return ok({ accountId, keyId, outcome: isNew ? 'account-added' : 'key-added' })
}

function knownKey(
  account: AccountRecord | undefined,
  privateKeyId: string,
): ReturnType<typeof keysOf>[number] | undefined {
  if (!account?.service || account.forgotten) return undefined
  return keysOf(account.service).find((key) => key.privateKeyId === privateKeyId)
}

/** A further key, and the account itself where it does not stand yet as the file says. */
function added(
  { issuer }: ProfileContext,
  account: AccountRecord | undefined,
  { email, uniqueId, projectId, privateKeyId, bits }: ServiceKeyFile,
  keyId: string,
): LatchkeyEvent[] {
  const accountId = accountIdOf(issuer.identity, uniqueId)
  const key: LatchkeyEvent = { type: 'service.keyAdded', data: { accountId, keyId, privateKeyId, bits } }
  const stands = account?.email === email && account.service?.projectId === projectId && !account.forgotten
  if (stands) return [key]
  const data = { accountId, issuer: issuer.identity, email, uniqueId, projectId }
  return [{ type: 'service.added', data }, key]
}
