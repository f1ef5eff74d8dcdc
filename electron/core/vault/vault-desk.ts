/** What may be done with a vault while a profile is open: see whether it is open, unlock it, lock it. */
import type { AppError, Outcome } from '../../contract/outcome.ts'
import type { Secret } from '../secret.ts'

export type VaultState = 'locked' | 'open'

/** The vault that stands in for the keychain. While it is locked, its secrets are neither there nor missing. */
export interface VaultDesk {
  state(): VaultState
  /**
   * Costs about a second whatever the answer is. A vault that is open stays so after a wrong passphrase.
   * Errors: `vault-wrong-passphrase`, `vault-missing`, `vault-damaged`; `vault-locked` when it was locked meanwhile.
   */
  unlock(passphrase: Secret): Promise<Outcome<null>>
  /** Lets go of the key and of everything that was read with it. */
  lock(): void
  /** The profile is closed: lets go of what was read, not of the key. */
  close(): void
  /** What was found wrong with its files since it was opened (`vault-older`, `vault-damaged`), or null. */
  problem(): AppError | null
  /** Tells that the state or the problem is another one. Answers what stops the telling. */
  onChange(run: () => void): () => void
}
