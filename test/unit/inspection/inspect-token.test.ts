import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import type { ErrorCode } from '../../../electron/contract/errors.ts'
import type { Inspection } from '../../../electron/contract/inspection.ts'
import { inspectionSchema } from '../../../electron/contract/inspection.ts'
import type { Outcome } from '../../../electron/contract/outcome.ts'
import { AccessTokens } from '../../../electron/core/access/access-tokens.ts'
import { copyAccessToken } from '../../../electron/core/access/copy-access-token.ts'
import { inspectToken } from '../../../electron/core/inspection/inspect-token.ts'
import { desktopClient, testClientId } from '../../support/client-files.ts'
import { asha } from '../../support/fake-google.ts'
import type { FakeAnswer } from '../../support/fake-http.ts'
import type { MintedToken, TestContext } from '../../support/test-context.ts'
import { drive, identity, mail, openTestContext } from '../../support/test-context.ts'

interface Inspecting {
  readonly test: TestContext
  readonly access: AccessTokens
  readonly grant: MintedToken
  inspect(): Promise<Outcome<Inspection>>
  /** The same where it must come through, checked against the boundary's schema. */
  see(): Promise<Inspection>
}

async function ready(): Promise<Inspecting> {
  const test = await openTestContext()
  await test.addClient()
  const grant = await test.mint({ scopes: [mail] })
  const access = new AccessTokens(test.context, () => undefined)
  const { accountId, clientId } = grant
  const inspect = (): Promise<Outcome<Inspection>> =>
    inspectToken(test.context, access, { accountId, clientId })
  const see = async (): Promise<Inspection> => {
    const seen = await inspect()
    if (!seen.ok) throw new Error(seen.error.code)
    return v.parse(inspectionSchema, seen.value)
  }
  return { test, access, grant, inspect, see }
}

async function codeOf(outcome: Promise<Outcome<unknown>>): Promise<ErrorCode | null> {
  const settled = await outcome
  return settled.ok ? null : settled.error.code
}

describe('what tokeninfo says of an access token', () => {
  it('is told beside what is believed, and agrees where nothing is wrong', async () => {
    const { test, grant, see } = await ready()
    const granted = [...identity, mail]
    const end = Math.floor(test.world.clock.now() / 1000) * 1000 + 3_599_000
    expect(await see()).toEqual({
      ...{ tokenId: grant.tokenId, clientId: testClientId },
      audience: { told: testClientId, believed: testClientId, same: true },
      authorizedParty: { told: testClientId, believed: testClientId, same: true },
      email: { told: asha.email, believed: asha.email, same: true },
      sameAccount: true,
      scopes: { told: granted, onlyTold: [], onlyBelieved: [] },
      expiresAt: { told: end, believed: end, same: true },
      accessType: 'offline',
      sizes: {
        ...{ accessBytes: 'ya29.fake-1'.length, accessLimit: 2048 },
        ...{ refreshBytes: grant.refreshToken.length, refreshLimit: 512 },
      },
    })
  })

  it('is asked in a header, with nothing in the address', async () => {
    const { test, see } = await ready()
    await see()
    const asked = test.world.http.requests.filter(({ url }) => url.includes('tokeninfo'))
    expect(asked).toMatchObject([
      {
        ...{ url: 'https://oauth2.googleapis.com/tokeninfo', method: 'POST' },
        headers: { authorization: `Bearer ${test.world.google.accessTokens[0] ?? ''}` },
      },
    ])
    expect(asked[0]?.body).toBeUndefined()
  })

  it('is about the token that a copy gives, which costs no second refresh', async () => {
    const { test, access, grant, see } = await ready()
    await copyAccessToken(test.context, access, grant)
    await see()
    await copyAccessToken(test.context, access, grant)
    expect(test.world.google.refreshes).toHaveLength(1)
    expect(test.world.desktop.clipboard).toBe('ya29.fake-1')
  })

  it.each([
    ['another audience', { aud: 'other' }, { audience: { told: 'other', same: false } }],
    ['another party', { azp: 'other' }, { authorizedParty: { told: 'other', same: false } }],
    ['another address', { email: 'other@gmail.test' }, { email: { told: 'other@gmail.test', same: false } }],
    ['another account', { sub: '200000000000000000002' }, { sameAccount: false }],
    ['the same address in capitals', { email: 'ASHA@Gmail.test' }, { email: { same: true } }],
    ['an online token', { access_type: 'online' }, { accessType: 'online' }],
    [
      'more scopes, in another order and spelling',
      { scope: `${drive} ${mail} openid email profile` },
      { scopes: { onlyTold: [drive], onlyBelieved: [] } },
    ],
    [
      'fewer scopes',
      { scope: 'openid email' },
      { scopes: { onlyTold: [], onlyBelieved: [identity[2], mail] } },
    ],
  ])('shows %s', async (_what, change, expected) => {
    const { test, see } = await ready()
    test.world.google.changeTokenInfoNext(change)
    expect(await see()).toMatchObject(expected)
    expect(test.events.map(({ type }) => type)).toEqual(['token.refreshed'])
  })

  it('compares nothing that Google leaves out or gives in an odd form', async () => {
    const { test, see } = await ready()
    const change = { azp: undefined, sub: undefined, email: 7, scope: ['a'], exp: 'soon', access_type: null }
    test.world.google.changeTokenInfoNext({ ...change, expires_in: '-1' })
    expect(await see()).toMatchObject({
      audience: { same: true },
      authorizedParty: { told: null, same: null },
      email: { told: null, same: null },
      sameAccount: null,
      scopes: { told: [], onlyTold: [], onlyBelieved: [] },
      expiresAt: { told: null, same: null },
      accessType: null,
    })
  })

  it('fits the window, however long and strange it is', async () => {
    const { test, see } = await ready()
    const [long, rightToLeft] = ['x'.repeat(9000), '\u202Eliamg.htua\u2066نطاق']
    const change = { aud: long, azp: long, email: long, access_type: long }
    test.world.google.changeTokenInfoNext({ ...change, scope: `${long} ${rightToLeft}` })
    const seen = await see()
    expect(seen.audience.told).toHaveLength(320)
    expect(seen.scopes.onlyTold.map((scope) => scope.length)).toEqual([4096, rightToLeft.length])
  })

  it.each([
    [5000, true],
    [-5000, true],
    [6000, false],
    [-6000, false],
  ])('takes ends that are %i ms apart for the same: %s', async (apartMs, same) => {
    const { test, see } = await ready()
    const end = Math.floor(test.world.clock.now() / 1000) + 3599
    test.world.google.changeTokenInfoNext({ exp: String(end + apartMs / 1000), expires_in: undefined })
    expect((await see()).expiresAt).toMatchObject({ told: end * 1000 + apartMs, same })
  })

  it('reckons with the time that is left where the clock here is a few minutes off', async () => {
    const { test, see } = await ready()
    const end = Math.floor(test.world.clock.now() / 1000) + 3599
    test.world.google.changeTokenInfoNext({ exp: String(end + 180), expires_in: '3599' })
    expect((await see()).expiresAt).toMatchObject({ same: true })
    test.world.google.changeTokenInfoNext({ exp: String(end - 600), expires_in: '2999' })
    expect((await see()).expiresAt).toMatchObject({ told: (end - 600) * 1000, same: false })
  })

  it('says nothing of the size of a refresh token that the keychain does not give', async () => {
    const { test, grant, see } = await ready()
    await see()
    test.world.secretStore.lose(test.context.services.refreshToken, grant.tokenId)
    expect((await see()).sizes).toMatchObject({ refreshBytes: null, accessBytes: 11 })
    test.world.secretStore.failNext('keychain-locked', 'get')
    expect((await see()).sizes.refreshBytes).toBeNull()
  })
})

const page = '<html>Log in to the Wi-Fi</html>'
const json = { 'content-type': 'application/json' }
const failures: readonly (readonly [string, FakeAnswer, ErrorCode])[] = [
  ['invalid_token', { status: 400, body: { error: 'invalid_token' } }, 'inspection-refused'],
  ['only a description', { status: 400, body: { error_description: 'Invalid Value' } }, 'inspection-refused'],
  ['status 401', { status: 401, body: { error: 'invalid_token' } }, 'inspection-refused'],
  ['a throttle', { status: 429, body: { error: 'rate_limit_exceeded' } }, 'rate-limited'],
  ['status 500', { status: 500, body: page }, 'server-unavailable'],
  ['status 503', { status: 503, body: { error: 'invalid_token' } }, 'server-unavailable'],
  ['a proxy', { status: 407, body: page }, 'network-failed'],
  ['a portal', { headers: { 'content-type': 'text/html' }, body: page }, 'answer-not-json'],
  ['a portal with 403', { status: 403, body: page }, 'answer-not-json'],
  ['JSON that is not called so', { body: '{"aud":"x"}' }, 'answer-not-json'],
  ['JSON that breaks off', { headers: json, body: '{"aud":"x' }, 'answer-malformed'],
  ['a list', { headers: json, body: '[1]' }, 'answer-malformed'],
  ['an object about nothing', { body: {} }, 'answer-malformed'],
  ['an error without a name', { status: 400, body: {} }, 'answer-malformed'],
  ['another error', { status: 403, body: { error: 'quota_gone' } }, 'token-error-other'],
]

describe('an inspection that fails', () => {
  it.each(failures)('with %s says so, and the next one works', async (_what, answer, code) => {
    const { test, inspect, see } = await ready()
    test.world.google.answerTokenInfoNext(answer)
    expect(await inspect()).toMatchObject({ ok: false, error: { code, retryable: true } })
    expect((await see()).sameAccount).toBe(true)
    expect(test.eventsOf('token.refused')).toEqual([])
  })

  it.each(['network-offline', 'network-failed', 'answer-too-large'] as const)(
    'with %s says so',
    async (code) => {
      const { test, see, inspect } = await ready()
      await see()
      test.world.http.failNext(code)
      expect(await codeOf(inspect())).toBe(code)
    },
  )

  it('for want of an access token says what getting one said', async () => {
    const { test, grant, inspect, access } = await ready()
    const stranger = { accountId: 'account-9999', clientId: testClientId }
    expect(await codeOf(inspectToken(test.context, access, stranger))).toBe('no-usable-token')
    test.world.google.kill(grant.refreshToken)
    expect(await codeOf(inspect())).toBe('token-dead')
    expect(test.world.http.requests.filter(({ url }) => url.includes('tokeninfo'))).toEqual([])
  })

  it('because Google does not know the token makes the next one ask with a new token', async () => {
    const { test, inspect, see } = await ready()
    await see()
    test.world.google.endAccess()
    expect(await codeOf(inspect())).toBe('inspection-refused')
    expect(await see()).toMatchObject({ sameAccount: true })
    expect(test.world.google.refreshes).toHaveLength(2)
  })
})

describe('the text of a token', () => {
  it('is in no answer, no error, no log and no file, even where the server repeats it', async () => {
    const { test, inspect } = await ready()
    const { google, log, folder, http } = test.world
    const said: unknown[] = [await inspect()]
    const token = google.accessTokens[0] ?? ''
    for (const status of [200, 400, 403, 429, 500]) {
      const body = {
        error: token,
        error_description: `no ${token}`,
        aud: token,
        azp: testClientId,
        scope: token,
      }
      google.answerTokenInfoNext({ status, body })
      said.push(await inspect())
    }
    google.changeTokenInfoNext({ email: `${token}@x`, sub: token, access_type: token, exp: token })
    said.push(await inspect())
    const text = [
      JSON.stringify(said),
      JSON.stringify(log.entries),
      ...[...folder.files.keys()].map(folder.text),
    ]
    for (const secret of [...google.accessTokens, ...google.refreshTokens, desktopClient.client_secret])
      for (const part of text) expect(part).not.toContain(secret)
    for (const { url } of http.requests) expect(url).not.toContain('ya29')
    expect(said).toHaveLength(7)
  })
})
