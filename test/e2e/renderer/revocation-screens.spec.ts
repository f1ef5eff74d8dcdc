import type { Page } from '@playwright/test'
import { appError, fail, ok } from '../../../electron/contract/outcome.ts'
import type { BlastRadius } from '../../../electron/contract/revocation.ts'
import type { Snapshot } from '../../../electron/contract/views.ts'
import type { ContractDouble } from '../../support/contract-double.ts'
import {
  foundTokens,
  revocableSnapshot,
  sampleBlast,
  sampleInspection,
  sampleProjectClients,
  sampleRevocation,
  sampleRevocationRow,
} from '../../support/sample-revocation.ts'
import {
  dayMs,
  hourMs,
  sampleCause,
  sampleClient,
  sampleDeadToken,
  sampleNow,
  sampleSnapshot,
  sampleToken,
} from '../../support/sample-state.ts'
import type { Screen } from './looks.ts'
import { lookAt } from './looks.ts'
import { answerLives, withTokens } from './token-screens.ts'
import { expect } from './window.ts'

const [mail] = sampleProjectClients()

function answering(change: (blast: BlastRadius) => BlastRadius): (double: ContractDouble) => void {
  return (double) =>
    double.answerWith({
      'revocation.preview': ({ grants }) => ok(change(sampleBlast(double.snapshot, grants))),
    })
}

async function choose(page: Page, item: string): Promise<void> {
  await page.getByRole('button', { name: `More for ${mail.label}` }).click()
  await page.getByRole('menuitem', { name: item }).click()
  await expect(page.getByRole('dialog')).toBeVisible()
}

/** Folders, an active mark under a client, and one token of each standing. */
function full(blast: BlastRadius): BlastRadius {
  const projects = blast.projects.map((project) => ({
    ...project,
    folders: [
      { folder: '/home/asha/work/infrastructure/terraform/environments/production', by: 'rule' as const },
      { folder: '/home/asha/mail-tools', by: 'declaration' as const },
    ],
    marks: [{ clientId: null }, { clientId: mail.clientId }],
    tokens: [
      ...project.tokens,
      ...(['elsewhere', 'missing'] as const).map((standing, index) => ({
        tokenId: sampleToken(40 + index).tokenId,
        clientId: mail.clientId,
        standing,
        mintedAt: sampleNow - 90 * dayMs,
        lastUsedAt: sampleNow - 60 * dayMs,
      })),
    ],
  }))
  return { ...blast, projects, tokens: blast.tokens + 2 }
}

const stopped = (blast: BlastRadius): BlastRadius => ({
  projects: blast.projects.map((one) => ({ ...one, obstacle: appError('revoke-no-token') })),
  tokens: 0,
  confirm: { kind: 'none' },
})

/** Every outcome that a row can have. */
function outcomes(): Snapshot {
  const row = sampleRevocationRow
  const rows = [
    row({ step: 'revoked', tokens: foundTokens('dead', 'dead') }),
    row({
      accountId: 'account-00000001',
      email: 'ben.rao@gmail.com',
      step: 'already-dead',
      tokens: foundTokens('dead'),
    }),
    row({
      email: 'elif.rao@gmail.com',
      project: '2',
      step: 'verifying',
      tokens: foundTokens('dead', 'waiting'),
    }),
    row({ email: 'farid.rao@gmail.com', project: '3', step: 'waiting' }),
    row({
      accountId: 'account-00000002',
      email: 'carla.with.a.rather.long.address@example.org',
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
    row({
      email: 'grete.rao@gmail.com',
      project: '4',
      step: 'not-revocable',
      error: appError('revoke-not-revocable'),
    }),
  ]
  return revocableSnapshot({ revocations: [sampleRevocation(rows)] })
}

async function showRevocation(page: Page): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').getByRole('combobox').fill('Show revocation')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: 'Revocation at Google' })).toBeVisible()
}

function renewable(): Snapshot {
  const ended = sampleToken(2, {
    refusal: { verdict: 'person', at: sampleNow - dayMs, error: appError('session-expired') },
  })
  return withTokens([ended, sampleDeadToken(3, [sampleCause('password')])])
}

const other = sampleClient(1).clientId
const inspections: readonly Screen[] = [
  {
    name: 'inspect-differs',
    found: sampleInspection({
      audience: { told: other, believed: mail.clientId, same: false },
      email: { told: null, believed: 'asha.rao@gmail.com', same: null },
      scopes: {
        told: ['openid'],
        onlyTold: ['https://www.googleapis.com/auth/drive'],
        onlyBelieved: ['https://www.googleapis.com/auth/calendar'],
      },
      expiresAt: { told: sampleNow + hourMs, believed: sampleNow + 2 * hourMs, same: false },
      sizes: { accessBytes: 1990, accessLimit: 2048, refreshBytes: null, refreshLimit: 512 },
    }),
  },
  { name: 'inspect-error', found: null },
].map(({ name, found }) => ({
  name,
  snapshot: () => sampleSnapshot(2),
  prepare: (double: ContractDouble) =>
    double.answerWith({ 'grants.inspect': () => (found ? ok(found) : fail('inspection-refused')) }),
  reach: async (page: Page) => {
    await choose(page, 'Inspect access token')
    await expect(page.getByRole('dialog').getByRole('status')).toHaveCount(0)
  },
}))

lookAt([
  {
    name: 'account-grants',
    snapshot: () => revocableSnapshot(),
    prepare: answering((blast) => blast),
    reach: async (page) => {
      await page.getByRole('button', { name: `More for ${mail.label}` }).click()
      await expect(page.getByRole('menuitem').first()).toBeVisible()
    },
  },
  { name: 'account-renew', snapshot: renewable, prepare: answerLives },
  {
    name: 'revoke-full',
    snapshot: () => revocableSnapshot(),
    prepare: answering(full),
    reach: async (page) => {
      await choose(page, 'Revoke at Google…')
      await page.getByText('The 4 tokens').click()
      await page.getByRole('dialog').getByRole('textbox').fill('asha.rao@gmail.com')
    },
  },
  {
    name: 'revoke-obstacle',
    snapshot: () => revocableSnapshot(),
    prepare: answering(stopped),
    reach: (page) => choose(page, 'Revoke at Google…'),
  },
  {
    name: 'revoke-changed',
    snapshot: () => revocableSnapshot(),
    prepare: (double) => {
      answering((blast) => blast)(double)
      double.answerWith({ 'revocation.start': () => fail('revocation-changed') })
    },
    reach: async (page) => {
      await choose(page, 'Revoke at Google…')
      await page.getByRole('dialog').getByRole('textbox').fill('asha.rao@gmail.com')
      await page.keyboard.press('Enter')
      await expect(page.getByText(appError('revocation-changed').message)).toBeVisible()
    },
  },
  {
    name: 'revoke-several',
    snapshot: () => sampleSnapshot(6),
    prepare: answering((blast) => blast),
    reach: async (page) => {
      await page.getByRole('button', { name: 'Select several accounts…' }).click()
      await page.getByRole('button', { name: 'All shown' }).click()
      await page
        .getByRole('group', { name: 'Chosen accounts' })
        .getByRole('button', { name: 'Revoke' })
        .click()
      await expect(page.getByRole('dialog').getByText('die for good')).toBeVisible()
    },
  },
  {
    name: 'accounts-select',
    snapshot: () => sampleSnapshot(6),
    reach: async (page) => {
      await page.getByRole('button', { name: 'Select several accounts…' }).click()
      await page.keyboard.press('Home')
      await page.keyboard.press('Space')
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('Space')
    },
  },
  {
    name: 'drop-access',
    snapshot: () => revocableSnapshot(),
    prepare: answering((blast) => blast),
    reach: async (page) => {
      await choose(page, 'Remove access…')
      await page.getByRole('dialog').getByRole('checkbox').first().check()
      await expect(page.getByText('die for good')).toBeVisible()
    },
  },
  {
    name: 'forget-grant',
    snapshot: () => revocableSnapshot(),
    prepare: (double) => double.answerWith({ 'grants.previewForget': () => ok({ accounts: [], tokens: 1 }) }),
    reach: async (page) => {
      await choose(page, 'Forget here…')
      await expect(page.getByText('This deletes 1 refresh token')).toBeVisible()
    },
  },
  { name: 'revocation', snapshot: outcomes, prepare: answerLives, reach: showRevocation },
  ...inspections,
])
