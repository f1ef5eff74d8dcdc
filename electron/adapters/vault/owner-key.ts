/** When the key of the vault is in the memory of a process that has a profile, gives it away and gets it back. */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Outcome } from '../../contract/outcome.ts'
import { ok } from '../../contract/outcome.ts'
import type { ProfileName } from '../../contract/views.ts'
import type { Secret } from '../../core/secret.ts'
import { openProfileFolder } from '../profile-folder.ts'
import { unlockAtStart } from './passphrase-source.ts'
import { readStoreChoice } from './store-choice.ts'
import type { VaultKey } from './vault-key.ts'

export interface OwnerKeyParts {
  readonly dataFolder: string
  readonly profile: ProfileName
  readonly key: VaultKey
  /** Of a passphrase; null where none was named. */
  readonly fd: number | null
  readonly env: Readonly<Record<string, string | undefined>>
  /** Null where nobody can be asked. Answers null when nobody answers. */
  readonly ask: (() => Promise<Secret | null>) | null
  /** A short line for whoever looks after the process. */
  readonly say: (line: string) => void
  readonly signal: AbortSignal
}

interface Opened {
  close(): Promise<void>
}

/**
 * The key is there while the process has the profile, and at no other time. A descriptor is read once, and not before
 * the profile is free; somebody is asked only at the start. With systemd's credential the vault is unlocked each
 * time, without it it stays locked when the profile comes back.
 */
export class OwnerKey {
  readonly #parts: OwnerKeyParts
  #fd: number | null
  #ask: OwnerKeyParts['ask']

  constructor(parts: OwnerKeyParts) {
    this.#parts = parts
    this.#fd = parts.fd
    this.#ask = parts.ask
  }

  /**
   * Opens the profile with an unlocked vault, if there is one and something unlocks it. Where another process has the
   * profile, and still has it `patienceMs` later, the vault stays locked. After `close` of the profile, and when it could not be opened, the key is gone.
   */
  async around<P extends Opened>(open: () => Promise<Outcome<P>>, patienceMs: number): Promise<Outcome<P>> {
    const { key } = this.#parts
    await this.#unlock(patienceMs)
    const opened = await open()
    if (!opened.ok) {
      key.lock()
      return opened
    }
    const close = async (): Promise<void> => {
      try {
        await opened.value.close()
      } finally {
        key.lock()
      }
    }
    return ok({ ...opened.value, close })
  }

  /** Before anything asks for a secret, and without the profile's lock: somebody may take long to type. */
  async #unlock(patienceMs: number): Promise<void> {
    const { dataFolder, key, env, say, signal } = this.#parts
    const chosen = await readStoreChoice(dataFolder)
    if (!chosen.ok || chosen.value !== 'vault' || !(await this.#isFree(patienceMs))) return
    const [fd, ask] = [this.#fd, this.#ask]
    this.#fd = null
    this.#ask = null
    const unlocked = await unlockAtStart(key, { fd, env, ask, signal })
    if (!unlocked.ok) say(unlocked.error.message)
    if (key.state() === 'locked') say('The vault is locked: “latchkey unlock” opens it.')
  }

  async #isFree(patienceMs: number): Promise<boolean> {
    const { dataFolder, profile } = this.#parts
    const folder = await openProfileFolder(join(dataFolder, 'profiles', profile))
    if (!folder.ok) return false
    for (const until = Date.now() + patienceMs; ; await sleep(50)) {
      const lock = await folder.value.lock()
      if (lock.ok) await lock.value.release()
      if (lock.ok || lock.error.code !== 'profile-owned' || Date.now() >= until) return lock.ok
    }
  }
}
