import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { canonicalScope, parseScopes } from '../../../electron/contract/scopes/scope-sets.ts'
import type { GrantView } from '../../../electron/contract/views.ts'
import { grantViewSchema, snapshotSchema } from '../../../electron/contract/views.ts'
import { grantView } from '../../../electron/core/grants/grant-view.ts'
import type { AccountRecord, TokenRecord } from '../../../electron/core/state/state.ts'
import { testStart } from '../../support/fake-clock.ts'
import { asha } from '../../support/fake-google.ts'
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
import { openTestProfile } from '../../support/test-profile.ts'

const auth = 'https://www.googleapis.com/auth/'
const drive = `${auth}drive`

/** The grant of the mail client, checked against the boundary's schema. */
function view(tokens: readonly TokenRecord[]): GrantView {
  const account = recordedAccount(tokens)
  const client = recordedClient(mailClientId)
  const shown = grantView(account, client, recordedState([account]), testStart, () => null)
  return v.parse(grantViewSchema, shown)
}
const token = recordedToken

describe('access without a refresh token', () => {
  const access = {
    ...{ clientId: mailClientId, asked: ['openid', gmailScope, drive], granted: ['openid', gmailScope] },
    ...{ receivedAt: testStart - 1000, expiresAt: testStart + 1000, recordedAt: testStart - 1000 },
  }
  const withAccess = (tokens: readonly TokenRecord[], held: boolean): GrantView => {
    const account = recordedAccount(tokens, { accesses: [access] })
    const state = recordedState([account])
    const shown = grantView(
      account,
      recordedClient(mailClientId),
      state,
      testStart,
      () => null,
      () => held,
    )
    return v.parse(grantViewSchema, shown)
  }

  it('makes a client-side grant where there is nothing else, and says what it may do', () => {
    const { receivedAt, expiresAt } = access
    for (const tokens of [[], [token(1, { standing: 'forgotten' })]])
      expect(withAccess(tokens, true)).toMatchObject({
        kind: 'client-side',
        access: { granted: ['openid', gmailScope], receivedAt, expiresAt, held: true },
        ...{ granted: ['openid', gmailScope], declined: [drive], surprises: [] },
      })
    expect(withAccess([], false).access).toMatchObject({ held: false })
  })

  it('stands beside a refresh token, which tells what the grant is', () => {
    const shown = withAccess([token(1, { asked: [calendarScope], granted: [calendarScope] })], true)
    expect(shown).toMatchObject({ kind: 'installed', granted: [calendarScope], declined: [] })
    expect(shown.access).toMatchObject({ held: true })
  })
})

describe('what was asked of a grant and what was given', () => {
  it('is that of all tokens here, in one spelling', () => {
    const shown = view([
      token(1, { asked: ['openid', 'email', 'profile', gmailScope], granted: [...openScopes, gmailScope] }),
      token(2, { asked: ['openid', 'email', 'profile', calendarScope], granted: openScopes }),
      token(3, { asked: [drive], granted: [drive], standing: 'forgotten' }),
      token(4, { asked: [drive], granted: [drive], clientId: otherClientId }),
    ])
    expect(shown.asked).toEqual([...openScopes, gmailScope, calendarScope])
    expect(shown.granted).toEqual([...openScopes, gmailScope])
    expect(shown).toMatchObject({ declined: [calendarScope], surprises: [] })
  })

  it('is a surprise where Google gave more than any of the sign-ins asked for', () => {
    const shown = view([
      token(1, { asked: ['email', gmailScope], granted: [gmailScope, drive, calendarScope] }),
    ])
    expect(shown.surprises).toEqual([drive, calendarScope])
  })

  it('is none where another token asked for it, or only the spelling differs', () => {
    const feeds = 'https://www.google.com/m8/feeds/'
    const shown = view([
      token(1, { asked: [gmailScope], granted: [gmailScope, drive] }),
      token(2, { asked: [drive, feeds], granted: [drive, `${auth}contacts`] }),
    ])
    expect(shown.surprises).toEqual([])
  })

  it('is none for who somebody is, which Google adds by itself', () => {
    expect(view([token(1, { asked: ['email'], granted: openScopes })]).surprises).toEqual([])
    expect(view([token(1, { asked: [gmailScope], granted: [...openScopes, gmailScope] })]).surprises).toEqual(
      [],
    )
  })

  it('is still one after the token that asked for it is gone from here', () => {
    const shown = view([
      token(1, { asked: [drive], granted: [drive], standing: 'forgotten' }),
      token(2, { asked: [gmailScope], granted: [gmailScope, drive] }),
    ])
    expect(shown.surprises).toEqual([drive])
  })
})

describe('what doors handed out of a grant', () => {
  const used = (scopeUses: AccountRecord['scopeUses']): GrantView['used'] => {
    const account = recordedAccount([token(1)], { scopeUses })
    const state = recordedState([account])
    return grantView(account, recordedClient(mailClientId), state, testStart, () => null).used
  }
  const use = (scope: string, at: number, change: Partial<AccountRecord['scopeUses'][number]> = {}) => ({
    ...{ clientId: mailClientId, scope, at, named: false },
    ...change,
  })

  it('is told latest first, and only of this client', () => {
    expect(
      used([
        use(drive, testStart + 1),
        use(gmailScope, testStart + 2, { named: true }),
        use(calendarScope, testStart + 3, { clientId: otherClientId }),
        use(calendarScope, testStart + 4, { clientId: null }),
      ]),
    ).toEqual([
      { scope: gmailScope, at: testStart + 2, named: true },
      { scope: drive, at: testStart + 1, named: false },
    ])
  })

  it('is one where two names mean the same scope', () => {
    expect(
      used([use('email', testStart + 5), use(`${auth}userinfo.email`, testStart + 2, { named: true })]),
    ).toEqual([{ scope: canonicalScope('email'), at: testStart + 5, named: true }])
  })
})

describe('a dead token', () => {
  const dead = { refusal: deadRefusal(testStart) }

  it('tells nothing of a grant that has a living one: what it gave is not held any more', () => {
    const shown = view([
      token(1, { asked: [gmailScope], granted: [gmailScope, calendarScope] }),
      token(2, { asked: [drive, calendarScope], granted: [drive], ...dead }),
    ])
    expect(shown).toMatchObject({
      granted: [gmailScope, calendarScope],
      asked: [gmailScope],
      surprises: [calendarScope],
      declined: [],
    })
    expect(shown.tokens).toHaveLength(2)
  })

  it('tells of a grant that has nothing else, so that it can be had again', () => {
    const shown = view([token(1, { asked: [gmailScope, drive], granted: [gmailScope], ...dead })])
    expect(shown).toMatchObject({ granted: [gmailScope], asked: [gmailScope, drive], declined: [drive] })
  })
})

describe('scopes of an odd form', () => {
  const rightToLeft = '\u202Etset.liamg\u2066نطاق-كامل'
  const odd = ['x'.repeat(2048), 'y'.repeat(4096), rightToLeft, `${auth}unknown`, '<b>"&\u0000']

  it('are shown as they are, as surprises', () => {
    const shown = view([token(1, { asked: [gmailScope], granted: [gmailScope, ...odd] })])
    expect(shown.surprises).toEqual(odd)
  })

  it('are cut at 4,096 characters, everywhere alike', () => {
    const [cut = ''] = parseScopes(`${'z'.repeat(4096)}one`)
    expect(cut).toBe('z'.repeat(4096))
    expect(parseScopes(`${'z'.repeat(9000)} openid`)).toEqual([cut, 'openid'])
  })

  it('in the answer to a sign-in do not make it fail, and survive a restart', async () => {
    const test = await openTestProfile()
    await test.addClient()
    const granted = ['openid', 'email', ...odd, 'z'.repeat(5000)]
    const flow = await test.signIn(asha, { scopes: [gmailScope], granted })
    expect(await test.reach(flow, 'done')).toMatchObject({ declined: [openScopes[2], gmailScope] })
    const before = v.parse(snapshotSchema, test.snapshot())
    expect(before.accounts[0]?.grants[0]?.surprises).toEqual([...odd, 'z'.repeat(4096)])
    await test.profile.close()
    const after = (await openTestProfile({ world: test.world })).snapshot()
    expect(after.accounts).toEqual(before.accounts)
  })

  it('in the answer to a refresh do not make it fail', async () => {
    const test = await openTestProfile()
    const clientId = await test.addClient()
    const { accountId } = await test.reach(await test.signIn(asha, { scopes: [gmailScope] }), 'done')
    test.world.google.changeNext({ scope: `${gmailScope} ${odd.join(' ')} ${'z'.repeat(9000)}` })
    expect((await test.ask('accounts.copyAccessToken', { accountId, clientId })).ok).toBe(true)
  })
})
