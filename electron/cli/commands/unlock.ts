/** `latchkey unlock`: the vault first, where there is one, then the doors. */
import type { CommandContext } from '../command.ts'
import { numberOf } from '../command.ts'
import type { Result } from '../failure.ts'
import { failed, unclear } from '../failure.ts'
import type { Owner } from '../owner.ts'
import { readPassphrase } from '../passphrase.ts'
import type { StatusAnswer } from './status.ts'

export async function run(context: CommandContext): Promise<number> {
  const descriptor = numberOf(context, 'passphrase-fd')
  if (typeof descriptor === 'string') return context.failed(unclear(descriptor).error)
  const owner = await context.owner()
  if (!owner.ok) return context.failed(owner.error)
  const status = await owner.value.get('/v1/status')
  if (!status.ok) return context.failed(status.error)
  if ((status.value.body as StatusAnswer).vaultLocked === true) {
    const opened = await openVault(context, owner.value, descriptor)
    if (!opened.ok) return context.failed(opened.error)
  }
  const unlocked = await owner.value.command('doors.unlock', {})
  if (!unlocked.ok) return context.failed(unlocked.error)
  if (context.out.json) context.out.object({ locked: false })
  else context.out.say('The doors answer again.')
  return 0
}

async function openVault(
  context: CommandContext,
  owner: Owner,
  descriptor: number | null,
): Promise<Result<unknown>> {
  const passphrase = await readPassphrase(context, { descriptor, question: 'Passphrase of the vault:' })
  if (!passphrase.ok) return passphrase
  if (passphrase.value === null) return failed('vault-locked')
  return owner.post('/v1/vault/unlock', { passphrase: passphrase.value.reveal() })
}
