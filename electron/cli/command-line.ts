/** What somebody typed after `latchkey`. */
import { parseArgs } from 'node:util'
import type { CommandRow, OptionRow, OptionValue } from './command.ts'
import type { CommandName } from './table.ts'
import { commandRows, commonOptions, isCommand } from './table.ts'

export type CommandLine =
  | {
      readonly kind: 'command'
      readonly name: CommandName
      readonly words: readonly string[]
      readonly options: Readonly<Record<string, OptionValue>>
    }
  /** It was not understood; `reason` is a sentence. */
  | { readonly kind: 'unclear'; readonly reason: string; readonly name: CommandName | null }

/** Reads the arguments after the program's name. Never throws. */
export function readCommandLine(args: readonly string[]): CommandLine {
  const at = firstWord(args, commonOptions)
  const name = args[at]
  if (name === undefined) return withoutName(args)
  if (!isCommand(name))
    return { kind: 'unclear', reason: `There is no command “${name.slice(0, 80)}”.`, name: null }
  const row = commandRows[name]
  const rest = [...args.slice(0, at), ...args.slice(at + 1)]
  const [own, foreign] = row.wraps ? parted(rest, at, allOptions(row)) : [rest, []]
  const parsed = parse(own, allOptions(row))
  if (typeof parsed === 'string') return { kind: 'unclear', reason: parsed, name }
  const options = { ...parsed.values } as Readonly<Record<string, OptionValue>>
  const reason = wrongWord(row, options)
  if (reason !== null) return { kind: 'unclear', reason, name }
  if (options['help'] === true) return { kind: 'command', name: 'help', words: [name], options: {} }
  const words = [...parsed.positionals, ...foreign]
  if (row.takes === '' && words.length > 0) {
    const said = words.join(' ').slice(0, 80)
    return { kind: 'unclear', reason: `“${name}” takes no further words: ${said}.`, name }
  }
  return { kind: 'command', name, words, options }
}

function withoutName(args: readonly string[]): CommandLine {
  if (args.includes('--version')) return { kind: 'command', name: 'version', words: [], options: {} }
  const parsed = parse(args, commonOptions)
  if (typeof parsed === 'string') return { kind: 'unclear', reason: parsed, name: null }
  return { kind: 'command', name: 'help', words: [], options: { ...parsed.values } }
}

export function allOptions(row: CommandRow): Readonly<Record<string, OptionRow>> {
  return { ...row.options, ...commonOptions }
}

/** Where the first argument stands that is no option and no option's value. */
function firstWord(args: readonly string[], options: Readonly<Record<string, OptionRow>>): number {
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? ''
    if (!arg.startsWith('-') || arg === '-') return at
    if (arg === '--') return at
    const option =
      options[arg.slice(2)] ?? Object.values(options).find(({ short }) => arg === `-${short ?? ''}`)
    if (option && option.value !== null && !arg.includes('=')) at += 1
  }
  return args.length
}

/** Our own arguments, and those of the program that is run: from the first word or behind `--`. */
function parted(
  args: readonly string[],
  from: number,
  options: Readonly<Record<string, OptionRow>>,
): readonly [readonly string[], readonly string[]] {
  const at = from + firstWord(args.slice(from), options)
  return [args.slice(0, at), args.slice(args[at] === '--' ? at + 1 : at)]
}

function parse(args: readonly string[], options: Readonly<Record<string, OptionRow>>) {
  const known = Object.entries(options).map(([name, { value, several, short }]) => [
    name,
    {
      type: value === null ? ('boolean' as const) : ('string' as const),
      ...(several ? { multiple: true } : {}),
      ...(short === undefined ? {} : { short }),
    },
  ])
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: Object.fromEntries(known) as Record<string, { type: 'boolean' | 'string' }>,
    })
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : ''
    return `${/^[^.\n]*/.exec(said)?.[0] ?? said}.`
  }
}

/** A sentence about an option that allows other words only. */
function wrongWord(row: CommandRow, options: Readonly<Record<string, OptionValue>>): string | null {
  for (const [name, { value }] of Object.entries(row.options)) {
    const given = options[name]
    if (typeof value === 'string' || value === null || typeof given !== 'string') continue
    if (!value.includes(given)) return `--${name} is one of: ${value.join(', ')}.`
  }
  return null
}
