/** `latchkey accounts`. */
import type { AccountView } from '../../contract/views.ts'
import type { CommandContext } from '../command.ts'
import { instantInWords } from '../times.ts'

export async function run(context: CommandContext): Promise<number> {
  const { out } = context
  const owner = await context.owner()
  if (!owner.ok) return context.failed(owner.error)
  const snapshot = await owner.value.command('app.snapshot', {})
  if (!snapshot.ok) return context.failed(snapshot.error)
  const { accounts, clients } = snapshot.value
  if (out.json) {
    out.object({ accounts: accounts.map(accountObject) })
    return 0
  }
  if (accounts.length === 0) {
    out.tell('There is no account yet. Sign one in: latchkey login')
    return 0
  }
  const labels = new Map(clients.map(({ clientId, label }) => [clientId, label]))
  const rows = accounts.map((account) => rowOf(account, labels))
  out.table(['', 'ACCOUNT', 'LABEL', 'CLIENTS', 'HEALTH', 'NEXT DEADLINE'], rows)
  return 0
}

/** One account of `--json`. */
function accountObject(account: AccountView): object {
  const { accountId, email, label, active, health, next, service, grants } = account
  return {
    ...{ account_id: accountId, email, label, active, service: service !== null },
    ...{ health: health.level, reason: health.reason, deadline: next?.at ?? null },
    clients: grants.map(({ clientId, granted }) => ({ client: clientId, scopes: granted })),
  }
}

function rowOf(
  { email, label, active, health, next, grants, service }: AccountView,
  labels: ReadonlyMap<string, string>,
): readonly string[] {
  const deadline = next?.at ?? null
  const clients = grants.map(({ clientId }) => labels.get(clientId) ?? clientId).join(', ')
  return [
    active ? '*' : '',
    email,
    label ?? '',
    service ? 'service account' : clients,
    health.level === 'fine' ? 'fine' : `${health.level}: ${health.reason}`,
    deadline === null ? '' : instantInWords(deadline),
  ]
}
