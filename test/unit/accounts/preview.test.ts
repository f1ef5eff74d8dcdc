import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import type { SignInPreview } from '../../../electron/contract/views.ts'
import { signInPreviewSchema } from '../../../electron/contract/views.ts'
import { previewSignIn } from '../../../electron/core/accounts/sign-in/preview.ts'
import type { AccountRecord, ClientRecord, TokenRecord } from '../../../electron/core/state/state.ts'
import { testStart } from '../../support/fake-clock.ts'
import {
  calendarScope,
  deadRefusal,
  gmailScope,
  mailClientId,
  openScopes,
  otherClientId,
  recordedAccount,
  recordedClient,
  recordedState,
  recordedToken,
} from '../../support/sample-records.ts'
import { dayMs } from '../../support/sample-state.ts'

const now = testStart + dayMs
const planned = { accountId: 'account-0001', clientId: mailClientId, scopes: [gmailScope] }
const mail = { granted: [...openScopes, gmailScope] }

interface Scene {
  readonly client?: Partial<ClientRecord>
  readonly account?: Partial<AccountRecord>
  readonly scopes?: readonly string[]
  readonly add?: boolean
}

/** Checked against the boundary's schema. */
async function preview(tokens: readonly TokenRecord[], scene: Scene = {}): Promise<SignInPreview> {
  const { client, account, scopes = planned.scopes, add = false } = scene
  const state = recordedState([recordedAccount(tokens, account)], [recordedClient(mailClientId, client)])
  const previewed = await previewSignIn(state, { ...planned, scopes, add }, now)
  if (!previewed.ok) throw new Error(previewed.error.code)
  return v.parse(signInPreviewSchema, previewed.value)
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
  ] as const)('is, with %d live ones, %s', async (count, level) => {
    expect(await preview(elsewhere(count))).toMatchObject({
      ...{ level, liveAtLeast: Math.min(count, 100), limit: 100 },
    })
  })

  it('names the oldest that counts once a hundred are live, and whether it is used here', async () => {
    expect((await preview(elsewhere(99))).falls).toBeNull()
    const [oldest, ...rest] = elsewhere(101)
    expect((await preview([oldest ?? recordedToken(0), ...rest])).falls).toMatchObject({
      ...{ tokenId: 'token-0001', mintedAt: testStart + 1, held: false },
    })
    const used = recordedToken(900, { lastUsedAt: testStart + 5000, refreshCount: 3 })
    expect((await preview([used, ...rest.slice(1)])).falls).toEqual({
      ...{ tokenId: 'token-0900', mintedAt: testStart, lastUsedAt: testStart + 5000, held: true },
    })
  })

  it('is not found for accounts and clients that are not here', async () => {
    const state = recordedState([recordedAccount([])])
    const code = (change: object): Promise<unknown> => previewSignIn(state, { ...planned, ...change }, now)
    expect(await code({ accountId: 'account-9999' })).toMatchObject({ error: { code: 'not-found' } })
    expect(await code({ clientId: 'client-9999' })).toMatchObject({ error: { code: 'not-found' } })
    const forgotten = recordedState([recordedAccount([], { forgotten: true })])
    expect((await previewSignIn(forgotten, planned, now)).ok).toBe(false)
  })
})

describe('the need of a sign-in', () => {
  it('is none where a working token already allows everything asked; the newest is named', async () => {
    const tokens = [recordedToken(1, mail), recordedToken(2, { ...mail, mintedAt: testStart + 5 })]
    expect((await preview(tokens)).reuse).toEqual({
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
  ] as const)('stays where the token %s', async (_, change) => {
    expect((await preview([recordedToken(1, change)])).reuse).toBeNull()
  })

  it('stays where the client is refused', async () => {
    const refusal = { error: 'invalid_client', description: '', status: 401, at: testStart }
    expect((await preview([recordedToken(1, mail)], { client: { refusal } })).reuse).toBeNull()
  })
})

const auth = 'https://www.googleapis.com/auth/'
const many = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${auth}made-up-${String(index)}`)

describe('what a sign-in would ask for', () => {
  it('is who it is and what was chosen, in one spelling; new is what no token here allows', async () => {
    const held = recordedToken(1, { granted: [...openScopes, calendarScope] })
    const shown = await preview([held], { scopes: ['email', gmailScope, calendarScope] })
    expect(shown.asks).toEqual([...openScopes, gmailScope, calendarScope])
    expect(shown.adds).toEqual([gmailScope])
  })

  it('is what is held as well, where access is added', async () => {
    const tokens = [
      recordedToken(1, { granted: [...openScopes, calendarScope] }),
      recordedToken(2, { granted: [...openScopes, `${auth}tasks`], clientId: otherClientId }),
      recordedToken(3, { granted: [`${auth}drive`], refusal: deadRefusal(testStart) }),
      recordedToken(4, { granted: [`${auth}youtube`], standing: 'forgotten' }),
    ]
    const shown = await preview(tokens, { add: true })
    expect(shown.asks).toEqual([...openScopes, calendarScope, gmailScope])
    expect(shown.adds).toEqual([gmailScope])
  })

  it('is all new for an account that has nothing here', async () => {
    const shown = await preview([], { add: true })
    expect(shown.adds).toEqual(shown.asks)
  })
})

describe('what scopes cost', () => {
  const scopes = [`${auth}gmail.send`, gmailScope, `${auth}drive.file`, `${auth}made-up`]

  it('is a warning for restricted and sensitive ones, also those held already', async () => {
    const shown = await preview([recordedToken(1, mail)], { scopes, add: true })
    expect(shown.restricted).toEqual([gmailScope])
    expect(shown.sensitive).toEqual([`${auth}gmail.send`])
  })

  it.each([[{ publishing: 'internal' }], [{ userType: 'internal' }]] as const)(
    'is none under a project of the own organisation: %o',
    async (client) => {
      expect(await preview([], { scopes, client })).toMatchObject({ restricted: [], sensitive: [] })
    },
  )

  it('is too much beyond twenty-five, identity not counted', async () => {
    expect((await preview([], { scopes: many(25) })).tooMany).toBeNull()
    expect((await preview([], { scopes: many(26) })).tooMany).toEqual({ count: 26, ceiling: 25 })
    const held = recordedToken(1, { granted: [...openScopes, ...many(20)] })
    const more = many(27).slice(20)
    expect((await preview([held], { scopes: more })).tooMany).toBeNull()
    expect((await preview([held], { scopes: more, add: true })).tooMany).toEqual({ count: 27, ceiling: 25 })
  })

  it('names those that only an organisation has, for an account that is in none', async () => {
    const admin = `${auth}admin.directory.user`
    const chosen = { scopes: [admin, gmailScope] }
    expect((await preview([], chosen)).workspaceOnly).toEqual([admin])
    const inside = { ...chosen, account: { hostedDomain: 'northwind.test' } }
    expect((await preview([], inside)).workspaceOnly).toEqual([])
  })
})
