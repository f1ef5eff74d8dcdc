/** What somebody has to type before something is done that cannot be undone. */
import type { CommandContext } from './command.ts'
import { flag, textOf } from './command.ts'
import type { Result } from './failure.ts'
import { unclear } from './failure.ts'
import { interrupted } from './owner.ts'
import { prompt } from './prompt.ts'

const yes = /^y(es)?$/i

/** A yes, typed or by `--yes`. Errors: `arguments-unclear` where nobody can be asked, `interrupted`. */
export async function agreed(context: CommandContext, question: string): Promise<Result<boolean>> {
  if (flag(context, 'yes')) return { ok: true, value: true }
  if (!context.out.canAsk()) return unclear('Nobody can be asked here: say --yes.')
  const line = await prompt(`${question} (yes/no)`, { signal: context.signal })
  return line === null ? { ok: false, error: interrupted } : { ok: true, value: yes.test(line.trim()) }
}

/**
 * Exactly this text, typed or by `--yes --confirm TEXT`; what was typed is handed on, for the owner to compare as well.
 * Null where it is another text. Errors: as `agreed`.
 */
export async function typed(context: CommandContext, text: string): Promise<Result<string | null>> {
  const confirm = textOf(context, 'confirm')
  if (flag(context, 'yes') && confirm === null) return unclear(`--yes needs --confirm beside it: ${text}`)
  if (!flag(context, 'yes') && !context.out.canAsk())
    return unclear(`Nobody can be asked here: say --yes --confirm ${text}`)
  const given = flag(context, 'yes')
    ? confirm
    : await prompt(`Type ${text} to do it:`, { signal: context.signal })
  if (given === null) return { ok: false, error: interrupted }
  return { ok: true, value: given.trim().toLowerCase() === text.toLowerCase() ? given.trim() : null }
}
