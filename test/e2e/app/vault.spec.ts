import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { root } from '../../../build/setup/places.mjs'
import type { Machine } from './running-app.ts'
import { consentInBrowser, expect, openPractice, startSignIn, test } from './running-app.ts'

test.use({ keyring: 'none' })

const passphrase = 'correct horse battery staple'

/** Runs the real command; answers what it wrote to its standard output. */
async function latchkey(machine: Machine, ...args: readonly string[]): Promise<string> {
  const command = join(root, 'dist/electron/latchkey.cjs')
  const child = spawn(process.execPath, [command, ...args, '--passphrase-fd', '3'], {
    env: { ...machine.env, LATCHKEY_DATA_FOLDER: machine.dataFolder },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  })
  let [said, told] = ['', '']
  child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (told += chunk.toString()))
  const give = child.stdio[3] as Writable
  // Locking needs none, and does not read it.
  give.on('error', () => undefined)
  give.end(`${passphrase}\n`)
  await once(child, 'close')
  expect(child.exitCode, told).toBe(0)
  return said
}

test('where there is no keychain, the app keeps its secrets in a vault that the command unlocks and locks', async ({
  machine,
}) => {
  await latchkey(machine, 'vault', 'init')
  const app = await machine.start()
  await openPractice(app)
  const codes = async (): Promise<readonly string[]> =>
    (await app.snapshot()).problems.map(({ error }) => error.code)
  await expect.poll(codes).toContain('vault-locked')

  await latchkey(machine, 'vault', 'unlock', '--practice')
  await expect.poll(codes).not.toContain('vault-locked')
  await expect.poll(async () => (await app.snapshot()).clients.length).toBe(1)
  await startSignIn(app)
  await consentInBrowser(machine.browser, { email: 'asha.rao@gmail.test' })
  await expect.poll(async () => (await app.snapshot()).accounts.length).toBe(1)

  await latchkey(machine, 'vault', 'lock', '--practice')
  await expect.poll(codes).toContain('vault-locked')
  expect((await app.snapshot()).accounts[0]?.health).not.toBe('dead')
  for (const entry of readdirSync(join(machine.dataFolder, 'vault'), {
    recursive: true,
    withFileTypes: true,
  })) {
    if (!entry.isFile()) continue
    const text = readFileSync(join(entry.parentPath, entry.name), 'latin1')
    expect(text).toContain('age-encryption.org/v1')
    expect(text).not.toMatch(/1\/\/|GOCSPX|AGE-SECRET-KEY/)
  }
})
