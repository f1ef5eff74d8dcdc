/** Looking into a token from anywhere: main reads the clipboard, the window shows what it says, and keeps nothing. */
import type { Page } from '@playwright/test'
import type { ForeignInspection } from '../../../electron/contract/inspection.ts'
import { appError, fail, ok } from '../../../electron/contract/outcome.ts'
import type { ContractDouble } from '../../support/contract-double.ts'
import { sampleForeign } from '../../support/sample-service.ts'
import { sampleNow, sampleSnapshot } from '../../support/sample-state.ts'
import type { Screen } from './looks.ts'
import { lookAt } from './looks.ts'
import { expect, test } from './window.ts'

const answers = (found: ForeignInspection) => (double: ContractDouble) =>
  double.answerWith({ 'inspection.paste': () => ok(found) })

async function paste(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Inspect a token…' }).click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Press Ctrl\+V/ })
    .click()
}

test('a token for one of your clients is said to be yours, with what it may do and until when', async ({
  page,
  open,
}) => {
  const double = await open(sampleSnapshot(1), { prepare: answers(sampleForeign()) })
  await paste(page)
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByText('For you: made for your client Mail tools')).toBeVisible()
  await expect(dialog).toContainText(/Whose\s*asha\.rao@gmail\.com\s*among your accounts/)
  await expect(dialog).toContainText('22 Nov 2026 12:30')
  await expect(dialog.getByRole('region', { name: 'What it may do' })).toContainText('Gmail')
  expect(double.callsOf('inspection.paste')).toEqual([{}])
})

test('a token for another client is marked in words before anything else', async ({ page, open }) => {
  const audience = '999-other.apps.googleusercontent.com'
  await open(sampleSnapshot(1), {
    prepare: answers(sampleForeign({ audience, yourClient: null, yourAccount: null })),
  })
  await paste(page)
  const result = page.getByRole('dialog').getByRole('status')
  await expect(result).toHaveText(/^\s*Not for you: made for another client.*Kind/s)
  await expect(result).toContainText(audience)
})

test('an id token whose signature does not hold is not said to be yours', async ({ page, open }) => {
  await open(sampleSnapshot(1), {
    prepare: answers(sampleForeign({ kind: 'id-token', signature: 'invalid', scopes: null })),
  })
  await paste(page)
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByText('Not proven: the signature does not hold')).toBeVisible()
  await expect(dialog.getByText(/^For you/)).toHaveCount(0)
})

test('an id token that could not be checked is neither yours nor said to be forged', async ({
  page,
  open,
}) => {
  const idToken = { kind: 'id-token', scopes: null } as const
  const found = [
    sampleForeign({ ...idToken, signature: 'unchecked' }),
    sampleForeign({ ...idToken, signature: 'unknown-key' }),
    sampleForeign({ ...idToken, signature: 'valid', yourClient: null, yourService: true }),
  ]
  await open(sampleSnapshot(1), {
    prepare: (double) =>
      double.answerWith({ 'inspection.paste': () => ok(found.shift() ?? sampleForeign()) }),
  })
  await paste(page)
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByText('Not checked: the signature could not be checked now')).toBeVisible()
  await expect(dialog.getByText(/^For you|does not hold/)).toHaveCount(0)
  await dialog.getByRole('button', { name: /^Press Ctrl\+V/ }).click()
  await expect(dialog.getByText('Not proven: signed with a key that is not known')).toBeVisible()
  await expect(dialog.getByText(/^For you|does not hold/)).toHaveCount(0)
  await dialog.getByRole('button', { name: /^Press Ctrl\+V/ }).click()
  await expect(dialog.getByText('A token of your own service account')).toBeVisible()
  await expect(dialog).toContainText('valid, by the key of your service account')
  await expect(dialog.getByText(/^Not /)).toHaveCount(0)
})

test('one that has run out says since when', async ({ page, open }) => {
  await open(sampleSnapshot(1), {
    prepare: answers(
      sampleForeign({
        kind: 'id-token',
        signature: 'valid',
        scopes: null,
        expired: true,
        expiresAt: sampleNow - 7_200_000,
      }),
    ),
  })
  await paste(page)
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText(/Ran out\s*22 Nov 2026 10:00/)
  await expect(dialog).toContainText('valid, by Google’s keys')
})

test('pasting with the keys asks main and never looks at what is in the clipboard', async ({
  page,
  open,
}) => {
  const double = await open(sampleSnapshot(1), { prepare: answers(sampleForeign()) })
  await page.keyboard.press('Control+i')
  await expect(page.getByRole('dialog', { name: 'Inspect a token' })).toBeVisible()
  const looked = await page.evaluate(() => {
    let reads = 0
    const event = new ClipboardEvent('paste', { bubbles: true, cancelable: true })
    Object.defineProperty(event, 'clipboardData', { get: () => ((reads += 1), null) })
    ;(document.activeElement ?? document.body).dispatchEvent(event)
    return { reads, prevented: event.defaultPrevented }
  })
  expect(looked).toEqual({ reads: 0, prevented: true })
  await expect(page.getByText('For you: made for your client Mail tools')).toBeVisible()
  expect(double.callsOf('inspection.paste')).toEqual([{}])
})

for (const code of ['paste-refresh-token', 'paste-secret', 'foreign-token-unknown'] as const) {
  test(`${code} is told where it was pasted, and another one can follow`, async ({ page, open }) => {
    let asked = 0
    await open(sampleSnapshot(1), {
      prepare: (double) =>
        double.answerWith({
          'inspection.paste': () => ((asked += 1) === 1 ? fail(code) : ok(sampleForeign())),
        }),
    })
    await paste(page)
    const dialog = page.getByRole('dialog')
    await expect(dialog.getByRole('alert')).toContainText(appError(code).message)
    await dialog.getByRole('button', { name: /^Press Ctrl\+V/ }).click()
    await expect(dialog.getByText(/^For you/)).toBeVisible()
    await expect(dialog.getByRole('alert')).toBeEmpty()
  })
}

test('what is pasted into the palette in front of it stays there', async ({ page, open }) => {
  const double = await open(sampleSnapshot(1), { prepare: answers(sampleForeign()) })
  await page.keyboard.press('Control+i')
  await expect(page.getByRole('dialog', { name: 'Inspect a token' })).toBeVisible()
  await page.keyboard.press('Control+k')
  const field = page.getByRole('combobox', { name: 'What do you want to do?' })
  await expect(field).toBeFocused()
  const prevented = await field.evaluate((element) => {
    const event = new ClipboardEvent('paste', { bubbles: true, cancelable: true })
    element.dispatchEvent(event)
    return event.defaultPrevented
  })
  expect(prevented).toBe(false)
  expect(double.callsOf('inspection.paste')).toEqual([])
})

test('what was said goes with the dialog, also an answer that comes after it', async ({ page, open }) => {
  let answer: (() => void) | null = null
  await open(sampleSnapshot(1), {
    prepare: (double) =>
      double.answerWith({
        'inspection.paste': () =>
          new Promise((resolve) => {
            answer = () => resolve(ok(sampleForeign()))
          }),
      }),
  })
  await paste(page)
  await expect.poll(() => answer !== null).toBe(true)
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await page.getByRole('button', { name: 'Inspect a token…' }).click()
  ;(answer as (() => void) | null)?.()
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByRole('button', { name: /^Press Ctrl\+V/ })).toBeVisible()
  await page.waitForTimeout(200)
  await expect(dialog.getByText(/^For you/)).toHaveCount(0)
})

test('names from outside cannot turn the text around them', async ({ page, open }) => {
  await open(sampleSnapshot(1), {
    prepare: answers(sampleForeign({ audience: 'evil\u202Emoc.elgoog', yourClient: null })),
  })
  await paste(page)
  await expect(page.getByRole('dialog')).toContainText('evil[U+202E]moc.elgoog')
})

const shown = (name: string, found: ForeignInspection): Screen => ({
  name: `foreign-${name}`,
  snapshot: () => sampleSnapshot(3),
  prepare: answers(found),
  reach: async (page) => {
    await paste(page)
    await expect(page.getByRole('dialog').getByText('Kind')).toBeVisible()
  },
})

lookAt([
  {
    name: 'foreign-empty',
    snapshot: () => sampleSnapshot(3),
    reach: (page) => page.getByRole('button', { name: 'Inspect a token…' }).click(),
  },
  shown('yours', sampleForeign()),
  shown(
    'not-yours',
    sampleForeign({
      audience: '999000111222-abcdefghijklmnopqrstuvwxyz.apps.googleusercontent.com',
      authorizedParty: '999000111222-zyxwvutsrqponmlkjihgfedcba.apps.googleusercontent.com',
      yourClient: null,
      yourAccount: null,
      hostedDomain: 'example.org',
      email: 'carla.rao@example.org',
    }),
  ),
  shown(
    'forged',
    sampleForeign({
      ...{ kind: 'id-token', signature: 'unknown-key', scopes: null, accessType: null },
      ...{ issuedAt: sampleNow - 10_800_000, expiresAt: sampleNow - 7_200_000, expired: true },
    }),
  ),
  {
    name: 'foreign-secret',
    snapshot: () => sampleSnapshot(3),
    prepare: (double) => double.answerWith({ 'inspection.paste': () => fail('paste-refresh-token') }),
    reach: async (page) => {
      await paste(page)
      await expect(page.getByRole('alert').filter({ hasText: 'refresh token' })).toBeVisible()
    },
  },
])
