import { describe, expect, it } from 'vitest'
import { asha as fakeAsha } from '../support/fake-google.ts'
import { asha } from '../support/real-google.ts'
import { partsMissing, useRealWorld } from '../support/real-world.ts'
import { openTestProfile } from '../support/test-profile.ts'
import type { ProfileProcess } from './start-profile-process.ts'
import { startProfileProcess } from './start-profile-process.ts'

describe('a keychain that is locked between two refreshes', () => {
  it('is said, takes nothing away, and is read again in the same process once it is open', async () => {
    const test = await openTestProfile()
    const { google, secretStore } = test.world
    await test.addClient()
    await test.reach(await test.signIn(fakeAsha), 'done')
    const account = () => test.snapshot().accounts[0]
    const check = () => test.ask('accounts.check', { accountId: account()?.accountId ?? '' })
    expect(await check()).toEqual({ ok: true, value: null })
    const requests = google.refreshes.length

    secretStore.failAlways('keychain-locked')
    expect(await check()).toMatchObject({ ok: false, error: { code: 'keychain-locked' } })
    const [locked] = account()?.grants ?? []
    expect(locked?.tokens).toMatchObject([{ standing: 'held', refusal: null, death: null }])
    expect(locked?.check).toMatchObject({ running: false, error: { code: 'keychain-locked' } })
    expect(account()?.health.level).toBe('fine')
    expect(google.refreshes).toHaveLength(requests)

    secretStore.heal()
    expect(await check()).toEqual({ ok: true, value: null })
    expect(account()?.grants[0]).toMatchObject({ check: null, tokens: [{ standing: 'held', refusal: null }] })
    expect(google.refreshes).toHaveLength(requests + 1)
    await test.profile.close()
  })
})

const world = useRealWorld('of each test')

async function start(): Promise<ProfileProcess> {
  const { dataFolder, google, keyring } = world
  const child = await startProfileProcess({
    ...{ env: keyring.env, keychainMs: 5000, dataFolder, issuer: google.issuer },
  })
  world.afterwards(() => child.kill())
  await child.ready()
  return child
}

async function check(child: ProfileProcess): Promise<string | null> {
  const { accountId } = await child.account(asha)
  const outcome = await child.ask('accounts.check', { accountId })
  return outcome.ok ? null : outcome.error.code
}

describe.skipIf(partsMissing !== null)('a real keyring', () => {
  it('that is locked when a refresh is due costs no token', async () => {
    const first = await start()
    expect(await first.signIn(asha)).toMatchObject({ kind: 'done' })
    expect(await check(first)).toBe(null)
    await first.quit()

    await world.keyring.killDaemon()
    await world.keyring.startDaemon('locked')
    const locked = await start()
    expect(await check(locked)).toBe('keychain-locked')
    expect((await locked.account(asha)).grants[0]?.tokens).toMatchObject([
      { standing: 'held', refusal: null },
    ])
    await locked.quit()

    await world.keyring.killDaemon()
    await world.keyring.startDaemon('unlocked')
    const open = await start()
    expect(await check(open)).toBe(null)
    expect(await open.kept()).toHaveLength(1)
    await open.quit()
  })
})
