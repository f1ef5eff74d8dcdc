import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import type { BlastRadius, GrantName } from '../../../electron/contract/revocation.ts'
import { blastRadiusSchema } from '../../../electron/contract/revocation.ts'
import { blastRadius, isConfirmed } from '../../../electron/core/revocation/blast-radius.ts'
import type { AccountRecord, LeaseRecord, State, TokenRecord } from '../../../electron/core/state/state.ts'
import { testStart } from '../../support/fake-clock.ts'
import {
  deadRefusal,
  mailClientId,
  mailSiblingId,
  otherClientId,
  recordedAccount,
  recordedClient,
  recordedState,
  recordedToken,
} from '../../support/sample-records.ts'
import { dayMs, hourMs } from '../../support/sample-state.ts'

const now = testStart + dayMs
const mailGrant: GrantName = { accountId: 'account-0001', clientId: mailClientId }
const ben: Partial<AccountRecord> = { accountId: 'account-0002', sub: '1002', email: 'ben@example.org' }

function look(state: State, grants: readonly GrantName[] = [mailGrant]): BlastRadius {
  const radius = blastRadius(state, grants, now)
  if (!radius.ok) throw new Error(radius.error.code)
  return v.parse(blastRadiusSchema, radius.value)
}
const ofTokens = (...tokens: TokenRecord[]): State => recordedState([recordedAccount(tokens)])
const ids = ({ projects: [project] }: BlastRadius): readonly string[] =>
  (project?.tokens ?? []).map(({ tokenId }) => tokenId)

describe('what a revocation takes along', () => {
  it('is every token of the project, under whichever client, and none of another project', () => {
    const radius = look(
      ofTokens(
        recordedToken(1),
        recordedToken(2, { clientId: mailSiblingId }),
        recordedToken(3, { clientId: otherClientId }),
      ),
    )
    expect(ids(radius)).toEqual(['token-0002', 'token-0001'])
    expect(radius.projects[0]?.clients).toMatchObject([
      { clientId: mailClientId, chosen: true, tokens: 1 },
      { clientId: mailSiblingId, chosen: false, tokens: 1 },
    ])
  })

  it('says of each whether its secret is here, was forgotten here, or is missing', () => {
    const radius = look(
      ofTokens(
        recordedToken(1, { standing: 'forgotten' }),
        recordedToken(2, { standing: 'missing' }),
        recordedToken(3),
      ),
    )
    expect(radius.projects[0]?.tokens.map(({ standing }) => standing)).toEqual([
      'held',
      'missing',
      'elsewhere',
    ])
    expect(radius.tokens).toBe(3)
  })

  it('leaves out what is known dead', () => {
    const refusal = deadRefusal(testStart + hourMs)
    const radius = look(
      ofTokens(
        recordedToken(0, { lastUsedAt: testStart + 2 * hourMs }),
        recordedToken(1, { refusal }),
        recordedToken(2, { dismissed: true, standing: 'forgotten' }),
        recordedToken(3, { rotated: true, standing: 'forgotten' }),
        recordedToken(4, { standing: 'forgotten', expiresAt: testStart + hourMs }),
      ),
    )
    expect(ids(radius)).toEqual(['token-0000'])
  })

  it('counts no more forgotten ones than can be live, and every one that is held', () => {
    const many = (standing: TokenRecord['standing']): TokenRecord[] =>
      Array.from({ length: 120 }, (_, number) =>
        recordedToken(number, { standing, mintedAt: testStart + number }),
      )
    expect(ids(look(ofTokens(...many('forgotten'))))).toHaveLength(100)
    expect(ids(look(ofTokens(...many('held'))))).toHaveLength(120)
  })

  it('is also every rule, approval and active mark that will have nothing to give', () => {
    const state = ofTokens(recordedToken(1))
    const rule = (ruleId: string, accountId: string, clientId: string | null): void => {
      state.folderRules.set(ruleId, { ruleId, folder: `/${ruleId}`, key: `/${ruleId}`, accountId, clientId })
    }
    rule('any-client', 'account-0001', null)
    rule('sibling', 'account-0001', mailSiblingId)
    rule('other-project', 'account-0001', otherClientId)
    rule('somebody-else', 'account-0002', mailClientId)
    const approval = {
      accountId: 'account-0001',
      clientId: null,
      digest: 'd',
      effect: 'use',
      at: now,
    } as const
    state.approvals.set('/work', { ...approval, folder: '/work', key: '/work' })
    state.activeAccountId = 'account-0001'
    state.activeFor.set(mailSiblingId, 'account-0001')
    state.activeFor.set(otherClientId, 'account-0001')
    state.activeFor.set(mailClientId, 'account-0002')
    const [project] = look(state).projects
    expect(project?.folders).toEqual([
      { folder: '/any-client', by: 'rule' },
      { folder: '/sibling', by: 'rule' },
      { folder: '/work', by: 'declaration' },
    ])
    expect(project?.marks).toEqual([{ clientId: null }, { clientId: mailSiblingId }])
  })

  it('is told once for two grants of one project, and by itself for another project or account', () => {
    const tokens = [mailClientId, mailSiblingId, otherClientId].map((clientId, number) =>
      recordedToken(number, { clientId }),
    )
    const state = recordedState([recordedAccount(tokens), recordedAccount([recordedToken(9)], ben)])
    const grant = (accountId: string, clientId: string): GrantName => ({ accountId, clientId })
    const radius = look(state, [
      grant('account-0001', mailClientId),
      grant('account-0001', mailSiblingId),
      grant('account-0001', otherClientId),
      grant('account-0002', mailClientId),
    ])
    expect(
      radius.projects.map(({ email, project, tokens: found }) => [email, project, found.length]),
    ).toEqual([
      ['asha@example.org', '111', 2],
      ['asha@example.org', '222', 1],
      ['ben@example.org', '111', 1],
    ])
    expect(radius.tokens).toBe(4)
  })

  it('takes a client id without a number as a project of its own', () => {
    const state = recordedState(
      [recordedAccount([recordedToken(1, { clientId: 'bare' }), recordedToken(2, { clientId: 'bare-2' })])],
      [recordedClient('bare'), recordedClient('bare-2')],
    )
    const radius = look(state, [{ accountId: 'account-0001', clientId: 'bare' }])
    expect(radius.projects).toMatchObject([{ project: 'bare', clients: [{ clientId: 'bare' }] }])
    expect(ids(radius)).toEqual(['token-0001'])
  })

  it('cannot be revoked from here without a token that is held and not dead', () => {
    const state = ofTokens(
      recordedToken(0, { refusal: deadRefusal(testStart - hourMs) }),
      recordedToken(1, { standing: 'forgotten' }),
    )
    const radius = look(state)
    expect(radius.projects[0]?.obstacle?.code).toBe('revoke-no-token')
    expect(ids(radius)).toEqual(['token-0001'])
    expect(radius).toMatchObject({ tokens: 0, confirm: { kind: 'none' } })
  })

  it('is not told of an account or a client that is not here', () => {
    const state = recordedState([recordedAccount([recordedToken(1)], { forgotten: true })])
    expect(blastRadius(state, [mailGrant], now)).toMatchObject({ error: { code: 'not-found' } })
    const removed = ofTokens(recordedToken(1))
    removed.clients.delete(mailClientId)
    expect(blastRadius(removed, [mailGrant], now)).toMatchObject({ error: { code: 'not-found' } })
  })
})

describe('the second step', () => {
  const two = [recordedToken(1), recordedToken(2)]

  it('is asked for only when more than one token dies', () => {
    expect(look(ofTokens(recordedToken(1))).confirm).toEqual({ kind: 'none' })
    expect(look(ofTokens(...two)).confirm).toEqual({ kind: 'email', text: 'asha@example.org' })
  })

  it('is the number of tokens where several accounts are concerned', () => {
    const state = recordedState([
      recordedAccount([recordedToken(1)]),
      recordedAccount([recordedToken(9)], ben),
    ])
    const grants = ['account-0001', 'account-0002'].map((accountId) => ({
      accountId,
      clientId: mailClientId,
    }))
    expect(look(state, grants).confirm).toEqual({ kind: 'count', text: '2' })
  })

  it('is not about an account that cannot be revoked', () => {
    const gone = recordedToken(9, { standing: 'forgotten' })
    const state = recordedState([recordedAccount(two), recordedAccount([gone], ben)])
    const grants = ['account-0002', 'account-0001'].map((accountId) => ({
      accountId,
      clientId: mailClientId,
    }))
    expect(look(state, grants)).toMatchObject({ tokens: 2, confirm: { text: 'asha@example.org' } })
  })

  it('is passed by what is asked for, whatever its case, and by nothing else', () => {
    const { confirm } = look(ofTokens(...two))
    expect(isConfirmed(confirm, ' Asha@Example.org ')).toBe(true)
    for (const typed of [null, '', 'asha', 'ben@example.org']) expect(isConfirmed(confirm, typed)).toBe(false)
    expect(isConfirmed({ kind: 'none' }, null)).toBe(true)
  })
})

describe('programs that a revocation leaves without access', () => {
  const lease = (leaseId: string, change: Partial<LeaseRecord> = {}): LeaseRecord => ({
    ...{ leaseId, label: 'Backup', door: 'adc', term: 'always', handleHash: 'hash', programKey: null },
    ...{ program: null, accountId: 'account-0001', clientId: mailClientId, scopes: null, remote: false },
    ...{ givenAt: testStart, expiresAt: null, session: null, port: null, file: null, quotaProject: null },
    ...{ ended: null, uses: 0, refusals: 0, lastUsedAt: null, lastRefusal: null, recent: [] },
    lastAccountId: null,
    ...change,
  })
  const withLeases = (...leases: readonly LeaseRecord[]): readonly string[] => {
    const state = ofTokens(recordedToken(1))
    for (const one of leases) state.leases.set(one.leaseId, one)
    return look(state).projects[0]?.programs.map(({ leaseId, name }) => `${leaseId} ${name}`) ?? []
  }

  it('are those with a lease on the account, under a client of the project or under any', () => {
    const program = { name: 'terraform', path: null, folder: null, host: null, certainty: 'seen' } as const
    expect(
      withLeases(
        lease('lease-0001'),
        lease('lease-0002', { clientId: mailSiblingId, program }),
        lease('lease-0003', { clientId: null }),
      ),
    ).toEqual(['lease-0001 Backup', 'lease-0002 terraform', 'lease-0003 Backup'])
  })

  it('are those by rule that had its access last', () => {
    const byRule = { accountId: null, clientId: null } as const
    expect(
      withLeases(
        lease('lease-0001', { ...byRule, lastAccountId: 'account-0001' }),
        lease('lease-0002', { ...byRule, lastAccountId: 'account-0002' }),
      ),
    ).toEqual(['lease-0001 Backup'])
  })

  it('are not those of another project, of another account, by rule, or over', () => {
    expect(
      withLeases(
        lease('lease-0001', { clientId: otherClientId }),
        lease('lease-0002', { accountId: 'account-0002' }),
        lease('lease-0003', { accountId: null }),
        lease('lease-0004', { ended: { at: testStart, reason: 'taken-back' } }),
      ),
    ).toEqual([])
  })
})
