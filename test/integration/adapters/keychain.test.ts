import { afterEach, describe, expect, it } from 'vitest'
import type { KeychainProcess } from '../../support/keychain-process.ts'
import { startKeychainProcess } from '../../support/keychain-process.ts'
import type { TestKeyring } from '../../support/keyring.ts'
import { keyringMissing, startKeyring } from '../../support/keyring.ts'

const missing = keyringMissing()
if (missing !== null) console.log(`keychain tests skipped: ${missing}`)

const open: { stop(): void | Promise<void> }[] = []
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.stop()
})

async function keyring(daemon: 'unlocked' | 'locked' | 'none'): Promise<TestKeyring> {
  const started = await startKeyring(daemon)
  open.push(started)
  return started
}
function keychain(env: Readonly<Record<string, string>>, timeoutMs?: number): KeychainProcess {
  const started = startKeychainProcess(env, timeoutMs)
  open.push(started)
  return started
}
const value = (given: unknown) => ({ ok: true, value: given })
const refusal = (code: string) => ({ ok: false, error: { code } })
const operations = ['get', 'set', 'delete', 'list'] as const

describe.skipIf(missing !== null)('the keychain adapter on a real gnome-keyring', { timeout: 30_000 }, () => {
  it('keeps secrets of 1 to 2560 bytes and gives back exactly what it was given', async () => {
    const chain = keychain((await keyring('unlocked')).env)
    for (const text of ['x', 'नमस्ते "\\ \n', 'r'.repeat(512), 'k'.repeat(2560)]) {
      expect(await chain.run('set', 'a', text)).toEqual(value(null))
      expect(await chain.run('get', 'a')).toEqual(value(text))
    }
  })

  it('tells a secret that is not there from one that is, and deletes once', async () => {
    const chain = keychain((await keyring('unlocked')).env)
    expect(await chain.run('get', 'nobody')).toEqual(value(null))
    expect(await chain.run('delete', 'nobody')).toEqual(value(false))
    await chain.run('set', 'a', 'x')
    expect(await chain.run('delete', 'a')).toEqual(value(true))
    expect(await chain.run('get', 'a')).toEqual(value(null))
  })

  it('lists the accounts of its service and nothing else', async () => {
    const chain = keychain((await keyring('unlocked')).env)
    await chain.run('set', 'a', 'x')
    await chain.run('set', 'b', 'y')
    const listed = await chain.run('list')
    expect(listed.ok && [...(listed.value as string[])].sort()).toEqual(['a', 'b'])
  })

  it('answers calls that are made at once in their order', async () => {
    const chain = keychain((await keyring('unlocked')).env)
    const writes = Array.from({ length: 20 }, (_, index) => chain.run('set', 'a', String(index)))
    const read = chain.run('get', 'a')
    await Promise.all(writes)
    expect(await read).toEqual(value('19'))
  })

  it('still has the secret after the keyring was started again', async () => {
    const ring = await keyring('unlocked')
    await keychain(ring.env).run('set', 'a', 'x')
    await ring.killDaemon()
    await ring.startDaemon('unlocked')
    expect(await keychain(ring.env).run('get', 'a')).toEqual(value('x'))
  })

  it.each(operations)('says that there is no keychain without a session bus (%s)', async (operation) => {
    const { PATH = '', HOME = '' } = process.env
    expect(await keychain({ PATH, HOME }).run(operation, 'a', 'x')).toMatchObject(
      refusal('keychain-unavailable'),
    )
  })

  it.each(operations)('says that there is no keychain when the bus is gone (%s)', async (operation) => {
    const { PATH = '', HOME = '' } = process.env
    const env = { PATH, HOME, DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/bus' }
    expect(await keychain(env).run(operation, 'a', 'x')).toMatchObject(refusal('keychain-unavailable'))
  })

  it.each(operations)(
    'says that there is no keychain when no daemon is on the bus (%s)',
    async (operation) => {
      const chain = keychain((await keyring('none')).env)
      expect(await chain.run(operation, 'a', 'x')).toMatchObject(refusal('keychain-unavailable'))
    },
  )

  it.each(operations)(
    'says that a keyring is locked, not that the secret is gone (%s)',
    async (operation) => {
      const ring = await keyring('unlocked')
      await keychain(ring.env).run('set', 'a', 'x')
      await ring.killDaemon()
      await ring.startDaemon('locked')
      expect(await keychain(ring.env).run(operation, 'a', 'y')).toMatchObject(refusal('keychain-locked'))
    },
  )

  it('says so when the daemon dies half-way, and nothing that was kept is lost', async () => {
    const ring = await keyring('unlocked')
    const chain = keychain(ring.env)
    await chain.run('set', 'a', 'x')
    await ring.killDaemon()
    expect(await chain.run('get', 'a')).toMatchObject(refusal('keychain-lost'))
    expect(await chain.run('set', 'a', 'y')).toMatchObject(refusal('keychain-lost'))
    await ring.startDaemon('unlocked')
    // libsecret holds on to the daemon that it met first; only a new process meets the new one.
    expect(await chain.run('get', 'a')).toMatchObject(refusal('keychain-lost'))
    expect(await chain.run('set', 'a', 'y')).toMatchObject(refusal('keychain-lost'))
    expect(await keychain(ring.env).run('get', 'a')).toEqual(value('x'))
  })

  it('says so when the daemon dies during a call', async () => {
    const ring = await keyring('unlocked')
    const chain = keychain(ring.env)
    await chain.run('set', 'a', 'x')
    ring.freezeDaemon()
    const read = chain.run('get', 'a')
    await new Promise<void>((resolve) => {
      setTimeout(resolve, 300)
    })
    await ring.killDaemon()
    expect(await read).toMatchObject(refusal('keychain-lost'))
  })

  it('gives up on a daemon that does not answer, answers later calls at once, and recovers', async () => {
    const ring = await keyring('unlocked')
    const chain = keychain(ring.env, 500)
    await chain.run('set', 'a', 'x')
    ring.freezeDaemon()
    expect(await chain.run('get', 'a')).toMatchObject(refusal('keychain-timeout'))
    const asked = performance.now()
    expect(await chain.run('get', 'a')).toMatchObject(refusal('keychain-timeout'))
    expect(performance.now() - asked).toBeLessThan(250)
    ring.thawDaemon()
    await expect.poll(() => chain.run('get', 'a'), { timeout: 5000 }).toEqual(value('x'))
  })
})
