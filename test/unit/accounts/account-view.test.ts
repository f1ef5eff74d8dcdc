import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { appError } from '../../../electron/contract/outcome.ts'
import type { AccountView, HealthView, NeedView } from '../../../electron/contract/views.ts'
import { accountViewSchema, clientViewSchema, lifeViewSchema } from '../../../electron/contract/views.ts'
import { accountView } from '../../../electron/core/accounts/account-view.ts'
import { clientView } from '../../../electron/core/clients/client-view.ts'
import type { CheckOf } from '../../../electron/core/grants/grant-view.ts'
import type { AccountRecord, ClientRecord, State, TokenRecord } from '../../../electron/core/state/state.ts'
import { nextHealthChange } from '../../../electron/core/tokens/health.ts'
import { livesOf } from '../../../electron/core/tokens/lives.ts'
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
import { dayMs, hourMs } from '../../support/sample-state.ts'

interface Scene {
  readonly tokens: readonly TokenRecord[]
  readonly account?: Partial<AccountRecord>
  readonly client?: Partial<ClientRecord>
  readonly now?: number
  readonly checkOf?: CheckOf
  readonly checksOn?: boolean
}

const unchecked: CheckOf = () => null

function stateOf({ tokens, account: change, client }: Scene): { state: State; account: AccountRecord } {
  const account = recordedAccount(tokens, change)
  const state = recordedState(
    [account],
    [recordedClient(mailClientId, client), recordedClient(otherClientId)],
  )
  return { state, account }
}
function view(scene: Scene): AccountView {
  const { state, account } = stateOf(scene)
  const { now = testStart, checkOf = unchecked, checksOn = true } = scene
  return v.parse(accountViewSchema, accountView(account, state, now, checkOf, checksOn))
}
const health = (scene: Scene): HealthView => view(scene).health
const need = (scene: Scene): NeedView | undefined => view(scene).needs[0]

const token = recordedToken
const testing = { publishing: 'testing' } as const
const rapt = deadRefusal(testStart, { verdict: 'person', subtype: 'invalid_rapt' })

describe('the health of an account', () => {
  it('is fine while no deadline is near', () => {
    expect(health({ tokens: [token(1)] })).toEqual({
      level: 'fine',
      reason: 'ready',
      ...{ at: null, clock: null, cause: null },
    })
  })

  it('says which deadline is within a week, and that it has passed unasked', () => {
    const at = testStart + 7 * dayMs
    const scene = { tokens: [token(1)], client: testing }
    expect(health(scene)).toMatchObject({ level: 'soon', reason: 'deadline', at, clock: 'testing' })
    expect(health({ ...scene, now: at })).toMatchObject({ level: 'soon', reason: 'deadline-passed', at })
  })

  it('is dead after an end that Google stated', () => {
    const scene = { tokens: [token(1, { expiresAt: testStart + dayMs })] }
    expect(health(scene)).toMatchObject({ level: 'soon', clock: 'time-based' })
    expect(health({ ...scene, now: testStart + dayMs })).toMatchObject({
      level: 'dead',
      reason: 'deadline-passed',
    })
  })

  it('takes the end of a session as near only in its last hour', () => {
    const sessionEnds = [
      { clientId: mailClientId, lowerMs: 12 * hourMs, upperMs: 16 * hourMs, at: testStart },
    ]
    const scene = { tokens: [token(1)], account: { sessionEnds } }
    expect(health(scene).level).toBe('fine')
    expect(view(scene).next?.kind).toBe('session')
    expect(health({ ...scene, now: testStart + 11 * hourMs })).toMatchObject({
      ...{ level: 'soon', reason: 'deadline', clock: 'session', at: testStart + 12 * hourMs },
    })
  })

  it('says of a dead token why it most likely died', () => {
    const refusal = deadRefusal(testStart + 7.5 * dayMs)
    const tokens = [token(1, { lastUsedAt: testStart + 6.5 * dayMs, refusal })]
    const now = testStart + 8 * dayMs
    expect(health({ tokens, client: testing, now })).toMatchObject({
      ...{ level: 'dead', reason: 'died', at: refusal.at, cause: 'testing' },
    })
  })

  it.each([
    ['session-ended', rapt],
    ['admin-policy', deadRefusal(testStart, { verdict: 'person', error: 'admin_policy_enforced' })],
    ['access-denied', deadRefusal(testStart, { verdict: 'person', error: 'access_denied' })],
    ['refused', deadRefusal(testStart, { verdict: 'person', error: 'consent_required' })],
  ] as const)('says %s, which can pass, without calling it a death', (reason, refusal) => {
    const shown = view({ tokens: [token(1, { refusal })] })
    expect(shown.health).toMatchObject({ level: 'dead', reason })
    expect(shown.grants[0]?.tokens[0]).toMatchObject({ standing: 'held', death: null })
  })

  it('blames a broken client, and none of its tokens', () => {
    const refusal = { error: 'deleted_client', description: '', status: 401, at: testStart }
    const shown = view({ tokens: [token(1)], client: { refusal } })
    expect(shown.health).toMatchObject({ level: 'dead', reason: 'client-broken', at: testStart })
    expect(shown.grants[0]?.tokens[0]).toMatchObject({ standing: 'held', refusal: null })
  })

  it('warns of many tokens, and of the limit', () => {
    const many = (count: number): TokenRecord[] =>
      Array.from({ length: count }, (_, index) => token(index, { standing: 'forgotten' }))
    const held = token(500)
    expect(health({ tokens: [...many(78), held] }).reason).toBe('ready')
    expect(health({ tokens: [...many(79), held] }).reason).toBe('many-tokens')
    expect(health({ tokens: [...many(94), held] }).reason).toBe('limit-near')
  })

  it('does not look at a token that a newer one stands in for', () => {
    const gone = { refusal: deadRefusal(testStart) }
    expect(health({ tokens: [token(1, gone), token(2)] }).level).toBe('fine')
    expect(health({ tokens: [token(1, { standing: 'missing' }), token(2)] }).level).toBe('fine')
    expect(health({ tokens: [token(1), token(2, gone)] }).level).toBe('fine')
  })

  it('looks at one with access that no other has', () => {
    const tokens = [
      token(1, { granted: [...openScopes, gmailScope], refusal: deadRefusal(testStart) }),
      token(2, { granted: [...openScopes, calendarScope] }),
    ]
    expect(health({ tokens }).reason).toBe('died')
  })

  it('is without a token once the dead one is dismissed', () => {
    const gone = token(1, { refusal: deadRefusal(testStart), dismissed: true, standing: 'forgotten' })
    expect(health({ tokens: [gone] }).reason).toBe('no-token')
    expect(view({ tokens: [gone] }).grants).toEqual([])
  })

  it('is the worst over all clients', () => {
    const tokens = [token(1), token(2, { clientId: otherClientId, standing: 'missing' })]
    expect(health({ tokens }).reason).toBe('secret-missing')
  })
})

describe('what needs a person', () => {
  it('is what is within seven days and no check can put off, soonest first', () => {
    const tokens = [
      token(1, { testing: true, mintedAt: testStart - dayMs }),
      token(2, { clientId: otherClientId, expiresAt: testStart + 2 * dayMs }),
    ]
    expect(view({ tokens }).needs.map(({ clock, by, renewable }) => [clock, by, renewable])).toEqual([
      ['time-based', testStart + 2 * dayMs, true],
      ['testing', testStart + 6 * dayMs, true],
    ])
  })

  it('is nothing that lies further away', () => {
    const tokens = [token(1, { expiresAt: testStart + 8 * dayMs })]
    expect(view({ tokens }).needs).toEqual([])
    expect(view({ tokens, now: testStart + dayMs }).needs).toHaveLength(1)
  })

  it('is idleness only where nothing will use the token', () => {
    const scene = { tokens: [token(1)], now: testStart + 175 * dayMs }
    expect(view(scene).needs).toEqual([])
    expect(health(scene)).toMatchObject({ level: 'soon', clock: 'idle' })
    expect(need({ ...scene, checksOn: false })).toMatchObject({ clock: 'idle', by: testStart + 181 * dayMs })
    expect(need({ ...scene, client: { retired: true } })?.clock).toBe('idle')
    expect(need({ ...scene, client: { keepAlive: false } })?.clock).toBe('idle')
    expect(view({ ...scene, client: { retired: true, keepAlive: true } }).needs).toEqual([])
  })

  it('is now for the dead, the lost, and an ended session, and signing in helps', () => {
    const now = { by: null, renewable: true }
    expect(need({ tokens: [token(1, { refusal: deadRefusal(testStart) })] })).toMatchObject({
      ...{ ...now, reason: 'died', cause: 'unknown' },
    })
    expect(need({ tokens: [token(1, { standing: 'missing' })] })).toMatchObject({
      ...now,
      reason: 'secret-missing',
    })
    expect(need({ tokens: [token(1, { refusal: rapt })] })).toMatchObject({
      ...{ ...now, reason: 'session-ended', clock: 'session', cause: 'session' },
    })
  })

  it('is something else than a sign-in for a broken client, an administrator, and a deleted account', () => {
    const refusal = { error: 'disabled_client', description: '', status: 401, at: testStart }
    expect(need({ tokens: [token(1)], client: { refusal } })).toMatchObject({
      ...{ reason: 'client-broken', renewable: false },
    })
    const admin = deadRefusal(testStart, { verdict: 'person', error: 'admin_policy_enforced' })
    expect(need({ tokens: [token(1, { refusal: admin })] })?.renewable).toBe(false)
    const deleted = deadRefusal(testStart, { description: 'Account has been deleted' })
    expect(need({ tokens: [token(1, { refusal: deleted })] })).toMatchObject({
      ...{ cause: 'account-deleted', renewable: false },
    })
  })

  it('is not a fault of ours, which no person can mend', () => {
    const refusal = deadRefusal(testStart, { verdict: 'fault', error: 'invalid_request' })
    expect(view({ tokens: [token(1, { refusal })] })).toMatchObject({
      ...{ needs: [], health: { level: 'soon', reason: 'refused' } },
    })
  })

  it('is nothing for a dead token that was renewed, while its history stays in view', () => {
    const tokens = [token(1, { refusal: deadRefusal(testStart), standing: 'forgotten' }), token(2)]
    const shown = view({ tokens })
    expect(shown.needs).toEqual([])
    expect(shown.grants[0]?.tokens.map(({ standing }) => standing).sort()).toEqual(['dead', 'held'])
  })
})

describe('a token in view', () => {
  it('carries the next deadline, and none once it is dead', () => {
    const tokens = [token(1, { refusal: deadRefusal(testStart) }), token(2, { clientId: otherClientId })]
    const shown = view({ tokens }).grants.flatMap((grant) => grant.tokens)
    expect(shown.map(({ next }) => next?.kind ?? null)).toEqual([null, 'idle'])
  })

  it('carries what Google said, in our words', () => {
    const refusal = deadRefusal(testStart)
    const shown = view({ tokens: [token(1, { refusal, correctedCause: 'password' })] }).grants[0]?.tokens[0]
    expect(shown?.refusal).toMatchObject({ verdict: 'dead', at: testStart, error: { code: 'token-dead' } })
    expect(shown?.death).toMatchObject({ at: testStart, corrected: 'password' })
    expect(shown?.death?.causes[0]).toMatchObject({ kind: 'password', rank: 1, evidence: 'person-says' })
  })

  it('shows a check that runs, and one that failed in passing', () => {
    const error = appError('network-offline')
    const check = (checkOf: CheckOf): unknown => view({ tokens: [token(1)], checkOf }).grants[0]?.check
    expect(check(() => ({ running: true, error: null, retryAt: null }))).toEqual({
      running: true,
      error: null,
    })
    expect(check(() => ({ running: false, error, retryAt: testStart }))).toEqual({ running: false, error })
    expect(check(() => ({ running: false, error: null, retryAt: null }))).toBeNull()
  })
})

describe('the lives of an account', () => {
  it('are those of all shown tokens, the dead without clocks', () => {
    const tokens = [
      token(1, { refusal: deadRefusal(testStart), refreshes: [testStart], refreshCount: 7 }),
      token(2, { mintedAt: testStart + 1 }),
      token(3, { dismissed: true, refusal: deadRefusal(testStart), standing: 'forgotten' }),
    ]
    const { state, account } = stateOf({ tokens })
    const lives = livesOf(account, state, testStart + dayMs).map((life) => v.parse(lifeViewSchema, life))
    expect(lives.map((life) => [life.tokenId, life.clocks.length, life.refreshCount])).toEqual([
      ['token-0002', 3, 0],
      ['token-0001', 0, 7],
    ])
  })
})

describe('a client in view', () => {
  it('carries its own clock and what Google said of it', () => {
    const lastUsedAt = testStart - dayMs
    const refusal = {
      error: 'deleted_client',
      description: 'The OAuth client was deleted.',
      status: 401,
      at: 5,
    }
    const client = recordedClient(mailClientId, { lastUsedAt, refusal, retired: true })
    const shown = v.parse(clientViewSchema, clientView(client, recordedState([], [client]), testStart))
    expect(shown).toMatchObject({ retired: true, keepAlive: false, lastUsedAt })
    expect(shown.idleClock).toMatchObject({ kind: 'client-idle', at: lastUsedAt + 181 * dayMs })
    expect(shown.refusal).toMatchObject({ at: 5, error: { code: 'client-deleted' } })
  })
})

describe('the next change of health', () => {
  const change = (scene: Scene): number | null =>
    nextHealthChange(stateOf(scene).state, scene.now ?? testStart)

  it('is when a deadline comes near, then when it strikes', () => {
    const tokens = [token(1, { expiresAt: testStart + 30 * dayMs })]
    expect(change({ tokens })).toBe(testStart + 23 * dayMs)
    expect(change({ tokens, now: testStart + 23 * dayMs })).toBe(testStart + 30 * dayMs)
  })

  it('is an hour before a session ends', () => {
    const sessionEnds = [
      { clientId: mailClientId, lowerMs: 12 * hourMs, upperMs: 16 * hourMs, at: testStart },
    ]
    expect(change({ tokens: [token(1)], account: { sessionEnds } })).toBe(testStart + 11 * hourMs)
  })

  it('is the end of a forgotten token too, because it then counts no more', () => {
    expect(change({ tokens: [token(1, { standing: 'forgotten' })] })).toBe(testStart + 181 * dayMs)
  })

  it('is none for the dead, and never for what is merely possible', () => {
    expect(change({ tokens: [token(1, { refusal: deadRefusal(testStart) })] })).toBeNull()
    expect(change({ tokens: [token(1)], client: { publishing: 'unknown' } })).toBe(testStart + 174 * dayMs)
  })

  it('misses no change of what is shown', () => {
    const sessionEnds = [{ clientId: otherClientId, lowerMs: 5 * hourMs, upperMs: 9 * hourMs, at: testStart }]
    const scene = {
      tokens: [
        token(1, { testing: true, expiresAt: testStart + 20 * dayMs }),
        token(2, { clientId: otherClientId, lastUsedAt: testStart + hourMs }),
        token(3, { standing: 'forgotten' }),
      ],
      account: { sessionEnds },
      client: { lastUsedAt: testStart },
      now: testStart + hourMs,
    }
    const changes: number[] = []
    for (let at = change(scene); at !== null; at = change({ ...scene, now: at })) changes.push(at)
    let before = JSON.stringify(view(scene))
    for (let now = scene.now + 6 * hourMs; now < testStart + 190 * dayMs; now += 6 * hourMs) {
      const after = JSON.stringify(view({ ...scene, now }))
      if (after !== before) expect(changes.some((at) => at > now - 6 * hourMs && at <= now)).toBe(true)
      before = after
    }
    expect(changes.length).toBeGreaterThan(5)
  })
})
