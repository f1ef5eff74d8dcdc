import { describe, expect, it } from 'vitest'
import { judgeCallback } from '../../../electron/core/accounts/sign-in/callback.ts'
import { googleIssuer } from '../../../electron/core/clients/issuer.ts'

const judge = (query: string) => judgeCallback(new URLSearchParams(query), 'the-state', googleIssuer)
const invalid = { kind: 'refused', notice: { code: 'sign-in-answer-invalid' } }

describe('judgeCallback', () => {
  it('takes a code with the right state', () => {
    expect(judge('state=the-state&code=4/abc')).toEqual({ kind: 'code' })
  })

  it('ignores parameters it does not know', () => {
    expect(judge('state=the-state&code=4/abc&authuser=0&prompt=consent&hd=x&scope=a%20b')).toEqual({
      kind: 'code',
    })
  })

  it.each([
    '',
    'code=4/abc',
    'state=other&code=4/abc',
    'state=the-stat&code=4/abc',
    'state=the-state2&code=4/abc',
  ])('refuses without a word what does not carry the state: %s', (query) => {
    expect(judge(query)).toEqual({ kind: 'refused', notice: null })
  })

  it.each([
    ['no code', 'state=the-state'],
    ['an empty code', 'state=the-state&code='],
    ['code and error', 'state=the-state&code=4/a&error=access_denied'],
    ['two codes', 'state=the-state&code=4/a&code=4/b'],
    ['two states', 'state=the-state&state=other&code=4/a'],
    ['a foreign issuer', 'state=the-state&code=4/a&iss=https%3A%2F%2Fevil.example'],
    ['a code over 256 bytes', `state=the-state&code=${'a'.repeat(257)}`],
  ])('refuses %s and says so', (_what, query) => {
    expect(judge(query)).toMatchObject(invalid)
  })

  it('takes a code of exactly 256 bytes', () => {
    expect(judge(`state=the-state&code=${'a'.repeat(256)}`)).toEqual({ kind: 'code' })
  })

  it('accepts the right issuer', () => {
    expect(judge('state=the-state&code=4/a&iss=https%3A%2F%2Faccounts.google.com')).toEqual({ kind: 'code' })
  })

  it('ends with a refusal when the person pressed cancel', () => {
    expect(judge('state=the-state&error=access_denied')).toMatchObject({
      kind: 'ended',
      error: { code: 'sign-in-refused' },
    })
  })

  it('names other errors without their markup', () => {
    const ended = judge('state=the-state&error=%3Cb%3Einvalid_scope')
    expect(ended).toMatchObject({
      kind: 'ended',
      error: { code: 'authorization-error', details: { error: 'binvalid_scope' } },
    })
  })
})
