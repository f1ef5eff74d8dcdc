import { describe, expect, it } from 'vitest'
import { Secret } from '../../../electron/core/secret.ts'
import { asha, meera } from '../../support/fake-google.ts'
import type { FakeVault } from '../../support/fake-vault.ts'
import { openAfterCrash, openTestProfile } from '../../support/test-profile.ts'
import type { TestProfile } from '../../support/test-profile.ts'
import { testWorld } from '../../support/test-world.ts'

/** A profile over a vault with one account in it, started anew: the vault is locked. */
async function startedLocked(): Promise<{ profile: TestProfile; vault: FakeVault; accountId: string }> {
  const world = await testWorld({ vault: true })
  const { vault } = world
  if (!vault) throw new Error('it was asked for')
  await vault.unlock(new Secret(vault.passphrase))
  const before = await openTestProfile({ world })
  await before.addClient()
  await before.reach(await before.signIn(asha), 'done')
  await before.profile.close()
  vault.lock()
  const profile = await openTestProfile({ world })
  const accountId = profile.snapshot().accounts[0]?.accountId ?? ''
  return { profile, vault, accountId }
}

const codes = ({ profile }: { profile: TestProfile }): string[] =>
  profile.snapshot().problems.map(({ error }) => error.code)

describe('a profile whose vault is locked', () => {
  it('says so, and misses no secret however long it is locked', async () => {
    const started = await startedLocked()
    const before = started.profile.snapshot().accounts
    expect(codes(started)).toEqual(['vault-locked'])
    // The comparison with the keychain, and a day of health checks.
    for (let hours = 0; hours < 24; hours += 1) await hourPasses(started.profile)
    expect(codes(started)).toEqual(['vault-locked'])
    expect(started.profile.snapshot().accounts).toEqual(before)
    expect(await ledgerOf(started.profile)).not.toContain('issing')
  })

  it('checks nothing by itself, and by hand answers that it is locked', async () => {
    const started = await startedLocked()
    const { world } = started.profile
    const asked = world.secretStore.calls.length
    await hourPasses(started.profile)
    const reads = world.secretStore.calls.slice(asked).filter((call) => call.startsWith('get'))
    expect(reads).toEqual([])
    expect(await started.profile.ask('accounts.check', { accountId: started.accountId })).toMatchObject({
      ok: false,
      error: { code: 'vault-locked' },
    })
  })

  it('works at once when it is unlocked, and checks again', async () => {
    const started = await startedLocked()
    const { profile, vault, accountId } = started
    await profile.ask('accounts.check', { accountId })
    await vault.unlock(new Secret(vault.passphrase))
    await profile.profile.settled()
    expect(codes(started)).toEqual([])
    expect(await profile.ask('accounts.check', { accountId })).toEqual({ ok: true, value: null })
    vault.lock()
    await vault.unlock(new Secret(vault.passphrase))
    const asked = profile.world.secretStore.calls.length
    await profile.profile.settled()
    profile.world.clock.advance(40 * 24 * 3_600_000)
    await hourPasses(profile)
    expect(profile.world.secretStore.calls.slice(asked).some((call) => call.startsWith('get'))).toBe(true)
  })

  it('finishes at the unlocking what a crash interrupted', async () => {
    const { vault, profile } = await startedLocked()
    const { world } = profile
    await vault.unlock(new Secret(vault.passphrase))
    // The process dies in the write of the fact, after the secret was stored.
    world.folder.stopInNextAppend(1, 1)
    await profile.signIn(meera)
    await expect.poll(() => world.folder.stopped).toBe(true)
    vault.lock()
    const after = await openAfterCrash(world)
    expect(after.snapshot().accounts).toHaveLength(1)
    await vault.unlock(new Secret(vault.passphrase))
    await after.profile.settled()
    expect(after.snapshot().accounts).toHaveLength(2)
  })

  it('refuses a sign-in before anybody is asked to consent', async () => {
    const { profile } = await startedLocked()
    const opened = profile.world.browser.opened.length
    const started = await profile.ask('signIn.start', {
      clientId: profile.snapshot().clients[0]?.clientId ?? '',
      scopes: [],
      accountId: null,
    })
    if (!started.ok) throw new Error(started.error.code)
    await expect
      .poll(() => profile.flow(started.value.flowId)?.step)
      .toMatchObject({
        kind: 'failed',
        error: { code: 'vault-locked' },
      })
    expect(profile.world.browser.opened).toHaveLength(opened)
  })
})

async function hourPasses({ world }: TestProfile): Promise<void> {
  for (let minutes = 0; minutes < 60; minutes += 1) {
    world.clock.advance(60_000)
    await world.timers.live(60_000)
  }
}

async function ledgerOf({ world }: TestProfile): Promise<string> {
  const text = await world.folder.readText('ledger.jsonl')
  return text.ok ? (text.value ?? '') : ''
}
