/** `latchkey use`: which account is meant from now on. */
import type { CommandContext } from '../command.ts'
import { flag } from '../command.ts'
import type { Result } from '../failure.ts'
import { unclear } from '../failure.ts'
import { accountNamed, clientOption } from '../names.ts'
import type { Owner } from '../owner.ts'

interface Choice {
  readonly accountId: string
  readonly clientId: string | null
}

export async function run(context: CommandContext): Promise<number> {
  const { out, words, cwd } = context
  const [named, ...more] = words
  if (named === undefined || more.length > 0) return context.failed(unclear('“use” takes one account.').error)
  const owner = await context.owner()
  if (!owner.ok) return context.failed(owner.error)
  const snapshot = await owner.value.command('app.snapshot', {})
  if (!snapshot.ok) return context.failed(snapshot.error)
  const [account, client] = [
    await accountNamed(snapshot.value, named),
    await clientOption(context, snapshot.value),
  ]
  if (!account.ok) return context.failed(account.error)
  if (!client.ok) return context.failed(client.error)
  const { accountId, email } = account.value
  const clientId = client.value
  const here = flag(context, 'here')
  const done = await (here
    ? ruled(owner.value, cwd, { accountId, clientId })
    : chosen(owner.value, { accountId, clientId }))
  if (!done.ok) return context.failed(done.error)
  const where = here ? `in ${cwd}` : clientId === null ? 'everywhere' : 'under that client'
  if (out.json)
    out.object({ account: email, account_id: accountId, client: clientId, folder: here ? cwd : null })
  else out.say(`${email} is meant ${where} from now on.`)
  return 0
}

function ruled(owner: Owner, folder: string, choice: Choice): Promise<Result<unknown>> {
  return owner.command('folders.addRule', { folder, ...choice })
}

function chosen(owner: Owner, { accountId, clientId }: Choice): Promise<Result<unknown>> {
  return clientId === null
    ? owner.command('accounts.activate', { accountId })
    : owner.command('clients.setActive', { clientId, accountId })
}
