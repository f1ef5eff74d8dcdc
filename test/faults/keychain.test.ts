import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startKeyring } from '../support/keyring.ts'
import { arriveAt, asha, consentAs, sam } from '../support/real-google.ts'
import { partsMissing, useRealWorld } from '../support/real-world.ts'
import type { ProfileProcess } from './start-profile-process.ts'
import { startProfileProcess } from './start-profile-process.ts'

const world = useRealWorld('of each test')

async function start(env = world.keyring.env, keychainMs = 5000): Promise<ProfileProcess> {
  const { dataFolder, google } = world
  const child = await startProfileProcess({ env, keychainMs, dataFolder, issuer: google.issuer })
  world.afterwards(() => child.kill())
  expect(child.opened).toEqual({ ok: true, value: null })
  await child.ready()
  return child
}

/** A profile with one account in it, made while the keyring was well. */
async function prepared(): Promise<void> {
  const child = await start()
  expect(await child.signIn(asha)).toMatchObject({ kind: 'done' })
  await child.quit()
}

/** The browser never opens, so nobody consents for nothing; what was there is still shown. */
async function expectRefusedEarly(child: ProfileProcess, code: string): Promise<void> {
  const flow = await child.start()
  expect(await child.end(flow)).toMatchObject({ kind: 'failed', error: { code } })
  expect(await child.ask('signIn.copyLink', { flowId: flow })).toMatchObject({ ok: false })
  const { accounts, readOnly } = await child.snapshot()
  expect(accounts.map(({ email }) => email)).toEqual([asha.email])
  expect(readOnly).toBe(false)
}

/** A new start over a keyring that is well again: everything works as if nothing had been. */
async function expectWellAgain(accounts = [asha.email]): Promise<void> {
  const child = await start()
  const snapshot = await child.snapshot()
  expect(snapshot.accounts.map(({ email }) => email)).toEqual(accounts)
  expect(snapshot.problems).toEqual([])
  expect(await child.signIn(sam)).toMatchObject({ kind: 'done' })
  const kept = await child.kept()
  expect(kept).toHaveLength(accounts.length + 1)
  for (const secret of kept) expect((await world.google.refresh(secret)).status).toBe(200)
  await child.quit()
}

async function restartKeyring(how: 'unlocked' | 'locked'): Promise<void> {
  await world.keyring.killDaemon()
  await world.keyring.startDaemon(how)
}

describe.skipIf(partsMissing !== null)('a profile without its keychain', () => {
  it('says that there is no D-Bus, and works again when there is', async () => {
    await prepared()
    const empty = join(world.dataFolder, '..', 'runtime')
    await mkdir(empty)
    const bare = Object.entries(world.keyring.env).filter(([name]) => name !== 'DBUS_SESSION_BUS_ADDRESS')
    const child = await start({ ...Object.fromEntries(bare), XDG_RUNTIME_DIR: empty })
    await expectRefusedEarly(child, 'keychain-unavailable')
    await child.quit()
    await expectWellAgain()
  })

  it('says that nobody on the bus keeps secrets, and works again when somebody does', async () => {
    await prepared()
    const none = await startKeyring('none')
    world.afterwards(() => none.stop())
    const child = await start(none.env)
    await expectRefusedEarly(child, 'keychain-unavailable')
    await child.quit()
    await expectWellAgain()
  })

  it('says at the very first start what is missing, and adds its client at the next', async () => {
    const none = await startKeyring('none')
    world.afterwards(() => none.stop())
    const child = await start(none.env)
    const { clients, problems } = await child.snapshot()
    expect(clients).toEqual([])
    expect(problems).toMatchObject([{ error: { code: 'keychain-unavailable' } }])
    await child.quit()
    await expectWellAgain([])
  })

  it('says that the keyring is locked, and works again when it is open', async () => {
    await prepared()
    await restartKeyring('locked')
    const child = await start()
    await expectRefusedEarly(child, 'keychain-locked')
    await child.quit()
    await restartKeyring('unlocked')
    await expectWellAgain()
  })

  it('says that the keyring does not answer, and goes on in the same process when it does', async () => {
    await prepared()
    const child = await start(world.keyring.env, 1500)
    world.keyring.freezeDaemon()
    const flow = await child.start()
    for (let slow = false; !slow;) {
      const step = (await child.snapshot()).flows[0]?.step
      expect(step?.kind).toBe('checking-keychain')
      slow = step?.kind === 'checking-keychain' && step.slow
    }
    expect(await child.end(flow)).toMatchObject({ kind: 'failed', error: { code: 'keychain-timeout' } })
    world.keyring.thawDaemon()
    await expect.poll(async () => (await child.signIn(sam)).kind, { timeout: 10_000 }).toBe('done')
    expect(await child.kept()).toHaveLength(2)
    await child.quit()
  })
})

describe.skipIf(partsMissing !== null)('a keyring that dies', () => {
  it('between the consent and the storing keeps nothing half, and says so in the browser as well', async () => {
    await prepared()
    const child = await start()
    const flow = await child.start()
    const address = await consentAs(sam, await child.link(flow))
    await world.keyring.killDaemon()
    expect((await arriveAt(address)).status).toBe(400)
    expect(await child.end(flow)).toMatchObject({ kind: 'failed', error: { code: 'keychain-lost' } })
    await expectRefusedEarly(child, 'keychain-lost')
    await child.quit()
    await world.keyring.startDaemon('unlocked')
    await expectWellAgain()
  })

  it('between two sign-ins leaves the first whole and stops the second before the browser opens', async () => {
    const child = await start()
    await child.signIn(asha)
    await world.keyring.killDaemon()
    await expectRefusedEarly(child, 'keychain-lost')
    await child.kill()
    await world.keyring.startDaemon('unlocked')
    await expectWellAgain()
  })

  it('and stays away while the app starts leaves an interrupted sign-in for the start after', async () => {
    const { dataFolder, google } = world
    const place = { env: world.keyring.env, dataFolder, issuer: google.issuer }
    const first = await startProfileProcess({ ...place, stopAt: 'after the keychain write' })
    world.afterwards(() => first.kill())
    await first.ready()
    const flow = await first.start()
    void arriveAt(await consentAs(asha, await first.link(flow))).catch(() => undefined)
    await first.stopped
    await first.kill()
    await world.keyring.killDaemon()
    const second = await start()
    expect((await second.snapshot()).accounts).toEqual([])
    await second.quit()
    await world.keyring.startDaemon('unlocked')
    const third = await start()
    await expect.poll(async () => (await third.snapshot()).accounts.length, { timeout: 5000 }).toBe(1)
    await third.quit()
    await expectWellAgain()
  })
})
