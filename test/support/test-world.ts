import type { FakeBrowser } from './fake-browser.ts'
import { fakeBrowser } from './fake-browser.ts'
import type { FakeClock } from './fake-clock.ts'
import { fakeClock } from './fake-clock.ts'
import type { FakeDesktop } from './fake-desktop.ts'
import { fakeDesktop } from './fake-desktop.ts'
import type { FakeDoorListener } from './fake-door-listener.ts'
import { fakeDoorListener } from './fake-door-listener.ts'
import type { FakeFolders } from './fake-folders.ts'
import { fakeFolders } from './fake-folders.ts'
import type { FakeForeignFiles } from './fake-foreign-files.ts'
import { fakeForeignFiles } from './fake-foreign-files.ts'
import type { FakeKeyFiles } from './fake-key-files.ts'
import { fakeKeyFiles } from './fake-key-files.ts'
import type { FakeGoogle } from './fake-google.ts'
import { fakeGoogle } from './fake-google.ts'
import type { FakeHttp } from './fake-http.ts'
import { fakeHttp } from './fake-http.ts'
import { fakeLog } from './fake-log.ts'
import type { FakeLoopbackListener } from './fake-loopback-listener.ts'
import { fakeLoopbackListener } from './fake-loopback-listener.ts'
import type { FakeProfileFolder } from './fake-profile-folder.ts'
import { fakeProfileFolder } from './fake-profile-folder.ts'
import type { FakePrograms } from './fake-programs.ts'
import { fakePrograms } from './fake-programs.ts'
import { fakeRandom } from './fake-random.ts'
import type { FakeSecretStore } from './fake-secret-store.ts'
import { fakeSecretStore } from './fake-secret-store.ts'
import type { FakeVault } from './fake-vault.ts'
import type { FakeTimers } from './fake-timers.ts'
import { fakeTimers } from './fake-timers.ts'
import { fakeVault } from './fake-vault.ts'
import type { FakeWakes } from './fake-wakes.ts'
import { fakeWakes } from './fake-wakes.ts'

/** The outside of a profile, which outlives restarts. */
export interface TestWorld {
  readonly folder: FakeProfileFolder
  readonly clock: FakeClock
  readonly timers: FakeTimers
  readonly secretStore: FakeSecretStore
  readonly vault: FakeVault | null
  readonly http: FakeHttp
  readonly listener: FakeLoopbackListener
  readonly browser: FakeBrowser
  readonly desktop: FakeDesktop
  readonly folders: FakeFolders
  readonly keyFiles: FakeKeyFiles
  readonly wakes: FakeWakes
  readonly doors: FakeDoorListener
  readonly programs: FakePrograms
  readonly foreignFiles: FakeForeignFiles
  readonly google: FakeGoogle
  readonly log: ReturnType<typeof fakeLog>
  readonly random: ReturnType<typeof fakeRandom>
}

/** The keychain, or, with `vault`, a vault in its place: locked at first. */
export async function testWorld(options: { readonly vault?: boolean } = {}): Promise<TestWorld> {
  const clock = fakeClock()
  const http = fakeHttp()
  const desktop = fakeDesktop()
  return {
    folder: fakeProfileFolder(),
    clock,
    timers: fakeTimers(),
    ...secrets(options),
    http,
    listener: fakeLoopbackListener(),
    browser: fakeBrowser(),
    desktop,
    keyFiles: fakeKeyFiles(desktop.files),
    folders: fakeFolders(),
    wakes: fakeWakes(),
    doors: fakeDoorListener(),
    programs: fakePrograms(),
    foreignFiles: fakeForeignFiles(),
    google: await fakeGoogle(http, clock),
    log: fakeLog(),
    random: fakeRandom(),
  }
}

function secrets({ vault = false }): Pick<TestWorld, 'secretStore' | 'vault'> {
  const secretStore = fakeSecretStore()
  return { secretStore, vault: vault ? fakeVault(secretStore) : null }
}
