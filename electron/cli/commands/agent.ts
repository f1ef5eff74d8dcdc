/** `latchkey agent`. */
import type { CommandContext } from '../command.ts'
import { numberOf } from '../command.ts'
import { unclear } from '../failure.ts'

export async function run(context: CommandContext): Promise<number> {
  const passphraseFd = numberOf(context, 'vault-passphrase-fd')
  if (typeof passphraseFd === 'string') return context.failed(unclear(passphraseFd).error)
  const { runAgent } = await context.agent()
  return runAgent({ profile: context.profile, passphraseFd })
}
