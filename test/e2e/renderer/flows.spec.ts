/** The other ways of signing in, from the choice to the end: what is asked of main, and what a person is told. */
import type { Page } from '@playwright/test'
import { appError, fail, ok } from '../../../electron/contract/outcome.ts'
import type { ClientView, FlowStep, FlowView, Snapshot } from '../../../electron/contract/views.ts'
import {
  sampleClient,
  sampleCode,
  sampleDeviceClient,
  sampleFlow,
  sampleFlowElsewhere,
  sampleNow,
  sampleSnapshot,
  sampleSteps,
  sampleWebClient,
  sampleWebClientWithoutWay,
} from '../../support/sample-state.ts'
import { expect, test } from './window.ts'

const identity = ['openid', 'email', 'profile']
const withClients = (...clients: ClientView[]): Snapshot => sampleSnapshot(0, { clients })
const withFlow = (flow: FlowView): Snapshot => sampleSnapshot(1, { flows: [flow] })

const signIn = (page: Page): Promise<void> =>
  page.getByRole('button', { name: 'Sign in an account' }).first().click()
const openFlow = (page: Page): Promise<void> =>
  page.getByRole('list', { name: 'Sign-ins' }).getByRole('button').first().click()

function stepOf(name: string): FlowStep {
  const step = sampleSteps()[name]
  if (!step) throw new Error(`no such step: ${name}`)
  return step
}

async function runFromPalette(page: Page, text: string): Promise<void> {
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('combobox', { name: 'What do you want to do?' })).toBeFocused()
  await page.keyboard.type(text)
  await expect(page.getByRole('dialog').getByRole('option').first()).toContainText(text)
  await page.keyboard.press('Enter')
}

test('the usual way of a client is not named to main, another one is', async ({ page, open }) => {
  const double = await open(withClients(sampleWebClient()))
  const { clientId } = sampleWebClient()
  await signIn(page)
  await expect(page.getByText('http://127.0.0.1:8080/callback')).toBeVisible()
  await page.getByRole('button', { name: 'Open browser' }).click()
  await page.getByRole('radio', { name: 'Client-side, without refresh token' }).check()
  await expect(page.getByText('No refresh token will be kept.')).toBeVisible()
  await expect(page.getByText('into the keychain')).toBeHidden()
  // What the double said to the first one lies over the button.
  await page.getByRole('button', { name: 'Open browser' }).press('Enter')
  await expect
    .poll(() => double.callsOf('signIn.start'))
    .toEqual([
      { clientId, scopes: identity, accountId: null },
      { clientId, scopes: identity, accountId: null, way: 'client-side' },
    ])
})

test('a registered address is chosen where several fit the way', async ({ page, open }) => {
  const double = await open(withClients(sampleWebClient()))
  await signIn(page)
  await expect(page.getByRole('combobox', { name: 'Registered address to use' })).toBeHidden()
  await page.getByRole('radio', { name: 'Paste the address back' }).check()
  await page
    .getByRole('combobox', { name: 'Registered address to use' })
    .selectOption('https://shop.example.org/oauth2/callback')
  await page.getByRole('button', { name: 'Open browser' }).click()
  await expect
    .poll(() => double.callsOf('signIn.start'))
    .toEqual([
      {
        clientId: sampleWebClient().clientId,
        scopes: identity,
        accountId: null,
        way: 'paste',
        redirectUri: 'https://shop.example.org/oauth2/callback',
      },
    ])
})

test('without a browser here the sign-in says so to main and opens none', async ({ page, open }) => {
  const double = await open(sampleSnapshot(0, { clients: [sampleWebClient()] }))
  await signIn(page)
  await page.getByRole('checkbox', { name: 'No browser on this computer' }).check()
  await page.getByRole('button', { name: 'Continue' }).click()
  await expect.poll(() => double.callsOf('signIn.start')).toMatchObject([{ elsewhere: true }])
})

test('a device is offered every scope, and those that Google does not allow there cannot be ticked', async ({
  page,
  open,
}) => {
  const double = await open(withClients(sampleDeviceClient()))
  await signIn(page)
  await expect(page.getByRole('checkbox', { name: 'No browser on this computer' })).toBeHidden()
  await expect(page.getByRole('button', { name: 'Gmail: read' })).toBeDisabled()
  await page.getByRole('searchbox', { name: 'Search scopes' }).fill('gmail.readonly')
  const gmail = page.getByRole('checkbox', { name: /gmail\.readonly/ })
  await expect(gmail).toBeDisabled()
  await expect(gmail).toHaveAccessibleName(/Not for devices/)
  await page.getByRole('searchbox', { name: 'Search scopes' }).fill('youtube.readonly')
  await page.getByRole('checkbox', { name: /youtube\.readonly/ }).check()
  await page
    .getByRole('textbox', { name: 'A scope that is not in the list' })
    .fill('https://www.googleapis.com/auth/calendar')
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await expect(page.getByText('Not for devices').last()).toBeVisible()
  await page.getByRole('button', { name: 'Get a code' }).click()
  await expect
    .poll(() => double.callsOf('signIn.start'))
    .toEqual([
      {
        clientId: sampleDeviceClient().clientId,
        scopes: [...identity, 'https://www.googleapis.com/auth/youtube.readonly'],
        accountId: null,
      },
    ])
})

test('scopes chosen for another client are left out by the person before a device asks', async ({
  page,
  open,
}) => {
  const double = await open(withClients(sampleWebClient(0), sampleDeviceClient(1)))
  await signIn(page)
  await page.getByRole('button', { name: 'Gmail: read' }).click()
  await page.getByRole('combobox', { name: 'Client' }).selectOption(sampleDeviceClient(1).clientId)
  await expect(page.getByText('1 chosen scope cannot be asked for on a device')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Get a code' })).toBeDisabled()
  await page.getByRole('button', { name: 'Leave them out' }).click()
  await page.getByRole('button', { name: 'Get a code' }).click()
  await expect.poll(() => double.callsOf('signIn.start')).toMatchObject([{ scopes: identity }])
})

test('a client without an address says what to register, ready to copy', async ({ page, open }) => {
  const double = await open(withClients(sampleWebClientWithoutWay()))
  await signIn(page)
  await expect(page.getByText('This client cannot sign in from here yet')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Open browser' })).toBeHidden()
  await page.getByRole('button', { name: 'Copy: Authorized redirect URI' }).click()
  await page.getByRole('button', { name: 'Open Google Cloud Console' }).click()
  await expect.poll(() => double.callsOf('app.copyText')).toEqual([{ text: 'http://127.0.0.1:8765/' }])
  await expect.poll(() => double.callsOf('app.openLink')).toEqual([{ link: 'cloud-clients' }])
})

test('a device code is shown, spelled, drawn for a camera and copied', async ({ page, open }) => {
  const double = await open(withFlow(sampleFlow(sampleCode('GQVQ-JKEC'), { way: 'device' })))
  await openFlow(page)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Enter this code on another device')
  await expect(page.getByText('The code: G Q V Q - J K E C')).toBeAttached()
  await expect(
    page.getByRole('img', { name: /^QR code of https:\/\/www\.google\.com\/device\?user_code=GQVQ-JKEC/ }),
  ).toBeVisible()
  await page.getByRole('button', { name: 'Copy code' }).click()
  await page.getByRole('button', { name: 'Copy: The address where the code is entered' }).click()
  await page.getByRole('button', { name: 'Open here' }).click()
  await page.getByRole('button', { name: 'Cancel sign-in' }).click()
  await expect
    .poll(() => double.callsOf('app.copyText'))
    .toEqual([{ text: 'GQVQ-JKEC' }, { text: 'https://www.google.com/device' }])
  expect(double.callsOf('signIn.openAgain')).toHaveLength(1)
  await expect.poll(() => double.callsOf('signIn.cancel')).toHaveLength(1)
})

for (const width of [1200, 360, 180]) {
  test(`fifteen wide letters stay whole and inside a window of ${width} pixels`, async ({ page, open }) => {
    await page.setViewportSize({ width, height: 800 })
    await open(withFlow(sampleFlow(sampleCode('WWWWWWWWWWWWWWW'), { way: 'device' })))
    await runFromPalette(page, 'Show sign-in')
    const code = page.locator('p.code')
    await expect(code).toBeVisible()
    const { lines, left, right, size } = await code.locator('span').evaluate((span) => ({
      lines: span.getClientRects().length,
      left: span.getBoundingClientRect().left,
      right: span.getBoundingClientRect().right,
      size: parseFloat(getComputedStyle(span).fontSize),
    }))
    expect(lines).toBe(1)
    expect(left).toBeGreaterThanOrEqual(0)
    expect(right).toBeLessThanOrEqual(width)
    // Half of the width at 200 % zoom: what is seen is twice as large.
    expect(size).toBeGreaterThanOrEqual(width === 180 ? 10 : 20)
  })
}

test('a pasted address is read by main alone, and what it refuses is said where it was pasted', async ({
  page,
  open,
}) => {
  const double = await open(withFlow(sampleFlowElsewhere()), {
    prepare: (made) => made.answerWith({ 'signIn.paste': () => fail('paste-state-unknown') }),
  })
  await openFlow(page)
  const zone = page.getByRole('button', { name: 'Paste the address' })
  await zone.focus()
  await zone.evaluate((element) => {
    const clipboardData = new DataTransfer()
    clipboardData.setData('text/plain', 'http://127.0.0.1:45671/?code=4/0AbC&state=s')
    element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
  })
  await expect(page.getByRole('alert')).toContainText('answers no sign-in that was started here')
  expect(double.callsOf('signIn.paste')).toEqual([{ flowId: 'flow-00000001' }])
  expect(await page.content()).not.toContain('4/0AbC')

  double.answerWith({ 'signIn.paste': () => ok(null) })
  await page.keyboard.press('Enter')
  await expect.poll(() => double.callsOf('signIn.paste').length).toBe(2)
  await expect(page.getByRole('alert')).toHaveText('')
})

test('the link and the ssh command are copied, and nothing offers to open a browser here', async ({
  page,
  open,
}) => {
  const double = await open(withFlow(sampleFlowElsewhere()))
  await openFlow(page)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Waiting for the answer…')
  await expect(page.getByRole('timer')).toHaveText('59:00')
  await expect(page.getByRole('button', { name: 'Open again' })).toBeHidden()
  await page.getByRole('button', { name: 'Copy link' }).click()
  await page.getByRole('button', { name: 'Copy: The ssh command' }).click()
  await expect.poll(() => double.callsOf('signIn.copyLink')).toEqual([{ flowId: 'flow-00000001' }])
  await expect
    .poll(() => double.callsOf('app.copyText'))
    .toEqual([{ text: 'ssh -N -L 45671:127.0.0.1:45671 asha@build-7.example.org' }])
})

test('a browser that turns out to be elsewhere can be helped by hand, and not before', async ({
  page,
  open,
}) => {
  const answer = { redirectUri: 'http://127.0.0.1:45671/', forward: null, paste: true }
  const double = await open(withFlow(sampleFlow({ kind: 'waiting', notice: null }, { answer })))
  await openFlow(page)
  const paste = (): Promise<void> =>
    page.evaluate(() => {
      document.body.dispatchEvent(new ClipboardEvent('paste', { bubbles: true, cancelable: true }))
    })
  await paste()
  await page.getByText('Is the browser on another computer?').click()
  await expect(page.getByRole('button', { name: 'Paste the address' })).toBeVisible()
  await paste()
  await expect.poll(() => double.callsOf('signIn.paste').length).toBe(1)
})

test('the palette pastes the address of a sign-in and shows what came of it', async ({ page, open }) => {
  const answer = { redirectUri: 'http://127.0.0.1:45671/', forward: null, paste: true }
  const double = await open(withFlow(sampleFlow({ kind: 'waiting', notice: null }, { answer })), {
    prepare: (made) => made.answerWith({ 'signIn.paste': () => fail('paste-empty') }),
  })
  await runFromPalette(page, 'Paste the address')
  await expect(page.getByRole('alert')).toContainText('The clipboard holds no text.')
  expect(double.callsOf('signIn.paste')).toEqual([{ flowId: 'flow-00000001' }])
})

test('a busy port is named with its program, and goes on by itself', async ({ page, open }) => {
  const double = await open(withFlow(sampleFlow(stepOf('port-busy'), { way: 'redirect' })))
  await openFlow(page)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Waiting for port 8080 to become free…')
  await expect(page.getByText('node holds port 8080')).toBeVisible()
  double.change({
    flows: { upsert: [sampleFlow({ kind: 'opening-browser' }, { way: 'redirect' })], remove: [] },
  })
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Opening the browser…')
  await expect(page.getByText('node holds port 8080')).toBeHidden()
})

test('access without a refresh token says when it ends instead of counting tokens', async ({
  page,
  open,
}) => {
  await open(withFlow(sampleFlow(stepOf('done-access'), { way: 'client-side' })))
  await openFlow(page)
  await expect(page.getByText('This access ends at 13:00')).toBeVisible()
  await expect(page.getByText('60 minutes left')).toBeVisible()
  await expect(page.getByText(/tokens of this account and client are live/)).toBeHidden()
})

test('what is pasted while a dialog is open is not taken for the answer', async ({ page, open }) => {
  const double = await open(withFlow(sampleFlowElsewhere()), {
    prepare: (made) => made.answerWith({ 'clients.importClipboard': () => fail('client-token-file') }),
  })
  await openFlow(page)
  await runFromPalette(page, 'Add client')
  await expect(page.getByRole('dialog', { name: 'Add client' })).toBeVisible()
  await page.evaluate(() => {
    const target = document.activeElement ?? document.body
    target.dispatchEvent(new ClipboardEvent('paste', { bubbles: true, cancelable: true }))
  })
  await expect.poll(() => double.callsOf('clients.importClipboard').length).toBe(1)
  await expect(page.getByRole('dialog').getByRole('alert')).toContainText('holds a token')
  expect(double.callsOf('signIn.paste')).toEqual([])
})

test('without a browser here nothing says that one opens', async ({ page, open }) => {
  await open(sampleSnapshot(0, { clients: [sampleClient()] }))
  await signIn(page)
  await expect(page.getByText(/browser opens/)).toHaveCount(2)
  await page.getByRole('checkbox', { name: 'No browser on this computer' }).check()
  await expect(page.getByText(/browser opens/)).toHaveCount(0)
  await expect(page.getByText(/You copy a link for a browser on another computer/)).toHaveCount(2)
})

test('the ssh command stands where it has to be typed: before signing in', async ({ page, open }) => {
  await open(withFlow(sampleFlowElsewhere()))
  await openFlow(page)
  const steps = page.getByRole('main').getByRole('listitem')
  await expect(steps.filter({ hasText: 'Copy the link' })).toContainText('ssh -N -L 45671')
  await expect(steps.filter({ hasText: 'Bring the answer back' })).not.toContainText('ssh -N')
})

test('a device that cannot ask for a while says that it goes on, not that anybody should try again', async ({
  page,
  open,
}) => {
  const step = { ...sampleCode('GQVQ-JKEC'), notice: appError('network-offline') }
  await open(withFlow(sampleFlow(step)))
  await openFlow(page)
  await expect(page.getByText(appError('network-offline').message)).toBeVisible()
  await expect(page.getByText(/goes on asking by itself, and the code stays valid/)).toBeVisible()
  await expect(page.getByText(/try again/)).toHaveCount(0)
})

test('what to register ends with bringing the file again', async ({ page, open }) => {
  await open(withClients(sampleWebClientWithoutWay()))
  await signIn(page)
  await page.getByRole('button', { name: 'Bring the client file again' }).click()
  await expect(page.getByRole('dialog', { name: 'Add client' })).toBeVisible()
})

test('a sign-in that failed starts again the same way', async ({ page, open }) => {
  const failed = sampleFlow(stepOf('failed'), {
    ...{ way: 'paste', elsewhere: true, startedAt: sampleNow },
    redirectUri: 'https://shop.example.org/oauth2/callback',
  })
  const double = await open(withFlow(failed))
  await openFlow(page)
  await page.getByRole('button', { name: 'Start again' }).click()
  await expect
    .poll(() => double.callsOf('signIn.start'))
    .toMatchObject([
      { way: 'paste', elsewhere: true, redirectUri: 'https://shop.example.org/oauth2/callback' },
    ])
})

test('the palette begins a sign-in with the way that it names', async ({ page, open }) => {
  await open(withClients(sampleWebClient()))
  await runFromPalette(page, 'Sign in: Client-side, without refresh token')
  await expect(page.getByRole('radio', { name: 'Client-side, without refresh token' })).toBeChecked()
})
