import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { open, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Secret } from '../../electron/core/secret.ts'
import { newVault, openVault, passphrase, temporaryFolder, textOf } from '../support/test-vault.ts'

const script = join(import.meta.dirname, '../support/vault-process.ts')
const service = 'dev.latchkey.refresh-token'

/** Writes until it is killed after so many ms; answers the last number that it said was stored. */
async function writeUntilKilled(dataFolder: string, first: number, ms: number): Promise<number> {
  const args = ['--no-warnings', script, 'write', dataFolder, passphrase.reveal(), String(first)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => {
    if (said === '') setTimeout(() => child.kill('SIGKILL'), ms)
    said += chunk.toString()
  })
  await once(child, 'close')
  expect(child.signalCode).toBe('SIGKILL')
  const numbers = said.split('\n').slice(0, -1)
  return Number(numbers[numbers.length - 1])
}

describe('a process that is killed while it writes into the vault', () => {
  it('loses nothing that it said was stored, in none of many rounds', async () => {
    const dataFolder = await newVault()
    let next = 0
    for (let round = 0; round < 15; round += 1) {
      const last = await writeUntilKilled(dataFolder, next, 10 + Math.floor(Math.random() * 40))
      const store = await openVault(dataFolder)
      expect(store.problem()).toBe(null)
      const newest = Number(await textOf(store, service, `item ${String((last + 1) % 20)}`))
      // The one after it may have been stored without a word.
      const reached = newest === last + 1 ? last + 1 : last
      for (let number = Math.max(0, reached - 18); number <= reached; number += 1)
        expect(await textOf(store, service, `item ${String(number % 20)}`)).toBe(String(number))
      next = reached + 1
    }
    const left = await readdir(join(dataFolder, 'vault', 'real'))
    expect(left.filter((name) => name.startsWith('secrets.damaged'))).toEqual([])
  })
})

describe('a full disk', () => {
  it('refuses a write, keeps everything, and takes it when there is room again', async (context) => {
    const disk = await temporaryFolder()
    const mounted =
      spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k,mode=0700', 'tmpfs', disk]).status === 0
    if (!mounted) context.skip('this process may not mount a small file system')
    onTestFinished(() => void spawnSync('umount', ['-l', disk]))
    const dataFolder = await newVault(disk)
    const store = await openVault(dataFolder)
    const large = new Secret('x'.repeat(20_000))
    expect(await store.set(service, 'a', large)).toMatchObject({ ok: true })
    const filler = await fill(join(disk, 'filler'))
    expect(await store.set(service, 'b', large)).toMatchObject({ ok: false, error: { code: 'disk-full' } })
    expect(await store.delete(service, 'a')).toMatchObject({ ok: false, error: { code: 'disk-full' } })
    for (const one of [store, await openVault(dataFolder)]) {
      expect(one.problem()).toBe(null)
      expect(await one.list(service)).toEqual({ ok: true, value: ['a'] })
    }
    await rm(filler)
    expect(await store.set(service, 'b', large)).toMatchObject({ ok: true })
    expect(await (await openVault(dataFolder)).list(service)).toEqual({ ok: true, value: ['a', 'b'] })
  })
})

describe('the memory of a process', () => {
  it('has no secret and no passphrase of the vault any more once it is locked', async () => {
    const dataFolder = await temporaryFolder()
    execFileSync(process.execPath, ['--no-warnings', '--expose-gc', script, 'memory', dataFolder])
    expect(await marksIn(join(dataFolder, 'open.heapsnapshot'))).toEqual(['mark-secret-'])
    expect(await marksIn(join(dataFolder, 'locked.heapsnapshot'))).toEqual([])
  })
})

describe('a keychain', () => {
  it('leaves no secret in memory that it was asked for last', async () => {
    const folder = await temporaryFolder()
    execFileSync(process.execPath, ['--no-warnings', '--expose-gc', script, 'keychain', folder])
    expect(await marksIn(join(folder, 'held.heapsnapshot'))).toEqual(['mark-secret-'])
    expect(await marksIn(join(folder, 'let-go.heapsnapshot'))).toEqual([])
  })
})

/** Which kinds of marked words a picture of memory has; the marks alone stand in the script too. */
async function marksIn(picture: string): Promise<readonly string[]> {
  const found = (await readFile(picture, 'latin1')).matchAll(/(mark-[a-z]+-)[0-9a-f]{32}/g)
  return Array.from(new Set(Array.from(found, ([, kind = '']) => kind))).sort()
}

async function fill(path: string): Promise<string> {
  const file = await open(path, 'a')
  try {
    for (;;) await file.write(Buffer.alloc(4096))
  } catch (cause) {
    expect((cause as NodeJS.ErrnoException).code).toBe('ENOSPC')
  } finally {
    await file.close()
  }
  return path
}
