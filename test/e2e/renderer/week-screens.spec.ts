/** How the week, the settings, the life of a client and what can be caused in practice look. */
import { appError, ok } from '../../../electron/contract/outcome.ts'
import type { Snapshot } from '../../../electron/contract/views.ts'
import {
  dayMs,
  hourMs,
  sampleClient,
  sampleClock,
  sampleFlow,
  sampleNeed,
  sampleNow,
  samplePractice,
  sampleSnapshot,
} from '../../support/sample-state.ts'
import type { Screen } from './looks.ts'
import { lookAt, nav } from './looks.ts'
import { expect } from './window.ts'

/** Twelve accounts of which seven need somebody: now, today, tomorrow and later, and one for another reason. */
function busyWeek(change: Partial<Snapshot> = {}): Snapshot {
  const base = sampleSnapshot(12)
  const dues = [null, sampleNow - hourMs, sampleNow + hourMs, sampleNow + 26 * hourMs, sampleNow + 5 * dayMs]
  const accounts = base.accounts.map((account, index) => {
    const by = dues[index]
    const grant = account.grants[0]
    const token = grant?.tokens[0]
    if (!grant || !token || by === undefined) return account
    return {
      ...account,
      needs: [
        by === null
          ? sampleNeed(token, grant.clientId, {
              ...{ by, reason: 'client-broken', clock: null, cause: null, renewable: false },
            })
          : sampleNeed(token, grant.clientId, { by }),
      ],
    }
  })
  return { ...base, accounts, ...change }
}

const screens: Screen[] = [
  { name: 'week', snapshot: () => busyWeek(), reach: (page) => nav(page, 'This week') },
  {
    name: 'week-empty',
    snapshot: () => {
      const base = sampleSnapshot(3)
      return { ...base, accounts: base.accounts.map((account) => ({ ...account, needs: [] })) }
    },
    reach: (page) => nav(page, 'This week'),
  },
  {
    name: 'week-full',
    snapshot: () => sampleSnapshot(1000),
    reach: (page) => nav(page, 'This week'),
  },
  {
    name: 'week-sitting',
    snapshot: () => busyWeek(),
    prepare: (double) => double.answerWith({ 'signIn.start': () => ok({ flowId: 'flow-00000001' }) }),
    reach: async (page, double) => {
      await nav(page, 'This week')
      await page.getByRole('button', { name: 'Renew all' }).click()
      const [first] = double.callsOf('signIn.start')
      double.change({
        flows: {
          upsert: [
            sampleFlow(
              { kind: 'failed', error: appError('sign-in-timeout', { minutes: 5 }) },
              { accountId: first?.accountId ?? null, clientId: first?.clientId ?? '' },
            ),
          ],
          remove: [],
        },
      })
      await expect(page.getByRole('button', { name: /^Next:/ })).toBeFocused()
    },
  },
  {
    name: 'settings-network',
    snapshot: () => {
      const base = sampleSnapshot(3)
      const settings = {
        ...base.settings,
        checkEvery: 'never' as const,
        proxy: { kind: 'custom' as const, address: 'http://proxy.example.org:3128' },
        caFile: '/usr/local/share/ca-certificates/company-root-and-intermediate-2026.pem',
      }
      return { ...base, settings }
    },
    prepare: (double) => double.answerWith({ 'settings.listBrowsers': () => ok([]) }),
    reach: async (page) => {
      await nav(page, 'Settings')
      await page.getByRole('textbox', { name: 'Proxy address' }).fill('not an address')
      await page.getByRole('button', { name: 'Save' }).click()
      await page.getByRole('heading', { name: 'Further certificate authorities' }).scrollIntoViewIfNeeded()
    },
  },
  {
    name: 'client-refused',
    snapshot: () =>
      sampleSnapshot(1, {
        clients: [
          sampleClient(0, {
            retired: true,
            keepAlive: false,
            refusal: { at: sampleNow - 2 * hourMs, error: appError('client-deleted') },
            idleClock: sampleClock('client-idle', { at: sampleNow - 3 * dayMs }),
          }),
          sampleClient(1, { lastUsedAt: null, idleClock: null }),
        ],
      }),
    reach: async (page) => {
      await nav(page, 'Clients')
      await page.getByText('Mail tools').first().click()
      await page.getByRole('checkbox', { name: 'Keep alive' }).scrollIntoViewIfNeeded()
    },
  },
  {
    name: 'practice-cause',
    snapshot: () =>
      sampleSnapshot(3, {
        profile: 'practice',
        practice: samplePractice({ fault: 'busy' }),
      }),
    reach: async (page) => {
      await page.getByRole('button', { name: 'Fault: 429' }).click()
      await expect(page.getByRole('dialog')).toContainText('practice Google')
    },
  },
]

lookAt(screens)
