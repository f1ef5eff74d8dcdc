/** The pages in a real Chromium: policy, forms and redirects as a browser enforces them. */
import { existsSync } from 'node:fs'
import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import AxeBuilder from '@axe-core/playwright'
import type { Browser, Page } from '@playwright/test'
import { chromium } from '@playwright/test'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  asha,
  authUrl,
  furtherClient,
  refresh,
  sam,
  scopeUrl,
  signIn,
  usePractice,
  value,
} from './practice-world.ts'

const executablePath = process.env['LATCHKEY_CHROMIUM'] ?? '/usr/bin/chromium'
const twoScopes = `openid email ${scopeUrl}drive.file ${scopeUrl}calendar`

describe.skipIf(!existsSync(executablePath))('practice pages in Chromium', () => {
  const server = usePractice()
  let browser: Browser
  let app: Server
  let arrival: string

  beforeAll(async () => {
    app = createServer((_request, response) => response.end('arrived'))
    await new Promise<void>((resolve) => {
      app.listen(0, '127.0.0.1', resolve)
    })
    arrival = `http://127.0.0.1:${String((app.address() as AddressInfo).port)}/arrive`
    // Chromium refuses its own sandbox to root.
    const args = process.getuid?.() === 0 ? ['--no-sandbox'] : []
    browser = await chromium.launch({ executablePath, args })
  })
  afterAll(async () => {
    await browser.close()
    app.close()
  })

  async function withPage(
    use: (page: Page) => Promise<void>,
    colorScheme: 'light' | 'dark' = 'light',
  ): Promise<void> {
    const context = await browser.newContext({ colorScheme, locale: 'en-GB' })
    try {
      await use(await context.newPage())
    } finally {
      await context.close()
    }
  }

  async function findingsOf(page: Page): Promise<readonly string[]> {
    const { violations } = await new AxeBuilder({ page }).analyze()
    return violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(' ')}`)
  }

  const ask = (more: Readonly<Record<string, string | null>> = {}): string =>
    authUrl(server, { redirect_uri: arrival, scope: twoScopes, prompt: 'consent select_account', ...more })

  it('lead from the chooser over “Select all” back to the app with everything granted', async () => {
    await withPage(async (page) => {
      await page.goto(ask())
      await page.getByRole('button', { name: 'sam.field@gmail.test', exact: true }).click()
      await page.getByRole('button', { name: 'Select all', exact: true }).click()
      await page.getByRole('button', { name: 'Continue', exact: true }).click()
      await page.waitForURL(`${arrival}?**`)
      const scope = new URL(page.url()).searchParams.get('scope')
      expect(scope?.split(' ')).toEqual(expect.arrayContaining(twoScopes.split(' ')))
    })
  })

  it('send “Cancel” back as access_denied', async () => {
    await withPage(async (page) => {
      await page.goto(ask({ prompt: 'consent', login_hint: sam }))
      await page.getByRole('button', { name: 'Cancel', exact: true }).click()
      await page.waitForURL(`${arrival}?**`)
      expect(new URL(page.url()).searchParams.get('error')).toBe('access_denied')
    })
  })

  it('continue on Enter with what is ticked, from the keyboard alone', async () => {
    await withPage(async (page) => {
      await page.goto(ask({ prompt: 'consent', login_hint: sam }))
      await page.locator(`input[value="${scopeUrl}drive.file"]`).press('Space')
      await page.keyboard.press('Enter')
      await page.waitForURL(`${arrival}?**`)
      const scope = new URL(page.url()).searchParams.get('scope') ?? ''
      expect([scope.includes('drive.file'), scope.includes('calendar')]).toEqual([true, false])
    })
  })

  it('start anew when the person goes back after the end', async () => {
    await withPage(async (page) => {
      await page.goto(ask({ prompt: 'consent', login_hint: sam }))
      await page.getByRole('button', { name: 'Continue', exact: true }).click()
      await page.waitForURL(`${arrival}?**`)
      await page.goBack()
      // The pages are not stored: the browser asks again and gets a fresh one of the same request.
      await page.getByRole('button', { name: 'Continue', exact: true }).click()
      await page.waitForURL(`${arrival}?**`)
      expect(new URL(page.url()).searchParams.get('code')).toMatch(/^4\//)
    })
  })

  it('connect a device, from its code on, with a wrong one before', async () => {
    const tv = await furtherClient(server, 'same', 'device')
    const asked = await fetch(`${server.issuer}/device/code`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: tv.client_id, scope: `openid email ${scopeUrl}youtube` }),
    })
    const { user_code, verification_url } = (await asked.json()) as Record<string, string>
    await withPage(async (page) => {
      await page.goto(verification_url ?? '')
      await page.keyboard.type('WRONG')
      await page.keyboard.press('Enter')
      await page.getByRole('alert').getByText('No device is waiting for this code.').waitFor()
      expect(await findingsOf(page)).toEqual([])
      await page.getByRole('textbox', { name: 'Code', exact: true }).fill(user_code ?? '')
      await page.getByRole('button', { name: 'Next', exact: true }).click()
      await page.getByRole('button', { name: 'sam.field@gmail.test', exact: true }).click()
      await page.getByText('Manage your YouTube account').waitFor()
      await page.getByRole('button', { name: 'Continue', exact: true }).click()
      await page.getByRole('heading', { name: 'Device connected' }).waitFor()
      expect(await findingsOf(page)).toEqual([])
    })
  })

  it('bring a token in the fragment, which no server sees', async () => {
    const web = await furtherClient(server, 'same', 'web')
    const { origin } = new URL(arrival)
    value(await server.control.setRedirects({ redirectUris: [arrival], javascriptOrigins: [origin] }))
    await withPage(async (page) => {
      await page.goto(
        ask({ client_id: web.client_id, response_type: 'token', prompt: null, login_hint: sam }),
      )
      await page.getByRole('button', { name: 'Continue', exact: true }).click()
      await page.waitForURL(`${arrival}#**`)
      expect(new URLSearchParams(new URL(page.url()).hash.slice(1)).get('access_token')).toMatch(/^ya29\./)
    })
  })

  it('end the access of one app from the connections page, from choosing the account on', async () => {
    const token = (await signIn(server, { scope: twoScopes }, [`${scopeUrl}calendar`])).json['refresh_token']
    value(await server.control.mintElsewhere(asha, '77-x.apps.googleusercontent.com', 1))
    await withPage(async (page) => {
      await page.goto(`${server.issuer}/connections`)
      await page.getByRole('button', { name: 'asha.rao@gmail.test', exact: true }).click()
      const entry = page.getByRole('region', { name: 'Latchkey practice client' })
      await entry.getByText('See, change and share all your calendars').waitFor()
      await entry.getByRole('button', { name: 'Remove access', exact: true }).click()
      await page.getByRole('status').getByText('Latchkey practice client no longer has access.').waitFor()
      expect(await page.getByRole('button', { name: 'Remove access' }).count()).toBe(1)
      expect((await refresh(server, token)).status).toBe(400)
      await page.reload()
      await page.getByRole('link', { name: 'Use another account' }).click()
      await page.getByRole('button', { name: 'sam.field@gmail.test', exact: true }).click()
      await page.getByText('No app has access to this account.').waitFor()
    })
  })

  it.each(['light', 'dark'] as const)('have nothing that axe finds, in %s', async (scheme) => {
    await signIn(server)
    value(await server.control.mintElsewhere(asha, '77-x.apps.googleusercontent.com', 1))
    const connections = `${server.issuer}/connections?hl=en`
    const addresses = [
      ask(),
      ask({ prompt: 'consent', login_hint: sam }),
      ask({ redirect_uri: 'http://evil.example/' }),
      ask({ hl: 'hi' }),
      connections,
      `${connections}&authuser=asha.rao@gmail.test&removed=5`,
      `${connections}&authuser=sam.field@gmail.test`,
      `${server.issuer}/device`,
      `${server.issuer}/device?hl=hi`,
    ]
    await withPage(async (page) => {
      for (const address of addresses) {
        await page.goto(address)
        expect(await findingsOf(page)).toEqual([])
      }
    }, scheme)
  })
})
