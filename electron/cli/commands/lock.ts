/** `latchkey lock`. */
import type { CommandContext } from '../command.ts'

export async function run(context: CommandContext): Promise<number> {
  const owner = await context.owner()
  if (!owner.ok) return context.failed(owner.error)
  const locked = await owner.value.command('doors.lock', {})
  if (!locked.ok) return context.failed(locked.error)
  if (context.out.json) context.out.object({ locked: true })
  else context.out.say('The doors are locked. Nothing is handed out until “latchkey unlock”.')
  return 0
}
