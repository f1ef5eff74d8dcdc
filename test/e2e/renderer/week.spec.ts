import type { Page } from '@playwright/test'
import { appError, ok } from '../../../electron/contract/outcome.ts'
import type { AccountView, FlowStep, NeedView, Snapshot } from '../../../electron/contract/views.ts'
import type { ContractDouble } from '../../support/contract-double.ts'
import {
  dayMs,
  hourMs,
  sampleAccount,
  sampleClient,
  sampleFlow,
  sampleNow,
  samplePractice,
  sampleSnapshot,
} from '../../support/sample-state.ts'
import { nav } from './looks.ts'
import { expect, test } from './window.ts'

const client = sampleClient(0)

function needy(index: number, need: Partial<NeedView>): AccountView {
  const account = sampleAccount(index, [client], { label: null })
  const tokenId = account.grants[0]?.tokens[0]?.tokenId ?? ''
  const whole = {
    ...{ tokenId, clientId: client.clientId, by: sampleNow + dayMs, reason: 'deadline' as const },
    ...{ clock: 'testing' as const, cause: null, renewable: true, ...need },
  }
  return { ...account, needs: [whole] }
}

/** Three that can be renewed and one that cannot, listed in another order than that of their deadlines. */
function week(): Snapshot {
  const accounts = [
    needy(0, { by: sampleNow + 3 * dayMs }),
    needy(2, { by: null, reason: 'client-broken', clock: null, renewable: false }),
    needy(3, { by: sampleNow + 2 * hourMs }),
    needy(5, { by: null, reason: 'died', clock: null, cause: 'password' }),
  ]
  return sampleSnapshot(0, { clients: [client], accounts })
}

/** Each sign-in that is started gets a number and a page. */
async function openWeek(
  page: Page,
  open: (snapshot: Snapshot) => Promise<ContractDouble>,
): Promise<ContractDouble> {
  const double = await open(week())
  let started = 0
  double.answerWith({
    'signIn.start': () => {
      started += 1
      return ok({ flowId: `flow-0000000${started}` })
    },
  })
  await nav(page, 'This week')
  return double
}

function step(double: ContractDouble, flowNumber: number, index: number, next: FlowStep): void {
  const { accountId } = sampleAccount(index, [client])
  const flow = sampleFlow(next, { flowId: `flow-0000000${flowNumber}`, accountId })
  double.change({ flows: { upsert: [flow], remove: [] } })
}

function settle(double: ContractDouble, index: number): void {
  const account = { ...sampleAccount(index, [client], { label: null }), needs: [] }
  double.change({ accounts: { upsert: [account], remove: [] } })
}

const doneFor = (index: number): FlowStep => ({
  ...{ kind: 'done', accountId: sampleAccount(index, [client]).accountId, email: 'x@example.org' },
  ...{ granted: [], declined: [], liveAtLeast: 1, replacedOlder: true, accessEndsAt: null },
})

const bar = (page: Page): ReturnType<Page['getByRole']> => page.getByRole('region', { name: 'Renewing' })

test('the week lists what is due now before what is due later, and counts it in the sidebar', async ({
  page,
  open,
}) => {
  await openWeek(page, open)
  await expect(page.getByRole('navigation').getByRole('button', { name: 'This week' })).toContainText('4')
  await expect(page.getByRole('heading', { level: 2 })).toHaveText([/^Now/, /^Today/, /^Wednesday/])
  await expect(page.getByRole('main').getByRole('listitem').first()).toContainText('Show client')
})

test('one sitting signs in one account after the other, each only when the person says so', async ({
  page,
  open,
}) => {
  const double = await openWeek(page, open)
  await page.getByRole('button', { name: 'Renew all (3)' }).click()
  await expect.poll(() => double.callsOf('signIn.start').length).toBe(1)
  step(double, 1, 5, { kind: 'waiting', notice: null })
  await expect(page.getByRole('heading', { name: 'Waiting for the browser…' })).toBeVisible()
  await expect(bar(page)).toContainText('0 of 3 renewed')

  step(double, 1, 5, doneFor(5))
  settle(double, 5)
  await expect(bar(page)).toContainText('1 of 3 renewed')
  await expect(page.getByRole('button', { name: /^Next:/ })).toBeFocused()
  expect(double.callsOf('signIn.start').length).toBe(1)

  await page.keyboard.press('Enter')
  await expect.poll(() => double.callsOf('signIn.start').length).toBe(2)
  await expect.poll(() => double.callsOf('signIn.dismiss')).toEqual([{ flowId: 'flow-00000001' }])
  step(double, 2, 3, { kind: 'failed', error: appError('sign-in-timeout', { minutes: 5 }) })
  await expect(bar(page)).toContainText('was not renewed')
  expect(double.callsOf('signIn.start').length).toBe(2)
  await bar(page).getByRole('button', { name: 'Skip' }).click()
  await expect(bar(page)).toContainText('2 still need you')

  expect(double.callsOf('signIn.start').map(({ accountId, clientId }) => ({ accountId, clientId }))).toEqual(
    [5, 3].map((index) => ({
      accountId: sampleAccount(index, [client]).accountId,
      clientId: client.clientId,
    })),
  )
  await bar(page).getByRole('button', { name: 'Done' }).click()
  await expect(bar(page)).toHaveCount(0)
  await expect(page.getByRole('main').getByRole('listitem')).toHaveCount(3)
})

test('a sign-in that brought another account does not count as a renewal', async ({ page, open }) => {
  const double = await openWeek(page, open)
  await page.getByRole('button', { name: 'Renew all (3)' }).click()
  step(double, 1, 5, doneFor(0))
  await expect(bar(page)).toContainText('0 of 3 renewed')
  await expect(bar(page).getByRole('button', { name: 'Try again' })).toBeVisible()
})

test('a sitting that is stopped leaves the running sign-in alone and the rest in the list', async ({
  page,
  open,
}) => {
  const double = await openWeek(page, open)
  await page.getByRole('button', { name: 'Renew all (3)' }).click()
  step(double, 1, 5, { kind: 'waiting', notice: null })
  await bar(page).getByRole('button', { name: 'Stop' }).click()
  await expect(bar(page)).toHaveCount(0)
  expect(double.callsOf('signIn.cancel')).toEqual([])
  await nav(page, 'This week')
  await expect(page.getByRole('button', { name: 'Renew all (3)' })).toBeVisible()
})

test('skipping the account that is asked for cancels its sign-in and waits for the next press', async ({
  page,
  open,
}) => {
  const double = await openWeek(page, open)
  await page.getByRole('button', { name: 'Renew all (3)' }).click()
  step(double, 1, 5, { kind: 'waiting', notice: null })
  await bar(page).getByRole('button', { name: 'Skip' }).click()
  await expect.poll(() => double.callsOf('signIn.cancel')).toEqual([{ flowId: 'flow-00000001' }])
  step(double, 1, 5, { kind: 'failed', error: appError('sign-in-cancelled') })
  await expect(page.getByRole('button', { name: /^Next:/ })).toBeFocused()
  expect(double.callsOf('signIn.start').length).toBe(1)
})

test('what was renewed elsewhere during a sitting is not asked for again', async ({ page, open }) => {
  const double = await openWeek(page, open)
  await page.getByRole('button', { name: 'Renew all (3)' }).click()
  step(double, 1, 5, { kind: 'waiting', notice: null })
  settle(double, 3)
  step(double, 1, 5, doneFor(5))
  await expect(bar(page)).toContainText('2 of 3 renewed')
  await expect(page.getByRole('button', { name: 'Next: asha.rao@gmail.com' })).toBeFocused()
})

test('an empty week names the next deadline and leads to its account', async ({ page, open }) => {
  const base = sampleSnapshot(1)
  await open({ ...base, accounts: base.accounts.map((account) => ({ ...account, needs: [] })) })
  await nav(page, 'This week')
  await expect(page.getByText('Nothing needs you this week')).toBeVisible()
  await page.getByRole('main').getByRole('button', { name: 'asha.rao@gmail.com' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'asha.rao@gmail.com' })).toBeVisible()
})

test('a proxy is stored when its address is one, and never with a password in it', async ({ page, open }) => {
  const double = await open(sampleSnapshot(1))
  await nav(page, 'Settings')
  await page.getByRole('combobox', { name: 'Proxy' }).selectOption('custom')
  const address = page.getByRole('textbox', { name: 'Proxy address' })
  await address.fill('http://asha:secret@proxy.example.org:3128')
  await address.press('Enter')
  await expect(address).toHaveAttribute('aria-invalid', 'true')
  expect(double.callsOf('settings.update')).toEqual([])
  await address.fill(' proxy.example.org:3128/ ')
  await address.press('Enter')
  await expect
    .poll(() => double.callsOf('settings.update'))
    .toEqual([{ proxy: { kind: 'custom', address: 'http://proxy.example.org:3128' } }])
})

test('checks can be stopped, and the page says what that means', async ({ page, open }) => {
  const double = await open(sampleSnapshot(1))
  await nav(page, 'Settings')
  await expect(page.getByText(/A check is a use/)).toBeVisible()
  await page.getByRole('combobox', { name: 'Check each account' }).selectOption('never')
  await expect.poll(() => double.callsOf('settings.update')).toEqual([{ checkEvery: 'never' }])
  double.change({ settings: { ...double.snapshot.settings, checkEvery: 'never' } })
  await expect(page.getByText(/Unasked checks are off/)).toBeVisible()
})

test('keep alive and the mark of a retired client follow what main answers', async ({ page, open }) => {
  const double = await open(sampleSnapshot(1))
  await nav(page, 'Clients')
  await page.getByText('Mail tools').first().click()
  const keep = page.getByRole('checkbox', { name: 'Keep alive' })
  await keep.click()
  await page.getByRole('checkbox', { name: 'No longer in use' }).click()
  const { clientId } = client
  await expect
    .poll(() => double.callsOf('clients.update'))
    .toEqual([
      { clientId, keepAlive: true },
      { clientId, retired: true },
    ])
  await expect(keep).not.toBeChecked()
  double.change({ clients: { upsert: [{ ...client, keepAlive: true, retired: true }], remove: [] } })
  await expect(keep).toBeChecked()
  await expect(page.getByText('Retired')).toBeVisible()
})

test('what can happen at practice Google is caused with the keyboard alone', async ({ page, open }) => {
  const double = await open(sampleSnapshot(1, { profile: 'practice', practice: samplePractice() }))
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('combobox', { name: 'What do you want to do?' })).toBeFocused()
  await page.keyboard.type('Cause')
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'What happens at practice Google' })
  await expect(dialog).toBeVisible()
  await dialog.getByRole('combobox', { name: 'Account' }).selectOption('1002')
  await dialog.getByRole('button', { name: 'Change the password' }).press('Enter')
  await expect(dialog.getByRole('status')).toContainText('ben.rao@gmail.com')
  await dialog.getByRole('button', { name: '100 times' }).press('Enter')
  await dialog.getByRole('checkbox', { name: 'Gmail' }).press('Space')
  await dialog.getByRole('combobox', { name: 'Session length' }).selectOption('16')
  await dialog.getByRole('combobox', { name: 'What goes wrong' }).selectOption('portal')
  const rules = samplePractice().rules
  await expect
    .poll(() => double.callsOf('practice.act'))
    .toEqual([
      { act: 'change-password', sub: '1002' },
      { act: 'mint-elsewhere', sub: '1002', count: 100 },
      { act: 'set-rules', rules: { ...rules, restricted: ['gmail'] } },
      { act: 'set-rules', rules: { ...rules, sessionHours: 16 } },
      { act: 'set-fault', fault: 'portal' },
    ])
  double.change({ practice: samplePractice({ fault: 'portal' }) })
  await page.keyboard.press('Escape')
  await expect(page.getByRole('button', { name: 'Fault: portal' })).toBeVisible()
})

test('the practice strip stays one line in a window of 1000 pixels, also with a fault', async ({
  page,
  open,
}) => {
  await page.setViewportSize({ width: 1000, height: 700 })
  await open(sampleSnapshot(1, { profile: 'practice', practice: samplePractice({ fault: 'server-error' }) }))
  const box = await page.getByRole('region', { name: 'Practice profile' }).boundingBox()
  expect(box?.height).toBeLessThan(44)
})

test('the window tells main when the network comes back', async ({ page, open }) => {
  const double = await open(sampleSnapshot(1))
  // What the window loads after its first picture comes over the same network here.
  await page.waitForLoadState('networkidle')
  await page.context().setOffline(true)
  await page.context().setOffline(false)
  await expect.poll(() => double.callsOf('app.networkReturned').length).toBeGreaterThan(0)
})
