/** A program gets at an account through the doors: real Electron, the built command, a real keyring and browser. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { openAccount, openRoom } from '../../../build/app-driver.mjs'
import { askAsLibrary, askWithBearer, tokenIn } from '../../support/door-programs.ts'
import type { Machine, RunningApp } from './running-app.ts'
import { expect, issuerOf, openPractice, picture, signIn, test } from './running-app.ts'

const asha = 'asha.rao@gmail.test'
const command = join(import.meta.dirname, '../../../dist/electron/latchkey.cjs')

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

interface Script {
  readonly folder: string
  /** Runs it in its folder, without a terminal. */
  run(): Promise<Ended>
}

/** A script of the person's that asks for a token. */
function writeScript(machine: Machine): Script {
  const folder = join(machine.dataFolder, '..', 'infra')
  mkdirSync(folder)
  writeFileSync(join(folder, 'deploy.sh'), `"${process.execPath}" "${command}" token --practice\nexit $?\n`)
  const env = { ...machine.env, LATCHKEY_DATA_FOLDER: machine.dataFolder }
  return {
    folder,
    async run() {
      const child = spawn('sh', ['deploy.sh'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
      const said = { stdout: '', stderr: '' }
      child.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()))
      child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()))
      const [code] = (await once(child, 'close')) as [number | null]
      return { code, ...said }
    },
  }
}

/** Whom practice Google takes an access token for. */
async function ownerOf(app: RunningApp, token: string): Promise<string | null> {
  const headers = { authorization: `Bearer ${token.trim()}` }
  const answer = await fetch(`${await issuerOf(app)}/v1/userinfo`, { headers })
  return answer.status === 200 ? ((await answer.json()) as { email: string }).email : null
}

const question = (page: Page) => page.locator('[data-question]')
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
/** A lease in the list of programs. */
const entry = (page: Page, name: string) =>
  page.getByRole('main').getByRole('option').filter({ hasText: name })

async function openApp(machine: Machine): Promise<RunningApp> {
  const app = await machine.start()
  await openPractice(app)
  await signIn(app, machine, { email: asha }, 'Drive: own files')
  return app
}

test('a script gets tokens after one “always”, until that is taken back, and none while doors are locked', async ({
  machine,
}) => {
  test.setTimeout(90_000)
  const script = writeScript(machine)
  const app = await openApp(machine)
  const { page } = app
  const first = script.run()
  await expect(question(page)).toContainText('deploy.sh asks for access')
  await expect(question(page)).toContainText(asha)
  await expect(question(page)).toContainText(script.folder.split('/').at(-1) ?? '')
  await expect(button(page, 'Always')).toBeEnabled()
  await picture(page, 'programs-question')
  await button(page, 'Always').click()
  expect(await first).toMatchObject({ code: 0, stderr: '' })
  expect(await ownerOf(app, (await first).stdout)).toBe(asha)
  await expect(question(page)).toHaveCount(0)
  // From now on nobody is asked.
  const second = await script.run()
  expect(second.code).toBe(0)
  expect(await ownerOf(app, second.stdout)).toBe(asha)

  await openRoom(page, 'Programs')
  await entry(page, 'deploy.sh').click()
  await expect(page.getByRole('region', { name: 'Uses', exact: true })).toContainText('Used 2 times')
  await picture(page, 'programs-used')
  await openAccount(page, asha)
  await picture(page, 'programs-account')

  await button(page, 'Lock doors').click()
  await expect(page.getByText('No program gets a token.')).toBeVisible()
  await picture(page, 'programs-locked')
  const locked = await script.run()
  expect(locked).toMatchObject({ code: 5, stdout: '' })
  expect(locked.stderr).toContain('Latchkey’s doors are locked.')
  await button(page, 'Unlock doors').first().click()
  await expect(page.getByText('No program gets a token.')).toHaveCount(0)
  expect((await script.run()).code).toBe(0)

  await openRoom(page, 'Programs')
  await entry(page, 'deploy.sh').click()
  await button(page, 'Take back…').click()
  await picture(page, 'programs-take-back')
  await button(page, 'Take back').click()
  await expect(page.getByText(/Access of .*deploy\.sh taken back\./)).toBeVisible()
  // It has to ask again, and somebody says no.
  const refused = script.run()
  await expect(question(page)).toContainText('deploy.sh asks for access')
  await expect(button(page, 'No')).toBeEnabled()
  await button(page, 'No').click()
  expect(await refused).toMatchObject({ code: 5, stdout: '' })
  expect((await refused).stderr).toContain('Somebody answered no.')
  await picture(page, 'programs-taken-back')
})

test('a file for Google’s libraries is written in the window, works, and is undone there', async ({
  machine,
}) => {
  const app = await openApp(machine)
  const { page } = app
  const file = join(machine.dataFolder, '..', 'adc.json')
  const before = JSON.stringify({ type: 'authorized_user', refresh_token: '1//0of-somebody-else' })
  writeFileSync(file, before)
  await openRoom(page, 'Programs')
  await button(page, 'Give a program access').first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Where').selectOption({ label: 'In a file of its own' })
  await dialog.getByLabel('File', { exact: true }).fill(file)
  await expect(dialog).toContainText('The file that is there grants access on any machine')
  await dialog.getByLabel('Name').fill('nightly backup')
  await picture(page, 'programs-give')
  await dialog.getByRole('button', { name: 'Give access' }).click()
  await expect(page.getByRole('heading', { name: 'Access given' })).toBeVisible()
  await picture(page, 'programs-given')

  const adc = JSON.parse(readFileSync(file, 'utf8')) as { refresh_token: string; token_url: string }
  const { host } = new URL(adc.token_url)
  const token = tokenIn(await askAsLibrary(host, adc.refresh_token))
  expect(await ownerOf(app, token)).toBe(asha)
  expect(await page.content()).not.toContain(adc.refresh_token.slice(-43))

  await page.getByRole('dialog').getByRole('button', { name: 'Show it' }).click()
  await expect(page.getByRole('region', { name: 'Uses', exact: true })).toContainText('Used once')
  await button(page, 'Undo file…').click()
  await picture(page, 'programs-undo')
  await page.getByRole('dialog').getByRole('button', { name: /^Undo/ }).click()
  await expect.poll(() => (existsSync(file) ? readFileSync(file, 'utf8') : null)).toBe(before)
  const refused = await askAsLibrary(host, adc.refresh_token)
  expect([refused.status, refused.body]).toEqual([
    400,
    expect.stringMatching(/'nightly backup' was taken back/),
  ])
})

test('a handle for any program goes into the clipboard alone, and all access is taken back at once', async ({
  machine,
}) => {
  const app = await openApp(machine)
  const { page } = app
  await openRoom(page, 'Programs')
  await button(page, 'Give a program access').first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('radio', { name: /Any program, over HTTP/ }).check()
  await dialog.getByRole('button', { name: 'Give access' }).click()
  await expect(dialog).toContainText('Its handle is in the clipboard for a minute.')
  await picture(page, 'programs-handle')
  const handle = await app.electron.evaluate(({ clipboard }) => clipboard.readText())
  expect(handle).toMatch(/^latchkey\.[\w-]+\.[\w-]{43}$/)
  expect(await page.content()).not.toContain(handle.slice(-43))
  const { http } = (await app.snapshot()).doors
  expect(await ownerOf(app, tokenIn(await askWithBearer(http ?? '', handle)))).toBe(asha)
  await dialog.getByRole('button', { name: 'Close' }).last().click()

  await button(page, 'Take back all…').click()
  const all = page.getByRole('dialog')
  await all.getByRole('checkbox').check()
  await picture(page, 'programs-take-back-all')
  await all.getByRole('button', { name: 'Take back all', exact: true }).click()
  await expect(page.getByText('All access taken back.')).toBeVisible()
  const refused = await askWithBearer(http ?? '', handle)
  expect([refused.status, refused.body]).toEqual([403, expect.stringContaining('lease-taken-back')])
})
