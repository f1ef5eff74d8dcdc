/** The screens of the other ways of signing in: addresses, codes, pasting, and access without a refresh token. */
import type { Page } from '@playwright/test'
import { fail } from '../../../electron/contract/outcome.ts'
import type { AccountView, ClientView, FlowView, Snapshot } from '../../../electron/contract/views.ts'
import {
  sampleAccess,
  sampleAccessGrant,
  sampleAccount,
  sampleClient,
  sampleDeviceClient,
  sampleFlow,
  sampleFlowElsewhere,
  sampleGrant,
  sampleNow,
  sampleSnapshot,
  sampleWebClient,
  sampleWebClientWithoutWay,
} from '../../support/sample-state.ts'
import type { Screen } from './looks.ts'
import { lookAt, nav } from './looks.ts'
import { expect } from './window.ts'

const withClients = (...clients: ClientView[]): Snapshot => sampleSnapshot(0, { clients })
const withFlows = (...flows: FlowView[]): Snapshot => sampleSnapshot(2, { flows })

const signIn = (page: Page): Promise<void> =>
  page.getByRole('button', { name: 'Sign in an account' }).first().click()
const openFlow = (page: Page): Promise<void> =>
  page.getByRole('list', { name: 'Sign-ins' }).getByRole('button').first().click()

function withAccess(change: Partial<AccountView>, ...grants: AccountView['grants']): Snapshot {
  const clients = [sampleWebClient(0), sampleClient(1)]
  return sampleSnapshot(0, {
    clients,
    accounts: [
      sampleAccount(0, clients, { grants, next: null, needs: [], ...change }),
      sampleAccount(1, clients),
    ],
  })
}

const ended = {
  health: { level: 'dead', reason: 'access-ended', at: sampleNow - 60_000, clock: null, cause: null },
} as const

const screens: Screen[] = [
  { name: 'sign-in-web', snapshot: () => withClients(sampleWebClient()), reach: signIn },
  {
    name: 'sign-in-client-side',
    snapshot: () => withClients(sampleWebClient()),
    reach: async (page) => {
      await signIn(page)
      await page.getByRole('radio', { name: 'Client-side, without refresh token' }).check()
    },
  },
  {
    name: 'sign-in-web-unregistered',
    snapshot: () => withClients(sampleWebClientWithoutWay()),
    reach: signIn,
  },
  {
    name: 'sign-in-device',
    snapshot: () => withClients(sampleDeviceClient()),
    reach: async (page) => {
      await signIn(page)
      await page.getByRole('button', { name: /^Gmail\b.*14/ }).click()
    },
  },
  { name: 'flow-elsewhere', snapshot: () => withFlows(sampleFlowElsewhere()), reach: openFlow },
  {
    name: 'flow-paste-refused',
    snapshot: () =>
      withFlows(
        sampleFlowElsewhere({
          way: 'paste',
          elsewhere: false,
          answer: { redirectUri: 'https://shop.example.org/oauth2/callback', forward: null, paste: true },
        }),
      ),
    prepare: (double) => double.answerWith({ 'signIn.paste': () => fail('paste-state-unknown') }),
    reach: async (page) => {
      await openFlow(page)
      await page.getByRole('button', { name: 'Paste the address' }).click()
      await expect(page.getByRole('alert')).toContainText('answers no sign-in')
    },
  },
  {
    name: 'flow-bring-answer',
    snapshot: () =>
      withFlows(
        sampleFlow(
          { kind: 'waiting', notice: null },
          { answer: { redirectUri: 'http://127.0.0.1:45671/', forward: null, paste: true } },
        ),
      ),
    reach: async (page) => {
      await openFlow(page)
      await page.getByText('Is the browser on another computer?').click()
    },
  },
  {
    name: 'client-web',
    snapshot: () => withClients(sampleWebClient()),
    reach: (page) => nav(page, 'Clients'),
  },
  {
    name: 'client-web-unregistered',
    snapshot: () => withClients(sampleWebClientWithoutWay()),
    reach: (page) => nav(page, 'Clients'),
  },
  {
    name: 'client-device',
    snapshot: () => withClients(sampleDeviceClient(), sampleWebClient(1)),
    reach: (page) => nav(page, 'Clients'),
  },
  { name: 'account-access', snapshot: () => withAccess({}, sampleAccessGrant(sampleWebClient(0))) },
  {
    name: 'account-access-ended',
    snapshot: () =>
      withAccess(
        ended,
        sampleAccessGrant(sampleWebClient(0), { expiresAt: sampleNow - 60_000, held: false }),
      ),
  },
  {
    name: 'account-access-and-tokens',
    snapshot: () => withAccess({}, sampleGrant(sampleWebClient(0), { access: sampleAccess() })),
  },
]

lookAt(screens)
