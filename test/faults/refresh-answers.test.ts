import { describe, expect, it } from 'vitest'
import type { ErrorCode } from '../../electron/contract/errors.ts'
import type { GrantView, TokenView } from '../../electron/contract/views.ts'
import type { Fault } from '../../electron/practice/faults.ts'
import type { TokenErrorName } from '../../electron/practice/token-errors.ts'
import { asha } from '../support/real-google.ts'
import type { RealProfile } from '../support/real-profile.ts'
import { refreshTokensInKeychain } from '../support/real-profile.ts'
import { partsMissing, useRealWorld } from '../support/real-world.ts'

const world = useRealWorld()

interface Seen {
  readonly code: ErrorCode | null
  readonly token: TokenView
  readonly check: GrantView['check']
}

/** One check by hand, and what is to be seen afterwards. */
async function checked(app: RealProfile): Promise<Seen> {
  const { accountId } = await app.account(asha)
  const outcome = await app.ask('accounts.check', { accountId })
  const [grant] = (await app.account(asha)).grants
  const [token] = grant?.tokens ?? []
  if (!grant || !token) throw new Error('the grant is gone')
  return { code: outcome.ok ? null : outcome.error.code, token, check: grant.check }
}

async function breakWith(faults: readonly Fault[], times: number | null): Promise<void> {
  for (const fault of faults) await world.google.control.setFault(fault, times)
}

/** Everything works as before, and it is the same refresh token. */
async function expectWell(app: RealProfile, secret: string): Promise<void> {
  await world.google.control.clearFaults()
  const { code, token, check } = await checked(app)
  expect({ code, check }).toEqual({ code: null, check: null })
  expect(token).toMatchObject({ standing: 'held', refusal: null, death: null })
  expect([...(await refreshTokensInKeychain()).values()]).toEqual([secret])
  expect((await app.snapshot()).clients).toMatchObject([{ refusal: null }])
}

async function signedIn(): Promise<{ app: RealProfile; secret: string }> {
  const app = await world.open()
  expect(await app.signIn(asha)).toMatchObject({ kind: 'done' })
  const [secret = ''] = (await refreshTokensInKeychain()).values()
  return { app, secret }
}

const passing: readonly (readonly [string, readonly Fault[], ErrorCode])[] = [
  ['status 500', [{ kind: 'status', status: 500 }], 'server-unavailable'],
  ['status 503', [{ kind: 'status', status: 503 }], 'server-unavailable'],
  ['status 429 with a time to wait', [{ kind: 'status', status: 429, retryAfter: 30 }], 'rate-limited'],
  ['status 403 of nobody known', [{ kind: 'status', status: 403 }], 'answer-not-json'],
  ['status 204', [{ kind: 'status', status: 204 }], 'answer-not-json'],
  ['status 302', [{ kind: 'status', status: 302 }], 'answer-malformed'],
  ['a page of HTML', [{ kind: 'html' }], 'answer-not-json'],
  ['JSON that breaks off', [{ kind: 'truncated-json' }], 'answer-malformed'],
  ['10 MB', [{ kind: 'huge-body', bytes: 10_000_000 }], 'answer-too-large'],
  ['another content type', [{ kind: 'content-type', value: 'text/html' }], 'answer-not-json'],
  ['a refusal to connect', [{ kind: 'dropped-connection', stage: 'before-request' }], 'network-failed'],
  ['a connection that breaks', [{ kind: 'dropped-connection' }], 'network-failed'],
  ['headers and nothing more', [{ kind: 'dropped-connection', stage: 'after-headers' }], 'network-failed'],
  ['half a body', [{ kind: 'dropped-connection', stage: 'mid-body' }], 'network-failed'],
  ['another token type', [{ kind: 'token-type', value: 'mac' }], 'answer-malformed'],
  ['an access token of 2,049 bytes', [{ kind: 'token-sizes', accessToken: 2049 }], 'answer-malformed'],
  ['a limit of its rate', [{ kind: 'error', name: 'rate-limit' }], 'rate-limited'],
  ['a failure of its own', [{ kind: 'error', name: 'internal-failure' }], 'server-unavailable'],
]

const needsPerson: readonly (readonly [TokenErrorName, ErrorCode])[] = [
  ['invalid-rapt', 'session-expired'],
  ['rapt-required', 'session-expired'],
  ['admin-policy', 'admin-policy'],
  ['access-denied', 'access-denied'],
  ['org-internal', 'org-internal'],
  ['consent-required', 'consent-required'],
]

const brokenClient: readonly (readonly [TokenErrorName, ErrorCode])[] = [
  ['client-not-found', 'client-refused'],
  ['secret-invalid', 'client-refused'],
  ['client-deleted', 'client-deleted'],
  ['client-disabled', 'client-disabled'],
]

describe.skipIf(partsMissing !== null)('a refresh that is answered', () => {
  it('with something that passes leaves the token as it was, says so, and works the next time', async () => {
    const { app, secret } = await signedIn()
    for (const [name, faults, code] of passing) {
      await breakWith(faults, 1)
      const seen = await checked(app)
      expect([name, seen.code, seen.check?.error?.code]).toEqual([name, code, code])
      expect([name, seen.token]).toMatchObject([name, { standing: 'held', refusal: null, death: null }])
      await expectWell(app, secret)
    }
  })

  it('with a time that is a day off believes it, says so, and reckons right again afterwards', async () => {
    const { app, secret } = await signedIn()
    const dayMs = 24 * 3600 * 1000
    for (const [byMs, code] of [
      [dayMs, 'clock-behind'],
      [-dayMs, 'clock-ahead'],
    ] as const) {
      await breakWith([{ kind: 'date-header', byMs }], 1)
      expect(await checked(app)).toMatchObject({ code: null, token: { standing: 'held', refusal: null } })
      expect((await app.snapshot()).problems.map(({ error }) => error.code)).toEqual([code])
      await expectWell(app, secret)
      expect((await app.snapshot()).problems).toEqual([])
    }
  })

  it.each(needsPerson)('with “%s” keeps the token, and works again when that is over', async (name, code) => {
    const { app, secret } = await signedIn()
    await breakWith([{ kind: 'error', name }], 1)
    const { token } = await checked(app)
    expect(token).toMatchObject({
      standing: 'held',
      death: null,
      refusal: { verdict: 'person', error: { code } },
    })
    await expectWell(app, secret)
  })

  it.each(brokenClient)('with “%s” marks the client and none of its tokens', async (name, code) => {
    const { app, secret } = await signedIn()
    await breakWith([{ kind: 'error', name }], null)
    const { token } = await checked(app)
    expect(token).toMatchObject({ standing: 'held', death: null, refusal: null })
    expect((await app.snapshot()).clients).toMatchObject([{ refusal: { error: { code } } }])
    await expectWell(app, secret)
  })

  it('with “dead” by mistake comes to life again when it is checked by hand', async () => {
    const { app, secret } = await signedIn()
    await breakWith([{ kind: 'error', name: 'expired-or-revoked' }], 1)
    expect((await checked(app)).token).toMatchObject({ standing: 'dead', refusal: { verdict: 'dead' } })
    expect([...(await refreshTokensInKeychain()).values()]).toEqual([secret])
    await expectWell(app, secret)
  })

  it.each(['dies', 'lives'] as const)(
    'with a new refresh token keeps that in the place of the old one, which %s',
    async (old) => {
      const { app, secret } = await signedIn()
      await breakWith([{ kind: 'rotate', old }], 1)
      expect(await checked(app)).toMatchObject({ code: null, token: { standing: 'held', refusal: null } })
      const kept = [...(await refreshTokensInKeychain()).values()]
      expect(kept).toHaveLength(1)
      expect(kept).not.toEqual([secret])
      await expectWell(app, kept[0] ?? '')
      await app.close()
      await expectWell(await world.open(), kept[0] ?? '')
    },
  )

  it('slowly makes those who ask meanwhile wait for the same answer', async () => {
    const { app, secret } = await signedIn()
    const before = world.google.issued.filter(({ kind }) => kind === 'access-token').length
    await breakWith([{ kind: 'latency', ms: 1500 }], 1)
    const all = await Promise.all(Array.from({ length: 20 }, () => checked(app)))
    expect(all.every(({ code }) => code === null)).toBe(true)
    expect(world.google.issued.filter(({ kind }) => kind === 'access-token')).toHaveLength(before + 1)
    await expectWell(app, secret)
  })
})
