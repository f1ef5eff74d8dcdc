/** What the form for a lease holds, and what is asked of main by it: pure. Instants are epoch ms. */
import type { CommandParams } from '../../../electron/contract/commands.ts'
import { canonicalScope } from '../../../electron/contract/scopes/scope-sets.ts'
import type { AccountView } from '../../../electron/contract/views.ts'
import { holdsUsable } from '../accounts/access.ts'

export type LeaseWish = CommandParams<'leases.give'>
export type GivenDoor = LeaseWish['door']
export type Lasting = 'session' | 'hour' | 'day' | 'week' | 'month' | 'always'

export interface LeaseDraft {
  readonly door: GivenDoor
  readonly label: string
  /** Null: by rule, each time. */
  readonly accountId: string | null
  /** Null: whichever fits. */
  readonly clientId: string | null
  readonly everything: boolean
  /** What was ticked; counts where not everything is given. */
  readonly scopes: readonly string[]
  readonly lasting: Lasting
  readonly remote: boolean
  /** Empty: where Google's libraries look. */
  readonly file: string
  readonly quotaProject: string
}

export type DraftFault = 'label' | 'account' | 'client' | 'scopes' | 'file' | 'project'

const hourMs = 3_600_000
const spans: Readonly<Record<'hour' | 'day' | 'week' | 'month', number>> = {
  hour: hourMs,
  day: 24 * hourMs,
  week: 7 * 24 * hourMs,
  month: 30 * 24 * hourMs,
}

/** Files stay where they are until somebody takes them away, so what they stand for does too; a handle is for now. */
export function usualLasting(door: GivenDoor): Lasting {
  return door === 'http' ? 'session' : 'always'
}

/** Doors that say which project requests are charged to. */
export function takesProject(door: GivenDoor): boolean {
  return door === 'adc' || door === 'metadata'
}

/** Accounts that have something to give. */
export function givingAccounts(accounts: readonly AccountView[]): AccountView[] {
  return accounts.filter(({ grants, service }) => service !== null || grants.some(holdsUsable))
}

/** The clients under which an account has something to give. */
export function givingClients(account: AccountView | null): string[] {
  return account ? account.grants.filter(holdsUsable).map(({ clientId }) => clientId) : []
}

/** All scopes that could be given, each once: of one client, of an account, or of all accounts by rule. */
export function givableScopes(
  accounts: readonly AccountView[],
  accountId: string | null,
  clientId: string | null,
): string[] {
  const found = new Map<string, string>()
  for (const account of accounts) {
    if (accountId !== null && account.accountId !== accountId) continue
    const grants = account.grants.filter((grant) => clientId === null || grant.clientId === clientId)
    const scopes = [...(account.service?.scopes ?? []), ...grants.flatMap(({ granted }) => granted)]
    for (const scope of scopes) if (!found.has(canonicalScope(scope))) found.set(canonicalScope(scope), scope)
  }
  return [...found.values()]
}

/** A whole path, of any system that this runs on. */
export const isAbsolute = (path: string): boolean => /^(\/|[A-Za-z]:[\\/]|\\\\)/.test(path)

/** The first thing that keeps it from being asked for; `clients` are those of the account. Null: it can be. */
export function faultOf(draft: LeaseDraft, clients: readonly string[]): DraftFault | null {
  if (draft.label.trim() === '') return 'label'
  if (draft.accountId !== null && draft.clientId === null && clients.length > 1) return 'client'
  if (!draft.everything && draft.scopes.length === 0) return 'scopes'
  const file = draft.file.trim()
  if (draft.door === 'adc' && file !== '' && !isAbsolute(file)) return 'file'
  if (!/^[a-z0-9:.-]{0,128}$/.test(draft.quotaProject.trim())) return 'project'
  return null
}

/** What main is asked for; `now` is the profile's time. */
export function wishOf(draft: LeaseDraft, now: number): LeaseWish {
  const { door, label, accountId, clientId, everything, scopes, lasting, remote } = draft
  const term = lasting === 'session' || lasting === 'always' ? lasting : 'until'
  const file = draft.file.trim()
  const project = draft.quotaProject.trim()
  return {
    door,
    label: label.trim(),
    accountId,
    clientId: accountId === null ? null : clientId,
    scopes: everything ? null : [...scopes],
    term,
    expiresAt: lasting === 'session' || lasting === 'always' ? null : now + spans[lasting],
    remote: door === 'http' && remote,
    file: door === 'adc' && file !== '' ? file : null,
    quotaProject: takesProject(door) && project !== '' ? project : null,
    port: null,
  }
}
