import { appendFile, mkdir, readdir, readFile, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createKeychain } from '../../../electron/adapters/keychain.ts'
import { openProfileFolder } from '../../../electron/adapters/profile-folder.ts'
import { openSecrets } from '../../../electron/adapters/vault/open-secrets.ts'
import { VaultKeeping } from '../../../electron/adapters/vault/vault-keeping.ts'
import { VaultKey } from '../../../electron/adapters/vault/vault-key.ts'
import type { SecretStore } from '../../../electron/core/ports.ts'
import { Secret } from '../../../electron/core/secret.ts'
import { secretServices } from '../../../electron/core/secrets.ts'
import { fakeSecretStore } from '../../support/fake-secret-store.ts'
import type { TestKeyring } from '../../support/keyring.ts'
import { keyringMissing, startKeyring } from '../../support/keyring.ts'
import { cheap, openVault, passphrase, temporaryFolder, textOf } from '../../support/test-vault.ts'

const real = secretServices('real')
const practice = secretServices('practice')
const failure = (code: string): object => ({ ok: false, error: { code } })
const done = { ok: true, value: null }

function keepingOf(dataFolder: string, keychain: SecretStore = fakeSecretStore()): VaultKeeping {
  return new VaultKeeping({ dataFolder, keychain, workFactor: cheap })
}

async function choice(dataFolder: string): Promise<string | null> {
  return readFile(join(dataFolder, 'store.json'), 'utf8').catch(() => null)
}

/** A ledger that tells of a client that was added. */
async function knowSecrets(dataFolder: string): Promise<void> {
  const folder = join(dataFolder, 'profiles', 'real')
  await mkdir(folder, { recursive: true })
  await appendFile(
    join(folder, 'ledger.jsonl'),
    '{"v":1,"seq":1,"at":1,"type":"client.added","data":{},"prev":""}\n',
  )
}

describe('making a vault', () => {
  it('puts it in use where the keychain holds nothing', async () => {
    const dataFolder = await temporaryFolder()
    const keeping = keepingOf(dataFolder)
    expect(await keeping.status()).toMatchObject({ value: { store: 'keychain', vault: false, aside: [] } })
    expect(await keeping.init(passphrase)).toEqual({ ok: true, value: { store: 'vault', inKeychain: 0 } })
    expect(await keeping.status()).toMatchObject({ value: { store: 'vault', vault: true, aside: [] } })
    const vault = await openVault(dataFolder, { profile: 'practice' })
    expect(await vault.list(practice.refreshToken)).toEqual({ ok: true, value: [] })
    expect(await keeping.init(passphrase)).toMatchObject(failure('vault-there'))
  })

  it('puts it in use where there is no keychain and never was one', async () => {
    const dataFolder = await temporaryFolder()
    const keychain = fakeSecretStore()
    keychain.failAlways('keychain-unavailable')
    expect(await keepingOf(dataFolder, keychain).init(passphrase)).toMatchObject({
      value: { store: 'vault' },
    })
  })

  it('leaves the keychain in use while something lies there', async () => {
    const dataFolder = await temporaryFolder()
    const keychain = fakeSecretStore()
    await keychain.set(practice.clientSecret, 'a', new Secret('kept'))
    const made = await keepingOf(dataFolder, keychain).init(passphrase)
    expect(made).toEqual({ ok: true, value: { store: 'keychain', inKeychain: 1 } })
    expect(await choice(dataFolder)).toBe(null)
  })

  it('leaves the keychain in use when it does not answer and may hold something', async () => {
    const dataFolder = await temporaryFolder()
    await knowSecrets(dataFolder)
    const keychain = fakeSecretStore()
    keychain.failAlways('keychain-unavailable')
    const made = await keepingOf(dataFolder, keychain).init(passphrase)
    expect(made).toEqual({ ok: true, value: { store: 'keychain', inKeychain: null } })
    expect(await choice(dataFolder)).toBe(null)
  })

  it('puts it in use all the same for who wants to start empty', async () => {
    const dataFolder = await temporaryFolder()
    await knowSecrets(dataFolder)
    const made = await keepingOf(dataFolder).init(passphrase, { startEmpty: true })
    expect(made).toMatchObject({ value: { store: 'vault' } })
  })

  it('puts aside what an interrupted making left and what is damaged, overwrites nothing, and tells of it', async () => {
    const dataFolder = await temporaryFolder()
    await mkdir(join(dataFolder, 'vault', 'real'), { recursive: true })
    await writeFile(join(dataFolder, 'vault', 'real', 'secrets.age'), 'somebody’s')
    expect(await keepingOf(dataFolder).init(passphrase)).toMatchObject({ ok: true })
    const aside = (await readdir(dataFolder)).find((name) => name.startsWith('vault-without-key-')) ?? ''
    expect(await readFile(join(dataFolder, aside, 'real', 'secrets.age'), 'utf8')).toBe('somebody’s')
    const vault = await openVault(dataFolder)
    await vault.set(real.refreshToken, 'a', new Secret('kept'))
    await writeFile(join(dataFolder, 'vault', 'real', 'secrets.age'), 'damaged')
    await (await openVault(dataFolder)).set(real.refreshToken, 'b', new Secret('kept'))
    const damaged = expect.stringMatching(/\/vault\/real\/secrets\.damaged-[0-9a-f]{8}\.age$/) as string
    expect(await keepingOf(dataFolder).status()).toMatchObject({
      value: { aside: [join(dataFolder, aside), damaged] },
    })
  })

  it('changes nothing while somebody has a profile open', async () => {
    const dataFolder = await temporaryFolder()
    const folder = await openProfileFolder(join(dataFolder, 'profiles', 'practice'))
    const lock = folder.ok ? await folder.value.lock() : folder
    if (!lock.ok) throw new Error(lock.error.code)
    const keeping = keepingOf(dataFolder)
    expect(await keeping.init(passphrase)).toMatchObject(failure('profile-owned'))
    expect(await keeping.changePassphrase(passphrase, passphrase)).toMatchObject(failure('profile-owned'))
    expect(await keeping.move('vault', passphrase)).toMatchObject(failure('profile-owned'))
    expect(await keeping.status()).toMatchObject({ value: { store: 'keychain', vault: false } })
    await lock.value.release()
    expect(await keeping.init(passphrase)).toMatchObject({ ok: true })
  })
})

describe('which store a profile gets', () => {
  const secrets = async (dataFolder: string, keychain: SecretStore) =>
    openSecrets({ dataFolder, profile: 'real', keychain, vaultKey: new VaultKey({ dataFolder }) })

  it('is the keychain without a choice, also when that does not work and there is a vault', async () => {
    const dataFolder = await temporaryFolder()
    const keychain = fakeSecretStore()
    await keychain.set(real.refreshToken, 'a', new Secret('kept'))
    await keepingOf(dataFolder, keychain).init(passphrase)
    keychain.failAlways('keychain-unavailable')
    expect(await secrets(dataFolder, keychain)).toEqual({
      ok: true,
      value: { secretStore: keychain, vault: null },
    })
  })

  it('is the vault where it was chosen, locked at first', async () => {
    const dataFolder = await temporaryFolder()
    const keychain = fakeSecretStore()
    await keepingOf(dataFolder, keychain).init(passphrase)
    const opened = await secrets(dataFolder, keychain)
    if (!opened.ok) throw new Error(opened.error.code)
    expect(opened.value.vault?.state()).toBe('locked')
    expect(await opened.value.secretStore.get(real.refreshToken, 'a')).toMatchObject(failure('vault-locked'))
  })

  it.each(['', '{', 'null', '{}', '{"store":"somewhere"}', '["vault"]'])(
    'is not guessed from a file that is unclear: %s',
    async (text) => {
      const dataFolder = await temporaryFolder()
      await writeFile(join(dataFolder, 'store.json'), text)
      expect(await secrets(dataFolder, fakeSecretStore())).toMatchObject(failure('vault-choice-unclear'))
    },
  )
})

describe.skipIf(keyringMissing() !== null)('moving between a real keyring and a vault', () => {
  let keyring: TestKeyring
  let keychain: SecretStore

  beforeAll(async () => {
    keyring = await startKeyring('unlocked')
    // A process keeps to the session bus that it sees first.
    Object.assign(process.env, keyring.env)
    keychain = createKeychain({ timeoutMs: 5000 })
  })
  afterAll(() => keyring.stop())

  const all: readonly (readonly [string, string])[] = [
    [real.refreshToken, 'real token'],
    [real.clientSecret, 'real client'],
    [real.serviceKey, 'real key'],
    [practice.refreshToken, 'practice token'],
  ]

  it('brings every secret there and back, and leaves none behind, not even in older files', async () => {
    const dataFolder = await temporaryFolder()
    for (const [service, account] of all) await keychain.set(service, account, new Secret(`${account} ✓`))
    const keeping = keepingOf(dataFolder, keychain)
    expect(await keeping.init(passphrase)).toEqual({ ok: true, value: { store: 'keychain', inKeychain: 4 } })
    expect(await keeping.move('vault', new Secret('not the passphrase'))).toMatchObject(
      failure('vault-wrong-passphrase'),
    )
    expect(await keeping.move('vault', passphrase)).toEqual({
      ok: true,
      value: { kind: 'moved', moved: 4, differing: 0 },
    })
    expect(await choice(dataFolder)).toBe('{"store":"vault"}\n')
    for (const [service, account] of all) {
      expect(await keychain.list(service)).toEqual({ ok: true, value: [] })
      const profile = account.startsWith('real') ? 'real' : 'practice'
      expect(await textOf(await openVault(dataFolder, { profile }), service, account)).toBe(`${account} ✓`)
    }
    expect(await keeping.move('keychain', passphrase)).toMatchObject({ value: { kind: 'moved', moved: 4 } })
    expect(await choice(dataFolder)).toBe('{"store":"keychain"}\n')
    for (const [service, account] of all) {
      expect(await textOf(keychain, service, account)).toBe(`${account} ✓`)
      await keychain.delete(service, account)
    }
    for (const profile of ['real', 'practice'] as const) {
      const { refreshToken } = secretServices(profile)
      expect(await (await openVault(dataFolder, { profile })).list(refreshToken)).toEqual({
        ok: true,
        value: [],
      })
      await unlink(join(dataFolder, 'vault', profile, 'secrets.age'))
      expect(await (await openVault(dataFolder, { profile })).list(refreshToken)).toEqual({
        ok: true,
        value: [],
      })
    }
  })

  it('removes nothing when the keyring goes away on the way, and goes on when it is back', async () => {
    const dataFolder = await temporaryFolder()
    const keeping = keepingOf(dataFolder, keychain)
    await keeping.init(passphrase)
    const vault = await openVault(dataFolder)
    await vault.set(real.refreshToken, 'a', new Secret('kept'))
    keyring.freezeDaemon()
    const slow = new VaultKeeping({
      dataFolder,
      keychain: createKeychain({ timeoutMs: 300 }),
      workFactor: cheap,
    })
    expect(await slow.move('keychain', passphrase)).toMatchObject({
      value: { kind: 'stopped', error: { code: 'keychain-timeout' }, moved: 0 },
    })
    keyring.thawDaemon()
    expect(await choice(dataFolder)).toBe('{"store":"vault"}\n')
    expect(await textOf(await openVault(dataFolder), real.refreshToken, 'a')).toBe('kept')
    await expect
      .poll(() => keeping.move('keychain', passphrase), { timeout: 10_000 })
      .toMatchObject({ value: { kind: 'moved', moved: 1 } })
    expect(await textOf(keychain, real.refreshToken, 'a')).toBe('kept')
    await keychain.delete(real.refreshToken, 'a')
  })
})

describe('a passphrase', () => {
  it('is changed with the old one', async () => {
    const dataFolder = await temporaryFolder()
    const keeping = keepingOf(dataFolder)
    await keeping.init(passphrase)
    const next = new Secret('something else entirely')
    expect(await keeping.changePassphrase(passphrase, next)).toEqual(done)
    expect(await keeping.changePassphrase(passphrase, next)).toMatchObject(failure('vault-wrong-passphrase'))
  })
})
