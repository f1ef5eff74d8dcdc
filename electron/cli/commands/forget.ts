/** `latchkey forget`: out of the keychain here, untouched at Google. */
import type { RemovalPreview } from '../../contract/views.ts'
import type { CommandContext } from '../command.ts'
import { agreed } from '../confirm.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Result } from '../failure.ts'
import { unclear } from '../failure.ts'
import { accountNamed, clientOption } from '../names.ts'
import type { Owner } from '../owner.ts'
import { counted } from '../times.ts'

export async function run(context: CommandContext): Promise<number> {
  const { out, words } = context
  const [name, ...more] = words
  if (name === undefined || more.length > 0)
    return context.failed(unclear('“forget” takes one account.').error)
  const owner = await context.owner()
  if (!owner.ok) return context.failed(owner.error)
  const snapshot = await owner.value.command('app.snapshot', {})
  if (!snapshot.ok) return context.failed(snapshot.error)
  const [account, client] = [
    await accountNamed(snapshot.value, name),
    await clientOption(context, snapshot.value),
  ]
  if (!account.ok) return context.failed(account.error)
  if (!client.ok) return context.failed(client.error)
  const { accountId, email } = account.value
  const what = removalOf(owner.value, accountId, client.value)
  const preview = await what.preview()
  if (!preview.ok) return context.failed(preview.error)
  const { tokens } = preview.value
  out.tell(
    `${email}: ${counted(tokens, 'refresh token')} out of the keychain here. At Google they stay valid and count.`,
  )
  const yes = await agreed(context, 'Forget?')
  if (!yes.ok) return context.failed(yes.error)
  if (!yes.value) {
    if (out.json) out.object({ account: email, client: client.value, tokens: 0 })
    return exitCodes.failed
  }
  const done = await what.forget(preview.value)
  if (!done.ok) return context.failed(done.error)
  if (out.json) out.object({ account: email, client: client.value, tokens })
  else out.say('Forgotten.')
  return exitCodes.done
}

interface Removal {
  preview(): Promise<Result<RemovalPreview>>
  forget(seen: RemovalPreview): Promise<Result<null>>
}

function removalOf(owner: Owner, accountId: string, clientId: string | null): Removal {
  if (clientId !== null)
    return {
      preview: () => owner.command('grants.previewForget', { accountId, clientId }),
      forget: ({ tokens }) => owner.command('grants.forget', { accountId, clientId, tokens }),
    }
  return {
    preview: () => owner.command('accounts.previewForget', { accountId }),
    forget: ({ tokens, accounts }) => {
      const keys = accounts.reduce((sum, account) => sum + account.keys, 0)
      return owner.command('accounts.forget', { accountId, tokens, ...(keys > 0 ? { keys } : {}) })
    },
  }
}
