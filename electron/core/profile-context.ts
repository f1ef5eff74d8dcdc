import type { LatchkeyEvent } from './ledger/events.ts'
import type { Ledger, RecordedEvent } from './ledger/ledger.ts'
import type { Outcome } from '../contract/outcome.ts'
import type { ProfileName } from '../contract/views.ts'
import type { Issuer } from './clients/issuer.ts'
import type {
  Browser,
  Clock,
  Desktop,
  DoorListener,
  Folders,
  ForeignFiles,
  Http,
  KeyFiles,
  Log,
  LoopbackListener,
  ProfileFolder,
  Programs,
  Random,
  SecretStore,
  Timers,
  Wakes,
} from './ports.ts'
import type { SecretServices } from './secrets.ts'
import type { Settings } from './settings/settings.ts'
import type { State } from './state/state.ts'
import type { VaultDesk } from './vault/vault-desk.ts'

/** The world outside, as one profile sees it. */
export interface ProfilePorts {
  readonly folder: ProfileFolder
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly secretStore: SecretStore
  /** What `secretStore` is where there is no keychain; null with one. */
  readonly vault: VaultDesk | null
  readonly http: Http
  readonly listener: LoopbackListener
  readonly browser: Browser
  readonly desktop: Desktop
  readonly folders: Folders
  readonly keyFiles: KeyFiles
  readonly wakes: Wakes
  readonly doors: DoorListener
  readonly programs: Programs
  readonly foreignFiles: ForeignFiles
  readonly log: Log
}

/** What every part of an open profile works with. */
export interface ProfileContext {
  readonly profile: ProfileName
  readonly ports: ProfilePorts
  readonly issuer: Issuer
  readonly services: SecretServices
  readonly settings: Settings
  readonly ledger: Ledger<State, LatchkeyEvent>
  /** Writes facts down and tells the window what they changed. The only way to change state. */
  record(events: readonly LatchkeyEvent[]): Promise<Outcome<readonly RecordedEvent<LatchkeyEvent>[]>>
  /**
   * Now by Google's time, epoch ms: the clock, corrected where it is known to be wrong. Everything about the life
   * of tokens reckons with it.
   */
  now(): number
  /** The language of pages and of Google's consent screen. */
  language(): 'en' | 'hi'
}
