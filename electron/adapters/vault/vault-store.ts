/** The vault of one profile behind the port of the keychain. */
import { join } from 'node:path'
import type { AppError, Outcome } from '../../contract/outcome.ts'
import { appError, fail, ok } from '../../contract/outcome.ts'
import type { ProfileName } from '../../contract/views.ts'
import type { SecretStore } from '../../core/ports.ts'
import type { Secret } from '../../core/secret.ts'
import type { SecretPlace } from '../../core/vault/move-secrets.ts'
import type { VaultDesk, VaultState } from '../../core/vault/vault-desk.ts'
import type { Seal } from './age-files.ts'
import type { Generation, GenerationPlace, VaultItem, WriteStep } from './generations.ts'
import { readGeneration, writeGeneration } from './generations.ts'
import type { VaultKey } from './vault-key.ts'

export interface VaultStoreOptions {
  readonly key: VaultKey
  readonly profile: ProfileName
  /** For tests: see `WriteOptions`. */
  readonly onStep?: (step: WriteStep) => void | Promise<void>
}

interface Loaded {
  readonly number: number
  readonly items: ReadonlyMap<string, VaultItem>
  readonly older: boolean
}

/**
 * Everything is decrypted at the first use and kept until the vault is locked; each change is one write of everything,
 * one at a time. While it is locked every call fails with `vault-locked`, and with nothing else.
 *
 * Errors: `vault-locked`, `vault-damaged`, `file-unreadable`, those of `writeGeneration`.
 */
export class VaultStore implements SecretStore, VaultDesk {
  readonly #key: VaultKey
  readonly #place: GenerationPlace
  readonly #onStep: VaultStoreOptions['onStep']
  readonly #watchers = new Set<() => void>()
  #loaded: Loaded | null = null
  #problem: AppError | null = null
  #turn: Promise<unknown> = Promise.resolve()
  readonly #stopFollowing: () => void

  constructor({ key, profile, onStep }: VaultStoreOptions) {
    this.#key = key
    this.#place = { folder: join(key.folder, profile), profile }
    this.#onStep = onStep
    this.#stopFollowing = key.onChange(() => {
      // At once, also in the middle of a write: what was decrypted goes with the key.
      this.#loaded = null
      this.#tell()
    })
  }

  state(): VaultState {
    return this.#key.state()
  }

  problem(): AppError | null {
    return this.#problem
  }

  lock(): void {
    this.#key.lock()
  }

  close(): void {
    this.#stopFollowing()
    this.#watchers.clear()
    this.#loaded = null
  }

  /** Also reads the secrets, so that damage is told at once; then it stays locked. */
  async unlock(passphrase: Secret): Promise<Outcome<null>> {
    const unlocked = await this.#key.unlock(passphrase)
    if (!unlocked.ok) return unlocked
    const read = await this.#take(() => Promise.resolve(ok()))
    if (!read.ok && read.error.code !== 'vault-locked') this.#key.lock()
    return read
  }

  onChange(run: () => void): () => void {
    this.#watchers.add(run)
    return () => this.#watchers.delete(run)
  }

  get(service: string, account: string): Promise<Outcome<Secret | null>> {
    return this.#take(({ items }) =>
      Promise.resolve(ok(items.get(nameOf({ service, account }))?.secret ?? null)),
    )
  }

  set(service: string, account: string, secret: Secret): Promise<Outcome<null>> {
    return this.setAll([{ service, account, secret }])
  }

  /** As `removeAll`: what was forgotten is in no generation. */
  async delete(service: string, account: string): Promise<Outcome<boolean>> {
    return this.#take(async ({ items }, seal) => {
      if (!items.has(nameOf({ service, account }))) return ok(false)
      const removed = await this.#remove([{ service, account }], seal)
      return removed.ok ? ok(true) : removed
    })
  }

  list(service: string): Promise<Outcome<readonly string[]>> {
    return this.#take(({ items }) =>
      Promise.resolve(
        ok([...items.values()].filter((item) => item.service === service).map(({ account }) => account)),
      ),
    )
  }

  /** Many in one write. */
  setAll(added: readonly VaultItem[]): Promise<Outcome<null>> {
    return this.#take((loaded, seal) => {
      const items = new Map(loaded.items)
      for (const item of added) items.set(nameOf(item), item)
      return this.#write(loaded, seal, items)
    })
  }

  /** Many in one write, and a second one, after which the generation before has none of them either. */
  removeAll(places: readonly SecretPlace[]): Promise<Outcome<null>> {
    return this.#take((_loaded, seal) => this.#remove(places, seal))
  }

  async #remove(places: readonly SecretPlace[], seal: Seal): Promise<Outcome<null>> {
    for (let round = 0; round < 2; round += 1) {
      // It may have been locked in between; the next reading then finishes this.
      const loaded = this.#loaded
      if (!loaded) return fail('vault-locked')
      const items = new Map(loaded.items)
      for (const place of places) items.delete(nameOf(place))
      const written = await this.#write(loaded, seal, items)
      if (!written.ok) return written
    }
    return ok()
  }

  /** The first generation, with nothing in it. Errors: `vault-there` when there is something already. */
  create(): Promise<Outcome<null>> {
    return this.#next(async () => {
      const seal = this.#key.seal()
      if (!seal) return fail('vault-locked')
      const read = await readGeneration(this.#place, seal)
      if (read.ok) return fail('vault-there')
      if (read.error.code !== 'vault-damaged') return read
      return writeGeneration(this.#place, seal, { number: 1, items: [] }, { keepAside: true })
    })
  }

  /** Work on what is decrypted, in turn. */
  #take<T>(work: (loaded: Loaded, seal: Seal) => Promise<Outcome<T>>): Promise<Outcome<T>> {
    return this.#next(async () => {
      const seal = this.#key.seal()
      if (!seal) return fail('vault-locked')
      const loaded = this.#loaded ? ok(this.#loaded) : await this.#load(seal)
      return loaded.ok ? work(loaded.value, seal) : loaded
    })
  }

  async #load(seal: Seal): Promise<Outcome<Loaded>> {
    const read = await readGeneration(this.#place, seal)
    if (this.#key.seal() !== seal) return fail('vault-locked')
    this.#report(read.ok ? (read.value.older ? appError('vault-older') : null) : read.error)
    if (!read.ok) return read
    const { generation, older, lingering } = read.value
    const items = new Map(generation.items.map((item) => [nameOf(item), item]))
    const loaded: Loaded = { number: generation.number, items, older }
    this.#loaded = loaded
    if (!lingering) return ok(loaded)
    // A deletion that was stopped half-way. Where it cannot be finished now either, it is tried at the next reading.
    await this.#write(loaded, seal, items)
    return this.#key.seal() === seal ? ok((this.#loaded ??= loaded)) : fail('vault-locked')
  }

  async #write(
    { number, older }: Loaded,
    seal: Seal,
    items: ReadonlyMap<string, VaultItem>,
  ): Promise<Outcome<null>> {
    const next: Generation = { number: number + 1, items: [...items.values()] }
    const written = await writeGeneration(this.#place, seal, next, {
      keepAside: older,
      ...(this.#onStep && { onStep: this.#onStep }),
    })
    if (!written.ok) {
      // How far it came is known from the disk alone.
      this.#loaded = null
      return written
    }
    // Unless it was locked meanwhile.
    if (this.#key.seal() === seal) this.#loaded = { number: next.number, items, older: false }
    return written
  }

  #report(problem: AppError | null): void {
    if (problem?.code === this.#problem?.code) return
    this.#problem = problem
    this.#tell()
  }

  #tell(): void {
    for (const run of [...this.#watchers]) run()
  }

  #next<T>(work: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
    const run = this.#turn.then(work)
    // Without the answer: a promise that is kept would keep a secret in memory.
    this.#turn = run.then(nothing, nothing)
    return run
  }
}

function nameOf({ service, account }: SecretPlace): string {
  return JSON.stringify([service, account])
}

function nothing(): void {
  // Whoever asked has the answer.
}
