/** Where each secret of a profile lives in the keychain, and the one careful way to put it there. */
import type { Outcome } from '../contract/outcome.ts'
import { fail, ok } from '../contract/outcome.ts'
import type { ProfileName } from '../contract/views.ts'
import type { Random, SecretStore } from './ports.ts'
import { Secret } from './secret.ts'

export interface SecretServices {
  readonly refreshToken: string
  readonly clientSecret: string
  /** Private keys of service accounts. */
  readonly serviceKey: string
  readonly selfTest: string
}

/** Service names of a profile's keychain items. Practice and real never share one. */
export function secretServices(profile: ProfileName): SecretServices {
  const prefix = profile === 'practice' ? 'dev.latchkey.practice' : 'dev.latchkey'
  return {
    refreshToken: `${prefix}.refresh-token`,
    clientSecret: `${prefix}.client-secret`,
    serviceKey: `${prefix}.service-key`,
    selfTest: `${prefix}.self-test`,
  }
}

/**
 * Writes a secret, reads it back and compares: a keychain that takes a write and keeps nothing has cost people
 * their tokens. On a mismatch the item is taken away again.
 *
 * Errors: those of the store, and `keychain-mismatch`.
 */
export async function putSecret(
  store: SecretStore,
  service: string,
  account: string,
  secret: Secret,
): Promise<Outcome<null>> {
  const written = await store.set(service, account, secret)
  if (!written.ok) return written
  const read = await store.get(service, account)
  if (!read.ok) return read
  if (read.value?.equals(secret) === true) return ok()
  await store.delete(service, account)
  return fail('keychain-mismatch')
}

/** Proves that the keychain keeps what it is given, before anybody is asked to consent to anything. */
export async function testSecretStore(
  store: SecretStore,
  service: string,
  random: Random,
): Promise<Outcome<null>> {
  const account = random.token(16)
  const kept = await putSecret(store, service, account, new Secret(random.token(32)))
  if (!kept.ok) return kept
  const removed = await store.delete(service, account)
  return removed.ok ? ok() : removed
}
