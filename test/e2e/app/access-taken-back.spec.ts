/** Two accounts under two clients of one project: a folder's rule, access added, one grant revoked, and what died. */
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cause, checkNow, choose, openAccount, openRoom, setFault } from '../../../build/app-driver.mjs'
import type { AccountView } from '../../../electron/contract/views.ts'
import type { PracticeControl } from '../../../electron/practice/practice-control.ts'
import type { Machine, RunningApp } from './running-app.ts'
import {
  consentInBrowser,
  expect,
  openPractice,
  picture,
  serverOf,
  signIn,
  startSignIn,
  test,
} from './running-app.ts'

const asha = 'asha.rao@gmail.test'
const meera = 'meera@northwind.test'
const drive = 'Drive: own files'

async function accountOf(app: RunningApp, email: string): Promise<AccountView> {
  const account = (await app.snapshot()).accounts.find((one) => one.email === email)
  if (!account) throw new Error(`no account ${email}`)
  return account
}

/** How many refresh tokens live at the server, by e-mail and project number. */
async function livingTokens(server: PracticeControl): Promise<Readonly<Record<string, number>>> {
  const accounts = await server.accounts()
  const grants = await server.grants()
  if (!accounts.ok || !grants.ok) throw new Error('practice Google does not answer')
  const emails = new Map(accounts.value.map(({ sub, email }) => [sub, email]))
  return Object.fromEntries(
    grants.value
      .filter(({ refreshTokens }) => refreshTokens > 0)
      .map((grant) => [`${emails.get(grant.sub) ?? ''} ${grant.projectNumber}`, grant.refreshTokens]),
  )
}

/** The other clients come from the dialog; the second sign-in of an account names the client. */
async function signInWith(app: RunningApp, machine: Machine, email: string, clientId: string): Promise<void> {
  const { page } = app
  await openRoom(page, 'Clients')
  const label = page.getByText(await labelOf(app, clientId), { exact: true })
  await page.getByRole('option').filter({ has: label }).last().click()
  await page.getByRole('button', { name: 'Sign in an account', exact: true }).click()
  await page.getByRole('group', { name: 'Common choices' }).getByRole('button', { name: drive }).click()
  await page.getByRole('button', { name: 'Open browser', exact: true }).click()
  const opened = await consentInBrowser(machine.browser, { email })
  await expect(opened.page.getByRole('heading', { name: 'Signed in' })).toBeVisible()
  await opened.close()
  await page.getByRole('heading', { name: `${email} is signed in` }).waitFor()
}

async function pickFolderNext({ electron }: RunningApp, folder: string): Promise<void> {
  await electron.evaluate(({ dialog }, picked) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [picked] })
  }, folder)
}

async function labelOf(app: RunningApp, clientId: string): Promise<string> {
  return (await app.snapshot()).clients.find((one) => one.clientId === clientId)?.label ?? ''
}

test('one grant is revoked, and exactly what the preview names dies at the server', async ({ machine }) => {
  test.slow()
  const app = await machine.start()
  const { page } = app
  // The real profile has its own history and keychain items, which nothing in practice may touch.
  const realLedger = join(machine.dataFolder, 'profiles', 'real', 'ledger.jsonl')
  await openPractice(app)
  const untouched = readFileSync(realLedger, 'utf8')
  await signIn(app, machine, { email: asha }, drive)
  await signIn(app, machine, { email: meera }, drive)
  await cause(page, null, 'Add one of the same project', 'Add one of another project')
  const clients = (await app.snapshot()).clients
  expect(clients).toHaveLength(3)
  const [first, same, other] = clients.map(({ clientId }) => clientId) as [string, string, string]
  await signInWith(app, machine, asha, same)
  await signInWith(app, machine, meera, same)
  await signInWith(app, machine, asha, other)
  const server = await serverOf(app)
  const project = first.split('-', 1)[0] ?? ''
  const before = await livingTokens(server)
  expect(before).toMatchObject({ [`${asha} ${project}`]: 2, [`${meera} ${project}`]: 2 })

  // A rule for a folder, and the answer that names it.
  const folder = join(machine.dataFolder, '..', 'infra')
  mkdirSync(join(folder, 'deep'), { recursive: true })
  await openRoom(page, 'Folders')
  await pickFolderNext(app, folder)
  await page.getByRole('button', { name: 'Add a rule…' }).click()
  await page.getByRole('form', { name: 'New rule' }).getByLabel('Account').selectOption({ label: asha })
  await page.getByRole('form', { name: 'New rule' }).getByRole('button', { name: 'Save' }).click()
  await pickFolderNext(app, join(folder, 'deep'))
  await page.getByRole('button', { name: 'Pick a folder…' }).click()
  await expect(page.getByText(/^Because the rule for .*infra says so\.$/)).toBeVisible()
  await picture(page, 'folders')

  // Access is added: what is held and what is wanted is asked, and the older token steps back.
  const firstLabel = await labelOf(app, first)
  await openAccount(page, asha)
  await choose(page, firstLabel, 'Add access…')
  await page
    .getByRole('group', { name: 'Common choices' })
    .getByRole('button', { name: 'Calendar', exact: true })
    .click()
  await picture(page, 'adding-access')
  await page.getByRole('button', { name: 'Open browser', exact: true }).click()
  const adding = await machine.browser.next()
  const asked = new URL(adding.page.url()).searchParams
  expect(asked.get('include_granted_scopes')).toBeNull()
  await adding.page.getByRole('button', { name: 'Select all' }).click()
  await adding.page.getByRole('button', { name: 'Continue' }).click()
  await expect(adding.page.getByRole('heading', { name: 'Signed in' })).toBeVisible()
  await adding.close()
  await page.getByRole('heading', { name: `${asha} is signed in` }).waitFor()
  const widened = (await accountOf(app, asha)).grants.find(({ clientId }) => clientId === first)
  expect(widened?.granted).toEqual(
    expect.arrayContaining([
      'https://www.googleapis.com/auth/calendar',
      'https://www.googleapis.com/auth/drive.file',
    ]),
  )
  expect(widened?.tokens.map(({ standing }) => standing)).toEqual(['held', 'elsewhere'])
  expect(await livingTokens(server)).toMatchObject({ [`${asha} ${project}`]: 3 })

  // The preview names what will die, and is true.
  await openAccount(page, asha)
  await picture(page, 'grants')
  await choose(page, firstLabel, 'Revoke at Google…')
  const dialog = page.getByRole('dialog', { name: `Revoke the access of ${asha} at Google?` })
  await expect(dialog.getByText(await labelOf(app, same), { exact: true })).toBeVisible()
  await expect(dialog.getByText(/infra/)).toBeVisible()
  await expect(dialog).toContainText('3 tokens')
  await picture(page, 'revoke-preview')
  const button = dialog.getByRole('button', { name: 'Revoke at Google', exact: true })
  await expect(button).toBeDisabled()
  await dialog.getByLabel(`To go on, type ${asha}`).fill(asha)
  await button.click()
  await expect(page.getByRole('main').getByText('Done: 1 of 1 revoked')).toBeVisible({ timeout: 20_000 })
  await picture(page, 'revoked')

  // The server's own state: all of the project is gone, and nothing else.
  const after = await livingTokens(server)
  const { [`${asha} ${project}`]: gone, ...rest } = before
  expect(gone).toBe(2)
  expect(after).toEqual(rest)
  const left = await accountOf(app, asha)
  expect(left.grants.map(({ clientId }) => clientId)).toEqual([other])
  expect(left.needs).toEqual([])
  expect((await accountOf(app, meera)).grants).toHaveLength(2)
  await openAccount(page, meera)
  await checkNow(page)
  expect((await accountOf(app, meera)).health.level).toBe('fine')
  expect(await machine.keychain('dev.latchkey.practice.refresh-token')).toHaveLength(3)
  expect(await machine.keychain('dev.latchkey.refresh-token')).toEqual([])
  expect(readFileSync(realLedger, 'utf8')).toBe(untouched)
})

async function signInAgain(app: RunningApp, machine: Machine): Promise<void> {
  await startSignIn(app, drive)
  const opened = await consentInBrowser(machine.browser, { email: asha })
  await expect(opened.page.getByRole('heading', { name: 'Signed in' })).toBeVisible()
  await opened.close()
  await app.page.getByRole('heading', { name: `${asha} is signed in` }).waitFor()
}

test('nothing counts as revoked that is not, and what is lost on the way is found out', async ({
  machine,
}) => {
  test.slow()
  const app = await machine.start()
  const { page } = app
  await openPractice(app)
  await signIn(app, machine, { email: asha }, drive)
  const label = await labelOf(app, (await app.snapshot()).clients[0]?.clientId ?? '')
  const server = await serverOf(app)
  const revoke = async (typed: string | null = null): Promise<void> => {
    await openAccount(page, asha)
    await choose(page, label, 'Revoke at Google…')
    const preview = page.getByRole('dialog')
    if (typed !== null) await preview.getByLabel(`To go on, type ${typed}`).fill(typed)
    await preview.getByRole('button', { name: 'Revoke at Google', exact: true }).click()
  }

  for (const fault of [
    'Google answers with an error of its own',
    'A sign-in page of the network answers',
    'No connection',
  ]) {
    await setFault(page, fault)
    await revoke()
    await expect(page.getByText('Not revoked')).toBeVisible({ timeout: 30_000 })
    await picture(page, `revocation-${fault.split(' ', 1)[0] ?? ''}`)
    await setFault(page, 'Nothing')
    await expect
      .poll(async () => (await app.snapshot()).revocations[0]?.ended, { timeout: 40_000 })
      .toBe(true)
    expect(Object.values(await livingTokens(server))).toEqual([1])
    await page.getByRole('button', { name: 'Close', exact: true }).click()
  }
  expect((await accountOf(app, asha)).grants).toHaveLength(1)

  // The answer is lost after the server acted: asking the tokens tells.
  await setFault(page, 'A revocation is done, its answer is lost')
  await revoke()
  await expect(page.getByRole('main').getByText('Done: 1 of 1 revoked')).toBeVisible({ timeout: 30_000 })
  expect(await livingTokens(server)).toEqual({})
  expect((await accountOf(app, asha)).grants).toEqual([])

  // A kind of token that cannot be revoked: said, and nothing is marked.
  await setFault(page, 'Nothing')
  await signInAgain(app, machine)
  expect(await server.setFault({ kind: 'error', name: 'not-revocable' }, 1, 'revoke')).toMatchObject({
    ok: true,
  })
  await revoke()
  await expect(page.getByText('Cannot be revoked', { exact: true })).toBeVisible()
  expect(Object.values(await livingTokens(server))).toEqual([1])
  await page.getByRole('button', { name: 'Close', exact: true }).click()

  // Forgetting is the other verb: gone here, alive there.
  await openAccount(page, asha)
  await choose(page, label, 'Forget here…')
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('checkbox').check()
  await dialog.getByRole('button', { name: 'Forget here', exact: true }).click()
  await expect.poll(async () => (await accountOf(app, asha)).grants).toEqual([])
  expect(Object.values(await livingTokens(server))).toEqual([1])
  expect(await machine.keychain('dev.latchkey.practice.refresh-token')).toEqual([])

  // It takes effect a while later: said as still alive, asked again, and then dead.
  await signInAgain(app, machine)
  await setFault(page, 'A revocation takes effect 5 seconds later')
  // The forgotten token counts and dies too.
  await revoke(asha)
  await expect(page.getByText(/Still alive|Checking that the tokens are dead/)).toBeVisible()
  await expect(page.getByRole('main').getByText('Done: 1 of 1 revoked')).toBeVisible({ timeout: 40_000 })
  expect(await livingTokens(server)).toEqual({})
})

test('a project’s own .latchkey.json has no effect until approved, and asks again when it changes', async ({
  machine,
}) => {
  const app = await machine.start()
  const { page } = app
  await openPractice(app)
  await signIn(app, machine, { email: asha }, drive)
  await signIn(app, machine, { email: meera }, drive)
  const folder = join(machine.dataFolder, '..', 'cloned')
  mkdirSync(folder)
  writeFileSync(join(folder, '.latchkey.json'), `{"account": "${meera}"}\n`)
  await openRoom(page, 'Folders')
  await pickFolderNext(app, folder)
  await page.getByRole('button', { name: 'Pick a folder…' }).click()
  await expect(page.getByText('Because it is the active account')).toBeVisible()
  await page.getByRole('button', { name: 'Approve…' }).first().click()
  await picture(page, 'approve')
  await page.getByRole('button', { name: 'Approve as a check' }).click()
  await expect(page.getByText(`declares that it belongs to ${meera}, but ${asha} is active`)).toBeVisible()
  await picture(page, 'declared-differs')
  await page.getByRole('button', { name: `Make ${meera} active` }).click()
  await expect(page.getByText(/^Because the approved \.latchkey\.json in .*cloned says so\.$/)).toBeVisible()

  const file = join(folder, '.latchkey.json')
  writeFileSync(file, `{"account": "${asha}"}\n`)
  await page.getByRole('button', { name: 'Pick another folder…' }).click()
  await expect(page.getByText('Because it is the active account')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Approve…' }).first()).toBeVisible()

  const bad: readonly (readonly [string | Buffer, RegExp])[] = [
    [`{"account": "${meera}", "account": "${asha}"}`, /not understood/],
    [Buffer.from([0, 1, 2, 255]), /not understood/],
    [`{"account": "${'a'.repeat(5000)}"}`, /larger than/],
    ['{"account": "nobody@example.com"}', /No account here is called/],
  ]
  for (const [content, words] of bad) {
    writeFileSync(file, content)
    await page.getByRole('button', { name: 'Pick another folder…' }).click()
    await expect(page.getByText(words).first()).toBeVisible()
  }
  rmSync(file)
  symlinkSync('/etc/hostname', file)
  await page.getByRole('button', { name: 'Pick another folder…' }).click()
  await expect(page.getByText(/is a link to somewhere else/).first()).toBeVisible()
  await expect(page.getByText('Because it is the active account')).toBeVisible()
})
