/**
 * Hunts for every secret that practice Google ever issued in a whole working life of the app: files, logs, process
 * arguments and environments, the memory of every process but main, what the window shows and what the app printed.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync, readSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { checkNow, choose, openAccount } from '../../../build/app-driver.mjs'
import { createHttp } from '../../../electron/adapters/http.ts'
import type { CommandParams, CommandResult } from '../../../electron/contract/commands.ts'
import type { Bridge } from '../../../electron/contract/bridge.ts'
import type { Outcome } from '../../../electron/contract/outcome.ts'
import { systemRandom } from '../../../electron/adapters/random.ts'
import type { Fault } from '../../../electron/practice/faults.ts'
import { createPracticeControl } from '../../../electron/practice/practice-control.ts'
import { startPracticeGoogle } from '../../../electron/practice/practice-google.ts'
import { askAsLibrary, askMetadata, askWithBearer, tokenIn } from '../../support/door-programs.ts'
import { processTree } from '../../support/process-tree.mjs'
import type { Machine, RunningApp } from './running-app.ts'
import { consentInBrowser, expect, openPractice, signIn, startSignIn, test } from './running-app.ts'

const asha = 'asha.rao@gmail.test'
const sam = 'sam.field@gmail.test'

test('no secret can be found anywhere but in the keychain', async ({ machine }) => {
  test.setTimeout(120_000)
  const secrets = new Map<string, string>()
  let state: unknown = null
  const google = await startPracticeGoogle({
    now: () => Date.now(),
    random: (bytes) => systemRandom.token(bytes),
    load: () => Promise.resolve(state),
    save: (next) => {
      state = next
      return Promise.resolve()
    },
    onIssued: (kind, secret) => secrets.set(secret, kind),
  })
  const control = createPracticeControl(google.issuer, createHttp({ allow: () => true }))
  const app = await machine.start({ LATCHKEY_PRACTICE_ISSUER: google.issuer })
  await openPractice(app)
  await signIn(app, machine, { email: asha }, 'Gmail: read')
  await signIn(app, machine, { email: sam }, 'Drive: own files')
  await signIn(app, machine, { email: asha }, 'Gmail: read')
  const faults: readonly Fault[] = [
    { kind: 'no-refresh-token' },
    { kind: 'foreign-id-token' },
    { kind: 'truncated-json' },
    { kind: 'status', status: 500 },
  ]
  for (const fault of faults) await failOnce(app, machine, () => control.setFault(fault))
  await openAccount(app.page, asha)
  await checkNow(app.page)
  expect(await control.setFault({ kind: 'rotate', old: 'dies' })).toMatchObject({ ok: true })
  await checkNow(app.page)
  await app.page.getByRole('button', { name: 'Copy access token' }).click()
  await expect(app.page.getByText('In the clipboard')).toBeVisible()
  const [client] = (await app.snapshot()).clients
  await choose(app.page, client?.label ?? '', 'Inspect access token')
  await expect(app.page.getByText('Google says what Latchkey believes')).toBeVisible()
  await app.page.keyboard.press('Escape')
  const handles = await useDoors(app, machine)
  for (const handle of handles) expect(handle).toMatch(/^latchkey\.[\w-]+\.[\w-]{43}$/)
  await choose(app.page, client?.label ?? '', 'Revoke at Google…')
  const dialog = app.page.getByRole('dialog')
  await dialog.getByLabel(`To go on, type ${asha}`).fill(asha)
  await dialog.getByRole('button', { name: 'Revoke at Google', exact: true }).click()
  await expect(app.page.getByRole('main').getByText('Done: 1 of 1 revoked')).toBeVisible({ timeout: 20_000 })
  expect([...secrets.values()].filter((kind) => kind === 'refresh-token').length).toBeGreaterThanOrEqual(4)
  expect(new Set(secrets.values())).toEqual(
    new Set(['code', 'access-token', 'refresh-token', 'id-token', 'client-secret']),
  )
  // What proves a handle; what stands before it is the id of its lease.
  const proofs = handles.map((handle) => handle.slice(-43))
  const hunted = [...secrets.keys(), ...proofs].map((secret) => Buffer.from(secret))

  const pids = processTree(app.electron.process().pid ?? 0)
  expect(pids.length).toBeGreaterThan(2)
  for (const pid of pids) {
    expect(
      found(readFileSync(`/proc/${String(pid)}/cmdline`), hunted),
      `arguments of ${String(pid)}`,
    ).toEqual([])
    expect(
      found(readFileSync(`/proc/${String(pid)}/environ`), hunted),
      `environment of ${String(pid)}`,
    ).toEqual([])
  }
  const renderers = pids.filter((pid) =>
    readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8').includes('--type=renderer'),
  )
  expect(renderers.length).toBeGreaterThan(0)
  for (const pid of renderers) {
    const memory = searchMemory(pid, [Buffer.from(asha), ...hunted])
    // The hunt itself works: what the window does show is found in its memory.
    expect(memory.includes(0), 'the window knows the e-mail').toBe(true)
    expect(
      memory.filter((index) => index > 0),
      `memory of renderer ${String(pid)}`,
    ).toEqual([])
  }
  expect(found(Buffer.from(await app.page.content()), hunted)).toEqual([])
  expect(found(Buffer.from(JSON.stringify(await app.snapshot())), hunted)).toEqual([])
  await app.close()
  expect(found(Buffer.from(app.output()), hunted)).toEqual([])
  for (const file of filesBelow(machine.dataFolder)) {
    expect(found(readFileSync(file), hunted), file).toEqual([])
  }
  const kept = await machine.keychain('dev.latchkey.practice.refresh-token')
  expect(kept.length).toBe(1)
  for (const { password } of kept) expect(secrets.get(password)).toBe('refresh-token')
  await google.close()
})

/** Programs at each door, by leases that the window gave; answers the handles that were made. */
async function useDoors(app: RunningApp, machine: Machine): Promise<readonly string[]> {
  const [account] = (await app.snapshot()).accounts.filter(({ email }) => email === asha)
  const file = join(machine.dataFolder, '..', 'adc.json')
  const wish = {
    accountId: account?.accountId ?? null,
    clientId: account?.grants[0]?.clientId ?? null,
    scopes: null,
    ...({ term: 'always', expiresAt: null, remote: false, quotaProject: null, port: null } as const),
  }
  await give(app, { ...wish, door: 'adc', label: 'a library', file })
  const lane = await give(app, { ...wish, door: 'metadata', label: 'a container', file: null })
  await give(app, { ...wish, door: 'gcloud', label: 'gcloud', file: null })
  const { address } = await give(app, { ...wish, door: 'http', label: 'a script', file: null })
  const bearer = await app.electron.evaluate(({ clipboard }) => clipboard.readText())
  const { refresh_token: adc } = JSON.parse(readFileSync(file, 'utf8')) as { refresh_token: string }
  tokenIn(await askWithBearer(address ?? '', bearer))
  tokenIn(await askAsLibrary(address ?? '', adc))
  tokenIn(await askMetadata(lane.address ?? ''))
  await askWithBearer(address ?? '', adc)
  await askAsLibrary(address ?? '', bearer, bearer)

  const env = { ...machine.env, LATCHKEY_DATA_FOLDER: machine.dataFolder }
  const command = join(import.meta.dirname, '../../../dist/electron/latchkey.cjs')
  const child = spawn(process.execPath, [command, 'token', '--practice'], { env, stdio: 'ignore' })
  const ended = once(child, 'exit')
  await app.page.getByRole('button', { name: 'Always', exact: true }).click()
  expect((await ended)[0]).toBe(0)
  return [adc, bearer]
}

async function give(
  { page }: RunningApp,
  wish: CommandParams<'leases.give'>,
): Promise<CommandResult<'leases.give'>> {
  const given: Outcome<CommandResult<'leases.give'>> = await page.evaluate((asked) => {
    const bridge = Reflect.get(globalThis, 'latchkey') as Bridge
    return bridge.leases.give(asked)
  }, wish)
  if (!given.ok) throw new Error(given.error.code)
  return given.value
}

async function failOnce(
  app: RunningApp,
  machine: Parameters<typeof signIn>[1],
  arm: () => Promise<unknown>,
): Promise<void> {
  expect(await arm()).toMatchObject({ ok: true })
  await startSignIn(app)
  const opened = await consentInBrowser(machine.browser, { email: sam })
  await expect(opened.page.getByRole('heading', { name: 'Not signed in' })).toBeVisible()
  await opened.close()
  await expect(app.page.getByRole('heading', { name: 'Sign-in did not succeed' })).toBeVisible()
}

function found(where: Buffer, hunted: readonly Buffer[]): string[] {
  return hunted
    .filter((secret) => where.includes(secret))
    .map((secret) => `${secret.toString().slice(0, 6)}…`)
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    const stat = statSync(path, { throwIfNoEntry: false })
    if (!stat) return []
    return stat.isDirectory() ? filesBelow(path) : stat.isFile() ? [path] : []
  })
}

/** The indexes of what was found in the writable memory of a process, as one byte or two bytes a character. */
function searchMemory(pid: number, wanted: readonly Buffer[]): number[] {
  const needles = wanted.map((text) => [text, Buffer.from(text.toString(), 'utf16le')])
  const seen = new Set<number>()
  const memory = openSync(`/proc/${String(pid)}/mem`, 'r')
  const overlap = 8192
  const chunk = Buffer.alloc(16 * 1024 * 1024 + overlap)
  for (const [start, end] of writableRegions(pid)) {
    for (let at = start; at < end; at += chunk.length - overlap) {
      const read = readQuietly(memory, chunk, Math.min(chunk.length, end - at), at)
      const part = chunk.subarray(0, read)
      needles.forEach((forms, index) => {
        if (!seen.has(index) && forms.some((form) => part.includes(form))) seen.add(index)
      })
    }
  }
  closeSync(memory)
  return [...seen]
}

function writableRegions(pid: number): (readonly [number, number])[] {
  const maps = readFileSync(`/proc/${String(pid)}/maps`, 'utf8')
    .trim()
    .split('\n')
  return maps
    .filter((line) => / rw/.test(line.slice(0, line.indexOf(' ') + 4)))
    .map(
      (line) =>
        (line.split(' ')[0] ?? '').split('-').map((part) => Number.parseInt(part, 16)) as [number, number],
    )
    .filter(([start, end]) => end - start < 2 ** 32)
}

/** A region that is reserved and not there cannot be read; that is no error. */
function readQuietly(memory: number, into: Buffer, length: number, at: number): number {
  try {
    return readSync(memory, into, 0, length, at)
  } catch {
    return 0
  }
}
