import type { Locator, Page } from '@playwright/test'
import { appError, fail, ok } from '../../../electron/contract/outcome.ts'
import type { AccountView, Snapshot } from '../../../electron/contract/views.ts'
import type { ContractDouble } from '../../support/contract-double.ts'
import {
  foundTokens,
  revocableSnapshot,
  sampleBlast,
  sampleProjectClients,
  sampleRevocation,
  sampleRevocationRow,
} from '../../support/sample-revocation.ts'
import {
  dayMs,
  sampleAccess,
  sampleAccessGrant,
  sampleAccount,
  sampleCause,
  sampleDeadToken,
  sampleGrant,
  sampleNow,
  sampleScopes,
  sampleSnapshot,
  sampleToken,
  sampleWebClient,
} from '../../support/sample-state.ts'
import { answerLives, withTokens } from './token-screens.ts'
import { expect, rows, test } from './window.ts'

const accountId = 'account-00000000'
const email = 'asha.rao@gmail.com'
const revocationId = 'revocation-0001'
const [mail, archive, backup] = sampleProjectClients()

/** Main as far as these pages know it: previews are made from the snapshot, a start answers an id. */
function revocable(double: ContractDouble): void {
  answerLives(double)
  double.answerWith({
    'revocation.preview': ({ grants }) => ok(sampleBlast(double.snapshot, grants)),
    'revocation.start': () => ok({ revocationId }),
  })
}

const grantMenu = (page: Page, client: string): ReturnType<Page['getByRole']> =>
  page.getByRole('button', { name: `More for ${client}` })

/** Menus, dialogs and news come after the first picture. */
async function laterLoaded(page: Page): Promise<void> {
  await expect(grantMenu(page, 'Mail tools')).toHaveAttribute('data-state', 'closed')
}

async function choose(page: Page, client: string, item: string): Promise<void> {
  await grantMenu(page, client).click()
  await page.getByRole('menuitem', { name: item }).click()
}

const danger = (page: Page): ReturnType<Page['getByRole']> =>
  page.getByRole('dialog').getByRole('button', { name: 'Revoke at Google', exact: true })

async function search(page: Page, words: string): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').getByRole('combobox').fill(words)
}

/** From the button of the menu to the preview, key by key. */
async function walkToRevoke(page: Page): Promise<void> {
  await page.keyboard.press('Enter')
  const item = page.getByRole('menuitem', { name: 'Revoke at Google…' })
  await expect(page.getByRole('menuitem').first()).toBeFocused()
  for (let presses = 0; presses < 8 && !(await hasFocus(item)); presses += 1)
    await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
}

const hasFocus = (item: Locator): Promise<boolean> =>
  item.evaluate((element) => element === document.activeElement)

test('before it revokes it names the chosen client, the others of the project, the tokens and the marks', async ({
  page,
  open,
}) => {
  const double = await open(revocableSnapshot(), { prepare: revocable })
  await choose(page, 'Mail tools', 'Revoke at Google…')
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByText('2 refresh tokens known here die for good')).toBeVisible()
  await expect(dialog.getByText('cannot be listed here')).toBeVisible()
  await expect(dialog.getByRole('listitem').filter({ hasText: 'Mail tools' })).toContainText('chosen')
  await expect(dialog.getByRole('listitem').filter({ hasText: 'Mail archive' })).toContainText(
    'same project, so it goes too',
  )
  await expect(dialog.getByText('Backup')).toHaveCount(0)
  await expect(dialog.getByText('It is the active account')).toBeVisible()
  await dialog.getByText('The 2 tokens').click()
  await expect(dialog.getByText('14 d ago')).toHaveCount(2)
  expect(double.callsOf('revocation.preview')).toEqual([{ grants: [{ accountId, clientId: mail.clientId }] }])
})

test('the button stays shut until the e-mail is typed as it stands there', async ({ page, open }) => {
  const double = await open(revocableSnapshot(), { prepare: revocable })
  await choose(page, 'Mail tools', 'Revoke at Google…')
  const field = page.getByLabel(`To go on, type ${email}`)
  await expect(danger(page)).toBeDisabled()
  await field.fill('asha.rao@gmail.co')
  await expect(danger(page)).toBeDisabled()
  await page.keyboard.press('Enter')
  expect(double.callsOf('revocation.start')).toEqual([])
  await field.fill(` ${email} `)
  await danger(page).click()
  await expect
    .poll(() => double.callsOf('revocation.start'))
    .toEqual([{ grants: [{ accountId, clientId: mail.clientId }], tokens: 2, confirmation: email }])
})

test('one token alone needs nothing typed, only the button', async ({ page, open }) => {
  const double = await open(revocableSnapshot(), { prepare: revocable })
  await choose(page, 'Backup', 'Revoke at Google…')
  await expect(page.getByText('1 refresh token known here dies for good')).toBeVisible()
  await expect(page.getByRole('dialog').getByRole('textbox')).toHaveCount(0)
  await danger(page).click()
  await expect
    .poll(() => double.callsOf('revocation.start'))
    .toEqual([{ grants: [{ accountId, clientId: backup.clientId }], tokens: 1, confirmation: null }])
})

test('a revocation can be done from first to last with the keyboard alone', async ({ page, open }) => {
  const double = await open(revocableSnapshot(), { prepare: revocable })
  await laterLoaded(page)
  await grantMenu(page, 'Mail tools').focus()
  await walkToRevoke(page)
  await expect(page.getByRole('dialog')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expect(grantMenu(page, 'Mail tools')).toBeFocused()

  await walkToRevoke(page)
  const field = page.getByLabel(`To go on, type ${email}`)
  await expect(field).toBeVisible()
  for (let presses = 0; presses < 12 && !(await hasFocus(field)); presses += 1)
    await page.keyboard.press('Tab')
  await expect(field).toBeFocused()
  await page.keyboard.type(email)
  await page.keyboard.press('Enter')
  await expect.poll(() => double.callsOf('revocation.start').length).toBe(1)
  double.change({
    revocations: { upsert: [sampleRevocation([sampleRevocationRow({ step: 'asking' })])], remove: [] },
  })
  await expect(page.getByRole('heading', { level: 1, name: 'Revocation at Google' })).toBeFocused()
})

test('what changed since the preview is shown again, with the reason, and nothing typed is kept', async ({
  page,
  open,
}) => {
  const double = await open(revocableSnapshot(), {
    prepare: (prepared) => {
      revocable(prepared)
      prepared.answerWith({ 'revocation.start': () => fail('revocation-changed') })
    },
  })
  await choose(page, 'Mail tools', 'Revoke at Google…')
  await page.getByLabel(`To go on, type ${email}`).fill(email)
  await danger(page).click()
  await expect(page.getByRole('dialog').getByText(appError('revocation-changed').message)).toBeVisible()
  await expect(page.getByLabel(`To go on, type ${email}`)).toHaveValue('')
  await expect(danger(page)).toBeDisabled()
  expect(double.callsOf('revocation.preview')).toHaveLength(2)
})

test('where nothing can be revoked from here it says why and leads to Google', async ({ page, open }) => {
  const double = await open(revocableSnapshot(), {
    prepare: (prepared) => {
      answerLives(prepared)
      prepared.answerWith({
        'revocation.preview': ({ grants }) => {
          const { projects } = sampleBlast(prepared.snapshot, grants)
          const stopped = projects.map((one) => ({ ...one, obstacle: appError('revoke-no-token') }))
          return ok({ projects: stopped, tokens: 0, confirm: { kind: 'none' } })
        },
      })
    },
  })
  await choose(page, 'Mail tools', 'Revoke at Google…')
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByText('Nothing can be revoked from here', { exact: true })).toBeVisible()
  await expect(dialog.getByText(appError('revoke-no-token').message)).toBeVisible()
  await expect(danger(page)).toBeDisabled()
  await dialog.getByRole('button', { name: 'Manage at Google' }).click()
  await expect.poll(() => double.callsOf('accounts.manageAtGoogle')).toEqual([{ accountId }])
})

test('each row of a revocation tells its own outcome, what was found of its tokens and what to do next', async ({
  page,
  open,
}) => {
  const double = await open(revocableSnapshot(), { prepare: revocable })
  const row = sampleRevocationRow
  const all = [
    row({ step: 'revoked', tokens: foundTokens('dead', 'dead') }),
    row({
      accountId: 'account-00000001',
      email: 'ben.rao@gmail.com',
      step: 'already-dead',
      tokens: foundTokens('dead'),
    }),
    row({
      accountId: 'account-00000002',
      email: 'carla.rao@example.org',
      step: 'alive',
      tokens: foundTokens('dead', 'alive'),
      error: appError('revoke-still-alive', { count: 1 }),
      retryAt: sampleNow + 5 * 60_000,
    }),
    row({
      accountId: 'account-00000003',
      email: 'deniz.rao@gmail.com',
      step: 'failed',
      tokens: foundTokens('unknown'),
      error: appError('network-offline'),
    }),
  ]
  double.change({ revocations: { upsert: [sampleRevocation(all)], remove: [] } })
  await search(page, 'Show revocation')
  await page.keyboard.press('Enter')
  const line = (name: string): ReturnType<Page['getByRole']> =>
    page.getByRole('main').getByRole('listitem').filter({ hasText: name })
  await expect(page.getByRole('main').getByRole('status')).toHaveText('3 of 4 done')
  await expect(line(email)).toContainText(/Revoked\s*2 of 2 tokens found dead/)
  await expect(line('ben.rao')).toContainText('Was dead already')
  await expect(line('carla.rao')).toContainText('1 of 2 tokens found dead, 1 still work')
  await expect(line('carla.rao')).toContainText('Asked again at 12:05.')
  await expect(line('deniz.rao')).toContainText(appError('network-offline').message)
  await expect(line('deniz.rao')).toContainText('1 could not be asked')
  await expect(page.getByRole('main').getByRole('button', { name: 'Try again' })).toHaveCount(0)

  double.change({ revocations: { upsert: [sampleRevocation(all, { ended: true })], remove: [] } })
  await expect(page.getByRole('main').getByRole('status')).toHaveText('Done: 2 of 4 revoked')
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect.poll(() => double.callsOf('revocation.retry')).toEqual([{ revocationId }])
  await line('deniz.rao').getByRole('button', { name: 'Manage at Google' }).click()
  await expect
    .poll(() => double.callsOf('accounts.manageAtGoogle'))
    .toEqual([{ accountId: 'account-00000003' }])
  await page.getByRole('main').getByRole('button', { name: 'Close', exact: true }).click()
  await expect.poll(() => double.callsOf('revocation.dismiss')).toEqual([{ revocationId }])
  await expect(page.getByRole('heading', { level: 1, name: 'Accounts' })).toBeVisible()
})

test('while a grant is being revoked its block says so and leads to the revocation', async ({
  page,
  open,
}) => {
  await open(
    revocableSnapshot({ revocations: [sampleRevocation([sampleRevocationRow({ step: 'verifying' })])] }),
    { prepare: revocable },
  )
  const block = page.getByRole('region', { name: 'Mail archive' })
  await expect(block.getByText('Being revoked at Google…')).toBeVisible()
  await expect(page.getByRole('region', { name: 'Backup' }).getByText('Being revoked')).toHaveCount(0)
  await block.getByRole('button', { name: 'Show revocation' }).click()
  await expect(page.getByText('Checking that the tokens are dead…')).toBeVisible()
})

test('the end of a revocation is told to somebody who is elsewhere by then', async ({ page, open }) => {
  const running = sampleRevocation([sampleRevocationRow({ step: 'asking' })])
  const double = await open(revocableSnapshot({ revocations: [running] }), { prepare: revocable })
  await expect(page.getByText('Being revoked at Google…').first()).toBeVisible()
  await laterLoaded(page)
  const rows = [sampleRevocationRow({ step: 'revoked', tokens: foundTokens('dead', 'dead') })]
  double.change({ revocations: { upsert: [sampleRevocation(rows, { ended: true })], remove: [] } })
  await expect(page.getByText('Revocation at Google: 1 of 1 done.')).toBeVisible()
})

test('forgetting one grant says that it lives on at Google and counts, and leaves the account', async ({
  page,
  open,
}) => {
  const double = await open(revocableSnapshot(), {
    prepare: (prepared) => {
      answerLives(prepared)
      prepared.answerWith({ 'grants.previewForget': () => ok({ accounts: [], tokens: 1 }) })
    },
  })
  await choose(page, 'Backup', 'Forget here…')
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByText('Forget Backup for asha.rao@gmail.com')).toBeVisible()
  await expect(dialog.getByText('keep counting towards the 100')).toBeVisible()
  await dialog.getByRole('checkbox', { name: 'Delete 1 token from this machine' }).check()
  await dialog.getByRole('button', { name: 'Forget here' }).click()
  await expect
    .poll(() => double.callsOf('grants.forget'))
    .toEqual([{ accountId, clientId: backup.clientId, tokens: 1 }])
  expect(double.callsOf('accounts.forget')).toEqual([])
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expect(page.getByRole('heading', { level: 1, name: email })).toBeVisible()
})

const accessClient = sampleWebClient(0, { label: 'Mail tools' })
const withGrants = (...grants: AccountView['grants']): Snapshot =>
  sampleSnapshot(0, {
    clients: [accessClient],
    accounts: [sampleAccount(0, [accessClient], { grants, next: null, needs: [] })],
  })

test('forgetting access without a refresh token speaks of what it is, and of no limit', async ({
  page,
  open,
}) => {
  const double = await open(withGrants(sampleAccessGrant(accessClient)), {
    prepare: (prepared) =>
      prepared.answerWith({ 'grants.previewForget': () => ok({ accounts: [], tokens: 0 }) }),
  })
  await laterLoaded(page)
  await choose(page, 'Mail tools', 'Forget here…')
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText(
    'The access token leaves memory; at Google it works until 22 Nov 2026 12:42',
  )
  await expect(dialog).not.toContainText('100')
  await expect(dialog).not.toContainText('0 refresh tokens')
  await dialog.getByRole('checkbox', { name: 'Delete this access from this machine' }).check()
  await dialog.getByRole('button', { name: 'Forget here' }).click()
  await expect.poll(() => double.callsOf('grants.forget')).toMatchObject([{ tokens: 0 }])
})

test('forgetting a grant that has tokens and such access says what becomes of both', async ({
  page,
  open,
}) => {
  await open(withGrants(sampleGrant(accessClient, { access: sampleAccess() })), {
    prepare: (prepared) => {
      answerLives(prepared)
      prepared.answerWith({ 'grants.previewForget': () => ok({ accounts: [], tokens: 1 }) })
    },
  })
  await laterLoaded(page)
  await choose(page, 'Mail tools', 'Forget here…')
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText('deletes 1 refresh token')
  await expect(dialog).toContainText('keep counting towards the 100')
  await expect(dialog).toContainText('The access token leaves memory')
})

test('revoking what is only access says that access ends, and not that no token dies', async ({
  page,
  open,
}) => {
  await open(withGrants(sampleAccessGrant(accessClient)), { prepare: revocable })
  await laterLoaded(page)
  await choose(page, 'Mail tools', 'Revoke at Google…')
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByText('Client-side access ends; there is no refresh token')).toBeVisible()
  await expect(dialog).not.toContainText('0 tokens')
  await expect(danger(page)).toBeEnabled()
})

test('access that has ended is offered for revoking nowhere, and carries no ticks', async ({
  page,
  open,
}) => {
  await open(withGrants(sampleAccessGrant(accessClient, { held: false })), { prepare: revocable })
  await laterLoaded(page)
  const part = page.getByRole('main')
  await expect(part.getByText('gmail.readonly').first()).toBeVisible()
  await expect(part.locator('li .lucide-check')).toHaveCount(0)
  await search(page, 'Revoke at Google')
  await expect(page.getByRole('dialog').getByRole('option', { name: /Revoke at Google…: / })).toHaveCount(0)
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Select several accounts…' }).click()
  await page.getByRole('button', { name: 'All shown' }).click()
  await expect(page.getByRole('button', { name: 'Revoke at Google…' })).toBeDisabled()
})

test('several accounts are chosen with the keyboard, a client can be left out, and the number is typed', async ({
  page,
  open,
}) => {
  const double = await open(revocableSnapshot(), { prepare: revocable })
  await page.getByRole('button', { name: 'Select several accounts…' }).click()
  const list = page.getByRole('listbox', { name: 'Accounts' })
  await expect(list).toBeFocused()
  await page.keyboard.press('Home')
  await page.keyboard.press('Space')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Space')
  const tools = page.getByRole('group', { name: 'Chosen accounts' })
  await expect(tools.getByRole('status')).toHaveText('2 chosen')
  await expect(rows(page, { selected: true })).toHaveCount(2)
  await tools.getByRole('button', { name: 'Revoke at Google…' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByText('4 refresh tokens known here die for good')).toBeVisible()
  await dialog.getByRole('checkbox', { name: 'Backup, 1 account' }).uncheck()
  await expect(dialog.getByText('3 refresh tokens known here die for good')).toBeVisible()
  await dialog.getByLabel('To go on, type the number of tokens: 3').fill('3')
  await danger(page).click()
  await expect
    .poll(() => double.callsOf('revocation.start'))
    .toEqual([
      {
        grants: [
          { accountId, clientId: mail.clientId },
          { accountId, clientId: archive.clientId },
          { accountId: 'account-00000001', clientId: mail.clientId },
        ],
        tokens: 3,
        confirmation: '3',
      },
    ])
})

test('a choice of several is left with Escape and begins anew the next time', async ({ page, open }) => {
  await open(revocableSnapshot(), { prepare: revocable })
  await search(page, 'Select several')
  await page.keyboard.press('Enter')
  const tools = page.getByRole('group', { name: 'Chosen accounts' })
  await rows(page).nth(0).click()
  await rows(page)
    .nth(2)
    .click({ modifiers: ['Shift'] })
  await expect(tools.getByRole('status')).toHaveText('3 chosen')
  await page.keyboard.press('Escape')
  await expect(tools).toHaveCount(0)
  await page.getByRole('button', { name: 'Select several accounts…' }).click()
  await expect(tools.getByRole('status')).toHaveText('0 chosen')
})

test('removing some access revokes first and signs in with the rest only once that is certain', async ({
  page,
  open,
}) => {
  const gmail = 'https://www.googleapis.com/auth/gmail.readonly'
  const double = await open(revocableSnapshot(), { prepare: revocable })
  double.answerWith({ 'signIn.start': () => ok({ flowId: 'flow-00000001' }) })
  await choose(page, 'Backup', 'Remove access…')
  const dialog = page.getByRole('dialog')
  const go = dialog.getByRole('button', { name: 'Revoke, then sign in again' })
  await expect(go).toBeDisabled()
  await dialog.getByRole('checkbox', { name: 'gmail.readonly' }).check()
  await go.click()
  await expect.poll(() => double.callsOf('revocation.start').length).toBe(1)

  const row = sampleRevocationRow({ clientIds: [backup.clientId], tokens: foundTokens('alive') })
  const failed = sampleRevocation([{ ...row, step: 'failed', error: appError('network-offline') }], {
    ended: true,
  })
  double.change({ revocations: { upsert: [failed], remove: [] } })
  await expect(page.getByText('No sign-in was begun')).toBeVisible()
  expect(double.callsOf('signIn.start')).toEqual([])

  const done = sampleRevocation([{ ...row, step: 'revoked', tokens: foundTokens('dead') }], { ended: true })
  double.change({ revocations: { upsert: [done], remove: [] } })
  await expect.poll(() => double.callsOf('signIn.start').length).toBe(1)
  const [started] = double.callsOf('signIn.start')
  expect(started).toMatchObject({ accountId, clientId: backup.clientId })
  expect(started?.add).toBeUndefined()
  expect(started?.scopes).not.toContain(gmail)
  expect(started?.scopes).toContain('https://www.googleapis.com/auth/calendar')
  await expect.poll(() => double.callsOf('revocation.dismiss')).toEqual([{ revocationId }])
})

test('a dead token, one that ends this week and one whose session ended are renewed from their row', async ({
  page,
  open,
}) => {
  const scopes = sampleScopes.slice(0, 4)
  const dying = sampleToken(1, { scopes: sampleScopes.slice(0, 3) })
  const ended = sampleToken(2, {
    refusal: { verdict: 'person', at: sampleNow - dayMs, error: appError('session-expired') },
  })
  const tokens = [sampleToken(0), dying, ended, sampleDeadToken(3, [sampleCause('password')], { scopes })]
  const need = { tokenId: dying.tokenId, clientId: mail.clientId, by: sampleNow + dayMs }
  const needs = [
    { ...need, reason: 'deadline' as const, clock: 'testing' as const, cause: null, renewable: true },
  ]
  const double = await open(withTokens(tokens, { needs }), { prepare: answerLives })
  double.answerWith({ 'signIn.start': () => ok({ flowId: 'flow-00000001' }) })
  await expect(page.getByRole('button', { name: 'Renew', exact: true })).toHaveCount(3)
  await page
    .getByRole('listitem')
    .filter({ hasText: 'noticed' })
    .getByRole('button', { name: 'Renew' })
    .click()
  await expect
    .poll(() => double.callsOf('signIn.start'))
    .toEqual([
      {
        accountId,
        clientId: mail.clientId,
        scopes: ['openid', 'email', 'profile', 'https://www.googleapis.com/auth/gmail.readonly'],
      },
    ])
})

test('the palette has the words of the buttons and begins the same things', async ({ page, open }) => {
  await open(revocableSnapshot(), { prepare: revocable })
  for (const words of [
    'Revoke at Google…: asha',
    'Forget here…: asha',
    'Inspect access token: asha',
    'Remove access…: asha',
    'Manage at Google: asha',
    'Renew: ben',
  ]) {
    await search(page, words)
    await expect(page.getByRole('dialog').getByRole('option').first()).toContainText(words)
    await page.keyboard.press('Escape')
  }
  await search(page, 'Revoke at Google…: asha Backup')
  await page.keyboard.press('Enter')
  await expect(page.getByText('1 refresh token known here dies for good')).toBeVisible()
})

test('what was typed stays when the account changes meanwhile', async ({ page, open }) => {
  const double = await open(revocableSnapshot(), { prepare: revocable })
  await laterLoaded(page)
  await choose(page, 'Mail tools', 'Remove access…')
  await page.getByRole('dialog').getByRole('checkbox').first().check()
  await page.getByRole('dialog').getByRole('textbox').fill(email)
  const account = double.snapshot.accounts.find((one) => one.accountId === accountId)
  if (!account) throw new Error('no account')
  double.change({
    accounts: {
      upsert: [{ ...account, label: 'Work', grants: account.grants.map((grant) => ({ ...grant })) }],
      remove: [],
    },
  })
  await expect(page.getByRole('option').filter({ hasText: 'Work' })).toBeVisible()
  await expect(page.getByRole('dialog').getByRole('textbox')).toHaveValue(email)
  await expect(page.getByRole('dialog').getByRole('checkbox').first()).toBeChecked()
})

test('a revocation that ended stands in the sidebar until it is closed', async ({ page, open }) => {
  const failed = sampleRevocationRow({ step: 'failed', error: appError('server-unavailable') })
  const double = await open(revocableSnapshot(), { prepare: revocable })
  await laterLoaded(page)
  const upsert = [sampleRevocation([failed], { revocationId, ended: true })]
  double.change({ revocations: { upsert, remove: [] } })
  const list = page.getByRole('list', { name: 'Revocations' })
  await list.getByRole('button').first().click()
  await expect(page.getByRole('heading', { name: 'Revocation at Google' })).toBeVisible()
  await expect(page.getByText('Not revoked')).toBeVisible()
  await list.getByRole('button', { name: /^Close the revocation of/ }).click()
  expect(double.callsOf('revocation.dismiss')).toEqual([{ revocationId }])
})

test('a bulk choice survives a search that finds nothing', async ({ page, open }) => {
  await open(revocableSnapshot(), { prepare: revocable })
  await laterLoaded(page)
  await page.getByRole('button', { name: 'Select several accounts…' }).click()
  await rows(page).first().click()
  const chosen = page.getByText('1 chosen').first()
  await expect(chosen).toBeVisible()
  const field = page.getByRole('searchbox').first()
  await field.fill('zzzz')
  await expect(rows(page)).toHaveCount(0)
  await field.fill('')
  await expect(rows(page).first()).toBeVisible()
  await expect(field).toBeFocused()
  await expect(chosen).toBeVisible()
})

test('what forgetting takes is understood anew when its number has changed', async ({ page, open }) => {
  let tokens = 3
  const preview = (): ReturnType<typeof ok<{ accounts: never[]; tokens: number }>> =>
    ok({ accounts: [], tokens })
  const double = await open(revocableSnapshot(), {
    prepare: (main) => {
      revocable(main)
      main.answerWith({ 'grants.previewForget': preview, 'grants.forget': () => fail('not-found') })
    },
  })
  await laterLoaded(page)
  await choose(page, 'Mail tools', 'Forget here…')
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('checkbox').check()
  // A check of the account in between begins nothing anew.
  const [account] = double.snapshot.accounts
  if (account) double.change({ accounts: { upsert: [structuredClone(account)], remove: [] } })
  await expect(dialog.getByRole('checkbox')).toBeChecked()
  tokens = 4
  await dialog.getByRole('button', { name: 'Forget here', exact: true }).click()
  await expect(dialog.getByText('Delete 4 tokens')).toBeVisible()
  await expect(dialog.getByRole('checkbox')).not.toBeChecked()
})
