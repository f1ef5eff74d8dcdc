import type { Page } from '@playwright/test'
import { readFile } from 'node:fs/promises'
import { errors } from '../../../electron/contract/errors.ts'
import { appError, fail, ok } from '../../../electron/contract/outcome.ts'
import type { ImportResult } from '../../../electron/contract/views.ts'
import {
  sampleAccount,
  sampleClient,
  sampleFlow,
  samplePractice,
  sampleProblems,
  sampleSnapshot,
} from '../../support/sample-state.ts'
import { expect, rows, test } from './window.ts'

const addedClient: ImportResult = { kind: 'added', clientId: sampleClient().clientId, secretReplaced: false }

async function openPalette(page: Page): Promise<void> {
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('dialog')).toBeVisible()
}

test('a sign-in can be started with the keyboard alone', async ({ page, open }) => {
  const flow = sampleFlow({ kind: 'waiting', notice: null })
  const double = await open(sampleSnapshot(2), {
    prepare: (prepared) => prepared.answerWith({ 'signIn.start': () => ok({ flowId: flow.flowId }) }),
  })
  const press = async (name: string | RegExp): Promise<void> => {
    for (let stops = 0; stops < 60; stops += 1) {
      await page.keyboard.press('Tab')
      const focused = page.locator(':focus')
      const text = (await focused.getAttribute('aria-label')) ?? (await focused.innerText().catch(() => ''))
      if (typeof name === 'string' ? text.trim() === name : name.test(text)) {
        await expect(focused).toHaveCSS('outline-style', 'solid')
        return page.keyboard.press('Enter')
      }
    }
    throw new Error(`the keyboard never reached ${String(name)}`)
  }
  await press('Sign in an account')
  await press('Gmail: read')
  await press('Open browser')
  await expect
    .poll(() => double.callsOf('signIn.start'))
    .toEqual([
      {
        clientId: sampleClient().clientId,
        scopes: ['openid', 'email', 'profile', 'https://www.googleapis.com/auth/gmail.readonly'],
        accountId: null,
      },
    ])
  double.change({ flows: { upsert: [flow], remove: [] } })
  await expect(page.getByRole('heading', { name: 'Waiting for the browser…' })).toBeVisible()
  await expect(page.getByRole('timer')).toHaveText('4:30')
  await press('Copy link')
  await expect.poll(() => double.callsOf('signIn.copyLink')).toEqual([{ flowId: flow.flowId }])
})

test('a missed revision makes the window fetch everything again', async ({ page, open }) => {
  const double = await open(sampleSnapshot(1))
  const before = double.callsOf('app.snapshot').length
  const late = sampleAccount(7, [sampleClient()], { label: null, email: 'late@example.org' })
  double.snapshot = { ...double.snapshot, revision: 9, accounts: [...double.snapshot.accounts, late] }
  double.push('state.changed', { revision: 9, readOnly: false })
  await expect(rows(page, { name: /late@example.org/ })).toBeVisible()
  expect(double.callsOf('app.snapshot').length).toBe(before + 1)
})

test('a delta in order is shown without fetching again', async ({ page, open }) => {
  const double = await open(sampleSnapshot(1))
  const before = double.callsOf('app.snapshot').length
  double.change({
    accounts: { upsert: [sampleAccount(7, [sampleClient()], { label: 'Fresh one' })], remove: [] },
  })
  await expect(rows(page, { name: /Fresh one/ })).toBeVisible()
  expect(double.callsOf('app.snapshot').length).toBe(before)
})

test('a later fetch that fails is said, and leaves what was shown in place', async ({ page, open }) => {
  const double = await open(sampleSnapshot(1))
  double.answerWith({ 'app.snapshot': () => fail('ledger-unreadable') })
  double.push('state.reset', {})
  await expect(page.getByText(errors['ledger-unreadable'].message)).toBeVisible()
  await expect(rows(page)).toHaveCount(1)
  double.answerWith({ 'app.snapshot': () => ok(sampleSnapshot(2)) })
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(rows(page)).toHaveCount(2)
})

test('a reset makes the window fetch everything again', async ({ page, open }) => {
  const double = await open(sampleSnapshot(1))
  double.snapshot = sampleSnapshot(3, {
    revision: 1,
    profile: 'practice',
    practice: samplePractice(),
  })
  double.push('state.reset', {})
  await expect(page.getByRole('region', { name: 'Practice profile' })).toBeVisible()
})

test('a thousand accounts keep few rows in the document and are found by typing', async ({ page, open }) => {
  await open(sampleSnapshot(1000))
  await expect(rows(page).first()).toHaveAttribute('aria-setsize', '1000')
  expect(await rows(page).count()).toBeLessThan(40)
  await page.keyboard.press('/')
  await page.keyboard.type('hana.weber667')
  await expect(rows(page)).toHaveCount(1)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: /hana.weber667|Work 667/ })).toBeFocused()
})

test('the arrow keys, Home and End walk the whole list and keep the row in view', async ({ page, open }) => {
  await open(sampleSnapshot(1000))
  await page.getByRole('listbox').focus()
  await page.keyboard.press('End')
  const current = rows(page, { selected: true })
  await expect(current).toHaveAttribute('aria-posinset', '1000')
  await expect(current).toBeInViewport()
  await page.keyboard.press('ArrowUp')
  await expect(current).toHaveAttribute('aria-posinset', '999')
  await page.keyboard.press('Home')
  await expect(current).toHaveAttribute('aria-posinset', '1')
})

test('Hindi changes every word at once, the language of the page and the errors with it', async ({
  page,
  open,
}) => {
  const double = await open(sampleSnapshot(2))
  double.answerWith({ 'accounts.activate': () => ({ ok: false, error: appError('disk-full') }) })
  double.change({ settings: { ...double.snapshot.settings, language: 'hi' } })
  await expect(page.locator('html')).toHaveAttribute('lang', 'hi')
  await expect(page.getByRole('heading', { level: 1, name: 'खाते' })).toBeVisible()
  await rows(page).nth(1).click()
  await page.getByRole('button', { name: 'सक्रिय करें' }).click()
  await expect(page.getByRole('status').filter({ hasText: 'डिस्क भर गई है' })).toBeVisible()
  await expect(page.getByText(errors['disk-full'].message)).toHaveCount(0)
})

test('a client can be dropped anywhere, and only its path goes to main', async ({ page, open }) => {
  const double = await open(sampleSnapshot(2), {
    prepare: (prepared) => prepared.answerWith({ 'clients.importFile': () => ok(addedClient) }),
  })
  await page.evaluate(() => {
    const dataTransfer = new DataTransfer()
    dataTransfer.items.add(new File(['{"secret":"not for the window"}'], 'client_secret_1.json'))
    for (const type of ['dragover', 'drop']) {
      window.dispatchEvent(new DragEvent(type, { dataTransfer, cancelable: true, bubbles: true }))
    }
  })
  await expect
    .poll(() => double.callsOf('clients.importFile'))
    .toEqual([{ path: '/dropped/client_secret_1.json', acceptUncheckedSecret: false }])
  await expect(page.getByRole('status').filter({ hasText: 'Client added.' })).toBeVisible()
})

test('pasting at the first start asks main to read the clipboard, then leads to the sign-in', async ({
  page,
  open,
}) => {
  const double = await open(sampleSnapshot(0), {
    prepare: (prepared) => prepared.answerWith({ 'clients.importClipboard': () => ok(addedClient) }),
  })
  await expect(page.getByRole('button', { name: 'Paste from clipboard' })).toBeVisible()
  await page.evaluate(() =>
    document.body.dispatchEvent(new ClipboardEvent('paste', { bubbles: true, cancelable: true })),
  )
  await expect.poll(() => double.callsOf('clients.importClipboard').length).toBe(1)
  double.change({ clients: { upsert: [sampleClient()], remove: [] } })
  await expect(page.getByRole('heading', { level: 1, name: 'Sign in an account' })).toBeVisible()
})

test('an unchecked secret is replaced only after the person says so', async ({ page, open }) => {
  const double = await open(sampleSnapshot(0), {
    prepare: (prepared) =>
      prepared.answerWith({
        'clients.pickFile': ({ acceptUncheckedSecret }) =>
          acceptUncheckedSecret
            ? ok({ ...addedClient, kind: 'updated', secretReplaced: true })
            : fail('client-secret-unchecked'),
      }),
  })
  await page.getByRole('button', { name: 'Choose file…' }).click()
  await page.getByRole('button', { name: 'Replace without a check' }).click()
  await expect
    .poll(() => double.callsOf('clients.pickFile'))
    .toEqual([{ acceptUncheckedSecret: false }, { acceptUncheckedSecret: true }])
})

test('forgetting an account needs the second step, says its number, and shows it again when it changed', async ({
  page,
  open,
}) => {
  let tokens = 3
  const double = await open(sampleSnapshot(2), {
    prepare: (prepared) =>
      prepared.answerWith({
        'accounts.previewForget': () => ok({ accounts: [], tokens }),
        'accounts.forget': (params) => (params.tokens === tokens ? ok() : fail('not-found')),
      }),
  })
  const forget = page.getByRole('button', { name: 'Forget here…' })
  await forget.click()
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByRole('button', { name: 'Forget here' })).toBeDisabled()
  await dialog.getByRole('checkbox', { name: 'Delete 3 tokens from this machine' }).check()
  tokens = 4
  await dialog.getByRole('button', { name: 'Forget here' }).click()
  await expect(dialog).toContainText('4 refresh tokens')
  expect(double.callsOf('accounts.forget')).toEqual([{ accountId: 'account-00000000', tokens: 3 }])
  await page.keyboard.press('Escape')
  await expect(dialog).toHaveCount(0)
  await expect(forget).toBeFocused()
})

test('the palette does what the buttons do', async ({ page, open }) => {
  const double = await open(sampleSnapshot(3))
  await openPalette(page)
  await page.keyboard.type('make ben.rao active')
  await expect(page.getByRole('dialog').getByRole('option')).toHaveCount(1)
  await page.keyboard.press('Enter')
  await expect.poll(() => double.callsOf('accounts.activate')).toEqual([{ accountId: 'account-00000001' }])
  await openPalette(page)
  await page.keyboard.type('theme: dark')
  await page.keyboard.press('Enter')
  await expect.poll(() => double.callsOf('settings.update')).toEqual([{ theme: 'dark' }])
})

test('signing in again asks for the same scopes of the same account and client', async ({ page, open }) => {
  const double = await open(sampleSnapshot(1))
  await page.getByRole('button', { name: 'Sign in again' }).click()
  await expect
    .poll(() => double.callsOf('signIn.start'))
    .toEqual([
      {
        clientId: sampleClient().clientId,
        scopes: [
          'openid',
          'email',
          'profile',
          'https://www.googleapis.com/auth/gmail.readonly',
          'https://www.googleapis.com/auth/calendar',
        ],
        accountId: 'account-00000000',
      },
    ])
})

test('another account than expected is kept or discarded by the person', async ({ page, open }) => {
  const step = {
    kind: 'choosing-account',
    arrivedEmail: 'other@example.org',
    chooseBefore: Date.UTC(2026, 10, 22, 12, 2),
  } as const
  const double = await open(
    sampleSnapshot(1, { flows: [sampleFlow(step, { expectedEmail: 'asha.rao@gmail.com' })] }),
  )
  await page.getByRole('list', { name: 'Sign-ins' }).getByRole('button').click()
  await expect(page.getByText('other@example.org signed in instead')).toBeVisible()
  await page.getByRole('button', { name: 'Discard' }).click()
  await expect
    .poll(() => double.callsOf('signIn.chooseAccount'))
    .toEqual([{ flowId: 'flow-00000001', keep: false }])
})

test('the time machine moves the practice clock and leaves the profile', async ({ page, open }) => {
  const double = await open(sampleSnapshot(1, { profile: 'practice', practice: samplePractice() }))
  await page.getByRole('button', { name: '+7 d' }).click()
  await page.getByLabel('Practice date and time').fill('2027-01-02T03:04')
  await page.getByRole('button', { name: 'Go', exact: true }).click()
  await page.getByRole('button', { name: 'Back to real accounts' }).click()
  await expect.poll(() => double.callsOf('app.openProfile')).toEqual([{ profile: 'real' }])
  expect(double.callsOf('practice.moveClock')).toEqual([{ byMs: 7 * 86_400_000 }])
  expect(double.callsOf('practice.setClock')).toEqual([{ at: Date.UTC(2027, 0, 2, 3, 4) }])
})

test('a damaged history offers to go on, and everything that changes is switched off until then', async ({
  page,
  open,
}) => {
  const double = await open(sampleSnapshot(2, { problems: sampleProblems(), readOnly: true }))
  await expect(page.getByRole('button', { name: 'Forget here…' })).toBeDisabled()
  await page.getByRole('button', { name: 'Continue from the last good entry' }).click()
  await expect.poll(() => double.callsOf('ledger.continueFromLastGood').length).toBe(1)
})

test('an orphan is removed only behind a confirmation', async ({ page, open }) => {
  const double = await open(sampleSnapshot(1, { problems: sampleProblems().slice(1, 2) }))
  await page.getByRole('region', { name: 'Problems' }).getByRole('button', { name: 'Remove…' }).click()
  expect(double.callsOf('problems.removeOrphan')).toEqual([])
  await page.getByRole('checkbox').check()
  await page.getByRole('button', { name: 'Remove from keychain' }).click()
  await expect
    .poll(() => double.callsOf('problems.removeOrphan'))
    .toEqual([{ problemId: 'problem-orphan-secret' }])
  await expect(page.getByRole('dialog')).toHaveCount(0)
})

test('real sign-in is off on an old runtime, and says what to do instead', async ({ page, open }) => {
  const base = sampleSnapshot(1)
  await open({ ...base, about: { ...base.about, realSignInAllowed: false } })
  await page.getByRole('button', { name: 'Sign in an account' }).click()
  await expect(page.getByRole('button', { name: 'Open browser' })).toBeDisabled()
  await expect(page.getByRole('button', { name: 'Try practice Google' })).toBeVisible()
})

test('the built page holds no inline script and no inline style', async () => {
  const html = await readFile('dist/renderer/index.html', 'utf8')
  expect(html).not.toMatch(/<style|style=|<script(?![^>]*\bsrc=)| on\w+=/)
})
