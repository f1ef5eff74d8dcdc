/** The page of the listener that takes an answer out of the fragment. */
import { existsSync } from 'node:fs'
import type { Browser, Page } from '@playwright/test'
import { chromium } from '@playwright/test'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createLoopbackListener } from '../../../electron/adapters/loopback-listener.ts'
import type {
  FragmentWords,
  LoopbackRequest,
  LoopbackServer,
  ReplyPage,
} from '../../../electron/core/ports.ts'
import { fakeRandom } from '../../support/fake-random.ts'

const executablePath = process.env['LATCHKEY_CHROMIUM'] ?? '/usr/bin/chromium'

const words: FragmentWords = {
  title: 'One <moment>',
  text: 'Latchkey is looking at the answer.',
  language: 'en',
  refused: { title: 'Not for here', text: 'No sign-in waits for this page.' },
  used: { title: 'Taken already', text: 'You can close this tab.' },
  lost: { title: 'Nobody there', text: 'Latchkey does not wait any more.' },
  scriptless: 'This page needs scripts.',
}
const page: ReplyPage = { status: 200, title: 'Signed in', text: 'Close this tab.', language: 'en' }

const open: LoopbackServer[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()))
})

interface Listening extends LoopbackServer {
  readonly origin: string
  readonly seen: URLSearchParams[]
  /** The path that its page posts to. */
  post(): Promise<string>
}

/** Accepts an answer with `state=right`, as a sign-in does. */
async function listen(reply: () => Promise<ReplyPage> = () => Promise.resolve(page)): Promise<Listening> {
  const seen: URLSearchParams[] = []
  const accept = ({ query }: LoopbackRequest): Promise<ReplyPage> | null => {
    if (query.get('state') !== 'right') return null
    seen.push(query)
    return reply()
  }
  const listener = createLoopbackListener({ random: fakeRandom(), connectionMs: 2000, closingMs: 300 })
  const outcome = await listener.listen(accept, { fragment: words })
  if (!outcome.ok) throw new Error(outcome.error.code)
  open.push(outcome.value)
  const { redirectUri } = outcome.value
  return {
    ...outcome.value,
    origin: new URL(redirectUri).origin,
    seen,
    post: async () => /data-post="([^"]+)"/.exec(await (await fetch(redirectUri)).text())?.[1] ?? '',
  }
}

const right = 'state=right&access_token=ya29.x&token_type=Bearer'
async function send(
  server: Listening,
  {
    answer = right,
    headers = {},
    body,
  }: { answer?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Response> {
  return fetch(`${server.origin}${await server.post()}`, {
    method: 'POST',
    headers: {
      ...{ origin: server.origin, 'content-type': 'application/json', 'x-latchkey-answer': '1' },
      ...headers,
    },
    body: body ?? JSON.stringify({ answer }),
  })
}

describe('the page that takes the fragment', () => {
  it('is served with a policy that lets only its own script run and only talk to its own server', async () => {
    const response = await fetch((await listen()).redirectUri)
    const policy = response.headers.get('content-security-policy') ?? ''
    expect(policy).toMatch(/script-src 'sha256-[^']+'; style-src 'sha256-/)
    expect(policy).toContain("connect-src 'self'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('referrer-policy')).toBe('no-referrer')
    expect(response.headers.get('cross-origin-opener-policy')).toBe('same-origin')
    const html = await response.text()
    expect(html).toContain('One &lt;moment&gt;')
    expect(html).toContain('<noscript><p>This page needs scripts.</p></noscript>')
  })

  it('hands the answer to the flow as if it had been the query, and gets the page to show', async () => {
    const server = await listen()
    const response = await send(server, { answer: 'state=right&access_token=a%2Fb' })
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ status: 200, title: 'Signed in', text: 'Close this tab.' })
    expect(server.seen.map((query) => query.get('access_token'))).toEqual(['a/b'])
  })

  it('is served again when it is opened twice, and its second answer is told that the first one counted', async () => {
    const server = await listen()
    await send(server)
    expect((await fetch(server.redirectUri)).status).toBe(200)
    const second = await send(server)
    expect(second.status).toBe(410)
    expect(await second.json()).toMatchObject(words.used)
    expect(server.seen).toHaveLength(1)
  })

  it('takes one of many answers that come at once', async () => {
    const server = await listen()
    const answers = await Promise.all(Array.from({ length: 8 }, () => send(server)))
    expect(answers.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(1)
    expect(server.seen).toHaveLength(1)
  })

  it('refuses an answer without the right state, says so, and waits on', async () => {
    const server = await listen()
    for (const answer of ['access_token=ya29.x', 'state=wrong&access_token=ya29.x']) {
      const refused = await send(server, { answer })
      expect(refused.status).toBe(400)
      expect(await refused.json()).toMatchObject(words.refused)
    }
    expect(server.seen).toEqual([])
    expect((await send(server)).status).toBe(200)
  })

  it('takes one more answer after one that leads the tab on', async () => {
    const pages: ReplyPage[] = [{ ...page, next: 'https://accounts.google.com/again' }, page]
    const server = await listen(() => Promise.resolve(pages.shift() ?? page))
    expect(await (await send(server)).json()).toMatchObject({ next: 'https://accounts.google.com/again' })
    expect((await send(server)).status).toBe(200)
    expect((await send(server)).status).toBe(410)
  })

  const foreign: [string, number, { headers?: Record<string, string>; body?: string }][] = [
    ['another origin', 403, { headers: { origin: 'https://evil.example' } }],
    ['no origin that it names', 403, { headers: { origin: 'null' } }],
    ['another site', 403, { headers: { 'sec-fetch-site': 'cross-site' } }],
    ['another port of this machine', 403, { headers: { 'sec-fetch-site': 'same-site' } }],
    ['a form', 403, { headers: { 'x-latchkey-answer': '' } }],
    ['a simple request', 415, { headers: { 'content-type': 'text/plain' } }],
    ['a body of 9 KB', 413, { body: JSON.stringify({ answer: `${right}&x=${'y'.repeat(9000)}` }) }],
    ['something that is not JSON', 400, { body: right }],
    ['JSON of another form', 400, { body: '{"answer":1}' }],
  ]
  it.each(foreign)('refuses %s with %i, and the right answer still counts', async (_, status, how) => {
    const server = await listen()
    expect((await send(server, how)).status).toBe(status)
    expect(server.seen).toEqual([])
    expect((await send(server)).status).toBe(200)
  })

  it('is not shown in a frame', async () => {
    const server = await listen()
    const framed = await fetch(server.redirectUri, { headers: { 'sec-fetch-dest': 'iframe' } })
    expect(framed.status).toBe(403)
  })

  it('does not take the answer from the query of its own address', async () => {
    const server = await listen()
    await fetch(`${server.redirectUri}?${right}`)
    expect(server.seen).toEqual([])
  })
})

describe.skipIf(!existsSync(executablePath))('the page that takes the fragment, in Chromium', () => {
  let browser: Browser
  beforeAll(async () => {
    const args = process.getuid?.() === 0 ? ['--no-sandbox'] : []
    browser = await chromium.launch({ executablePath, args })
  })
  afterAll(() => browser.close())

  async function withPage(use: (page: Page) => Promise<void>): Promise<void> {
    const context = await browser.newContext()
    try {
      await use(await context.newPage())
    } finally {
      await context.close()
    }
  }

  it('takes it out of the address bar before Latchkey has answered, and shows what that says', async () => {
    let finish: (page: ReplyPage) => void = () => {}
    const server = await listen(() => new Promise((resolve) => (finish = resolve)))
    await withPage(async (tab) => {
      const complaints: string[] = []
      tab.on('console', (message) => complaints.push(message.text()))
      await tab.goto(`${server.redirectUri}#${right}`)
      await expect.poll(() => server.seen.length).toBe(1)
      expect(tab.url()).toBe(server.redirectUri)
      expect(await tab.evaluate('location.hash + history.length')).toBe('2')
      expect(await tab.locator('h1').textContent()).toBe('One <moment>')
      finish(page)
      await tab.getByRole('heading', { name: 'Signed in' }).waitFor()
      expect(await tab.content()).not.toContain('ya29')
      expect(complaints).toEqual([])
    })
  })

  it('goes on in the same tab where it is led on', async () => {
    const next = (await listen()).redirectUri
    const server = await listen(() => Promise.resolve({ ...page, next: `${next}#state=right` }))
    await withPage(async (tab) => {
      await tab.goto(`${server.redirectUri}#${right}`)
      await tab.waitForURL(next)
      await tab.getByRole('heading', { name: 'Signed in' }).waitFor()
    })
  })

  it('says so when it is opened twice, by another site without an answer, or after the end', async () => {
    const server = await listen()
    await withPage(async (tab) => {
      await tab.setContent(`<a href="${server.redirectUri}">lure</a>`)
      await tab.click('a')
      await tab.getByRole('heading', { name: 'Not for here' }).waitFor()
      expect(server.seen).toEqual([])
      for (const title of ['Signed in', 'Taken already']) {
        await tab.goto('about:blank')
        await tab.goto(`${server.redirectUri}#${right}`)
        await tab.getByRole('heading', { name: title }).waitFor()
      }
    })
  })
})
