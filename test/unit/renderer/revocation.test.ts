import { describe, expect, it } from 'vitest'
import type { BlastRadius } from '../../../electron/contract/revocation.ts'
import { appError } from '../../../electron/contract/outcome.ts'
import { countDifferences, matchOf } from '../../../renderer/features/inspection/differences.ts'
import { isRenewable } from '../../../renderer/features/accounts/renewal.ts'
import {
  canRetry,
  canRevoke,
  clientsAmong,
  countStandings,
  grantsOf,
  hasOutcome,
  isConfirmed,
  revocationUnderWay,
} from '../../../renderer/features/revocation/blast.ts'
import { progressText, tokensText, whomText } from '../../../renderer/features/revocation/outcome-text.ts'
import {
  foundTokens,
  revocableSnapshot,
  sampleBlast,
  sampleInspection,
  sampleProjectClients,
  sampleRevocation,
  sampleRevocationRow,
} from '../../support/sample-revocation.ts'
import {
  sampleAccessGrant,
  sampleAccount,
  sampleCause,
  sampleClient,
  sampleDeadToken,
  sampleNeed,
  sampleNow,
  sampleToken,
} from '../../support/sample-state.ts'

const [mail, archive, backup] = sampleProjectClients()
const snapshot = revocableSnapshot()

describe('what is to be revoked', () => {
  it('is every grant of the chosen accounts, and each client with its accounts', () => {
    const grants = grantsOf(snapshot.accounts)
    expect(grants).toHaveLength(6)
    expect(clientsAmong(grants)).toEqual([
      { clientId: mail.clientId, accounts: 4 },
      { clientId: archive.clientId, accounts: 1 },
      { clientId: backup.clientId, accounts: 1 },
    ])
  })

  it('leaves out access without a refresh token that has ended', () => {
    const client = sampleClient(0)
    const account = (held: boolean) =>
      sampleAccount(0, [client], { grants: [sampleAccessGrant(client, { held })] })
    expect(grantsOf([account(false)])).toEqual([])
    expect(grantsOf([account(true)])).toEqual([{ accountId: 'account-00000000', clientId: client.clientId }])
  })

  it('is confirmed by what has to be typed, blanks and cases aside, as main takes it', () => {
    const email: BlastRadius['confirm'] = { kind: 'email', text: 'asha.rao@gmail.com' }
    expect(isConfirmed(email, ' asha.rao@gmail.com ')).toBe(true)
    expect(isConfirmed(email, 'Asha.Rao@gmail.com')).toBe(true)
    expect(isConfirmed(email, 'asha.rao@gmail.co')).toBe(false)
    expect(isConfirmed(email, '')).toBe(false)
    expect(isConfirmed({ kind: 'count', text: '12' }, '12')).toBe(true)
    expect(isConfirmed({ kind: 'count', text: '12' }, '1')).toBe(false)
    expect(isConfirmed({ kind: 'none' }, '')).toBe(true)
  })

  it('can be begun as soon as one project has no obstacle', () => {
    const blast = sampleBlast(snapshot, grantsOf(snapshot.accounts.slice(0, 1)))
    const [first, ...others] = blast.projects.map((one) => ({
      ...one,
      obstacle: appError('revoke-no-token'),
    }))
    if (!first) throw new Error('the sample has two projects')
    expect(canRevoke({ ...blast, projects: [first, ...others] })).toBe(false)
    expect(canRevoke({ ...blast, projects: [{ ...first, obstacle: null }, ...others] })).toBe(true)
  })

  it('is counted by where its tokens are', () => {
    const token = { tokenId: 'token-1', clientId: mail.clientId, mintedAt: 1, lastUsedAt: 2 }
    const tokens = (['held', 'elsewhere', 'held'] as const).map((standing) => ({ ...token, standing }))
    expect(countStandings(tokens)).toEqual({ held: 2, elsewhere: 1, missing: 0 })
  })
})

describe('what came of a revocation', () => {
  const row = sampleRevocationRow

  it('has an outcome only when nothing is asked again', () => {
    expect(hasOutcome(row({ step: 'alive' }))).toBe(true)
    expect(hasOutcome(row({ step: 'alive', retryAt: sampleNow }))).toBe(false)
    expect(hasOutcome(row({ step: 'verifying' }))).toBe(false)
  })

  it('can be tried again once it has ended and something is left', () => {
    const failed = [row({ step: 'failed' }), row({ step: 'revoked' })]
    expect(canRetry(sampleRevocation(failed))).toBe(false)
    expect(canRetry(sampleRevocation(failed, { ended: true }))).toBe(true)
    expect(canRetry(sampleRevocation([row({ step: 'not-revocable' })], { ended: true }))).toBe(false)
  })

  it('counts what has an outcome while it runs and what is dead at the end', () => {
    const rows = [row({ step: 'revoked' }), row({ step: 'failed' }), row({ step: 'asking' })]
    expect(progressText(sampleRevocation(rows))).toBe('2 of 3 done')
    expect(progressText(sampleRevocation(rows.slice(0, 2), { ended: true }))).toBe('Done: 1 of 2 revoked')
  })

  it('says of the tokens what was found, and nothing before any was asked', () => {
    expect(tokensText(row())).toBe('')
    expect(tokensText(row({ tokens: foundTokens('dead', 'alive', 'unknown') }))).toBe(
      '1 of 3 tokens found dead, 1 still works, 1 could not be asked',
    )
  })

  it('names the one account it is about, or how many', () => {
    expect(whomText(sampleRevocation([row(), row({ project: '2' })]))).toBe('asha.rao@gmail.com')
    expect(whomText(sampleRevocation([row(), row({ email: 'ben@example.org' })]))).toBe('2 accounts')
  })

  it('is found by the grant it is about while that has no outcome', () => {
    const running = sampleRevocation([row({ step: 'asking' })])
    const grant = { accountId: 'account-00000000', clientId: mail.clientId }
    expect(revocationUnderWay([running], grant)).toBe(running)
    expect(revocationUnderWay([running], { ...grant, clientId: backup.clientId })).toBeNull()
    expect(revocationUnderWay([sampleRevocation([row({ step: 'revoked' })])], grant)).toBeNull()
  })
})

describe('a token is renewable from its row', () => {
  const { clientId } = mail
  const refused = (code: 'session-expired' | 'admin-policy'): ReturnType<typeof sampleToken> =>
    sampleToken(0, { refusal: { verdict: 'person', at: sampleNow, error: appError(code) } })

  it('when it is dead, missing or its session ended', () => {
    expect(isRenewable(sampleDeadToken(0, [sampleCause('password')]), [])).toBe(true)
    expect(isRenewable(sampleToken(0, { standing: 'missing' }), [])).toBe(true)
    expect(isRenewable(refused('session-expired'), [])).toBe(true)
  })

  it('when it needs a person this week and signing in helps', () => {
    const token = sampleToken(0)
    expect(isRenewable(token, [sampleNeed(token, clientId)])).toBe(true)
    expect(isRenewable(token, [sampleNeed(token, clientId, { renewable: false })])).toBe(false)
    expect(isRenewable(token, [sampleNeed(sampleToken(1), clientId)])).toBe(false)
  })

  it('and not when it is fine, forgotten here, or an administrator forbids it', () => {
    expect(isRenewable(sampleToken(0), [])).toBe(false)
    expect(isRenewable(sampleToken(0, { standing: 'elsewhere' }), [])).toBe(false)
    expect(isRenewable(refused('admin-policy'), [])).toBe(false)
  })
})

describe('an inspected token', () => {
  it('differs in what Google says otherwise, not in what it leaves out', () => {
    expect(countDifferences(sampleInspection())).toBe(0)
    const untold = { told: null, believed: 'asha.rao@gmail.com', same: null }
    expect(countDifferences(sampleInspection({ email: untold, sameAccount: null }))).toBe(0)
    const scopes = { told: [], onlyTold: ['a', 'b'], onlyBelieved: ['c'] }
    expect(countDifferences(sampleInspection({ sameAccount: false, scopes }))).toBe(3)
  })

  it('has three marks: the same, different, and not told', () => {
    expect([true, false, null].map(matchOf)).toEqual(['same', 'different', 'untold'])
  })
})
