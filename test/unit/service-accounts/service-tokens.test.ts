import { describe, expect, it } from 'vitest'
import type { ErrorCode } from '../../../electron/contract/errors.ts'
import type { ProfileContext } from '../../../electron/core/profile-context.ts'
import { importKey } from '../../../electron/core/service-accounts/import-key.ts'
import { ServiceTokens } from '../../../electron/core/service-accounts/service-tokens.ts'
import { serviceView } from '../../../electron/core/service-accounts/service-view.ts'
import type { FakeAnswer } from '../../support/fake-http.ts'
import {
  keyFile,
  keyName,
  nextKeyName,
  readJwt,
  refusal,
  robotEmail,
} from '../../support/service-accounts.ts'
import { openTestContext } from '../../support/test-context.ts'
import { calendar, codeOf, serviceScene, sheets, tokenOf } from './service-scene.ts'

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs
const person = 'meera@northwind.test'

describe('an access token of a service account', () => {
  it('comes for one signed request that says what Google asks for and nothing else', async () => {
    const scene = await serviceScene()
    const token = tokenOf(await scene.get([calendar, sheets]))
    const seconds = Math.floor(scene.world.clock.now() / 1000)
    expect(scene.google.assertions).toEqual([
      {
        header: { alg: 'RS256', typ: 'JWT', kid: keyName },
        claims: {
          ...{ iss: robotEmail, aud: 'https://oauth2.googleapis.com/token' },
          ...{ scope: `${calendar} ${sheets}`, iat: seconds, exp: seconds + 3600 },
        },
        signed: true,
      },
    ])
    expect(token).toMatchObject({
      scopes: [calendar, sheets],
      expiresAt: scene.world.clock.now() + 3_599_000,
      keyId: scene.keyId,
    })
    expect(token.secret.reveal()).toBe('ya29.robot-1')
  })

  it('acts as a person where that is wanted, and is another one than its own', async () => {
    const scene = await serviceScene()
    const own = tokenOf(await scene.get([calendar]))
    const acting = tokenOf(await scene.get([calendar], person))
    expect(scene.google.assertions.map(({ claims }) => claims['sub'])).toEqual([undefined, person])
    expect(acting.secret.equals(own.secret)).toBe(false)
  })

  it('is given from memory until it is no longer fresh, whatever the order of its scopes', async () => {
    const scene = await serviceScene()
    await scene.get([calendar, sheets])
    scene.world.clock.advance(50 * minuteMs)
    tokenOf(await scene.get([sheets, calendar]))
    expect(scene.google.assertions).toHaveLength(1)
    scene.world.clock.advance(6 * minuteMs)
    tokenOf(await scene.get([sheets, calendar]))
    expect(scene.google.assertions).toHaveLength(2)
  })

  it('costs one request, however many ask for it at once', async () => {
    const scene = await serviceScene()
    const all = await Promise.all(Array.from({ length: 50 }, () => scene.get()))
    expect(new Set(all.map((result) => tokenOf(result).secret.reveal())).size).toBe(1)
    expect(scene.google.assertions).toHaveLength(1)
  })

  it('has the configured scopes and person unless told; without any it says so', async () => {
    const scene = await serviceScene()
    const ask = (): ReturnType<typeof scene.get> =>
      scene.tokens.get({ accountId: scene.accountId, minTtlMs: 0 })
    expect(codeOf(await ask())).toBe('service-no-scopes')
    const { accountId } = scene
    const data = { accountId, scopes: [sheets], subject: person }
    await scene.context.record([{ type: 'service.configured', data }])
    expect(tokenOf(await ask()).scopes).toEqual([sheets])
    expect(scene.google.assertions[0]?.claims).toMatchObject({ scope: sheets, sub: person })
  })

  it('is not waited for by who gives up, and is there for who does not', async () => {
    const scene = await serviceScene()
    const abort = new AbortController()
    const given = scene.tokens.get({
      ...{ accountId: scene.accountId, scopes: [calendar], minTtlMs: 0 },
      signal: abort.signal,
    })
    const waited = scene.get()
    abort.abort()
    expect(codeOf(await given)).toBe('aborted')
    expect(codeOf(await waited)).toBe('token')
  })

  it('is not there for a forgotten account, not even where the answer comes after that', async () => {
    const scene = await serviceScene()
    const release = scene.world.http.hang()
    const asked = scene.get()
    await new Promise((resolve) => setImmediate(resolve))
    const { accountId } = scene
    await scene.context.record([{ type: 'account.forgotten', data: { accountId } }])
    scene.tokens.drop(accountId)
    release()
    expect(codeOf(await asked)).toBe('not-found')
    expect(codeOf(await scene.get())).toBe('not-found')
  })

  it('does not stay where the account is forgotten while its use is written down', async () => {
    const scene = await serviceScene()
    const { accountId } = scene
    const { record } = scene.context
    const context: ProfileContext = {
      ...scene.context,
      async record(events) {
        const recorded = await record(events)
        if (events[0]?.type === 'service.keyUsed')
          await record([{ type: 'account.forgotten', data: { accountId } }])
        return recorded
      },
    }
    const tokens = new ServiceTokens(context, () => undefined)
    expect(codeOf(await tokens.get({ accountId, scopes: [calendar], minTtlMs: 0 }))).toBe('not-found')
    expect(scene.google.assertions).toHaveLength(1)
  })

  it('that waits for its turn when the profile closes reads no key and signs nothing', async () => {
    const scene = await serviceScene()
    scene.tokens.keys.drop(scene.keyId)
    scene.world.http.hang()
    const asked = Array.from({ length: 12 }, (_, at) => scene.get([`${calendar}.${String(at)}`]))
    for (let turns = 0; turns < 20; turns += 1) await new Promise((resolve) => setImmediate(resolve))
    scene.tokens.keys.drop(scene.keyId)
    const reads = scene.world.secretStore.calls.length
    await scene.tokens.close()
    await Promise.all(asked)
    expect(scene.world.secretStore.calls.length).toBe(reads)
  })

  it('ends with the profile', async () => {
    const scene = await serviceScene()
    scene.world.http.hang()
    const asked = scene.get()
    await scene.tokens.close()
    expect(codeOf(await asked)).toBe('aborted')
    expect(codeOf(await scene.get())).toBe('aborted')
  })
})

describe('a no of Google to a service account', () => {
  const signature = 'Invalid JWT Signature.'
  const refusals: readonly [string, FakeAnswer, string | null, ErrorCode, string][] = [
    ['a bad signature', refusal('invalid_grant', signature), null, 'service-key-refused', 'key'],
    [
      'an issuer without keys',
      refusal('invalid_grant', 'Invalid JWT: No valid verifier found for issuer.'),
      ...[null, 'service-key-refused', 'key'],
    ],
    ['a disabled robot', refusal('invalid_grant', 'Robot is disabled.'), null, 'service-disabled', 'account'],
    [
      'a disabled client',
      refusal('disabled_client', 'The OAuth client was disabled.', 401),
      ...[null, 'service-disabled', 'account'],
    ],
    [
      'a deleted client',
      refusal('deleted_client', 'The OAuth client was deleted.', 401),
      ...[null, 'service-disabled', 'account'],
    ],
    [
      'an unknown account',
      refusal('invalid_grant', 'Invalid grant: account not found'),
      ...[null, 'service-unknown', 'account'],
    ],
    ['an own address', refusal('invalid_grant', 'Not a valid email.'), null, 'service-unknown', 'account'],
    [
      'a person’s address',
      refusal('invalid_grant', 'Not a valid email.'),
      ...[person, 'service-subject-invalid', 'request'],
    ],
    [
      'a person who is not there',
      refusal('invalid_grant', 'Invalid email or User ID'),
      ...[person, 'service-subject-invalid', 'request'],
    ],
    [
      'a person who is gone',
      refusal('invalid_grant', 'Account has been deleted'),
      ...[person, 'service-subject-invalid', 'request'],
    ],
    [
      'a service account that is gone',
      refusal('invalid_grant', 'The account has been deleted'),
      ...[null, 'service-unknown', 'account'],
    ],
    [
      'a person who is none',
      refusal('invalid_request', 'Invalid impersonation "sub" field.'),
      ...[person, 'service-subject-invalid', 'request'],
    ],
    [
      'the older word for that',
      refusal('invalid_request', 'Invalid impersonation prn email address.'),
      ...[person, 'service-subject-invalid', 'request'],
    ],
    [
      'no delegation',
      refusal('unauthorized_client', 'Unauthorized client or scope in request.', 401),
      ...[person, 'service-delegation-refused', 'request'],
    ],
    [
      'no delegation in other words',
      refusal('access_denied', 'Requested client not authorized.', 403),
      ...[person, 'service-delegation-refused', 'request'],
    ],
    [
      'the same for itself',
      refusal('unauthorized_client', 'Unauthorized client or scope in request.', 401),
      ...[null, 'service-refused', 'request'],
    ],
    [
      'an unknown scope',
      refusal('invalid_scope', 'Invalid OAuth scope or ID token audience provided.'),
      ...[null, 'service-scope-refused', 'request'],
    ],
    ['an administrator', refusal('admin_policy_enforced', ''), null, 'admin-policy', 'request'],
    ['an organisation', refusal('org_internal', '', 403), null, 'org-internal', 'request'],
    [
      'an audience',
      refusal('invalid_grant', 'Invalid JWT: Failed audience check.'),
      ...[null, 'service-refused', 'request'],
    ],
  ] as never

  it.each(refusals)('has its own message: %s', async (_, answer, subject, code, about) => {
    const scene = await serviceScene()
    scene.google.answerNext(answer)
    expect(codeOf(await scene.get([calendar], subject))).toBe(code)
    expect(scene.eventsOf('service.refused')).toMatchObject([{ about, scopes: [calendar], subject }])
    const view = serviceView(scene.state().accounts.get(scene.accountId) ?? never(), scene.tokens)
    expect((about === 'key' ? view?.keys[0] : view)?.refusal?.error.code).toBe(code)
  })

  it('is written down once, is not asked for again at once, and ends with the next yes', async () => {
    const scene = await serviceScene()
    const disabled = refusal('invalid_grant', 'Robot is disabled.')
    scene.google.judge(() => disabled)
    expect(codeOf(await scene.get())).toBe('service-disabled')
    const waiting = await scene.get([sheets])
    expect(waiting).toMatchObject({ error: { code: 'service-disabled', details: { seconds: 60 } } })
    expect(scene.google.assertions).toHaveLength(1)
    scene.world.clock.advance(2 * minuteMs)
    await scene.get()
    expect(scene.google.assertions).toHaveLength(2)
    expect(scene.eventsOf('service.refused')).toHaveLength(1)

    scene.google.judge(null)
    scene.world.clock.advance(10 * minuteMs)
    tokenOf(await scene.get())
    expect(scene.service().refusal).toBeNull()
  })

  it('about the account stays when other scopes are chosen; one about a request goes', async () => {
    const scene = await serviceScene()
    const { accountId } = scene
    const choose = async (scopes: readonly string[]): Promise<unknown> =>
      scene.context.record([{ type: 'service.configured', data: { accountId, scopes, subject: null } }])
    scene.google.answerNext(refusal('invalid_scope', 'Invalid OAuth scope or ID token audience provided.'))
    await scene.get()
    expect(scene.service().refusal).toMatchObject({ about: 'request' })
    await choose([sheets])
    expect(scene.service().refusal).toBeNull()
    scene.google.answerNext(refusal('invalid_grant', 'Robot is disabled.'))
    await scene.get([sheets])
    await choose([calendar])
    expect(scene.service().refusal).toMatchObject({ about: 'account' })
  })

  it('to an id token says nothing of what else the account asks for', async () => {
    const scene = await serviceScene()
    const ask = (): ReturnType<typeof scene.get> =>
      scene.tokens.idToken({ accountId: scene.accountId, audience: 'https://tool.example', minTtlMs: 0 })
    scene.google.answerNext(refusal('invalid_scope', 'Invalid OAuth scope or ID token audience provided.'))
    expect(codeOf(await ask())).toBe('service-scope-refused')
    expect(scene.service().refusal).toBeNull()
    scene.world.clock.advance(2 * minuteMs)
    scene.google.answerNext(refusal('invalid_grant', 'Robot is disabled.'))
    expect(codeOf(await ask())).toBe('service-disabled')
    expect(scene.service().refusal).toMatchObject({ about: 'account' })
  })

  it('to one set of scopes does not keep another one waiting, and a person waits for nothing', async () => {
    const scene = await serviceScene()
    const { accountId } = scene
    scene.google.answerNext(refusal('invalid_scope', 'Invalid OAuth scope.'))
    expect(codeOf(await scene.get([calendar]))).toBe('service-scope-refused')
    expect(codeOf(await scene.get([sheets]))).toBe('token')
    const byHand = { accountId, scopes: [calendar], minTtlMs: 0, byHand: true }
    expect(codeOf(await scene.tokens.get(byHand))).toBe('token')
  })

  it('names the scopes that were never given to that person as probably not registered', async () => {
    const scene = await serviceScene()
    const account = () => scene.state().accounts.get(scene.accountId) ?? never()
    const delegation = refusal('unauthorized_client', 'Client is unauthorized to retrieve tokens.', 401)
    scene.google.answerNext(delegation)
    await scene.get([calendar, sheets], person)
    expect(serviceView(account(), scene.tokens)?.refusal?.unregistered).toEqual([calendar, sheets])
    tokenOf(await scene.get([calendar], person))
    scene.world.clock.advance(2 * minuteMs)
    scene.google.answerNext(delegation)
    await scene.get([calendar, sheets], person)
    expect(serviceView(account(), scene.tokens)?.refusal?.unregistered).toEqual([sheets])
  })
})

it('of a no to one request nothing is taken back by a yes to another', async () => {
  const scene = await serviceScene()
  const { accountId, keyId } = scene
  scene.google.answerNext(refusal('unauthorized_client', 'Unauthorized client or scope in request.', 401))
  await scene.get([calendar, sheets], person)
  expect(await scene.tokens.tryKey(accountId, keyId)).toMatchObject({ ok: true })
  tokenOf(await scene.get([calendar], person))
  expect(scene.service()).toMatchObject({
    refusal: { about: 'request', error: 'unauthorized_client', scopes: [calendar, sheets], subject: person },
    keys: [{ lastUsedAt: scene.world.clock.now() }],
  })
  scene.world.clock.advance(2 * minuteMs)
  tokenOf(await scene.get([calendar, sheets], person))
  expect(scene.service().refusal).toBeNull()
})

describe('what passes', () => {
  const passing: readonly [string, FakeAnswer, ErrorCode][] = [
    ['status 500', { status: 500, body: '<html>' }, 'server-unavailable'],
    [
      'a page of HTML',
      { status: 200, body: '<html>', headers: { 'content-type': 'text/html' } },
      'answer-not-json',
    ],
    ['a limit of the rate', refusal('rate_limit_exceeded', '', 403), 'rate-limited'],
    ['no access token', { body: { token_type: 'Bearer', expires_in: 3599 } }, 'answer-malformed'],
    ['no lifetime', { body: { access_token: 'ya29.x', token_type: 'Bearer' } }, 'answer-malformed'],
    ['a lost connection', { lost: 'network-failed' }, 'network-failed'],
  ]
  it.each(passing)('is written down nowhere and tried again later: %s', async (_, answer, code) => {
    const scene = await serviceScene()
    const before = scene.events.length
    scene.google.answerNext(answer)
    expect(codeOf(await scene.get())).toBe(code)
    expect(scene.events).toHaveLength(before)
    expect(codeOf(await scene.get())).toBe(code)
    expect(scene.google.assertions).toHaveLength(1)
    scene.world.clock.advance(20 * minuteMs)
    expect(codeOf(await scene.get())).toBe('token')
  })

  it('does not take away what still does', async () => {
    const scene = await serviceScene()
    const first = tokenOf(await scene.get())
    scene.world.clock.advance(56 * minuteMs)
    scene.google.answerNext({ status: 503, body: '' })
    expect(tokenOf(await scene.get()).secret.equals(first.secret)).toBe(true)
  })

  it('is tried at once when the network is back', async () => {
    const scene = await serviceScene()
    scene.google.answerNext({ lost: 'network-offline' })
    expect(codeOf(await scene.get())).toBe('network-offline')
    scene.tokens.networkReturned()
    expect(codeOf(await scene.get())).toBe('token')
  })
})

describe('a clock that is wrong', () => {
  const mistimed = refusal(
    'invalid_grant',
    'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.',
  )

  it.each([
    ['10 minutes ahead', 10],
    ['10 minutes behind', -10],
    ['3 minutes ahead, which is corrected nowhere else', 3],
  ])('is corrected once by the Date of the answer: %s', async (_, minutes) => {
    const scene = await serviceScene()
    const { clock } = scene.world
    const right = clock.now()
    clock.set(right + minutes * minuteMs)
    const date = { date: new Date(right).toUTCString() }
    scene.google.answerNext({ ...mistimed, headers: date })
    scene.google.answerNext({
      body: { access_token: 'ya29.x', expires_in: 3599, token_type: 'Bearer' },
      headers: date,
    })
    tokenOf(await scene.get())
    const [first, second] = scene.google.assertions
    expect(Number(first?.claims['iat']) * 1000).toBe(right + minutes * minuteMs)
    expect(Number(second?.claims['iat']) * 1000).toBe(right)
    expect(scene.eventsOf('service.refused')).toEqual([])
  })

  it('that stays wrong by Google’s own time is said, and costs two requests and no more', async () => {
    const scene = await serviceScene()
    scene.google.judge(() => mistimed)
    expect(codeOf(await scene.get())).toBe('service-clock')
    expect(codeOf(await scene.get())).toBe('service-clock')
    expect(scene.google.assertions).toHaveLength(2)
    expect(scene.eventsOf('service.refused')).toEqual([])
  })
})

describe('which key signs', () => {
  const kids = (scene: Awaited<ReturnType<typeof serviceScene>>): unknown[] =>
    scene.google.assertions.map(({ header }) => header['kid'])

  it('is the one that worked until a newer one was tried, and then the newer one', async () => {
    const scene = await serviceScene()
    await scene.get([calendar])
    const keyId = await scene.addKey(nextKeyName)
    await scene.get([sheets])
    expect(kids(scene)).toEqual([keyName, keyName])
    expect(await scene.tokens.tryKey(scene.accountId, keyId)).toMatchObject({ ok: true })
    await scene.get([calendar, sheets])
    expect(kids(scene)).toEqual([keyName, keyName, nextKeyName, nextKeyName])
  })

  it('is the newest where none was tried', async () => {
    const scene = await serviceScene()
    await scene.addKey(nextKeyName)
    await scene.get()
    expect(kids(scene)).toEqual([nextKeyName])
  })

  it('is once the next one where Google does not take the first', async () => {
    const scene = await serviceScene()
    await scene.get([calendar])
    const next = await scene.addKey(nextKeyName)
    const noKey = refusal('invalid_grant', 'Invalid JWT Signature.')
    scene.google.judge(({ header }) => (header['kid'] === keyName ? noKey : null))
    expect(tokenOf(await scene.get([sheets])).keyId).toBe(next)
    await scene.get([calendar, sheets])
    expect(kids(scene)).toEqual([keyName, keyName, nextKeyName, nextKeyName])
    expect(scene.service().keys.map(({ refusal: no }) => no?.error ?? null)).toEqual(['invalid_grant', null])
  })

  it('is none where Google takes none: two are tried, and then it is waited', async () => {
    const scene = await serviceScene()
    await scene.addKey(nextKeyName)
    await scene.addKey('0123456789abcdef')
    scene.google.judge(() => refusal('invalid_grant', 'Invalid JWT Signature.'))
    expect(codeOf(await scene.get())).toBe('service-key-refused')
    expect(codeOf(await scene.get([sheets]))).toBe('service-key-refused')
    expect(scene.google.assertions).toHaveLength(2)
  })

  it('is the next one where the keychain lost the first, which is remembered', async () => {
    const scene = await serviceScene()
    const next = await scene.addKey(nextKeyName)
    scene.world.secretStore.lose(scene.context.services.serviceKey, next)
    scene.tokens.keys.drop(next)
    expect(tokenOf(await scene.get()).keyId).toBe(scene.keyId)
    expect(scene.service().keys.map(({ standing }) => standing)).toEqual(['held', 'missing'])
  })

  it('is the next one also for what it signs by itself', async () => {
    const scene = await serviceScene()
    const next = await scene.addKey(nextKeyName)
    scene.world.secretStore.lose(scene.context.services.serviceKey, next)
    scene.tokens.keys.drop(next)
    const signed = await scene.tokens.selfSigned(scene.accountId, 'https://tool.example')
    expect(signed).toMatchObject({ ok: true, value: { keyId: scene.keyId } })
    expect(scene.service().keys.map(({ standing }) => standing)).toEqual(['held', 'missing'])
  })

  it('is found again where it was missed wrongly, though it is in memory', async () => {
    const scene = await serviceScene()
    const { accountId, keyId } = scene
    await scene.context.record([{ type: 'service.keyMissing', data: { accountId, keyId } }])
    tokenOf(await scene.get())
    expect(scene.service().keys).toMatchObject([{ standing: 'held' }])
    scene.world.secretStore.lose(scene.context.services.serviceKey, keyId)
    await scene.context.record([{ type: 'service.keyMissing', data: { accountId, keyId } }])
    tokenOf(await scene.get([sheets]))
    expect(scene.service().keys).toMatchObject([{ standing: 'missing' }])
  })

  it('that is forgotten while the keychain is read signs nothing and does not stay in memory', async () => {
    const scene = await serviceScene()
    const { accountId, keyId } = scene
    for (const ask of [() => scene.get(), () => scene.tokens.selfSigned(accountId, 'https://tool.example')]) {
      scene.tokens.keys.drop(keyId)
      const release = scene.world.secretStore.hang()
      const asked = ask()
      await new Promise((resolve) => setImmediate(resolve))
      const data = { accountId, keyId, reason: 'key-forgotten' }
      await scene.context.record([{ type: 'service.keyForgotten', data }])
      release()
      expect(await asked).toMatchObject({ error: { code: 'not-found' } })
      const reads = scene.world.secretStore.calls.length
      const record = scene.service().keys[0] ?? never()
      await scene.tokens.keys.read(accountId, record)
      expect(scene.world.secretStore.calls.length).toBe(reads + 1)
      await scene.context.record([{ type: 'service.keyFound', data: { accountId, keyId } }])
    }
    expect(scene.google.assertions).toEqual([])
  })

  it('that Google refuses signs nothing by itself either', async () => {
    const scene = await serviceScene()
    scene.google.answerNext(refusal('invalid_grant', 'Invalid JWT Signature.'))
    await scene.get()
    const signed = await scene.tokens.selfSigned(scene.accountId, 'https://tool.example')
    expect(signed).toMatchObject({ error: { code: 'service-key-refused' } })
  })

  it('a trial says what Google says of that very key, and hands nothing out', async () => {
    const scene = await serviceScene()
    const next = await scene.addKey(nextKeyName)
    scene.google.answerNext(refusal('invalid_grant', 'Invalid JWT Signature.'))
    const tried = await scene.tokens.tryKey(scene.accountId, next)
    expect(tried).toMatchObject({ ok: false, error: { code: 'service-key-refused' } })
    expect(tokenOf(await scene.get()).keyId).toBe(scene.keyId)
    expect(await scene.tokens.tryKey(scene.accountId, next)).toMatchObject({ ok: true })
    expect(scene.service().keys[1]?.refusal).toBeNull()
  })
})

describe('the uses of a key', () => {
  it('are written down once a day', async () => {
    const scene = await serviceScene()
    await scene.get([calendar])
    await scene.get([sheets])
    expect(scene.eventsOf('service.keyUsed')).toHaveLength(1)
    scene.world.clock.advance(dayMs)
    await scene.get([calendar])
    expect(scene.eventsOf('service.keyUsed')).toHaveLength(2)
  })

  it('of 200 service accounts at once are 200 requests, at most 8 of them in the air', async () => {
    const test = await openTestContext()
    const scene = await serviceScene(test)
    const ids = await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        const file = keyFile({ client_id: `9${String(index).padStart(20, '0')}` })
        const brought = { bytes: Buffer.from(file), path: null }
        const imported = await importKey(scene.context, scene.tokens, brought)
        if (!imported.ok || imported.value.kind !== 'service-account') throw new Error('no key')
        return imported.value.accountId
      }),
    )
    const asked = ids.map((accountId) => scene.tokens.get({ accountId, scopes: [calendar], minTtlMs: 0 }))
    for (const result of await Promise.all(asked)) tokenOf(result)
    expect(scene.google.assertions).toHaveLength(200)
    expect(scene.google.mostInAir()).toBe(8)
  })
})

describe('an id token of a service account', () => {
  const audience = 'https://tool.example'
  it('is for its audience, checked, and from memory the next time', async () => {
    const scene = await serviceScene()
    const ask = () => scene.tokens.idToken({ accountId: scene.accountId, audience, minTtlMs: 0 })
    const token = tokenOf(await ask())
    expect(scene.google.assertions[0]?.claims).toMatchObject({ target_audience: audience })
    expect(scene.google.assertions[0]?.claims).not.toHaveProperty('scope')
    expect(token.expiresAt).toBe(Math.floor(scene.world.clock.now() / 1000) * 1000 + 3_600_000)
    expect(tokenOf(await ask()).secret.equals(token.secret)).toBe(true)
    expect(scene.google.assertions).toHaveLength(1)
  })

  it.each([
    ['another audience', { aud: 'https://other.example' }],
    ['another issuer', { iss: 'https://evil.example' }],
    ['somebody else', { sub: '999999999999999999999' }],
    ['the past', { exp: 1_000_000 }],
  ])('for %s is not handed out', async (_, change) => {
    const scene = await serviceScene()
    scene.google.changeNextClaims(change)
    const asked = await scene.tokens.idToken({ accountId: scene.accountId, audience, minTtlMs: 0 })
    expect(codeOf(asked)).toBe('id-token-invalid')
  })

  it('that is missing in the answer is said', async () => {
    const scene = await serviceScene()
    scene.google.answerNext({ body: { access_token: 'ya29.x', expires_in: 3599, token_type: 'Bearer' } })
    const asked = await scene.tokens.idToken({ accountId: scene.accountId, audience, minTtlMs: 0 })
    expect(codeOf(asked)).toBe('answer-malformed')
  })
})

describe('a self-signed token', () => {
  it('is for one API by its address, or for the configured scopes, and asks nobody', async () => {
    const scene = await serviceScene()
    const { accountId } = scene
    const api = 'https://pubsub.googleapis.com/'
    const forApi = await scene.tokens.selfSigned(accountId, 'pubsub.googleapis.com')
    if (!forApi.ok) throw new Error(forApi.error.code)
    const { claims, signed } = readJwt(forApi.value.secret.reveal())
    const seconds = Math.floor(scene.world.clock.now() / 1000)
    expect(claims).toEqual({
      ...{ iss: robotEmail, sub: robotEmail, aud: api, iat: seconds, exp: seconds + 3600 },
    })
    expect(signed).toBe(true)
    expect(forApi.value.expiresAt).toBe((seconds + 3600) * 1000)

    const elsewhere = await scene.tokens.selfSigned(accountId, 'https://tool.example')
    expect(elsewhere.ok && readJwt(elsewhere.value.secret.reveal()).claims['aud']).toBe(
      'https://tool.example',
    )
    expect(await scene.tokens.selfSigned(accountId, null)).toMatchObject({
      error: { code: 'service-no-scopes' },
    })
    const data = { accountId, scopes: [calendar, sheets], subject: null }
    await scene.context.record([{ type: 'service.configured', data }])
    const forScopes = await scene.tokens.selfSigned(accountId, null)
    if (!forScopes.ok) throw new Error(forScopes.error.code)
    expect(readJwt(forScopes.value.secret.reveal()).claims).toMatchObject({ scope: `${calendar} ${sheets}` })
    expect(scene.google.assertions).toEqual([])
  })
})

it('writes no key, no assertion and no token anywhere but into the keychain and the request', async () => {
  const scene = await serviceScene()
  const token = tokenOf(await scene.get())
  scene.google.answerNext(refusal('invalid_grant', 'Invalid JWT Signature.'))
  await scene.get([sheets])
  const stored = await scene.world.secretStore.get(scene.context.services.serviceKey, scene.keyId)
  const [, , prime = ''] = (stored.ok && stored.value ? stored.value.reveal() : '').split('.')
  expect(prime.length).toBeGreaterThan(100)
  const written = JSON.stringify([scene.events, scene.world.log, scene.world.folder.text('ledger.jsonl')])
  for (const secret of [prime, token.secret.reveal(), 'BEGIN PRIVATE KEY', 'eyJhbGciOiJSUzI1NiI'])
    expect(written).not.toContain(secret)
})

function never(): never {
  throw new Error('the account is gone')
}
