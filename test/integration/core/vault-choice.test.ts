import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { takeAppSeat } from '../../../electron/adapters/doors/seat.ts'
import { createLog } from '../../../electron/adapters/log.ts'
import { createLoopbackListener } from '../../../electron/adapters/loopback-listener.ts'
import { openProfileFolder } from '../../../electron/adapters/profile-folder.ts'
import { systemRandom } from '../../../electron/adapters/random.ts'
import { writeStoreChoice } from '../../../electron/adapters/vault/store-choice.ts'
import type { WorldParts } from '../../../electron/worlds.ts'
import { openWorld } from '../../../electron/worlds.ts'
import { fakeBrowser } from '../../support/fake-browser.ts'
import { fakeDesktop } from '../../support/fake-desktop.ts'
import { fakeSecretStore } from '../../support/fake-secret-store.ts'
import { fakeWakes } from '../../support/fake-wakes.ts'
import { temporaryFolder } from '../../support/test-vault.ts'

const failure = (code: string): object => ({ ok: false, error: { code } })

function partsOf(dataFolder: string): WorldParts {
  return {
    dataFolder,
    secretStore: fakeSecretStore(),
    listener: createLoopbackListener({ random: systemRandom }),
    browser: fakeBrowser(),
    desktop: { ...fakeDesktop() },
    wakes: fakeWakes(),
    systemProxy: () => Promise.resolve('DIRECT'),
    log: createLog({ folder: dataFolder, home: dataFolder }),
    practiceIssuer: null,
  }
}

/** As `latchkey vault move` has it. */
async function lockOf(dataFolder: string): Promise<{ release(): Promise<void> }> {
  const folder = await openProfileFolder(join(dataFolder, 'profiles', 'real'))
  const lock = folder.ok ? await folder.value.lock() : folder
  if (!lock.ok) throw new Error(lock.error.code)
  return lock.value
}

async function freeAgain(dataFolder: string): Promise<void> {
  await (await lockOf(dataFolder)).release()
}

describe('a profile that is opened while its secrets are moved', () => {
  it('finds them where they lie in the end', async () => {
    const dataFolder = await temporaryFolder()
    const parts = partsOf(dataFolder)
    const moving = await lockOf(dataFolder)
    const opening = openWorld('real', { ...parts, takeSeat: takeAppSeat })
    await sleep(300)
    await writeStoreChoice(dataFolder, 'vault')
    await moving.release()
    const world = await opening
    if (!world.ok) throw new Error(world.error.code)
    expect(world.value.ports.vault?.state()).toBe('locked')
    expect(world.value.ports.secretStore).not.toBe(parts.secretStore)
    const lock = await world.value.ports.folder.lock()
    if (lock.ok) await lock.value.release()
    await freeAgain(dataFolder)
  })

  it('is not opened at all without a way to wait for it, and is free after a choice that is unclear', async () => {
    const dataFolder = await temporaryFolder()
    const parts = partsOf(dataFolder)
    const moving = await lockOf(dataFolder)
    expect(await openWorld('real', parts)).toMatchObject(failure('profile-owned'))
    await moving.release()
    await writeStoreChoice(dataFolder, 'elsewhere' as 'vault')
    expect(await openWorld('real', parts)).toMatchObject(failure('vault-choice-unclear'))
    expect(await openWorld('real', { ...parts, takeSeat: takeAppSeat })).toMatchObject(
      failure('vault-choice-unclear'),
    )
    await freeAgain(dataFolder)
  })
})
