import { describe, expect, it } from 'vitest'
import type { SignInPreview } from '../../../electron/contract/views.ts'
import { previewSignIn } from '../../../electron/core/accounts/sign-in/preview.ts'
import type { ClientRecord, TokenRecord } from '../../../electron/core/state/state.ts'
import { testStart } from '../../support/fake-clock.ts'
import {
  calendarScope,
  deadRefusal,
  gmailScope,
  mailClientId,
  openScopes,
  recordedAccount,
  recordedClient,
  recordedState,
  recordedToken,
} from '../../support/sample-records.ts'
import { dayMs } from '../../support/sample-state.ts'

const now = testStart + dayMs
const planned = { accountId: 'account-0001', clientId: mailClientId, scopes: [gmailScope] }
const mail = { granted: [...openScopes, gmailScope] }

function preview(tokens: readonly TokenRecord[], client: Partial<ClientRecord> = {}): SignInPreview {
  const state = recordedState([recordedAccount(tokens)], [recordedClient(mailClientId, client)])
  const previewed = previewSignIn(state, planned, now)
  if (!previewed.ok) throw new Error(previewed.error.code)
  return previewed.value
}
const elsewhere = (count: number): TokenRecord[] =>
  Array.from({ length: count }, (_, index) =>
    recordedToken(index, { mintedAt: testStart + index, standing: 'forgotten' }),
  )

describe('what a sign-in would cost', () => {
  it.each([
    [0, 'none'],
    [79, 'none'],
    [80, 'many'],
    [94, 'many'],
    [95, 'near'],
    [99, 'near'],
    [100, 'full'],
    [140, 'full'],
  ] as const)('is, with %d live ones, %s', (count, level) => {
    expect(preview(elsewhere(count))).toMatchObject({
      ...{ level, liveAtLeast: Math.min(count, 100), limit: 100 },
    })
  })

  it('names the oldest that counts once a hundred are live, and whether it is used here', () => {
    expect(preview(elsewhere(99)).falls).toBeNull()
    const [oldest, ...rest] = elsewhere(101)
    expect(preview([oldest ?? recordedToken(0), ...rest]).falls).toMatchObject({
      ...{ tokenId: 'token-0001', mintedAt: testStart + 1, held: false },
    })
    const used = recordedToken(900, { lastUsedAt: testStart + 5000, refreshCount: 3 })
    expect(preview([used, ...rest.slice(1)]).falls).toEqual({
      ...{ tokenId: 'token-0900', mintedAt: testStart, lastUsedAt: testStart + 5000, held: true },
    })
  })

  it('is not found for accounts and clients that are not here', () => {
    const state = recordedState([recordedAccount([])])
    const code = (change: object): unknown => previewSignIn(state, { ...planned, ...change }, now)
    expect(code({ accountId: 'account-9999' })).toMatchObject({ ok: false, error: { code: 'not-found' } })
    expect(code({ clientId: 'client-9999' })).toMatchObject({ ok: false, error: { code: 'not-found' } })
    const forgotten = recordedState([recordedAccount([], { forgotten: true })])
    expect(previewSignIn(forgotten, planned, now).ok).toBe(false)
  })
})

describe('the need of a sign-in', () => {
  it('is none where a working token already allows everything asked; the newest is named', () => {
    const tokens = [recordedToken(1, mail), recordedToken(2, { ...mail, mintedAt: testStart + 5 })]
    expect(preview(tokens).reuse).toEqual({
      ...{ tokenId: 'token-0002', mintedAt: testStart + 5, lastUsedAt: testStart + 5 },
    })
  })

  it.each([
    ['allows less', { granted: [...openScopes, calendarScope] }],
    ['is not kept here', { ...mail, standing: 'forgotten' }],
    ['lost its secret', { ...mail, standing: 'missing' }],
    ['is dead', { ...mail, refusal: deadRefusal(testStart) }],
    ['is refused', { ...mail, refusal: deadRefusal(testStart, { verdict: 'person' }) }],
    ['ends soon', { ...mail, expiresAt: now + 3 * dayMs }],
  ] as const)('stays where the token %s', (_, change) => {
    expect(preview([recordedToken(1, change)]).reuse).toBeNull()
  })

  it('stays where the client is refused', () => {
    const refusal = { error: 'invalid_client', description: '', status: 401, at: testStart }
    expect(preview([recordedToken(1, mail)], { refusal }).reuse).toBeNull()
  })
})
