/** Real vaults in folders of their own, with passphrases that cost little. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { WriteStep } from '../../electron/adapters/vault/generations.ts'
import { VaultKey } from '../../electron/adapters/vault/vault-key.ts'
import { VaultStore } from '../../electron/adapters/vault/vault-store.ts'
import type { ProfileName } from '../../electron/contract/views.ts'
import type { SecretStore } from '../../electron/core/ports.ts'
import { Secret } from '../../electron/core/secret.ts'

export const passphrase = new Secret('correct horse battery staple')
/** Log2: a thousand times cheaper than in earnest. */
export const cheap = 8

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-vault-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Makes a vault with nothing in it and answers its data folder: the one given, or a new one. */
export async function newVault(folder?: string): Promise<string> {
  const dataFolder = folder ?? (await temporaryFolder())
  const key = new VaultKey({ dataFolder, workFactor: cheap })
  const made = await key.create(passphrase, async () => {
    for (const profile of ['real', 'practice'] as const) {
      const begun = await new VaultStore({ key, profile }).create()
      if (!begun.ok) return begun
    }
    return { ok: true, value: null }
  })
  if (!made.ok) throw new Error(made.error.code)
  return dataFolder
}

/** What a process that starts has: locked. */
export function startOver(
  dataFolder: string,
  options: { readonly profile?: ProfileName; readonly onStep?: (step: WriteStep) => void } = {},
): VaultStore {
  const { profile = 'real', onStep } = options
  const key = new VaultKey({ dataFolder, workFactor: cheap })
  return new VaultStore({ key, profile, ...(onStep && { onStep }) })
}

/** The same, unlocked. */
export async function openVault(...args: Parameters<typeof startOver>): Promise<VaultStore> {
  const store = startOver(...args)
  const unlocked = await store.unlock(passphrase)
  if (!unlocked.ok) throw new Error(unlocked.error.code)
  return store
}

/** The text of an item, or null. */
export async function textOf(
  store: Pick<SecretStore, 'get'>,
  service: string,
  account: string,
): Promise<string | null> {
  const read = await store.get(service, account)
  if (!read.ok) throw new Error(read.error.code)
  return read.value?.reveal() ?? null
}
