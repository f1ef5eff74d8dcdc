import { describe, expect, it } from 'vitest'
import { chooseAccounts, tokenBornAt } from '../../../renderer/features/accounts/account-list.ts'
import { isScope, shortScope, withIdentity } from '../../../renderer/features/sign-in/scope-names.ts'
import {
  dayMs,
  sampleAccount,
  sampleClient,
  sampleClock,
  sampleGrant,
  sampleNow,
  sampleSnapshot,
  sampleToken,
} from '../../support/sample-state.ts'

const gmail = 'https://www.googleapis.com/auth/gmail.readonly'

describe('choosing accounts', () => {
  const { accounts } = sampleSnapshot(30)
  const emails = (query: string, filter: 'all' | 'attention' | 'fine' = 'all'): string[] =>
    chooseAccounts(accounts, { query, sort: 'name', filter }).map((account) => account.email)

  it('finds every word, in address, label, name or domain, in any order and case', () => {
    expect(emails('RAO ben')).toEqual(['ben.rao@gmail.com'])
    expect(emails('ben rao nowhere')).toEqual([])
  })

  it('leaves out the fine ones when attention is asked for', () => {
    const rest = chooseAccounts(accounts, { query: '', sort: 'name', filter: 'attention' })
    expect(rest.length).toBeGreaterThan(0)
    expect(rest.length).toBeLessThan(accounts.length)
    expect(rest.every((account) => account.health.level !== 'fine')).toBe(true)
  })

  it('sorts the dead before the soon before the fine', () => {
    const levels = chooseAccounts(accounts, { query: '', sort: 'health', filter: 'all' }).map(
      (one) => one.health.level,
    )
    expect(levels).toEqual(
      [...levels].sort((a, b) => ['dead', 'soon', 'fine'].indexOf(a) - ['dead', 'soon', 'fine'].indexOf(b)),
    )
    expect(levels[0]).toBe('dead')
  })

  it('sorts by the next deadline, those without one last', () => {
    const [late, early, none] = [90, 5, null].map((days, index) =>
      sampleAccount(index, [sampleClient()], {
        next: days === null ? null : sampleClock('idle', { at: sampleNow + days * dayMs }),
      }),
    )
    if (!late || !early || !none) throw new Error('three accounts')
    const sorted = chooseAccounts([none, late, early], { query: '', sort: 'deadline', filter: 'all' })
    expect(sorted).toEqual([early, late, none])
  })

  it('does not touch the list it was given', () => {
    const before = [...accounts]
    chooseAccounts(accounts, { query: '', sort: 'oldest', filter: 'all' })
    expect(accounts).toEqual(before)
  })

  it('takes the age from the newest token that is held here', () => {
    const tokens = [
      sampleToken(0, { mintedAt: 300, standing: 'elsewhere' }),
      sampleToken(1, { mintedAt: 200 }),
      sampleToken(2, { mintedAt: 100 }),
    ]
    const account = sampleAccount(0, [], {
      lastSignedInAt: 50,
      grants: [sampleGrant(sampleClient(), { tokens })],
    })
    expect(tokenBornAt(account)).toBe(200)
    expect(tokenBornAt({ ...account, grants: [] })).toBe(50)
  })
})

describe('scopes', () => {
  it('are shortened to what tells them apart', () => {
    expect(shortScope(gmail)).toBe('gmail.readonly')
    expect(shortScope('https://mail.google.com/')).toBe('mail.google.com')
    expect(shortScope('https://www.googleapis.com/auth/userinfo.email')).toBe('email')
    expect(shortScope('urn:own:scope')).toBe('urn:own:scope')
  })

  it('are asked for with the identity ones first and each once', () => {
    expect(withIdentity([gmail, 'email', gmail])).toEqual(['openid', 'email', 'profile', gmail])
  })

  it.each(['', 'two words', 'quo"te', 'back\\slash', 'x'.repeat(513), 'ümlaut'])(
    'may not look like “%s”',
    (text) => {
      expect(isScope(text)).toBe(false)
    },
  )
})
