import { describe, expect, it } from 'vitest'
import type { ErrorCode } from '../../../electron/contract/errors.ts'
import type { FlowStep, FlowView } from '../../../electron/contract/views.ts'
import { elsewherePatienceMs, patienceMs } from '../../../electron/core/accounts/sign-in/patience.ts'
import { ClientSideWay } from '../../../electron/core/accounts/sign-in/ways/client-side.ts'
import type { Obtained, Stage } from '../../../electron/core/accounts/sign-in/ways/way.ts'
import type { ReplyPage } from '../../../electron/core/ports.ts'
import { Secret } from '../../../electron/core/secret.ts'
import { otherClientId, testClientId } from '../../support/client-files.ts'
import { asha, meera } from '../../support/fake-google.ts'
import type { FakeReply } from '../../support/fake-loopback-listener.ts'
import type { FakeTimers } from '../../support/fake-timers.ts'
import { fakeTimers } from '../../support/fake-timers.ts'
import type { TestContext } from '../../support/test-context.ts'
import { drive, openTestContext } from '../../support/test-context.ts'
import { testWorld } from '../../support/test-world.ts'

const redirectUri = 'http://localhost:8080/page'
const page: ReplyPage = { status: 200, title: 'Signed in', text: 'Close this tab.', language: 'en' }

interface Scene {
  readonly test: TestContext
  readonly timers: FakeTimers
  readonly way: ClientSideWay
  readonly abort: AbortController
  readonly obtained: Promise<Obtained>
  readonly steps: readonly FlowStep[]
  readonly ends: readonly number[]
  readonly offers: readonly FlowView['answer'][]
  /** The address that was opened last, or would be. */
  link(): URL
  /** The page of ours hands over a fragment; answers what it is told. */
  handOver(fragment: URLSearchParams): Promise<FakeReply>
}

async function scene(
  options: { readonly expected?: boolean; readonly elsewhere?: boolean } = {},
): Promise<Scene> {
  const world = await testWorld()
  const timers = fakeTimers(world.clock)
  const test = await openTestContext({ world: { ...world, timers } })
  const clientId = await test.addClient()
  const client = test.state().clients.get(clientId)
  if (!client) throw new Error('there is no client')
  if (options.expected === true) await test.mint()
  const [expected = null] = test.state().accounts.values()
  const steps: FlowStep[] = []
  const ends: number[] = []
  const offers: FlowView['answer'][] = []
  const abort = new AbortController()
  const stage: Stage = {
    ...{ context: test.context, flowId: 'a-flow', expected, signal: abort.signal, client },
    elsewhere: options.elsewhere ?? false,
    clientSecret: new Secret('never used here'),
    asked: ['openid', 'email', 'profile', drive],
    show: (step) => steps.push(step),
    waitUntil: (endsAt) => ends.push(endsAt),
    offer: (answer) => offers.push(answer),
  }
  const way = new ClientSideWay(test.context, redirectUri)
  const obtained = way.obtain(stage)
  await timers.live(0)
  return {
    ...{ test, timers, way, abort, obtained, steps, ends, offers },
    link: () => new URL(way.link ?? ''),
    handOver: (fragment) => world.listener.call(redirectUri, fragment),
  }
}

const consent = (
  { test, link }: Scene,
  change: Readonly<Record<string, string | null>> = {},
): URLSearchParams => {
  const fragment = test.world.google.consentInFragment(link().href, asha)
  for (const [name, value] of Object.entries(change))
    if (value === null) fragment.delete(name)
    else fragment.set(name, value)
  return fragment
}

async function codeOf({ obtained }: Pick<Scene, 'obtained'>): Promise<string> {
  const end = await obtained
  return end.kind === 'failed' ? end.error.code : end.kind
}

/** Hands over an answer and ends with what came of it; the browser is left without a page. */
async function end(one: Scene, fragment: URLSearchParams): Promise<string> {
  void one.handOver(fragment)
  return codeOf(one)
}

describe('a client-side sign-in', () => {
  it('asks for a token with a fresh state, and with neither a code, a nonce nor wider scopes', async () => {
    const one = await scene()
    expect(one.link().origin + one.link().pathname).toBe('https://accounts.google.com/o/oauth2/v2/auth')
    const { state, ...asked } = Object.fromEntries(one.link().searchParams)
    expect(asked).toEqual({
      ...{ response_type: 'token', client_id: testClientId, redirect_uri: redirectUri },
      ...{ scope: `openid email profile ${drive}`, prompt: 'select_account', hl: 'en' },
    })
    expect(state).toHaveLength(43)
    expect(one.test.world.browser.opened.map(({ url }) => url)).toEqual([one.link().href])
    expect(one.steps).toEqual([{ kind: 'opening-browser' }, { kind: 'waiting', notice: null }])
    expect(one.test.world.listener.listening).toEqual([redirectUri])
    expect(one.test.world.listener.wordsAt(redirectUri)).toMatchObject({
      language: 'en',
      title: 'One moment',
    })
    one.abort.abort()
  })

  it('brings the token once Google has said for whom it is, what it may do and until when', async () => {
    const one = await scene()
    const { clock, google, http } = one.test.world
    const shown = one.handOver(consent(one))
    const obtained = await one.obtained
    expect(obtained).toMatchObject({
      kind: 'access-token',
      value: {
        identity: { issuer: 'https://accounts.google.com', sub: asha.sub, email: asha.email },
        receivedAt: clock.now(),
        expiresAt: clock.now() + 3_599_000,
      },
    })
    const value = obtained.kind === 'access-token' ? obtained.value : null
    expect(value?.accessToken.reveal()).toBe(google.accessTokens[0])
    expect(value?.granted).toContain(drive)
    expect(one.steps.at(-1)).toEqual({ kind: 'exchanging' })
    expect(http.requests.map(({ url, method, headers }) => [url, method, headers['authorization']])).toEqual([
      ['https://oauth2.googleapis.com/tokeninfo', 'POST', `Bearer ${google.accessTokens[0] ?? ''}`],
    ])
    one.way.reply(page)
    expect(await shown).toEqual(page)
    await one.way.close()
    expect([one.timers.waiting, one.way.link, one.test.world.listener.listening]).toEqual([0, null, []])
  })

  it('goes by the soonest of the ends that it was told of', async () => {
    const one = await scene()
    const { clock, google } = one.test.world
    google.changeTokenInfoNext({ expires_in: '120' })
    void one.handOver(consent(one, { expires_in: '7200' }))
    expect(await one.obtained).toMatchObject({ value: { expiresAt: clock.now() + 120_000 } })
  })

  it('takes what was granted from Google and not from the fragment', async () => {
    const one = await scene()
    const fragment = one.test.world.google.consentInFragment(one.link().href, asha, ['openid', 'email'])
    fragment.set('scope', drive)
    void one.handOver(fragment)
    const obtained = await one.obtained
    expect(obtained.kind === 'access-token' && obtained.value.granted).toEqual([
      'openid',
      'https://www.googleapis.com/auth/userinfo.email',
    ])
  })
})

describe('what is no answer to a client-side sign-in', () => {
  it('is a fragment without state or with somebody else’s: refused, and the sign-in waits on', async () => {
    const one = await scene()
    expect(await one.handOver(consent(one, { state: null }))).toBe('refused')
    expect(await one.handOver(consent(one, { state: 'x'.repeat(43) }))).toBe('refused')
    expect(one.test.world.http.requests).toEqual([])
    expect(one.steps.at(-1)).toEqual({ kind: 'waiting', notice: null })
    expect(await end(one, consent(one))).toBe('access-token')
  })

  it('is one that says a thing twice, names another issuer, or is token and error at once', async () => {
    const one = await scene()
    const twice = consent(one)
    twice.append('access_token', 'ya29.other')
    for (const odd of [twice, consent(one, { iss: 'https://evil.example' }), consent(one, { error: 'x' })])
      expect(await one.handOver(odd)).toBe('refused')
    expect(one.steps.at(-1)).toMatchObject({ notice: { code: 'sign-in-answer-invalid' } })
    expect(await end(one, consent(one))).toBe('access-token')
  })

  it('is one that comes after the first: refused, and Google is asked once', async () => {
    const one = await scene()
    const fragment = consent(one)
    void one.handOver(fragment)
    expect(await one.handOver(fragment)).toBe('refused')
    await one.obtained
    expect(one.test.world.http.requests).toHaveLength(1)
  })
})

describe('an access token that is not what was asked for', () => {
  const incomplete: [string, Readonly<Record<string, string | null>>][] = [
    ['expires_in missing', { expires_in: null }],
    ['expires_in of nothing', { expires_in: '0' }],
    ['expires_in that is no number', { expires_in: 'soon' }],
    ['expires_in below zero', { expires_in: '-5' }],
    ['no token', { access_token: null }],
    ['a token of 2049 bytes', { access_token: 'y'.repeat(2049) }],
    ['a token with a line break', { access_token: 'ya29.a\r\nx: y' }],
    ['another type of token', { token_type: 'mac' }],
    ['no type of token', { token_type: null }],
  ]
  it.each(incomplete)('is dropped with %s, and Google is not asked', async (_, change) => {
    const one = await scene()
    expect(await end(one, consent(one, change))).toBe('access-malformed')
    expect(one.test.world.http.requests).toEqual([])
  })

  it('is dropped when it is for another client', async () => {
    const one = await scene()
    const theirs = new URL(one.link())
    theirs.searchParams.set('client_id', otherClientId)
    const fragment = one.test.world.google.consentInFragment(theirs.href, asha)
    expect(await end(one, fragment)).toBe('access-for-another-client')
  })

  const doubtful: [string, Readonly<Record<string, unknown>>, ErrorCode][] = [
    ['another client asked for it', { azp: otherClientId }, 'access-for-another-client'],
    ['Google names no audience', { aud: undefined }, 'access-for-another-client'],
    ['it allows nothing', { scope: '' }, 'nothing-granted'],
    ['nothing is said of whose it is', { sub: undefined }, 'access-malformed'],
    ['no address comes with it', { email: undefined }, 'access-malformed'],
    ['it has run out already', { exp: '1000' }, 'access-malformed'],
  ]
  it.each(doubtful)('is dropped when %s', async (_, change, code) => {
    const one = await scene()
    one.test.world.google.changeTokenInfoNext(change)
    expect(await end(one, consent(one))).toBe(code)
  })

  it('is dropped when Google cannot be asked, and when Google does not know it', async () => {
    const answers: [Parameters<TestContext['world']['google']['answerTokenInfoNext']>[0], ErrorCode][] = [
      [{ status: 503, body: 'down' }, 'access-unchecked'],
      [{ status: 429, body: {} }, 'access-unchecked'],
      [{ status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' }, 'access-unchecked'],
      [{ status: 400, body: { error: 'invalid_token' } }, 'foreign-token-unknown'],
    ]
    for (const [answer, code] of answers) {
      const one = await scene()
      one.test.world.google.answerTokenInfoNext(answer)
      expect(await end(one, consent(one))).toBe(code)
    }
  })

  it('leaves its text in no error and no step', async () => {
    const one = await scene()
    one.test.world.google.changeTokenInfoNext({ aud: otherClientId })
    void one.handOver(consent(one))
    const told = JSON.stringify([await one.obtained, one.steps, one.offers])
    expect(told).not.toContain(one.test.world.google.accessTokens[0])
  })
})

describe('repeating client-side access', () => {
  const answer = (one: Scene, error: string): URLSearchParams =>
    new URLSearchParams({ state: one.link().searchParams.get('state') ?? '', error })

  it('first asks without a screen, for the account that is meant', async () => {
    const one = await scene({ expected: true })
    expect(Object.fromEntries(one.link().searchParams)).toMatchObject({
      prompt: 'none',
      login_hint: asha.sub,
    })
    expect(await end(one, consent(one))).toBe('access-token')
    expect(one.test.world.browser.opened).toHaveLength(1)
  })

  it.each([
    'interaction_required',
    'login_required',
    'consent_required',
    'immediate_failed',
    'access_denied',
  ])('leads the same tab on to a screen after %s', async (error) => {
    const one = await scene({ expected: true })
    const first = one.link().href
    const state = one.link().searchParams.get('state')
    const shown = await one.handOver(answer(one, error))
    expect(shown).toMatchObject({ next: one.link().href })
    const asked = Object.fromEntries(one.link().searchParams)
    expect(asked).toMatchObject({ login_hint: asha.sub })
    expect(asked).not.toHaveProperty('prompt')
    expect(asked['state']).not.toBe(state)
    expect(one.test.world.browser.opened.map(({ url }) => url)).toEqual([first])
    expect(await end(one, consent(one))).toBe('access-token')
  })

  it('refuses an answer to the first question once the second one is asked', async () => {
    const one = await scene({ expected: true })
    const stale = consent(one)
    await one.handOver(answer(one, 'login_required'))
    expect(await one.handOver(stale)).toBe('refused')
    one.abort.abort()
  })

  it('ends when the person refuses on the screen: that question is not asked a third time', async () => {
    const one = await scene({ expected: true })
    await one.handOver(answer(one, 'access_denied'))
    expect(await end(one, answer(one, 'access_denied'))).toBe('sign-in-refused')
  })

  it('ends at once with an error that no screen would mend', async () => {
    const one = await scene({ expected: true })
    expect(await end(one, answer(one, 'invalid_scope'))).toBe('authorization-error')
  })

  it('tells whose access came where it is another account’s, and leaves the choice to the flow', async () => {
    const one = await scene({ expected: true })
    void one.handOver(one.test.world.google.consentInFragment(one.link().href, meera))
    expect(await one.obtained).toMatchObject({
      kind: 'access-token',
      value: { identity: { sub: meera.sub } },
    })
  })
})

describe('a client-side sign-in without a browser here', () => {
  it('opens none, asks with a screen at once and says how the answer can come back', async () => {
    const one = await scene({ expected: true, elsewhere: true })
    expect(one.test.world.browser.opened).toEqual([])
    expect(one.link().searchParams.has('prompt')).toBe(false)
    expect(one.offers).toMatchObject([{ redirectUri, paste: true }])
    expect(one.offers[0]?.forward).toContain('ssh -N -L 8080:127.0.0.1:8080')
    expect(one.ends.at(-1)).toBe(one.test.world.clock.now() + elsewherePatienceMs)
    one.abort.abort()
  })

  it('takes the address that the browser ended at, once', async () => {
    const one = await scene({ elsewhere: true })
    const pasted = new URL(`${redirectUri}#${consent(one).toString()}`)
    expect(one.way.answers(new URLSearchParams(pasted.hash.slice(1)))).toBe(true)
    expect(one.way.paste(pasted)).toEqual({ ok: true, value: null })
    expect(one.way.paste(pasted)).toMatchObject({ error: { code: 'paste-used' } })
    expect(await codeOf(one)).toBe('access-token')
  })

  it('refuses one that was sent to another address, and waits on', async () => {
    const one = await scene({ elsewhere: true })
    const fragment = consent(one).toString()
    expect(one.way.paste(new URL(`http://localhost:8080/page/#${fragment}`))).toMatchObject({
      error: { code: 'paste-wrong-address' },
    })
    expect(one.way.answers(new URLSearchParams({ state: 'x'.repeat(43) }))).toBe(false)
    expect(one.way.paste(new URL(`${redirectUri}#${fragment}`)).ok).toBe(true)
    expect(await codeOf(one)).toBe('access-token')
  })

  it('opens a second address itself where a pasted one says that a screen is needed', async () => {
    const one = await scene({ expected: true })
    const state = one.link().searchParams.get('state') ?? ''
    expect(one.way.paste(new URL(`${redirectUri}#error=login_required&state=${state}`)).ok).toBe(true)
    expect(one.test.world.browser.opened.map(({ url }) => url).at(-1)).toBe(one.link().href)
    expect(one.test.world.browser.opened).toHaveLength(2)
    one.abort.abort()
  })
})

describe('the end of a client-side sign-in', () => {
  it('leaves its answer known as one that was never taken', async () => {
    const one = await scene()
    const fragment = consent(one)
    one.abort.abort()
    expect(await codeOf(one)).toBe('aborted')
    expect([one.way.answers(fragment), one.way.took(fragment)]).toEqual([true, false])
  })

  it('comes after five minutes without an answer', async () => {
    const one = await scene()
    await one.timers.live(patienceMs)
    expect(await one.obtained).toMatchObject({
      error: { code: 'sign-in-timeout', details: { minutes: patienceMs / 60_000 } },
    })
    await one.way.close()
    expect([one.timers.waiting, one.test.world.listener.listening]).toEqual([0, []])
  })

  it('comes at once when it is cancelled, also while Google is asked about the token', async () => {
    const waiting = await scene()
    waiting.abort.abort()
    expect(await codeOf(waiting)).toBe('aborted')
    const asking = await scene()
    asking.test.world.http.on('https://oauth2.googleapis.com/tokeninfo', () => new Promise(() => undefined))
    void asking.handOver(consent(asking))
    await asking.timers.live(0)
    asking.abort.abort()
    expect(await codeOf(asking)).toBe('aborted')
  })
})
