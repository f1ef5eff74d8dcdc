import { describe, expect, it } from 'vitest'
import type { AccessResult, AccessToken } from '../../../electron/core/access/access-tokens.ts'
import { AccessTokens } from '../../../electron/core/access/access-tokens.ts'
import { copyAccessToken } from '../../../electron/core/access/copy-access-token.ts'
import { otherClientId, testClientId } from '../../support/client-files.ts'
import { asha, meera } from '../../support/fake-google.ts'
import type { MintedToken, TestContext } from '../../support/test-context.ts'
import { drive, identity, mail, openTestContext } from '../../support/test-context.ts'

const secondMs = 1000
const minuteMs = 60 * secondMs
const yearMs = 365 * 24 * 3600 * secondMs

interface Ready extends TestContext {
  readonly access: AccessTokens
  readonly grant: MintedToken
  /** How often a refresh has reached Google. */
  requests(): number
  get(minTtlMs?: number, scopes?: readonly string[]): Promise<AccessResult>
}

async function ready(scopes: readonly string[] = [mail]): Promise<Ready> {
  const test = await openTestContext()
  await test.addClient()
  const grant = await test.mint({ scopes })
  const access = new AccessTokens(test.context, () => undefined)
  return {
    ...test,
    access,
    grant,
    requests: () => test.world.google.refreshes.length,
    get: (minTtlMs = 0, asked) => access.get(grant, { minTtlMs, ...(asked ? { scopes: asked } : {}) }),
  }
}

function tokenOf(result: AccessResult): AccessToken {
  if (result.kind !== 'token') throw new Error(JSON.stringify(result))
  return result.token
}

function codeOf(result: AccessResult): string {
  return result.kind === 'failed' ? result.error.code : result.kind
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
async function until(happened: () => boolean): Promise<void> {
  while (!happened()) await settle()
}

describe('an access token', () => {
  it('comes from one refresh that carries what Google asks for and nothing else', async () => {
    const test = await ready()
    const token = tokenOf(await test.get())
    expect(token.secret.reveal()).toBe(test.world.google.accessTokens[0])
    expect(token).toMatchObject({
      tokenId: test.grant.tokenId,
      expiresAt: test.world.clock.now() + 3_599_000,
    })
    expect(token.scopes).toEqual([...identity, mail])
    const [form] = test.world.google.refreshes
    expect(Object.fromEntries(form ?? [])).toEqual({
      grant_type: 'refresh_token',
      client_id: testClientId,
      client_secret: 'GOCSPX-test-secret-0001',
      refresh_token: test.grant.refreshToken,
    })
  })

  it('is given again from memory, without keychain or network', async () => {
    const test = await ready()
    const first = tokenOf(await test.get())
    const calls = test.world.secretStore.calls.length
    test.world.secretStore.failAlways('keychain-locked')
    expect(tokenOf(await test.get())).toEqual(first)
    expect(test.requests()).toBe(1)
    expect(test.world.secretStore.calls).toHaveLength(calls)
  })

  it('goes to the clipboard without passing anything else', async () => {
    const test = await ready()
    const copied = await copyAccessToken(test.context, test.access, test.grant)
    expect(copied).toEqual({ ok: true, value: { expiresAt: test.world.clock.now() + 3_599_000 } })
    expect(test.world.desktop.clipboard).toBe(test.world.google.accessTokens[0])
  })

  it.each([
    ['another account', { accountId: 'nobody', clientId: testClientId }],
    ['another client', { accountId: '', clientId: otherClientId }],
  ])('is refused for %s', async (_, grant) => {
    const test = await ready()
    const accountId = grant.accountId === '' ? test.grant.accountId : grant.accountId
    expect(codeOf(await test.access.get({ ...grant, accountId }, { minTtlMs: 0 }))).toBe('no-usable-token')
    expect(test.requests()).toBe(0)
  })

  it('is made of the newest token that covers the scopes', async () => {
    const test = await ready([mail, drive])
    test.world.clock.advance(minuteMs)
    const newer = await test.mint({ scopes: [mail] })
    expect(tokenOf(await test.get()).tokenId).toBe(newer.tokenId)
    expect(tokenOf(await test.get(0, [drive])).tokenId).toBe(test.grant.tokenId)
  })
})

describe('one flight for all', () => {
  it('takes 1,000 callers of one expired grant with 1 request', async () => {
    const test = await ready()
    await test.get()
    test.world.clock.advance(3_600_000)
    const results = await Promise.all(Array.from({ length: 1000 }, () => test.get()))
    expect(new Set(results.map((result) => tokenOf(result).secret.reveal()))).toEqual(
      new Set([test.world.google.accessTokens[1]]),
    )
    expect(test.requests()).toBe(2)
  })

  it('takes 100 callers of each of 100 grants with 100 requests, at most 8 of them at the same time', async () => {
    const test = await openTestContext()
    await test.addClient()
    const access = new AccessTokens(test.context, () => undefined)
    const grants: MintedToken[] = []
    for (let index = 0; index < 100; index += 1) {
      grants.push(await test.mint({ person: { ...asha, sub: String(1e9 + index) } }))
    }
    let inAir = 0
    let most = 0
    test.world.http.on('https://oauth2.googleapis.com/token', async () => {
      inAir += 1
      most = Math.max(most, inAir)
      await settle()
      inAir -= 1
      return { body: { access_token: 'ya29.x', expires_in: 3599, token_type: 'Bearer' } }
    })
    const calls = grants.flatMap((grant) =>
      Array.from({ length: 100 }, () => access.get(grant, { minTtlMs: 0 })),
    )
    for (const result of await Promise.all(calls)) tokenOf(result)
    expect(test.world.http.requests).toHaveLength(100)
    expect(most).toBe(8)
    await access.close()
    expect(test.eventsOf('token.refreshed')).toHaveLength(100)
  })

  it('writes down a hundred refreshes that end together in few appends', async () => {
    const test = await openTestContext()
    await test.addClient()
    const access = new AccessTokens(test.context, () => undefined)
    const grants: MintedToken[] = []
    for (let index = 0; index < 100; index += 1) {
      grants.push(await test.mint({ person: { ...asha, sub: String(1e9 + index) } }))
    }
    const before = test.world.folder.writes.length
    await Promise.all(grants.map((grant) => access.get(grant, { minTtlMs: 0 })))
    await access.close()
    expect(test.eventsOf('token.refreshed')).toHaveLength(100)
    expect(test.world.folder.writes.length - before).toBeLessThan(50)
  })

  it('lets a caller give up alone', async () => {
    const test = await ready()
    const release = test.world.http.hang()
    const stop = new AbortController()
    const impatient = test.access.get(test.grant, { minTtlMs: 0, signal: stop.signal })
    const patient = test.get()
    await until(() => test.world.http.requests.length === 1)
    stop.abort()
    expect(await impatient).toEqual({ kind: 'aborted' })
    release()
    expect(tokenOf(await patient).secret.reveal()).toBe(test.world.google.accessTokens[0])
    expect(test.requests()).toBe(1)
  })

  it('does not even start for a caller who has given up before', async () => {
    const test = await ready()
    const result = await test.access.get(test.grant, { minTtlMs: 0, signal: AbortSignal.abort() })
    expect(result).toEqual({ kind: 'aborted' })
    expect(test.world.http.requests).toHaveLength(0)
  })

  it('keeps the answer for later when every caller has given up', async () => {
    const test = await ready()
    const release = test.world.http.hang()
    const stop = new AbortController()
    const gone = test.access.get(test.grant, { minTtlMs: 0, signal: stop.signal })
    await until(() => test.world.http.requests.length === 1)
    stop.abort()
    await gone
    release()
    await until(() => !test.access.status(test.grant.tokenId).running)
    expect(tokenOf(await test.get()).secret.reveal()).toBe(test.world.google.accessTokens[0])
    expect(test.requests()).toBe(1)
  })

  it('is joined by a check', async () => {
    const test = await ready()
    const [got, checked] = await Promise.all([
      test.get(),
      test.access.check(test.grant.tokenId, { byHand: true }),
    ])
    expect([got.kind, checked]).toEqual(['token', { kind: 'alive' }])
    expect(test.requests()).toBe(1)
  })
})

describe('a refresh before its time', () => {
  it('happens five minutes before the end', async () => {
    const test = await ready()
    await test.get()
    test.world.clock.advance(3_599_000 - 5 * minuteMs)
    await test.get()
    expect(test.requests()).toBe(1)
    test.world.clock.advance(1)
    await test.get()
    expect(test.requests()).toBe(2)
  })

  it('happens at most a tenth of a short life early', async () => {
    const test = await ready()
    test.world.google.changeNext({ expires_in: 100 })
    await test.get()
    test.world.clock.advance(90 * secondMs)
    await test.get()
    expect(test.requests()).toBe(1)
    test.world.clock.advance(1)
    await test.get()
    expect(test.requests()).toBe(2)
  })

  it('happens sooner for a caller who needs longer', async () => {
    const test = await ready()
    await test.get()
    test.world.clock.advance(30 * minuteMs)
    await test.get(29 * minuteMs)
    expect(test.requests()).toBe(1)
    await test.get(31 * minuteMs)
    expect(test.requests()).toBe(2)
  })

  it.each([Infinity, 1e15, NaN, -1])('happens once however much is asked for: %s', async (minTtlMs) => {
    const test = await ready()
    for (let call = 0; call < 10; call += 1) tokenOf(await test.get(minTtlMs))
    expect(test.requests()).toBe(1)
  })

  it('that fails in passing gives the token in memory while that lasts as long as asked', async () => {
    const test = await ready()
    const first = tokenOf(await test.get())
    test.world.clock.advance(3_599_000 - 4 * minuteMs)
    test.world.google.answerAlways({ status: 503 })
    expect(tokenOf(await test.get(3 * minuteMs))).toEqual(first)
    expect(tokenOf(await test.get(3 * minuteMs))).toEqual(first)
    expect(codeOf(await test.get(4 * minuteMs))).toBe('server-unavailable')
    expect(test.requests()).toBe(2)
  })

  it('that Google refuses gives nothing', async () => {
    const test = await ready()
    await test.get()
    test.world.clock.advance(3_599_000 - 4 * minuteMs)
    test.world.google.kill(test.grant.refreshToken)
    expect(codeOf(await test.get())).toBe('token-dead')
  })
})

describe('narrower scopes', () => {
  it('are sent along, and cached on their own', async () => {
    const test = await ready([mail, drive])
    const narrow = tokenOf(await test.get(0, [mail]))
    expect(narrow.scopes).toEqual([mail])
    expect(test.world.google.refreshes[0]?.get('scope')).toBe(mail)
    const whole = tokenOf(await test.get())
    expect(whole.scopes).toContain(drive)
    expect(tokenOf(await test.get(0, [mail])).secret.equals(narrow.secret)).toBe(true)
    expect(test.requests()).toBe(2)
  })

  it('are the same in another order and spelling', async () => {
    const test = await ready([mail, drive])
    await test.get(0, ['email', mail])
    await test.get(0, [mail, 'https://www.googleapis.com/auth/userinfo.email', mail])
    expect(test.requests()).toBe(1)
  })

  it('that are all of them need no request of their own', async () => {
    const test = await ready()
    await test.get()
    await test.get(0, [mail, ...identity])
    expect(test.requests()).toBe(1)
    expect(test.world.google.refreshes[0]?.has('scope')).toBe(false)
  })

  it.each([
    ['everything', `${identity.join(' ')} ${mail} ${drive}`],
    ['one more', `${mail} ${drive}`],
    ['others', drive],
    ['none named', undefined],
  ])('are not taken for given when the answer holds %s', async (_, scope) => {
    const test = await ready([mail, drive])
    test.world.google.changeNext({ scope })
    expect(codeOf(await test.get(0, [mail]))).toBe('scopes-not-narrowed')
    // Not kept either, and not asked again at once.
    expect(codeOf(await test.get(0, [mail]))).toBe('scopes-not-narrowed')
    expect(test.requests()).toBe(1)
    expect(tokenOf(await test.get()).scopes).toContain(drive)
  })

  it('that the server refuses concern that caller alone', async () => {
    const test = await ready([mail, drive])
    test.world.google.answerNext({ status: 400, body: { error: 'invalid_scope' } })
    expect(codeOf(await test.get(0, [mail]))).toBe('scope-refused')
    tokenOf(await test.get())
    await test.access.close()
    expect(test.eventsOf('token.refused')).toEqual([])
    expect(test.state().accounts.get(test.grant.accountId)?.tokens[0]?.refusal).toBeNull()
  })

  it('beyond the grant are not asked for', async () => {
    const test = await ready()
    expect(codeOf(await test.get(0, [drive]))).toBe('scopes-not-held')
    expect(test.requests()).toBe(0)
  })

  it('are not found in a whole token that came back with fewer or more', async () => {
    const test = await ready([mail, drive])
    test.world.google.changeNext({ scope: mail })
    expect(codeOf(await test.get(0, [...identity, mail, drive]))).toBe('scopes-not-held')
  })
})

describe('a clock that jumps', () => {
  it('back makes what is in memory stale', async () => {
    const test = await ready()
    await test.get()
    test.world.clock.set(test.world.clock.now() - 10 * yearMs)
    const again = tokenOf(await test.get())
    expect(test.requests()).toBe(2)
    expect(again.expiresAt).toBe(test.world.clock.now() + 3_599_000)
  })

  it('ten years ahead and back leaves a token that works and tells no untrue use', async () => {
    const test = await ready()
    const start = test.world.clock.now()
    await test.get()
    test.world.clock.set(start + 10 * yearMs)
    await test.get()
    test.world.clock.set(start + minuteMs)
    const token = tokenOf(await test.get())
    await test.access.close()
    expect(token.expiresAt).toBe(start + minuteMs + 3_599_000)
    expect(test.requests()).toBe(3)
    const [record] = test.state().accounts.get(test.grant.accountId)?.tokens ?? []
    expect(record).toMatchObject({ lastUsedAt: start + minuteMs, refusal: null, standing: 'held' })
  })

  it('back within the life of a token does not stretch it', async () => {
    const test = await ready()
    await test.get()
    test.world.clock.advance(50 * minuteMs)
    test.world.clock.set(test.world.clock.now() - 45 * minuteMs)
    test.world.clock.advance(8 * minuteMs)
    await test.get()
    expect(test.requests()).toBe(2)
  })

  it('is met by forgetting all tokens in memory when it is told', async () => {
    const test = await ready()
    await test.get()
    test.access.clockJumped()
    await test.get()
    expect(test.requests()).toBe(2)
  })
})

describe('the keychain', () => {
  it('locked between two refreshes is an error and no fact, and works again once it is open', async () => {
    const test = await ready()
    await test.get()
    test.world.clock.advance(3_600_000)
    test.world.secretStore.failAlways('keychain-locked')
    expect(codeOf(await test.get())).toBe('keychain-locked')
    const checked = await test.access.check(test.grant.tokenId, { byHand: false })
    expect(checked).toMatchObject({ kind: 'unavailable', error: { code: 'keychain-locked' } })
    expect(test.access.status(test.grant.tokenId)).toMatchObject({ error: { code: 'keychain-locked' } })
    test.world.secretStore.heal()
    tokenOf(await test.get())
    await test.access.close()
    expect(test.events.map(({ type }) => type)).toEqual(['token.refreshed', 'token.refreshed'])
    expect(test.access.status(test.grant.tokenId).error).toBeNull()
  })

  it('that has lost the refresh token says so once, and takes it back when it is there again', async () => {
    const test = await ready()
    const { refreshToken } = test.context.services
    const secret = await test.world.secretStore.get(refreshToken, test.grant.tokenId)
    test.world.secretStore.lose(refreshToken, test.grant.tokenId)
    expect(codeOf(await test.get())).toBe('keychain-item-missing')
    expect(codeOf(await test.get())).toBe('keychain-item-missing')
    expect(test.eventsOf('token.secretMissing')).toEqual([{ tokenId: test.grant.tokenId }])
    if (secret.ok && secret.value)
      await test.world.secretStore.set(refreshToken, test.grant.tokenId, secret.value)
    expect(await test.access.check(test.grant.tokenId, { byHand: true })).toEqual({ kind: 'alive' })
    expect(test.eventsOf('token.secretFound')).toHaveLength(1)
    tokenOf(await test.get())
  })

  it('that has lost the secret of the client says so of the client', async () => {
    const test = await ready()
    test.world.secretStore.lose(test.context.services.clientSecret, testClientId)
    expect(codeOf(await test.get())).toBe('keychain-item-missing')
    await test.get()
    expect(test.events).toEqual([{ type: 'client.secretMissing', data: { clientId: testClientId } }])
  })
})

describe('an end', () => {
  it('of a token while it is refreshed leaves nothing behind', async () => {
    const test = await ready()
    const release = test.world.http.hang()
    const waiting = test.get()
    await until(() => test.world.http.requests.length === 1)
    const { tokenId } = test.grant
    await test.context.record([{ type: 'token.forgotten', data: { tokenId, reason: 'account-forgotten' } }])
    test.access.drop(tokenId)
    expect(codeOf(await waiting)).toBe('no-usable-token')
    release()
    await settle()
    expect(test.events.map(({ type }) => type)).toEqual(['token.forgotten'])
    expect(test.access.status(tokenId)).toEqual({ running: false, error: null, retryAt: null })
  })

  it('of the profile answers everybody who waits, and gives nothing afterwards', async () => {
    const test = await ready()
    const other = await test.mint({ person: meera })
    test.world.http.hang()
    const waiting = [test.get(), test.access.get(other, { minTtlMs: 0 })]
    const checking = test.access.check(test.grant.tokenId, { byHand: true })
    await until(() => test.world.http.requests.length === 2)
    await test.access.close()
    expect(await Promise.all(waiting)).toEqual([{ kind: 'aborted' }, { kind: 'aborted' }])
    expect(await checking).toMatchObject({ kind: 'unavailable' })
    expect(await test.get()).toEqual({ kind: 'aborted' })
  })

  it('is told to who shows what is going on', async () => {
    const test = await openTestContext()
    await test.addClient()
    const { tokenId } = await test.mint()
    const told: boolean[] = []
    const access: AccessTokens = new AccessTokens(test.context, (id) => told.push(access.status(id).running))
    await access.check(tokenId, { byHand: false })
    expect(told).toEqual([true, false])
  })
})
