/** What could stand where somebody pressed Tab. Pure: what only the owner knows is named, not looked up. */
import type { CommandRow, OptionRow, ValueName } from './command.ts'
import { allOptions } from './command-line.ts'
import { commandRows, commonOptions, isCommand, shownCommands } from './table.ts'

export interface Candidate {
  readonly word: string
  readonly words: string
}

export type Completion =
  | { readonly kind: 'candidates'; readonly candidates: readonly Candidate[] }
  /** Looked up by whoever calls; files are the shell's own business. */
  | { readonly kind: 'value'; readonly value: ValueName }

/** `typed`: the words behind `latchkey`; the last one is being typed and may be empty. */
export function completionFor(typed: readonly string[]): Completion {
  const before = typed.slice(0, -1)
  const current = typed.at(-1) ?? ''
  const { name, row, positionals, open } = stateAfter(before)
  if (open) return valueOf(open.value)
  const options = row ? allOptions(row) : commonOptions
  if (current.startsWith('-')) return candidates(optionCandidates(options))
  if (!row) return candidates(commandCandidates())
  if (row.wraps) return candidates([])
  return wordAt(name, row, positionals)
}

interface Typed {
  readonly name: string
  /** Null before the command's name. */
  readonly row: CommandRow | null
  readonly positionals: readonly string[]
  /** An option whose value comes next. */
  readonly open: OptionRow | null
}

function stateAfter(before: readonly string[]): Typed {
  let state: Typed = { name: '', row: null, positionals: [], open: null }
  for (const word of before) state = after(state, word)
  return state
}

function after(state: Typed, word: string): Typed {
  const { row, positionals, open } = state
  if (open) return { ...state, open: null }
  if (word.startsWith('-')) {
    const options = row ? allOptions(row) : commonOptions
    const option =
      options[word.replace(/^--/, '')] ??
      Object.values(options).find(({ short }) => word === `-${short ?? ''}`)
    return option && option.value !== null ? { ...state, open: option } : state
  }
  if (row) return { ...state, positionals: [...positionals, word] }
  return isCommand(word) ? { ...state, name: word, row: commandRows[word] } : state
}

function wordAt(name: string, row: CommandRow, positionals: readonly string[]): Completion {
  if (name === 'help' && positionals.length === 0) return candidates(commandCandidates())
  if (name === 'lease' && positionals[0] === 'answer' && positionals.length === 2)
    return valueOf(['once', 'session', 'always', 'no'])
  if (positionals.length > 0) return candidates([])
  if (row.first) return valueOf(row.first)
  return row.firstValue ? valueOf(row.firstValue) : candidates([])
}

function valueOf(value: OptionRow['value']): Completion {
  if (value === null) return candidates([])
  if (typeof value === 'string') return { kind: 'value', value }
  return candidates(value.map((word) => ({ word, words: '' })))
}

function candidates(list: readonly Candidate[]): Completion {
  return { kind: 'candidates', candidates: list }
}

function commandCandidates(): readonly Candidate[] {
  return shownCommands.map((word) => ({ word, words: commandRows[word].words }))
}

function optionCandidates(options: Readonly<Record<string, OptionRow>>): readonly Candidate[] {
  return Object.entries(options).map(([name, { words }]) => ({ word: `--${name}`, words }))
}
