import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../../electron/contract/outcome.ts'
import { fail } from '../../../electron/contract/outcome.ts'
import type { AccessResult, CheckResult } from '../../../electron/core/access/access-tokens.ts'
import { AccessTokens } from '../../../electron/core/access/access-tokens.ts'
import { describeRefusal } from '../../../electron/core/access/refusals.ts'
import type { ProfileContext } from '../../../electron/core/profile-context.ts'
import type { TokenRecord } from '../../../electron/core/state/state.ts'
import { findToken } from '../../../electron/core/state/state.ts'
import { testClientId } from '../../support/client-files.ts'
import type { FakeTokenError } from '../../support/fake-people.ts'
import { asha, meera } from '../../support/fake-google.ts'
import type { MintedToken, TestContext } from '../../support/test-context.ts'
import { openTestContext } from '../../support/test-context.ts'

const secondMs = 1000
const minuteMs = 60 * secondMs

interface Ready extends TestContext {
  readonly access: AccessTokens
  readonly grants: readonly MintedToken[]
  readonly grant: MintedToken
  requests(): number
  probes(): number
  get(grant?: MintedToken): Promise<AccessResult>
  check(byHand?: boolean): Promise<CheckResult>
  token(): TokenRecord
}

/** One account for each of `count` tokens, all under one client. */
async function ready(count = 1): Promise<Ready> {
  const test = await openTestContext()
  await test.addClient()
  const grants: MintedToken[] = []
  for (let index = 0; index < count; index += 1) {
    grants.push(await test.mint({ person: { ...asha, sub: String(1e9 + index) } }))
  }
  const [grant] = grants
  if (!grant) throw new Error('no grant')
  const access = new AccessTokens(test.context, () => undefined)
  const isProbe = (form: URLSearchParams): boolean =>
    form.get('refresh_token')?.startsWith('latchkey-probe-') === true
  return {
    ...test,
    ...{ access, grants, grant },
    requests: () => test.world.google.refreshes.filter((form) => !isProbe(form)).length,
    probes: () => test.world.google.refreshes.filter(isProbe).length,
    get: (one = grant) => access.get(one, { minTtlMs: 0 }),
    check: (byHand = false) => access.check(grant.tokenId, { byHand }),
    token: () => {
      const token = findToken(test.state(), grant.tokenId)
      if (!token) throw new Error('no token')
      return token
    },
  }
}

function codeOf(result: AccessResult): string {
  return result.kind === 'failed' ? result.error.code : result.kind
}

const rapt: FakeTokenError = { error: 'invalid_grant', error_subtype: 'invalid_rapt' }
const deleted: FakeTokenError = {
  error: 'deleted_client',
  error_description: 'The OAuth client was deleted.',
  status: 401,
}

describe('a token that Google refuses', () => {
  it('for good is dead, which is written down once, and not asked for again', async () => {
    const test = await ready()
    test.world.google.kill(test.grant.refreshToken)
    expect(codeOf(await test.get())).toBe('token-dead')
    expect(codeOf(await test.get())).toBe('token-dead')
    expect(test.requests()).toBe(1)
    expect(await test.check(true)).toEqual({ kind: 'refused', verdict: 'dead' })
    expect(test.requests()).toBe(2)
    expect(test.eventsOf('token.refused')).toEqual([
      {
        tokenId: test.grant.tokenId,
        refusedAt: test.context.now(),
        verdict: 'dead',
        error: 'invalid_grant',
        subtype: '',
        description: 'Token has been expired or revoked.',
        status: 400,
      },
    ])
    expect(test.token().standing).toBe('held')
  })

  it('and then takes again is alive again', async () => {
    const test = await ready()
    test.world.google.kill(test.grant.refreshToken)
    await test.check()
    test.world.google.revive(test.grant.refreshToken)
    expect(await test.check(true)).toEqual({ kind: 'alive' })
    expect(test.token().refusal).toBeNull()
    expect((await test.get()).kind).toBe('token')
  })

  it.each([
    ['the session is over', rapt, 'session-expired'],
    ['an administrator forbids it', { error: 'admin_policy_enforced' }, 'admin-policy'],
    ['the account is restricted', { error: 'access_denied', status: 403 }, 'access-denied'],
    ['the organisation keeps others out', { error: 'org_internal', status: 403 }, 'org-internal'],
    ['consent is wanted again', { error: 'consent_required' }, 'consent-required'],
  ] as const)('because %s needs the person and is not dead', async (_, error, code) => {
    const test = await ready()
    test.world.google.kill(test.grant.refreshToken, error)
    expect(await test.check()).toEqual({ kind: 'refused', verdict: 'person' })
    expect(codeOf(await test.get())).toBe(code)
    expect(test.token()).toMatchObject({ standing: 'held', refusal: { verdict: 'person' } })
    expect(describeRefusal(test.token().refusal ?? { error: '', description: '', status: 0 }).code).toBe(code)
    expect(test.requests()).toBe(1)
  })

  it('is asked for again after a while, and by hand at once', async () => {
    const test = await ready()
    test.world.google.kill(test.grant.refreshToken, rapt)
    await test.get()
    test.world.google.revive(test.grant.refreshToken)
    const waiting = await test.get()
    expect(waiting).toMatchObject({ error: { code: 'session-expired', details: { seconds: 60 } } })
    test.world.clock.advance(minuteMs)
    expect((await test.get()).kind).toBe('token')
    test.world.google.kill(test.grant.refreshToken, rapt)
    await test.check(true)
    test.world.google.revive(test.grant.refreshToken)
    expect(await test.check(true)).toEqual({ kind: 'alive' })
  })

  it('for a while is left aside for an older one that works', async () => {
    const test = await ready()
    const newer = await test.mint({ person: { ...asha, sub: String(1e9) } })
    test.world.google.kill(newer.refreshToken, rapt)
    expect(codeOf(await test.get(newer))).toBe('session-expired')
    expect(await test.get(newer)).toMatchObject({ kind: 'token', token: { tokenId: test.grant.tokenId } })
  })

  it('in another way than before is written down again', async () => {
    const test = await ready()
    test.world.google.kill(test.grant.refreshToken, rapt)
    await test.check(true)
    await test.check(true)
    test.world.google.kill(test.grant.refreshToken)
    await test.check(true)
    expect(test.eventsOf('token.refused').map(({ verdict }) => verdict)).toEqual(['person', 'dead'])
  })

  it('because it belongs to another client is none of the client’s faults', async () => {
    const test = await ready()
    test.world.google.kill(test.grant.refreshToken, { error: 'unauthorized_client', status: 401 })
    expect(await test.check()).toEqual({ kind: 'refused', verdict: 'client' })
    expect(codeOf(await test.get())).toBe('token-at-other-client')
    expect(test.state().clients.get(testClientId)?.refusal).toBeNull()
    expect(test.probes()).toBe(0)
  })

  it('keeps the secret in the keychain whatever was said', async () => {
    for (const error of [undefined, rapt, deleted, { error: 'something_new' }]) {
      const test = await ready()
      test.world.google.kill(test.grant.refreshToken, error)
      await test.check(true)
      const kept = await test.world.secretStore.get(test.context.services.refreshToken, test.grant.tokenId)
      expect(kept.ok && kept.value?.reveal()).toBe(test.grant.refreshToken)
    }
  })
})

const passing: readonly (readonly [string, (test: Ready) => void, string])[] = [
  [
    'a server that fails',
    (t) => t.world.google.answerAlways({ status: 500, body: { error: 'invalid_grant' } }),
    'server-unavailable',
  ],
  ['a server that is busy', (t) => t.world.google.answerAlways({ status: 429 }), 'rate-limited'],
  [
    'a page of a Wi-Fi',
    (t) => t.world.google.answerAlways({ body: '<h1>Hello</h1>', headers: { 'content-type': 'text/html' } }),
    'answer-not-json',
  ],
  [
    'a page that says invalid_grant',
    (t) => t.world.google.answerAlways({ status: 400, body: 'invalid_grant' }),
    'answer-not-json',
  ],
  ['a body that is too large', (t) => t.world.http.failNext('answer-too-large'), 'answer-too-large'],
  ['a broken connection', (t) => t.world.http.failNext('network-failed'), 'network-failed'],
  ['no network', (t) => t.world.http.failNext('network-offline'), 'network-offline'],
  ['a broken proxy', (t) => t.world.http.failNext('proxy-failed'), 'proxy-failed'],
]

describe('a failure that passes', () => {
  it.each(passing)(
    'such as %s leaves no trace in the history, and the token works later',
    async (_, fault, code) => {
      const test = await ready()
      fault(test)
      expect(await test.check()).toMatchObject({ kind: 'passing', error: { code } })
      expect(test.events).toEqual([])
      test.world.google.answerAlways(null)
      test.world.clock.advance(15 * minuteMs)
      expect((await test.get()).kind).toBe('token')
    },
  )

  it('is answered from memory until its time has come, with the same code', async () => {
    const test = await ready()
    test.world.google.answerAlways({ status: 503, headers: { 'retry-after': '120' } })
    await test.get()
    test.world.clock.advance(119 * secondMs)
    expect(await test.get()).toMatchObject({
      kind: 'failed',
      error: { code: 'server-unavailable', details: { status: 503, seconds: 1 } },
    })
    expect(await test.check()).toMatchObject({ kind: 'passing', retryAt: test.world.clock.now() + secondMs })
    expect(test.requests()).toBe(1)
    test.world.clock.advance(secondMs)
    await test.get()
    expect(test.requests()).toBe(2)
  })

  it('does not keep a check by hand waiting', async () => {
    const test = await ready()
    test.world.google.answerNext({ status: 429, headers: { 'retry-after': '600' } })
    await test.check()
    expect(await test.check(true)).toEqual({ kind: 'alive' })
    expect(test.access.status(test.grant.tokenId)).toEqual({ running: false, error: null, retryAt: null })
  })

  it('that goes on is tried ever more seldom, but every quarter of an hour at least', async () => {
    const test = await ready()
    test.world.google.answerAlways({ status: 503 })
    const waits: number[] = []
    for (let round = 0; round < 60; round += 1) {
      const result = await test.check()
      if (result.kind !== 'passing') throw new Error(result.kind)
      const wait = result.retryAt - test.world.clock.now()
      waits.push(wait)
      test.world.clock.advance(wait)
    }
    expect(test.requests()).toBe(60)
    expect(Math.max(...waits.slice(0, 1))).toBeLessThanOrEqual(2 * secondMs)
    expect(Math.max(...waits)).toBeLessThanOrEqual(15 * minuteMs)
    expect(Math.max(...waits.slice(20))).toBeGreaterThan(10 * minuteMs)
    // Full jitter: not all alike, and some of them short.
    expect(Math.min(...waits.slice(20))).toBeLessThan(5 * minuteMs)
  })

  it('for want of a network is tried at most once a minute', async () => {
    const test = await ready()
    for (let second = 0; second < 300; second += 1) {
      test.world.http.failNext('network-offline')
      await test.get()
      test.world.clock.advance(secondMs)
    }
    expect(test.world.http.requests.length).toBeLessThanOrEqual(5)
    expect(test.world.http.requests.length).toBeGreaterThan(1)
  })

  it('for want of a network is tried at once when the network is back, others are not', async () => {
    const test = await ready(2)
    const [first, second] = test.grants
    test.world.http.failNext('network-offline')
    await test.get(first)
    test.world.google.answerNext({ status: 429, headers: { 'retry-after': '600' } })
    await test.get(second)
    test.access.networkReturned()
    expect((await test.get(first)).kind).toBe('token')
    expect(codeOf(await test.get(second))).toBe('rate-limited')
  })

  it('keeps its wait when the clock is set ten years on or back', async () => {
    for (const jump of [1, -1]) {
      const test = await ready()
      test.world.google.answerNext({ status: 429, headers: { 'retry-after': '60' } })
      await test.get()
      test.world.clock.set(test.world.clock.now() + jump * 10 * 365 * 86_400_000)
      expect(codeOf(await test.get())).toBe('rate-limited')
      test.world.clock.advance(minuteMs)
      expect((await test.get()).kind).toBe('token')
    }
  })
})

describe('a client that Google does not accept', () => {
  it('is marked once, its tokens are not, and nothing more is sent', async () => {
    const test = await ready(100)
    test.world.google.breakClient(testClientId, deleted)
    const results = await Promise.all(test.grants.map((grant) => test.get(grant)))
    expect(new Set(results.map(codeOf))).toEqual(new Set(['client-deleted']))
    expect(test.eventsOf('client.refused')).toEqual([
      {
        clientId: testClientId,
        error: 'deleted_client',
        description: 'The OAuth client was deleted.',
        status: 401,
      },
    ])
    expect(test.eventsOf('token.refused')).toEqual([])
    expect(test.probes()).toBe(1)
    expect(test.requests()).toBeLessThanOrEqual(8)
    const sent = test.requests()
    expect(await test.check()).toEqual({ kind: 'client-refused' })
    expect(test.requests()).toBe(sent)
  })

  it('is tried again by one token when its time has come, and accepted when that works', async () => {
    const test = await ready(20)
    test.world.google.breakClient(testClientId, deleted)
    await test.get()
    for (let minute = 0; minute < 10; minute += 1) {
      test.world.clock.advance(minuteMs)
      await Promise.all(test.grants.map((grant) => test.get(grant)))
    }
    expect(test.requests()).toBeLessThanOrEqual(11)
    expect(test.probes()).toBeLessThanOrEqual(11)
    test.world.google.breakClient(testClientId, null)
    test.world.clock.advance(15 * minuteMs)
    expect((await test.get()).kind).toBe('token')
    expect(test.eventsOf('client.accepted')).toEqual([{ clientId: testClientId }])
    expect(test.state().clients.get(testClientId)?.refusal).toBeNull()
    for (const grant of test.grants) expect((await test.get(grant)).kind).toBe('token')
    expect(test.eventsOf('client.refused')).toHaveLength(1)
  })

  it('is tried by hand at once, and after its secret was replaced', async () => {
    const test = await ready()
    test.world.google.breakClient(testClientId, { error: 'invalid_client', status: 401 })
    expect(await test.check()).toEqual({ kind: 'client-refused' })
    expect(await test.check(true)).toEqual({ kind: 'client-refused' })
    expect([test.requests(), test.probes()]).toEqual([2, 1])
    await test.context.record([{ type: 'client.secretReplaced', data: { clientId: testClientId } }])
    test.world.google.breakClient(testClientId, null)
    expect(await test.check()).toEqual({ kind: 'alive' })
  })

  it('is remembered over a restart, and one request finds out whether it still is so', async () => {
    const test = await ready()
    test.world.google.breakClient(testClientId, deleted)
    await test.check()
    const after = await openTestContext({ world: test.world })
    const access = new AccessTokens(after.context, () => undefined)
    const before = test.world.google.refreshes.length
    expect(await access.check(test.grant.tokenId, { byHand: false })).toEqual({ kind: 'client-refused' })
    expect(await access.check(test.grant.tokenId, { byHand: false })).toEqual({ kind: 'client-refused' })
    expect(test.world.google.refreshes.length - before).toBe(2)
    expect(after.eventsOf('client.refused')).toEqual([])
  })

  it('in the words of one token, while a probe finds nothing wrong, is a matter of that token', async () => {
    const test = await ready(2)
    test.world.google.kill(test.grant.refreshToken, { error: 'invalid_client', status: 401 })
    expect(await test.check()).toEqual({ kind: 'refused', verdict: 'client' })
    expect(codeOf(await test.get())).toBe('token-at-other-client')
    expect(test.eventsOf('client.refused')).toEqual([])
    expect((await test.get(test.grants[1])).kind).toBe('token')
  })

  it('is not judged while the probe gets no answer', async () => {
    const test = await ready()
    test.world.google.answerNext({ status: 401, body: { error: 'invalid_client' } })
    test.world.google.answerNext({ status: 503 })
    expect(await test.check()).toMatchObject({ kind: 'passing', error: { code: 'token-error-other' } })
    expect(test.events).toEqual([])
  })

  it('that asks for proofs this version cannot give is the token’s to say', async () => {
    const test = await ready()
    test.world.google.kill(test.grant.refreshToken, { error: 'use_dpop_nonce' })
    expect(await test.check()).toEqual({ kind: 'refused', verdict: 'client' })
    expect(codeOf(await test.get())).toBe('dpop-required')
  })
})

describe('the history of uses', () => {
  it('gets at most one line a minute for one token', async () => {
    const test = await ready()
    for (let second = 0; second < 180; second += 10) {
      await test.check()
      test.world.clock.advance(10 * secondMs)
    }
    expect(test.requests()).toBe(18)
    expect(test.eventsOf('token.refreshed')).toHaveLength(3)
  })

  it('takes the end that an answer states, and keeps it where the next one is silent', async () => {
    const test = await ready()
    test.world.google.changeNext({ refresh_token_expires_in: 3600 })
    await test.check()
    const end = test.world.clock.now() + 3_600_000
    expect(test.token().expiresAt).toBe(end)
    test.world.clock.advance(2 * minuteMs)
    await test.check()
    expect(test.token()).toMatchObject({ expiresAt: end, lastUsedAt: test.world.clock.now() })
  })

  it('catches up when the disk is writable again', async () => {
    const test = await ready(2)
    test.world.folder.failNext('append', 'disk-full')
    expect((await test.get()).kind).toBe('token')
    await test.get(test.grants[1])
    await test.access.close()
    const ids = test.eventsOf('token.refreshed').map(({ tokenId }) => tokenId)
    expect(new Set(ids)).toEqual(new Set(test.grants.map(({ tokenId }) => tokenId)))
  })

  it('never ends a refusal with a use from before it that could not be written then', async () => {
    const opened = await openTestContext()
    await opened.addClient()
    const [first, second] = [await opened.mint(), await opened.mint({ person: meera })]
    let failFirst = (): void => undefined
    const failing = new Promise<Outcome<never>>((resolve) => {
      failFirst = () => resolve(fail('disk-full'))
    })
    let writes = 0
    const record: ProfileContext['record'] = (events) => {
      writes += 1
      return writes === 1 ? failing : opened.context.record(events)
    }
    const access = new AccessTokens({ ...opened.context, record }, () => undefined)
    await access.get(first, { minTtlMs: 0 })
    opened.world.google.kill(first.refreshToken)
    const checking = access.check(first.tokenId, { byHand: true })
    await new Promise((resolve) => setImmediate(resolve))
    failFirst()
    expect(await checking).toEqual({ kind: 'refused', verdict: 'dead' })
    await access.check(second.tokenId, { byHand: true })
    expect(findToken(opened.state(), first.tokenId)?.refusal).toMatchObject({ verdict: 'dead' })
    expect(findToken(opened.state(), second.tokenId)?.refreshCount).toBe(1)
  })

  it('is told by Google’s time where the clock is wrong', async () => {
    const test = await ready()
    const right = test.world.clock.now()
    const headers = { date: new Date(right).toUTCString() }
    test.world.clock.set(right + 3 * 3_600_000)
    test.world.google.answerNext({
      headers,
      body: { access_token: 'ya29.x', expires_in: 3599, token_type: 'Bearer' },
    })
    const result = await test.get()
    await test.access.close()
    expect(test.eventsOf('token.refreshed')).toMatchObject([{ usedAt: right }])
    expect(result).toMatchObject({ kind: 'token', token: { expiresAt: right + 3_599_000 } })
  })

  it('cannot be added to while the history is damaged, so that nothing is checked', async () => {
    const test = await ready()
    const file = test.world.folder.text('ledger.jsonl')
    test.world.folder.put('ledger.jsonl', file.replace(asha.email, 'else@gmail.test'))
    await test.context.ledger.verify()
    expect(await test.check()).toMatchObject({ kind: 'unavailable', error: { code: 'read-only' } })
    expect(test.requests()).toBe(0)
  })
})
