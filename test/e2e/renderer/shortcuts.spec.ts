import type { Page } from '@playwright/test'
import { shortcuts } from '../../../renderer/features/shortcuts/shortcuts.ts'
import type { ContractDouble } from '../../support/contract-double.ts'
import { sampleAsk } from '../../support/sample-doors.ts'
import { sampleClient, sampleSnapshot } from '../../support/sample-state.ts'
import type { Screen } from './looks.ts'
import { lookAt, nav } from './looks.ts'
import { expect, rows, test } from './window.ts'

const screens: Screen[] = [
  {
    name: 'shortcuts',
    snapshot: () => sampleSnapshot(2),
    reach: async (page) => {
      await page.keyboard.press('F1')
      await expect(page.getByRole('heading', { level: 1, name: 'Keyboard shortcuts' })).toBeVisible()
    },
  },
  {
    name: 'switcher',
    snapshot: () => sampleSnapshot(200),
    reach: async (page) => {
      await page.keyboard.press('Control+Shift+A')
      await page.keyboard.type('rao')
      await expect(page.getByRole('dialog')).toBeVisible()
    },
  },
  {
    name: 'switch-menu',
    snapshot: () => sampleSnapshot(5),
    reach: (page) => page.getByRole('button', { name: 'Active account' }).click(),
  },
  {
    name: 'palette-keys',
    snapshot: () => sampleSnapshot(2),
    reach: (page) => page.keyboard.press('Control+k'),
  },
  {
    name: 'client-active',
    snapshot: () => {
      const base = sampleSnapshot(6)
      const activeAccountId = base.accounts[2]?.accountId ?? null
      return {
        ...base,
        clients: base.clients.map((client) =>
          client.clientId === sampleClient().clientId ? { ...client, activeAccountId } : client,
        ),
      }
    },
    reach: async (page) => {
      await nav(page, 'Clients')
      await rows(page, { name: /Mail tools/ }).click()
      await page.getByRole('combobox', { name: 'Active account under this client' }).scrollIntoViewIfNeeded()
    },
  },
]

lookAt(screens)

const title = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true })

interface Effect {
  /** Where it is pressed, if not on the first page. */
  readonly from?: string
  /** A program waits for an answer meanwhile. */
  readonly asked?: true
  readonly see: (page: Page, double: ContractDouble) => Promise<void>
}

/** What each shortcut brings about, seen from outside. */
const effects: Record<string, Effect> = {
  palette: { see: (page) => expect(page.getByRole('dialog', { name: 'Command palette' })).toBeVisible() },
  'switch-account': {
    see: (page) => expect(page.getByRole('dialog', { name: 'Choose the active account' })).toBeVisible(),
  },
  'sign-in': { see: (page) => expect(title(page, 'Sign in an account')).toBeVisible() },
  'inspect-token': {
    see: (page) => expect(page.getByRole('dialog', { name: 'Inspect a token' })).toBeVisible(),
  },
  'lock-doors': {
    see: (_page, double) => expect.poll(() => double.callsOf('doors.lock')).toHaveLength(1),
  },
  question: { asked: true, see: (page) => expect(page.locator('[data-question]')).toBeFocused() },
  search: { see: (page) => expect(page.getByRole('searchbox', { name: 'Search accounts' })).toBeFocused() },
  back: { from: 'F1', see: (page) => expect(title(page, 'Accounts')).toBeVisible() },
  'go-accounts': { from: 'F1', see: (page) => expect(title(page, 'Accounts')).toBeVisible() },
  'go-week': { see: (page) => expect(title(page, 'This week')).toBeVisible() },
  'go-clients': { see: (page) => expect(title(page, 'Clients')).toBeVisible() },
  'go-scopes': {
    see: (page) =>
      expect(page.getByRole('navigation').getByRole('button', { name: 'Scopes' })).toHaveAttribute(
        'aria-current',
        'page',
      ),
  },
  'go-folders': { see: (page) => expect(title(page, 'Folders')).toBeVisible() },
  'go-programs': { see: (page) => expect(title(page, 'Programs')).toBeVisible() },
  'go-settings': { see: (page) => expect(title(page, 'Settings')).toBeVisible() },
  'go-shortcuts': { see: (page) => expect(title(page, 'Keyboard shortcuts')).toBeVisible() },
}

for (const { id, chords } of shortcuts) {
  for (const { key, mod, shift } of chords) {
    const keys = [...(mod ? ['Control'] : []), ...(shift ? ['Shift'] : []), key].join('+')
    test(`${keys} does what the table says of ${id}`, async ({ page, open }) => {
      const effect = effects[id]
      if (!effect) throw new Error(`nobody says what ${id} brings about`)
      const double = await open(sampleSnapshot(3, { asks: effect.asked ? [sampleAsk()] : [] }))
      if (effect.asked) await expect(page.locator('[data-question]')).toBeVisible()
      if (effect.from) {
        await page.keyboard.press(effect.from)
        await expect(title(page, 'Keyboard shortcuts')).toBeVisible()
      }
      await page.keyboard.press(keys)
      await effect.see(page, double)
    })
  }
}

test('the page lists every shortcut of the table, as its command is called', async ({ page, open }) => {
  await open(sampleSnapshot(1))
  await page.keyboard.press('F1')
  await expect(title(page, 'Keyboard shortcuts')).toBeVisible()
  await expect(page.locator('main dt')).toHaveText(shortcuts.map(({ text }) => text()))
})

test('the account is switched with the keyboard alone: the keys, a few letters, Enter', async ({
  page,
  open,
}) => {
  const base = sampleSnapshot(300)
  const double = await open(base)
  await page.keyboard.press('Control+Shift+A')
  await expect(page.getByRole('dialog').getByRole('combobox')).toBeFocused()
  await page.keyboard.type('hana.weber267')
  await page.keyboard.press('Enter')
  const wanted = base.accounts.find((account) => account.email.startsWith('hana.weber267'))
  await expect.poll(() => double.callsOf('accounts.activate')).toEqual([{ accountId: wanted?.accountId }])
})

test('a switch shows at once, even right behind other changes', async ({ page, open }) => {
  const base = sampleSnapshot(3)
  const [one, two] = base.accounts
  if (!one || !two) throw new Error('the sample has two accounts')
  const double = await open(base)
  const change = (label: string): void =>
    double.change({ accounts: { upsert: [{ ...one, label }], remove: [] } })
  change('first')
  await expect(rows(page, { name: /first/ })).toBeVisible()
  // The pictures of a stream are a tenth of a second apart; this switch must not wait for the next one.
  await page.evaluate(() => {
    const shown: Record<string, number> = {}
    Object.assign(window, { shown })
    new MutationObserver(() => {
      const text = document.querySelector('aside')?.textContent ?? ''
      const list = document.querySelector('main')?.textContent ?? ''
      if (list.includes('second')) shown['second'] ??= performance.now()
      if (text.includes('ben.rao')) shown['switch'] ??= performance.now()
    }).observe(document.body, { subtree: true, childList: true, characterData: true })
  })
  change('second')
  double.change({
    accounts: {
      upsert: [
        { ...one, label: 'second', active: false },
        { ...two, active: true },
      ],
      remove: [],
    },
  })
  await expect(page.locator('aside')).toContainText(two.email)
  const shown = await page.evaluate(() => (window as unknown as { shown: Record<string, number> }).shown)
  // Both came in one picture: the switch took what was waiting along with it.
  expect(Math.abs((shown['switch'] ?? Infinity) - (shown['second'] ?? 0))).toBeLessThan(50)
})

test('a field keeps the keys that write in it', async ({ page, open }) => {
  await open(sampleSnapshot(3))
  const field = page.getByRole('searchbox', { name: 'Search accounts' })
  await field.focus()
  await page.keyboard.type('a/b?c')
  await expect(field).toHaveValue('a/b?c')
  await expect(title(page, 'Accounts')).toBeVisible()
})

test('a dialog keeps the keys to itself, but for the palette', async ({ page, open }) => {
  await open(sampleSnapshot(3))
  await page.keyboard.press('Control+k')
  const palette = page.getByRole('dialog', { name: 'Command palette' })
  await expect(palette).toBeVisible()
  await page.keyboard.press('Control+2')
  await expect(palette).toBeVisible()
  await page.keyboard.press('Control+k')
  await expect(palette).toHaveCount(0)
  await expect(title(page, 'Accounts')).toBeVisible()
})

test('a client says which account is meant under it, or leaves that to the active one', async ({
  page,
  open,
}) => {
  const base = sampleSnapshot(4)
  const [client] = base.clients
  const under = base.accounts.filter(({ grants }) => grants[0]?.clientId === client?.clientId)
  if (!client || !under[1]) throw new Error('the sample has two accounts under its first client')
  const double = await open(base)
  await nav(page, 'Clients')
  await rows(page, { name: /Mail tools/ }).click()
  const choice = page.getByRole('combobox', { name: 'Active account under this client' })
  await expect(choice.locator('option:checked')).toHaveText(`As everywhere: ${base.accounts[0]?.email}`)
  // One more than the accounts that have access under it.
  await expect(choice.locator('option')).toHaveCount(under.length + 1)
  await choice.selectOption(under[1].accountId)
  const { clientId } = client
  double.change({ clients: { upsert: [{ ...client, activeAccountId: under[1].accountId }], remove: [] } })
  await expect(choice.locator('option:checked')).toHaveText(under[1].email)
  await choice.selectOption('')
  await expect
    .poll(() => double.callsOf('clients.setActive'))
    .toEqual([
      { clientId, accountId: under[1].accountId },
      { clientId, accountId: null },
    ])
})
