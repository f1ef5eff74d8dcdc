import { describe, expect, it } from 'vitest'
import type { CauseView } from '../../../electron/contract/views.ts'
import { rankCauses } from '../../../electron/core/causes/rank-causes.ts'
import type {
  AccountRecord,
  ClientRecord,
  TokenRecord,
  TokenRefusal,
} from '../../../electron/core/state/state.ts'
import { testStart } from '../../support/fake-clock.ts'
import {
  calendarScope,
  cloudScope,
  deadRefusal,
  gmailScope,
  mailClientId,
  mailSiblingId,
  openScopes,
  otherClientId,
  recordedAccount,
  recordedClient,
  recordedState,
  recordedToken,
} from '../../support/sample-records.ts'
import { dayMs, hourMs } from '../../support/sample-state.ts'

const minuteMs = 60_000
/** Tokens are checked daily; this one was fine at the check before and refused at this one. */
const aliveAt = testStart + 40 * dayMs
const diedAt = aliveAt + dayMs
const gmail = [...openScopes, gmailScope]
const calendar = [...openScopes, calendarScope]

/** A token that died between two checks. */
const dead = (
  number: number,
  change: Partial<TokenRecord> = {},
  refusal: Partial<TokenRefusal> = {},
): TokenRecord =>
  recordedToken(number, {
    granted: calendar,
    lastUsedAt: aliveAt + number * 100,
    refusal: deadRefusal(diedAt + number * 100, refusal),
    ...change,
  })
/** A token that the same check, and the next, found alive. */
const alive = (number: number, change: Partial<TokenRecord> = {}): TokenRecord =>
  recordedToken(number, { granted: calendar, lastUsedAt: diedAt + dayMs, ...change })

interface Scene {
  readonly tokens: readonly TokenRecord[]
  readonly account?: Partial<AccountRecord>
  readonly client?: Partial<ClientRecord>
}

function rank({ tokens, account: change, client }: Scene, number = 1): readonly CauseView[] {
  const account = recordedAccount(tokens, change)
  const state = recordedState(
    [account],
    [recordedClient(mailClientId, client), recordedClient(mailSiblingId), recordedClient(otherClientId)],
  )
  const token = tokens.find(({ tokenId }) => tokenId === recordedToken(number).tokenId)
  return token ? rankCauses(token, account, state) : []
}
const first = (causes: readonly CauseView[]): readonly string[] =>
  causes.filter((cause) => cause.rank === 1).map((cause) => cause.kind)

const rapt = { verdict: 'person', subtype: 'invalid_rapt' } as const
const newSignIns = (count: number): TokenRecord[] =>
  Array.from({ length: count }, (_, index) =>
    recordedToken(10 + index, { mintedAt: aliveAt + index * minuteMs, standing: 'forgotten' }),
  )
const programs = (count: number): TokenRecord[] =>
  Array.from({ length: count }, (_, index) => alive(50 + index, { clientId: `${900 + index}-x` }))

interface Row extends Scene {
  readonly says: string
  readonly first: readonly string[]
  readonly evidence: CauseView['evidence']
  readonly details?: CauseView['details']
}

const table: readonly Row[] = [
  {
    says: 'a revocation from here is certain, with its day',
    tokens: [dead(1), dead(2)],
    account: { revocations: [{ projectNumber: '111', at: aliveAt + 3 * hourMs }] },
    first: ['revoked-here'],
    evidence: 'revoked-here',
    details: { revokedAt: aliveAt + 3 * hourMs },
  },
  {
    says: 'everything of one project gone, with and without Gmail, while another project lives, was revoked',
    tokens: [
      dead(1, { granted: gmail }),
      dead(2, { clientId: mailSiblingId }),
      alive(3, { clientId: otherClientId }),
    ],
    first: ['revoked-elsewhere'],
    evidence: 'all-of-project-died',
    details: { n: 2 },
  },
  {
    says: 'half a year without use is idleness, with the days',
    tokens: [dead(1, { lastUsedAt: diedAt - 183 * dayMs, mintedAt: diedAt - 200 * dayMs })],
    first: ['idle'],
    evidence: 'unused-days',
    details: { days: 183 },
  },
  {
    says: 'Gmail tokens of two projects gone together, the others alive, are a new password',
    tokens: [
      dead(1, { granted: gmail }),
      dead(2, { granted: gmail, clientId: mailSiblingId }),
      dead(3, { granted: gmail, clientId: otherClientId }),
      alive(4, { clientId: otherClientId }),
    ],
    first: ['password'],
    evidence: 'gmail-together',
    details: { n: 2 },
  },
  {
    says: 'a hundred and one sign-ins since are an eviction',
    tokens: [dead(1), ...newSignIns(101)],
    first: ['evicted'],
    evidence: 'sign-ins-since',
    details: { n: 101 },
  },
  {
    says: 'the oldest of a grant gone alone is likely evicted',
    tokens: [dead(1), alive(2), alive(3)],
    first: ['evicted'],
    evidence: 'oldest-died-alone',
    details: { n: 2 },
  },
  {
    says: 'a lone death in an account with twenty programs hints at its cap',
    tokens: [alive(5), dead(1), ...programs(19)],
    first: ['account-cap'],
    evidence: 'many-programs',
    details: { n: 20 },
  },
  {
    says: 'an end that Google stated beforehand is time-based access',
    tokens: [dead(1, { expiresAt: aliveAt + 5 * hourMs })],
    first: ['time-based'],
    evidence: 'stated-end',
    details: { endedAt: aliveAt + 5 * hourMs },
  },
  {
    says: 'admin_policy_enforced is the administrator',
    tokens: [dead(1, {}, { verdict: 'person', error: 'admin_policy_enforced' })],
    first: ['admin'],
    evidence: 'admin-policy',
  },
  {
    says: 'invalid_rapt is the session, counted, with its hours',
    tokens: [dead(1, { granted: [...openScopes, cloudScope], mintedAt: diedAt - 16 * hourMs }, rapt)],
    account: {
      sessionEnds: [1, 2, 3].map((day) => ({
        clientId: mailClientId,
        lowerMs: 15 * hourMs,
        upperMs: 16 * hourMs,
        at: diedAt - (3 - day) * dayMs,
      })),
    },
    first: ['session'],
    evidence: 'session-refused',
    details: { n: 3, hours: 16 },
  },
  {
    says: 'the seventh day of a project in Testing is Testing',
    tokens: [dead(1, { mintedAt: aliveAt + 5 * hourMs - 7 * dayMs, testing: true })],
    client: { publishing: 'testing' },
    first: ['testing'],
    evidence: 'testing-day',
    details: { days: 7, foundAfterDays: 7.8, certainty: 'declared' },
  },
  {
    says: 'a client that answers deleted_client took its tokens with it',
    tokens: [dead(1, {}, { error: 'deleted_client', status: 401 })],
    first: ['client-deleted'],
    evidence: 'client-answer',
    details: { error: 'deleted_client' },
  },
  {
    says: 'the word that the account was deleted is taken',
    tokens: [dead(1, {}, { description: 'Account has been deleted' }), dead(2)],
    first: ['account-deleted'],
    evidence: 'account-answer',
  },
  {
    says: 'nothing known is said as unknown',
    tokens: [dead(1)],
    first: ['unknown'],
    evidence: 'nothing',
    details: {},
  },
]

describe('the likeliest cause', () => {
  it.each(table)('$says', ({ first: kinds, evidence, details, ...scene }) => {
    const causes = rank(scene)
    expect(first(causes)).toEqual(kinds)
    expect(causes[0]?.evidence).toBe(evidence)
    if (details) expect(causes[0]?.details).toEqual(details)
  })

  it('is none for a token that was not refused', () => {
    expect(rank({ tokens: [alive(1)] })).toEqual([])
  })
})

describe('causes that the evidence cannot tell apart', () => {
  it('are a tie of password and revocation for a single Gmail token', () => {
    expect(first(rank({ tokens: [dead(1, { granted: gmail })] }))).toEqual(['password', 'revoked-elsewhere'])
  })

  it('are a tie of both when all Gmail tokens were just the tokens of one project', () => {
    const tokens = [
      dead(1, { granted: gmail }),
      dead(2, { granted: gmail, clientId: mailSiblingId }),
      alive(3, { clientId: otherClientId }),
    ]
    expect(first(rank({ tokens }))).toEqual(['password', 'revoked-elsewhere'])
  })

  it('are a tie of Testing and a stated end on the same day', () => {
    const mintedAt = aliveAt + hourMs - 7 * dayMs
    const tokens = [dead(1, { mintedAt, testing: true, expiresAt: mintedAt + 7 * dayMs })]
    expect(first(rank({ tokens, client: { publishing: 'testing' } }))).toEqual(['time-based', 'testing'])
  })

  it('are a tie of eviction and password for the oldest, which alone had Gmail', () => {
    const causes = rank({ tokens: [dead(1, { granted: gmail }), alive(2)] })
    expect(first(causes)).toEqual(['evicted', 'password'])
    expect(causes.map((cause) => cause.kind)).not.toContain('revoked-elsewhere')
  })
})

describe('what the evidence rules out', () => {
  it('is a new password when another Gmail token lives', () => {
    const tokens = [dead(1, { granted: gmail }), alive(2, { granted: gmail, clientId: otherClientId })]
    expect(rank({ tokens }).map((cause) => cause.kind)).toEqual(['revoked-elsewhere'])
  })

  it('is a revocation when another token of the project lives', () => {
    const tokens = [dead(1, { granted: gmail }), alive(2, { clientId: mailSiblingId })]
    expect(rank({ tokens }).map((cause) => cause.kind)).toEqual(['password'])
  })

  it('is a deleted account when it signed in afterwards', () => {
    const gone = [dead(1), dead(2, { clientId: otherClientId })]
    expect(rank({ tokens: gone }).map((cause) => cause.kind)).toContain('account-deleted')
    const back = [...gone, recordedToken(3, { mintedAt: diedAt + dayMs })]
    expect(rank({ tokens: back }).map((cause) => cause.kind)).not.toContain('account-deleted')
  })

  it('is idleness of a token that a stated end or the seventh day ended long before', () => {
    const mintedAt = diedAt - 200 * dayMs
    const unused = { mintedAt, lastUsedAt: mintedAt }
    const testing = rank({
      tokens: [dead(1, { ...unused, testing: true })],
      client: { publishing: 'testing' },
    })
    expect(testing.map((cause) => cause.kind)).toEqual(['testing'])
    const stated = rank({ tokens: [dead(1, { ...unused, expiresAt: mintedAt + 30 * dayMs })] })
    expect(stated.map((cause) => cause.kind)).toEqual(['time-based'])
  })

  it('is a revocation from here of another project, or one that the token outlived', () => {
    const revoked = (projectNumber: string, at: number): readonly string[] =>
      rank({ tokens: [dead(1)], account: { revocations: [{ projectNumber, at }] } }).map(({ kind }) => kind)
    expect(revoked('222', aliveAt + hourMs)).not.toContain('revoked-here')
    expect(revoked('111', aliveAt - hourMs)).not.toContain('revoked-here')
    expect(revoked('111', aliveAt + hourMs)).toEqual(['revoked-here'])
  })

  it('is a sibling that was only signed in after the death, as a witness', () => {
    const tokens = [dead(1), recordedToken(2, { mintedAt: diedAt + dayMs, lastUsedAt: diedAt + 2 * dayMs })]
    expect(first(rank({ tokens }))).toEqual(['unknown'])
  })
})

describe('deaths that are found at checks', () => {
  it('belong together when the same round found them', () => {
    const tokens = [dead(1), dead(2, { clientId: mailSiblingId }), alive(3, { clientId: otherClientId })]
    expect(first(rank({ tokens }))).toEqual(['revoked-elsewhere'])
  })

  it('do not when they were found in successive rounds', () => {
    const next = { lastUsedAt: diedAt - minuteMs / 2, refusal: deadRefusal(diedAt + dayMs) }
    const tokens = [dead(1), dead(2, { clientId: mailSiblingId, ...next })]
    expect(first(rank({ tokens }))).not.toContain('revoked-elsewhere')
  })

  it('belong together within seconds too, where somebody looked at once', () => {
    const soon = (number: number): Partial<TokenRecord> => ({
      lastUsedAt: aliveAt + number * 500,
      refusal: deadRefusal(aliveAt + 5000 + number * 100),
    })
    const tokens = [
      dead(1, soon(1)),
      dead(2, soon(2)),
      alive(3, { clientId: otherClientId, lastUsedAt: aliveAt + 6000 }),
    ]
    expect(first(rank({ tokens }))).toEqual(['revoked-elsewhere'])
  })

  it('say nothing about each other where each has its own seventh day', () => {
    const mintedAt = aliveAt + hourMs - 7 * dayMs
    const tokens = [
      dead(1, { mintedAt }),
      dead(2, { mintedAt, clientId: mailSiblingId }),
      alive(3, { clientId: otherClientId }),
    ]
    const account = recordedAccount(tokens)
    const unknown = { publishing: 'unknown' } as const
    const clients = [recordedClient(mailClientId, unknown), recordedClient(mailSiblingId, unknown)]
    const state = recordedState([account], [...clients, recordedClient(otherClientId)])
    const token = account.tokens[0] ?? recordedToken(0)
    expect(first(rankCauses(token, account, state))).toEqual(['testing'])
  })
})

describe('an unknown publishing status', () => {
  const client = { publishing: 'unknown' } as const

  it('does not hide the seventh day when checks were close to it', () => {
    const tokens = [dead(1, { granted: gmail, mintedAt: aliveAt + hourMs - 7 * dayMs })]
    expect(first(rank({ tokens, client }))).toEqual(['testing'])
  })

  it('makes it one among others when nobody looked for a month', () => {
    const mintedAt = diedAt - 30 * dayMs
    const tokens = [dead(1, { granted: gmail, mintedAt, lastUsedAt: mintedAt + hourMs })]
    expect(first(rank({ tokens, client }))).toEqual(['testing', 'password', 'revoked-elsewhere'])
  })

  it('says nothing about a token with nothing but name, e-mail and profile', () => {
    const tokens = [dead(1, { granted: openScopes, mintedAt: aliveAt + hourMs - 7 * dayMs })]
    expect(first(rank({ tokens, client }))).toEqual(['unknown'])
  })
})

describe('what the person says', () => {
  it('comes first, and the rest after it', () => {
    const tokens = [dead(1, { granted: gmail, correctedCause: 'password' })]
    expect(rank({ tokens }).map(({ kind, rank: place, evidence }) => [kind, place, evidence])).toEqual([
      ['password', 1, 'person-says'],
      ['revoked-elsewhere', 2, 'all-of-project-died'],
    ])
  })

  it('stands even against what is certain', () => {
    const tokens = [dead(1, { correctedCause: 'revoked-elsewhere' }, { error: 'deleted_client' })]
    expect(rank({ tokens }).map((cause) => cause.kind)).toEqual(['revoked-elsewhere', 'client-deleted'])
  })
})

describe('a death after a request to revoke whose end is not known', () => {
  const asked = (projectNumber: string, at: number): readonly (readonly [string, number])[] => {
    const tokens = [dead(1), dead(2, { clientId: mailSiblingId }), alive(3, { clientId: otherClientId })]
    return rank({ tokens, account: { revoking: [{ projectNumber, at }] } }).map(({ kind, rank: place }) => [
      kind,
      place,
    ])
  }

  it('is most likely the work of that request, and not of somebody else', () => {
    const causes = asked('111', aliveAt + hourMs)
    expect(causes[0]).toEqual(['revoked-here', 1])
    expect(causes.map(([kind]) => kind)).not.toContain('revoked-elsewhere')
  })

  it('is so as well when the token was seen alive within the hour after it, and no longer', () => {
    const minuteMs = hourMs / 60
    expect(asked('111', aliveAt - 59 * minuteMs)[0]).toEqual(['revoked-here', 1])
    expect(asked('111', aliveAt - 61 * minuteMs).map(([kind]) => kind)).not.toContain('revoked-here')
  })

  it('is not where it asked for another project, or the token was used long after it', () => {
    for (const causes of [asked('222', aliveAt + hourMs), asked('111', aliveAt - hourMs)])
      expect(causes.map(([kind]) => kind)).not.toContain('revoked-here')
  })
})
