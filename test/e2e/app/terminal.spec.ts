/** Signing in without Electron, from a terminal: the built command on plain Node, a real keyring, real sockets. */
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RealGoogle } from '../../support/real-google.ts'
import { arriveAt, asha, consentAs, meera, startRealGoogle } from '../../support/real-google.ts'
import type { Machine } from './running-app.ts'
import { expect, test } from './running-app.ts'

const command = join(import.meta.dirname, '../../../dist/electron/latchkey.cjs')

interface Terminal {
  /** Everything printed so far. */
  text(): string
  /** Resolves with the first thing printed that fits. */
  shows(pattern: RegExp): Promise<string>
  type(line: string): void
  readonly ended: Promise<number>
}

function run(machine: Machine, google: RealGoogle, ...args: readonly string[]): Terminal {
  const env = {
    ...machine.env,
    LATCHKEY_DATA_FOLDER: machine.dataFolder,
    LATCHKEY_PRACTICE_ISSUER: google.issuer,
  }
  const child = spawn(process.execPath, [command, ...args, '--practice'], { env })
  let printed = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (printed += chunk.toString()))
  const ended = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? -1)))
  return {
    text: () => printed,
    async shows(pattern) {
      await expect.poll(() => pattern.exec(printed)?.[0] ?? printed, { timeout: 20_000 }).toMatch(pattern)
      return pattern.exec(printed)?.[1] ?? ''
    },
    type: (line) => child.stdin.write(`${line}\n`),
    ended,
  }
}

test.describe('without a window', () => {
  let google: RealGoogle
  test.beforeEach(async () => {
    google = await startRealGoogle()
  })
  test.afterEach(async () => {
    await google.close()
  })

  async function fileOf(machine: Machine, kind: 'installed' | 'device'): Promise<string> {
    const file = await google.control.clientFile({ kind })
    if (!file.ok) throw new Error(file.error.code)
    const path = join(machine.dataFolder, '..', `client-${kind}.json`)
    writeFileSync(path, file.value)
    return path
  }

  test('a code on the terminal is entered elsewhere, and the token is in the keychain', async ({
    machine,
  }) => {
    expect(await run(machine, google, 'import', await fileOf(machine, 'device')).ended).toBe(0)
    const login = run(machine, google, 'login', '--device')
    const code = (await login.shows(/│ +((?:\S )+\S) +│/)).replaceAll(' ', '')
    expect((await google.control.approveDevice(code, asha.sub)).ok).toBe(true)
    expect(await login.ended).toBe(0)
    expect(login.text()).toContain(`Signed in: ${asha.email}`)
    const kept = await machine.keychain('dev.latchkey.practice.refresh-token')
    const issued = google.issued.filter(({ kind }) => kind === 'refresh-token')
    expect(kept.map(({ password }) => password)).toEqual(issued.map(({ secret }) => secret))
    for (const { kind, secret } of google.issued)
      expect(login.text().includes(secret), `${kind} on the terminal`).toBe(false)
  })

  test('the address is opened elsewhere, and what it ends at is pasted', async ({ machine }) => {
    const login = run(machine, google, 'login')
    const link = await login.shows(/\n(http:\/\/127\.0\.0\.1\S+response_type=code\S+)\n/)
    expect(login.text()).toMatch(/ssh -N -L (\d+):127\.0\.0\.1:\1 \S+@\S+/)
    const address = await consentAs(meera, link)
    login.type('http://127.0.0.1:1/nobody?state=foreign&code=4/0Aforeign')
    await login.shows(/answers no sign-in that was started here/)
    login.type(`  "${address}"  `)
    expect(await login.ended).toBe(0)
    expect(login.text()).toContain(`Signed in: ${meera.email}`)
    expect(login.text()).not.toContain(new URL(address).searchParams.get('code'))
    // The window finds the account that the terminal signed in.
    const app = await machine.start({ LATCHKEY_PRACTICE_ISSUER: google.issuer })
    await app.page.getByRole('button', { name: 'Try practice Google' }).click()
    await expect(app.page.getByRole('option').filter({ hasText: meera.email })).toBeVisible()
  })

  test('the answer comes through the port that the ssh line names', async ({ machine }) => {
    const login = run(machine, google, 'login')
    const link = await login.shows(/\n(http:\/\/127\.0\.0\.1\S+response_type=code\S+)\n/)
    const port = await login.shows(/ssh -N -L (\d+):/)
    const address = await consentAs(asha, link)
    expect(new URL(address).port).toBe(port)
    expect((await arriveAt(address)).status).toBe(200)
    expect(await login.ended).toBe(0)
  })

  test('while the app has the profile it signs in there, and the window shows it', async ({ machine }) => {
    const app = await machine.start({ LATCHKEY_PRACTICE_ISSUER: google.issuer })
    await app.page.getByRole('button', { name: 'Try practice Google' }).click()
    await app.page.getByRole('region', { name: 'Practice profile' }).waitFor()
    const login = run(machine, google, 'login')
    const link = await login.shows(/\n(http:\/\/127\.0\.0\.1\S+response_type=code\S+)\n/)
    login.type(await consentAs(asha, link))
    expect(await login.ended).toBe(0)
    expect(login.text()).toContain(`Signed in: ${asha.email}`)
    await expect(app.page.getByRole('option').filter({ hasText: asha.email })).toBeVisible()
  })

  test('what was not understood is said, and a file that is none is refused', async ({ machine }) => {
    expect(await run(machine, google, 'signin').ended).toBe(2)
    const path = join(machine.dataFolder, '..', 'nothing.json')
    writeFileSync(path, '{}')
    const brought = run(machine, google, 'import', path)
    expect(await brought.ended).toBe(1)
    expect(brought.text()).toMatch(/\w+ .*\n.*\w+/)
  })
})
