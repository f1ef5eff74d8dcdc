import { spawnSync } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openProfileFolder } from '../../../electron/adapters/profile-folder.ts'
import type { OwnerKeyParts } from '../../../electron/adapters/vault/owner-key.ts'
import { OwnerKey } from '../../../electron/adapters/vault/owner-key.ts'
import { passphrasesFromFd } from '../../../electron/adapters/vault/passphrase-source.ts'
import { writeStoreChoice } from '../../../electron/adapters/vault/store-choice.ts'
import { VaultKey } from '../../../electron/adapters/vault/vault-key.ts'
import { fail, ok } from '../../../electron/contract/outcome.ts'
import { newVault, passphrase, temporaryFolder } from '../../support/test-vault.ts'

const failure = (code: string): object => ({ ok: false, error: { code } })
const locked = 'The vault is locked: “latchkey unlock” opens it.'

interface Owner {
  readonly dataFolder: string
  readonly key: VaultKey
  readonly said: readonly string[]
  /** Opens and closes the profile; answers what the vault was meanwhile. */
  live(patienceMs?: number): Promise<string>
  readonly ownerKey: OwnerKey
}

async function owner(change: (dataFolder: string) => Promise<Partial<OwnerKeyParts>>): Promise<Owner> {
  const dataFolder = await newVault()
  await writeStoreChoice(dataFolder, 'vault')
  const key = new VaultKey({ dataFolder })
  const said: string[] = []
  const ownerKey = new OwnerKey({
    ...{ dataFolder, key, profile: 'real' as const, fd: null, env: {}, ask: null },
    say: (line) => said.push(line),
    signal: new AbortController().signal,
    ...(await change(dataFolder)),
  })
  return {
    ...{ dataFolder, key, said, ownerKey },
    async live(patienceMs = 0) {
      const opened = await ownerKey.around(
        () => Promise.resolve(ok({ close: () => Promise.resolve() })),
        patienceMs,
      )
      const state = key.state()
      if (opened.ok) await opened.value.close()
      return state
    },
  }
}

async function passphraseFile(dataFolder: string, name = 'given'): Promise<string> {
  const path = join(dataFolder, name)
  await mkdir(join(path, '..'), { recursive: true })
  await writeFile(path, `${passphrase.reveal()}\n`)
  return path
}

describe('the key of the vault at an owner', () => {
  it('comes from systemd each time the profile is opened, and goes each time it is closed', async () => {
    const { live, key } = await owner(async (dataFolder) => {
      await passphraseFile(dataFolder, 'credentials/latchkey-passphrase')
      return { env: { CREDENTIALS_DIRECTORY: join(dataFolder, 'credentials') } }
    })
    for (const _round of [1, 2]) {
      expect(await live()).toBe('open')
      expect(key.state()).toBe('locked')
    }
  })

  it.each(['descriptor', 'person'] as const)(
    'comes from a %s once; then it says that it is locked',
    async (from) => {
      const { live, said } = await owner(async (dataFolder) => {
        if (from === 'person') return { ask: () => Promise.resolve(passphrase) }
        return { fd: openSync(await passphraseFile(dataFolder), 'r') }
      })
      expect(await live()).toBe('open')
      expect(said).toEqual([])
      expect(await live()).toBe('locked')
      expect(said).toEqual([locked])
    },
  )

  it('is asked of nobody while another process has the profile, and is when that is over', async () => {
    let asked = 0
    const { live, dataFolder, ownerKey, said } = await owner(async (folder) => ({
      fd: openSync(await passphraseFile(folder), 'r'),
      ask: () => Promise.resolve((asked += 1) > 0 ? passphrase : null),
    }))
    const folder = await openProfileFolder(join(dataFolder, 'profiles', 'real'))
    const lock = folder.ok ? await folder.value.lock() : folder
    if (!lock.ok) throw new Error(lock.error.code)
    const refused = await ownerKey.around(() => Promise.resolve(fail('profile-owned')), 0)
    expect(refused).toMatchObject(failure('profile-owned'))
    const release = new Promise((resolve) => setTimeout(() => void lock.value.release().then(resolve), 150))
    expect(await live(5000)).toBe('open')
    await release
    expect([asked, said]).toEqual([0, []])
  })

  it('goes when the profile could not be opened after all', async () => {
    const { ownerKey, key } = await owner(() => Promise.resolve({ ask: () => Promise.resolve(passphrase) }))
    let meanwhile = ''
    const opened = await ownerKey.around(() => {
      meanwhile = key.state()
      return Promise.resolve(fail('profile-owned'))
    }, 0)
    expect(opened).toMatchObject(failure('profile-owned'))
    expect([meanwhile, key.state()]).toEqual(['open', 'locked'])
  })
})

describe('a passphrase from a descriptor', () => {
  const lines = async (fd: number): Promise<readonly string[] | null> => {
    const read = await passphrasesFromFd(fd)
    return read.ok ? read.value.map((line) => line.reveal()) : null
  }

  it.each([
    ['one\n', ['one']],
    ['one\r\ntwo', ['one', 'two']],
    ['', []],
    ['x'.repeat(4096), ['x'.repeat(4096)]],
    ['x'.repeat(4097), null],
  ])('is read from a file: %j', async (text, found) => {
    const path = join(await temporaryFolder(), 'given')
    await writeFile(path, text)
    expect(await lines(openSync(path, 'r'))).toEqual(found)
  })

  it('is not read from what is not open', async () => {
    expect(await lines(9999)).toBe(null)
    expect(await lines(openSync('/dev/null', 'r'))).toEqual([])
  })

  it.skipIf(process.platform === 'win32')(
    'is waited for, but not for ever, and not once the asking is ended',
    async () => {
      const path = join(await temporaryFolder(), 'pipe')
      spawnSync('mkfifo', [path])
      // Open for both, so that its end never comes.
      const silent = (): number => openSync(path, 'r+')
      const started = performance.now()
      expect(await passphrasesFromFd(silent(), { limitMs: 200 })).toMatchObject(failure('file-unreadable'))
      expect(performance.now() - started).toBeGreaterThan(190)
      const stop = new AbortController()
      setTimeout(() => stop.abort(), 100)
      expect(await passphrasesFromFd(silent(), { signal: stop.signal })).toMatchObject(
        failure('file-unreadable'),
      )
      expect(performance.now() - started).toBeLessThan(5000)

      const writer = openSync(path, 'r+')
      const reading = lines(openSync(path, 'r'))
      setTimeout(() => {
        spawnSync('sh', ['-c', `printf 'late\\n' >'${path}'`])
        closeSync(writer)
      }, 100)
      expect(await reading).toEqual(['late'])
    },
  )
})
