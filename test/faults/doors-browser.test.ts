/** A page in a real browser that tries to get through a door, in every way that a page has. */
import { existsSync } from 'node:fs'
import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from '@playwright/test'
import { chromium } from '@playwright/test'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { OpenDoor } from '../../electron/core/ports.ts'
import type { OpenDoors } from '../support/open-doors.ts'
import { ask, openDoors } from '../support/open-doors.ts'

const executablePath = process.env['LATCHKEY_CHROMIUM'] ?? '/usr/bin/chromium'

describe.skipIf(!existsSync(executablePath))('a page in Chromium', () => {
  let browser: Browser
  let site: Server
  let origin: string
  let doors: OpenDoors
  let door: OpenDoor
  let page: Page

  beforeAll(async () => {
    site = createServer((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><title>Evil</title>')
    })
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', () => resolve()))
    origin = `http://evil.example:${String((site.address() as AddressInfo).port)}`
    // The names of a site that its owner points wherever it likes, and no asking whether a page may reach this machine.
    const args = [
      '--host-resolver-rules=MAP *.example 127.0.0.1',
      '--disable-features=BlockInsecurePrivateNetworkRequests,LocalNetworkAccessChecks',
    ]
    browser = await chromium.launch({
      executablePath,
      args: process.getuid?.() === 0 ? [...args, '--no-sandbox'] : args,
    })
  })
  afterAll(async () => {
    await browser.close()
    site.close()
  })
  beforeEach(async () => {
    doors = await openDoors()
    door = await doors.open({ kind: 'port', port: null })
    page = await (await browser.newContext()).newPage()
    await page.goto(origin)
  })
  afterEach(async () => {
    await page.context().close()
    await doors.close()
  })

  /** It reached the door, which was asked of nothing and still answers programs. */
  async function refused(): Promise<void> {
    expect(doors.seen).toEqual([])
    expect((await ask(door)).status).toBe(200)
  }
  const url = (path = '/v1/token', host = '127.0.0.1'): string => `http://${host}:${String(door.port)}${path}`

  it.each([
    ['simply', {}],
    ['without being told', { mode: 'no-cors' }],
    ['with cookies', { mode: 'no-cors', credentials: 'include' }],
    ['by posting', { method: 'POST', body: 'grant_type=refresh_token', mode: 'no-cors' }],
    ['by posting a form', { method: 'POST', form: 'grant_type=refresh_token' }],
    ['with a handle', { headers: { Authorization: 'Bearer latchkey.right' } }],
    ['as a library asks a metadata server', { headers: { 'Metadata-Flavor': 'Google' } }],
    ['with a body of JSON', { method: 'POST', body: '{}', headers: { 'Content-Type': 'application/json' } }],
    ['without saying where from', { referrerPolicy: 'no-referrer', mode: 'no-cors' }],
  ])('learns nothing by fetch, %s', async (_name, init) => {
    const answers = await page.evaluate(
      async ({ targets, wanted }) => {
        const { form, ...rest } = wanted as RequestInit & { form?: string }
        const whole = form === undefined ? rest : { ...rest, body: new URLSearchParams(form) }
        const told: string[] = []
        for (const target of targets) {
          const answer = await fetch(target, whole).catch((cause: unknown) => String(cause))
          told.push(typeof answer === 'string' ? 'failed' : `${answer.type} ${String(answer.status)}`)
        }
        return told
      },
      { targets: [url(), url('/v1/token', 'localhost')], wanted: init },
    )
    for (const answer of answers) expect(['failed', 'opaque 0']).toContain(answer)
    await refused()
  })

  it.each(['GET', 'POST'])('learns nothing from a form that is sent by %s', async (method) => {
    const answered = page.waitForResponse((response) => response.url().startsWith(url('/')))
    await page.evaluate(
      ({ action, how }) => {
        const form = Object.assign(document.createElement('form'), { action, method: how })
        form.append(Object.assign(document.createElement('input'), { name: 'refresh_token', value: 'x' }))
        document.body.append(form)
        form.submit()
      },
      { action: url('/adc/token'), how: method },
    )
    expect((await answered).status()).toBe(403)
    await refused()
  })

  it.each(['img', 'script', 'iframe', 'link', 'video', 'object', 'embed'])(
    'learns nothing from <%s>',
    async (tag) => {
      await page.evaluate(
        ({ name, target }) =>
          new Promise<void>((resolve) => {
            const element = document.createElement(name)
            for (const event of ['load', 'error']) element.addEventListener(event, () => resolve())
            setTimeout(resolve, 1500)
            if (name === 'link') element.setAttribute('rel', 'stylesheet')
            element.setAttribute({ link: 'href', object: 'data' }[name] ?? 'src', target)
            document.body.append(element)
          }),
        { name: tag, target: url() },
      )
      await refused()
    },
  )

  it('learns nothing by a socket, events, a beacon, or a request of the older kind', async () => {
    const told = await page.evaluate(
      async ({ target, socket }) => {
        const ended = (thing: EventTarget, failed: string): Promise<string> =>
          new Promise((resolve) => {
            thing.addEventListener(failed, () => resolve('failed'))
            for (const event of ['open', 'message', 'load'])
              thing.addEventListener(event, () => resolve(event))
          })
        const events = new EventSource(target)
        const older = new XMLHttpRequest()
        older.open('POST', target)
        const over = [ended(new WebSocket(socket), 'error'), ended(events, 'error'), ended(older, 'error')]
        older.send('grant_type=refresh_token')
        navigator.sendBeacon(target, new URLSearchParams({ refresh_token: 'x' }))
        const all = await Promise.all(over)
        events.close()
        await new Promise((resolve) => setTimeout(resolve, 300))
        return all
      },
      { target: url(), socket: url().replace('http', 'ws') },
    )
    expect(told).toEqual(['failed', 'failed', 'failed'])
    await refused()
  })

  it('learns nothing by being sent there, or by opening it', async () => {
    expect((await page.goto(url('/')))?.status()).toBe(403)
    await page.goto(origin)
    const [opened] = await Promise.all([
      page.waitForEvent('popup'),
      page.evaluate((target) => void window.open(target), url()),
    ])
    await opened.waitForLoadState()
    expect(await opened.content()).toContain('door-request-refused')
    await refused()
  })

  it('learns nothing when its own name points here, as if the door were its site', async () => {
    const own = url('/v1/token', 'evil.example')
    expect((await page.goto(own))?.status()).toBe(403)
    const told = await page.evaluate(async (target) => {
      const headers = { Authorization: 'Bearer latchkey.right', 'Metadata-Flavor': 'Google' }
      const answer = await fetch(target, { headers })
      const posted = await fetch(target, { method: 'POST', headers, body: 'grant_type=refresh_token' })
      return [answer.status, posted.status, await answer.text()]
    }, own)
    expect(told.slice(0, 2)).toEqual([403, 403])
    expect(told[2]).not.toContain('"path"')
    await refused()
  })
})
