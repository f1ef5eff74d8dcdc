/** For each test a fresh practice Google, folder and keychain. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import type { TestKeyring } from './keyring.ts'
import { keyringMissing, startKeyring } from './keyring.ts'
import type { RealGoogle } from './real-google.ts'
import { startRealGoogle } from './real-google.ts'
import type { RealProfile, RealProfileOptions } from './real-profile.ts'
import { emptyKeychain, openRealProfile, temporaryFolder } from './real-profile.ts'

/** Why the product cannot run on its real parts here, or null. */
export const partsMissing = keyringMissing()
if (partsMissing !== null) console.log(`tests on real parts skipped: ${partsMissing}`)

export interface RealWorld {
  keyring: TestKeyring
  google: RealGoogle
  dataFolder: string
  /** Where practice Google saves its state. */
  googleFile: string
  /** Opens the profile, or opens it again; it is closed after the test. */
  open(options?: Partial<RealProfileOptions>): Promise<RealProfile>
  /** Is run after the test, the last one first. */
  afterwards(end: () => unknown): void
}

/**
 * The keyring is private to the file, because practice has one client and so one place for its secret. A process
 * loses its connection for good when the daemon ends, so tests that end it take a keyring each and use the
 * keychain in other processes only.
 */
export function useRealWorld(keyring: 'of the file' | 'of each test' = 'of the file'): RealWorld {
  const world = {} as RealWorld
  const ends: (() => unknown)[] = []
  world.afterwards = (end) => ends.push(end)
  world.open = async (options = {}) => {
    const { dataFolder, google } = world
    const opened = await openRealProfile({ dataFolder, issuer: google.issuer, ...options })
    if (!opened.ok) throw new Error(`the profile did not open: ${opened.error.code}`)
    const profile = opened.value
    ends.push(() => profile.close())
    await profile.ready()
    return profile
  }
  if (partsMissing !== null) return world
  if (keyring === 'of the file') useOneKeyring(world)
  beforeEach(async () => {
    const folder = await temporaryFolder()
    ends.push(() => folder.remove())
    world.dataFolder = join(folder.path, 'data')
    await mkdir(world.dataFolder)
    world.googleFile = join(folder.path, 'practice-google.json')
    world.google = await startRealGoogle(world.googleFile)
    ends.push(() => world.google.close())
    if (keyring === 'of the file') {
      ends.push(emptyKeychain)
      return
    }
    world.keyring = await startKeyring('unlocked')
    ends.push(() => world.keyring.stop())
  })
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end()
  })
  return world
}

function useOneKeyring(world: RealWorld): void {
  beforeAll(async () => {
    world.keyring = await startKeyring('unlocked')
    // A process keeps to the session bus it sees first, so this comes before the first use of the keychain.
    process.env['DBUS_SESSION_BUS_ADDRESS'] = world.keyring.env['DBUS_SESSION_BUS_ADDRESS']
  })
  afterAll(() => world.keyring.stop())
}
