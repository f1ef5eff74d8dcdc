import type { Page } from '@playwright/test'
import { appError, fail, ok } from '../../../electron/contract/outcome.ts'
import type { ContractDouble } from '../../support/contract-double.ts'
import {
  sampleAdcFile,
  sampleAsk,
  sampleLease,
  sampleProgram,
  sampleRemoteAsk,
} from '../../support/sample-doors.ts'
import {
  hourMs,
  sampleClient,
  sampleDoors,
  sampleGrant,
  sampleAccount,
  sampleNow,
  sampleSnapshot,
} from '../../support/sample-state.ts'
import { nav } from './looks.ts'
import { expect, rows, test } from './window.ts'

const scope = (name: string): string => `https://www.googleapis.com/auth/${name}`
const once = (page: Page) => page.getByRole('button', { name: 'Once', exact: true })
const question = (page: Page) => page.locator('[data-question]')
const remove = (double: ContractDouble, askId: string): void =>
  double.change({ asks: { upsert: [], remove: [askId] } })

test('a question comes wherever the person is, and leaves the keyboard where it was', async ({
  page,
  open,
}) => {
  const double = await open(sampleSnapshot(3))
  const field = page.getByRole('searchbox', { name: 'Search accounts' })
  await field.focus()
  double.change({ asks: { upsert: [sampleAsk()], remove: [] } })
  await expect(question(page)).toBeVisible()
  await expect(question(page)).toContainText('terraform asks for access')
  await expect(question(page)).toContainText('asha.rao@gmail.com')
  await expect(question(page)).toContainText('Do anything in Google Cloud')
  await page.keyboard.type('asha no')
  await page.keyboard.press('Enter')
  await expect(field).toHaveValue('asha no')
  await expect(field).toBeFocused()
  expect(double.callsOf('asks.answer')).toEqual([])
  await expect(page.getByRole('navigation').getByRole('button', { name: /Programs/ })).toContainText('1')
})

test('a key or click of the first moment answers nothing', async ({ page, open }) => {
  const double = await open(sampleSnapshot(3))
  await nav(page, 'Settings')
  // Whatever can be pressed is pressed in the very moment in which the question appears.
  await page.evaluate(() => {
    const pressed = new MutationObserver(() => {
      const buttons = [...document.querySelectorAll<HTMLButtonElement>('[data-question] footer button')]
      if (buttons.length === 0) return
      pressed.disconnect()
      for (const button of buttons) {
        button.focus()
        button.click()
      }
      document.body.dataset['pressed'] = String(buttons.length)
    })
    pressed.observe(document.body, { subtree: true, childList: true })
  })
  double.change({ asks: { upsert: [sampleAsk()], remove: [] } })
  await expect(page.locator('body')).toHaveAttribute('data-pressed', '5')
  await expect(once(page)).toBeEnabled()
  expect(double.callsOf('asks.answer')).toEqual([])
  await once(page).click()
  await expect
    .poll(() => double.callsOf('asks.answer'))
    .toEqual([{ askId: sampleAsk().askId, answer: 'once', scopes: null }])
})

test('each answer is told as it is', async ({ page, open }) => {
  const double = await open(sampleSnapshot(3, { asks: [sampleAsk()] }))
  for (const name of ['No', 'This session', 'Always']) {
    const button = page.getByRole('button', { name, exact: true })
    await expect(button).toBeEnabled()
    await button.click()
  }
  await expect
    .poll(() => double.callsOf('asks.answer').map(({ answer }) => answer))
    .toEqual(['no', 'session', 'always'])
})

test('a narrower yes names what stays, and nothing ticked is no yes', async ({ page, open }) => {
  const double = await open(sampleSnapshot(3, { asks: [sampleAsk()] }))
  await page.getByRole('button', { name: 'Narrower…' }).click()
  const boxes = question(page).getByRole('checkbox')
  await expect(boxes).toHaveCount(3)
  for (const box of await boxes.all()) await box.uncheck()
  await expect(once(page)).toBeDisabled()
  await question(page)
    .getByRole('checkbox', { name: /Read all your mail/ })
    .check()
  await page.getByRole('button', { name: 'Always', exact: true }).click()
  await expect
    .poll(() => double.callsOf('asks.answer'))
    .toEqual([{ askId: sampleAsk().askId, answer: 'always', scopes: [scope('gmail.readonly')] }])
})

test('questions queue, the next one arms anew and keeps the keyboard without answering', async ({
  page,
  open,
}) => {
  const double = await open(sampleSnapshot(3, { asks: [sampleAsk(0), sampleRemoteAsk(1), sampleAsk(2)] }))
  await expect(once(page)).toBeEnabled()
  await page.keyboard.press('Control+j')
  await expect(question(page)).toBeFocused()
  await expect(question(page)).toContainText('1 of 3')
  await once(page).focus()
  await page.keyboard.press('Enter')
  remove(double, sampleAsk(0).askId)
  await expect(question(page)).toContainText('backup.sh on another machine')
  await expect(question(page)).toContainText('It says it runs on build-7')
  await expect(question(page)).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(once(page)).toBeEnabled()
  // The time of this one runs out while the keyboard is on its answer.
  await once(page).focus()
  remove(double, sampleRemoteAsk(1).askId)
  await expect(question(page)).toContainText('terraform asks')
  await expect(question(page)).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(once(page)).toBeEnabled()
  expect(double.callsOf('asks.answer')).toHaveLength(1)
})

test('with the keyboard, Escape puts a question aside and goes back to the field', async ({ page, open }) => {
  const double = await open(sampleSnapshot(3, { asks: [sampleAsk()] }))
  const field = page.getByRole('searchbox', { name: 'Search accounts' })
  await field.focus()
  await page.keyboard.press('Control+j')
  await expect(question(page)).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(field).toBeFocused()
  await expect(once(page)).toHaveCount(0)
  await expect(question(page)).toContainText('terraform asks for access')
  expect(double.callsOf('asks.answer')).toEqual([])
  await page.keyboard.press('Control+j')
  await expect(once(page)).toBeEnabled()
})

test('a question is answered with the mouse while a dialog is open, which stays open', async ({
  page,
  open,
}) => {
  const double = await open(sampleSnapshot(3))
  await page.keyboard.press('Control+i')
  const dialog = page.getByRole('dialog')
  await expect(dialog).toBeVisible()
  double.change({ asks: { upsert: [sampleAsk()], remove: [] } })
  await expect(once(page)).toBeEnabled()
  await page.getByRole('button', { name: 'No', exact: true }).click()
  await expect.poll(() => double.callsOf('asks.answer')).toHaveLength(1)
  await expect(dialog).toBeVisible()
})

test('a question whose time is over takes no answer', async ({ page, open }) => {
  await open(sampleSnapshot(3, { asks: [sampleAsk(0, { endsAt: sampleNow - 1 })] }))
  await expect(question(page)).toContainText('0:00')
  await page.waitForTimeout(1_000)
  await expect(once(page)).toBeDisabled()
})

test('a program that is not listened to is listened to again', async ({ page, open }) => {
  const muted = [{ programKey: 'program-key-1', name: 'poll.sh', until: sampleNow + 60_000 }]
  const double = await open(sampleSnapshot(1, { doors: sampleDoors({ muted }) }))
  await nav(page, 'Programs')
  await page.getByRole('button', { name: /Listen again.*poll\.sh/ }).click()
  await expect.poll(() => double.callsOf('asks.unmute')).toEqual([{ programKey: 'program-key-1' }])
})

test('doors are locked from the sidebar and by keys, said everywhere, and unlocked', async ({
  page,
  open,
}) => {
  const double = await open(sampleSnapshot(2))
  await page.getByRole('button', { name: 'Lock doors' }).click()
  await expect.poll(() => double.callsOf('doors.lock')).toHaveLength(1)
  double.change({ doors: sampleDoors({ locked: { since: sampleNow - 60_000, by: 'person' } }) })
  const strip = page.getByRole('region', { name: 'Doors are locked.' })
  await expect(strip).toContainText('No program gets a token.')
  await nav(page, 'Settings')
  await strip.getByRole('button', { name: 'Unlock doors' }).click()
  await expect.poll(() => double.callsOf('doors.unlock')).toHaveLength(1)
  // Keys that are hit by mistake open nothing.
  await page.keyboard.press('Control+Shift+L')
  await page.getByRole('complementary').getByRole('button', { name: 'Unlock doors' }).click()
  await expect.poll(() => double.callsOf('doors.unlock')).toHaveLength(2)
  expect(double.callsOf('doors.lock')).toHaveLength(1)
  double.change({ doors: sampleDoors() })
  await expect(strip).toHaveCount(0)
})

test('a locked vault says where it is unlocked', async ({ page, open }) => {
  await open(sampleSnapshot(2, { doors: sampleDoors({ store: 'vault', vaultLocked: true }) }))
  await expect(page.getByRole('region', { name: 'The vault is locked.' })).toContainText('latchkey unlock')
})

test('locking with the screen is offered only where the system tells of it', async ({ page, open }) => {
  const double = await open(sampleSnapshot(2))
  await nav(page, 'Settings')
  const box = page.getByRole('checkbox', { name: 'Lock the doors when the screen locks' })
  await expect(box).toBeDisabled()
  double.change({ doors: sampleDoors({ screenLockTold: true }) })
  await box.check()
  await expect.poll(() => double.callsOf('settings.update')).toEqual([{ lockWithScreen: true }])
})

test('a thousand leases scroll, are searched and opened with the keyboard', async ({ page, open }) => {
  const leases = Array.from({ length: 1_000 }, (_, index) =>
    sampleLease(index, {
      program: sampleProgram({ name: `tool-${index}`, path: `/opt/tool-${index}` }),
      lastUsedAt: sampleNow - index * 60_000,
    }),
  )
  await open(sampleSnapshot(2, { leases }))
  await nav(page, 'Programs')
  await expect(rows(page, { name: /tool-0 / })).toBeVisible()
  expect(await rows(page).count()).toBeLessThan(60)
  await page.keyboard.press('/')
  await page.keyboard.type('tool-777')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: 'tool-777' })).toBeFocused()
})

test('what ended is hidden until it is asked for', async ({ page, open }) => {
  const ended = sampleLease(1, {
    program: sampleProgram({ name: 'old-tool', path: '/opt/old' }),
    ended: { at: sampleNow - hourMs, reason: 'locked' },
  })
  await open(sampleSnapshot(2, { leases: [sampleLease(0), ended] }))
  await nav(page, 'Programs')
  await expect(rows(page)).toHaveCount(1)
  await page.getByRole('combobox', { name: 'Show' }).selectOption('over')
  await rows(page, { name: /old-tool/ }).click()
  await expect(page.getByText('The doors were locked')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Take back…' })).toHaveCount(0)
})

test('one lease is taken back after a question, and all of them after a box was ticked', async ({
  page,
  open,
}) => {
  const double = await open(sampleSnapshot(2, { leases: [sampleLease(0), sampleLease(1, { door: 'http' })] }))
  await nav(page, 'Programs')
  await rows(page, { name: /Command line/ }).click()
  await page.getByRole('button', { name: 'Take back…' }).click()
  expect(double.callsOf('leases.end')).toEqual([])
  await page.getByRole('dialog').getByRole('button', { name: 'Take back' }).click()
  await expect.poll(() => double.callsOf('leases.end')).toEqual([{ leaseId: sampleLease(0).leaseId }])
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await page.getByRole('button', { name: 'Take back all…' }).click()
  const all = page.getByRole('dialog').getByRole('button', { name: 'Take back all' })
  await expect(all).toBeDisabled()
  await page.getByRole('checkbox', { name: '2 leases end' }).check()
  await all.click()
  await expect.poll(() => double.callsOf('leases.endAll')).toHaveLength(1)
})

test('a file is undone from its lease', async ({ page, open }) => {
  const lease = sampleLease(0, { door: 'adc', program: null, label: 'Report', file: sampleAdcFile().path })
  const double = await open(sampleSnapshot(2, { leases: [lease] }))
  await nav(page, 'Programs')
  await rows(page, { name: /Report/ }).click()
  await expect(page.getByText(`export GOOGLE_APPLICATION_CREDENTIALS=${sampleAdcFile().path}`)).toBeVisible()
  await page
    .getByRole('button', { name: 'Copy: variable' })
    .or(page.getByRole('button', { name: /variable/ }))
    .first()
    .click()
  await expect
    .poll(() => double.callsOf('app.copyText'))
    .toEqual([{ text: `export GOOGLE_APPLICATION_CREDENTIALS=${sampleAdcFile().path}` }])
  await page.getByRole('button', { name: 'Undo file…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Undo file' }).click()
  await expect.poll(() => double.callsOf('leases.undoFile')).toEqual([{ leaseId: lease.leaseId }])
})

test('an ADC lease says what lies there, is given as the form says, and shows what was written', async ({
  page,
  open,
}) => {
  const double = await open(sampleSnapshot(2), {
    prepare: (one) =>
      one.answerWith({
        'adc.look': ({ path }) =>
          ok(
            sampleAdcFile({ found: 'other', holdsSecret: path === null, path: path ?? sampleAdcFile().path }),
          ),
        'leases.give': ({ file }) =>
          ok({
            leaseId: 'lease-00000009',
            file: file ?? '/usual.json',
            keptAside: '/usual.json.aside',
            address: null,
          }),
      }),
  })
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').getByRole('combobox').fill('Give a program')
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Give a program access' })
  await expect(dialog).toContainText('grants access on any machine')
  await dialog.getByRole('combobox', { name: 'Where' }).selectOption('elsewhere')
  await dialog.getByRole('textbox', { name: 'File' }).fill('relative.json')
  await dialog.getByRole('button', { name: 'Give access' }).click()
  await expect(dialog).toContainText('Enter the whole path of the file.')
  await dialog.getByRole('textbox', { name: 'File' }).fill('/home/asha/report/adc.json')
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Nightly report')
  await dialog.getByRole('textbox', { name: /Quota project/ }).fill('mail-tools-481516')
  await dialog.getByRole('combobox', { name: 'How long' }).selectOption('day')
  await dialog.getByRole('radio', { name: 'Only some of it' }).check()
  await dialog.getByRole('checkbox', { name: /Read all your mail/ }).check()
  await dialog.getByRole('button', { name: 'Give access' }).click()
  const done = page.getByRole('dialog', { name: 'Access given' })
  await expect(done).toContainText('/home/asha/report/adc.json')
  await expect(done).toContainText('/usual.json.aside')
  const [wish] = double.callsOf('leases.give')
  expect(wish).toEqual({
    door: 'adc',
    label: 'Nightly report',
    accountId: 'account-00000000',
    clientId: sampleClient(0).clientId,
    scopes: [scope('gmail.readonly')],
    term: 'until',
    expiresAt: sampleNow + 24 * hourMs,
    remote: false,
    file: '/home/asha/report/adc.json',
    quotaProject: 'mail-tools-481516',
    port: null,
  })
})

test('an HTTP lease says that its handle is in the clipboard; what went wrong is said in the dialog', async ({
  page,
  open,
}) => {
  let works = false
  const double = await open(sampleSnapshot(2), {
    prepare: (one) =>
      one.answerWith({
        'adc.look': () => fail('foreign-file-unreadable', { path: '/usual.json' }),
        'leases.give': () =>
          works
            ? ok({ leaseId: 'lease-00000009', file: null, keptAside: null, address: '127.0.0.1:21477' })
            : fail('door-busy', { port: 21_477, program: '' }),
      }),
  })
  await nav(page, 'Programs')
  await page.getByRole('button', { name: 'Give a program access' }).first().click()
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText('/usual.json could not be read.')
  await dialog.getByRole('radio', { name: /over HTTP/ }).check()
  await dialog.getByRole('checkbox', { name: /from another machine/ }).check()
  await dialog.getByRole('button', { name: 'Give access' }).click()
  await expect(dialog).toContainText('Port 21477 is taken.')
  works = true
  await dialog.getByRole('button', { name: 'Give access' }).click()
  await expect(dialog).toContainText('Its handle is in the clipboard for a minute.')
  await expect(dialog).toContainText('http://127.0.0.1:21477/v1/token')
  expect(double.callsOf('leases.give').at(-1)).toMatchObject({ remote: true, term: 'session', scopes: null })
})

test('the lens says what programs used, and lists what was granted and never used', async ({
  page,
  open,
}) => {
  const client = sampleClient(0)
  const used = [{ scope: scope('gmail.readonly'), at: sampleNow - 3 * hourMs, named: true }]
  const account = sampleAccount(0, [client], { grants: [sampleGrant(client, { used })] })
  await open(sampleSnapshot(0, { clients: [client], accounts: [account] }))
  await rows(page, { name: /Asha|asha/ })
    .first()
    .click()
  await expect(page.getByText('asked for by a program 3 h ago')).toBeVisible()
  await expect(page.getByText('never used through a door').first()).toBeVisible()
  await nav(page, 'Scopes')
  await page.getByRole('combobox', { name: 'Which scopes' }).selectOption('unused')
  await expect(rows(page, { name: /calendars and events/ })).toBeVisible()
  await expect(rows(page, { name: /Read all your mail/ })).toHaveCount(0)
})

test('a lease that is refused says why and when', async ({ page, open }) => {
  const error = appError('lease-scopes', { label: 'terraform', scope: scope('drive') })
  const lease = sampleLease(0, { refusals: 4, lastRefusal: { at: sampleNow - hourMs, error } })
  await open(sampleSnapshot(2, { leases: [lease] }))
  await nav(page, 'Programs')
  await rows(page, { name: /terraform/ }).click()
  await expect(page.getByText('Asked 4 times and got nothing')).toBeVisible()
  await expect(page.getByRole('img', { name: /uses between/ })).toBeVisible()
})
