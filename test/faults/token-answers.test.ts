import { describe, expect, it } from 'vitest'
import type { ErrorCode } from '../../electron/contract/errors.ts'
import { errors } from '../../electron/contract/errors.ts'
import type { Fault } from '../../electron/practice/faults.ts'
import type { TokenErrorName } from '../../electron/practice/token-errors.ts'
import { arriveAt, asha, consentAs, meera, sam } from '../support/real-google.ts'
import type { RealProfile } from '../support/real-profile.ts'
import { refreshTokensInKeychain } from '../support/real-profile.ts'
import { partsMissing, useRealWorld } from '../support/real-world.ts'

const world = useRealWorld()
const minuteMs = 60_000

/** What was there before a fault is still there and works: the next check says so, and with it the right time. */
async function expectUnharmed(app: RealProfile): Promise<void> {
  await app.get('accounts.check', { accountId: (await app.account(asha)).accountId })
  const { accounts, problems, readOnly } = await app.snapshot()
  expect(accounts.map(({ email }) => email)).toEqual([asha.email])
  expect({ problems, readOnly }).toEqual({ problems: [], readOnly: false })
  const kept = [...(await refreshTokensInKeychain()).values()]
  expect(kept).toHaveLength(1)
  expect((await world.google.refresh(kept[0] ?? '')).status).toBe(200)
}

async function breakOnce(app: RealProfile, faults: readonly Fault[]): Promise<ErrorCode | null> {
  for (const fault of faults) await world.google.control.setFault(fault)
  const step = await app.signIn(sam)
  await world.google.control.clearFaults()
  return step.kind === 'failed' ? step.error.code : null
}

type Expected = readonly (readonly [string, readonly Fault[], ErrorCode])[]

const notAnAnswer: Expected = [
  ['status 500', [{ kind: 'status', status: 500 }], 'server-unavailable'],
  ['status 503', [{ kind: 'status', status: 503 }], 'server-unavailable'],
  ['status 429', [{ kind: 'status', status: 429 }], 'rate-limited'],
  ['status 204', [{ kind: 'status', status: 204 }], 'answer-not-json'],
  ['status 302', [{ kind: 'status', status: 302 }], 'answer-malformed'],
  ['a page of HTML', [{ kind: 'html' }], 'answer-not-json'],
  ['JSON that breaks off', [{ kind: 'truncated-json' }], 'answer-malformed'],
  ['10 MB', [{ kind: 'huge-body', bytes: 10_000_000 }], 'answer-too-large'],
  ['a connection that breaks', [{ kind: 'dropped-connection' }], 'network-failed'],
]

const wrongContent: Expected = [
  ['another token type', [{ kind: 'token-type', value: 'mac' }], 'answer-malformed'],
  ['an empty token type', [{ kind: 'token-type', value: '' }], 'answer-malformed'],
  ['no refresh token', [{ kind: 'no-refresh-token' }], 'no-refresh-token'],
  ['no id token', [{ kind: 'no-id-token' }], 'id-token-missing'],
  ['an id token for another client', [{ kind: 'foreign-id-token' }], 'id-token-invalid'],
  ['an id token that has expired', [{ kind: 'expired-id-token' }], 'id-token-invalid'],
  ['an id token with another nonce', [{ kind: 'wrong-nonce' }], 'id-token-invalid'],
  ['an access token of 2,049 bytes', [{ kind: 'token-sizes', accessToken: 2049 }], 'answer-malformed'],
  ['a refresh token of 513 bytes', [{ kind: 'token-sizes', refreshToken: 513 }], 'answer-malformed'],
]

const wrongTime: Expected = [
  [
    'a Date ten minutes off and an id token that has expired',
    [{ kind: 'date-header', byMs: -10 * minuteMs }, { kind: 'expired-id-token' }],
    'clock-skew',
  ],
  ['the time of a server two hours behind', [{ kind: 'skewed-clock', byMs: -120 * minuteMs }], 'clock-skew'],
]

const refusals: Readonly<Record<string, ErrorCode>> = {
  'bad-request': 'code-refused',
  'verifier-invalid': 'code-refused',
  'account-deleted': 'account-deleted',
  'invalid-rapt': 'session-expired',
  'secret-invalid': 'client-refused',
  'secret-missing': 'client-refused',
  'client-deleted': 'client-deleted',
  'client-disabled': 'client-disabled',
  'foreign-client': 'client-unauthorized',
  'redirect-mismatch': 'redirect-mismatch',
  'scope-invalid': 'scope-refused',
  'org-internal': 'org-internal',
  'admin-policy': 'admin-policy',
  'access-denied': 'access-denied',
  'dpop-nonce': 'dpop-required',
  'rate-limit': 'rate-limited',
  'server-error': 'server-unavailable',
  'consent-required': 'consent-required',
} satisfies Partial<Record<TokenErrorName, ErrorCode>>

describe.skipIf(partsMissing !== null)('a token endpoint that answers', () => {
  it.each([
    ['something that is no token answer', notAnAnswer],
    ['a token answer with wrong content', wrongContent],
    ['another time than ours', wrongTime],
  ])('with %s gets an error of its own each time and harms nothing', async (_name, expected) => {
    const app = await world.open()
    await app.signIn(asha)
    for (const [name, broken, code] of expected) {
      expect([name, await breakOnce(app, broken)]).toEqual([name, code])
    }
    await expectUnharmed(app)
    expect(await app.signIn(sam)).toMatchObject({ kind: 'done' })
  })

  it('with each refusal of Google’s gets its own error, which says what to do', async () => {
    const app = await world.open()
    await app.signIn(asha)
    for (const [name, code] of Object.entries(refusals)) {
      expect([name, await breakOnce(app, [{ kind: 'error', name: name as TokenErrorName }])]).toEqual([
        name,
        code,
      ])
      expect(errors[code].message).not.toBe('')
    }
    await expectUnharmed(app)
    expect(await app.signIn(sam)).toMatchObject({ kind: 'done' })
  })

  it.each([
    [16, 16],
    [2048, 512],
  ])('with tokens of %i and %i bytes is understood', async (accessToken, refreshToken) => {
    const app = await world.open()
    await world.google.control.setFault({ kind: 'token-sizes', code: 256, accessToken, refreshToken }, null)
    expect(await app.signIn(sam)).toMatchObject({ kind: 'done' })
    await world.google.control.clearFaults()
    const [kept = ''] = (await refreshTokensInKeychain()).values()
    expect(kept).toHaveLength(refreshToken)
    expect((await world.google.refresh(kept)).status).toBe(200)
  })

  it.each([-10 * minuteMs, 10 * minuteMs])(
    'with a Date %i ms off and an id token that is good is believed',
    async (byMs) => {
      const app = await world.open()
      await world.google.control.setFault({ kind: 'date-header', byMs })
      expect(await app.signIn(sam)).toMatchObject({ kind: 'done' })
    },
  )

  it('slowly can be cancelled at once, and nothing is stored', async () => {
    const app = await world.open()
    await app.signIn(asha)
    await world.google.control.setFault({ kind: 'latency', ms: 20_000 })
    const flow = await app.start()
    const reply = arriveAt(await consentAs(meera, await app.link(flow)))
    await app.reach(flow, 'exchanging')
    const since = Date.now()
    await app.get('signIn.cancel', { flowId: flow })
    expect(await app.end(flow)).toMatchObject({ kind: 'failed', error: { code: 'sign-in-cancelled' } })
    expect(Date.now() - since).toBeLessThan(3000)
    expect((await reply).status).toBe(400)
    await expectUnharmed(app)
    expect(await app.signIn(meera)).toMatchObject({ kind: 'done' })
  })

  it('no longer, because it is gone, is a network error, and the next sign-in works', async () => {
    const app = await world.open()
    await app.signIn(asha)
    const flow = await app.start()
    const address = await consentAs(sam, await app.link(flow))
    await world.google.control.setFault({ kind: 'dropped-connection' }, 2)
    await arriveAt(address)
    expect(await app.end(flow)).toMatchObject({
      kind: 'failed',
      error: { code: 'network-failed', retryable: true },
    })
    await world.google.control.clearFaults()
    await expectUnharmed(app)
    expect(await app.signIn(sam)).toMatchObject({ kind: 'done' })
  })
})
