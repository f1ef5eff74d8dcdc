/** Builders of view models: a whole snapshot in one call, each part replaceable. Times hang on one instant. */
import type { ErrorCode } from '../../electron/contract/errors.ts'
import { appError } from '../../electron/contract/outcome.ts'
import type {
  AccountView,
  ClientView,
  FlowStep,
  FlowView,
  GrantView,
  HealthView,
  ProblemView,
  Snapshot,
  TokenView,
} from '../../electron/contract/views.ts'

export const hourMs = 3_600_000
export const dayMs = 24 * hourMs
/** Noon of a November day, as the examples of the documents use it. */
export const sampleNow = Date.UTC(2026, 10, 22, 12, 0)

const scope = (name: string): string => `https://www.googleapis.com/auth/${name}`
export const sampleScopes = [
  'openid',
  scope('userinfo.email'),
  scope('userinfo.profile'),
  scope('gmail.readonly'),
  scope('calendar'),
]

const given = ['Asha', 'Ben', 'Carla', 'Deniz', 'Elif', 'Farid', 'Grete', 'Hana', 'Ivo', 'Jun']
const family = ['Rao', 'Okafor', 'Lindqvist', 'Moreau', 'Sato', 'Nguyen', 'Weber', 'Costa', 'Novak', 'Iyer']
const digits = (n: number, width: number): string => String(n).padStart(width, '0')

export function sampleClient(index = 0, change: Partial<ClientView> = {}): ClientView {
  const projectNumber = digits(481_516_234_200 + index, 12)
  return {
    clientId: `${projectNumber}-k3v7q2${digits(index, 4)}.apps.googleusercontent.com`,
    type: 'installed',
    label: ['Mail tools', 'Calendar sync', 'Backup'][index] ?? `Client ${index}`,
    projectId: ['mail-tools-481516', 'calendar-sync-342', 'nightly-backup-7'][index] ?? `project-${index}`,
    projectNumber,
    publishing: (['testing', 'production', 'unknown'] as const)[index] ?? 'unknown',
    userType: 'external',
    addedAt: sampleNow - 30 * dayMs,
    secretReplacedAt: null,
    secretMissing: false,
    accountCount: 0,
    ...change,
  }
}

export function sampleToken(index = 0, change: Partial<TokenView> = {}): TokenView {
  return {
    tokenId: `token-${digits(index, 8)}`,
    standing: 'held',
    scopes: sampleScopes,
    mintedAt: sampleNow - 14 * dayMs - 2 * hourMs,
    lastUsedAt: sampleNow - 2 * dayMs,
    expiresAt: null,
    ...change,
  }
}

export function sampleGrant(client: ClientView, change: Partial<GrantView> = {}): GrantView {
  return {
    clientId: client.clientId,
    granted: sampleScopes,
    declined: [],
    tokens: [sampleToken()],
    liveAtLeast: 1,
    limit: 100,
    ...change,
  }
}

const healths: readonly HealthView[] = [
  { level: 'fine', reason: 'ready', at: null },
  { level: 'soon', reason: 'expires-soon', at: sampleNow + 2 * dayMs + hourMs },
  { level: 'dead', reason: 'no-token', at: null },
  { level: 'soon', reason: 'limit-near', at: null },
]

export function sampleAccount(
  index: number,
  clients: readonly ClientView[],
  change: Partial<AccountView> = {},
): AccountView {
  const first = given[index % given.length] ?? 'Asha'
  const last = family[Math.floor(index / given.length) % family.length] ?? 'Rao'
  const address = `${first}.${last}${index < 100 ? '' : index}`.toLowerCase()
  const health = healths[index % 9 === 1 ? 1 : index % 9 === 4 ? 2 : index % 9 === 7 ? 3 : 0]
  const client = clients[index % Math.max(1, clients.length)]
  const mintedAt = sampleNow - (index % 200) * dayMs - 3 * hourMs
  const token = sampleToken(index, { mintedAt, lastUsedAt: mintedAt + hourMs })
  return {
    accountId: `account-${digits(index, 8)}`,
    email: `${address}@${index % 3 === 2 ? 'example.org' : 'gmail.com'}`,
    name: `${first} ${last}`,
    label: index % 4 === 3 ? `Work ${index}` : null,
    hostedDomain: index % 3 === 2 ? 'example.org' : null,
    active: index === 0,
    firstSignedInAt: sampleNow - 200 * dayMs,
    lastSignedInAt: mintedAt,
    health: health ?? { level: 'fine', reason: 'ready', at: null },
    grants: client ? [sampleGrant(client, { tokens: [token] })] : [],
    ...change,
  }
}

export function sampleFlow(step: FlowStep, change: Partial<FlowView> = {}): FlowView {
  return {
    flowId: 'flow-00000001',
    clientId: sampleClient().clientId,
    expectedEmail: null,
    accountId: null,
    asked: ['openid', 'email', 'profile', scope('gmail.readonly')],
    startedAt: sampleNow - 30_000,
    endsAt: sampleNow + 270_000,
    step,
    ...change,
  }
}

/** One example of every step a sign-in can be at. */
export function sampleSteps(): Record<string, FlowStep> {
  return {
    keychain: { kind: 'checking-keychain', slow: false },
    'keychain-slow': { kind: 'checking-keychain', slow: true },
    opening: { kind: 'opening-browser' },
    waiting: { kind: 'waiting', notice: null },
    'waiting-notice': { kind: 'waiting', notice: appError('browser-not-opened') },
    exchanging: { kind: 'exchanging' },
    choosing: {
      kind: 'choosing-account',
      arrivedEmail: 'ben.rao@gmail.com',
      chooseBefore: sampleNow + 120_000,
    },
    storing: { kind: 'storing', slow: false },
    'storing-slow': { kind: 'storing', slow: true },
    done: {
      kind: 'done',
      accountId: 'account-00000000',
      email: 'asha.rao@gmail.com',
      granted: sampleScopes,
      declined: [],
      liveAtLeast: 1,
      replacedOlder: false,
    },
    'done-fewer': {
      kind: 'done',
      accountId: 'account-00000000',
      email: 'asha.rao@gmail.com',
      granted: sampleScopes.slice(0, 4),
      declined: [scope('calendar')],
      liveAtLeast: 38,
      replacedOlder: true,
    },
    failed: { kind: 'failed', error: appError('sign-in-timeout') },
  }
}

export function sampleProblem(
  code: ErrorCode,
  details: Record<string, string | number>,
  change: Partial<ProblemView> = {},
): ProblemView {
  return {
    problemId: `problem-${code}`,
    error: appError(code, details),
    action: 'none',
    dismissible: true,
    ...change,
  }
}

export function sampleProblems(): ProblemView[] {
  return [
    sampleProblem(
      'ledger-broken',
      { line: 214, reason: 'the chain does not fit' },
      { action: 'continue-ledger', dismissible: false },
    ),
    sampleProblem('orphan-secret', {}, { action: 'remove-orphan' }),
    sampleProblem('runtime-too-old', { version: '22.3.25' }),
  ]
}

/** A snapshot with `accounts` accounts over two clients, counted consistently. */
export function sampleSnapshot(accounts: number, change: Partial<Snapshot> = {}): Snapshot {
  const clients = accounts === 0 ? [] : [sampleClient(0), sampleClient(1)]
  const rows = Array.from({ length: accounts }, (_, index) => sampleAccount(index, clients))
  const counted = clients.map((client) => ({
    ...client,
    accountCount: rows.filter((row) => row.grants.some((grant) => grant.clientId === client.clientId)).length,
  }))
  return {
    revision: 1,
    profile: 'real',
    readOnly: false,
    clockOffsetMs: 0,
    about: {
      version: '0.1.0',
      electron: '45.4.1',
      chromium: '156.0.8078.79',
      platform: 'linux',
      realSignInAllowed: true,
      dataFolder: '/home/asha/.config/Latchkey/real',
    },
    settings: { language: 'en', theme: 'light', browser: { kind: 'system' } },
    clients: counted,
    accounts: rows,
    flows: [],
    problems: [],
    practice: null,
    ...change,
  }
}
