import type {
  BlastProject,
  BlastRadius,
  GrantName,
  RevocationRow,
  RevocationView,
} from '../../../electron/contract/revocation.ts'
import type { AccountView } from '../../../electron/contract/views.ts'
import { canRevoke as canRevokeGrant } from '../accounts/access.ts'

/** More than these cannot be asked for in one go: the contract's own limit. */
export const mostGrants = 500

/** Everything that these accounts granted and that may still be at Google, in their order. */
export function grantsOf(accounts: readonly AccountView[]): GrantName[] {
  return accounts.flatMap(({ accountId, grants }) =>
    grants.filter(canRevokeGrant).map(({ clientId }) => ({ accountId, clientId })),
  )
}

/** The clients among these grants with the number of accounts under each, in the order in which they first occur. */
export function clientsAmong(
  grants: readonly GrantName[],
): { readonly clientId: string; readonly accounts: number }[] {
  const counts = new Map<string, number>()
  for (const { clientId } of grants) counts.set(clientId, (counts.get(clientId) ?? 0) + 1)
  return [...counts].map(([clientId, accounts]) => ({ clientId, accounts }))
}

/** Whether what was typed is what has to be typed; cases and blanks around it do not count. */
export function isConfirmed(confirm: BlastRadius['confirm'], typed: string): boolean {
  return confirm.kind === 'none' || typed.trim().toLowerCase() === confirm.text.toLowerCase()
}

/** Whether there is anything that a revocation could be asked for. */
export function canRevoke(blast: BlastRadius): boolean {
  return blast.projects.some(({ obstacle }) => obstacle === null)
}

/** How many clients of projects that can be revoked have access without a refresh token, which goes with them. */
export function accessesOf({ projects }: BlastRadius): number {
  return projects
    .filter(({ obstacle }) => obstacle === null)
    .flatMap(({ clients }) => clients)
    .filter(({ access }) => access).length
}

/** How many tokens of a project are held here, forgotten here, and missing from the keychain. */
export function countStandings(
  tokens: BlastProject['tokens'],
): Record<BlastProject['tokens'][number]['standing'], number> {
  const counts = { held: 0, elsewhere: 0, missing: 0 }
  for (const { standing } of tokens) counts[standing] += 1
  return counts
}

/** The name by which people know a project: its id, or what is known of it otherwise. */
export function projectName({ project, projectId }: Pick<BlastProject, 'project' | 'projectId'>): string {
  return projectId ?? project
}

const over: ReadonlySet<RevocationRow['step']> = new Set([
  'revoked',
  'already-dead',
  'not-revocable',
  'alive',
  'failed',
])

/** Nothing lives any more, as far as is known here. */
export function isDead({ step }: RevocationRow): boolean {
  return step === 'revoked' || step === 'already-dead'
}

/** The row has its outcome; one that still lives may be asked again all the same. */
export function hasOutcome({ step, retryAt }: RevocationRow): boolean {
  return over.has(step) && retryAt === null
}

/** Whether trying again can help any row; only once nothing goes on by itself. */
export function canRetry({ ended, rows }: RevocationView): boolean {
  return ended && rows.some(({ step }) => step === 'alive' || step === 'failed')
}

/** A revocation that is about this account and client and has not ended. */
export function revocationUnderWay(
  revocations: readonly RevocationView[],
  { accountId, clientId }: GrantName,
): RevocationView | null {
  const about = (row: RevocationRow): boolean =>
    row.accountId === accountId && row.clientIds.includes(clientId) && !hasOutcome(row)
  return revocations.find(({ rows }) => rows.some(about)) ?? null
}
