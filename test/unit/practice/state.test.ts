import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { practiceClient } from '../../../electron/practice/client.ts'
import type { PracticeState } from '../../../electron/practice/state.ts'
import {
  addClientSecret,
  addMonths,
  causeOfDeath,
  changePassword,
  consentedScopes,
  emptyState,
  liveTokenLimit,
  liveTokens,
  mintRefreshToken,
  needsConsent,
  readState,
  rememberConsent,
  revokeProject,
  useRefreshToken,
} from '../../../electron/practice/state.ts'

const { clientId, projectNumber } = practiceClient
const sub = '1'
const t0 = Date.UTC(2026, 0, 31, 10)
const dayMs = 24 * 3600 * 1000
const gmail = 'https://www.googleapis.com/auth/gmail.send'
const drive = 'https://www.googleapis.com/auth/drive.file'

function mint(state: PracticeState, hash: string, more: object = {}, now = t0): PracticeState {
  return mintRefreshToken(state, { hash, sub, clientId, scopes: ['openid'], timeBased: false, ...more }, now)
}

function mintMany(state: PracticeState, count: number): PracticeState {
  return Array.from({ length: count }, (_, n) => `t${String(n)}`).reduce(
    (grown, hash) => mint(grown, hash),
    state,
  )
}

function deathOf(state: PracticeState, hash: string, now: number): string | null {
  const token = state.refreshTokens.find((one) => one.hash === hash)
  if (token === undefined) throw new Error(`no token ${hash}`)
  return causeOfDeath(token, now)
}

describe('the hundred live refresh tokens', () => {
  it('evicts only the oldest when one more than a hundred is minted', () => {
    const state = mint(mintMany(emptyState(), 100), 'newest')
    expect(deathOf(state, 't0', t0)).toBe('evicted')
    expect(deathOf(state, 't1', t0)).toBeNull()
    expect(liveTokens(state, sub, clientId, t0)).toHaveLength(100)
  })

  it('counts each account and each client by itself', () => {
    const full = mintMany(emptyState(), 100)
    const other = mint(mint(full, 'other-sub', { sub: '2' }), 'other-client', { clientId: '9-x' })
    expect(liveTokens(other, sub, clientId, t0)).toHaveLength(100)
    expect(deathOf(other, 't0', t0)).toBeNull()
  })

  it('does not count the dead', () => {
    const full = revokeProject(mintMany(emptyState(), 100), sub, projectNumber)
    const state = mint(full, 'fresh')
    expect(liveTokens(state, sub, clientId, t0).map((token) => token.hash)).toEqual(['fresh'])
  })

  it('never has more than a hundred alive, and those are the newest, whatever is minted for whom', () => {
    const owner = fc.record({ sub: fc.constantFrom('1', '2'), clientId: fc.constantFrom('5-a', '5-b') })
    fc.assert(
      fc.property(fc.array(owner, { minLength: 0, maxLength: 450 }), (owners) => {
        const state = owners.reduce(
          (grown, who, n) => mint(grown, `h${String(n)}`, who, t0 + n),
          emptyState(),
        )
        for (const one of owners.slice(0, 4)) {
          const minted = owners.flatMap((who, n) =>
            who.sub === one.sub && who.clientId === one.clientId ? [`h${String(n)}`] : [],
          )
          const live = liveTokens(state, one.sub, one.clientId, t0 + owners.length).map((token) => token.hash)
          expect(live).toEqual(minted.slice(-liveTokenLimit))
        }
      }),
      { numRuns: 15 },
    )
  })

  it('forgets the oldest dead ones in the end, so that the state stays small', () => {
    let state = emptyState()
    for (let n = 0; n < 2300; n++) state = mint(state, `h${String(n)}`)
    expect(state.refreshTokens).toHaveLength(2100)
    expect(state.refreshTokens[0]?.hash).toBe('h200')
  })
})

describe('the clocks of a refresh token', () => {
  it('ends after six calendar months without use, and a use puts that off', () => {
    const state = mint(emptyState(), 'a')
    const end = addMonths(t0, 6)
    expect(deathOf(state, 'a', end - 1)).toBeNull()
    expect(deathOf(state, 'a', end)).toBe('unused')
    expect(deathOf(useRefreshToken(state, 'a', end - dayMs), 'a', end)).toBeNull()
  })

  it('ends seven days after consent when the project was in Testing', () => {
    const state = mint({ ...emptyState(), publishing: 'testing' }, 'a', { scopes: ['openid', drive] })
    expect(deathOf(state, 'a', t0 + 7 * dayMs - 1)).toBeNull()
    expect(deathOf(state, 'a', t0 + 7 * dayMs)).toBe('testing')
  })

  it('lives on in Testing when it holds sign-in scopes only', () => {
    const scopes = ['openid', 'https://www.googleapis.com/auth/userinfo.email']
    const state = mint({ ...emptyState(), publishing: 'testing' }, 'a', { scopes })
    expect(deathOf(state, 'a', t0 + 30 * dayMs)).toBeNull()
  })

  it('ends with time-based access, used or not', () => {
    const state = useRefreshToken(mint(emptyState(), 'a', { timeBased: true }), 'a', t0 + 170 * dayMs)
    expect(deathOf(state, 'a', t0 + 15_551_999_000 - 1)).toBeNull()
    expect(deathOf(state, 'a', t0 + 15_551_999_000)).toBe('time-based')
  })

  it('ends with a new password only when it holds a Gmail scope', () => {
    const state = changePassword(
      mint(mint(emptyState(), 'mail', { scopes: [gmail] }), 'files', { scopes: [drive] }),
      sub,
    )
    expect(deathOf(state, 'mail', t0)).toBe('password-changed')
    expect(deathOf(state, 'files', t0)).toBeNull()
  })

  it('adds months by the calendar, with the last day of a shorter month', () => {
    expect(new Date(addMonths(Date.UTC(2026, 7, 31, 5, 6, 7), 6)).toISOString()).toBe(
      '2027-02-28T05:06:07.000Z',
    )
    expect(new Date(addMonths(Date.UTC(2026, 0, 15), 6)).toISOString()).toBe('2026-07-15T00:00:00.000Z')
  })
})

describe('revoking', () => {
  it('ends the tokens of every client of the project for that account, and nothing else', () => {
    const siblings = mint(mint(emptyState(), 'own'), 'sibling', { clientId: `${projectNumber}-other` })
    const others = mint(mint(siblings, 'stranger', { clientId: '77-x' }), 'somebody', { sub: '2' })
    const state = revokeProject(others, sub, projectNumber)
    const deaths = ['own', 'sibling', 'stranger', 'somebody'].map((hash) => deathOf(state, hash, t0))
    expect(deaths).toEqual(['revoked', 'revoked', null, null])
  })

  it('makes the person be asked again', () => {
    const consented = rememberConsent(emptyState(), sub, projectNumber, ['openid'])
    expect(needsConsent(consented, sub, projectNumber, ['openid'])).toBe(false)
    expect(needsConsent(revokeProject(consented, sub, projectNumber), sub, projectNumber, ['openid'])).toBe(
      true,
    )
  })
})

describe('what is remembered', () => {
  it('adds up the scopes that were ever allowed to a project', () => {
    const twice = rememberConsent(rememberConsent(emptyState(), sub, '5', ['openid']), sub, '5', [drive])
    expect(consentedScopes(twice, sub, '5')).toEqual(['openid', drive])
    expect(needsConsent(twice, sub, '5', [gmail])).toBe(true)
  })

  it('keeps the two newest client secrets', () => {
    const state = ['a', 'b', 'c'].reduce((grown, hash) => addClientSecret(grown, hash, t0), emptyState())
    expect(state.clientSecrets.map((secret) => secret.hash)).toEqual(['b', 'c'])
  })

  it('reads back what it saved, and starts anew from anything else', () => {
    const state = mint(emptyState(), 'a')
    expect(readState(JSON.parse(JSON.stringify(state)))).toEqual(state)
    for (const broken of [null, 'x', { ...state, version: 2 }, { ...state, codes: 5 }]) {
      expect(readState(broken)).toEqual(emptyState())
    }
  })
})
