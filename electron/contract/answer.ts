import * as v from 'valibot'
import type { CommandName, CommandParams, CommandResult } from './commands.ts'
import { commands } from './commands.ts'
import type { Outcome } from './outcome.ts'
import { fail } from './outcome.ts'

/** Main's side of the literal: forgetting one command is a type error. */
export type CommandHandlers = {
  readonly [N in CommandName]: (params: CommandParams<N>) => Promise<Outcome<CommandResult<N>>>
}

export interface AnswerOptions {
  readonly handlers: CommandHandlers
  /** Told about everything that should not happen: a thrown handler, a result outside its schema. */
  readonly onFault: (command: string, cause: unknown) => void
  /** Checks results on the way out as well, so that an unknown key fails. For development and tests. */
  readonly checkResults?: boolean
}

/**
 * Answers one request from the other side of a transport. Params are validated strictly before the handler
 * sees them; whatever happens, the answer is an envelope and never a throw.
 *
 * Errors: `command-unknown`, `params-invalid`, `internal`, and the handler's own.
 */
export async function answer(
  name: string,
  params: unknown,
  options: AnswerOptions,
): Promise<Outcome<unknown>> {
  if (!Object.hasOwn(commands, name)) return fail('command-unknown')
  const command = commands[name as CommandName]
  // A list passes for an object without required fields.
  if (Array.isArray(params)) return fail('params-invalid', { reason: 'params should be an object' })
  const parsed = v.safeParse(command.params, params)
  if (!parsed.success) return fail('params-invalid', { reason: describeIssue(parsed.issues[0]) })
  try {
    const handler = options.handlers[name as CommandName] as (p: unknown) => Promise<Outcome<unknown>>
    const outcome = await handler(parsed.output)
    if (outcome.ok && options.checkResults === true) v.parse(command.result, outcome.value)
    return outcome
  } catch (cause) {
    options.onFault(name, cause)
    return fail('internal')
  }
}

/** Names the field and what was expected, never the value that was sent: it may be a secret. */
export function describeIssue(issue: v.BaseIssue<unknown>, whole = 'params'): string {
  const field = v.getDotPath(issue) ?? whole
  return `${field.slice(0, 80)} should be ${(issue.expected ?? 'valid').slice(0, 80)}`
}
