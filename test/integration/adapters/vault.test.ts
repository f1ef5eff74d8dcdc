import { spawnSync } from 'node:child_process'
import { copyFile, cp, mkdir, readdir, readFile, rename, rm, stat, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { WriteStep } from '../../../electron/adapters/vault/generations.ts'
import { VaultKey } from '../../../electron/adapters/vault/vault-key.ts'
import type { VaultStore } from '../../../electron/adapters/vault/vault-store.ts'
import { Secret } from '../../../electron/core/secret.ts'
import {
  cheap,
  newVault,
  openVault,
  passphrase,
  startOver,
  temporaryFolder,
  textOf,
} from '../../support/test-vault.ts'

const service = 'dev.latchkey.refresh-token'
const failure = (code: string): object => ({ ok: false, error: { code } })
const done = { ok: true, value: null }
const at = (dataFolder: string, ...names: string[]): string => join(dataFolder, 'vault', ...names)

describe('a vault', () => {
  it('keeps what it is given, for the next process too', async () => {
    const dataFolder = await newVault()
    const store = await openVault(dataFolder)
    expect(await store.set(service, 'a', new Secret('first'))).toEqual(done)
    expect(await store.set(service, 'a', new Secret('second ✓ दूसरा'))).toEqual(done)
    expect(await store.set('other', 'b', new Secret(''))).toEqual(done)
    const again = await openVault(dataFolder)
    expect(await textOf(again, service, 'a')).toBe('second ✓ दूसरा')
    expect(await textOf(again, 'other', 'b')).toBe('')
    expect(await again.get(service, 'b')).toEqual({ ok: true, value: null })
    expect(await again.list(service)).toEqual({ ok: true, value: ['a'] })
    expect(await again.delete(service, 'a')).toEqual({ ok: true, value: true })
    expect(await again.delete(service, 'a')).toEqual({ ok: true, value: false })
    expect(await (await openVault(dataFolder)).list(service)).toEqual({ ok: true, value: [] })
  })

  it('has what was deleted in no generation, also after a deletion that was stopped half-way', async () => {
    const dataFolder = await newVault()
    const store = await openVault(dataFolder)
    const keep = { service, account: 'kept', secret: new Secret('kept') }
    const inPrevious = async (): Promise<readonly string[]> => {
      const copy = await temporaryFolder()
      await cp(dataFolder, copy, { recursive: true })
      await unlink(at(copy, 'real', 'secrets.age'))
      const listed = await (await openVault(copy)).list(service)
      if (!listed.ok) throw new Error(listed.error.code)
      return listed.value
    }
    await store.setAll([keep, { ...keep, account: 'a' }, { ...keep, account: 'b' }])
    expect(await store.delete(service, 'a')).toEqual({ ok: true, value: true })
    expect(await inPrevious()).toEqual(['kept', 'b'])

    let writes = 0
    const stopped = await openVault(dataFolder, {
      onStep: (step) => {
        if (step === 'draft' && (writes += 1) === 2)
          throw Object.assign(new Error('full'), { code: 'ENOSPC' })
      },
    })
    expect(await stopped.delete(service, 'b')).toMatchObject(failure('disk-full'))
    expect(await inPrevious()).toEqual(['kept', 'b'])
    expect(await (await openVault(dataFolder)).list(service)).toEqual({ ok: true, value: ['kept'] })
    expect(await inPrevious()).toEqual(['kept'])
  })

  it('agrees with its files after a disk that failed once they had their names', async () => {
    const dataFolder = await newVault()
    let failing = true
    const store = await openVault(dataFolder, {
      onStep: (step) => {
        if (failing && step === 'folder') throw Object.assign(new Error('disk'), { code: 'EIO' })
      },
    })
    expect(await store.set(service, 'a', new Secret('first'))).toMatchObject(failure('save-failed'))
    failing = false
    const onDisk = await textOf(await openVault(dataFolder), service, 'a')
    expect(onDisk).toBe('first')
    expect(await textOf(store, service, 'a')).toBe(onDisk)
    expect(await store.set(service, 'b', new Secret('second'))).toEqual(done)
    expect(await (await openVault(dataFolder)).list(service)).toEqual({ ok: true, value: ['a', 'b'] })
  })

  it('keeps names apart that would run together', async () => {
    const store = await openVault(await newVault())
    await store.set('a', 'b","c', new Secret('one'))
    await store.set('a","b', 'c', new Secret('two'))
    expect(await textOf(store, 'a', 'b","c')).toBe('one')
    expect(await textOf(store, 'a","b', 'c')).toBe('two')
  })

  it('keeps all of many writes that were begun at once', async () => {
    const dataFolder = await newVault()
    const store = await openVault(dataFolder)
    const names = Array.from({ length: 30 }, (_, index) => `item ${String(index)}`)
    await Promise.all(names.map((name) => store.set(service, name, new Secret(name))))
    const again = await openVault(dataFolder)
    expect(await again.list(service)).toEqual({ ok: true, value: names })
  })

  it('says of everything that it is locked, and never that nothing is there', async () => {
    const dataFolder = await newVault()
    const store = await openVault(dataFolder)
    await store.set(service, 'a', new Secret('kept'))
    store.lock()
    for (const one of [store, startOver(dataFolder)]) {
      expect(one.state()).toBe('locked')
      expect(await one.get(service, 'a')).toMatchObject(failure('vault-locked'))
      expect(await one.get(service, 'never there')).toMatchObject(failure('vault-locked'))
      expect(await one.set(service, 'a', new Secret('no'))).toMatchObject(failure('vault-locked'))
      expect(await one.delete(service, 'a')).toMatchObject(failure('vault-locked'))
      expect(await one.list(service)).toMatchObject(failure('vault-locked'))
    }
    expect(await textOf(await openVault(dataFolder), service, 'a')).toBe('kept')
  })

  it('is changed by a wrong passphrase in nothing, open or locked', async () => {
    const dataFolder = await newVault()
    const store = await openVault(dataFolder)
    await store.set(service, 'a', new Secret('kept'))
    const before = await allFiles(dataFolder)
    const wrong = new Secret('correct horse battery staplf')
    expect(await store.unlock(wrong)).toMatchObject(failure('vault-wrong-passphrase'))
    expect(await textOf(store, service, 'a')).toBe('kept')
    const locked = startOver(dataFolder)
    expect(await locked.unlock(wrong)).toMatchObject(failure('vault-wrong-passphrase'))
    expect(locked.state()).toBe('locked')
    expect(await allFiles(dataFolder)).toEqual(before)
    expect(await locked.unlock(passphrase)).toEqual(done)
  })

  it('stays locked when it is locked while it is being unlocked', async () => {
    const store = startOver(await newVault())
    const unlocking = store.unlock(passphrase)
    store.lock()
    expect(await unlocking).toMatchObject(failure('vault-locked'))
    expect(store.state()).toBe('locked')
  })

  it('finishes a write that it is locked in the middle of, and forgets what it read', async () => {
    const dataFolder = await newVault()
    const store = await openVault(dataFolder, { onStep: (step) => step === 'read-back' && store.lock() })
    expect(await store.set(service, 'a', new Secret('kept'))).toEqual(done)
    expect(await store.get(service, 'a')).toMatchObject(failure('vault-locked'))
    expect(await textOf(await openVault(dataFolder), service, 'a')).toBe('kept')
  })

  it('is for this user alone, and has no secret and no name of one in any file', async () => {
    const dataFolder = await newVault()
    const store = await openVault(dataFolder)
    await store.set(service, 'account-name', new Secret('secret-text'))
    await store.set(service, 'account-name', new Secret('secret-text-2'))
    const files = await allFiles(dataFolder)
    expect([...files.keys()].sort()).toEqual([
      'identity.age',
      'practice/secrets.age',
      'real/secrets.age',
      'real/secrets.previous.age',
    ])
    for (const [name, bytes] of files) {
      expect(bytes).not.toMatch(/secret-text|account-name|refresh-token|AGE-SECRET-KEY/)
      if (process.platform !== 'win32') expect((await stat(at(dataFolder, name))).mode & 0o777).toBe(0o600)
    }
    if (process.platform === 'win32') return
    for (const folder of ['', 'real']) expect((await stat(at(dataFolder, folder))).mode & 0o777).toBe(0o700)
  })

  it('tells who listens when it is opened and locked', async () => {
    const store = startOver(await newVault())
    const seen: string[] = []
    const stop = store.onChange(() => seen.push(store.state()))
    await store.unlock(passphrase)
    store.lock()
    store.lock()
    stop()
    await store.unlock(passphrase)
    expect(seen).toEqual(['open', 'locked'])
  })
})

describe('a passphrase', () => {
  it('of fewer than 12 characters makes no vault', async () => {
    const dataFolder = await temporaryFolder()
    const key = new VaultKey({ dataFolder, workFactor: cheap })
    const begin = (): Promise<never> => Promise.reject(new Error('nothing may be begun'))
    expect(await key.create(new Secret('eleven char'), begin)).toMatchObject(
      failure('vault-passphrase-short'),
    )
    expect(await key.exists()).toBe(false)
    // Signs of two units count once.
    expect(await key.create(new Secret('😀😀😀😀😀😀'), begin)).toMatchObject(
      failure('vault-passphrase-short'),
    )
  })

  it('is changed without touching a secret, and the old one opens nothing any more', async () => {
    const dataFolder = await newVault()
    await (await openVault(dataFolder)).set(service, 'a', new Secret('kept'))
    const secrets = await readFile(at(dataFolder, 'real', 'secrets.age'))
    const key = new VaultKey({ dataFolder, workFactor: cheap })
    const next = new Secret('something else entirely')
    expect(await key.changePassphrase(new Secret('not the old one'), next)).toMatchObject(
      failure('vault-wrong-passphrase'),
    )
    expect(await key.changePassphrase(passphrase, new Secret('short'))).toMatchObject(
      failure('vault-passphrase-short'),
    )
    expect(await key.changePassphrase(passphrase, next)).toEqual(done)
    const store = startOver(dataFolder)
    expect(await store.unlock(passphrase)).toMatchObject(failure('vault-wrong-passphrase'))
    expect(await store.unlock(next)).toEqual(done)
    expect(await textOf(store, service, 'a')).toBe('kept')
    expect(await readFile(at(dataFolder, 'real', 'secrets.age'))).toEqual(secrets)
  })
})

describe('damage', () => {
  const damages: readonly [string, (path: string) => Promise<unknown>][] = [
    ['is cut off', async (path) => writeFile(path, (await readFile(path)).subarray(0, -40))],
    ['is empty', (path) => writeFile(path, '')],
    ['is gone', (path) => unlink(path)],
    [
      'has one bit changed',
      async (path) => {
        const bytes = await readFile(path)
        bytes.writeUInt8(bytes.readUInt8(bytes.length - 20) ^ 1, bytes.length - 20)
        return writeFile(path, bytes)
      },
    ],
  ]

  it.each(damages)('of the newest file, which %s, gives the one before it and says so', async (_, damage) => {
    const dataFolder = await newVault()
    const store = await openVault(dataFolder)
    await store.set(service, 'a', new Secret('older'))
    await store.set(service, 'b', new Secret('newest'))
    await damage(at(dataFolder, 'real', 'secrets.age'))
    const again = await openVault(dataFolder)
    expect(again.problem()).toMatchObject({ code: 'vault-older' })
    expect(await again.list(service)).toEqual({ ok: true, value: ['a'] })
    // A write puts the damaged file aside and does not cost the good one before it.
    await again.set(service, 'c', new Secret('new'))
    const third = await openVault(dataFolder)
    expect(third.problem()).toBe(null)
    expect(await third.list(service)).toEqual({ ok: true, value: ['a', 'c'] })
    const names = await readdir(at(dataFolder, 'real'))
    const aside = names.filter((name) => name.startsWith('secrets.damaged-'))
    expect(aside).toHaveLength(_ === 'is gone' ? 0 : 1)
    await unlink(at(dataFolder, 'real', 'secrets.age'))
    expect(await (await openVault(dataFolder)).list(service)).toEqual({ ok: true, value: ['a'] })
  })

  it('of both files is an error and not an empty vault', async () => {
    const dataFolder = await newVault()
    const store = await openVault(dataFolder)
    await store.set(service, 'a', new Secret('older'))
    for (const name of ['secrets.age', 'secrets.previous.age'])
      await writeFile(at(dataFolder, 'real', name), 'x')
    const again = startOver(dataFolder)
    expect(await again.unlock(passphrase)).toMatchObject(failure('vault-damaged'))
    expect(again.state()).toBe('locked')
    await rm(at(dataFolder, 'real'), { recursive: true })
    expect(await again.unlock(passphrase)).toMatchObject(failure('vault-damaged'))
  })

  it('of the one before it costs nothing', async () => {
    const dataFolder = await newVault()
    await (await openVault(dataFolder)).set(service, 'a', new Secret('newest'))
    await writeFile(at(dataFolder, 'real', 'secrets.previous.age'), 'x')
    const again = await openVault(dataFolder)
    expect(again.problem()).toBe(null)
    expect(await textOf(again, service, 'a')).toBe('newest')
  })

  it('shows when an older file was put in the place of a newer one', async () => {
    const dataFolder = await newVault()
    const store = await openVault(dataFolder)
    await store.set(service, 'a', new Secret('older'))
    await store.set(service, 'b', new Secret('newest'))
    const [current, previous] = [
      at(dataFolder, 'real', 'secrets.age'),
      at(dataFolder, 'real', 'secrets.previous.age'),
    ]
    await rename(current, `${current}.x`)
    await rename(previous, current)
    await rename(`${current}.x`, previous)
    const again = await openVault(dataFolder)
    expect(again.problem()).toMatchObject({ code: 'vault-older' })
    expect(await again.list(service)).toEqual({ ok: true, value: ['a', 'b'] })
  })

  it('is what the file of the other profile counts as', async () => {
    const dataFolder = await newVault()
    await (await openVault(dataFolder, { profile: 'practice' })).set(service, 'a', new Secret('practice'))
    await copyFile(at(dataFolder, 'practice', 'secrets.age'), at(dataFolder, 'real', 'secrets.age'))
    expect(await startOver(dataFolder).unlock(passphrase)).toMatchObject(failure('vault-damaged'))
  })

  it('is what a file under another key counts as', async () => {
    const [mine, other] = [await newVault(), await newVault()]
    await copyFile(at(other, 'real', 'secrets.age'), at(mine, 'real', 'secrets.age'))
    expect(await startOver(mine).unlock(passphrase)).toMatchObject(failure('vault-damaged'))
  })

  it('of the key is told apart from a wrong passphrase', async () => {
    const dataFolder = await newVault()
    const file = at(dataFolder, 'identity.age')
    const whole = await readFile(file, 'latin1')
    for (const text of [
      '',
      'x',
      whole.slice(0, -1),
      whole.replace(/scrypt \S+ 8/, (line) => line.replace(/8$/, '63')),
    ]) {
      await writeFile(file, text, 'latin1')
      expect(await startOver(dataFolder).unlock(passphrase)).toMatchObject(failure('vault-damaged'))
    }
    await unlink(file)
    expect(await startOver(dataFolder).unlock(passphrase)).toMatchObject(failure('vault-missing'))
  })

  it('is not concluded from a file that the system does not let be read', async () => {
    const dataFolder = await newVault()
    const store = await openVault(dataFolder)
    await store.set(service, 'a', new Secret('older'))
    const current = at(dataFolder, 'real', 'secrets.age')
    await rename(current, `${current}.x`)
    await mkdir(current)
    expect(await startOver(dataFolder).unlock(passphrase)).toMatchObject(failure('file-unreadable'))
  })
})

describe('a write that ends at any step', () => {
  const steps: readonly WriteStep[] = ['draft', 'read-back', 'previous', 'rename', 'folder']
  const operation = fc.record({
    account: fc.constantFrom('a', 'b', 'c'),
    text: fc.option(fc.string({ maxLength: 20 })),
    step: fc.option(fc.constantFrom(...steps)),
    how: fc.constantFrom('full disk', 'crash'),
  })

  it('leaves what was there or what was written, whole', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 12 }), async (operations) => {
        const dataFolder = await newVault()
        let endAt: { step: WriteStep; how: string } | null = null
        const onStep = (step: WriteStep): void => {
          if (endAt?.step !== step) return
          if (endAt.how === 'crash') throw new Error('the process is gone')
          throw Object.assign(new Error('no room'), { code: 'ENOSPC' })
        }
        let store = await openVault(dataFolder, { onStep })
        let known = new Map<string, string>()
        for (const { account, text, step, how } of operations) {
          endAt = step === null ? null : { step, how }
          const after = new Map(known)
          if (text === null) after.delete(account)
          else after.set(account, text)
          const run =
            text === null ? store.delete(service, account) : store.set(service, account, new Secret(text))
          const outcome = await run.catch(() => 'crashed' as const)
          endAt = null
          if (outcome === 'crashed') store = await openVault(dataFolder, { onStep })
          else if (outcome.ok) known = after
          else expect(outcome.error.code).toBe('disk-full')
          const fresh = await openVault(dataFolder)
          expect(fresh.problem()).toBe(null)
          const found = await contents(fresh)
          const failed = outcome === 'crashed' || !outcome.ok
          expect(failed ? [entries(known), entries(after)] : [entries(known)]).toContainEqual(found)
          // What reached the disk counts, as it does for who starts anew.
          if (failed) store = await openVault(dataFolder, { onStep })
          if (failed) known = new Map(found)
        }
      }),
      { numRuns: 30 },
    )
  })

  const entries = (items: ReadonlyMap<string, string>): [string, string][] =>
    [...items].sort(([one], [other]) => (one < other ? -1 : 1))
  const contents = async (store: VaultStore): Promise<[string, string][]> => {
    const listed = await store.list(service)
    if (!listed.ok) throw new Error(listed.error.code)
    const found = new Map<string, string>()
    for (const account of listed.value) found.set(account, (await textOf(store, service, account)) ?? '')
    return entries(found)
  }
})

const ageTool =
  spawnSync('age', ['--version']).status === 0 && spawnSync('script', ['--version']).status === 0

describe.skipIf(!ageTool)('the age tool', () => {
  it('opens the key with the passphrase, and the secrets with the key', async () => {
    const dataFolder = await newVault()
    await (await openVault(dataFolder)).set(service, 'a', new Secret('kept'))
    const identity = join(dataFolder, 'identity.txt')
    // It reads a passphrase from nothing but a terminal.
    const opened = spawnSync(
      'script',
      ['-qec', `age -d -o ${identity} ${at(dataFolder, 'identity.age')}`, '/dev/null'],
      { input: `${passphrase.reveal()}\n`, encoding: 'utf8' },
    )
    expect(opened.status, opened.stdout).toBe(0)
    const secrets = spawnSync('age', ['-d', '-i', identity, at(dataFolder, 'real', 'secrets.age')], {
      encoding: 'utf8',
    })
    expect(JSON.parse(secrets.stdout)).toEqual({
      ...{ format: 1, profile: 'real', generation: 2 },
      items: [[service, 'a', 'kept']],
    })
  })

  it('makes a key that a vault opens with', async () => {
    const dataFolder = await newVault()
    const plain = join(dataFolder, 'identity.txt')
    const made = spawnSync('age-keygen', ['-o', plain])
    expect(made.status).toBe(0)
    const identity = /AGE-SECRET-KEY-1\S+/.exec(await readFile(plain, 'utf8'))?.[0] ?? ''
    await writeFile(plain, identity)
    const sealed = spawnSync(
      'script',
      ['-qec', `age -p -o ${at(dataFolder, 'made.age')} ${plain}`, '/dev/null'],
      { input: `${passphrase.reveal()}\n${passphrase.reveal()}\n`, encoding: 'utf8' },
    )
    expect(sealed.status, sealed.stdout).toBe(0)
    await rename(at(dataFolder, 'made.age'), at(dataFolder, 'identity.age'))
    const key = new VaultKey({ dataFolder })
    expect(await key.unlock(passphrase)).toEqual(done)
  })
})

/** The bytes of every file of a vault, by its path in it. */
async function allFiles(dataFolder: string): Promise<Map<string, string>> {
  const files = new Map<string, string>()
  for (const entry of await readdir(at(dataFolder), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    files.set(path.slice(at(dataFolder).length + 1), await readFile(path, 'latin1'))
  }
  return files
}
