import type { Page } from '@playwright/test'
import type { AccountView } from '../../../electron/contract/views.ts'
import { cause, checkNow, openAccount, openRoom } from '../../../build/app-driver.mjs'
import type { RunningApp } from './running-app.ts'
import { expect, openPractice, signIn, test } from './running-app.ts'

const asha = 'asha.rao@gmail.test'
const meera = 'meera@northwind.test'

async function accountOf(app: RunningApp, email: string): Promise<AccountView> {
  const account = (await app.snapshot()).accounts.find((one) => one.email === email)
  if (!account) throw new Error(`no account ${email}`)
  return account
}

async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['LATCHKEY_SHOTS']
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png` })
}

test('a token that dies is said to have died, with its likely causes, and is renewed in one sitting', async ({
  machine,
}) => {
  const app = await machine.start()
  await openPractice(app)
  await signIn(app, machine, { email: asha }, 'Gmail: read')
  await signIn(app, machine, { email: meera }, 'Calendar')
  await openAccount(app.page, asha)
  await picture(app.page, 'life-fine')
  await cause(app.page, asha, 'Change the password')
  await checkNow(app.page)
  await expect(app.page.getByRole('paragraph').filter({ hasText: '2 causes fit alike' })).toBeVisible()
  await picture(app.page, 'life-dead')
  expect((await accountOf(app, asha)).health).toMatchObject({ level: 'dead', reason: 'died', cause: null })
  expect((await accountOf(app, meera)).health.level).toBe('fine')

  await openRoom(app.page, 'This week')
  await picture(app.page, 'week')
  await app.page
    .getByRole('button', { name: /^Renew|^Sign in again/ })
    .first()
    .click()
  // The account is named to Google, so nobody has to choose it again.
  const opened = await machine.browser.next()
  await opened.page.getByRole('button', { name: 'Continue' }).click()
  await expect(opened.page.getByRole('heading', { name: 'Signed in' })).toBeVisible()
  await opened.close()
  await expect.poll(async () => (await accountOf(app, asha)).health.level).toBe('fine')
  expect((await accountOf(app, asha)).needs).toEqual([])

  // The history stays until it is waved away.
  await openAccount(app.page, asha)
  await picture(app.page, 'life-renewed')
  await app.page.getByRole('button', { name: 'Dismiss', exact: true }).click()
  await expect(app.page.getByRole('paragraph').filter({ hasText: '2 causes fit alike' })).toHaveCount(0)
})

test('an account is checked without being asked, and what is found survives a restart', async ({
  machine,
}) => {
  const app = await machine.start()
  await openPractice(app)
  await signIn(app, machine, { email: asha }, 'Drive: own files')
  await openAccount(app.page, asha)
  const before = await accountOf(app, asha)
  await cause(app.page, asha, 'Remove the access at the account page')
  // Two hours later nobody has looked for an hour: a round begins.
  for (const _ of [1, 2]) await app.page.getByRole('button', { name: '+1 h', exact: true }).click()
  await expect.poll(async () => (await accountOf(app, asha)).health.reason, { timeout: 30_000 }).toBe('died')
  await app.close()

  const again = await machine.start()
  const after = await accountOf(again, asha)
  expect(after.health).toMatchObject({ level: 'dead', reason: 'died' })
  // A token alone, without Gmail: nothing in the history speaks for any cause, and nothing is made up.
  expect(after.grants[0]?.tokens[0]?.death?.causes.map(({ kind }) => kind)).toEqual(['unknown'])
  expect(after.firstSignedInAt).toBe(before.firstSignedInAt)
})

test('what passes ends nothing: a deleted client, a portal, a restriction, and all is well again', async ({
  machine,
}) => {
  const app = await machine.start()
  await openPractice(app)
  await signIn(app, machine, { email: asha }, 'Drive: own files')
  await openAccount(app.page, asha)
  await cause(app.page, null, 'Delete the client')
  await checkNow(app.page)
  await expect.poll(async () => (await accountOf(app, asha)).health.reason).toBe('client-broken')
  await picture(app.page, 'client-broken')
  expect((await accountOf(app, asha)).grants[0]?.tokens[0]).toMatchObject({ standing: 'held', refusal: null })
  await cause(app.page, null, 'Restore the client')
  await checkNow(app.page)
  await expect.poll(async () => (await accountOf(app, asha)).health.level).toBe('fine')

  await app.page.getByRole('button', { name: 'Cause…' }).click()
  await app.page
    .getByLabel('What goes wrong')
    .selectOption({ label: 'A sign-in page of the network answers' })
  await app.page.keyboard.press('Escape')
  await checkNow(app.page)
  await expect(app.page.getByText('Something on the network answered').first()).toBeVisible()
  await picture(app.page, 'portal')
  expect((await accountOf(app, asha)).grants[0]?.tokens[0]).toMatchObject({ standing: 'held', refusal: null })
})

test('an access token goes to the clipboard without passing the window', async ({ machine }) => {
  const app = await machine.start()
  await openPractice(app)
  await signIn(app, machine, { email: asha }, 'Drive: own files')
  await openAccount(app.page, asha)
  await app.page.getByRole('button', { name: 'Copy access token' }).click()
  await expect(app.page.getByText('In the clipboard')).toBeVisible()
  const copied = await app.electron.evaluate(({ clipboard }) => clipboard.readText())
  expect(copied).toMatch(/^ya29\./)
  expect(JSON.stringify(await app.snapshot())).not.toContain(copied)
  expect(await app.page.content()).not.toContain(copied)
})
