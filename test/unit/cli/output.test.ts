import { describe, expect, it } from 'vitest'
import { exitCodeOf } from '../../../electron/cli/exit-codes.ts'
import { clean, Output } from '../../../electron/cli/output.ts'
import { errors } from '../../../electron/contract/errors.ts'

interface Options {
  readonly terminal?: boolean
  readonly json?: boolean
  readonly env?: Readonly<Record<string, string>>
}
function output({ terminal = false, json = false, env = {} }: Options = {}) {
  const written = { out: '', err: '' }
  const write = (stream: 'out' | 'err', text: string): void => {
    written[stream] += text
  }
  return { written, out: new Output({ write, isTerminal: () => terminal, env, json }) }
}
const failure = { code: 'lease-over', message: 'Over.', next: 'Give one.', retryable: false }

describe('what is printed', () => {
  it('obeys nothing that comes from elsewhere', () => {
    expect(clean('a\u001B[31mb\u0007\r\n\u009B')).toBe('a�[31mb����')
    expect(clean('pay\u202Efdp.exe\u2066')).toBe('pay�fdp.exe�')
    const { out, written } = output({ terminal: true })
    out.say('x\u001B]0;title\u0007')
    out.table(['NAME'], [['\u001B[2J']])
    out.tell('\u001B[A')
    expect(written.out + written.err).not.toMatch(/\u001B(?!\[2m|\[0m)/)
  })

  it('keeps the joiners of Indian scripts and marks of other ones', () => {
    expect(clean('क्‍ष é 漢字 👩‍💻')).toBe('क्‍ष é 漢字 👩‍💻')
  })

  it('is coloured on a terminal only, and not where colours are not wanted', () => {
    const shown = (options: Options): string => {
      const { out, written } = output(options)
      out.marked('ok', 'green', 'fine')
      return written.out
    }
    expect(shown({ terminal: true })).toBe('\u001B[32mok\u001B[0m fine\n')
    expect(shown({ terminal: false })).toBe('ok fine\n')
    expect(shown({ terminal: true, env: { NO_COLOR: '1' } })).toBe('ok fine\n')
    expect(shown({ terminal: true, env: { NO_COLOR: '' } })).toContain('\u001B')
    expect(shown({ terminal: true, env: { TERM: 'dumb' } })).toBe('ok fine\n')
  })

  it('lines columns up', () => {
    const { out, written } = output()
    out.table(
      ['A', 'LONGER'],
      [
        ['first', '1'],
        ['2nd', ''],
      ],
    )
    expect(written.out).toBe('A      LONGER\nfirst  1\n2nd\n')
  })

  it('says failures to the person, and as one object where JSON is wanted', () => {
    const plain = output()
    plain.out.fail(failure)
    expect(plain.written).toEqual({ out: '', err: 'latchkey: Over.\nGive one.\n' })
    const json = output({ json: true })
    json.out.fail({ ...failure, details: { label: 'x' } })
    expect(JSON.parse(json.written.out)).toEqual({ error: { ...failure, details: { label: 'x' } } })
    expect(json.written.err).toBe('latchkey: Over.\nGive one.\n')
  })
})

describe('exit codes', () => {
  it('tell who said no, what can pass, and who has the profile', () => {
    const codes = Object.keys(errors)
    const of = (code: number): readonly string[] => codes.filter((one) => exitCodeOf(one) === code)
    expect(of(3)).toEqual(['profile-owned'])
    expect(of(4)).toEqual(['owner-missing'])
    expect(of(5)).toEqual(codes.filter((one) => /^(ask-|lease-|doors-locked|vault-locked$)/.test(one)))
    expect(of(6)).toContain('network-offline')
    expect(of(6)).not.toContain('token-dead')
    for (const code of of(6)) expect(errors[code as keyof typeof errors].retryable, code).toBe(true)
    expect(of(0)).toEqual([])
    expect(exitCodeOf('something-newer')).toBe(1)
  })
})
