/** What every command of `latchkey` is: a row of the table, a module that is loaded when it is meant, and its context. */
import type { ProfileName } from '../contract/views.ts'
import type { AgentModule } from './agent-module.ts'
import type { Failure, Result } from './failure.ts'
import type { Output } from './output.ts'
import type { Owner } from './owner.ts'

/** What stands for a value in the help, and what completion offers for it. */
export type ValueName =
  | 'ACCOUNT'
  | 'CLIENT'
  | 'SCOPES'
  | 'SECONDS'
  | 'FILE'
  | 'FOLDER'
  | 'PATH'
  | 'TEXT'
  | 'NUMBER'
  | 'PROJECT'
  | 'NAME'
  | 'ID'

export interface OptionRow {
  /** Null for one that is there or not. A list of words allows no others. */
  readonly value: ValueName | readonly string[] | null
  /** It may stand several times. */
  readonly several?: true
  readonly short?: string
  readonly words: string
}

export interface CommandRow {
  /** What stands behind the name, for the help: `ACCOUNT`, `[list]`. */
  readonly takes: string
  /** One line. */
  readonly words: string
  /** The names that its first word may be, for completion. */
  readonly first?: readonly string[]
  /** What else completion offers for its first word. */
  readonly firstValue?: ValueName
  readonly options: Readonly<Record<string, OptionRow>>
  /** Everything from the first word on belongs to another program. */
  readonly wraps?: true
  /** More lines for `latchkey help NAME`. */
  readonly more?: readonly string[]
}

export interface CommandModule {
  /** Answers an exit code, after what there is to say has been said. */
  run(context: CommandContext): Promise<number>
}

export type OptionValue = string | boolean | readonly string[] | undefined

/** What of a door is not as this command's own options say. */
export interface OtherDoor {
  readonly profile?: ProfileName
  readonly socket?: string
}

export interface CommandContext {
  readonly profile: ProfileName
  /** The words behind the command's name. */
  readonly words: readonly string[]
  readonly options: Readonly<Record<string, OptionValue>>
  readonly out: Output
  readonly env: Readonly<Record<string, string | undefined>>
  readonly platform: NodeJS.Platform
  readonly home: string
  readonly dataFolder: string
  readonly cwd: string
  /** Ends when somebody pressed Ctrl+C, or the process was asked to end. */
  readonly signal: AbortSignal
  /** Whoever has the profile open, or another one's. Errors: `owner-…`, `socket-not-yours`. */
  owner(elsewhere?: OtherDoor): Promise<Result<Owner>>
  /** The whole product in this process. */
  agent(): Promise<AgentModule>
  /** Says what went wrong; answers the exit code for it. */
  failed(error: Failure): number
}

export function flag({ options }: CommandContext, name: string): boolean {
  return options[name] === true
}

export function textOf({ options }: CommandContext, name: string): string | null {
  const value = options[name]
  return typeof value === 'string' ? value : null
}

/** Scopes as they were typed, with spaces or commas between them; null where none were. */
export function scopesOf({ options }: CommandContext): readonly string[] | null {
  const value = options['scopes']
  const texts = Array.isArray(value) ? (value as readonly string[]) : []
  const scopes = texts.flatMap((text) => text.split(/[\s,]+/)).filter((scope) => scope !== '')
  return scopes.length === 0 ? null : Array.from(new Set(scopes.map(fullScope)))
}

/** `drive.readonly` for `https://www.googleapis.com/auth/drive.readonly`; names without a colon are Google's, but for these. */
function fullScope(scope: string): string {
  const plain = ['openid', 'email', 'profile'].includes(scope) || scope.includes(':')
  return plain ? scope : `https://www.googleapis.com/auth/${scope}`
}

/** A whole number of at least 0, or a sentence about what it is not; null where it was not given. */
export function numberOf(context: CommandContext, name: string): number | string | null {
  const text = textOf(context, name)
  if (text === null) return null
  return /^\d{1,9}$/.test(text) ? Number(text) : `--${name} takes a whole number.`
}
