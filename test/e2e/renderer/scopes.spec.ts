import type { Page } from '@playwright/test'
import { scopeEntry, scopeProducts } from '../../../electron/contract/scopes/catalogue.ts'
import { ok } from '../../../electron/contract/outcome.ts'
import { sampleSnapshot } from '../../support/sample-state.ts'
import { lookAt, nav } from './looks.ts'
import {
  clients,
  cost,
  fullSnapshot,
  lensSnapshot,
  scope,
  strange,
  strangeSnapshot,
} from './scope-screens.ts'
import { expect, rows, test } from './window.ts'

const gmail = scope('gmail.readonly')
const words = (name: string): string => scopeEntry(name)?.text ?? '?'
const heading = (page: Page, name: string | RegExp): ReturnType<Page['getByRole']> =>
  page.getByRole('heading', { name })
const list = (page: Page, name: string): ReturnType<Page['getByRole']> =>
  page.getByRole('listbox', { name, exact: true })

async function addAccess(page: Page): Promise<void> {
  await page.getByRole('region', { name: 'Mail tools' }).getByRole('button', { name: 'Add access…' }).click()
  await expect(heading(page, 'Add access: asha.rao@gmail.com')).toBeVisible()
}

test('a grant shows its scopes in words with their class, what was declined, and what nobody asked for', async ({
  page,
  open,
}) => {
  await open(lensSnapshot())
  const grant = page.getByRole('region', { name: 'Mail tools' })
  const row = (name: string): ReturnType<Page['getByRole']> =>
    grant.getByRole('listitem').filter({ hasText: words(name) })
  await expect(row(gmail)).toContainText('only reads')
  await expect(row(gmail)).toContainText('restricted')
  await expect(row(gmail).locator('[title*="Google states"]')).toHaveCount(1)
  await expect(row(scope('calendar'))).toContainText('not asked for')
  await expect(row(scope('contacts'))).toContainText('not granted')
  await expect(grant.getByText('1 scope was granted though it was never asked for')).toBeVisible()
})

test('a scope of a grant leads to all who can do it, broader scopes and dead tokens told apart', async ({
  page,
  open,
}) => {
  await open(lensSnapshot())
  await page
    .getByRole('region', { name: 'Mail tools' })
    .getByRole('button', { name: words(gmail) })
    .click()
  await expect(heading(page, words(gmail))).toBeVisible()
  await expect(list(page, 'Who can do this?').getByRole('option')).toHaveCount(2)
  const through = page.getByRole('listbox', { name: /^Through broader access/ })
  await expect(through.getByRole('option')).toContainText(['Calendar sync'])
  await expect(list(page, 'No longer: the token is dead').getByRole('option')).toHaveCount(1)
  await list(page, 'Who can do this?')
    .getByRole('option', { name: /ben.rao/ })
    .click()
  await expect(heading(page, 'ben.rao@gmail.com')).toBeVisible()
})

test('the keyboard searches all scopes, moves through the list and opens what it found', async ({
  page,
  open,
}) => {
  await open(lensSnapshot())
  await nav(page, 'Scopes')
  await page.getByRole('combobox', { name: 'Which scopes' }).selectOption('All scopes')
  await page.keyboard.press('/')
  await page.keyboard.type('tasks readonly')
  await page.keyboard.press('ArrowDown')
  await expect(list(page, 'Scopes')).toBeFocused()
  await expect(heading(page, words(scope('tasks.readonly')))).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(page.locator('h1:focus')).toHaveText(words(scope('tasks.readonly')))
  await expect(page.getByText('No token that is known here allows it.')).toBeVisible()
})

test('the list keeps to what is held, to a class and to an access, and says when nothing is left', async ({
  page,
  open,
}) => {
  await open(lensSnapshot())
  await nav(page, 'Scopes')
  await expect(rows(page, { name: /gmail\.send/ })).toContainText('2')
  await expect(rows(page, { name: /tasks\.readonly/ })).toHaveCount(0)
  await page.getByRole('combobox', { name: 'Class' }).selectOption('restricted')
  await page.getByRole('combobox', { name: 'Access' }).selectOption('only reads')
  await expect(rows(page, { name: /gmail\.readonly/ })).toHaveCount(1)
  await expect(rows(page, { name: /gmail\.send/ })).toHaveCount(0)
  await page.getByRole('searchbox').fill('nothing like it')
  await expect(page.getByText('No scope matches')).toBeVisible()
  await page.getByRole('button', { name: 'Show all scopes' }).click()
  await expect(rows(page, { name: /gmail\.readonly/ })).toHaveCount(1)
})

test('a product shows who can use it and how strongly', async ({ page, open }) => {
  await open(lensSnapshot())
  await nav(page, 'Scopes')
  await rows(page, { name: /^Gmail$/ }).click()
  const answer = list(page, 'Who can use this?')
  await expect(answer.getByRole('option')).toHaveCount(3)
  await expect(answer.getByRole('option').first()).toContainText('2 scopes · can change')
})

test('what an account can do in total is the union over its clients, and the palette leads there', async ({
  page,
  open,
}) => {
  await open(lensSnapshot())
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').getByRole('combobox').fill('what can asha')
  await page.keyboard.press('Enter')
  await expect(heading(page, 'What can this account do?')).toBeVisible()
  const drive = page.getByRole('region', { name: 'Drive' })
  await expect(drive).toContainText('through Calendar sync')
  await expect(page.getByRole('region', { name: 'Identity' })).toContainText('Mail tools, Calendar sync')
})

test('adding access asks for more on the same account and client, and what is held cannot be taken away', async ({
  page,
  open,
}) => {
  const double = await open(lensSnapshot(), {
    prepare: (prepared) =>
      prepared.answerWith({
        'signIn.preview': ({ scopes }) =>
          ok(cost({ adds: [...scopes], restricted: scopes.filter((one) => one.endsWith('/drive')) })),
      }),
  })
  await addAccess(page)
  await expect(page.getByRole('button', { name: 'Open browser' })).toBeDisabled()
  await page.getByRole('searchbox').fill('gmail.readonly')
  const held = page.getByRole('checkbox', { name: words(gmail) })
  await expect(held).toBeChecked()
  await expect(held).toBeDisabled()
  await page.getByRole('searchbox').fill(words(scope('drive')))
  await page
    .getByRole('checkbox', { name: words(scope('drive')) })
    .first()
    .check()
  await expect(page.getByText('This adds one more token: 2 of 100 live at least')).toBeVisible()
  await expect(page.getByText(/keeps working until the new one is stored/)).toBeVisible()
  await expect(page.getByRole('region', { name: 'What this access costs' })).toContainText(
    '1 restricted scope',
  )
  await page.getByRole('button', { name: 'Open browser' }).click()
  const { clientId } = clients[0]
  await expect
    .poll(() => double.callsOf('signIn.start'))
    .toEqual([
      {
        ...{ clientId, accountId: 'account-00000000', add: true },
        scopes: ['openid', 'email', 'profile', scope('drive')],
      },
    ])
  expect(double.callsOf('signIn.preview').every((params) => params.add === true)).toBe(true)
})

test('what a sign-in bears and what an account cannot have is said before', async ({ page, open }) => {
  await open(lensSnapshot(), {
    prepare: (prepared) =>
      prepared.answerWith({
        'signIn.preview': () =>
          ok(
            cost({
              tooMany: { count: 31, ceiling: 25 },
              workspaceOnly: [scope('admin.directory.user')],
              sensitive: [scope('contacts')],
            }),
          ),
      }),
  })
  await addAccess(page)
  await page.getByRole('button', { name: 'Drive: own files' }).click()
  await expect(page.getByText('31 scopes are a lot for one sign-in')).toBeVisible()
  await expect(page.getByText('1 scope is only for accounts of an organisation')).toBeVisible()
  await expect(page.getByText('admin.directory.user')).toBeVisible()
  await expect(page.getByText('1 sensitive scope')).toBeVisible()
})

test('a typed scope that is none is told what is wrong with it', async ({ page, open }) => {
  await open(sampleSnapshot(1))
  await page.getByRole('button', { name: 'Sign in an account' }).first().click()
  const field = page.getByRole('textbox', { name: 'A scope that is not in the list' })
  const wrong = [
    ['two words', 'A scope has no spaces. Enter one at a time.'],
    [`https://x.test/\u202Email`, 'This text changes the direction of reading and is no scope.'],
    [`https://x.test/${'x'.repeat(600)}`, 'A scope has at most 512 characters.'],
  ] as const
  for (const [text, message] of wrong) {
    await field.fill(text)
    await field.press('Enter')
    await expect(page.getByText(message)).toBeVisible()
  }
  await field.fill('https://x.test/own')
  await field.press('Enter')
  await expect(page.getByRole('list', { name: 'Chosen scopes' })).toContainText('x.test/own')
})

test('a scope that nobody knows, a very long one and one that turns the text are shown safely', async ({
  page,
  open,
}) => {
  await open(strangeSnapshot())
  const grant = page.getByRole('region', { name: 'Mail tools' })
  await expect(grant.getByRole('button', { name: strange.unknown })).toBeVisible()
  await expect(grant.getByText('[U+202E]')).toBeVisible()
  const long = grant.getByRole('button', { name: /very-very/ })
  expect((await long.boundingBox())?.height).toBeLessThan(80)
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true)
  await long.click()
  await expect(page.getByText('Latchkey does not know this scope.')).toBeVisible()
  await expect(page.getByText(strange.long)).toHaveCount(0)
  await page.getByRole('button', { name: 'Show the whole name' }).click()
  await expect(page.getByRole('heading', { level: 1 }).getByText(strange.long)).toBeVisible()
})

test('until the catalogue has come, scopes are shown by their own names', async ({ page, open }) => {
  let release: () => void = () => undefined
  const held = new Promise<void>((resolve) => (release = resolve))
  await page.route('**/catalogue-*.js', async (route) => {
    await held
    await route.continue()
  })
  await open(lensSnapshot())
  const grant = page.getByRole('region', { name: 'Mail tools' })
  await expect(grant.getByText('gmail.readonly', { exact: true })).toBeVisible()
  await expect(grant.getByText(words(gmail))).toHaveCount(0)
  release()
  await expect(grant.getByText(words(gmail))).toBeVisible()
})

const names = scopeProducts.flatMap(({ scopes }) => scopes.slice(0, 6).map((entry) => entry.scope))
const reachScope = async (page: Page): Promise<void> => {
  await nav(page, 'Scopes')
  await rows(page, { name: /gmail\.readonly/ }).click()
  await expect(heading(page, words(gmail))).toBeVisible()
}

lookAt([
  { name: 'scopes', snapshot: lensSnapshot, reach: (page) => nav(page, 'Scopes') },
  {
    name: 'scopes-empty',
    snapshot: () => sampleSnapshot(0, { clients: [clients[0]] }),
    reach: (page) => nav(page, 'Scopes'),
  },
  { name: 'scopes-one', snapshot: lensSnapshot, reach: reachScope },
  {
    name: 'scopes-full',
    snapshot: () => fullSnapshot(names),
    reach: async (page) => {
      await nav(page, 'Scopes')
      await rows(page, { name: /mail\.google\.com/ }).click()
      await expect(list(page, 'Who can do this?')).toBeVisible()
    },
  },
  {
    name: 'scopes-product',
    snapshot: lensSnapshot,
    reach: async (page) => {
      await nav(page, 'Scopes')
      await rows(page, { name: /^Gmail$/ }).click()
    },
  },
  {
    name: 'scopes-account',
    snapshot: lensSnapshot,
    reach: async (page) => {
      await nav(page, 'Scopes')
      await page.getByRole('main').getByRole('button', { name: 'Accounts' }).click()
      await expect(heading(page, 'What can this account do?')).toBeVisible()
    },
  },
  {
    name: 'account-scopes',
    snapshot: lensSnapshot,
    reach: (page) => expect(page.getByText('1 scope was granted')).toBeVisible(),
  },
  {
    name: 'account-strange',
    snapshot: strangeSnapshot,
    reach: (page) => expect(page.getByText('[U+202E]')).toBeVisible(),
  },
  {
    name: 'sign-in-add',
    snapshot: lensSnapshot,
    prepare: (double) =>
      double.answerWith({
        'signIn.preview': () =>
          ok(
            cost({
              restricted: [scope('drive')],
              tooMany: { count: 31, ceiling: 25 },
              workspaceOnly: [scope('admin.directory.user')],
            }),
          ),
      }),
    reach: async (page) => {
      await addAccess(page)
      await page.getByRole('searchbox').fill('gmail')
      await page.getByRole('button', { name: 'Drive: own files' }).click()
      await expect(page.getByText('31 scopes are a lot')).toBeVisible()
    },
  },
])
