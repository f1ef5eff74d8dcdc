/** Making a vault, changing its passphrase, moving into it and out of it: work on a data folder that nobody uses meanwhile. */
import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Outcome } from '../../contract/outcome.ts'
import { fail, ok } from '../../contract/outcome.ts'
import type { ProfileName } from '../../contract/views.ts'
import type { SecretStore } from '../../core/ports.ts'
import type { Secret } from '../../core/secret.ts'
import { ledgerFile } from '../../core/ledger/continue.ts'
import { secretServices } from '../../core/secrets.ts'
import type { BulkStore, MovePart, MoveResult } from '../../core/vault/move-secrets.ts'
import { moveSecrets, oneByOne } from '../../core/vault/move-secrets.ts'
import { openProfileFolder } from '../profile-folder.ts'
import { renameWithPatience } from '../replace-file.ts'
import { saving, systemCode } from '../saving.ts'
import type { StoreName } from './store-choice.ts'
import { readStoreChoice, writeStoreChoice } from './store-choice.ts'
import { VaultKey } from './vault-key.ts'
import { VaultStore } from './vault-store.ts'

const profiles = ['real', 'practice'] as const satisfies readonly ProfileName[]

export interface VaultKeepingParts {
  readonly dataFolder: string
  readonly keychain: SecretStore
  /** For tests: log2 of the cost of a passphrase. */
  readonly workFactor?: number
}

export interface VaultStatus {
  readonly store: StoreName
  /** Whether there is one, in use or not. */
  readonly vault: boolean
  /**
   * Full paths of what was put aside, sorted: damaged generations, and files whose key is gone. Nothing reads them any
   * more; whether they are still of use only their owner knows.
   */
  readonly aside: readonly string[]
}
export interface VaultMade {
  /** Where secrets lie from now on. Still the keychain when something lies there, or may: it is to be moved first. */
  readonly store: StoreName
  /** So many secrets lie in the keychain; null when it could not be asked and profiles know of some. */
  readonly inKeychain: number | null
}

/**
 * All but `status` take the owner locks of both profiles first. Errors of each: `profile-owned`, those of the folder,
 * `vault-choice-unclear`, those of `VaultKey`.
 */
export class VaultKeeping {
  readonly #parts: VaultKeepingParts

  constructor(parts: VaultKeepingParts) {
    this.#parts = parts
  }

  /** Errors: `vault-choice-unclear`. */
  async status(): Promise<Outcome<VaultStatus>> {
    const { dataFolder } = this.#parts
    const store = await readStoreChoice(dataFolder)
    if (!store.ok) return store
    const key = this.#key()
    const [vault, aside] = [await key.exists(), await allAside(dataFolder, key.folder)]
    return ok({ store: store.value, vault, aside })
  }

  /**
   * Makes a vault with nothing in it and, where the keychain holds nothing of ours, puts it in use. `startEmpty` puts
   * it in use in any case. Errors: `vault-there`.
   */
  init(passphrase: Secret, { startEmpty = false } = {}): Promise<Outcome<VaultMade>> {
    return this.#alone(async () => {
      const { dataFolder } = this.#parts
      const chosen = await readStoreChoice(dataFolder)
      if (!chosen.ok) return chosen
      const inKeychain = startEmpty ? 0 : await this.#inKeychain()
      const made = await this.#make(passphrase)
      if (!made.ok) return made
      const store = inKeychain === 0 ? 'vault' : 'keychain'
      const written = store === 'vault' ? await writeStoreChoice(dataFolder, 'vault') : ok()
      return written.ok ? ok({ store, inKeychain }) : written
    })
  }

  changePassphrase(old: Secret, passphrase: Secret): Promise<Outcome<null>> {
    return this.#alone(() => this.#key().changePassphrase(old, passphrase))
  }

  /** Moves every secret of both profiles. What stopped it is in the result. */
  move(to: StoreName, passphrase: Secret): Promise<Outcome<MoveResult>> {
    return this.#alone(async () => {
      const { dataFolder } = this.#parts
      const chosen = await readStoreChoice(dataFolder)
      if (!chosen.ok) return chosen
      const [key, anew] = [this.#key(), this.#key()]
      for (const one of [key, anew]) {
        const unlocked = await one.unlock(passphrase)
        if (!unlocked.ok) return unlocked
      }
      const parts = profiles.map((profile) => this.#part(profile, to, { key, anew }))
      return ok(
        await moveSecrets({
          parts,
          switched: chosen.value === to,
          switchOver: () => writeStoreChoice(dataFolder, to),
        }),
      )
    })
  }

  #part(
    profile: ProfileName,
    to: StoreName,
    keys: { readonly key: VaultKey; readonly anew: VaultKey },
  ): MovePart {
    const { refreshToken, clientSecret, serviceKey } = secretServices(profile)
    const services = [refreshToken, clientSecret, serviceKey]
    const keychain = oneByOne(this.#parts.keychain)
    const vault: BulkStore = new VaultStore({ key: keys.key, profile })
    if (to === 'keychain') return { services, from: vault, to: keychain, toAnew: keychain }
    return { services, from: keychain, to: vault, toAnew: new VaultStore({ key: keys.anew, profile }) }
  }

  /** An interrupted making left files, or somebody took the key away: they are put aside, not overwritten. */
  async #make(passphrase: Secret): Promise<Outcome<null>> {
    const key = this.#key()
    if (await key.exists()) return fail('vault-there')
    const aside = await saving(() => putAside(key.folder))
    if (!aside.ok) return aside
    return key.create(passphrase, async () => {
      for (const profile of profiles) {
        const begun = await new VaultStore({ key, profile }).create()
        if (!begun.ok) return begun
      }
      return ok()
    })
  }

  /** How many secrets of ours the keychain holds; null when it does not say and a ledger knows of some. */
  async #inKeychain(): Promise<number | null> {
    let count = 0
    for (const profile of profiles) {
      const { refreshToken, clientSecret, serviceKey } = secretServices(profile)
      for (const service of [refreshToken, clientSecret, serviceKey]) {
        const listed = await this.#parts.keychain.list(service)
        if (!listed.ok) return (await this.#anySecretKnown()) ? null : 0
        count += listed.value.length
      }
    }
    return count
  }

  async #anySecretKnown(): Promise<boolean> {
    for (const profile of profiles) {
      if (await knowsSecrets(join(this.#parts.dataFolder, 'profiles', profile))) return true
    }
    return false
  }

  #key(): VaultKey {
    const { dataFolder, workFactor } = this.#parts
    return new VaultKey({ dataFolder, ...(workFactor !== undefined && { workFactor }) })
  }

  async #alone<T>(work: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
    const locks: { release(): Promise<void> }[] = []
    try {
      for (const profile of profiles) {
        const folder = await openProfileFolder(join(this.#parts.dataFolder, 'profiles', profile))
        const lock = folder.ok ? await folder.value.lock() : folder
        if (!lock.ok) return lock
        locks.push(lock.value)
      }
      return await work()
    } finally {
      for (const lock of locks) await lock.release()
    }
  }
}

/** Facts after which something lies in the keychain. */
const stored = /"type":"(client\.added|service\.keyAdded|token\.minted)"/

/** Whether the ledger of a profile tells of anything that was stored. Taken for yes where it cannot be read. */
async function knowsSecrets(folder: string): Promise<boolean> {
  try {
    const lines = createInterface({ input: createReadStream(join(folder, ledgerFile)), crlfDelay: Infinity })
    for await (const line of lines) if (stored.test(line)) return true
    return false
  } catch (cause) {
    return systemCode(cause) !== 'ENOENT'
  }
}

async function allAside(dataFolder: string, vault: string): Promise<readonly string[]> {
  const named = async (folder: string, pattern: RegExp): Promise<readonly string[]> =>
    (await namesIn(folder)).filter((name) => pattern.test(name)).map((name) => join(folder, name))
  const damaged = profiles.map((profile) => named(join(vault, profile), /^secrets\.damaged-/))
  const found = await Promise.all([named(dataFolder, /^vault-without-key-/), ...damaged])
  return found.flat().sort()
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (cause) {
    systemCode(cause)
    return []
  }
}

async function putAside(folder: string): Promise<null> {
  try {
    if ((await readdir(folder)).length === 0) return null
    await renameWithPatience(folder, `${folder}-without-key-${randomBytes(4).toString('hex')}`)
  } catch (cause) {
    if (systemCode(cause) !== 'ENOENT') throw cause
  }
  return null
}
