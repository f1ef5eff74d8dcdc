import type { Page } from '@playwright/test'
import { appError, ok } from '../../../electron/contract/outcome.ts'
import type { Outcome } from '../../../electron/contract/outcome.ts'
import {
  dayMs,
  hourMs,
  sampleAccount,
  sampleClient,
  sampleClock,
  sampleDeadToken,
  sampleCause,
  sampleNow,
  sampleSnapshot,
} from '../../support/sample-state.ts'
import {
  answerLives,
  checkedGrants,
  deadTokens,
  livingTokens,
  previews,
  withTokens,
} from './token-screens.ts'
import { expect, rows, test } from './window.ts'

const accountId = 'account-00000000'
const picture = (page: Page, name: RegExp): ReturnType<Page['getByRole']> => page.getByRole('img', { name })

test('a row names the next deadline, with its rule once it comes near, and rows can be sorted by it', async ({
  page,
  open,
}) => {
  const client = sampleClient()
  const late = sampleAccount(0, [client], { next: sampleClock('idle', { at: sampleNow + 90 * dayMs }) })
  const early = sampleAccount(2, [client], {
    next: sampleClock('time-based', { at: sampleNow + 20 * dayMs }),
  })
  await open(sampleSnapshot(0, { clients: [client], accounts: [late, early] }))
  await expect(rows(page).first()).toContainText('next: 90 d')
  await page.getByRole('combobox', { name: 'Sort by' }).selectOption('Next deadline first')
  await expect(rows(page).first()).toContainText('next: 20 d · limited time')
})

test('health says which rule, which cause or which refusal in words', async ({ page, open }) => {
  const client = sampleClient()
  const health = { level: 'dead', reason: 'ready', at: null, clock: null, cause: null } as const
  const accounts = [
    sampleAccount(0, [client], { health: { ...health, reason: 'died', cause: 'testing' } }),
    sampleAccount(2, [client], {
      health: { ...health, reason: 'deadline-passed', clock: 'session', at: sampleNow - 3 * hourMs },
    }),
    sampleAccount(3, [client], { health: { ...health, reason: 'client-broken' } }),
  ]
  await open(sampleSnapshot(0, { clients: [client], accounts }))
  await expect(rows(page).nth(0)).toContainText('Dead: Testing, seven days')
  await expect(rows(page).nth(1)).toContainText('Dead: due 3 h ago · session length')
  await expect(rows(page).nth(2)).toContainText('Stopped: client not accepted')
})

test('a check is asked for once and the button says so until the answer is there', async ({ page, open }) => {
  let finish: (answer: Outcome<null>) => void = () => undefined
  const double = await open(sampleSnapshot(1), {
    prepare: (prepared) =>
      prepared.answerWith({ 'accounts.check': () => new Promise((resolve) => (finish = resolve)) }),
  })
  await page.getByRole('button', { name: 'Check now' }).click()
  const busy = page.getByRole('button', { name: 'Checking…' })
  await expect(busy).toHaveAttribute('aria-busy', 'true')
  await busy.click()
  finish(ok())
  await expect(page.getByRole('button', { name: 'Check now' })).toBeVisible()
  expect(double.callsOf('accounts.check')).toEqual([{ accountId }])
})

test('a check under way and one that failed in passing are said at their client, a refusal at its token', async ({
  page,
  open,
}) => {
  await open(checkedGrants())
  const first = page.getByRole('region', { name: 'Mail tools' })
  const second = page.getByRole('region', { name: 'Calendar sync' })
  await expect(first.getByRole('status')).toHaveText('Checking…')
  await expect(second.getByText(appError('network-offline').message)).toBeVisible()
  await expect(second.getByText(appError('session-expired').message)).toBeVisible()
})

test('an access token goes to the clipboard in main, and the window says until when it works', async ({
  page,
  open,
}) => {
  const double = await open(sampleSnapshot(1), {
    prepare: (prepared) =>
      prepared.answerWith({ 'accounts.copyAccessToken': () => ok({ expiresAt: sampleNow + hourMs }) }),
  })
  await page.getByRole('button', { name: 'Copy access token' }).click()
  await expect(page.getByRole('status').filter({ hasText: 'works until 13:00' })).toBeVisible()
  expect(double.callsOf('accounts.copyAccessToken')).toEqual([
    { accountId, clientId: sampleClient().clientId },
  ])
})

test('each token has a picture whose name tells its life in sentences', async ({ page, open }) => {
  await open(withTokens([...livingTokens().slice(0, 2), ...deadTokens().slice(0, 2)]), {
    prepare: answerLives,
  })
  await expect(
    picture(page, /Minted 17 Nov 2026 12:00\. Refreshed 2 times, .*Next deadline: Testing, in 2 d\./),
  ).toBeVisible()
  await expect(picture(page, /Next deadline: unused six months, in 181 d\./)).toBeVisible()
  await expect(picture(page, /Found dead 24 h ago: Testing, seven days\./)).toBeVisible()
  await expect(picture(page, /Found dead 24 h ago: 2 causes fit alike\./)).toBeVisible()
})

test('all rules that can end a token are listed with when, how sure and where they stand', async ({
  page,
  open,
}) => {
  await open(withTokens(livingTokens().slice(0, 1)), { prepare: answerLives })
  await page.getByText('All that can end it (5)').click()
  const row = (name: string): ReturnType<Page['getByRole']> =>
    page.getByRole('row').filter({ has: page.getByRole('cell', { name }) })
  await expect(row('Seven days of a client in Testing')).toContainText('as the client is declared')
  await expect(row('At most 100 live tokens: the oldest goes')).toContainText('after 63 more sign-ins')
  await expect(row('Password change, with Gmail access')).toContainText('if it happens')
})

test('a death is told by its evidence: one likeliest cause, two alike, or none', async ({ page, open }) => {
  await open(withTokens(deadTokens()), { prepare: answerLives })
  const tokens = page.getByRole('region', { name: 'Mail tools' }).getByRole('listitem')
  const first = tokens.filter({ hasText: 'Most likely: Seven days of a client in Testing' }).first()
  await expect(first).toContainText('Day 7 of a client in Testing; found dead after 8 days.')
  await expect(first).toContainText('Less likely')
  await expect(first).toContainText('Google does not accept this token any more: invalid_grant.')
  const alike = tokens.filter({ hasText: '2 causes fit alike' }).first()
  await expect(alike).toContainText('Password changed, with Gmail access:')
  await expect(alike).toContainText('Access removed at Google or by another program:')
  await expect(tokens.filter({ hasText: 'Nothing here says why it died' }).first()).toBeVisible()
})

test('a person can say what a death was with the keyboard, take it back, and dismiss the token', async ({
  page,
  open,
}) => {
  const before = withTokens([sampleDeadToken(10, [sampleCause('unknown')])])
  const double = await open(before, { prepare: answerLives })
  await page.getByRole('button', { name: 'I know what it was' }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('menuitem').first()).toBeFocused()
  await page.keyboard.type('Password')
  await expect(page.getByRole('menuitem', { name: /^Password changed/ })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect
    .poll(() => double.callsOf('tokens.correctCause'))
    .toEqual([{ tokenId: 'token-00000010', cause: 'password' }])

  const said = sampleDeadToken(10, [sampleCause('password', { evidence: 'person-says' })], {
    death: {
      at: sampleNow - dayMs,
      causes: [sampleCause('password', { evidence: 'person-says' })],
      corrected: 'password',
    },
  })
  double.change({ accounts: { upsert: withTokens([said]).accounts.slice(0, 1), remove: [] } })
  await expect(page.getByText('You said: Password changed, with Gmail access')).toBeVisible()
  await page.getByRole('button', { name: 'Withdraw' }).click()
  await expect
    .poll(() => double.callsOf('tokens.correctCause'))
    .toContainEqual({ tokenId: 'token-00000010', cause: null })
  await page.getByRole('button', { name: 'Dismiss' }).click()
  await expect.poll(() => double.callsOf('tokens.dismiss')).toEqual([{ tokenId: 'token-00000010' }])
})

test('lives are asked again when their account changes, and not when another one does', async ({
  page,
  open,
}) => {
  const double = await open(withTokens(livingTokens().slice(0, 1)), { prepare: answerLives })
  await expect(picture(page, /^Life of this token/)).toBeVisible()
  const before = double.callsOf('accounts.lives').length
  const other = sampleAccount(1, [sampleClient()], { label: 'Changed' })
  double.change({ accounts: { upsert: [other], remove: [] } })
  await expect(rows(page, { name: /Changed/ })).toBeVisible()
  expect(double.callsOf('accounts.lives')).toHaveLength(before)
  const changed = withTokens(livingTokens().slice(0, 1), { label: 'Mine' }).accounts.slice(0, 1)
  double.change({ accounts: { upsert: changed, remove: [] } })
  await expect.poll(() => double.callsOf('accounts.lives').length).toBe(before + 1)
})

test('where a token already allows what is asked, it is offered before the browser opens', async ({
  page,
  open,
}) => {
  const double = await open(sampleSnapshot(1), {
    prepare: (prepared) => prepared.answerWith({ 'signIn.preview': () => ok(previews.reuse) }),
  })
  await page.getByRole('button', { name: 'Sign in again' }).click()
  await expect(page.getByText('A token that already allows this is here')).toBeVisible()
  expect(double.callsOf('signIn.start')).toEqual([])
  await page.getByRole('button', { name: 'Show it' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'asha.rao@gmail.com' })).toBeVisible()
  await page.getByRole('button', { name: 'Sign in again' }).click()
  await page.getByRole('button', { name: 'Sign in anyway' }).click()
  await expect.poll(() => double.callsOf('signIn.start')).toMatchObject([{ accountId }])
})

test('the price of a sign-in follows the scopes that are chosen', async ({ page, open }) => {
  const drive = 'https://www.googleapis.com/auth/drive.file'
  const double = await open(sampleSnapshot(1), {
    prepare: (prepared) =>
      prepared.answerWith({
        'signIn.preview': ({ scopes }) => ok(scopes.includes(drive) ? previews.many : previews.reuse),
      }),
  })
  await page.getByRole('button', { name: 'Sign in again' }).click()
  await page.getByRole('button', { name: 'Drive: own files' }).click()
  await expect(page.getByText('At least 83 of 100 tokens are live')).toBeVisible()
  await expect(page.getByText('A token that already allows this is here')).toHaveCount(0)
  await expect(page.getByRole('button', { name: 'Open browser' })).toBeVisible()
  expect(double.callsOf('signIn.preview').every((params) => params.accountId === accountId)).toBe(true)
})

test('at 100 the token that would fall off is named with its age, its last use and where it is', async ({
  page,
  open,
}) => {
  await open(sampleSnapshot(1), {
    prepare: (prepared) => prepared.answerWith({ 'signIn.preview': () => ok(previews.full) }),
  })
  await page.getByRole('button', { name: 'Sign in again' }).click()
  await expect(
    page.getByText('Google will end the token of 25 Jul 2026 12:00, 120 d old, last used 2 d ago.'),
  ).toContainText('It is held here')
  await expect(page.getByText(/at least 100 of 100 tokens are live/)).toBeVisible()
})

test('the keyboard keeps its place when a menu arrives after the first picture', async ({ page, open }) => {
  let release: () => void = () => undefined
  const held = new Promise<void>((resolve) => (release = resolve))
  await page.route('**/later-pages-*.js', async (route) => {
    await held
    await route.continue()
  })
  await open(sampleSnapshot(2))
  const switcher = page.getByRole('button', { name: 'Active account' })
  await switcher.focus()
  release()
  await expect(switcher).toHaveAttribute('data-state', 'closed')
  await expect(switcher).toBeFocused()
})
