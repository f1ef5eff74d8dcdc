/** Builders of what would die, what came of it, and what Google says of an access token. */
import type { Inspection } from '../../electron/contract/inspection.ts'
import type {
  BlastProject,
  BlastRadius,
  GrantName,
  RevocationRow,
  RevocationView,
} from '../../electron/contract/revocation.ts'
import type { AccountView, ClientView, Snapshot } from '../../electron/contract/views.ts'
import {
  hourMs,
  sampleAccount,
  sampleClient,
  sampleGrant,
  sampleNow,
  sampleScopes,
  sampleSnapshot,
  sampleToken,
} from './sample-state.ts'

/** Two clients of one project and one of another. */
export function sampleProjectClients(): [ClientView, ClientView, ClientView] {
  const mail = sampleClient(0)
  const { projectId, projectNumber } = mail
  return [mail, sampleClient(1, { projectId, projectNumber, label: 'Mail archive' }), sampleClient(2)]
}

/** One account under all three clients, beside others. */
export function revocableSnapshot(change: Partial<Snapshot> = {}): Snapshot {
  const clients = sampleProjectClients()
  const grants = clients.map((client, index) =>
    sampleGrant(client, { tokens: [sampleToken(index)], liveAtLeast: index + 1 }),
  )
  const account = sampleAccount(0, clients, { grants })
  const others = [1, 2, 3].map((index) => sampleAccount(index, [clients[0]], { label: null }))
  return sampleSnapshot(0, { clients, accounts: [account, ...others], ...change })
}

/**
 * What main would answer for these grants of a snapshot, a project for each account and project number. Every client
 * of the project that the account granted is named, and every token of it.
 */
export function sampleBlast({ accounts, clients }: Snapshot, grants: readonly GrantName[]): BlastRadius {
  const projects = new Map<string, BlastProject>()
  for (const { accountId, clientId } of grants) {
    const account = accounts.find((one) => one.accountId === accountId)
    const number = clients.find((one) => one.clientId === clientId)?.projectNumber ?? clientId
    if (account) projects.set(`${accountId} ${number}`, blastOf(account, number, clients, grants))
  }
  const rows = [...projects.values()]
  const tokens = rows.reduce((sum, row) => sum + (row.obstacle ? 0 : row.tokens.length), 0)
  return { projects: rows, tokens, confirm: confirmOf(rows, tokens) }
}

function confirmOf(rows: readonly BlastProject[], tokens: number): BlastRadius['confirm'] {
  const [first] = rows
  if (!first || tokens <= 1) return { kind: 'none' }
  const oneAccount = rows.every(({ accountId }) => accountId === first.accountId)
  return oneAccount ? { kind: 'email', text: first.email } : { kind: 'count', text: String(tokens) }
}

function blastOf(
  { accountId, email, active, grants: all }: AccountView,
  project: string,
  clients: readonly ClientView[],
  chosen: readonly GrantName[],
): BlastProject {
  const inProject = clients.filter((client) => client.projectNumber === project)
  const grants = all.filter(({ clientId }) => inProject.some((client) => client.clientId === clientId))
  return {
    accountId,
    email,
    project,
    projectId: inProject[0]?.projectId ?? null,
    clients: grants.map(({ clientId, tokens, access }) => ({
      clientId,
      label: inProject.find((client) => client.clientId === clientId)?.label ?? clientId,
      chosen: chosen.some((one) => one.accountId === accountId && one.clientId === clientId),
      tokens: tokens.length,
      access: access?.held === true,
    })),
    tokens: grants.flatMap(({ clientId, tokens }) =>
      tokens.flatMap(({ tokenId, standing, mintedAt, lastUsedAt }) =>
        standing === 'dead' ? [] : [{ tokenId, clientId, standing, mintedAt, lastUsedAt }],
      ),
    ),
    folders: [],
    programs: [],
    marks: active ? [{ clientId: null }] : [],
    obstacle: null,
  }
}

/** A row of the first account's first project that has not begun, with two tokens. */
export function sampleRevocationRow(change: Partial<RevocationRow> = {}): RevocationRow {
  const [mail, archive] = sampleProjectClients()
  return {
    accountId: 'account-00000000',
    email: 'asha.rao@gmail.com',
    project: mail.projectNumber ?? '',
    clientIds: [mail.clientId, archive.clientId],
    step: 'waiting',
    error: null,
    retryAt: null,
    tokens: [mail, archive].map(({ clientId }, index) => ({
      tokenId: sampleToken(index).tokenId,
      clientId,
      found: 'waiting',
    })),
    ...change,
  }
}

/** The tokens of a row with what was found of each. */
export function foundTokens(
  ...found: readonly RevocationRow['tokens'][number]['found'][]
): RevocationRow['tokens'] {
  const { clientId } = sampleClient(0)
  return found.map((one, index) => ({ tokenId: sampleToken(index).tokenId, clientId, found: one }))
}

export function sampleRevocation(
  rows: readonly RevocationRow[],
  change: Partial<RevocationView> = {},
): RevocationView {
  return {
    revocationId: 'revocation-0001',
    startedAt: sampleNow - 60_000,
    ended: false,
    rows: [...rows],
    ...change,
  }
}

/** Google says what is believed here. */
export function sampleInspection(change: Partial<Inspection> = {}): Inspection {
  const { clientId } = sampleClient(0)
  const believed = { told: clientId, believed: clientId, same: true }
  return {
    tokenId: sampleToken().tokenId,
    clientId,
    audience: believed,
    authorizedParty: believed,
    email: { told: 'asha.rao@gmail.com', believed: 'asha.rao@gmail.com', same: true },
    sameAccount: true,
    scopes: { told: sampleScopes, onlyTold: [], onlyBelieved: [] },
    expiresAt: { told: sampleNow + hourMs, believed: sampleNow + hourMs, same: true },
    accessType: 'offline',
    sizes: { accessBytes: 254, accessLimit: 2048, refreshBytes: 103, refreshLimit: 512 },
    ...change,
  }
}
