import type { FolderRuleView, FoldersView } from '../../contract/who.ts'
import type { EventType } from '../ledger/events.ts'
import type { State } from '../state/state.ts'

/** Every rule and every approval as the window shows them, by folder. */
export function foldersView(state: State): FoldersView {
  const rules = [...state.folderRules.values()].map(({ ruleId, folder, ...said }) => ({
    ...{ ruleId, folder, accountId: said.accountId, clientId: said.clientId },
    ...whom(said, state),
  }))
  const approvals = [...state.approvals.values()].map(({ folder, digest, effect, at, ...said }) => ({
    ...{ folder, digest, accountId: said.accountId, clientId: said.clientId },
    ...{ effect, approvedAt: at },
    ...whom(said, state),
  }))
  return { rules: rules.sort(byFolder), approvals: approvals.sort(byFolder) }
}

/** Whether a fact can change what `foldersView` answers. */
export function changesFolders(type: EventType): boolean {
  return type.startsWith('folder.') || others.has(type)
}
const others: ReadonlySet<EventType> = new Set<EventType>([
  'account.signedIn',
  'account.forgotten',
  'client.added',
  'client.removed',
])

function whom(
  { accountId, clientId }: { readonly accountId: string; readonly clientId: string | null },
  state: State,
): Pick<FolderRuleView, 'email' | 'standing'> {
  const account = state.accounts.get(accountId)
  const email = account?.email ?? ''
  if (!account || account.forgotten) return { email, standing: 'account-gone' }
  const clientGone = clientId !== null && !state.clients.has(clientId)
  return { email, standing: clientGone ? 'client-gone' : 'fine' }
}

function byFolder(one: { readonly folder: string }, other: { readonly folder: string }): number {
  if (one.folder === other.folder) return 0
  return one.folder < other.folder ? -1 : 1
}
