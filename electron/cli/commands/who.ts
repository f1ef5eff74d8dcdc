/** `latchkey who`: which account is meant here, and why. */
import type { Snapshot } from '../../contract/views.ts'
import type { WhoReason, WhoView } from '../../contract/who.ts'
import type { CommandContext } from '../command.ts'
import { exitCodeOf } from '../exit-codes.ts'
import { failureFrom, unclear } from '../failure.ts'
import { askWho, clientOption, whichAccount } from '../names.ts'

export async function run(context: CommandContext): Promise<number> {
  const [named, ...more] = context.words
  if (more.length > 0) return context.failed(unclear('“who” takes one account at most.').error)
  const owner = await context.owner()
  if (!owner.ok) return context.failed(owner.error)
  const snapshot = await owner.value.command('app.snapshot', {})
  if (!snapshot.ok) return context.failed(snapshot.error)
  const client = await clientOption(context, snapshot.value)
  if (!client.ok) return context.failed(client.error)
  const who = await askWho(context, owner.value, { clientId: client.value, named: named ?? null })
  if (!who.ok) return context.failed(who.error)
  return context.out.json
    ? tellObject(context, who.value, snapshot.value)
    : tellWords(context, who.value, snapshot.value)
}

function tellObject({ out }: CommandContext, who: WhoView, snapshot: Snapshot): number {
  const { outcome, folder, decidedIn } = who
  const email = (id: string): string | null => emailOf(snapshot, id)
  const common = { kind: outcome.kind, folder, decided_in: decidedIn }
  if (outcome.kind === 'account') {
    const { accountId, clientId, reason } = outcome
    out.object({ ...common, account: email(accountId), account_id: accountId, client: clientId, reason })
    return 0
  }
  if (outcome.kind === 'blocked') {
    out.object({ ...common, reason: outcome.reason, error: outcome.error })
    return exitCodeOf(outcome.error.code)
  }
  out.object({ ...common, candidates: outcome.accountIds.map(email) })
  return 1
}

async function tellWords(context: CommandContext, who: WhoView, snapshot: Snapshot): Promise<number> {
  const { out } = context
  const { outcome, decidedIn, declaration } = who
  if (declaration?.standing === 'new' || declaration?.standing === 'changed')
    out.tell(`A .latchkey.json in ${declaration.folder} waits for approval in the Latchkey window.`)
  if (outcome.kind === 'blocked') return context.failed(await failureFrom(outcome.error))
  if (outcome.kind === 'ask') {
    out.tell(...outcome.accountIds.map((id) => `  ${emailOf(snapshot, id) ?? id}`))
    return context.failed(await whichAccount(snapshot))
  }
  const { accountId, clientId, reason } = outcome
  const label = snapshot.clients.find((client) => client.clientId === clientId)?.label
  out.say(`${emailOf(snapshot, accountId) ?? accountId}${label === undefined ? '' : ` · ${label}`}`)
  out.tell(`because ${reasons[reason]}${decidedIn === null ? '' : ` (${decidedIn})`}`)
  return 0
}

const reasons: Readonly<Record<WhoReason, string>> = {
  named: 'it was named',
  environment: 'LATCHKEY_ACCOUNT says so',
  'folder-rule': 'a rule of the folder says so',
  declaration: 'an approved .latchkey.json says so',
  'active-for-client': 'it is the active account under this client',
  active: 'it is the active account',
  'only-one': 'it is the only one',
}

function emailOf({ accounts }: Snapshot, id: string): string | null {
  return accounts.find(({ accountId }) => accountId === id)?.email ?? null
}
