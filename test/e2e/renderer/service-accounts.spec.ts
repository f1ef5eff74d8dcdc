/** Service accounts in the window: their place in the list, keys, tokens, and the way from one key to the next. */
import type { Page } from '@playwright/test'
import { appError, fail, ok } from '../../../electron/contract/outcome.ts'
import type { ServiceView } from '../../../electron/contract/service.ts'
import type { AccountView, Snapshot } from '../../../electron/contract/views.ts'
import {
  sampleKey,
  samplePracticeService,
  sampleServiceAccount,
  sampleServiceEmail,
  sampleServiceScopes,
} from '../../support/sample-service.ts'
import {
  dayMs,
  hourMs,
  sampleAccount,
  sampleClient,
  sampleNow,
  samplePractice,
  sampleSnapshot,
} from '../../support/sample-state.ts'
import type { Screen } from './looks.ts'
import { lookAt } from './looks.ts'
import { expect, rows, test } from './window.ts'

const accountId = 'account-service-1'
const oldKey = sampleKey(1)
const newKey = sampleKey(0, { lastUsedAt: null })
const path = '/home/asha/Downloads/mail-tools-481516-a8f20000.json'

function alone(service: Partial<ServiceView> = {}, change: Partial<AccountView> = {}): Snapshot {
  return sampleSnapshot(1, {
    clients: [sampleClient()],
    accounts: [sampleServiceAccount(service, { active: true, ...change })],
  })
}

const keyRow = (page: Page, start: string) =>
  page.getByRole('region', { name: 'Keys' }).getByRole('listitem', { name: new RegExp(`^Key ${start}`) })

test('it stands in the list of accounts, marked as what it is and found by its filter', async ({
  page,
  open,
}) => {
  await open(
    sampleSnapshot(2, {
      accounts: [sampleAccount(0, [sampleClient()]), sampleServiceAccount({ keys: [newKey, oldKey] })],
    }),
  )
  await expect(rows(page, { name: /nightly-backup.*Service account · 2 keys/ })).toBeVisible()
  await page.getByRole('combobox', { name: 'Show' }).selectOption({ label: 'Service accounts' })
  await expect(rows(page)).toHaveCount(1)
  await rows(page).first().click()
  await expect(page.getByRole('heading', { level: 1, name: sampleServiceEmail })).toBeVisible()
  await expect(page.getByText(/no refresh token, no limit of 100, and nothing/)).toBeVisible()
  await expect(page.getByRole('button', { name: 'Revoke at Google…' })).toHaveCount(0)
})

test('its number is copied whole, and a key by all of its name', async ({ page, open }) => {
  const double = await open(alone())
  await page.getByRole('button', { name: /Numeric id/ }).click()
  await page
    .getByRole('region', { name: 'Keys' })
    .getByRole('button', { name: /^Copy.*Key id/ })
    .click()
  await expect
    .poll(() => double.callsOf('app.copyText'))
    .toEqual([{ text: '104729481516234287001' }, { text: sampleKey().privateKeyId }])
})

test('of two keys the one that signs is marked, and the one that is 90 days old', async ({ page, open }) => {
  const old = sampleKey(1, { createdAt: sampleNow - 91 * dayMs, oldAt: sampleNow - dayMs })
  await open(alone({ keys: [newKey, old], signingKeyId: old.keyId }))
  await expect(keyRow(page, 'b8f2').getByText('Signs')).toBeVisible()
  await expect(keyRow(page, 'b8f2').getByText('Old', { exact: true })).toBeVisible()
  await expect(keyRow(page, 'a8f2').getByText('Signs')).toHaveCount(0)
  await expect(keyRow(page, 'a8f2')).toContainText('not tried yet')
})

test('what Google said of a key stands beside it, once, with what to do', async ({ page, open }) => {
  const error = appError('service-key-refused')
  const refused = sampleKey(0, { refusal: { at: sampleNow - hourMs, error } })
  await open(alone({ keys: [refused], signingKeyId: null }), {
    prepare: (prepared) => prepared.answerWith({ 'service.tryKey': () => ({ ok: false, error }) }),
  })
  await page.getByRole('button', { name: /^Try: Key/ }).click()
  await expect(page.getByText(error.message)).toHaveCount(1)
  await expect(page.getByText('No key here can sign. Bring one below.')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Copy access token' })).toBeDisabled()
})

test('a try that never reached Google is told beside the key too', async ({ page, open }) => {
  await open(alone(), {
    prepare: (prepared) => prepared.answerWith({ 'service.tryKey': () => fail('network-offline') }),
  })
  await page.getByRole('button', { name: /^Try: Key/ }).click()
  await expect(keyRow(page, 'a8f2').getByRole('alert')).toContainText(appError('network-offline').message)
})

test('a try that never reached Google is forgotten once Google took the key', async ({ page, open }) => {
  const double = await open(alone(), {
    prepare: (prepared) => prepared.answerWith({ 'service.tryKey': () => fail('network-offline') }),
  })
  await page.getByRole('button', { name: /^Try: Key/ }).click()
  const alert = keyRow(page, 'a8f2').getByRole('alert')
  await expect(alert).toContainText(appError('network-offline').message)
  const keys = [sampleKey(0, { lastUsedAt: sampleNow })]
  double.change({
    accounts: { upsert: [sampleServiceAccount({ keys }, { active: true })], remove: [] },
  })
  await expect(alert).toHaveText('')
})

test('the palette does not lead to a page at Google that a service account has not', async ({
  page,
  open,
}) => {
  const account = sampleServiceAccount({}, { active: true })
  await open(sampleSnapshot(1, { accounts: [account, sampleAccount(1, [sampleClient()])] }))
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').getByRole('combobox').fill('Manage at Google')
  const found = page.getByRole('dialog').getByRole('option', { name: /Manage at Google/ })
  await expect(found).toHaveCount(1)
  await expect(found).toContainText('ben.rao')
})

test('scopes and the person it acts as are saved together, with what an administrator enters', async ({
  page,
  open,
}) => {
  const double = await open(alone({ scopes: [] }))
  const section = page.getByRole('region', { name: 'What its tokens may do' })
  await expect(section.getByRole('button', { name: 'Save' })).toBeDisabled()
  await section.getByRole('button', { name: 'Cloud Platform' }).click()
  await section.getByLabel('Act as').fill('someone')
  await expect(section.getByText('Write the whole e-mail address.')).toBeVisible()
  await expect(section.getByRole('button', { name: 'Save' })).toBeDisabled()
  await section.getByLabel('Act as').fill('carla.rao@example.org')
  const entry = section.getByRole('group', { name: 'What an administrator must enter' })
  await expect(entry).toContainText('104729481516234287001')
  await entry.getByRole('button', { name: /OAuth scopes/ }).click()
  await entry.getByRole('button', { name: 'Open the Admin console' }).click()
  await section.getByRole('button', { name: 'Save' }).click()
  const scope = 'https://www.googleapis.com/auth/cloud-platform'
  await expect
    .poll(() => double.callsOf('service.configure'))
    .toEqual([{ accountId, scopes: [scope], subject: 'carla.rao@example.org' }])
  expect(double.callsOf('app.copyText')).toEqual([{ text: scope }])
  expect(double.callsOf('app.openLink')).toEqual([{ link: 'admin-delegation' }])
})

test('the list for an administrator has commas, and what is probably not registered is named', async ({
  page,
  open,
}) => {
  const subject = 'carla.rao@example.org'
  const error = appError('service-delegation-refused', { subject })
  const double = await open(
    alone({
      subject,
      refusal: { at: sampleNow - hourMs, error, unregistered: [sampleServiceScopes[1] ?? ''] },
    }),
  )
  const section = page.getByRole('region', { name: 'What its tokens may do' })
  await expect(section.getByRole('alert')).toContainText(error.message)
  await expect(section.getByRole('alert')).toContainText(
    /Probably not registered:.*https:\/\/www\.googleapis\.com\/auth\/drive\.readonly/s,
  )
  await section.getByRole('button', { name: /OAuth scopes/ }).click()
  await expect.poll(() => double.callsOf('app.copyText')).toEqual([{ text: sampleServiceScopes.join(',') }])
})

test('leaving the choice without saving changes nothing and gives the keyboard back', async ({
  page,
  open,
}) => {
  const double = await open(alone())
  const section = page.getByRole('region', { name: 'What its tokens may do' })
  await section.getByRole('button', { name: 'Change…' }).click()
  await section.getByLabel('Act as').fill('carla.rao@example.org')
  await section.getByRole('button', { name: 'Cancel' }).click()
  await expect(section.getByRole('button', { name: 'Change…' })).toBeFocused()
  await expect(section.getByText('itself')).toBeVisible()
  expect(double.callsOf('service.configure')).toEqual([])
})

test('each of its three tokens is copied for what was typed, and says until when it works', async ({
  page,
  open,
}) => {
  const lasting = () => ok({ expiresAt: sampleNow + hourMs })
  const double = await open(alone(), {
    prepare: (prepared) =>
      prepared.answerWith({
        'service.copyAccessToken': lasting,
        'service.copyIdToken': lasting,
        'service.copySelfSigned': lasting,
      }),
  })
  await page.getByRole('button', { name: 'Copy access token' }).click()
  await expect(page.getByText('In the clipboard for a minute; works until 13:00.')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Copy ID token' })).toBeDisabled()
  await page.getByLabel('Address of the service').fill(' https://backup-abc.a.run.app ')
  await page.getByRole('button', { name: 'Copy ID token' }).click()
  await page.getByRole('button', { name: 'Copy self-signed token' }).click()
  await page.getByLabel('Address of the API').fill('https://pubsub.googleapis.com/')
  await page.getByRole('button', { name: 'Copy self-signed token' }).click()
  await expect.poll(() => double.callsOf('service.copySelfSigned').length).toBe(2)
  expect(double.callsOf('service.copyAccessToken')).toEqual([{ accountId }])
  expect(double.callsOf('service.copyIdToken')).toEqual([
    { accountId, audience: 'https://backup-abc.a.run.app' },
  ])
  expect(double.callsOf('service.copySelfSigned')).toEqual([
    { accountId, audience: null },
    { accountId, audience: 'https://pubsub.googleapis.com/' },
  ])
})

test('for somebody else it signs only what one API takes', async ({ page, open }) => {
  await open(alone({ subject: 'carla.rao@example.org' }))
  const copy = page.getByRole('button', { name: 'Copy self-signed token' })
  await expect(copy).toBeDisabled()
  await page.getByLabel('Address of the API').fill('https://pubsub.googleapis.com/')
  await expect(copy).toBeEnabled()
})

test('a key is replaced step by step, and where it stands is read from the keys', async ({ page, open }) => {
  const double = await open(alone({ keys: [oldKey] }), {
    prepare: (prepared) =>
      prepared.answerWith({
        'clients.pickFile': () =>
          ok({ kind: 'service-account', accountId, keyId: newKey.keyId, outcome: 'key-added' }),
        'service.tryKey': () => ok({ expiresAt: sampleNow + hourMs }),
      }),
  })
  const show = (keys: ServiceView['keys']): void =>
    double.change({
      accounts: { upsert: [sampleServiceAccount({ keys: [...keys] }, { active: true })], remove: [] },
    })
  const current = page.locator('[aria-current=step]')
  await page.getByText('Replace the key').click()
  await expect(current).toContainText('Bring a new key')
  await current.getByRole('button', { name: 'Choose key file…' }).click()
  await expect(page.getByText('Another key of this service account was added.')).toBeVisible()
  expect(double.callsOf('clients.pickFile')).toEqual([
    { acceptUncheckedSecret: false, forAccount: accountId },
  ])

  show([newKey, oldKey])
  await expect(current).toContainText('Try it')
  await current.getByRole('button', { name: 'Try the new key' }).click()
  await expect.poll(() => double.callsOf('service.tryKey')).toEqual([{ accountId, keyId: newKey.keyId }])

  show([sampleKey(0), oldKey])
  await expect(current).toContainText('Forget the old one here')
  await current.getByRole('button', { name: /^Forget key b8f2/ }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByRole('button', { name: 'Forget here' })).toBeDisabled()
  await dialog.getByRole('checkbox').check()
  await dialog.getByRole('button', { name: 'Forget here' }).click()
  await expect.poll(() => double.callsOf('service.forgetKey')).toEqual([{ accountId, keyId: oldKey.keyId }])

  show([sampleKey(0)])
  await expect(dialog).toHaveCount(0)
  await expect(current).toContainText('Delete the old one at Google')
  await expect(current).toContainText(oldKey.privateKeyId)
  await current.getByRole('button', { name: 'Open Service accounts in Google Cloud' }).click()
  await expect.poll(() => double.callsOf('app.openLink')).toEqual([{ link: 'service-accounts' }])
  await current.getByRole('button', { name: 'It is deleted there' }).click()
  await expect(page.getByText(oldKey.privateKeyId)).toHaveCount(0)
})

test('a key goes only where another one is known to work', async ({ page, open }) => {
  await open(alone({ keys: [newKey, oldKey] }))
  await expect(keyRow(page, 'b8f2').getByRole('button', { name: /^Forget here/ })).toBeDisabled()
  await expect(keyRow(page, 'a8f2').getByRole('button', { name: /^Forget here/ })).toBeEnabled()
})

test('the file is deleted in a deliberate step, and other places are named with what to do there', async ({
  page,
  open,
}) => {
  const double = await open(alone({ keys: [sampleKey(0, { file: path })] }), {
    prepare: (prepared) =>
      prepared.answerWith({
        'service.findCopies': () =>
          ok([
            { place: 'file', path, sure: true },
            { place: 'environment', path: '/etc/key.json', sure: false },
            { place: 'gcloud', path: '/home/asha/.config/gcloud/adc.json', sure: true },
          ]),
      }),
  })
  await expect(page.getByText('The key file can go now')).toBeVisible()
  await page.getByRole('button', { name: 'Delete the file…' }).click()
  const dialog = page.getByRole('dialog')
  const places = dialog.getByRole('region', { name: 'Where copies may lie' }).getByRole('listitem')
  await expect(places).toHaveCount(2)
  await expect(places.nth(0)).toContainText(/command line.*Found there.*gcloud auth revoke nightly-backup/s)
  await expect(places.nth(1)).toContainText(/GOOGLE_APPLICATION_CREDENTIALS.*May lie there/s)
  const remove = dialog.getByRole('button', { name: 'Delete the file', exact: true })
  await expect(remove).toBeDisabled()
  await dialog.getByRole('checkbox').check()
  await remove.click()
  await expect(dialog.getByText('The file is deleted.')).toBeVisible()
  double.change({ accounts: { upsert: [sampleServiceAccount({}, { active: true })], remove: [] } })
  await expect(dialog.getByText('The file is deleted.')).toBeVisible()
  expect(double.callsOf('service.deleteFile')).toEqual([{ accountId, keyId: sampleKey().keyId }])
  await expect.poll(() => double.callsOf('service.findCopies').length).toBe(2)
  await dialog.getByRole('button', { name: 'Close' }).last().click()
  await expect(page.getByText('The key file can go now')).toHaveCount(0)
})

test('a file that has changed meanwhile stays, and the dialog says why', async ({ page, open }) => {
  await open(alone({ keys: [sampleKey(0, { file: path })] }), {
    prepare: (prepared) =>
      prepared.answerWith({
        'service.findCopies': () => ok([]),
        'service.deleteFile': () => fail('key-file-changed'),
      }),
  })
  await page.getByRole('button', { name: 'Delete the file…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('checkbox').check()
  await dialog.getByRole('button', { name: 'Delete the file', exact: true }).click()
  await expect(dialog.getByRole('alert')).toContainText(appError('key-file-changed').message)
  await expect(dialog.getByText(path)).toBeVisible()
})

test('forgetting the account names its keys and says that Google keeps them', async ({ page, open }) => {
  const double = await open(alone({ keys: [newKey, oldKey] }), {
    prepare: (prepared) =>
      prepared.answerWith({
        'accounts.previewForget': () =>
          ok({ accounts: [{ accountId, email: sampleServiceEmail, tokens: 0, keys: 2 }], tokens: 0 }),
      }),
  })
  await page.getByRole('button', { name: 'Forget here…', exact: true }).first().click()
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText('the service account and 2 keys')
  await expect(dialog).toContainText(newKey.privateKeyId)
  await expect(dialog).toContainText(oldKey.privateKeyId)
  await expect(dialog).toContainText('the keys stay valid there until you delete them')
  await dialog.getByRole('checkbox', { name: 'Delete 2 keys from this machine' }).check()
  await dialog.getByRole('button', { name: 'Forget here' }).click()
  await expect.poll(() => double.callsOf('accounts.forget')).toEqual([{ accountId, tokens: 0, keys: 2 }])
})

test('nothing can be changed while the history is damaged', async ({ page, open }) => {
  await open({ ...alone({ keys: [sampleKey(0, { file: path })] }), readOnly: true })
  for (const name of [/^Try: Key/, /^Files…: Key/, 'Change…', 'Copy access token', 'Delete the file…'])
    await expect(page.getByRole('button', { name })).toBeDisabled()
})

test('the palette copies a token and brings a key', async ({ page, open }) => {
  const double = await open(alone(), {
    prepare: (prepared) =>
      prepared.answerWith({
        'service.copyAccessToken': () => ok({ expiresAt: sampleNow + hourMs }),
        'clients.pickFile': () => ok({ kind: 'cancelled' }),
      }),
  })
  for (const text of ['Copy access token: nightly', 'Bring a new key: nightly']) {
    await page.keyboard.press('Control+k')
    await expect(page.getByRole('combobox', { name: 'What do you want to do?' })).toBeFocused()
    await page.keyboard.type(text)
    await page.keyboard.press('Enter')
  }
  await expect.poll(() => double.callsOf('clients.pickFile').length).toBe(1)
  expect(double.callsOf('service.copyAccessToken')).toEqual([{ accountId }])
})

test('practice Google adds accounts and keys, switches them off and registers scopes', async ({
  page,
  open,
}) => {
  const double = await open({
    ...alone(),
    profile: 'practice',
    practice: samplePractice({ serviceAccounts: [samplePracticeService()] }),
  })
  await page.getByRole('button', { name: 'Cause…' }).click()
  const group = page.getByRole('dialog').getByRole('group', { name: 'Service accounts' })
  for (const name of [
    'Add a service account',
    'Create a further key',
    'Register its chosen scopes for delegation',
  ])
    await group.getByRole('button', { name }).click()
  const email = sampleServiceEmail
  await expect
    .poll(() => double.callsOf('practice.act'))
    .toEqual([
      { act: 'add-service-account' },
      { act: 'add-service-key', email },
      { act: 'delegate', email, scopes: sampleServiceScopes },
    ])
  await expect(page.getByRole('dialog').getByRole('status')).toHaveText(
    'The administrator registered 2 scopes.',
  )
})

const screens: Screen[] = [
  {
    name: 'account-service',
    snapshot: () =>
      alone({ keys: [sampleKey(0, { file: path })] }, { label: 'Nightly backup of everything' }),
  },
  {
    name: 'account-service-troubled',
    snapshot: () =>
      alone(
        {
          keys: [
            sampleKey(0, {
              refusal: { at: sampleNow - hourMs, error: appError('service-key-refused') },
            }),
            sampleKey(1, { standing: 'missing' }),
            sampleKey(3),
          ],
          subject: 'carla.rao@example.org',
          refusal: {
            at: sampleNow - hourMs,
            error: appError('service-delegation-refused', { subject: 'carla.rao@example.org' }),
            unregistered: sampleServiceScopes,
          },
        },
        {
          health: { level: 'soon', reason: 'refused', at: sampleNow - hourMs, clock: null, cause: null },
        },
      ),
  },
  {
    name: 'account-service-scopes',
    snapshot: () => alone({ scopes: [], subject: 'carla.rao@example.org' }),
    reach: (page) => page.getByRole('heading', { name: 'What its tokens may do' }).scrollIntoViewIfNeeded(),
  },
  {
    name: 'account-service-rotation',
    snapshot: () => alone({ keys: [sampleKey(0), oldKey] }),
    reach: (page) =>
      page
        .getByRole('button', { name: /^Forget key/ })
        .last()
        .scrollIntoViewIfNeeded(),
  },
  {
    name: 'account-service-list',
    snapshot: () =>
      sampleSnapshot(4, {
        accounts: [
          sampleAccount(0, [sampleClient()]),
          sampleAccount(1, [sampleClient()]),
          sampleServiceAccount({ keys: [newKey, oldKey] }),
          sampleServiceAccount(
            {},
            {
              accountId: 'account-service-2',
              email: 'reports@mail-tools-481516.iam.gserviceaccount.com',
              label: 'Reports',
              health: { level: 'soon', reason: 'key-old', at: null, clock: null, cause: null },
            },
          ),
        ],
      }),
    reach: async (page) => {
      await expect(rows(page)).toHaveCount(4)
    },
  },
  {
    name: 'account-service-file',
    snapshot: () => alone({ keys: [sampleKey(0, { file: path })] }),
    prepare: (double) =>
      double.answerWith({
        'service.findCopies': () =>
          ok(
            (
              [
                'downloads',
                'trash',
                'gcloud',
                'environment',
                'repository',
                'synced-folder',
                'backup',
              ] as const
            ).map((place, index) => ({
              place,
              path: index === 3 ? null : `/home/asha/somewhere/${place}/mail-tools-481516-a8f20000.json`,
              sure: index % 2 === 0,
            })),
          ),
      }),
    reach: async (page) => {
      await page.getByRole('button', { name: 'Delete the file…' }).click()
      await expect(page.getByRole('dialog')).toContainText('Found there')
    },
  },
  {
    name: 'account-service-practice',
    snapshot: () => ({
      ...alone(),
      profile: 'practice',
      practice: samplePractice({
        serviceAccounts: [samplePracticeService({ delegated: sampleServiceScopes })],
      }),
    }),
    reach: async (page) => {
      await page.getByRole('button', { name: 'Cause…' }).click()
      await page
        .getByRole('dialog')
        .getByRole('button', { name: 'Add a service account' })
        .scrollIntoViewIfNeeded()
    },
  },
]

lookAt(screens)
