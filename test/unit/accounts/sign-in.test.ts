import { describe, expect, it } from 'vitest'
import type { ErrorCode } from '../../../electron/contract/errors.ts'
import { patienceMs } from '../../../electron/core/accounts/sign-in/patience.ts'
import { testClientId } from '../../support/client-files.ts'
import type { FakeAnswer } from '../../support/fake-http.ts'
import { asha, meera } from '../../support/fake-google.ts'
import type { TestProfile } from '../../support/test-profile.ts'
import { openTestProfile } from '../../support/test-profile.ts'

const gmail = 'https://www.googleapis.com/auth/gmail.readonly'
const drive = 'https://www.googleapis.com/auth/drive.file'
const tokenService = 'dev.latchkey.refresh-token'

async function ready(options: Parameters<typeof openTestProfile>[0] = {}): Promise<TestProfile> {
  const test = await openTestProfile(options)
  await test.addClient()
  return test
}

async function start(
  test: TestProfile,
  accountId: string | null = null,
  scopes: string[] = [gmail],
): Promise<string> {
  const started = await test.ask('signIn.start', { clientId: testClientId, scopes, accountId })
  if (!started.ok) throw new Error(started.error.code)
  return started.value.flowId
}

async function storedSecrets(test: TestProfile): Promise<readonly string[]> {
  const listed = await test.world.secretStore.list(tokenService)
  return listed.ok ? listed.value : []
}

function lastUrl(test: TestProfile): URL {
  return new URL(test.world.browser.opened[test.world.browser.opened.length - 1]?.url ?? '')
}

describe('a sign-in', () => {
  it('keeps the account, its scopes and its refresh token, and says so', async () => {
    const test = await ready()
    const done = await test.reach(await test.signIn(asha, { scopes: [gmail] }), 'done')
    expect(done).toMatchObject({ email: asha.email, declined: [], liveAtLeast: 1, replacedOlder: false })
    const [account] = test.snapshot().accounts
    expect(account).toMatchObject({
      email: asha.email,
      name: 'Asha Rao',
      active: true,
      health: { level: 'fine' },
    })
    expect(account?.grants[0]).toMatchObject({ clientId: testClientId, liveAtLeast: 1, limit: 100 })
    expect(account?.grants[0]?.granted).toContain(gmail)
    const [item] = await storedSecrets(test)
    const secret = await test.world.secretStore.get(tokenService, item ?? '')
    expect(secret.ok && secret.value?.reveal()).toBe(test.world.google.refreshTokens[0])
  })

  it('asks exactly as the design says, for a new account', async () => {
    const test = await ready()
    await test.reach(await start(test), 'waiting')
    const asked = Object.fromEntries(lastUrl(test).searchParams)
    expect(lastUrl(test).origin + lastUrl(test).pathname).toBe('https://accounts.google.com/o/oauth2/v2/auth')
    expect(asked).toMatchObject({
      response_type: 'code',
      client_id: testClientId,
      scope: `openid email profile ${gmail}`,
      access_type: 'offline',
      prompt: 'consent select_account',
      code_challenge_method: 'S256',
    })
    expect(asked['redirect_uri']).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]+$/)
    expect(asked['state']).toHaveLength(43)
    expect(asked['nonce']).toHaveLength(43)
    expect(asked['code_challenge']).toHaveLength(43)
    expect(asked).not.toHaveProperty('include_granted_scopes')
    expect(asked).not.toHaveProperty('login_hint')
  })

  it('names a known account to Google and does not offer others', async () => {
    const test = await ready()
    const done = await test.reach(await test.signIn(asha), 'done')
    await test.reach(await start(test, done.accountId), 'waiting')
    expect(lastUrl(test).searchParams.get('login_hint')).toBe(asha.sub)
    expect(lastUrl(test).searchParams.get('prompt')).toBe('consent')
  })

  it('sends the code once, with the verifier, the secret and the same redirect', async () => {
    const test = await ready()
    await test.reach(await test.signIn(asha), 'done')
    const [form] = test.world.google.tokenRequests
    expect(test.world.google.tokenRequests).toHaveLength(1)
    expect(form?.get('grant_type')).toBe('authorization_code')
    expect(form?.get('client_secret')).toBe('GOCSPX-test-secret-0001')
    expect(form?.get('redirect_uri')).toBe(lastUrl(test).searchParams.get('redirect_uri'))
    expect(form?.get('code_verifier')).toHaveLength(43)
  })

  it('shows fewer scopes than asked as what they are', async () => {
    const test = await ready()
    const identity = ['openid', 'email', 'profile']
    const flow = await test.signIn(asha, { scopes: [gmail, drive], granted: [...identity, drive] })
    expect(await test.reach(flow, 'done')).toMatchObject({ declined: [gmail] })
    expect(test.snapshot().accounts[0]?.grants[0]).toMatchObject({ declined: [gmail] })
    expect(test.snapshot().accounts[0]?.grants[0]?.granted).not.toContain(gmail)
  })

  it('lets a newer token take over, and counts both, because Google does', async () => {
    const test = await ready()
    await test.reach(await test.signIn(asha, { scopes: [gmail] }), 'done')
    const done = await test.reach(await test.signIn(asha, { scopes: [gmail] }), 'done')
    expect(done).toMatchObject({ replacedOlder: true, liveAtLeast: 2 })
    expect(await storedSecrets(test)).toHaveLength(1)
    const standings = test.snapshot().accounts[0]?.grants[0]?.tokens.map((token) => token.standing)
    expect(standings).toEqual(['held', 'elsewhere'])
  })

  it('keeps an older token that can do something the new one cannot', async () => {
    const test = await ready()
    await test.reach(await test.signIn(asha, { scopes: [gmail] }), 'done')
    const done = await test.reach(await test.signIn(asha, { scopes: [drive] }), 'done')
    expect(done).toMatchObject({ replacedOlder: false })
    expect(await storedSecrets(test)).toHaveLength(2)
  })

  it('keeps the end of a time-based grant', async () => {
    const test = await ready()
    test.world.google.changeNext({ refresh_token_expires_in: 15_551_999 })
    await test.reach(await test.signIn(asha), 'done')
    const token = test.snapshot().accounts[0]?.grants[0]?.tokens[0]
    expect(token?.expiresAt).toBe(test.world.clock.now() + 15_551_999_000)
  })

  it('runs several at once and lets each end by itself', async () => {
    const test = await ready()
    const one = await test.signIn(asha)
    const other = await start(test)
    await test.reach(one, 'done')
    expect(test.flow(other)?.step.kind).toBe('waiting')
    expect(test.world.listener.listening).toHaveLength(1)
  })

  it('goes on when the browser does not open, so that the link can be copied', async () => {
    const test = await ready()
    test.world.browser.failNext('browser-not-opened')
    const flow = await start(test)
    expect(await test.reach(flow, 'waiting')).toMatchObject({ notice: { code: 'browser-not-opened' } })
    expect(await test.ask('signIn.copyLink', { flowId: flow })).toEqual({ ok: true, value: null })
    expect(test.world.desktop.clipboard).toContain('https://accounts.google.com/')
    expect(await test.ask('signIn.openAgain', { flowId: flow })).toEqual({ ok: true, value: null })
    expect(test.world.browser.opened).toHaveLength(1)
  })

  it('gives up after five minutes and closes its listener', async () => {
    const test = await ready()
    const flow = await start(test)
    await test.reach(flow, 'waiting')
    test.world.timers.pass(patienceMs - 1)
    expect(test.flow(flow)?.step.kind).toBe('waiting')
    test.world.timers.pass(1)
    expect(await test.reach(flow, 'failed')).toMatchObject({ error: { code: 'sign-in-timeout' } })
    expect(test.world.listener.listening).toEqual([])
  })

  it('can be cancelled while it waits and while the code is exchanged', async () => {
    const test = await ready()
    const waiting = await start(test)
    await test.reach(waiting, 'waiting')
    await test.ask('signIn.cancel', { flowId: waiting })
    expect(await test.reach(waiting, 'failed')).toMatchObject({ error: { code: 'sign-in-cancelled' } })
    test.world.http.hang()
    const exchanging = await test.signIn(asha)
    await test.reach(exchanging, 'exchanging')
    await test.ask('signIn.cancel', { flowId: exchanging })
    expect(await test.reach(exchanging, 'failed')).toMatchObject({ error: { code: 'sign-in-cancelled' } })
    expect(await storedSecrets(test)).toEqual([])
    expect(test.world.listener.listening).toEqual([])
  })

  it('tells when the person refused in the browser', async () => {
    const test = await ready()
    const flow = await start(test)
    await test.reach(flow, 'waiting')
    const { searchParams } = lastUrl(test)
    const query = { state: searchParams.get('state') ?? '', error: 'access_denied' }
    const page = await test.world.listener.call(searchParams.get('redirect_uri') ?? '', query)
    expect(page).toMatchObject({ status: 400, title: 'Not signed in' })
    expect(await test.reach(flow, 'failed')).toMatchObject({ error: { code: 'sign-in-refused' } })
  })

  it('ignores strangers at the listener and goes on waiting', async () => {
    const test = await ready()
    const flow = await start(test)
    await test.reach(flow, 'waiting')
    const redirect = lastUrl(test).searchParams.get('redirect_uri') ?? ''
    expect(await test.world.listener.call(redirect, { state: 'guess', code: '4/evil' })).toBe('refused')
    const state = lastUrl(test).searchParams.get('state') ?? ''
    expect(await test.world.listener.call(redirect, { state })).toBe('refused')
    expect(await test.reach(flow, 'waiting')).toMatchObject({ notice: { code: 'sign-in-answer-invalid' } })
    expect(test.world.google.tokenRequests).toEqual([])
  })

  it('says in the browser who arrived, in the language of the window', async () => {
    const test = await ready({ language: 'hi' })
    const flow = await start(test)
    await test.reach(flow, 'waiting')
    const url = lastUrl(test)
    const answered = test.world.listener.call(
      url.searchParams.get('redirect_uri') ?? '',
      test.world.google.consent(url.href, asha),
    )
    await test.reach(flow, 'done')
    expect(await answered).toMatchObject({
      status: 200,
      language: 'hi',
      text: expect.stringContaining(asha.email) as string,
    })
    expect(url.searchParams.get('hl')).toBe('hi')
  })

  it('is refused before the browser opens when the keychain does not keep what it is given', async () => {
    const test = await ready()
    test.world.secretStore.garbleNextSet('other')
    expect(await test.reach(await start(test), 'failed')).toMatchObject({
      error: { code: 'keychain-mismatch' },
    })
    expect(test.world.browser.opened).toEqual([])
  })

  it('shows the wait when the keychain is slow', async () => {
    const test = await ready()
    const release = test.world.secretStore.hang()
    const flow = await start(test)
    expect(test.flow(flow)?.step).toEqual({ kind: 'checking-keychain', slow: false })
    test.world.timers.pass(1000)
    expect(test.flow(flow)?.step).toEqual({ kind: 'checking-keychain', slow: true })
    release()
    await test.reach(flow, 'waiting')
  })

  it('asks for the client file again when its secret vanished from the keychain', async () => {
    const test = await ready()
    test.world.secretStore.lose('dev.latchkey.client-secret', testClientId)
    expect(await test.reach(await start(test), 'failed')).toMatchObject({
      error: { code: 'orphan-client-secret' },
    })
    expect(test.snapshot().clients[0]?.secretMissing).toBe(true)
  })

  it('keeps nothing when the keychain fails after the consent', async () => {
    const test = await ready()
    const flow = await start(test)
    await test.reach(flow, 'waiting')
    test.world.secretStore.failNext('keychain-locked', 'set')
    const url = lastUrl(test)
    void test.world.listener.call(
      url.searchParams.get('redirect_uri') ?? '',
      test.world.google.consent(url.href, asha),
    )
    expect(await test.reach(flow, 'failed')).toMatchObject({ error: { code: 'keychain-locked' } })
    expect(test.snapshot().accounts).toEqual([])
    expect(await storedSecrets(test)).toEqual([])
  })

  it('keeps nothing when the disk is full', async () => {
    const test = await ready()
    const flow = await start(test)
    await test.reach(flow, 'waiting')
    test.world.folder.failNext('append', 'disk-full')
    const url = lastUrl(test)
    void test.world.listener.call(
      url.searchParams.get('redirect_uri') ?? '',
      test.world.google.consent(url.href, asha),
    )
    expect(await test.reach(flow, 'failed')).toMatchObject({ error: { code: 'disk-full' } })
    expect(await storedSecrets(test)).toEqual([])
    await test.reach(await test.signIn(asha), 'done')
  })

  it('is refused on a runtime without security fixes, for real accounts', async () => {
    const test = await ready({ realSignInAllowed: false })
    const refused = await test.ask('signIn.start', { clientId: testClientId, scopes: [], accountId: null })
    expect(refused).toMatchObject({ ok: false, error: { code: 'runtime-too-old' } })
    expect(test.snapshot().problems[0]?.error.code).toBe('runtime-too-old')
  })
})

describe('a sign-in that brings another account than expected', () => {
  async function arriveAsMeera(): Promise<{ test: TestProfile; flow: string }> {
    const test = await ready()
    const { accountId } = await test.reach(await test.signIn(asha), 'done')
    const flow = await test.signIn(meera, { accountId })
    expect(await test.reach(flow, 'choosing-account')).toMatchObject({ arrivedEmail: meera.email })
    return { test, flow }
  }

  it('stores nothing until the person chooses', async () => {
    const { test } = await arriveAsMeera()
    expect(await storedSecrets(test)).toHaveLength(1)
    expect(test.snapshot().accounts.map((account) => account.email)).toEqual([asha.email])
  })

  it('keeps it as an account of its own when told to', async () => {
    const { test, flow } = await arriveAsMeera()
    await test.ask('signIn.chooseAccount', { flowId: flow, keep: true })
    expect(await test.reach(flow, 'done')).toMatchObject({ email: meera.email })
    expect(test.snapshot().accounts.map((account) => account.email)).toEqual([asha.email, meera.email])
    expect(test.snapshot().accounts[0]?.active).toBe(true)
  })

  it('keeps nothing when told to, and nothing when nobody answers', async () => {
    const first = await arriveAsMeera()
    await first.test.ask('signIn.chooseAccount', { flowId: first.flow, keep: false })
    expect(await first.test.reach(first.flow, 'failed')).toMatchObject({
      error: { code: 'sign-in-discarded' },
    })
    const second = await arriveAsMeera()
    second.test.world.timers.pass(patienceMs)
    expect(await second.test.reach(second.flow, 'failed')).toMatchObject({
      error: { code: 'sign-in-timeout' },
    })
    expect(await storedSecrets(second.test)).toHaveLength(1)
  })
})

const portal = { headers: { 'content-type': 'text/html' }, body: '<html>Log in to the Wi-Fi</html>' }
const json = (status: number, body: object | string): FakeAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body,
})
const answers: readonly [string, FakeAnswer, ErrorCode][] = [
  ['status 500', json(500, { error: 'internal_failure' }), 'server-unavailable'],
  ['status 503 with HTML', { ...portal, status: 503 }, 'server-unavailable'],
  ['status 429', json(429, { error: 'rate_limit_exceeded' }), 'rate-limited'],
  ['rate_limit_exceeded', json(403, { error: 'rate_limit_exceeded' }), 'rate-limited'],
  ['the page of a portal', portal, 'answer-not-json'],
  ['a portal that answers 403', { ...portal, status: 403 }, 'answer-not-json'],
  ['JSON that breaks off', json(200, '{"access_token":"ya29.x"'), 'answer-malformed'],
  ['JSON that is a list', json(200, '[]'), 'answer-malformed'],
  ['a used code', json(400, { error: 'invalid_grant', error_description: 'Bad Request' }), 'code-refused'],
  [
    'a wrong verifier',
    json(400, { error: 'invalid_grant', error_description: 'Invalid code verifier.' }),
    'code-refused',
  ],
  [
    'a deleted account',
    json(400, { error: 'invalid_grant', error_description: 'Account has been deleted' }),
    'account-deleted',
  ],
  [
    'session control',
    json(400, { error: 'invalid_grant', error_subtype: 'invalid_rapt' }),
    'session-expired',
  ],
  [
    'a wrong secret',
    json(401, { error: 'invalid_client', error_description: 'The provided client secret is invalid.' }),
    'client-refused',
  ],
  [
    'a missing secret',
    json(400, { error: 'invalid_request', error_description: 'client_secret is missing.' }),
    'client-refused',
  ],
  ['a deleted client', json(401, { error: 'deleted_client' }), 'client-deleted'],
  ['a disabled client', json(403, { error: 'disabled_client' }), 'client-disabled'],
  ['another client type', json(401, { error: 'unauthorized_client' }), 'client-unauthorized'],
  ['a wrong redirect', json(400, { error: 'redirect_uri_mismatch' }), 'redirect-mismatch'],
  ['a refused scope', json(400, { error: 'invalid_scope' }), 'scope-refused'],
  ['an internal client', json(403, { error: 'org_internal' }), 'org-internal'],
  ['an admin policy', json(400, { error: 'admin_policy_enforced' }), 'admin-policy'],
  [
    'a restricted account',
    json(403, { error: 'access_denied', error_description: 'Account Restricted' }),
    'access-denied',
  ],
  [
    'a malformed request',
    json(400, { error: 'invalid_request', error_description: 'Missing required parameter: code' }),
    'request-refused',
  ],
  ['a demand for proofs', json(400, { error: 'use_dpop_nonce' }), 'dpop-required'],
  ['an error nobody knows', json(400, { error: 'brand_new' }), 'token-error-other'],
]

describe('an exchange that fails', () => {
  it.each(answers)('with %s has its own result and keeps nothing', async (_what, answer, code) => {
    const test = await ready()
    test.world.google.answerNext(answer)
    const failed = await test.reach(await test.signIn(asha), 'failed')
    expect(failed.error.code).toBe(code)
    expect(test.snapshot().accounts).toEqual([])
    expect(await storedSecrets(test)).toEqual([])
    await test.reach(await test.signIn(asha), 'done')
  })

  it.each(['network-offline', 'network-failed', 'answer-too-large'] as const)(
    'with %s keeps nothing',
    async (code) => {
      const test = await ready()
      test.world.http.failNext(code)
      expect((await test.reach(await test.signIn(asha), 'failed')).error.code).toBe(code)
      expect(await storedSecrets(test)).toEqual([])
    },
  )

  const changed: readonly [string, Record<string, unknown>, ErrorCode][] = [
    ['no refresh token', { refresh_token: undefined }, 'no-refresh-token'],
    ['a refresh token over 512 bytes', { refresh_token: 'r'.repeat(513) }, 'answer-malformed'],
    ['an access token over 2048 bytes', { access_token: 'a'.repeat(2049) }, 'answer-malformed'],
    ['another token type', { token_type: 'mac' }, 'answer-malformed'],
    ['no token type', { token_type: undefined }, 'answer-malformed'],
    ['no access token', { access_token: undefined }, 'answer-malformed'],
    ['no id token', { id_token: undefined }, 'id-token-missing'],
    ['an id token that is none', { id_token: 'abc' }, 'id-token-invalid'],
    ['an empty scope', { scope: ' ' }, 'nothing-granted'],
  ]
  it.each(changed)('with %s keeps nothing', async (_what, change, code) => {
    const test = await ready()
    test.world.google.changeNext(change)
    expect((await test.reach(await test.signIn(asha), 'failed')).error.code).toBe(code)
    expect(await storedSecrets(test)).toEqual([])
  })

  it('accepts tokens of exactly the documented sizes', async () => {
    const test = await ready()
    test.world.google.changeNext({ refresh_token: 'r'.repeat(512), access_token: 'a'.repeat(2048) })
    await test.reach(await test.signIn(asha), 'done')
  })

  const claims: readonly [string, Record<string, unknown>][] = [
    ['another issuer', { iss: 'https://evil.example' }],
    ['another audience', { aud: '999-x.apps.googleusercontent.com' }],
    ['another nonce', { nonce: 'other' }],
    ['no nonce', { nonce: undefined }],
    ['an end in the past', { exp: 1_000_000_000 }],
    ['the short issuer but another audience', { iss: 'accounts.google.com', aud: 'other' }],
    ['the short issuer but another nonce', { iss: 'accounts.google.com', nonce: 'other' }],
  ]
  it.each(claims)('with an id token of %s keeps nothing', async (_what, change) => {
    const test = await ready()
    test.world.google.changeNextClaims(change)
    expect((await test.reach(await test.signIn(asha), 'failed')).error.code).toBe('id-token-invalid')
    expect(await storedSecrets(test)).toEqual([])
  })

  it('with an id token signed by a stranger keeps nothing', async () => {
    const test = await ready()
    test.world.google.forgeNext()
    expect((await test.reach(await test.signIn(asha), 'failed')).error.code).toBe('id-token-invalid')
    const short = await ready()
    short.world.google.forgeNext()
    short.world.google.changeNextClaims({ iss: 'accounts.google.com' })
    expect((await short.reach(await short.signIn(asha), 'failed')).error.code).toBe('id-token-invalid')
  })

  it('accepts the issuer name without its scheme, which Google documents too', async () => {
    const test = await ready()
    test.world.google.changeNextClaims({ iss: 'accounts.google.com' })
    await test.reach(await test.signIn(asha), 'done')
  })
})
