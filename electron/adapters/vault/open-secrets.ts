/** The secrets of a profile where they lie: in the keychain, or in the vault if that was chosen. */
import type { Outcome } from '../../contract/outcome.ts'
import { ok } from '../../contract/outcome.ts'
import type { ProfileName } from '../../contract/views.ts'
import type { SecretStore } from '../../core/ports.ts'
import type { VaultDesk } from '../../core/vault/vault-desk.ts'
import { readStoreChoice } from './store-choice.ts'
import type { VaultKey } from './vault-key.ts'
import { VaultStore } from './vault-store.ts'

export interface ProfileSecrets {
  readonly secretStore: SecretStore
  /** Null where they lie in the keychain. */
  readonly vault: VaultDesk | null
}

/** Errors: `vault-choice-unclear`; a keychain that cannot be reached is not one: nobody falls back to the vault. */
export async function openSecrets(parts: {
  readonly dataFolder: string
  readonly profile: ProfileName
  readonly keychain: SecretStore
  readonly vaultKey: VaultKey
}): Promise<Outcome<ProfileSecrets>> {
  const { dataFolder, profile, keychain, vaultKey } = parts
  const chosen = await readStoreChoice(dataFolder)
  if (!chosen.ok) return chosen
  if (chosen.value === 'keychain') return ok({ secretStore: keychain, vault: null })
  const store = new VaultStore({ key: vaultKey, profile })
  return ok({ secretStore: store, vault: store })
}
