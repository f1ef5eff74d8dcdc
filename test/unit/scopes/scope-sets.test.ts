import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  canonicalScope,
  coversScopes,
  declinedScopes,
  givesScopes,
  parseScopes,
  spellingsOf,
} from '../../../electron/contract/scopes/scope-sets.ts'

const userinfo = 'https://www.googleapis.com/auth/userinfo'

describe('scope sets', () => {
  it('takes the short identity names for the long ones', () => {
    expect(canonicalScope('email')).toBe(`${userinfo}.email`)
    expect(canonicalScope('profile')).toBe(`${userinfo}.profile`)
    expect(canonicalScope('openid')).toBe('openid')
  })

  it('maps the feeds with and without their slash, and leaves the one of mail alone', () => {
    expect(canonicalScope('https://www.google.com/m8/feeds/')).toBe(
      'https://www.googleapis.com/auth/contacts',
    )
    expect(canonicalScope('https://www.google.com/m8/feeds')).toBe('https://www.googleapis.com/auth/contacts')
    expect(canonicalScope('https://mail.google.com/')).toBe('https://mail.google.com/')
  })

  it('lists every spelling of a scope, the canonical one first', () => {
    expect(spellingsOf('email')).toEqual([`${userinfo}.email`, 'email'])
    expect(spellingsOf('https://www.google.com/m8/feeds/')).toEqual([
      'https://www.googleapis.com/auth/contacts',
      'https://www.google.com/m8/feeds',
    ])
    expect(spellingsOf('openid')).toEqual(['openid'])
  })

  it('reads the scope of a response whatever its order and spacing', () => {
    expect(parseScopes(`  openid ${userinfo}.email  email `)).toEqual(['openid', `${userinfo}.email`])
  })

  it('reports as declined only what is really missing', () => {
    expect(declinedScopes(['openid', 'email', 'a', 'b'], [`${userinfo}.email`, 'openid', 'b'])).toEqual(['a'])
  })

  it('covers another set exactly when nothing of it is declined', () => {
    const scope = fc.constantFrom('openid', 'email', `${userinfo}.email`, 'profile', 'a', 'b', 'c')
    fc.assert(
      fc.property(fc.array(scope), fc.array(scope), (one, other) => {
        expect(coversScopes(one, other)).toBe(declinedScopes(other, one).length === 0)
        expect(coversScopes([...one, ...other], other)).toBe(true)
      }),
    )
  })

  it('takes openid for given beside the e-mail address and the profile, and nothing else for given', () => {
    expect(givesScopes(['openid', `${userinfo}.email`], ['email'])).toBe(true)
    expect(givesScopes([`${userinfo}.profile`], ['profile', 'openid'])).toBe(true)
    expect(givesScopes(['openid', 'https://mail.google.com/'], ['https://mail.google.com/'])).toBe(false)
    expect(givesScopes(['openid', `${userinfo}.email`, `${userinfo}.profile`], ['email'])).toBe(false)
    expect(givesScopes(['openid'], ['email'])).toBe(false)
  })
})
