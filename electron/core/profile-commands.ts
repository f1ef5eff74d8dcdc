/** Which commands an open profile answers. */
import type { CommandHandlers } from '../contract/answer.ts'
import type { CommandName } from '../contract/commands.ts'

/** Commands that concern the app as a whole are answered elsewhere. */
type AppCommand = 'app.openProfile' | 'app.openLink'
export function isAppCommand(name: CommandName): name is AppCommand {
  return name === 'app.openProfile' || name === 'app.openLink'
}
export type ProfileHandlers = Omit<CommandHandlers, AppCommand>
