/**
 * The key of the vault: an age identity in a file under the passphrase. Decrypted once, kept in memory only, dropped
 * when the vault is locked. One for all profiles of a data folder.
 */
import { mkdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Outcome } from '../../contract/outcome.ts'
import { fail, ok } from '../../contract/outcome.ts'
import type { Secret } from '../../core/secret.ts'
import type { VaultState } from '../../core/vault/vault-desk.ts'
import { replaceFile, syncFolder } from '../replace-file.ts'
import { saving, systemCode } from '../saving.ts'
import type { Seal } from './age-files.ts'
import { newIdentity, openWithPassphrase, sealOf, sealWithPassphrase } from './age-files.ts'
import { usualWorkFactor } from './passphrase-stanza.ts'

/** Characters. Several words reach it easily; scrypt does the rest. */
export const leastPassphrase = 12

export interface VaultKeyOptions {
  readonly dataFolder: string
  /** Log2 of the cost of a try, for tests; a second where it is left out. */
  readonly workFactor?: number
}

export class VaultKey {
  /** `<dataFolder>/vault` */
  readonly folder: string
  readonly #file: string
  readonly #workFactor: number
  readonly #watchers = new Set<() => void>()
  #seal: Seal | null = null
  /** Counts the lockings: an unlocking that one came in between of does not count. */
  #locks = 0
  #turn: Promise<unknown> = Promise.resolve()

  constructor({ dataFolder, workFactor = usualWorkFactor }: VaultKeyOptions) {
    this.folder = join(dataFolder, 'vault')
    this.#file = join(this.folder, 'identity.age')
    this.#workFactor = workFactor
  }

  state(): VaultState {
    return this.#seal === null ? 'locked' : 'open'
  }

  /** What encrypts and decrypts, or null while it is locked. Not to be kept longer than one piece of work. */
  seal(): Seal | null {
    return this.#seal
  }

  async exists(): Promise<boolean> {
    try {
      return (await stat(this.#file)).isFile()
    } catch (cause) {
      if (systemCode(cause) === 'ENOENT') return false
      throw cause
    }
  }

  /** Errors: `vault-wrong-passphrase`, `vault-missing`, `vault-damaged`, `file-unreadable`; `vault-locked` when it was locked meanwhile. */
  unlock(passphrase: Secret): Promise<Outcome<null>> {
    const locks = this.#locks
    return this.#next(async () => {
      const opened = await this.#open(passphrase)
      if (!opened.ok) return opened
      if (this.#locks !== locks) return fail('vault-locked')
      const seal = await sealOf(opened.value)
      if (!seal) return fail('vault-damaged')
      this.#seal = seal
      this.#tell()
      return ok()
    })
  }

  lock(): void {
    this.#locks += 1
    if (this.#seal === null) return
    this.#seal = null
    this.#tell()
  }

  /**
   * Makes a new key under a passphrase. `begin` makes the first files with it; the key itself is written after them, so
   * that there is no vault without its files. Errors: `vault-there`, `vault-passphrase-short` (`least`), those of saving.
   */
  create(passphrase: Secret, begin: () => Promise<Outcome<null>>): Promise<Outcome<null>> {
    return this.#next(async () => {
      if (await this.exists()) return fail('vault-there')
      if (isShort(passphrase)) return tooShort()
      const identity = await newIdentity()
      this.#seal = await sealOf(identity)
      const begun = await begin()
      const saved = begun.ok ? await this.#save(identity, passphrase) : begun
      this.lock()
      return saved
    })
  }

  /** Errors: as `unlock`, `vault-passphrase-short` (`least`), those of saving. After each of them the old one counts. */
  changePassphrase(old: Secret, passphrase: Secret): Promise<Outcome<null>> {
    return this.#next(async () => {
      if (isShort(passphrase)) return tooShort()
      const opened = await this.#open(old)
      return opened.ok ? this.#save(opened.value, passphrase) : opened
    })
  }

  onChange(run: () => void): () => void {
    this.#watchers.add(run)
    return () => this.#watchers.delete(run)
  }

  async #open(passphrase: Secret): Promise<Outcome<Secret>> {
    const file = await this.#read()
    if (!file.ok) return file
    const opened = await openWithPassphrase(file.value, passphrase)
    if (opened.kind === 'opened') return ok(opened.text)
    return fail(opened.kind === 'wrong' ? 'vault-wrong-passphrase' : 'vault-damaged')
  }

  async #read(): Promise<Outcome<Uint8Array>> {
    try {
      return ok(await readFile(this.#file))
    } catch (cause) {
      return fail(systemCode(cause) === 'ENOENT' ? 'vault-missing' : 'file-unreadable')
    }
  }

  /** What is written was opened once before: without it everything in the vault would be lost. */
  async #save(identity: Secret, passphrase: Secret): Promise<Outcome<null>> {
    const file = await sealWithPassphrase(identity, passphrase, this.#workFactor)
    const opened = await openWithPassphrase(file, passphrase)
    if (opened.kind !== 'opened' || !opened.text.equals(identity)) return fail('keychain-mismatch')
    return saving(async () => {
      const made = await mkdir(this.folder, { recursive: true, mode: 0o700 })
      if (made !== undefined) await syncFolder(join(made, '..'))
      return replaceFile(this.#file, file)
    })
  }

  #tell(): void {
    for (const run of [...this.#watchers]) run()
  }

  /** One try at a time: each takes 256 MiB. */
  #next<T>(work: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
    const run = this.#turn.then(work)
    // Without the answer: a promise that is kept would keep a secret in memory.
    this.#turn = run.then(nothing, nothing)
    return run
  }
}

function isShort(passphrase: Secret): boolean {
  return Array.from(passphrase.reveal()).length < leastPassphrase
}

function tooShort(): Outcome<never> {
  return fail('vault-passphrase-short', { least: leastPassphrase })
}

function nothing(): void {
  // Whoever asked has the answer.
}
