import { fail, ok } from '../../electron/contract/outcome.ts'
import type { AppError } from '../../electron/contract/outcome.ts'
import type { VaultDesk, VaultState } from '../../electron/core/vault/vault-desk.ts'
import type { FakeSecretStore } from './fake-secret-store.ts'

export interface FakeVault extends VaultDesk {
  /** What unlocks it. */
  readonly passphrase: string
  /** What its files show from the next unlocking on. */
  damage(problem: AppError | null): void
}

/** A vault over a store: while it is locked, every call of the store says so. Begins locked. */
export function fakeVault(store: Pick<FakeSecretStore, 'failAlways' | 'heal'>): FakeVault {
  const passphrase = 'correct horse battery staple'
  const watchers = new Set<() => void>()
  let state: VaultState = 'locked'
  let problem: AppError | null = null
  const tell = (): void => {
    for (const run of [...watchers]) run()
  }
  store.failAlways('vault-locked')
  return {
    passphrase,
    state: () => state,
    unlock: (given) => {
      if (given.reveal() !== passphrase) return Promise.resolve(fail('vault-wrong-passphrase'))
      state = 'open'
      store.heal()
      tell()
      return Promise.resolve(ok())
    },
    lock() {
      if (state === 'locked') return
      state = 'locked'
      store.failAlways('vault-locked')
      tell()
    },
    close: () => watchers.clear(),
    problem: () => problem,
    damage(found) {
      problem = found
    },
    onChange(run) {
      const watcher = (): void => run()
      watchers.add(watcher)
      return () => watchers.delete(watcher)
    },
  }
}
