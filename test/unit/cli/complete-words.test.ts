import { describe, expect, it } from 'vitest'
import { completionFor } from '../../../electron/cli/complete-words.ts'
import { shownCommands } from '../../../electron/cli/table.ts'

function words(line: string): readonly string[] {
  const completion = completionFor(line.split(' '))
  return completion.kind === 'candidates' ? completion.candidates.map(({ word }) => word) : [completion.value]
}

describe('completion', () => {
  it('offers commands where one is expected', () => {
    expect(words('')).toEqual(shownCommands)
    expect(words('--practice ')).toEqual(shownCommands)
    expect(words('help ')).toEqual(shownCommands)
  })

  it('offers a command’s options and the common ones', () => {
    expect(words('token --')).toEqual(
      expect.arrayContaining(['--account', '--min-ttl', '--json', '--practice']),
    )
    expect(words('lock --')).not.toContain('--account')
  })

  it.each([
    ['token --account ', ['ACCOUNT']],
    ['token --client ', ['CLIENT']],
    ['token --format ', ['token', 'json', 'header', 'env']],
    ['use ', ['ACCOUNT']],
    ['import ', ['FILE']],
    ['--socket ', ['PATH']],
    ['ledger ', ['tail', 'verify', 'export']],
    ['ledger tail ', []],
    ['ledger -n ', ['NUMBER']],
    ['lease answer abc ', ['once', 'session', 'always', 'no']],
    ['token --format json ', []],
    ['exec ', []],
    ['exec --account ', ['ACCOUNT']],
  ])('knows what fits after “latchkey %s”', (line, expected) => {
    expect(words(line)).toEqual(expected)
  })
})
