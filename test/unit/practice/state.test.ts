import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeClient } from '../../../electron/practice/client-life.ts'
import { furtherClients, practiceClient } from '../../../electron/practice/client.ts'
import type { PracticeState } from '../../../electron/practice/state.ts'
import {
  accessSeconds,
  accountTokenLimit,
  addAccessToken,
  addClientSecret,
  findAccessToken,
  findRefreshToken,
  addMonths,
  carryOutRevocations,
  causeOfDeath,
  changePassword,
  consentedScopes,
  emptyState,
  liveTokenLimit,
  liveTokens,
  mintRefreshTokens,
  needsConsent,
  readState,
  rememberConsent,
  revokeLater,
  revokeProject,
  rotateRefreshToken,
  setDisabled,
  useRefreshToken,
} from '../../../electron/practice/state.ts'

const { clientId, projectNumber } = practiceClient
const sub = '1'
const t0 = Date.UTC(2026, 0, 31, 10)
const dayMs = 24 * 3600 * 1000
const gmail = 'https://www.googleapis.com/auth/gmail.send'
const drive = 'https://www.googleapis.com/auth/drive.file'

function mint(state: PracticeState, hash: string, more: object = {}, now = t0): PracticeState {
  const fresh = { hashes: [hash], sub, clientId, scopes: ['openid'], timeBased: false, ...more }
  return mintRefreshTokens(state, fresh, now)
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

describe('revoking with a lag', () => {
  const machine = 5000
  const lagging = { sub, projectNumber, askedAt: t0, effectiveAt: machine }

  it('ends what was there when its time has come, and spares what came after', () => {
    const asked = revokeLater(mint(emptyState(), 'before'), lagging)
    const both = mint(asked, 'after', {}, t0 + 1)
    expect(carryOutRevocations(both, machine - 1)).toBe(both)
    const ended = carryOutRevocations(both, machine)
    const deaths = ['before', 'after'].map((hash) => deathOf(ended, hash, t0 + 1))
    expect(deaths).toEqual(['revoked', null])
    expect(carryOutRevocations(ended, machine + 1)).toBe(ended)
  })

  it('spares access tokens that came after as well', () => {
    const access = { sub, clientId, scopes: ['openid'], offline: true }
    const minted = [t0, t0 + 1].reduce(
      (grown, at) =>
        addAccessToken(grown, { ...access, hash: String(at), expiresAt: at + accessSeconds * 1000 }, t0),
      revokeLater(emptyState(), lagging),
    )
    const { accessTokens } = carryOutRevocations(minted, machine)
    expect(accessTokens.map(({ hash }) => hash)).toEqual([String(t0 + 1)])
  })

  it('has the person asked again at once', () => {
    const consented = rememberConsent(emptyState(), sub, projectNumber, ['openid'])
    expect(needsConsent(revokeLater(consented, lagging), sub, projectNumber, ['openid'])).toBe(true)
  })
})

describe('the project of the first client in Testing', () => {
  it('leaves the tokens of another project alone', () => {
    const testing = { ...emptyState(), publishing: 'testing' as const }
    const other = { clientId: furtherClients.other.clientId, scopes: [drive] }
    const state = mint(mint(testing, 'own', { scopes: [drive] }), 'other', other)
    const later = t0 + 7 * dayMs
    expect([deathOf(state, 'own', later), deathOf(state, 'other', later)]).toEqual(['testing', null])
  })
})

describe('the cap of an account over all clients', () => {
  it('ends the oldest of the account, whatever its client, and does not touch other accounts', () => {
    const clients = Array.from({ length: accountTokenLimit / 50 }, (_, n) => `${String(n)}-x`)
    const others = mint(emptyState(), 'other', { sub: '2' })
    const full = clients.reduce(
      (grown, id, n) =>
        mintRefreshTokens(
          grown,
          {
            hashes: Array.from({ length: 50 }, (_, at) => `${id}${String(at)}`),
            sub,
            clientId: id,
            scopes: ['openid'],
            timeBased: false,
          },
          t0 + n,
        ),
      others,
    )
    expect(deathOf(full, '0-x0', t0)).toBeNull()
    const state = mint(full, 'one-more')
    expect(['0-x0', '0-x1', 'one-more', 'other'].map((hash) => deathOf(state, hash, t0))).toEqual([
      'account-cap',
      null,
      null,
      null,
    ])
  })

  it('answers alike whether tokens are minted one by one or together', () => {
    const ids = fc.constantFrom('5-a', '5-b', '6-a', '7-a')
    const batches = fc.array(fc.record({ clientId: ids, count: fc.integer({ min: 1, max: 130 }) }), {
      maxLength: 6,
    })
    fc.assert(
      fc.property(batches, (minted) => {
        const rest = { sub, scopes: ['openid'], timeBased: false }
        const named = minted.map(({ clientId: id, count }, n) => ({
          ...rest,
          clientId: id,
          hashes: Array.from({ length: count }, (_, at) => `${String(n)}.${String(at)}`),
        }))
        const together = named.reduce((grown, batch) => mintRefreshTokens(grown, batch, t0), emptyState())
        const single = named.flatMap((batch) => batch.hashes.map((hash) => ({ ...batch, hashes: [hash] })))
        const alone = single.reduce((grown, one) => mintRefreshTokens(grown, one, t0), emptyState())
        expect(together).toEqual(alone)
      }),
      { numRuns: 20 },
    )
  })
})

describe('a replaced refresh token', () => {
  it('inherits the clocks of the consent, and the old one dies or lives on', () => {
    const before = mint({ ...emptyState(), publishing: 'testing' }, 'old', { scopes: [drive] })
    const old = findRefreshToken(before, 'old')
    if (old === null) throw new Error('it was minted')
    const died = rotateRefreshToken(before, old, 'new', 'dies', t0 + dayMs)
    expect([deathOf(died, 'old', t0 + dayMs), deathOf(died, 'new', t0 + dayMs)]).toEqual(['rotated', null])
    expect(deathOf(died, 'new', t0 + 7 * dayMs)).toBe('testing')
    const both = rotateRefreshToken(before, old, 'new', 'lives', t0 + dayMs)
    expect(liveTokens(both, sub, clientId, t0 + dayMs).map(({ hash }) => hash)).toEqual(['old', 'new'])
  })
})

describe('finding a token', () => {
  it('keeps up with mints, uses, deaths and forgetting', () => {
    const event = fc.oneof(
      fc.record({ kind: fc.constant('mint' as const), count: fc.integer({ min: 1, max: 90 }) }),
      fc.record({ kind: fc.constant('use' as const), at: fc.nat(400) }),
      fc.record({ kind: fc.constant('revoke' as const) }),
    )
    fc.assert(
      fc.property(fc.array(event, { maxLength: 25 }), (events) => {
        let [state, made] = [emptyState(), 0]
        for (const one of events) {
          if (one.kind === 'revoke') state = revokeProject(state, sub, projectNumber)
          if (one.kind === 'use') state = useRefreshToken(state, `t${String(one.at)}`, t0 + one.at)
          if (one.kind !== 'mint') continue
          const hashes = Array.from({ length: one.count }, () => `t${String(made++)}`)
          state = mint(state, '', { hashes })
        }
        for (const token of state.refreshTokens) expect(findRefreshToken(state, token.hash)).toBe(token)
        expect(findRefreshToken(state, 'none')).toBeNull()
      }),
      { numRuns: 30 },
    )
  })
})

describe('an account that is gone', () => {
  it('has no living access token, until it is back', () => {
    const token = { hash: 'a', sub, clientId, scopes: ['openid'], offline: true, expiresAt: t0 + dayMs }
    const gone = setDisabled(setDisabled(addAccessToken(emptyState(), token, t0), sub, true), sub, true)
    expect(findAccessToken(gone, 'a', t0)).toBeNull()
    expect(findAccessToken(setDisabled(gone, sub, false), 'a', t0)).toEqual(token)
  })
})

describe('what is remembered', () => {
  it('adds up the scopes that were ever allowed to a project', () => {
    const twice = rememberConsent(rememberConsent(emptyState(), sub, '5', ['openid']), sub, '5', [drive])
    expect(consentedScopes(twice, sub, '5')).toEqual(['openid', drive])
    expect(needsConsent(twice, sub, '5', [gmail])).toBe(true)
  })

  it('keeps the two newest secrets of each client', () => {
    const { clientId: second } = furtherClients.same
    const both = makeClient(emptyState(), second, t0)
    const state = ['a', 'b', 'c'].reduce((grown, hash) => addClientSecret(grown, clientId, hash, t0), both)
    const secrets = addClientSecret(state, second, 'd', t0).clients.map((client) => client.secrets)
    expect(secrets.map((list) => list.map(({ hash }) => hash))).toEqual([['b', 'c'], ['d']])
  })

  it('reads back what it saved, and starts anew from anything else', () => {
    const state = mint(emptyState(), 'a')
    expect(readState(JSON.parse(JSON.stringify(state)))).toEqual(state)
    for (const broken of [null, 'x', { ...state, version: 3 }, { ...state, codes: 5 }]) {
      expect(readState(broken)).toEqual(emptyState())
    }
  })

  it('keeps everything of a state from when there was one client', () => {
    const { clients, revocations, ...rest } = mint(emptyState(), 'a')
    const secrets = [{ hash: 's', addedAt: t0 }]
    const life = { usedAt: t0, deletedAt: null }
    const before = { ...rest, version: 1, clientSecrets: secrets, client: life }
    expect(readState(before)).toEqual({
      ...rest,
      version: 2,
      clients: [{ clientId: clients[0]?.clientId, ...life, secrets }],
      revocations,
    })
  })
})
