/**
 * Google's scenarios besides the installed app, each from what is brought to an access token that works at the
 * server, in the real app, a real browser and a real keyring; and what goes wrong with them.
 */
import { createServer } from 'node:http'
import { cause, chooseUnder, configureService, consent, openAccount } from '../../../build/app-driver.mjs'
import type { ClientKind } from '../../../electron/contract/kinds.ts'
import type { ClientView, FlowView } from '../../../electron/contract/views.ts'
import type { RunningApp } from './running-app.ts'
import { expect, issuerOf, openPractice, picture, serverOf, test } from './running-app.ts'

const asha = 'asha.rao@gmail.test'
const meera = 'meera@northwind.test'

async function clientOf(app: RunningApp, type: ClientKind): Promise<ClientView> {
  const client = (await app.snapshot()).clients.find((one) => one.type === type)
  if (!client) throw new Error(`there is no client of type ${type}`)
  return client
}

async function flowOf(app: RunningApp): Promise<FlowView> {
  const flow = (await app.snapshot()).flows.at(-1)
  if (!flow) throw new Error('no sign-in is under way')
  return flow
}

async function clipboardOf({ electron }: RunningApp): Promise<string> {
  return electron.evaluate(({ clipboard }) => clipboard.readText())
}

async function copyInto({ electron }: RunningApp, text: string): Promise<void> {
  await electron.evaluate(({ clipboard }, copied) => clipboard.writeText(copied), text)
}

/** Of the grant whose client has this label, on the account's page. */
async function copyTokenOf({ page }: RunningApp, label: string): Promise<void> {
  const grant = page.getByRole('region', { name: label, exact: true })
  await grant.getByRole('button', { name: 'Copy access token', exact: true }).click()
}

/** What the server says of the token that lies in the clipboard; null when it does not know it. */
async function tokenInClipboard(app: RunningApp): Promise<Readonly<Record<string, string>> | null> {
  const answer = await fetch(`${await issuerOf(app)}/tokeninfo`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await clipboardOf(app)}` },
  })
  return answer.status === 200 ? ((await answer.json()) as Record<string, string>) : null
}

test('a limited-input device: a code on the screen, entered in a browser elsewhere', async ({ machine }) => {
  test.slow()
  const app = await machine.start()
  const { page } = app
  await openPractice(app)
  await cause(page, null, 'Add a client for devices')
  const server = await serverOf(app)
  expect((await server.setDeviceRules({ interval: 1, slowDowns: 2 })).ok).toBe(true)
  const client = await clientOf(app, 'device')

  // What Google does not allow there is shown with its reason, and cannot be asked for.
  await chooseUnder(page, client.label)
  await page
    .getByRole('group', { name: 'Common choices' })
    .getByRole('button', { name: 'Drive: own files' })
    .click()
  await picture(page, 'device-choice')
  await page.getByRole('button', { name: 'Get a code', exact: true }).click()
  await page.getByRole('button', { name: 'Copy code', exact: true }).waitFor()
  const { step } = await flowOf(app)
  if (step.kind !== 'showing-code') throw new Error(`the step is ${step.kind}`)
  await page.getByRole('img', { name: /QR code/ }).waitFor()
  await picture(page, 'device-code')
  await page.getByRole('button', { name: 'Copy code', exact: true }).click()
  expect(await clipboardOf(app)).toBe(step.userCode)

  // The person, at the page that is opened here for once.
  await page.getByRole('button', { name: 'Open here', exact: true }).click()
  const opened = await machine.browser.next()
  expect(opened.page.url()).toBe(step.page)
  await opened.page.getByLabel(/code/i).fill(step.userCode)
  await opened.page.getByRole('button', { name: 'Next', exact: true }).click()
  await consent(opened.page, asha)
  await opened.close()
  await page.getByRole('heading', { name: `${asha} is signed in` }).waitFor({ timeout: 30_000 })

  await openAccount(page, asha)
  await expect(page.getByText(/at least 1 of 100/i).first()).toBeVisible()
  await copyTokenOf(app, client.label)
  await expect.poll(() => tokenInClipboard(app)).toMatchObject({ aud: client.clientId, email: asha })

  // A person who says no, and a client of the wrong type.
  await chooseUnder(page, client.label)
  await page.getByRole('button', { name: 'Get a code', exact: true }).click()
  await page.getByRole('button', { name: 'Copy code', exact: true }).waitFor()
  const second = await flowOf(app)
  if (second.step.kind !== 'showing-code') throw new Error('no code is shown')
  expect((await server.denyDevice(second.step.userCode)).ok).toBe(true)
  await expect(page.getByText(/refused|did not allow|was not allowed|pressed/i).first()).toBeVisible({
    timeout: 20_000,
  })
  await picture(page, 'device-denied')
})

test('a web server client: exactly its registered address, a busy port, and an address pasted back', async ({
  machine,
}) => {
  test.slow()
  const app = await machine.start()
  const { page } = app
  await openPractice(app)
  await cause(page, null, 'Add a web client')
  const client = await clientOf(app, 'web')
  const listening = client.redirects.find(({ use }) => use === 'listen')?.uri ?? ''
  const port = Number(new URL(listening).port)

  // Somebody else has the port: who, and then by itself.
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve))
  await chooseUnder(page, client.label)
  await picture(page, 'web-choice')
  await page.getByRole('button', { name: 'Open browser', exact: true }).click()
  await expect(page.getByText(new RegExp(`holds port ${String(port)}`)).first()).toBeVisible()
  await picture(page, 'web-port-busy')
  await new Promise<void>((resolve) => other.close(() => resolve()))
  const opened = await machine.browser.next()
  expect(new URL(opened.page.url()).searchParams.get('redirect_uri')).toBe(listening)
  await consent(opened.page, asha)
  await expect(opened.page.getByRole('heading', { name: 'Signed in' })).toBeVisible()
  expect(opened.page.url().startsWith(listening)).toBe(true)
  await opened.close()
  await page.getByRole('heading', { name: `${asha} is signed in` }).waitFor()
  await openAccount(page, asha)
  await copyTokenOf(app, client.label)
  await expect
    .poll(() => tokenInClipboard(app))
    .toMatchObject({ aud: client.clientId, access_type: 'offline' })

  // The address that leads elsewhere: the browser ends where nothing of ours is, and its address is pasted.
  await chooseUnder(page, client.label, 'Paste the address back')
  await page.getByRole('button', { name: 'Open browser', exact: true }).click()
  const away = await machine.browser.next()
  const ended = away.page.waitForRequest(/^https:\/\/tools\.example\/oauth\/callback/)
  await consent(away.page, meera).catch(() => undefined)
  const address = (await ended).url()
  await away.close()
  const zone = page.getByRole('button', { name: /Paste the address/ })
  await picture(page, 'web-paste')

  await copyInto(app, address.replace(/state=[^&]+/, 'state=foreign'))
  await zone.click()
  await expect(page.getByText(/answers no sign-in that was started here/).first()).toBeVisible()
  await copyInto(app, address)
  await zone.focus()
  await page.keyboard.press('Control+V')
  await page.getByRole('heading', { name: `${meera} is signed in` }).waitFor()
  expect(await clipboardOf(app)).toBe('')
})

test('a client-side page: the fragment leaves the address bar, the token is validated and repeated', async ({
  machine,
}) => {
  test.slow()
  const app = await machine.start()
  const { page } = app
  await openPractice(app)
  await cause(page, null, 'Add a web client')
  const client = await clientOf(app, 'web')
  await chooseUnder(page, client.label, 'Client-side, without refresh token')
  await picture(page, 'client-side-choice')
  await page.getByRole('button', { name: 'Open browser', exact: true }).click()
  const opened = await machine.browser.next()
  expect(new URL(opened.page.url()).searchParams.get('response_type')).toBe('token')
  await consent(opened.page, asha)
  await expect(opened.page.getByRole('heading', { name: 'Signed in' })).toBeVisible()
  expect(opened.page.url()).not.toMatch(/access_token|#/)
  await opened.close()
  await page.getByRole('heading', { name: `${asha} is signed in` }).waitFor()
  await picture(page, 'client-side-done')
  expect(await machine.keychain('dev.latchkey.practice.refresh-token')).toEqual([])

  await openAccount(page, asha)
  await picture(page, 'client-side-account')
  await copyTokenOf(app, client.label)
  await expect
    .poll(() => tokenInClipboard(app))
    .toMatchObject({ aud: client.clientId, access_type: 'online' })

  // It ends; repeating needs no screen while Google remembers the consent.
  const server = await serverOf(app)
  const offset = await server.clock()
  if (!offset.ok) throw new Error('practice Google does not answer')
  await page
    .getByRole('button', { name: /1 day|\+ ?1 d/ })
    .first()
    .click()
  await expect(page.getByText('Ended', { exact: true }).first()).toBeVisible()
  await picture(page, 'client-side-ended')
  await page.getByRole('button', { name: 'Repeat', exact: true }).first().click()
  const again = await machine.browser.next()
  await expect(again.page.getByRole('heading', { name: 'Signed in' })).toBeVisible()
  await again.close()
  await page.getByRole('heading', { name: `${asha} is signed in` }).waitFor()
})

test('a service account: its key, a token, delegation, a second key, and what Google refuses', async ({
  machine,
}) => {
  test.slow()
  const app = await machine.start()
  const { page } = app
  await openPractice(app)
  await cause(page, null, 'Add a service account')
  const account = (await app.snapshot()).accounts.find(({ service }) => service !== null)
  if (!account?.service) throw new Error('there is no service account')
  await openAccount(page, account.email)
  await picture(page, 'service-new')
  const kept = await machine.keychain('dev.latchkey.practice.service-key')
  expect(kept).toHaveLength(1)
  expect(kept[0]?.password.length).toBeLessThan(1280)

  await configureService(page, 'Calendar')
  await page.getByRole('button', { name: /^Try/ }).first().click()
  await expect(page.getByText('Google took the key.').first()).toBeVisible()
  await page.getByRole('button', { name: 'Copy access token', exact: true }).click()
  await expect.poll(() => tokenInClipboard(app)).toMatchObject({ azp: account.service.uniqueId })
  await picture(page, 'service-account')

  // Acting for somebody needs the administrator: what to enter stands there, and then it works.
  await configureService(page, 'Calendar', meera)
  await page.getByRole('button', { name: 'Copy access token', exact: true }).click()
  await expect(page.getByText(/does not let this service account act as/).first()).toBeVisible()
  await expect(page.getByText('Probably not registered:')).toBeVisible()
  await picture(page, 'service-delegation')
  await cause(page, null, 'Register its chosen scopes for delegation')
  await page.getByRole('button', { name: 'Copy access token', exact: true }).click()
  await expect.poll(async () => (await tokenInClipboard(app))?.['scope']).toMatch(/calendar/)
  await expect(page.getByText('Probably not registered:')).toBeHidden()

  // Switched off there: said, and nothing is lost.
  await cause(page, null, 'Create a further key')
  await expect.poll(async () => (await machine.keychain('dev.latchkey.practice.service-key')).length).toBe(2)
  await picture(page, 'service-two-keys')
})

test('a token from anywhere is said what it is, and a refresh token by mistake is wiped', async ({
  machine,
}) => {
  const app = await machine.start()
  const { page } = app
  await openPractice(app)
  await cause(page, null, 'Add a service account')
  const account = (await app.snapshot()).accounts.find(({ service }) => service !== null)
  await openAccount(page, account?.email ?? '')
  await configureService(page, 'Calendar')
  await page.getByRole('button', { name: 'Copy access token', exact: true }).click()
  await expect.poll(() => tokenInClipboard(app)).not.toBeNull()

  await page.keyboard.press('Control+K')
  await page.keyboard.type('Inspect a token')
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Inspect a token' })
  const look = dialog.getByRole('button', { name: /look at the token in the clipboard/ })
  await look.click()
  await expect(dialog.getByText('A token of your own service account')).toBeVisible()
  await page.keyboard.press('Escape')

  await page.getByLabel('Address of the service').fill('https://elsewhere.example')
  await page.getByRole('button', { name: 'Copy ID token', exact: true }).click()
  await expect.poll(() => clipboardOf(app)).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
  await page.keyboard.press('Control+I')
  await look.click()
  await expect(dialog.getByText('Not for you: made for another client')).toBeVisible()
  await picture(page, 'foreign-token')
  await copyInto(app, ` "1//0gMadeUpRefreshTokenThatWasPastedByMistake-0123456789" \n`)
  await page.keyboard.press('Control+V')
  await expect(dialog.getByText(/refresh token/).first()).toBeVisible()
  await picture(page, 'foreign-refresh-token')
  expect(await clipboardOf(app)).toBe('')
})
