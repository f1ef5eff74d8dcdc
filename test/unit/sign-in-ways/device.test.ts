import { describe, expect, it } from 'vitest'
import type { ErrorCode } from '../../../electron/contract/errors.ts'
import { testClientId } from '../../support/client-files.ts'
import { asha } from '../../support/fake-google.ts'
import type { FakeAnswer } from '../../support/fake-http.ts'
import { drive } from '../../support/test-context.ts'
import type { DeviceScene } from './device-stage.ts'
import { deviceScene, file } from './device-stage.ts'

const second = 1000
const minute = 60 * second
const deviceEndpoint = 'https://oauth2.googleapis.com/device/code'

async function codeOf({ obtained }: DeviceScene): Promise<string> {
  const end = await obtained
  return end.kind === 'failed' ? end.error.code : end.kind
}
/** Lets time pass until it has ended: signatures are real, and take as long as the machine takes for them. */
async function liveToTheEnd({ timers, obtained }: DeviceScene): Promise<void> {
  const ended = obtained.then(() => true)
  const soon = (): Promise<boolean> => new Promise((resolve) => setTimeout(() => resolve(false), 5))
  while (!(await Promise.race([ended, soon()]))) await timers.live(second)
}
/** Nothing waits any more: no timer, no listener for sleep. */
function isAllGivenBack({ timers, test, way }: DeviceScene): boolean {
  return timers.waiting === 0 && test.world.wakes.listening === 0 && way.link === null
}
const html: FakeAnswer = { headers: { 'content-type': 'text/html' }, body: '<html>Welcome</html>' }

describe('signing in on another device', () => {
  it('shows the code, the page and its time, and brings the refresh token once it was entered', async () => {
    const scene = await deviceScene()
    const { google, clock } = scene.test.world
    expect(scene.steps.map(({ kind }) => kind)).toEqual(['requesting-code', 'showing-code'])
    expect(scene.shown()).toEqual({
      ...{ kind: 'showing-code', userCode: 'ABCD-EFG1', intervalMs: 5000, notice: null },
      ...{ page: 'https://www.google.com/device', scan: 'https://www.google.com/device' },
    })
    expect(scene.ends).toEqual([clock.now() + 30 * minute])
    expect(scene.offers).toEqual([null])
    await scene.timers.live(12 * second)
    google.devices.enter('ABCD-EFG1', asha)
    await scene.timers.live(3 * second)
    expect(await scene.obtained).toMatchObject({
      kind: 'refresh-token',
      value: { identity: { sub: asha.sub, email: asha.email, name: asha.name }, endsInMs: null },
    })
    const end = await scene.obtained
    const value = end.kind === 'refresh-token' ? end.value : null
    expect(value?.refreshToken.reveal()).toBe(google.refreshTokens[0])
    expect(value?.granted).toContain(file)
    expect(scene.steps.at(-1)).toEqual({ kind: 'exchanging' })
    expect(isAllGivenBack(scene)).toBe(true)
  })

  it('asks exactly as Google wants it, with the secrets in no address', async () => {
    const scene = await deviceScene()
    await scene.timers.live(5 * second)
    const { google, http } = scene.test.world
    expect(Object.fromEntries(google.devices.requests[0] ?? [])).toEqual({
      ...{ client_id: testClientId, scope: `openid email profile ${file}` },
    })
    expect(Object.fromEntries(google.tokenRequests[0] ?? [])).toEqual({
      ...{ client_id: testClientId, client_secret: 'GOCSPX-test-secret-0001' },
      ...{ device_code: 'AH-1device-1', grant_type: 'urn:ietf:params:oauth:grant-type:device_code' },
    })
    expect(http.requests.map(({ url, method }) => [url, method])).toEqual([
      [deviceEndpoint, 'POST'],
      ['https://oauth2.googleapis.com/token', 'POST'],
    ])
    scene.abort.abort()
  })

  it('proves the client in a header alone where the client says so', async () => {
    const scene = await deviceScene({ authentication: 'basic' })
    scene.test.world.google.devices.enter('ABCD-EFG1', asha)
    await scene.timers.live(5 * second)
    expect(await scene.obtained).toMatchObject({ kind: 'refresh-token' })
    const [form] = scene.test.world.google.tokenRequests
    expect(form?.has('client_secret') || form?.has('client_id')).toBe(false)
  })

  it('takes the standard’s names, and its address for a camera where it leads to the same page', async () => {
    const change = {
      ...{ verification_url: undefined, verification_uri: 'https://www.google.com/device' },
      verification_uri_complete: 'https://www.google.com/device?user_code=ABCD-EFG1',
    }
    const before = { before: ({ world }: DeviceScene['test']) => world.google.devices.changeNext(change) }
    const scene = await deviceScene(before)
    expect(scene.shown()).toMatchObject({
      page: 'https://www.google.com/device',
      scan: 'https://www.google.com/device?user_code=ABCD-EFG1',
    })
    scene.abort.abort()
  })

  it('opens the page in the browser when asked, and says when that fails', async () => {
    const scene = await deviceScene()
    const { browser } = scene.test.world
    expect(browser.opened).toEqual([])
    expect(scene.way.link).toBe('https://www.google.com/device')
    browser.failNext('browser-missing')
    await scene.way.openBrowser()
    expect(scene.shown().notice).toMatchObject({ code: 'browser-missing' })
    await scene.way.openBrowser()
    expect(browser.opened).toMatchObject([{ url: 'https://www.google.com/device' }])
    expect(scene.shown().notice).toBeNull()
    scene.abort.abort()
  })

  it('sends nothing for a scope that Google does not allow there', async () => {
    const scene = await deviceScene({ scopes: [file, drive] })
    expect(await scene.obtained).toMatchObject({
      ...{ kind: 'failed', error: { code: 'device-scope-not-allowed', details: { scope: drive } } },
    })
    expect(scene.test.world.http.requests).toEqual([])
  })

  it('takes no pasted address', async () => {
    const scene = await deviceScene()
    expect(scene.way.answers()).toBe(false)
    expect(scene.way.paste()).toMatchObject({ ok: false, error: { code: 'way-not-possible' } })
    scene.abort.abort()
  })
})

describe('asking for a code', () => {
  const codes = {
    ...{ device_code: 'AH-1', user_code: 'ABCD', verification_url: 'https://www.google.com/device' },
    ...{ expires_in: 1800, interval: 5 },
  }
  it.each<readonly [string, FakeAnswer, ErrorCode]>([
    ['the quota is used up', { status: 403, body: { error_code: 'rate_limit_exceeded' } }, 'device-quota'],
    [
      'the client is of another type',
      { status: 401, body: { error: 'invalid_client', error_description: 'Invalid client type.' } },
      'device-type-wrong',
    ],
    [
      'the client is not known',
      {
        status: 401,
        body: { error: 'invalid_client', error_description: 'The OAuth client was not found.' },
      },
      'client-refused',
    ],
    ['the client was deleted', { status: 401, body: { error: 'deleted_client' } }, 'client-deleted'],
    ['a scope is refused', { status: 400, body: { error: 'invalid_scope' } }, 'scope-refused'],
    ['an organisation is closed', { status: 403, body: { error: 'org_internal' } }, 'org-internal'],
    ['the server fails', { status: 503, body: html.body ?? '' }, 'server-unavailable'],
    ['too much was asked', { status: 429, body: {} }, 'rate-limited'],
    ['a portal answers', html, 'answer-not-json'],
    ['the network is gone', { lost: 'network-offline' }, 'network-offline'],
    ['the error has no name', { status: 400, body: {} }, 'answer-malformed'],
    ['there is no device code', { body: { ...codes, device_code: undefined } }, 'answer-malformed'],
    ['the device code has a line break', { body: { ...codes, device_code: 'a\nb' } }, 'answer-malformed'],
    ['there is no code to type', { body: { ...codes, user_code: '' } }, 'answer-malformed'],
    ['the code is too long to type', { body: { ...codes, user_code: 'W'.repeat(65) } }, 'answer-malformed'],
    ['the code is not printable', { body: { ...codes, user_code: 'AB\u202EDC' } }, 'answer-malformed'],
    ['there is no page', { body: { ...codes, verification_url: undefined } }, 'answer-malformed'],
    [
      'the page is somebody else’s',
      { body: { ...codes, verification_url: 'https://www.google.com.evil.example/device' } },
      'answer-malformed',
    ],
    [
      'the page has a name before its host',
      { body: { ...codes, verification_url: 'https://www.google.com@evil.example/device' } },
      'answer-malformed',
    ],
    [
      'the page is not encrypted',
      { body: { ...codes, verification_url: 'http://www.google.com/device' } },
      'answer-malformed',
    ],
  ])('ends where %s', async (_what, answer, code) => {
    const scene = await deviceScene({ before: ({ world }) => world.google.devices.answerNext(answer) })
    expect(await codeOf(scene)).toBe(code)
    expect(scene.polls()).toBe(0)
    expect(isAllGivenBack(scene)).toBe(true)
  })

  it('does not scan an address that leads elsewhere', async () => {
    const other = 'https://evil.example/device?user_code=ABCD'
    const scene = await deviceScene({
      before: ({ world }) => world.google.devices.changeNext({ verification_uri_complete: other }),
    })
    expect(scene.shown().scan).toBe('https://www.google.com/device')
    scene.abort.abort()
  })

  it('reckons with half an hour and five seconds where the answer leaves them out or is no number', async () => {
    for (const change of [
      { expires_in: undefined, interval: undefined },
      { expires_in: 'soon', interval: -3 },
    ]) {
      const scene = await deviceScene({ before: ({ world }) => world.google.devices.changeNext(change) })
      expect(scene.shown().intervalMs).toBe(5000)
      expect(scene.ends).toEqual([scene.test.world.clock.now() + 30 * minute])
      scene.abort.abort()
    }
  })
})

describe('waiting for the code to be entered', () => {
  it('asks once an interval, and never while an answer is awaited', async () => {
    const scene = await deviceScene()
    await scene.timers.live(4999)
    expect(scene.polls()).toBe(0)
    await scene.timers.live(1)
    expect(scene.polls()).toBe(1)
    await scene.timers.live(50 * second)
    expect(scene.polls()).toBe(11)
    const release = scene.test.world.http.hang()
    await scene.timers.live(minute)
    expect(scene.test.world.http.requests).toHaveLength(1 + 12)
    release()
    await scene.timers.live(5 * second)
    expect(scene.test.world.http.requests).toHaveLength(1 + 13)
    scene.abort.abort()
  })

  it('tells the window nothing while nothing changes', async () => {
    const scene = await deviceScene()
    const before = scene.steps.length
    await scene.timers.live(10 * minute)
    expect(scene.steps).toHaveLength(before)
    expect(scene.ends).toHaveLength(1)
    scene.abort.abort()
  })

  it('slows down by five seconds each time it is told to, ten times in a row, and still gets the token', async () => {
    const scene = await deviceScene()
    const { google } = scene.test.world
    for (let time = 1; time <= 10; time += 1) {
      google.answerNext({ status: 403, body: { error: 'slow_down', error_description: 'Forbidden' } })
      await scene.timers.live(time * 5 * second - 1)
      expect(scene.polls()).toBe(time - 1)
      await scene.timers.live(1)
      expect(scene.polls()).toBe(time)
      expect(scene.shown().intervalMs).toBe((time + 1) * 5 * second)
    }
    google.devices.enter('ABCD-EFG1', asha)
    await scene.timers.live(55 * second)
    expect(await scene.obtained).toMatchObject({ kind: 'refresh-token' })
  })

  it.each<readonly [string, FakeAnswer, ErrorCode]>([
    ['a server that fails', { status: 500, body: '<html>Error</html>' }, 'server-unavailable'],
    ['a server that fails in JSON', { status: 503, body: { error: 'invalid_grant' } }, 'server-unavailable'],
    ['a portal’s page', html, 'answer-not-json'],
    ['a portal’s refusal', { ...html, status: 403 }, 'answer-not-json'],
    ['too many requests', { status: 429, body: {} }, 'rate-limited'],
    ['a limit of Google’s', { status: 403, body: { error: 'rate_limit_exceeded' } }, 'rate-limited'],
    ['a proxy that wants a password', { ...html, status: 407 }, 'network-failed'],
    ['no network', { lost: 'network-offline' }, 'network-offline'],
    ['a time-out', { lost: 'network-failed' }, 'network-failed'],
  ])('says so and goes on after %s', async (_what, answer, code) => {
    const scene = await deviceScene()
    const { google } = scene.test.world
    google.answerNext(answer)
    await scene.timers.live(5 * second)
    expect(scene.shown().notice).toMatchObject({ code })
    google.devices.enter('ABCD-EFG1', asha)
    await scene.timers.live(10 * second)
    expect(await scene.obtained).toMatchObject({ kind: 'refresh-token' })
    expect(isAllGivenBack(scene)).toBe(true)
  })

  it('takes back what it said once an answer comes', async () => {
    const scene = await deviceScene()
    scene.test.world.google.answerNext({ lost: 'network-offline' })
    await scene.timers.live(5 * second)
    expect(scene.shown().notice).not.toBeNull()
    await scene.timers.live(10 * second)
    expect(scene.shown().notice).toBeNull()
    scene.abort.abort()
  })

  it('waits twice as long after each failure, up to a minute, and as before once it is answered', async () => {
    const scene = await deviceScene()
    const { google } = scene.test.world
    google.answerAlways({ lost: 'network-offline' })
    await scene.timers.live(5 * second)
    for (const wait of [10, 20, 40, 60, 60]) {
      const before = scene.polls()
      await scene.timers.live(wait * second - 1)
      expect(scene.polls()).toBe(before)
      await scene.timers.live(1)
      expect(scene.polls()).toBe(before + 1)
    }
    google.answerAlways(null)
    await scene.timers.live(minute)
    const before = scene.polls()
    await scene.timers.live(10 * second)
    expect(scene.polls()).toBe(before + 2)
    scene.abort.abort()
  })

  it.each<readonly [string, number, object, ErrorCode]>([
    [
      'the person refuses',
      403,
      { error: 'access_denied', error_description: 'Forbidden' },
      'sign-in-refused',
    ],
    [
      'the code was used already',
      400,
      { error: 'invalid_grant', error_description: 'Bad Request' },
      'device-code-claimed',
    ],
    ['the code ran out there', 400, { error: 'expired_token' }, 'device-code-expired'],
    ['the organisation is closed', 403, { error: 'org_internal' }, 'org-internal'],
    ['an administrator does not allow it', 400, { error: 'admin_policy_enforced' }, 'admin-policy'],
    ['the grant is not known', 400, { error: 'unsupported_grant_type' }, 'request-refused'],
    ['the client was deleted', 401, { error: 'deleted_client' }, 'client-deleted'],
    [
      'the secret is wrong',
      401,
      { error: 'invalid_client', error_description: 'The provided client secret is invalid.' },
      'client-refused',
    ],
    [
      'the client is of another type',
      401,
      {
        error: 'invalid_client',
        error_description: "Only clients of type 'TVs and Limited Input devices' can use this flow.",
      },
      'device-type-wrong',
    ],
  ])('ends where %s', async (_what, status, body, code) => {
    const scene = await deviceScene()
    scene.test.world.google.answerNext({ status, body })
    await scene.timers.live(5 * second)
    expect(await codeOf(scene)).toBe(code)
    await scene.timers.live(minute)
    expect(scene.polls()).toBe(1)
    expect(isAllGivenBack(scene)).toBe(true)
  })

  it('ends by itself when the code runs out', async () => {
    const scene = await deviceScene()
    await scene.timers.live(30 * minute - 1)
    expect(scene.way.link).not.toBeNull()
    await scene.timers.live(1)
    expect(await codeOf(scene)).toBe('device-code-expired')
    expect(isAllGivenBack(scene)).toBe(true)
  })

  it('says that a code ran out, not that it was used, when its time is over meanwhile', async () => {
    const scene = await deviceScene()
    const { google, clock } = scene.test.world
    google.answerNext({ status: 400, body: { error: 'invalid_grant' } })
    const release = scene.test.world.http.hang()
    await scene.timers.live(5 * second)
    clock.advance(31 * minute)
    release()
    expect(await codeOf(scene)).toBe('device-code-expired')
  })

  it('gives up the request under way and every wait when it is cancelled', async () => {
    const waiting = await deviceScene()
    waiting.abort.abort()
    expect(await waiting.obtained).toEqual({ kind: 'aborted' })
    expect(isAllGivenBack(waiting)).toBe(true)

    const asking = await deviceScene()
    asking.test.world.http.hang()
    await asking.timers.live(5 * second)
    const request = asking.test.world.http.requests.at(-1)
    asking.abort.abort()
    expect(await asking.obtained).toEqual({ kind: 'aborted' })
    expect(request?.signal?.aborted).toBe(true)
    expect(isAllGivenBack(asking)).toBe(true)
  })

  it('sends nothing at all when it was cancelled before', async () => {
    const scene = await deviceScene({ before: ({ world }) => world.http.hang() })
    scene.abort.abort()
    expect(await scene.obtained).toEqual({ kind: 'aborted' })
    await scene.timers.live(minute)
    expect(scene.polls()).toBe(0)
    expect(scene.steps.map(({ kind }) => kind)).toEqual(['requesting-code'])
  })

  it('ends when it is closed, as often as that happens', async () => {
    const scene = await deviceScene()
    await scene.way.close()
    await scene.way.close()
    expect(await scene.obtained).toEqual({ kind: 'aborted' })
    expect(isAllGivenBack(scene)).toBe(true)
  })
})

describe('a sleep while the code waits', () => {
  it('makes it ask at once, if the interval has passed and time is left', async () => {
    const scene = await deviceScene()
    const { clock, wakes, google } = scene.test.world
    await scene.timers.live(6 * second)
    google.devices.enter('ABCD-EFG1', asha)
    clock.set(clock.now() + 20 * minute)
    wakes.resume()
    await scene.timers.live(0)
    expect(await scene.obtained).toMatchObject({ kind: 'refresh-token' })
    expect(scene.polls()).toBe(2)
  })

  it('that was shorter than the interval makes it ask no sooner', async () => {
    const scene = await deviceScene()
    const { clock, wakes } = scene.test.world
    await scene.timers.live(6 * second)
    clock.set(clock.now() + second)
    wakes.resume()
    await scene.timers.live(2999)
    expect(scene.polls()).toBe(1)
    await scene.timers.live(1)
    expect(scene.polls()).toBe(2)
    scene.abort.abort()
  })

  it('ends it where the code ran out meanwhile, by whichever clock went on', async () => {
    const set = await deviceScene()
    set.test.world.google.answerNext({ status: 400, body: { error: 'expired_token' } })
    set.test.world.clock.set(set.test.world.clock.now() + 31 * minute)
    set.test.world.wakes.resume()
    await set.timers.live(0)
    expect(await codeOf(set)).toBe('device-code-expired')
    expect(set.polls()).toBe(1)
    expect(isAllGivenBack(set)).toBe(true)

    const passed = await deviceScene()
    passed.test.world.clock.advance(31 * minute)
    passed.test.world.clock.set(passed.test.world.clock.now() - 40 * minute)
    passed.test.world.wakes.resume()
    await passed.timers.live(0)
    expect(await codeOf(passed)).toBe('device-code-expired')
    expect(passed.polls()).toBe(0)
  })

  it('is no end where only the clock was set and Google still knows the code', async () => {
    const scene = await deviceScene()
    const { clock, google } = scene.test.world
    clock.set(clock.now() + 40 * minute)
    // The clock of Google here is the machine's, so that its word has to be put in its mouth.
    google.answerNext({ status: 428, body: { error: 'authorization_pending' } })
    await scene.timers.live(5 * second)
    expect(scene.way.link).not.toBeNull()
    expect(scene.ends.at(-1)).toBe(clock.now() + 30 * minute - 5 * second)
    clock.set(clock.now() - 40 * minute)
    google.devices.enter('ABCD-EFG1', asha)
    await scene.timers.live(5 * second)
    expect(await scene.obtained).toMatchObject({ kind: 'refresh-token' })
  })

  it('ends it where the clock was set and Google cannot be asked', async () => {
    const scene = await deviceScene()
    const { clock, google } = scene.test.world
    clock.set(clock.now() + 40 * minute)
    google.answerAlways({ lost: 'network-offline' })
    await scene.timers.live(5 * second)
    expect(scene.polls()).toBe(1)
    await scene.timers.live(10 * second)
    expect(await codeOf(scene)).toBe('device-code-expired')
    expect(scene.polls()).toBe(1)
  })

  it('is told in the time left as soon as an answer comes', async () => {
    const scene = await deviceScene()
    const { clock, wakes } = scene.test.world
    const end = scene.ends[0] ?? 0
    clock.set(clock.now() - 10 * minute)
    wakes.resume()
    await scene.timers.live(10 * second)
    expect(scene.ends.at(-1)).toBe(end - 10 * minute)
    scene.abort.abort()
  })
})

describe('what comes when the code was entered', () => {
  const entered = async (before: (scene: DeviceScene) => void): Promise<DeviceScene> => {
    const scene = await deviceScene()
    scene.test.world.google.devices.enter('ABCD-EFG1', asha)
    before(scene)
    await scene.timers.live(5 * second)
    return scene
  }

  it.each<readonly [string, (scene: DeviceScene) => void, ErrorCode]>([
    [
      'without an id token',
      ({ test }) => test.world.google.changeNext({ id_token: undefined }),
      'id-token-missing',
    ],
    ['with an id token of a stranger', ({ test }) => test.world.google.forgeNext(), 'id-token-invalid'],
    [
      'with an id token for another client',
      ({ test }) => test.world.google.changeNextClaims({ aud: 'another.apps.googleusercontent.com' }),
      'id-token-invalid',
    ],
    [
      'with an id token that another client asked for',
      ({ test }) => test.world.google.changeNextClaims({ azp: 'another.apps.googleusercontent.com' }),
      'id-token-invalid',
    ],
    [
      'with an id token of another issuer',
      ({ test }) => test.world.google.changeNextClaims({ iss: 'https://evil.example' }),
      'id-token-invalid',
    ],
    [
      'with an id token that has expired',
      ({ test }) => test.world.google.changeNextClaims({ exp: 1_000_000_000 }),
      'id-token-invalid',
    ],
    [
      'with an id token that names nobody',
      ({ test }) => test.world.google.changeNextClaims({ sub: undefined }),
      'id-token-invalid',
    ],
    [
      'without a refresh token',
      ({ test }) => test.world.google.changeNext({ refresh_token: undefined }),
      'no-refresh-token',
    ],
    [
      'with a refresh token over its bound',
      ({ test }) => test.world.google.changeNext({ refresh_token: `1//${'x'.repeat(600)}` }),
      'answer-malformed',
    ],
    [
      'with a refresh token of two lines',
      ({ test }) => test.world.google.changeNext({ refresh_token: '1//a\nb' }),
      'answer-malformed',
    ],
    [
      'with an access token over its bound',
      ({ test }) => test.world.google.changeNext({ access_token: 'x'.repeat(3000) }),
      'answer-malformed',
    ],
    [
      'without an access token',
      ({ test }) => test.world.google.changeNext({ access_token: undefined }),
      'answer-malformed',
    ],
    [
      'with a token of another type',
      ({ test }) => test.world.google.changeNext({ token_type: 'mac' }),
      'answer-malformed',
    ],
    [
      'with scopes that are no text',
      ({ test }) => test.world.google.changeNext({ scope: 5 }),
      'answer-malformed',
    ],
    ['with nothing granted', ({ test }) => test.world.google.changeNext({ scope: ' ' }), 'nothing-granted'],
    [
      'broken off',
      ({ test }) =>
        test.world.google.answerNext({
          headers: { 'content-type': 'application/json' },
          body: '{"access_token":"ya29',
        }),
      'answer-malformed',
    ],
  ])('is dropped %s', async (_what, before, code) => {
    const scene = await entered(before)
    expect(await codeOf(scene)).toBe(code)
    expect(isAllGivenBack(scene)).toBe(true)
  })

  it('may come from the other spelling of Google’s name', async () => {
    const scene = await entered(({ test }) =>
      test.world.google.changeNextClaims({ iss: 'accounts.google.com' }),
    )
    expect(await scene.obtained).toMatchObject({ kind: 'refresh-token' })
  })

  it('is fewer scopes where fewer were granted, and says how long they last', async () => {
    const scene = await deviceScene()
    scene.test.world.google.devices.enter('ABCD-EFG1', asha, ['openid', 'email'])
    scene.test.world.google.changeNext({ refresh_token_expires_in: 86_400 })
    await scene.timers.live(5 * second)
    expect(await scene.obtained).toMatchObject({
      kind: 'refresh-token',
      value: {
        granted: ['openid', 'https://www.googleapis.com/auth/userinfo.email'],
        endsInMs: 86_400_000,
      },
    })
  })

  it('survives a network that fails just when the keys are needed', async () => {
    const scene = await deviceScene()
    const { google, http } = scene.test.world
    const certs = 'https://www.googleapis.com/oauth2/v3/certs'
    const keys = await http.fetch(certs, { method: 'GET', headers: {} })
    let times = 0
    http.on(certs, () => {
      times += 1
      if (times <= 2) return { lost: 'network-offline' }
      return keys.kind === 'answered' ? { body: JSON.parse(keys.body) as object } : { status: 500 }
    })
    google.devices.enter('ABCD-EFG1', asha)
    await liveToTheEnd(scene)
    expect(await scene.obtained).toMatchObject({ kind: 'refresh-token' })
    expect(times).toBe(3)
  })

  it('is dropped where the keys do not come at all', async () => {
    const scene = await entered(({ test }) =>
      test.world.http.on('https://www.googleapis.com/oauth2/v3/certs', { lost: 'network-offline' }),
    )
    await liveToTheEnd(scene)
    expect(await codeOf(scene)).toBe('network-offline')
    expect(isAllGivenBack(scene)).toBe(true)
  })

  it('is given up when it is cancelled while the keys are waited for', async () => {
    const scene = await entered(({ test }) =>
      test.world.http.on('https://www.googleapis.com/oauth2/v3/certs', { lost: 'network-offline' }),
    )
    scene.abort.abort()
    expect(await scene.obtained).toEqual({ kind: 'aborted' })
    expect(isAllGivenBack(scene)).toBe(true)
  })

  it('leaves no secret in what is shown or logged', async () => {
    const scene = await entered(({ test }) => test.world.google.forgeNext())
    const { google, log } = scene.test.world
    const told = JSON.stringify([scene.steps, await scene.obtained, log])
    for (const secret of [...google.devices.deviceCodes, ...google.refreshTokens, ...google.accessTokens])
      expect(told).not.toContain(secret)
    expect(google.refreshTokens).toHaveLength(1)
  })
})
