import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { consentInBrowser, expect, openPractice, signIn, startSignIn, test } from './running-app.ts'

const refreshService = 'dev.latchkey.practice.refresh-token'
const asha = 'asha.rao@gmail.test'
const sam = 'sam.field@gmail.test'
const meera = 'meera@northwind.test'

test('two accounts are signed in through a real browser, kept in the real keychain, and still there after a restart', async ({
  machine,
}) => {
  const app = await machine.start()
  for (const way of ['Choose file…', 'Paste from clipboard', 'Try practice Google', 'Open the guide']) {
    await expect(app.page.getByRole('button', { name: way })).toBeVisible()
  }
  await openPractice(app)
  await signIn(app, machine, { email: asha }, 'Gmail: read', 'Drive: own files')
  await signIn(app, machine, { email: meera }, 'Calendar')

  await app.page.getByRole('navigation').getByRole('button', { name: 'Accounts' }).click()
  await app.page.getByRole('option', { name: asha }).click()
  await expect(app.page.getByText('gmail.readonly')).toBeVisible()
  await expect(app.page.getByText('drive.file')).toBeVisible()
  await expect(app.page.getByText('at least 1 of 100 live')).toBeVisible()
  await expect(app.page.getByText('in the keychain').first()).toBeVisible()

  const before = await app.snapshot()
  const kept = await machine.keychain(refreshService)
  const tokenIds = before.accounts.flatMap(({ grants }) =>
    grants.flatMap(({ tokens }) => tokens.map(({ tokenId }) => tokenId)),
  )
  expect(kept.map(({ account }) => account).sort()).toEqual(tokenIds.sort())
  for (const { password } of kept) expect(password).toMatch(/^1\/\//)
  expect(await machine.keychain('dev.latchkey.refresh-token')).toEqual([])

  await app.close()
  const again = await machine.start()
  await expect(again.page.getByText(meera).first()).toBeVisible()
  const after = await again.snapshot()
  expect(after.accounts).toEqual(before.accounts)
  expect(after.clients).toEqual(before.clients)
  expect(after.profile).toBe('practice')
})

test('fewer scopes than asked are a normal outcome and said so', async ({ machine }) => {
  const app = await machine.start()
  await openPractice(app)
  await startSignIn(app, 'Gmail: read', 'Drive: own files')
  const opened = await consentInBrowser(machine.browser, {
    email: sam,
    only: ['https://www.googleapis.com/auth/drive.file'],
  })
  await expect(opened.page.getByRole('heading', { name: 'Signed in' })).toBeVisible()
  await expect(app.page.getByText('Fewer than asked: 1 scope was not granted')).toBeVisible()
  const [account] = (await app.snapshot()).accounts
  expect(account?.grants[0]?.declined).toEqual(['https://www.googleapis.com/auth/gmail.readonly'])
})

test('another account than expected is caught before anything is stored', async ({ machine }) => {
  const app = await machine.start()
  await openPractice(app)
  await signIn(app, machine, { email: asha })
  await app.page.getByRole('button', { name: 'Show account' }).click()
  await app.page.getByRole('button', { name: 'Sign in again' }).click()
  // The token just minted would do, and that is said first.
  await app.page.getByRole('button', { name: 'Sign in anyway' }).click()
  const opened = await machine.browser.next()
  await opened.page.getByRole('button', { name: 'Use another account' }).click()
  await opened.page.getByRole('button', { name: sam }).click()
  await opened.page.getByRole('button', { name: 'Continue' }).click()
  await expect(opened.page.getByRole('heading', { name: 'Another account arrived' })).toBeVisible()
  await expect(app.page.getByText(`${sam} signed in instead`)).toBeVisible()
  expect(await machine.keychain(refreshService)).toHaveLength(1)
  await app.page.getByRole('button', { name: 'Keep as its own account' }).click()
  await expect(app.page.getByRole('heading', { name: `${sam} is signed in` })).toBeVisible()
  expect((await app.snapshot()).accounts.map(({ email }) => email)).toEqual([asha, sam])
})

test('a refusal in the browser, a cancel here and a copied link each do what they say', async ({
  machine,
}) => {
  const app = await machine.start()
  await openPractice(app)
  await startSignIn(app)
  const opened = await machine.browser.next()
  await opened.page.getByRole('button', { name: asha }).click()
  await opened.page.getByRole('button', { name: 'Cancel' }).click()
  await expect(opened.page.getByRole('heading', { name: 'Not signed in' })).toBeVisible()
  await expect(app.page.getByText('The sign-in was refused in the browser.')).toBeVisible()

  await app.page.getByRole('button', { name: 'Start again' }).click()
  await app.page.getByRole('button', { name: 'Copy link' }).click()
  const copied = await app.electron.evaluate(({ clipboard }) => clipboard.readText())
  expect(copied).toContain('/o/oauth2/v2/auth?response_type=code')
  const redirect = new URL(copied).searchParams.get('redirect_uri') ?? ''
  expect((await fetch(redirect)).status).toBe(400)
  await app.page.getByRole('button', { name: 'Cancel sign-in' }).click()
  await expect(app.page.getByRole('heading', { name: 'Sign-in cancelled' })).toBeVisible()
  await expect(fetch(redirect)).rejects.toThrow()
  expect(await machine.keychain(refreshService)).toEqual([])
})

test('the time machine moves the app and practice Google together', async ({ machine }) => {
  const app = await machine.start()
  await openPractice(app)
  await signIn(app, machine, { email: asha })
  await app.page.getByRole('button', { name: 'Show account' }).click()
  await app.page.getByRole('button', { name: '+7 d', exact: true }).click()
  await expect(app.page.getByText('7 d', { exact: true }).first()).toBeVisible()
  await expect.poll(async () => (await app.snapshot()).clockOffsetMs).toBe(7 * 86_400_000)
  const { practice, clockOffsetMs } = await app.snapshot()
  const answer = await fetch(`${practice?.issuer ?? ''}/.well-known/openid-configuration`)
  const serverTime = Date.parse(answer.headers.get('date') ?? '')
  expect(Math.abs(serverTime - (Date.now() + clockOffsetMs))).toBeLessThan(60_000)
})

test('an app that is killed comes back with everything that was finished', async ({ machine }) => {
  const app = await machine.start()
  await openPractice(app)
  await signIn(app, machine, { email: asha })
  await startSignIn(app)
  await machine.browser.next()
  await app.kill()
  const again = await machine.start()
  await expect(again.page.getByText(asha).first()).toBeVisible()
  expect((await again.snapshot()).flows).toEqual([])
  await signIn(again, machine, { email: sam })
  expect((await again.snapshot()).accounts.map(({ email }) => email)).toEqual([asha, sam])
})

test('language and theme change at once and stay', async ({ machine }) => {
  const app = await machine.start()
  await openPractice(app)
  await app.page.getByRole('navigation').getByRole('button', { name: 'Settings' }).click()
  await app.page.getByLabel('Theme').selectOption('dark')
  await expect.poll(() => app.electron.evaluate(({ nativeTheme }) => nativeTheme.themeSource)).toBe('dark')
  await app.page.getByLabel('Language').selectOption('hi')
  await expect(app.page.locator('html')).toHaveAttribute('lang', 'hi')
  await app.close()
  const again = await machine.start()
  await expect(again.page.locator('html')).toHaveAttribute('lang', 'hi')
  expect(JSON.parse(readFileSync(join(machine.dataFolder, 'app-state.json'), 'utf8'))).toMatchObject({
    theme: 'dark',
  })
})
