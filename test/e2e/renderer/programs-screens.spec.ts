import type { Page } from '@playwright/test'
import type { LeaseView } from '../../../electron/contract/doors.ts'
import { appError, ok } from '../../../electron/contract/outcome.ts'
import type { Snapshot } from '../../../electron/contract/views.ts'
import type { ContractDouble } from '../../support/contract-double.ts'
import {
  sampleAdcFile,
  sampleAsk,
  sampleLease,
  sampleProgram,
  sampleRemoteAsk,
} from '../../support/sample-doors.ts'
import { dayMs, hourMs, sampleDoors, sampleNow, sampleSnapshot } from '../../support/sample-state.ts'
import type { Screen } from './looks.ts'
import { lookAt, nav } from './looks.ts'
import { expect, rows } from './window.ts'

const scope = (name: string): string => `https://www.googleapis.com/auth/${name}`

/** One lease for each door and each state, two of them of one program. */
function fullLeases(): LeaseView[] {
  const script = sampleProgram({
    name: 'nightly-report-with-a-rather-long-name.py',
    path: '/home/asha/work/reports/nightly-report-with-a-rather-long-name.py',
    certainty: 'seen',
  })
  return [
    sampleLease(0, {
      refusals: 3,
      lastRefusal: {
        at: sampleNow - hourMs,
        error: appError('lease-scopes', { label: 'terraform', scope: scope('drive') }),
      },
    }),
    sampleLease(1, {
      door: 'http',
      term: 'session',
      expiresAt: sampleNow + 5 * hourMs,
      scopes: null,
      uses: 0,
      lastUsedAt: null,
      recent: [],
    }),
    sampleLease(2, { program: script, remote: true, scopes: [scope('drive'), scope('spreadsheets')] }),
    sampleLease(3, {
      program: null,
      label: 'Google’s libraries',
      door: 'adc',
      file: '/home/asha/.config/gcloud/application_default_credentials.json',
      quotaProject: 'mail-tools-481516',
      accountId: null,
      email: null,
      clientId: null,
      scopes: null,
    }),
    sampleLease(4, {
      program: null,
      label: 'Metadata server',
      door: 'metadata',
      address: null,
      problem: appError('door-busy', { port: 21_477, program: '' }),
    }),
    sampleLease(5, {
      program: null,
      label: 'gcloud',
      door: 'gcloud',
      ended: { at: sampleNow - dayMs, reason: 'taken-back' },
    }),
  ]
}

const full = (change: Partial<Snapshot> = {}): Snapshot =>
  sampleSnapshot(6, { leases: fullLeases(), ...change })

const adc = (found: Parameters<typeof sampleAdcFile>[0]) => (double: ContractDouble) =>
  double.answerWith({
    'adc.look': () => ok(sampleAdcFile(found)),
    'leases.give': ({ door }) =>
      ok({
        leaseId: 'lease-00000000',
        file: door === 'adc' ? sampleAdcFile().path : null,
        keptAside: door === 'adc' ? `${sampleAdcFile().path}.before-latchkey` : null,
        address: door === 'http' ? '127.0.0.1:21477' : null,
      }),
  })

async function programs(page: Page): Promise<void> {
  await nav(page, 'Programs')
  await expect(page.getByRole('heading', { level: 1, name: 'Programs' })).toBeVisible()
}

const openLease =
  (name: RegExp) =>
  async (page: Page): Promise<void> => {
    await programs(page)
    await page.getByRole('combobox', { name: 'Show' }).selectOption('all')
    await rows(page, { name }).first().click()
    await expect(page.getByRole('heading', { name: 'Who has it' })).toBeVisible()
  }

async function give(page: Page): Promise<void> {
  await programs(page)
  await page.getByRole('button', { name: 'Give a program access' }).first().click()
  await expect(page.getByRole('dialog')).toBeVisible()
}

/** The answers of a question can be given. */
async function armed(page: Page): Promise<void> {
  await expect(page.getByRole('button', { name: 'Once', exact: true })).toBeEnabled()
}

const screens: readonly Screen[] = [
  { name: 'programs-empty', snapshot: () => sampleSnapshot(2), reach: programs },
  {
    name: 'programs-full',
    snapshot: () =>
      full({
        doors: sampleDoors({
          problem: appError('door-busy', { port: 20_733, program: '' }),
          muted: [{ programKey: 'program-key-1', name: 'poll.sh', until: sampleNow + 8 * 60_000 }],
        }),
      }),
    reach: openLease(/^Command line|terraform.*Command line/),
  },
  { name: 'programs-adc', snapshot: () => full(), reach: openLease(/ADC file/) },
  { name: 'programs-problem', snapshot: () => full(), reach: openLease(/Metadata server/) },
  { name: 'programs-over', snapshot: () => full(), reach: openLease(/gcloud/) },
  {
    name: 'programs-locked',
    snapshot: () => full({ doors: sampleDoors({ locked: { since: sampleNow - hourMs, by: 'screen' } }) }),
    reach: openLease(/HTTP/),
  },
  {
    name: 'programs-vault',
    snapshot: () =>
      sampleSnapshot(3, { doors: sampleDoors({ store: 'vault', vaultLocked: true, screenLockTold: true }) }),
    reach: async (page) => {
      await nav(page, 'Settings')
      await page.getByRole('region', { name: 'Doors' }).last().scrollIntoViewIfNeeded()
    },
  },
  { name: 'ask-one', snapshot: () => full({ asks: [sampleAsk()] }), reach: armed },
  {
    name: 'ask-remote',
    snapshot: () => full({ asks: [sampleRemoteAsk(), sampleAsk(2), sampleAsk(3)] }),
    reach: async (page) => {
      await armed(page)
      await programs(page)
      await page.getByRole('button', { name: 'Narrower…' }).click()
    },
  },
  {
    name: 'give-adc',
    snapshot: () => full(),
    prepare: adc({ found: 'other', holdsSecret: true }),
    reach: async (page) => {
      await give(page)
      await expect(page.getByText('The file that is there grants access on any machine')).toBeVisible()
    },
  },
  {
    name: 'give-http',
    snapshot: () => full(),
    prepare: adc({}),
    reach: async (page) => {
      await give(page)
      await page.getByRole('radio', { name: /Any program, over HTTP/ }).check()
      await page.getByRole('radio', { name: 'Only some of it' }).check()
    },
  },
  {
    name: 'give-done',
    snapshot: () => full(),
    prepare: adc({}),
    reach: async (page) => {
      await give(page)
      await page.getByRole('dialog').getByRole('button', { name: 'Give access' }).click()
      await expect(page.getByRole('heading', { name: 'Access given' })).toBeVisible()
    },
  },
  {
    name: 'take-back-all',
    snapshot: () => full(),
    reach: async (page) => {
      await programs(page)
      await page.getByRole('button', { name: 'Take back all…' }).click()
      await expect(page.getByRole('dialog')).toBeVisible()
    },
  },
]

lookAt(screens)
