import type { Page } from '@playwright/test'
import { appError, fail, ok } from '../../../electron/contract/outcome.ts'
import type { Snapshot } from '../../../electron/contract/views.ts'
import {
  sampleAccount,
  sampleClient,
  sampleFlow,
  sampleGrant,
  sampleNow,
  samplePractice,
  sampleProblems,
  sampleSnapshot,
  sampleSteps,
  sampleToken,
  sampleWebClient,
} from '../../support/sample-state.ts'
import type { Screen } from './looks.ts'
import { lookAt, nav } from './looks.ts'
import { expect, rows } from './window.ts'

function crowdedGrants(live: number): Snapshot {
  const client = sampleClient(0)
  const other = sampleClient(1)
  const tokens = Array.from({ length: 12 }, (_, index) =>
    sampleToken(index, {
      mintedAt: sampleNow - index * 86_400_000 - 3_600_000,
      standing: index === 0 ? 'held' : index === 3 ? 'missing' : 'elsewhere',
      expiresAt: index === 0 ? sampleNow + 90 * 86_400_000 : null,
    }),
  )
  const account = sampleAccount(0, [client], {
    label: 'Private mail',
    grants: [
      sampleGrant(client, { tokens, liveAtLeast: live, declined: ['https://www.googleapis.com/auth/drive'] }),
      sampleGrant(other),
    ],
  })
  return sampleSnapshot(2, { clients: [client, other], accounts: [account, sampleAccount(1, [other])] })
}

function withFlow(step: string): Snapshot {
  const found = sampleSteps()[step]
  if (!found) throw new Error(`no such step: ${step}`)
  const flows = [sampleFlow(found, { expectedEmail: 'asha.rao@gmail.com', accountId: 'account-00000000' })]
  return sampleSnapshot(3, { flows })
}

const openFlow = (page: Page): Promise<void> =>
  page.getByRole('list', { name: 'Sign-ins' }).getByRole('button').first().click()

const screens: Screen[] = [
  { name: 'first-start', snapshot: () => sampleSnapshot(0) },
  {
    name: 'first-start-error',
    snapshot: () => sampleSnapshot(0),
    prepare: (double) => double.answerWith({ 'clients.importClipboard': () => fail('client-token-file') }),
    reach: async (page) => {
      await page.getByRole('button', { name: 'Paste from clipboard' }).click()
      await expect(page.getByRole('alert')).toContainText('holds a token')
    },
  },
  {
    name: 'could-not-start',
    snapshot: () => sampleSnapshot(0),
    prepare: (double) => double.answerWith({ 'app.snapshot': () => fail('ledger-newer') }),
  },
  { name: 'accounts', snapshot: () => sampleSnapshot(12) },
  { name: 'accounts-empty', snapshot: () => sampleSnapshot(0, { clients: [sampleClient()] }) },
  {
    name: 'accounts-nothing-found',
    snapshot: () => sampleSnapshot(12),
    reach: (page) => page.getByRole('searchbox', { name: 'Search accounts' }).fill('nobody at all'),
  },
  { name: 'account-crowded', snapshot: () => crowdedGrants(37) },
  { name: 'account-warning', snapshot: () => crowdedGrants(83) },
  { name: 'account-strong', snapshot: () => crowdedGrants(97) },
  { name: 'account-without-grants', snapshot: () => sampleSnapshot(1, { accounts: [sampleAccount(0, [])] }) },
  {
    name: 'account-forget',
    snapshot: () => sampleSnapshot(3),
    prepare: (double) =>
      double.answerWith({
        'accounts.previewForget': () =>
          ok({
            accounts: [{ accountId: 'account-00000000', email: 'asha.rao@gmail.com', tokens: 3, keys: 0 }],
            tokens: 3,
          }),
      }),
    reach: async (page) => {
      await page.getByRole('button', { name: 'Forget here…' }).click()
      await expect(page.getByRole('dialog')).toContainText('3 refresh tokens')
    },
  },
  {
    name: 'switcher',
    snapshot: () => sampleSnapshot(5),
    reach: async (page) => {
      await page.getByRole('button', { name: 'Active account' }).click()
      await expect(page.getByRole('menuitem').first()).toBeVisible()
    },
  },
  { name: 'clients', snapshot: () => sampleSnapshot(5), reach: (page) => nav(page, 'Clients') },
  {
    name: 'clients-web-and-missing',
    snapshot: () =>
      sampleSnapshot(0, {
        clients: [
          sampleClient(0, { secretMissing: true, label: 'A broken one' }),
          sampleWebClient(1, { secretReplacedAt: sampleNow - 86_400_000 }),
        ],
      }),
    reach: (page) => nav(page, 'Clients'),
  },
  {
    name: 'clients-empty',
    snapshot: () => sampleSnapshot(0, { problems: sampleProblems() }),
    reach: (page) => nav(page, 'Clients'),
  },
  {
    name: 'client-add',
    snapshot: () => sampleSnapshot(3),
    prepare: (double) => double.answerWith({ 'clients.pickFile': () => fail('client-secret-unchecked') }),
    reach: async (page) => {
      await nav(page, 'Clients')
      await page.getByRole('button', { name: 'Add client' }).click()
      await page.getByRole('button', { name: 'Choose file…' }).click()
      await expect(page.getByRole('button', { name: 'Replace without a check' })).toBeVisible()
    },
  },
  {
    name: 'client-remove',
    snapshot: () => sampleSnapshot(3),
    prepare: (double) =>
      double.answerWith({
        'clients.previewRemoval': () =>
          ok({
            accounts: [
              { accountId: 'account-00000000', email: 'asha.rao@gmail.com', tokens: 1, keys: 0 },
              { accountId: 'account-00000002', email: 'carla.rao@example.org', tokens: 2, keys: 0 },
            ],
            tokens: 3,
          }),
      }),
    reach: async (page) => {
      await nav(page, 'Clients')
      await page.getByRole('button', { name: 'Remove…' }).click()
      await expect(page.getByRole('dialog')).toContainText('carla.rao@example.org')
    },
  },
  {
    name: 'sign-in',
    snapshot: () => sampleSnapshot(3),
    reach: async (page) => {
      await page.getByRole('button', { name: 'Sign in an account' }).click()
      await page.getByRole('button', { name: 'Gmail: read' }).click()
      await page.getByRole('button', { name: /^Gmail\b.*14/ }).click()
    },
  },
  {
    name: 'sign-in-without-client',
    snapshot: () => sampleSnapshot(0, { clients: [sampleClient(0, { secretMissing: true })] }),
    reach: (page) => page.getByRole('button', { name: 'Sign in an account' }).first().click(),
  },
  ...Object.keys(sampleSteps()).map((step) => ({
    name: `flow-${step}`,
    snapshot: () => withFlow(step),
    reach: openFlow,
  })),
  {
    name: 'settings',
    snapshot: () => sampleSnapshot(3),
    prepare: (double) =>
      double.answerWith({
        'settings.listBrowsers': () => ok([{ browserId: 'browser-chromium', name: 'Chromium' }]),
      }),
    reach: async (page) => {
      await nav(page, 'Settings')
      await expect(page.getByRole('combobox', { name: 'Browser' })).toBeVisible()
    },
  },
  {
    name: 'practice',
    snapshot: () =>
      sampleSnapshot(3, {
        profile: 'practice',
        practice: samplePractice(),
        clockOffsetMs: 3_600_000,
      }),
  },
  { name: 'problems', snapshot: () => sampleSnapshot(3, { problems: sampleProblems(), readOnly: true }) },
  {
    name: 'palette',
    snapshot: () => sampleSnapshot(12),
    reach: async (page) => {
      await page.keyboard.press('Control+k')
      await expect(rows(page, { name: /^Add client/ })).toBeVisible()
    },
  },
  {
    name: 'toast-error',
    snapshot: () => sampleSnapshot(3),
    prepare: (double) =>
      double.answerWith({ 'accounts.activate': () => ({ ok: false, error: appError('disk-full') }) }),
    reach: async (page) => {
      await rows(page).nth(1).click()
      await page.getByRole('button', { name: 'Make active' }).click()
      await expect(page.getByRole('status').filter({ hasText: 'disk is full' })).toBeVisible()
    },
  },
]

lookAt(screens)
