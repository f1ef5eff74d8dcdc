import { describe, expect, it } from 'vitest'
import { readArguments } from '../../../electron/cli/arguments.ts'

describe('the arguments of the command line', () => {
  it('reads a sign-in with everything that can be said of it', () => {
    const typed = [
      'login',
      '--device',
      '--practice',
      '--client',
      'Mail tools',
      '--account',
      'asha@example.org',
    ]
    expect(readArguments([...typed, '--scope', 'a,b', '--scope', ' c '])).toEqual({
      kind: 'login',
      profile: 'practice',
      client: 'Mail tools',
      account: 'asha@example.org',
      scopes: ['a', 'b', 'c'],
      device: true,
    })
  })

  it('signs in at Google, without a device, unless told otherwise', () => {
    const plain = { profile: 'real', client: null, account: null, scopes: [], device: false }
    expect(readArguments(['login'])).toEqual({ kind: 'login', ...plain })
    expect(readArguments(['login', '--no-browser'])).toEqual({ kind: 'login', ...plain })
  })

  it('reads one file to bring', () => {
    expect(readArguments(['import', './key.json'])).toEqual({
      kind: 'import',
      profile: 'real',
      unchecked: false,
      path: './key.json',
    })
    expect(readArguments(['import'])).toMatchObject({ kind: 'unclear' })
    expect(readArguments(['import', 'one', 'two'])).toMatchObject({ kind: 'unclear' })
  })

  it.each([['logout'], ['login', 'asha'], ['login', '--clint', 'x'], ['login', '--client']])(
    'says what it did not understand: %j',
    (...typed) => {
      const read = readArguments(typed)
      expect(read.kind).toBe('unclear')
      expect(read).toHaveProperty('reason', expect.stringMatching(/\w+/))
    },
  )

  it('gives help to who asks for it, and to who says nothing', () => {
    expect(readArguments([])).toEqual({ kind: 'help' })
    expect(readArguments(['login', '--help'])).toEqual({ kind: 'help' })
  })
})
