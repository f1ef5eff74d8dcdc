/** `latchkey help`. */
import type { CommandContext } from '../command.ts'
import { unclear } from '../failure.ts'
import { commandRows, commonOptions, isCommand, shownCommands } from '../table.ts'
import { usageLines, usageOf } from '../usage.ts'

export function run(context: CommandContext): Promise<number> {
  const { out, words } = context
  const [name, ...more] = words
  if (more.length > 0)
    return Promise.resolve(context.failed(unclear('“help” takes one command at most.').error))
  if (name !== undefined && !isCommand(name))
    return Promise.resolve(context.failed(unclear(`There is no command “${name.slice(0, 80)}”.`).error))
  if (out.json) out.object(name === undefined ? allCommands() : commandRows[name])
  else out.say(...(name === undefined ? usageLines() : usageOf(name)))
  return Promise.resolve(0)
}

function allCommands(): object {
  const rows = shownCommands.map((name) => ({ name, ...commandRows[name] }))
  return { commands: rows, options: commonOptions }
}
