/** Clients of every type, and the rows of access without a refresh token. */
import type { Snapshot } from '../../../electron/contract/views.ts'
import { ok } from '../../../electron/contract/outcome.ts'
import {
  sampleAccess,
  sampleAccessGrant,
  sampleAccount,
  sampleDeviceClient,
  sampleGrant,
  sampleSnapshot,
  sampleWebClient,
} from '../../support/sample-state.ts'
import { nav } from './looks.ts'
import { expect, rows, test } from './window.ts'

function withGrant(grant: ReturnType<typeof sampleGrant>): Snapshot {
  const clients = [sampleWebClient()]
  const account = sampleAccount(0, clients, { grants: [grant], next: null, needs: [] })
  return sampleSnapshot(0, { clients, accounts: [account] })
}

test('the type is changed only where the file left it open', async ({ page, open }) => {
  const double = await open(sampleSnapshot(0, { clients: [sampleDeviceClient(0), sampleWebClient(1)] }))
  await nav(page, 'Clients')
  await page.getByRole('combobox', { name: 'Type', exact: true }).selectOption('Desktop app')
  await expect
    .poll(() => double.callsOf('clients.update'))
    .toEqual([{ clientId: sampleDeviceClient(0).clientId, type: 'installed' }])
  await rows(page, { name: /Shop backend/ }).click()
  await expect(page.getByRole('heading', { name: 'Shop backend' })).toBeVisible()
  await expect(page.getByRole('combobox', { name: 'Type', exact: true })).toBeHidden()
})

test('how a client proves itself stands under Advanced', async ({ page, open }) => {
  const double = await open(sampleSnapshot(0, { clients: [sampleWebClient()] }))
  await nav(page, 'Clients')
  const choice = page.getByRole('combobox', { name: 'How the client proves itself' })
  await expect(choice).toBeHidden()
  await page.getByText('Advanced').click()
  await choice.selectOption('In a header (Basic)')
  await expect
    .poll(() => double.callsOf('clients.update'))
    .toEqual([{ clientId: sampleWebClient().clientId, authentication: 'basic' }])
})

test('a web client tells what can be done at each registered address', async ({ page, open }) => {
  await open(sampleSnapshot(0, { clients: [sampleWebClient()] }))
  await nav(page, 'Clients')
  const address = (uri: string) => page.getByRole('listitem').filter({ hasText: uri }).last()
  await expect(address('http://127.0.0.1:8080/callback')).toContainText('Latchkey takes the answer here')
  await expect(address('https://shop.example.org/oauth2/callback')).toContainText('Paste the address back')
})

test('a key file that was dropped leads to its account', async ({ page, open }) => {
  const snapshot = sampleSnapshot(2)
  await open(snapshot, {
    prepare: (double) =>
      double.answerWith({
        'clients.importClipboard': () =>
          ok({
            kind: 'service-account',
            accountId: 'account-00000001',
            keyId: 'key-00000001',
            outcome: 'key-added',
          }),
      }),
  })
  await nav(page, 'Clients')
  await page.getByRole('button', { name: 'Add client' }).click()
  await page.getByRole('button', { name: 'Paste from clipboard' }).click()
  await expect(page.getByText('Another key of this service account was added.')).toBeVisible()
  await expect(page.getByRole('heading', { level: 1, name: 'ben.rao@gmail.com' })).toBeVisible()
})

test('access without a refresh token has minutes, no age and no gauge, and is repeated by hand', async ({
  page,
  open,
}) => {
  const double = await open(withGrant(sampleAccessGrant(sampleWebClient())))
  await expect(page.getByText('42 minutes left')).toBeVisible()
  await expect(rows(page).first()).toContainText('42 min left')
  await expect(page.getByRole('meter')).toBeHidden()
  await expect(page.getByRole('button', { name: 'Sign in again' })).toBeHidden()
  await page.getByRole('button', { name: 'Copy access token' }).click()
  await page.getByRole('button', { name: 'Repeat' }).click()
  const { clientId } = sampleWebClient()
  await expect
    .poll(() => double.callsOf('signIn.start'))
    .toMatchObject([{ clientId, accountId: 'account-00000000', way: 'client-side' }])
  expect(double.callsOf('accounts.copyAccessToken')).toEqual([{ accountId: 'account-00000000', clientId }])
})

test('access that ran out says so by itself, and has nothing left to copy or revoke once it is dropped', async ({
  page,
  open,
}) => {
  const double = await open(withGrant(sampleAccessGrant(sampleWebClient())))
  await expect(page.getByText('42 minutes left')).toBeVisible()
  double.change({ clockOffsetMs: 43 * 60_000 })
  await expect(page.getByText('It ran out at 22 Nov 2026 12:42.')).toBeVisible()
  await expect(rows(page).first()).toContainText('Ended')

  const [account] = withGrant(sampleAccessGrant(sampleWebClient(), { held: false })).accounts
  double.change({ accounts: { upsert: account ? [account] : [], remove: [] } })
  await expect(page.getByRole('button', { name: 'Copy access token' })).toBeHidden()
  await expect(page.getByRole('button', { name: 'Revoke at Google…' })).toBeHidden()
  await expect(page.getByRole('button', { name: 'Repeat' })).toBeEnabled()
})

test('access that a restart took out of memory is not said to have run out', async ({ page, open }) => {
  await open(withGrant(sampleAccessGrant(sampleWebClient(), { held: false })))
  await expect(page.getByText('Latchkey was started anew since then')).toBeVisible()
  await expect(page.getByText('It ran out')).toBeHidden()
})

test('a grant with refresh tokens and such access shows both', async ({ page, open }) => {
  await open(withGrant(sampleGrant(sampleWebClient(), { access: sampleAccess() })))
  await expect(page.getByRole('meter')).toBeVisible()
  await expect(page.getByText('42 minutes left')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Sign in again' })).toBeVisible()
})
