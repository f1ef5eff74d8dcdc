/** All that dies when grants are revoked at Google, from what is known here. Other machines stay invisible. */
import type { Outcome } from '../../contract/outcome.ts'
import { appError, fail, ok } from '../../contract/outcome.ts'
import type { BlastProject, BlastRadius, GrantName } from '../../contract/revocation.ts'
import type { Grant } from '../access/choose-token.ts'
import type { HoldsAccess } from '../grants/grant-view.ts'
import { holdsNone } from '../grants/grant-view.ts'
import type { AccountRecord, ClientRecord, LeaseRecord, State, TokenRecord } from '../state/state.ts'
import type { AccountProject } from './account-project.ts'
import { projectOf } from '../clients/client-view.ts'
import { accessAtRisk, isUsable, keyOf, tokensAtRisk } from './account-project.ts'

interface ChosenProject extends AccountProject {
  readonly account: AccountRecord
  /** The clients of the grants that were chosen. */
  readonly clientIds: Set<string>
}

interface AtRisk {
  readonly tokens: readonly TokenRecord[]
  readonly access: readonly Grant[]
}

/**
 * What revoking the chosen grants takes along at `now` (ms, Google's time): Google revokes the whole project of an
 * account (google-oauth.md 3), so that the grants are put together by account and project. Pure, and quick enough to
 * be asked with every tick of a box. `holds`: whether access without a refresh token can be used. Errors: `not-found` for an account or a client that is not here.
 */
export function blastRadius(
  state: State,
  grants: readonly GrantName[],
  now: number,
  holds: HoldsAccess = holdsNone,
): Outcome<BlastRadius> {
  const chosen = byProject(state, grants)
  if (!chosen) return fail('not-found')
  const clients = clientsByProject(state)
  const projects = chosen.map((one) => {
    const tokens = tokensAtRisk(one.account, one.project, now)
    const access = accessAtRisk(one.account, one.project, holds)
    return blastProject(state, one, clients.get(one.project) ?? [], { tokens, access })
  })
  const tokens = projects.reduce((sum, one) => sum + (one.obstacle ? 0 : one.tokens.length), 0)
  return ok({ projects, tokens, confirm: confirmOf(projects, dyingIn(projects)) })
}

/** All that dies: refresh tokens, and access that none of them renews, one for each client. */
export function dyingIn(projects: readonly BlastProject[]): number {
  const concerned = projects.filter(({ obstacle }) => obstacle === null)
  return concerned.reduce(
    (sum, { tokens, clients }) => sum + tokens.length + clients.filter(({ access }) => access).length,
    0,
  )
}

/** Whether what was typed is what the preview asks for. Neither case nor blanks around it matter. */
export function isConfirmed(confirm: BlastRadius['confirm'], typed: string | null): boolean {
  if (confirm.kind === 'none') return true
  return typed !== null && typed.trim().toLowerCase() === confirm.text.toLowerCase()
}

function byProject(state: State, grants: readonly GrantName[]): readonly ChosenProject[] | null {
  const chosen = new Map<string, ChosenProject>()
  for (const { accountId, clientId } of grants) {
    const account = state.accounts.get(accountId)
    if (!account || account.forgotten || !state.clients.has(clientId)) return null
    const name = { accountId, project: projectOf(clientId) }
    const one = chosen.get(keyOf(name)) ?? { ...name, account, clientIds: new Set<string>() }
    one.clientIds.add(clientId)
    chosen.set(keyOf(name), one)
  }
  return [...chosen.values()]
}

function clientsByProject(state: State): ReadonlyMap<string, readonly ClientRecord[]> {
  const clients = new Map<string, ClientRecord[]>()
  for (const client of state.clients.values()) {
    const project = projectOf(client.clientId)
    const known = clients.get(project)
    if (known) known.push(client)
    else clients.set(project, [client])
  }
  return clients
}

function blastProject(
  state: State,
  { account, project, clientIds }: ChosenProject,
  clients: readonly ClientRecord[],
  { tokens, access }: AtRisk,
): BlastProject {
  const { accountId, email } = account
  return {
    ...{ accountId, email, project },
    projectId: clients.find(({ projectId }) => projectId !== null)?.projectId ?? null,
    clients: clients.map(({ clientId, label }) => ({
      ...{ clientId, label },
      chosen: clientIds.has(clientId),
      tokens: tokens.filter((token) => token.clientId === clientId).length,
      access: access.some((grant) => grant.clientId === clientId),
    })),
    tokens: tokens.map(blastToken),
    folders: foldersOf(state, accountId, project),
    programs: programsOf(state, accountId, project),
    marks: marksOf(state, accountId, project),
    obstacle: tokens.some(isUsable) || access.length > 0 ? null : appError('revoke-no-token'),
  }
}

function blastToken({
  tokenId,
  clientId,
  standing,
  mintedAt,
  lastUsedAt,
}: TokenRecord): BlastProject['tokens'][number] {
  return {
    tokenId,
    clientId,
    standing: standing === 'forgotten' ? 'elsewhere' : standing,
    mintedAt,
    lastUsedAt,
  }
}

/**
 * Programs with a lease on the account, under a client of the project or under whichever is meant; of leases by rule
 * those that gave its access last.
 */
function programsOf(state: State, accountId: string, project: string): BlastProject['programs'] {
  const isMeant = (lease: LeaseRecord): boolean =>
    lease.ended === null &&
    (lease.accountId ?? lease.lastAccountId) === accountId &&
    (lease.clientId === null || projectOf(lease.clientId) === project)
  return [...state.leases.values()]
    .filter(isMeant)
    .map(({ leaseId, label, program }) => ({ leaseId, name: program?.name ?? label }))
}

/** Rules and approvals that mean the account, under a client of the project or under any. */
function foldersOf(state: State, accountId: string, project: string): BlastProject['folders'] {
  const isMeant = (one: { readonly accountId: string; readonly clientId: string | null }): boolean =>
    one.accountId === accountId && (one.clientId === null || projectOf(one.clientId) === project)
  const folders: BlastProject['folders'] = []
  for (const rule of state.folderRules.values())
    if (isMeant(rule)) folders.push({ folder: rule.folder, by: 'rule' })
  for (const approval of state.approvals.values())
    if (isMeant(approval)) folders.push({ folder: approval.folder, by: 'declaration' })
  return folders
}

function marksOf(state: State, accountId: string, project: string): BlastProject['marks'] {
  const marks: BlastProject['marks'] = state.activeAccountId === accountId ? [{ clientId: null }] : []
  for (const [clientId, active] of state.activeFor)
    if (active === accountId && projectOf(clientId) === project) marks.push({ clientId })
  return marks
}

/** More than one dead token is worth a deliberate second step; what to type says what it is about. */
function confirmOf(projects: readonly BlastProject[], dying: number): BlastRadius['confirm'] {
  const concerned = projects.filter(({ obstacle }) => obstacle === null)
  const [first] = concerned
  if (!first || dying <= 1) return { kind: 'none' }
  const several = concerned.some(({ accountId }) => accountId !== first.accountId)
  return several ? { kind: 'count', text: String(dying) } : { kind: 'email', text: first.email }
}
