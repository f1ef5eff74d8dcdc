/**
 * The real vault in a process of its own, to be killed in the middle of a write or looked into. Run as a script:
 * `write` stores one item after the other and says each one's number once it is stored; `memory` writes
 * two pictures of its memory, one while the vault is open and one after it was locked;
 * `keychain` does so while it has a secret from a keychain and when it has let go of it.
 */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { writeHeapSnapshot } from 'node:v8'
import type { KeychainCalls } from '../../electron/adapters/keychain.ts'
import { createKeychain } from '../../electron/adapters/keychain.ts'
import { VaultKey } from '../../electron/adapters/vault/vault-key.ts'
import { VaultStore } from '../../electron/adapters/vault/vault-store.ts'
import { Secret } from '../../electron/core/secret.ts'

const service = 'dev.latchkey.refresh-token'

async function write(dataFolder: string, passphrase: string, first: number): Promise<void> {
  const store = new VaultStore({ key: new VaultKey({ dataFolder }), profile: 'real' })
  const unlocked = await store.unlock(new Secret(passphrase))
  if (!unlocked.ok) throw new Error(unlocked.error.code)
  for (let number = first; ; number += 1) {
    const written = await store.set(service, `item ${String(number % 20)}`, new Secret(String(number)))
    if (!written.ok) throw new Error(written.error.code)
    process.stdout.write(`${String(number)}\n`)
  }
}

/** A word that stands in no source: only its beginning does. */
function marker(kind: string): string {
  // As one piece: a picture of memory does not show words that were put together and not yet used.
  return Buffer.from(`${kind}${randomBytes(16).toString('hex')}`).toString()
}

async function memory(dataFolder: string): Promise<void> {
  const key = new VaultKey({ dataFolder, workFactor: 8 })
  const store = new VaultStore({ key, profile: 'real' })
  await prepare(key, store)
  await picture(dataFolder, 'open')
  store.lock()
  await picture(dataFolder, 'locked')
}

/** What nobody holds any more is gone from it. */
async function picture(folder: string, name: string): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 50))
  globalThis.gc?.()
  writeHeapSnapshot(join(folder, `${name}.heapsnapshot`))
}

async function prepare(key: VaultKey, store: VaultStore): Promise<void> {
  const passphrase = marker('mark-passphrase-')
  await key.create(new Secret(passphrase), () => store.create())
  await store.unlock(new Secret(passphrase))
  for (let count = 0; count < 5; count += 1) {
    await store.set(service, `item ${String(count)}`, new Secret(marker('mark-secret-')))
  }
  store.lock()
  await store.unlock(new Secret(passphrase))
  const read = await store.get(service, 'item 0')
  if (!read.ok || !read.value?.reveal().startsWith('mark-secret-')) throw new Error('not kept')
}

async function keychain(folder: string): Promise<void> {
  const calls: KeychainCalls = {
    getPassword: () => Promise.resolve(marker('mark-secret-')),
    setPassword: () => Promise.resolve(),
    deletePassword: () => Promise.resolve(true),
    findCredentials: () => Promise.resolve([]),
  }
  const store = createKeychain({ load: () => Promise.resolve(calls) })
  const held = [await store.get(service, 'a')]
  await picture(folder, 'held')
  held.pop()
  await picture(folder, 'let-go')
  // It is still there, as in an app that runs on.
  await store.delete(service, 'a')
}

const [what, dataFolder = '', passphrase = '', first = '0'] = process.argv.slice(2)
if (what === 'write') await write(dataFolder, passphrase, Number(first))
if (what === 'memory') await memory(dataFolder)
if (what === 'keychain') await keychain(dataFolder)
