/** Which account belongs to which folder: the page, its answers, and what a person does with them. */
import type { Page } from '@playwright/test'
import { appError, fail, ok } from '../../../electron/contract/outcome.ts'
import type { AccountView, Snapshot } from '../../../electron/contract/views.ts'
import type { WhoView } from '../../../electron/contract/who.ts'
import {
  sampleApproval,
  sampleDeclaration,
  sampleLook,
  sampleRule,
  sampleWho,
} from '../../support/sample-folders.ts'
import { sampleClient, sampleSnapshot } from '../../support/sample-state.ts'
import type { ContractDouble } from '../../support/contract-double.ts'
import type { Screen } from './looks.ts'
import { lookAt, nav } from './looks.ts'
import { expect, test } from './window.ts'

const infra = '/home/asha/infra'
const stranger = '/home/asha/src/from-a-stranger'

function account(snapshot: Snapshot, index: number): AccountView {
  const found = snapshot.accounts[index]
  if (!found) throw new Error(`the sample has no account ${index}`)
  return found
}

/** The tester as people use it: press, the dialog of the system answers, the window asks main. */
async function askAbout(page: Page): Promise<void> {
  await nav(page, 'Folders')
  await page.getByRole('button', { name: 'Pick a folder…' }).click()
}

const answering =
  (answer: (snapshot: Snapshot) => WhoView) =>
  (double: ContractDouble): void =>
    double.answerWith({
      'folders.pick': () => ok(infra),
      'folders.look': () => ok([]),
      'who.ask': () => ok(answer(double.snapshot)),
    })

/** Rules and declarations in every standing. */
function everyStanding(): Snapshot {
  const base = sampleSnapshot(5)
  const [one, two, three] = [account(base, 0), account(base, 1), account(base, 2)]
  return {
    ...base,
    folders: {
      rules: [
        sampleRule(1, one, { folder: infra, clientId: sampleClient(1).clientId }),
        sampleRule(2, three, {
          folder:
            '/home/asha/customers/a-company-with-a-very-long-name-indeed/2026/deployments/europe-west/mail',
        }),
        sampleRule(
          3,
          { accountId: 'account-gone', email: 'gone@example.org' },
          { folder: '/home/asha/old', standing: 'account-gone' },
        ),
        sampleRule(4, two, { folder: '/home/asha/older', standing: 'client-gone', clientId: 'gone.apps' }),
        sampleRule(5, two, { folder: '/media/stick/backup' }),
      ],
      approvals: [
        sampleApproval(one, { folder: '/home/asha/src/approved', effect: 'use' }),
        sampleApproval(two, { folder: '/home/asha/src/changed' }),
        sampleApproval(three, { folder: '/home/asha/src/file-gone' }),
      ],
    },
  }
}

function looksOfEveryStanding(snapshot: Snapshot) {
  const [one, two] = [account(snapshot, 0), account(snapshot, 1)]
  const approved = '/home/asha/src/approved'
  const changed = '/home/asha/src/changed'
  return [
    sampleLook(infra, { declaration: sampleDeclaration(two, { folder: infra, client: 'Mail tools' }) }),
    sampleLook('/media/stick/backup', { found: false }),
    sampleLook('/home/asha/older', {
      declaration: sampleDeclaration(one, {
        ...{ folder: '/home/asha/older', digest: null, account: null, accountId: null },
        standing: 'unusable',
        error: appError('declaration-invalid', { reason: '“account” stands there twice' }),
      }),
    }),
    sampleLook(approved, {
      declaration: sampleDeclaration(one, { folder: approved, standing: 'approved' }),
    }),
    sampleLook(changed, {
      declaration: sampleDeclaration(two, { folder: changed, standing: 'changed', digest: 'B'.repeat(43) }),
    }),
    sampleLook('/home/asha/src/file-gone'),
  ]
}

const showEveryStanding = (double: ContractDouble): void =>
  double.answerWith({ 'folders.look': () => ok(looksOfEveryStanding(double.snapshot)) })

const screens: Screen[] = [
  {
    name: 'folders-empty',
    snapshot: () => sampleSnapshot(3),
    prepare: (double) => double.answerWith({ 'folders.look': () => ok([]) }),
    reach: (page) => nav(page, 'Folders'),
  },
  {
    name: 'folders-standings',
    snapshot: everyStanding,
    prepare: showEveryStanding,
    reach: async (page) => {
      await nav(page, 'Folders')
      await expect(page.getByText('Not usable')).toBeVisible()
    },
  },
  {
    name: 'folders-declarations',
    snapshot: everyStanding,
    prepare: showEveryStanding,
    reach: async (page) => {
      await nav(page, 'Folders')
      await page.getByText('Not usable').scrollIntoViewIfNeeded()
      await page.locator('main').evaluate((main) => main.scrollTo(0, main.scrollHeight))
    },
  },
  {
    name: 'folders-full',
    snapshot: () => {
      const base = sampleSnapshot(40)
      const rules = Array.from({ length: 200 }, (_, index) => sampleRule(index, account(base, index % 40)))
      return { ...base, folders: { rules, approvals: [] } }
    },
    prepare: (double) => double.answerWith({ 'folders.look': () => ok([]) }),
    reach: (page) => nav(page, 'Folders'),
  },
  {
    name: 'folders-answer',
    snapshot: everyStanding,
    prepare: answering((snapshot) =>
      sampleWho(account(snapshot, 0), {
        outcome: {
          kind: 'account',
          accountId: account(snapshot, 0).accountId,
          clientId: sampleClient(1).clientId,
          reason: 'folder-rule',
        },
      }),
    ),
    reach: async (page) => {
      await askAbout(page)
      await expect(page.getByText(`Because the rule for ${infra} says so.`)).toBeVisible()
    },
  },
  {
    name: 'folders-blocked',
    snapshot: () => {
      const base = sampleSnapshot(3)
      return {
        ...base,
        folders: { rules: [], approvals: [sampleApproval(account(base, 1), { folder: infra })] },
      }
    },
    prepare: answering((snapshot) =>
      sampleWho(account(snapshot, 0), {
        outcome: {
          kind: 'blocked',
          reason: 'declaration',
          error: appError('declared-account-differs', {
            folder: infra,
            declared: account(snapshot, 1).email,
            active: account(snapshot, 0).email,
          }),
        },
      }),
    ),
    reach: async (page) => {
      await askAbout(page)
      await expect(page.getByRole('button', { name: /^Make .* active$/ })).toBeVisible()
    },
  },
  {
    name: 'folders-ask',
    snapshot: () => {
      const base = sampleSnapshot(3)
      return { ...base, accounts: base.accounts.map((one) => ({ ...one, active: false })) }
    },
    prepare: answering((snapshot) => {
      const accountIds = snapshot.accounts.map(({ accountId }) => accountId)
      return sampleWho(account(snapshot, 0), {
        outcome: { kind: 'ask', accountIds },
        decidedIn: null,
        declaration: sampleDeclaration(account(snapshot, 1), { folder: infra }),
      })
    }),
    reach: async (page) => {
      await askAbout(page)
      await expect(page.getByText('A .latchkey.json lies in')).toBeVisible()
    },
  },
  {
    name: 'folders-missing',
    snapshot: () => sampleSnapshot(2),
    prepare: (double) =>
      double.answerWith({
        'folders.pick': () => ok(infra),
        'folders.look': () => ok([]),
        'who.ask': () => fail('folder-missing', { folder: infra }),
      }),
    reach: async (page) => {
      await askAbout(page)
      await expect(page.getByText(`The folder ${infra} is not there.`)).toBeVisible()
    },
  },
  {
    name: 'folders-approve',
    snapshot: everyStanding,
    prepare: showEveryStanding,
    reach: async (page) => {
      await nav(page, 'Folders')
      await page.getByRole('button', { name: /^Approve….*changed$/ }).click()
      await expect(page.getByRole('dialog')).toBeVisible()
    },
  },
  {
    name: 'folders-change',
    snapshot: everyStanding,
    prepare: showEveryStanding,
    reach: async (page) => {
      await nav(page, 'Folders')
      await page.getByRole('button', { name: /^Remove….*infra$/ }).click()
      await page.getByRole('button', { name: /^Change….*old$/ }).click()
    },
  },
]

lookAt(screens)

test('a rule is made from a folder, an account and a client, and says whose it takes the place of', async ({
  page,
  open,
}) => {
  const base = sampleSnapshot(4)
  const before = sampleRule(1, account(base, 0), { folder: infra })
  const double = await open(
    { ...base, folders: { rules: [before], approvals: [] } },
    {
      prepare: (prepared) =>
        prepared.answerWith({
          'folders.pick': () => ok(infra),
          'folders.look': () => ok([]),
          'folders.addRule': () => ok({ ruleId: 'rule-00000009' }),
        }),
    },
  )
  await nav(page, 'Folders')
  await page.getByRole('button', { name: 'Add a rule…' }).click()
  const form = page.getByRole('form', { name: 'New rule' })
  await expect(form.getByText(`This folder has a rule already, for ${account(base, 0).email}.`)).toBeVisible()
  await expect(form.getByRole('combobox', { name: 'Account' })).toBeFocused()
  await form.getByRole('combobox', { name: 'Account' }).selectOption(account(base, 2).accountId)
  await form.getByRole('combobox', { name: 'Client' }).selectOption('Calendar sync')
  await expect(form.getByText('has no access under this client yet')).toBeVisible()
  await form.getByRole('button', { name: 'Save' }).click()
  await expect
    .poll(() => double.callsOf('folders.addRule'))
    .toEqual([{ folder: infra, accountId: account(base, 2).accountId, clientId: sampleClient(1).clientId }])
  await expect(form).toHaveCount(0)
  await expect(page.getByRole('heading', { name: /^Rules/ })).toBeFocused()
})

test('a refused rule keeps its form, with what went wrong', async ({ page, open }) => {
  await open(sampleSnapshot(2), {
    prepare: (prepared) =>
      prepared.answerWith({
        'folders.pick': () => ok(infra),
        'folders.look': () => ok([]),
        'folders.addRule': () => fail('disk-full'),
      }),
  })
  await nav(page, 'Folders')
  await page.getByRole('button', { name: 'Add a rule…' }).click()
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByText('The disk is full, so nothing was saved.')).toBeVisible()
  await expect(page.getByRole('form', { name: 'New rule' })).toBeVisible()
})

test('closing the dialog for a folder begins nothing', async ({ page, open }) => {
  const double = await open(sampleSnapshot(2), {
    prepare: (prepared) =>
      prepared.answerWith({ 'folders.pick': () => ok(null), 'folders.look': () => ok([]) }),
  })
  await nav(page, 'Folders')
  await page.getByRole('button', { name: 'Add a rule…' }).click()
  await page.getByRole('button', { name: 'Pick a folder…' }).click()
  await expect.poll(() => double.callsOf('folders.pick').length).toBe(2)
  await expect(page.getByRole('form')).toHaveCount(0)
  expect(double.callsOf('who.ask')).toEqual([])
})

test('a rule is moved to where its folder is now, and nothing else of it changes', async ({ page, open }) => {
  const base = sampleSnapshot(3)
  const rule = sampleRule(1, account(base, 1), { clientId: sampleClient(1).clientId })
  const double = await open(
    { ...base, folders: { rules: [rule], approvals: [] } },
    {
      prepare: (prepared) =>
        prepared.answerWith({
          'folders.pick': () => ok('/home/asha/moved'),
          'folders.look': () => ok([sampleLook(rule.folder, { found: false })]),
        }),
    },
  )
  await nav(page, 'Folders')
  await expect(page.getByText('Folder not found')).toBeVisible()
  await page.getByRole('button', { name: /^Change…/ }).click()
  await page.getByRole('button', { name: 'Another folder…' }).click()
  await expect(page.getByRole('form').getByTitle('/home/asha/moved')).toBeVisible()
  await page.getByRole('button', { name: 'Save' }).click()
  const { ruleId, accountId, clientId } = rule
  await expect
    .poll(() => double.callsOf('folders.changeRule'))
    .toEqual([{ ruleId, folder: '/home/asha/moved', accountId, clientId }])
})

test('a rule whose account is gone cannot be saved until another is chosen', async ({ page, open }) => {
  const base = sampleSnapshot(2)
  const gone = { accountId: 'account-gone', email: 'gone@example.org' }
  const rule = sampleRule(1, gone, { standing: 'account-gone' })
  const double = await open(
    { ...base, folders: { rules: [rule], approvals: [] } },
    {
      prepare: (prepared) => prepared.answerWith({ 'folders.look': () => ok([]) }),
    },
  )
  await nav(page, 'Folders')
  await page.getByRole('button', { name: /^Change…/ }).click()
  await expect(page.getByRole('button', { name: 'Save' })).toBeDisabled()
  await page.getByRole('combobox', { name: 'Account' }).selectOption(account(base, 1).accountId)
  await page.getByRole('button', { name: 'Save' }).click()
  await expect.poll(() => double.callsOf('folders.changeRule')[0]?.accountId).toBe(account(base, 1).accountId)
})

test('removing a rule needs a second press, and can be called off with the keyboard', async ({
  page,
  open,
}) => {
  const base = sampleSnapshot(2)
  const rule = sampleRule(1, account(base, 0))
  const double = await open(
    { ...base, folders: { rules: [rule], approvals: [] } },
    {
      prepare: (prepared) => prepared.answerWith({ 'folders.look': () => ok([]) }),
    },
  )
  await nav(page, 'Folders')
  await page.getByRole('button', { name: /^Remove…/ }).press('Enter')
  const question = page.getByRole('group', { name: 'Remove rule' })
  await expect(question).toBeFocused()
  await question.getByRole('button', { name: 'Cancel' }).press('Enter')
  await expect(question).toHaveCount(0)
  await expect(page.getByRole('button', { name: rule.folder, exact: true })).toBeFocused()
  expect(double.callsOf('folders.removeRule')).toEqual([])
  await page.getByRole('button', { name: /^Remove…/ }).click()
  await question.getByRole('button', { name: 'Remove rule' }).click()
  await expect.poll(() => double.callsOf('folders.removeRule')).toEqual([{ ruleId: rule.ruleId }])
})

test('the answer for a folder follows every change that could make it another one', async ({
  page,
  open,
}) => {
  const base = sampleSnapshot(3)
  const [one, two] = [account(base, 0), account(base, 1)]
  let meant = one
  const double = await open(base, {
    prepare: answering(() =>
      sampleWho(meant, {
        decidedIn: null,
        outcome: { kind: 'account', accountId: meant.accountId, clientId: null, reason: 'active' },
      }),
    ),
  })
  await askAbout(page)
  const section = page.getByRole('region', { name: 'Which account here?' })
  await expect(section.getByText(one.email)).toBeVisible()
  await expect(section.getByText('Because it is the active account')).toBeVisible()

  await section.getByRole('button', { name: 'Use it here always' }).click()
  expect(double.callsOf('folders.addRule')).toEqual([
    { folder: infra, accountId: one.accountId, clientId: null },
  ])
  meant = two
  double.change({
    accounts: {
      upsert: [
        { ...one, active: false },
        { ...two, active: true },
      ],
      remove: [],
    },
  })
  await expect(section.getByText(two.email)).toBeVisible()
  await section.getByRole('combobox', { name: 'Asked for the client' }).selectOption('Calendar sync')
  await expect
    .poll(() => double.callsOf('who.ask').at(-1))
    .toEqual({ folder: infra, clientId: sampleClient(1).clientId, named: null })
})

test('a blocked folder offers what would settle it', async ({ page, open }) => {
  const base = sampleSnapshot(3)
  const [one, two] = [account(base, 0), account(base, 1)]
  const details = { folder: stranger, declared: two.email, active: one.email }
  const double = await open(
    { ...base, folders: { rules: [], approvals: [sampleApproval(two)] } },
    {
      prepare: answering(() =>
        sampleWho(one, {
          decidedIn: stranger,
          outcome: {
            kind: 'blocked',
            reason: 'declaration',
            error: appError('declared-account-differs', details),
          },
          // The nearest file is another one, which does not decide: the buttons are not about its account.
          declaration: sampleDeclaration(account(base, 2), { folder: infra }),
        }),
      ),
    },
  )
  await askAbout(page)
  await page.getByRole('button', { name: `Make ${two.email} active` }).click()
  await expect.poll(() => double.callsOf('accounts.activate')).toEqual([{ accountId: two.accountId }])
  await page.getByRole('button', { name: `Use ${two.email} here always` }).click()
  await expect
    .poll(() => double.callsOf('folders.addRule'))
    .toEqual([{ folder: stranger, accountId: two.accountId, clientId: null }])
  const answer = page.getByRole('region', { name: 'Which account here?' })
  await answer.getByRole('button', { name: 'Withdraw approval' }).click()
  await expect.poll(() => double.callsOf('folders.withdraw')).toEqual([{ folder: stranger }])
})

test('a declaration is approved as what was shown, and shown anew when it has changed meanwhile', async ({
  page,
  open,
}) => {
  const base = sampleSnapshot(3)
  const [one, two] = [account(base, 0), account(base, 1)]
  let lying = sampleDeclaration(one, { client: 'Mail tools', clientId: sampleClient().clientId })
  const double = await open(base, {
    prepare: (prepared) =>
      prepared.answerWith({
        'folders.pick': () => ok(stranger),
        'folders.look': () => ok([]),
        'who.ask': () => ok(sampleWho(one, { folder: stranger, decidedIn: null, declaration: lying })),
        'folders.approve': ({ digest }) => (digest === lying.digest ? ok() : fail('declaration-changed')),
      }),
  })
  await askAbout(page)
  await page.getByRole('button', { name: 'Approve…' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByText(one.email, { exact: true })).toBeVisible()
  await expect(dialog.getByText('Mail tools')).toBeVisible()

  const seen = lying
  lying = sampleDeclaration(two, { standing: 'new', digest: 'C'.repeat(43) })
  await dialog.getByRole('button', { name: 'Approve as a check' }).click()
  await expect(page.getByText('The .latchkey.json has changed since it was shown.')).toBeVisible()
  await expect(dialog.getByText(two.email, { exact: true })).toBeVisible()
  await dialog.getByRole('button', { name: 'Approve and use it here' }).click()
  await expect(dialog).toHaveCount(0)
  expect(double.callsOf('folders.approve')).toEqual([
    { folder: stranger, digest: seen.digest, effect: 'check' },
    { folder: stranger, digest: lying.digest, effect: 'use' },
  ])
})

test('a declaration of an account that is not here cannot be approved', async ({ page, open }) => {
  const base = sampleSnapshot(2)
  const declaration = sampleDeclaration(account(base, 0), { account: 'new@example.org', accountId: null })
  await open(base, {
    prepare: answering((snapshot) => sampleWho(account(snapshot, 0), { decidedIn: null, declaration })),
  })
  await askAbout(page)
  await page.getByRole('button', { name: 'Approve…' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByText('No account here is called that.')).toBeVisible()
  await expect(dialog.getByRole('button', { name: 'Approve as a check' })).toBeDisabled()
  await expect(dialog.getByRole('button', { name: 'Approve and use it here' })).toBeDisabled()
  await dialog.getByRole('button', { name: 'Sign in an account' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Sign in an account' })).toBeVisible()
})

test('the palette picks a folder, makes a rule, and asks before one is removed', async ({ page, open }) => {
  const base = sampleSnapshot(2)
  const rule = sampleRule(1, account(base, 0))
  const double = await open(
    { ...base, folders: { rules: [rule], approvals: [] } },
    {
      prepare: answering((snapshot) => sampleWho(account(snapshot, 0))),
    },
  )
  const run = async (words: string): Promise<void> => {
    await page.keyboard.press('Control+k')
    await page.getByRole('dialog').getByRole('combobox').fill(words)
    await page.keyboard.press('Enter')
  }
  await run('which account here')
  await expect(page.getByText(`Because the rule for ${infra} says so.`)).toBeVisible()
  await run('add a rule')
  await expect(page.getByRole('form', { name: 'New rule' })).toBeVisible()
  await run('remove rule')
  await expect(page.getByRole('group', { name: 'Remove rule' })).toBeVisible()
  expect(double.callsOf('folders.removeRule')).toEqual([])
})

test('a narrow window cuts nothing off, in either language', async ({ page, open }) => {
  const base = everyStanding()
  const double = await open(base, { prepare: showEveryStanding })
  await page.setViewportSize({ width: 380, height: 760 })
  for (const language of ['en', 'hi'] as const) {
    double.change({ settings: { ...base.settings, language } })
    await expect(page.locator('html')).toHaveAttribute('lang', language)
    for (const keys of ['Control+5', 'F1']) {
      await page.keyboard.press(keys)
      await expect(page.locator('main h1')).toBeVisible()
      const over = await page.evaluate(() =>
        [...document.querySelectorAll('main, aside, main *, aside *')]
          .filter((one) => one.getBoundingClientRect().right > innerWidth + 0.5)
          .map((one) => one.outerHTML.slice(0, 120)),
      )
      expect(over).toEqual([])
      const shots = process.env['LATCHKEY_SHOTS']
      if (shots) await page.screenshot({ path: `${shots}/380-${language}-${keys}.png` })
    }
  }
})

test('two hundred rules show fifty of them, and any of them by typing', async ({ page, open }) => {
  const base = sampleSnapshot(40)
  const rules = Array.from({ length: 200 }, (_, index) => sampleRule(index, account(base, index % 40)))
  await open(
    { ...base, folders: { rules, approvals: [] } },
    {
      prepare: (prepared) => prepared.answerWith({ 'folders.look': () => ok([]) }),
    },
  )
  await nav(page, 'Folders')
  const list = page.getByRole('region', { name: 'Rules' }).getByRole('listitem')
  await expect(list).toHaveCount(50)
  await page.keyboard.press('/')
  await page.keyboard.type('project-177')
  await expect(list).toHaveCount(1)
  await page.getByRole('searchbox', { name: 'Search rules' }).fill('')
  await page.getByRole('button', { name: 'and 150 more' }).click()
  await expect(list).toHaveCount(200)
})

test('a folder that is gone offers to move its rule or to take it away', async ({ page, open }) => {
  const base = sampleSnapshot(2)
  const rule = sampleRule(1, account(base, 0))
  await open(
    { ...base, folders: { rules: [rule], approvals: [] } },
    {
      prepare: (prepared) =>
        prepared.answerWith({
          'folders.look': () => ok([sampleLook(rule.folder, { found: false })]),
          'who.ask': () => fail('folder-missing', { folder: rule.folder }),
        }),
    },
  )
  await nav(page, 'Folders')
  await page.getByRole('button', { name: rule.folder, exact: true }).click()
  const answer = page.getByRole('region', { name: 'Which account here?' })
  await answer.getByRole('button', { name: 'Remove…' }).click()
  await expect(page.getByRole('group', { name: 'Remove rule' })).toBeVisible()
  await answer.getByRole('button', { name: 'Change…' }).click()
  await expect(page.getByRole('form', { name: 'Change rule' })).toBeVisible()
})
