import { describe, expect, it } from 'vitest'
import { readCommandLine } from '../../../electron/cli/command-line.ts'
import { commandModules } from '../../../electron/cli/modules.ts'
import { commandRows, shownCommands } from '../../../electron/cli/table.ts'
import { usageLines, usageOf } from '../../../electron/cli/usage.ts'

const read = (line: string) => readCommandLine(line.split(' ').filter((word) => word !== ''))

describe('the command line', () => {
  it('finds the command among options that stand before and behind it', () => {
    const expected = {
      kind: 'command',
      name: 'token',
      words: [],
      options: { practice: true, account: 'work' },
    }
    expect(read('--practice token --account work')).toEqual(expected)
    expect(read('token --account=work --practice')).toEqual(expected)
  })

  it('does not take the value of an option for the command', () => {
    expect(read('--socket /run/status token')).toMatchObject({
      ...{ name: 'token', options: { socket: '/run/status' } },
    })
  })

  it('leaves everything from the program on to the program', () => {
    const own = { options: { account: 'work' }, words: ['python', 'x.py', '--account', 'other', '-h'] }
    expect(read('exec --account work python x.py --account other -h')).toMatchObject(own)
    expect(read('exec --account work -- python x.py --account other -h')).toMatchObject(own)
    expect(read('exec -- --strange')).toMatchObject({ words: ['--strange'] })
    expect(read('exec a -- b')).toMatchObject({ words: ['a', '--', 'b'] })
  })

  it('says in a sentence what it did not understand', () => {
    expect(read('frobnicate')).toEqual({
      ...{ kind: 'unclear', name: null, reason: 'There is no command “frobnicate”.' },
    })
    expect(read('token --frob')).toMatchObject({ kind: 'unclear', name: 'token' })
    expect(read('token --account')).toMatchObject({ kind: 'unclear', name: 'token' })
    expect(read('token --format xml')).toMatchObject({
      reason: '--format is one of: token, json, header, env.',
    })
    expect(read('status now')).toMatchObject({ reason: '“status” takes no further words: now.' })
    expect(read('token work')).toMatchObject({ kind: 'unclear', name: 'token' })
    expect(read('constructor')).toMatchObject({ kind: 'unclear' })
  })

  it('helps where nothing or help is asked for', () => {
    expect(read('')).toMatchObject({ name: 'help', words: [] })
    expect(read('-h')).toMatchObject({ name: 'help', words: [] })
    expect(read('lease give --help')).toMatchObject({ name: 'help', words: ['lease'] })
    expect(read('--version')).toMatchObject({ name: 'version' })
  })

  it('is described for every command and every option', () => {
    const all = usageLines().join('\n')
    for (const name of shownCommands) {
      expect(all).toContain(`  ${name} `)
      const own = usageOf(name).join('\n')
      for (const option of Object.keys(commandRows[name].options)) expect(own).toContain(`--${option}`)
    }
    expect(all).not.toContain('__complete')
  })

  it('has a module behind every name', async () => {
    for (const load of Object.values(commandModules)) expect((await load()).run).toBeTypeOf('function')
  })
})
