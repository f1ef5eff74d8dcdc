/** What `latchkey help` says, derived from the table of commands. */
import type { OptionRow } from './command.ts'
import type { CommandName } from './table.ts'
import { commandRows, commonOptions, shownCommands } from './table.ts'

const codes =
  'Exit codes: 0 done, 1 it did not work, 2 not understood, 3 another Latchkey has the profile open, ' +
  '4 none has, 5 a person or a lease says no, 6 it can work later, 130 interrupted.'
const variables = [
  'LATCHKEY_ACCOUNT   the account that is meant where none is named',
  'LATCHKEY_PROFILE   practice, for the practice profile',
  'LATCHKEY_SOCKET    as --socket',
]

export function usageLines(): readonly string[] {
  const names = shownCommands.map((name) => [name, commandRows[name].words] as const)
  return [
    'latchkey COMMAND [OPTIONS]',
    '',
    ...columns(names),
    '',
    'Every command takes:',
    ...columns(Object.entries(commonOptions).map(optionColumns)),
    '',
    'Variables:',
    ...variables.map((line) => `  ${line}`),
    '',
    codes,
    '“latchkey help COMMAND” says what a command takes.',
  ]
}

export function usageOf(name: CommandName): readonly string[] {
  const { takes, words, options, more } = commandRows[name]
  const own = Object.entries(options).map(optionColumns)
  return [
    `latchkey ${name}${own.length > 0 ? ' [OPTIONS]' : ''}${takes === '' ? '' : ` ${takes}`}`,
    words,
    ...(own.length > 0 ? ['', ...columns(own)] : []),
    ...(more ? ['', ...more] : []),
  ]
}

function optionColumns([name, { value, words, short }]: readonly [string, OptionRow]): readonly [
  string,
  string,
] {
  const placeholder = value === null ? '' : ` ${typeof value === 'string' ? value : value.join('|')}`
  return [`${short === undefined ? '' : `-${short}, `}--${name}${placeholder}`, words]
}

function columns(rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(...rows.map(([first]) => first.length))
  return rows.map(([first, second]) => `  ${first.padEnd(width)}  ${second}`)
}
