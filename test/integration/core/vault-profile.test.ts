import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createKeychain } from '../../../electron/adapters/keychain.ts'
import { VaultKeeping } from '../../../electron/adapters/vault/vault-keeping.ts'
import { VaultKey } from '../../../electron/adapters/vault/vault-key.ts'
import { asha } from '../../support/real-google.ts'
import { refreshTokensInKeychain } from '../../support/real-profile.ts'
import { partsMissing, useRealWorld } from '../../support/real-world.ts'
import { cheap, passphrase } from '../../support/test-vault.ts'

const world = useRealWorld()

describe.skipIf(partsMissing !== null)('a profile over a vault', () => {
  it('signs in, refreshes, and after a start waits for its passphrase', async () => {
    const { dataFolder } = world
    const made = await new VaultKeeping({ dataFolder, keychain: createKeychain(), workFactor: cheap }).init(
      passphrase,
    )
    expect(made).toMatchObject({ value: { store: 'vault' } })

    const vaultKey = new VaultKey({ dataFolder })
    const first = await world.open({ vaultKey })
    const codes = async (app: typeof first): Promise<readonly string[]> =>
      (await app.snapshot()).problems.map(({ error }) => error.code)
    expect(await codes(first)).toEqual(['vault-locked'])
    expect((await first.snapshot()).clients).toEqual([])
    expect(await vaultKey.unlock(passphrase)).toMatchObject({ ok: true })
    await expect.poll(async () => (await first.snapshot()).clients.length).toBe(1)
    expect(await codes(first)).toEqual([])
    expect(await first.signIn(asha)).toMatchObject({ kind: 'done' })
    expect((await refreshTokensInKeychain()).size).toBe(0)
    await first.close()

    const second = await world.open({ vaultKey: new VaultKey({ dataFolder }) })
    const { accountId } = await second.account(asha)
    expect(await second.ask('accounts.check', { accountId })).toMatchObject({
      ok: false,
      error: { code: 'vault-locked' },
    })
    const healthBefore = (await second.account(asha)).health
    await second.close()

    // The app keeps the key from one profile to the other.
    const third = await world.open({ vaultKey })
    expect((await third.account(asha)).health).toEqual(healthBefore)
    expect(await third.ask('accounts.check', { accountId })).toEqual({ ok: true, value: null })
    vaultKey.lock()
    expect(await codes(third)).toEqual(['vault-locked'])
    expect(await third.ask('accounts.check', { accountId })).toMatchObject({
      error: { code: 'vault-locked' },
    })
  })

  it('writes no secret and no passphrase into any file', async () => {
    const { dataFolder } = world
    await new VaultKeeping({ dataFolder, keychain: createKeychain(), workFactor: cheap }).init(passphrase)
    const vaultKey = new VaultKey({ dataFolder })
    const app = await world.open({ vaultKey })
    await vaultKey.unlock(passphrase)
    await expect.poll(async () => (await app.snapshot()).clients.length).toBe(1)
    await app.signIn(asha)
    vaultKey.lock()
    await app.close()
    const entries = await readdir(dataFolder, { recursive: true, withFileTypes: true })
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
    expect(files.length).toBeGreaterThan(4)
    for (const file of files) {
      const text = await readFile(file, 'latin1')
      expect(text).not.toMatch(/1\/\/|GOCSPX|AGE-SECRET-KEY/)
      expect(text).not.toContain(passphrase.reveal())
    }
  })
})
