/** The device flow: codes, the page where a person enters one, and the polls (google-oauth.md section 5). */
import { beforeEach, describe, expect, it } from 'vitest'
import type { Seen, TokenAnswer } from './practice-world.ts'
import {
  asha,
  askToken,
  authUrl,
  furtherClient,
  refresh,
  sam,
  scopeUrl,
  signIn,
  submit,
  usePractice,
  value,
  visit,
} from './practice-world.ts'

const server = usePractice()
const grantType = 'urn:ietf:params:oauth:grant-type:device_code'
const twoScopes = `openid email ${scopeUrl}drive.file ${scopeUrl}youtube`
type Client = Awaited<ReturnType<typeof furtherClient>>
let tv: Client

beforeEach(async () => {
  tv = await furtherClient(server, 'same', 'device')
})

interface Codes {
  readonly device_code: string
  readonly user_code: string
}

async function post(path: string, fields: Readonly<Record<string, string>>): Promise<TokenAnswer> {
  const response = await fetch(`${server.issuer}${path}`, {
    method: 'POST',
    body: new URLSearchParams(fields),
  })
  const json = (await response.json()) as TokenAnswer['json']
  return { status: response.status, headers: response.headers, json }
}

async function askCode(scope = 'openid email'): Promise<Codes> {
  const { status, json } = await post('/device/code', { client_id: tv.client_id, scope })
  expect(status).toBe(200)
  return json as unknown as Codes
}

/** One poll, so many seconds after the one before. */
function poll(
  { device_code }: Codes,
  seconds = 5,
  more: Readonly<Record<string, string | null>> = {},
): Promise<TokenAnswer> {
  server.machineNow += seconds * 1000
  return askToken(server, { ...tv, grant_type: grantType, device_code, ...more })
}

async function said(answer: Promise<TokenAnswer>): Promise<readonly unknown[]> {
  const { status, json } = await answer
  return [status, json['error'] ?? 'tokens']
}

/** Enters the code as somebody would, and chooses an account. */
async function enter(userCode: string, sub = asha): Promise<Seen> {
  const chooser = await submit(server, (await visit(`${server.issuer}/device`)).page, [['code', userCode]])
  return submit(server, chooser.page, [['account', sub]])
}

describe('a device that asks for a code', () => {
  it('gets the fields of Google’s answer', async () => {
    const { json } = await post('/device/code', { client_id: tv.client_id, scope: 'email' })
    expect(json).toEqual({
      device_code: expect.stringMatching(/^[\x21-\x7E]{60,}$/) as unknown,
      user_code: expect.stringMatching(/^[A-Z]{4}-[A-Z]{4}$/) as unknown,
      verification_url: `${server.issuer}/device`,
      expires_in: 1800,
      interval: 5,
    })
  })

  it('finds the endpoint and its grant in the discovery document', async () => {
    const found = (await (await fetch(`${server.issuer}/.well-known/openid-configuration`)).json()) as object
    expect(found).toMatchObject({
      device_authorization_endpoint: `${server.issuer}/device/code`,
      grant_types_supported: expect.arrayContaining([grantType]) as unknown,
    })
  })

  it.each([
    ['a Desktop client', (): string => server.clientId, 401, 'invalid_client', 'Invalid client type.'],
    ['an unknown client', (): string => '5-x', 401, 'invalid_client', 'The OAuth client was not found.'],
  ] as const)('is refused as %s', async (_name, id, status, error, description) => {
    const answer = await post('/device/code', { client_id: id(), scope: 'email' })
    expect([answer.status, answer.json]).toEqual([status, { error, error_description: description }])
  })

  it('is refused without a client or a scope, and with a parameter that stands twice', async () => {
    const { client_id } = tv
    expect((await post('/device/code', { scope: 'email' })).json['error']).toBe('invalid_request')
    expect((await post('/device/code', { client_id, scope: ' ' })).json).toMatchObject({
      error_description: 'Missing required parameter: scope',
    })
    const twice = new URLSearchParams([
      ['client_id', client_id],
      ['scope', 'email'],
      ['scope', 'openid'],
    ])
    expect((await fetch(`${server.issuer}/device/code`, { method: 'POST', body: twice })).status).toBe(400)
  })

  it.each(['openid', 'profile', `${scopeUrl}drive.appdata`, `${scopeUrl}youtube.readonly`])(
    'may ask for %s',
    async (scope) => {
      expect((await askCode(scope)).user_code).not.toBe('')
    },
  )

  it.each([`${scopeUrl}drive`, `${scopeUrl}gmail.send`, 'nonsense'])('may not ask for %s', async (scope) => {
    const answer = await post('/device/code', { client_id: tv.client_id, scope: `openid ${scope}` })
    expect([answer.status, answer.json]).toEqual([
      400,
      { error: 'invalid_scope', error_description: `Invalid device flow scope: ${scope}` },
    ])
  })

  it('is told of a used-up quota by a field with another name', async () => {
    value(await server.control.setDeviceRules({ quota: 1 }))
    await askCode()
    const answer = await post('/device/code', { client_id: tv.client_id, scope: 'email' })
    expect([answer.status, answer.json]).toEqual([403, { error_code: 'rate_limit_exceeded' }])
    value(await server.control.setDeviceRules({ quota: null }))
    await askCode()
  })

  it('meets the faults of its own endpoint, and those of the practice strip', async () => {
    value(await server.control.setFault({ kind: 'status', status: 500 }, 1, 'device'))
    const ask = (): Promise<Response> =>
      fetch(`${server.issuer}/device/code`, {
        method: 'POST',
        body: new URLSearchParams({ client_id: tv.client_id, scope: 'email' }),
      })
    expect([(await ask()).status, (await ask()).status]).toEqual([500, 200])
    value(await server.control.nameFault('busy'))
    expect((await ask()).status).toBe(429)
    value(await server.control.nameFault('offline'))
    await expect(ask()).rejects.toThrow('fetch failed')
  })

  it('is sent back to no browser: its client has no sign-in page', async () => {
    const seen = await visit(authUrl(server, { client_id: tv.client_id }))
    expect([seen.status, seen.page.includes('Error 400: invalid_request')]).toEqual([400, true])
  })
})

describe('the page of devices', () => {
  it('leads from the code over account and consent to the device', async () => {
    const codes = await askCode(twoScopes)
    expect(await said(poll(codes))).toEqual([428, 'authorization_pending'])
    const consent = await enter(codes.user_code, sam)
    expect(consent.page).toContain('Latchkey practice client wants access to your account')
    const done = await submit(server, consent.page, [
      ['action', 'continue'],
      ['scope', `${scopeUrl}youtube`],
      ['ongoing', 'yes'],
    ])
    expect([done.status, done.arrived]).toEqual([200, null])
    expect(done.page).toContain('You can go back to your device.')
    const { status, json } = await poll(codes)
    expect([status, json['scope']]).toEqual([200, `${scopeUrl}userinfo.email ${scopeUrl}youtube openid`])
    expect(Object.keys(json).sort()).toEqual([
      'access_token',
      'expires_in',
      'id_token',
      'refresh_token',
      'scope',
      'token_type',
    ])
    const [token] = value(await server.control.refreshTokens())
    expect(token).toMatchObject({ sub: sam, clientId: tv.client_id, death: null })
    expect((await refresh(server, json['refresh_token'], tv)).status).toBe(200)
  })

  it('says an unknown code politely, keeps what was entered and lets the person try again', async () => {
    const { user_code } = await askCode()
    const first = await visit(`${server.issuer}/device`)
    const wrong = await submit(server, first.page, [['code', '<b>']])
    expect(wrong.page).toContain('No device is waiting for this code.')
    expect(wrong.page).toContain('value="&lt;b&gt;"')
    const right = await submit(server, wrong.page, [['code', ` ${user_code} `]])
    expect(right.page).toContain('Choose an account')
  })

  it.each([
    ['in other letters’ case', (code: string) => code.toLowerCase(), 0],
    ['that has run out', (code: string) => code, 1800],
  ] as const)('does not know a code %s', async (_name, spell, seconds) => {
    const { user_code } = await askCode()
    value(await server.control.setClockOffset(seconds * 1000))
    const { page } = await visit(`${server.issuer}/device`)
    expect((await submit(server, page, [['code', spell(user_code)]])).page).toContain('No device is waiting')
  })

  it('takes each code once', async () => {
    const codes = await askCode()
    await submit(server, (await enter(codes.user_code)).page, [['action', 'cancel']])
    const { page } = await visit(`${server.issuer}/device`)
    expect((await submit(server, page, [['code', codes.user_code]])).page).toContain('No device is waiting')
  })

  it.each([
    ['ran out', () => server.control.setClockOffset(1_800_000)],
    ['was answered elsewhere', () => server.control.denyDevice('W')],
  ])('does not say that a device is connected whose code %s while somebody read', async (_name, happens) => {
    value(await server.control.setDeviceRules({ userCode: 'W' }))
    const codes = await askCode()
    const { page } = await enter(codes.user_code)
    value(await happens())
    const late = await submit(server, page, [['action', 'continue']])
    expect([late.status, late.page.includes('This page is no longer valid')]).toEqual([400, true])
    expect((await poll(codes)).status).not.toBe(200)
    expect(value(await server.control.grants())).toEqual([])
  })

  it('acts on its own form only', async () => {
    const { user_code } = await askCode()
    const { page } = await visit(`${server.issuer}/device`)
    const strange = await submit(server, page, [['code', user_code]], 'http://evil.example')
    expect([strange.status, strange.page.includes('no longer valid')]).toEqual([400, true])
  })

  it('asks every time, also for what was allowed before', async () => {
    const codes = [await askCode(), await askCode()]
    for (const { user_code } of codes) {
      const consent = await enter(user_code)
      await submit(server, consent.page, [['action', 'continue']])
    }
    expect(await said(poll(codes[0] as Codes))).toEqual([200, 'tokens'])
    expect(await said(poll(codes[1] as Codes))).toEqual([200, 'tokens'])
  })

  it('speaks Hindi', async () => {
    const { page } = await visit(`${server.issuer}/device?hl=hi`)
    expect([page.includes('lang="hi"'), page.includes('डिवाइस कनेक्ट करें')]).toEqual([true, true])
  })

  it('tells the device of a refusal, and of a consent with nothing ticked', async () => {
    const cancelled = await askCode()
    const done = await submit(server, (await enter(cancelled.user_code)).page, [['action', 'cancel']])
    expect(done.page).toContain('Your device gets no access.')
    expect(await said(poll(cancelled))).toEqual([403, 'access_denied'])
    const empty = await askCode(`${scopeUrl}drive.file ${scopeUrl}youtube`)
    await submit(server, (await enter(empty.user_code)).page, [['action', 'continue']])
    expect((await poll(empty)).json).toEqual({ error: 'access_denied', error_description: 'Forbidden' })
  })

  it('gives access that ends by itself when ongoing access is left unticked', async () => {
    const codes = await askCode()
    await submit(server, (await enter(codes.user_code)).page, [['action', 'continue']])
    expect((await poll(codes)).json['refresh_token_expires_in']).toBe(15_551_999)
  })
})

describe('a device that polls', () => {
  it('is told to wait in Google’s words', async () => {
    const { status, json } = await poll(await askCode())
    expect([status, json]).toEqual([
      428,
      { error: 'authorization_pending', error_description: 'Precondition Required' },
    ])
  })

  it('is told to slow down when it asks sooner than it may, and waits its interval from there', async () => {
    const codes = await askCode()
    await poll(codes)
    expect((await poll(codes, 3)).json).toEqual({ error: 'slow_down', error_description: 'Forbidden' })
    expect(await said(poll(codes, 3))).toEqual([403, 'slow_down'])
    expect(await said(poll(codes, 5))).toEqual([428, 'authorization_pending'])
  })

  it('is not told off for the first poll, or for a timer that is a little early', async () => {
    const codes = await askCode()
    expect(await said(poll(codes, 0))).toEqual([428, 'authorization_pending'])
    expect(await said(poll(codes, 4.8))).toEqual([428, 'authorization_pending'])
  })

  it('goes by the interval that it was given', async () => {
    value(await server.control.setDeviceRules({ interval: 1 }))
    const codes = await askCode()
    value(await server.control.setDeviceRules({ interval: 9 }))
    await poll(codes)
    expect(await said(poll(codes, 1))).toEqual([428, 'authorization_pending'])
  })

  it('is told to slow down as often as a test wants, and gets its tokens after that', async () => {
    const codes = await askCode()
    value(await server.control.setDeviceRules({ slowDowns: 10 }))
    value(await server.control.approveDevice(codes.user_code, asha))
    for (let times = 0; times < 10; times++) {
      expect(await said(poll(codes, 60))).toEqual([403, 'slow_down'])
    }
    expect(await said(poll(codes))).toEqual([200, 'tokens'])
  })

  it('claims its tokens once', async () => {
    const codes = await askCode()
    value(await server.control.approveDevice(codes.user_code, asha))
    expect(await said(poll(codes))).toEqual([200, 'tokens'])
    expect((await poll(codes)).json).toEqual({ error: 'invalid_grant', error_description: 'Bad Request' })
    expect(value(await server.control.refreshTokens())).toHaveLength(1)
  })

  it.each(['expired_token', 'invalid_grant'] as const)(
    'is told %s when its code ran out by the practice clock, also when somebody allowed it',
    async (expiredError) => {
      value(await server.control.setDeviceRules({ expiredError, expiresIn: 60 }))
      const codes = await askCode()
      value(await server.control.approveDevice(codes.user_code, asha))
      value(await server.control.setClockOffset(60_000))
      expect(await said(poll(codes, 0))).toEqual([400, expiredError])
    },
  )

  it('is refused with a wrong secret, without one, with an unknown code and with one of another client', async () => {
    const codes = await askCode()
    const other = await furtherClient(server, 'other', 'device')
    expect(await said(poll(codes, 5, { client_secret: 'wrong' }))).toEqual([401, 'invalid_client'])
    expect(await said(poll(codes, 5, { client_secret: null }))).toEqual([400, 'invalid_request'])
    expect(await said(poll(codes, 5, { device_code: 'unknown' }))).toEqual([400, 'invalid_grant'])
    expect(await said(poll(codes, 5, { device_code: null }))).toEqual([400, 'invalid_request'])
    expect(await said(poll(codes, 5, other))).toEqual([400, 'invalid_grant'])
    const desktop = { client_id: server.clientId, client_secret: server.clientSecret }
    expect(await said(poll(codes, 5, desktop))).toEqual([401, 'invalid_client'])
  })

  it('goes on over a restart of the server', async () => {
    const codes = await askCode()
    await server.restart()
    value(await server.control.approveDevice(codes.user_code, asha))
    expect(await said(poll(codes))).toEqual([200, 'tokens'])
  })

  it('learns that the account was suspended meanwhile', async () => {
    const codes = await askCode()
    value(await server.control.approveDevice(codes.user_code, asha))
    value(await server.control.setDisabled(asha, true))
    expect((await poll(codes)).json['error_description']).toBe('Account has been deleted')
  })

  it('gets nothing when the access was revoked between consent and poll', async () => {
    await signIn(server)
    const codes = await askCode()
    value(await server.control.approveDevice(codes.user_code, asha))
    value(await server.control.revokeAtAccountPage(asha))
    expect(await said(poll(codes))).toEqual([400, 'invalid_grant'])
  })

  it('has tokens that count against the hundred of its client and obey the rules', async () => {
    const codes = await askCode()
    value(await server.control.approveDevice(codes.user_code, asha))
    const { json } = await poll(codes)
    value(await server.control.mintElsewhere(asha, tv.client_id, 100))
    expect((await refresh(server, json['refresh_token'], tv)).json['error']).toBe('invalid_grant')
  })
})

describe('the control of devices', () => {
  it('allows a part of what was asked for, or denies', async () => {
    const [some, none] = [await askCode(twoScopes), await askCode()]
    value(await server.control.approveDevice(some.user_code, asha, ['openid', `${scopeUrl}youtube`]))
    value(await server.control.denyDevice(none.user_code))
    expect((await poll(some)).json['scope']).toBe(`${scopeUrl}youtube openid`)
    expect(await said(poll(none))).toEqual([403, 'access_denied'])
  })

  it('finds no code that does not wait', async () => {
    const { user_code } = await askCode()
    value(await server.control.denyDevice(user_code))
    for (const told of [
      await server.control.approveDevice(user_code, asha),
      await server.control.denyDevice('NONE-SUCH'),
    ]) {
      expect(told).toMatchObject({ ok: false, error: { code: 'not-found' } })
    }
  })

  it('sets the code to come, up to fifteen wide letters, and the name of the address', async () => {
    value(await server.control.setDeviceRules({ userCode: 'W'.repeat(15), addressName: 'verification_uri' }))
    const { json } = await post('/device/code', { client_id: tv.client_id, scope: 'email' })
    expect([json['user_code'], json['verification_uri'], json['verification_url']]).toEqual([
      'W'.repeat(15),
      `${server.issuer}/device`,
      undefined,
    ])
    const tooLong = await server.control.setDeviceRules({ userCode: 'W'.repeat(16) })
    expect(tooLong).toMatchObject({ ok: false })
  })
})

describe('the state', () => {
  it('holds neither code of a device', async () => {
    const { device_code, user_code } = await askCode()
    const saved = JSON.stringify(server.saved)
    expect([saved.includes(device_code), saved.includes(user_code)]).toEqual([false, false])
    expect(server.issued).toContainEqual({ kind: 'device-code', secret: device_code })
  })
})
