import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { installedFile } from '../../support/client-files.ts'
import type { RunningApp } from './running-app.ts'
import { expect, test } from './running-app.ts'

async function pickNext({ electron }: RunningApp, path: string): Promise<void> {
  await electron.evaluate(({ dialog }, picked) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [picked] })
  }, path)
}

/** A drop as the desktop delivers it: with the file's path, which only main may read. */
async function drop({ page }: RunningApp, path: string): Promise<void> {
  const cdp = await page.context().newCDPSession(page)
  const data = { items: [], files: [path], dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await cdp.send('Input.dispatchDragEvent', { type, x: 500, y: 300, data })
  }
}

test('a client file comes in through the picker, the clipboard and a drop, and its secret only goes to the keychain', async ({
  machine,
}) => {
  const app = await machine.start()
  const file = join(machine.dataFolder, '..', 'client_secret_1.json')

  writeFileSync(file, '%PDF-1.4 not a client')
  await pickNext(app, file)
  await app.page.getByRole('button', { name: 'Choose file…' }).click()
  await expect(app.page.getByText('This is not JSON.')).toBeVisible()

  await app.electron.evaluate(({ clipboard }) =>
    clipboard.writeText('{"type":"service_account","private_key":"x"}'),
  )
  await app.page.getByRole('button', { name: 'Paste from clipboard' }).click()
  await expect(app.page.getByText('The field “client_email” of the key file is missing')).toBeVisible()
  expect((await app.snapshot()).clients).toEqual([])

  writeFileSync(file, installedFile())
  await drop(app, file)
  await expect.poll(async () => (await app.snapshot()).clients.length).toBe(1)
  const [client] = (await app.snapshot()).clients
  expect(client).toMatchObject({ label: 'field-tools', type: 'installed' })
  expect(await machine.keychain('dev.latchkey.client-secret')).toEqual([
    { account: client?.clientId, password: 'GOCSPX-test-secret-0001' },
  ])
  expect(await app.page.content()).not.toContain('GOCSPX')
})

test('real accounts cannot be signed in on a runtime without security fixes', async ({ machine }) => {
  const app = await machine.start()
  test.skip((await app.snapshot()).about.realSignInAllowed, 'this runtime gets security fixes')
  await app.electron.evaluate(({ clipboard }, text) => clipboard.writeText(text), installedFile())
  await app.page.getByRole('button', { name: 'Paste from clipboard' }).click()
  await expect.poll(async () => (await app.snapshot()).clients.length).toBe(1)
  const [client] = (await app.snapshot()).clients
  const started = await app.page.evaluate((clientId) => {
    const { latchkey } = globalThis as unknown as {
      latchkey: { signIn: { start(params: object): Promise<unknown> } }
    }
    return latchkey.signIn.start({ clientId, scopes: [], accountId: null })
  }, client?.clientId)
  expect(started).toMatchObject({ ok: false, error: { code: 'runtime-too-old' } })
  expect(machine.browser.opened()).toBe(0)
})

test.describe('without a keychain', () => {
  test.use({ keyring: 'none' })
  test('nobody is sent to the browser, and the reason is said', async ({ machine }) => {
    const app = await machine.start()
    await app.page.getByRole('button', { name: 'Try practice Google' }).click()
    await expect(app.page.getByText('There is no keychain service to keep tokens in.')).toBeVisible({
      timeout: 20_000,
    })
    expect(machine.browser.opened()).toBe(0)
    expect((await app.snapshot()).accounts).toEqual([])
  })
})
