/** `latchkey import`: a client file or the key of a service account. */
import { resolve } from 'node:path'
import type { CommandHandlers } from '../../contract/answer.ts'
import { importedWords } from '../imported-words.ts'
import type { CommandContext } from '../command.ts'
import { flag } from '../command.ts'
import { exitCodeOf, exitCodes } from '../exit-codes.ts'
import { failureFrom, unclear } from '../failure.ts'

export async function run(context: CommandContext): Promise<number> {
  const [file, ...more] = context.words
  if (file === undefined || more.length > 0) return context.failed(unclear('“import” takes one file.').error)
  const path = resolve(context.cwd, file)
  const owner = await context.owner()
  if (owner.ok) {
    const { value } = owner
    return bringWith(context, path, async (params) => {
      const brought = await value.command('clients.importFile', params)
      return brought.ok ? brought : { ok: false, error: brought.error as never }
    })
  }
  if (owner.error.code !== 'owner-missing') return context.failed(owner.error)
  const { openHere } = await context.agent()
  const here = await openHere({ profile: context.profile })
  if (!here.ok) return context.failed(await failureFrom(here.error))
  try {
    return await bringWith(context, path, here.value.handlers['clients.importFile'])
  } finally {
    await here.value.close()
  }
}

async function bringWith(
  context: CommandContext,
  path: string,
  importFile: CommandHandlers['clients.importFile'],
): Promise<number> {
  const { out } = context
  const brought = await importFile({ path, acceptUncheckedSecret: flag(context, 'unchecked') })
  if (out.json && brought.ok) out.object(brought.value)
  else if (brought.ok) out.say(importedWords(brought.value))
  else if (brought.error.code === 'client-secret-unchecked') {
    const next = 'Try again later, or take it as it is with --unchecked.'
    out.fail({ ...brought.error, next })
  } else return context.failed(await failureFrom(brought.error))
  return brought.ok ? exitCodes.done : exitCodeOf(brought.error.code)
}
