import type { Page } from '@playwright/test'
import { appError, fail, ok } from '../../../electron/contract/outcome.ts'
import { sampleInspection } from '../../support/sample-revocation.ts'
import { hourMs, sampleClient, sampleNow, sampleSnapshot } from '../../support/sample-state.ts'
import { expect, test } from './window.ts'

const accountId = 'account-00000000'
const { clientId } = sampleClient()

async function inspect(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'More for Mail tools' }).click()
  await page.getByRole('menuitem', { name: 'Inspect access token' }).click()
}

test('what Google says of an access token stands beside what is believed, with sizes against the limits', async ({
  page,
  open,
}) => {
  const double = await open(sampleSnapshot(1), {
    prepare: (prepared) => prepared.answerWith({ 'grants.inspect': () => ok(sampleInspection()) }),
  })
  await inspect(page)
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByText('Google says what Latchkey believes')).toBeVisible()
  await expect(dialog.getByRole('row', { name: /^Made for/ })).toContainText('same')
  await expect(dialog.getByText('5 scopes, the same on both sides')).toBeVisible()
  await expect(dialog.getByRole('meter', { name: 'Access token: 254 of 2048 bytes' })).toBeVisible()
  await expect(dialog.getByRole('meter', { name: 'Refresh token: 103 of 512 bytes' })).toBeVisible()
  expect(double.callsOf('grants.inspect')).toEqual([{ accountId, clientId }])
})

test('every difference is marked with a word and counted, and what was not told is none', async ({
  page,
  open,
}) => {
  const other = sampleClient(1).clientId
  const found = sampleInspection({
    audience: { told: other, believed: clientId, same: false },
    email: { told: null, believed: 'asha.rao@gmail.com', same: null },
    sameAccount: false,
    scopes: {
      told: ['openid', 'https://www.googleapis.com/auth/drive'],
      onlyTold: ['https://www.googleapis.com/auth/drive'],
      onlyBelieved: ['https://www.googleapis.com/auth/calendar'],
    },
  })
  await open(sampleSnapshot(2), {
    prepare: (prepared) => prepared.answerWith({ 'grants.inspect': () => ok(found) }),
  })
  await inspect(page)
  const dialog = page.getByRole('dialog')
  const row = (name: RegExp): ReturnType<Page['getByRole']> => dialog.getByRole('row', { name })
  await expect(dialog.getByText('4 differences between Google and Latchkey')).toBeVisible()
  await expect(row(/^Made for/)).toContainText('Calendar sync')
  await expect(row(/^Made for/)).toContainText('different')
  await expect(row(/^E-mail/)).toContainText('not told')
  await expect(row(/^Account/)).toContainText('another one')
  const only = dialog.getByRole('region', { name: 'Scopes' })
  await expect(only).toContainText(/Only Google says so.*drive.*Only Latchkey believes so.*calendar/s)
})

test('a refusal is told where it was asked and can be asked again', async ({ page, open }) => {
  let asked = 0
  await open(sampleSnapshot(1), {
    prepare: (prepared) =>
      prepared.answerWith({
        'grants.inspect': () => {
          asked += 1
          return asked === 1 ? fail('inspection-refused') : ok(sampleInspection())
        },
      }),
  })
  await inspect(page)
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByText(appError('inspection-refused').message)).toBeVisible()
  await expect(dialog.getByRole('button', { name: 'Copy access token' })).toBeDisabled()
  await dialog.getByRole('button', { name: 'Try again' }).click()
  await expect(dialog.getByText('Google says what Latchkey believes')).toBeVisible()
})

test('copying says until when the token works and that the clipboard is cleared', async ({ page, open }) => {
  const double = await open(sampleSnapshot(1), {
    prepare: (prepared) =>
      prepared.answerWith({
        'grants.inspect': () => ok(sampleInspection()),
        'accounts.copyAccessToken': () => ok({ expiresAt: sampleNow + hourMs }),
      }),
  })
  await inspect(page)
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByText('It works until 13:00. The clipboard is cleared after 60 s')).toBeVisible()
  await dialog.getByRole('button', { name: 'Copy access token' }).click()
  await expect.poll(() => double.callsOf('accounts.copyAccessToken')).toEqual([{ accountId, clientId }])
})
