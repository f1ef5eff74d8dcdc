/** Builders of view models: a whole snapshot in one call, each part replaceable. Times hang on one instant. */
import type { DoorsView } from '../../electron/contract/doors.ts'
import type { ErrorCode } from '../../electron/contract/errors.ts'
import { appError } from '../../electron/contract/outcome.ts'
import type {
  AccountView,
  CauseView,
  ClientView,
  ClockView,
  FlowStep,
  FlowView,
  GrantView,
  HealthView,
  LifeView,
  NeedView,
  PracticeView,
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
    typeOpen: false,
    authentication: 'post',
    ways: ['loopback'],
    redirects: [],
    javascriptOrigins: [],
    toRegister: null,
    label: ['Mail tools', 'Calendar sync', 'Backup'][index] ?? `Client ${index}`,
    projectId: ['mail-tools-481516', 'calendar-sync-342', 'nightly-backup-7'][index] ?? `project-${index}`,
    projectNumber,
    publishing: (['testing', 'production', 'unknown'] as const)[index] ?? 'unknown',
    userType: 'external',
    addedAt: sampleNow - 30 * dayMs,
    secretReplacedAt: null,
    secretMissing: false,
    accountCount: 0,
    activeAccountId: null,
    retired: false,
    keepAlive: false,
    lastUsedAt: sampleNow - 2 * dayMs,
    idleClock: sampleClock('client-idle', { at: sampleNow + 179 * dayMs, source: '2.2 #10' }),
    refusal: null,
    ...change,
  }
}

/** A web client with a registered loopback address, another one on a server, and an origin for client-side pages. */
export function sampleWebClient(index = 0, change: Partial<ClientView> = {}): ClientView {
  return sampleClient(index, {
    type: 'web',
    label: 'Shop backend',
    ways: ['redirect', 'paste', 'client-side'],
    redirects: [
      { uri: 'http://127.0.0.1:8080/callback', use: 'listen' },
      { uri: 'https://shop.example.org/oauth2/callback', use: 'paste' },
    ],
    javascriptOrigins: ['http://127.0.0.1:8080'],
    ...change,
  })
}

/** A web client without any address that leads to this computer, so that nothing can be done with it yet. */
export function sampleWebClientWithoutWay(index = 0): ClientView {
  return sampleWebClient(index, {
    ways: [],
    redirects: [],
    javascriptOrigins: [],
    toRegister: { redirect: 'http://127.0.0.1:8765/', origin: 'http://127.0.0.1:8765' },
  })
}

/** A client of type TVs and Limited Input devices, whose file could also be of a desktop client. */
export function sampleDeviceClient(index = 0, change: Partial<ClientView> = {}): ClientView {
  return sampleClient(index, {
    type: 'device',
    typeOpen: true,
    label: 'Living room TV',
    ways: ['device'],
    ...change,
  })
}

/** A clock with an instant 179 days ahead unless told otherwise. */
export function sampleClock(kind: ClockView['kind'], change: Partial<ClockView> = {}): ClockView {
  return {
    kind,
    at: sampleNow + 179 * dayMs,
    latest: null,
    certainty: 'documented',
    source: '2.2 #2',
    signIns: null,
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
    next: sampleClock('idle', { latest: sampleNow + 182 * dayMs }),
    refusal: null,
    death: null,
    ...change,
  }
}

export function sampleCause(kind: CauseView['kind'], change: Partial<CauseView> = {}): CauseView {
  return { kind, rank: 1, evidence: 'nothing', details: {}, ...change }
}

/** A token that Google refused a day ago, for the causes given. */
export function sampleDeadToken(
  index: number,
  causes: readonly CauseView[],
  change: Partial<TokenView> = {},
): TokenView {
  const at = sampleNow - dayMs
  return sampleToken(index, {
    standing: 'dead',
    next: null,
    refusal: { verdict: 'dead', at, error: appError('token-dead', { reason: 'invalid_grant' }) },
    death: { at, causes: [...causes], corrected: null },
    ...change,
  })
}

/** The life of a token as `accounts.lives` tells it: used every second day, under four rules. */
export function sampleLife(token: TokenView, clientId: string, change: Partial<LifeView> = {}): LifeView {
  const end = token.death?.at ?? sampleNow
  const refreshes: number[] = []
  for (let at = token.mintedAt + dayMs; at < end; at += 2 * dayMs) refreshes.push(at)
  return {
    tokenId: token.tokenId,
    clientId,
    clocks: token.death
      ? []
      : [
          ...(token.next ? [token.next] : []),
          sampleClock('client-idle', { at: sampleNow + 180 * dayMs, source: '2.2 #10' }),
          sampleClock('eviction', { at: null, signIns: 63, source: '2.3' }),
          sampleClock('password', { at: null, source: '2.2 #3' }),
          sampleClock('revocation', { at: null, source: '2.2 #1' }),
        ],
    refreshCount: refreshes.length,
    refreshes,
    ...change,
  }
}

export function sampleNeed(token: TokenView, clientId: string, change: Partial<NeedView> = {}): NeedView {
  return {
    tokenId: token.tokenId,
    clientId,
    by: sampleNow + 2 * dayMs,
    reason: 'deadline',
    clock: 'testing',
    cause: null,
    renewable: true,
    ...change,
  }
}

export function sampleGrant(client: ClientView, change: Partial<GrantView> = {}): GrantView {
  return {
    clientId: client.clientId,
    kind: client.type,
    granted: sampleScopes,
    asked: sampleScopes,
    surprises: [],
    declined: [],
    tokens: [sampleToken()],
    liveAtLeast: 1,
    limit: 100,
    access: null,
    used: [],
    check: null,
    ...change,
  }
}

/** Access without a refresh token, received 18 minutes ago and good for 42 more. */
export function sampleAccess(
  change: Partial<NonNullable<GrantView['access']>> = {},
): NonNullable<GrantView['access']> {
  return {
    granted: sampleScopes.slice(0, 4),
    receivedAt: sampleNow - 18 * 60_000,
    expiresAt: sampleNow + 42 * 60_000,
    held: true,
    ...change,
  }
}

/** A grant that is nothing but such access. */
export function sampleAccessGrant(
  client: ClientView,
  access: Partial<NonNullable<GrantView['access']>> = {},
): GrantView {
  return sampleGrant(client, {
    kind: 'client-side',
    granted: [],
    asked: [],
    tokens: [],
    liveAtLeast: 0,
    access: sampleAccess(access),
  })
}

const fine: HealthView = { level: 'fine', reason: 'ready', at: null, clock: null, cause: null }
const testingEnd = sampleNow + 2 * dayMs + hourMs
const healths: readonly HealthView[] = [
  fine,
  { ...fine, level: 'soon', reason: 'deadline', at: testingEnd, clock: 'testing' },
  { ...fine, level: 'dead', reason: 'died', at: sampleNow - dayMs, cause: 'password' },
  { ...fine, level: 'soon', reason: 'limit-near' },
]

/** The token of a sample account, in the state that its health is about. */
function sampleTokenFor(health: HealthView, index: number, mintedAt: number): TokenView {
  const base = { mintedAt, lastUsedAt: mintedAt + hourMs }
  if (health.reason === 'died')
    return sampleDeadToken(index, [sampleCause('password'), sampleCause('revoked-elsewhere')], base)
  if (health.reason !== 'deadline') return sampleToken(index, base)
  return sampleToken(index, {
    ...base,
    next: sampleClock('testing', { at: health.at, certainty: 'declared', source: '2.2 #9' }),
  })
}

function sampleNeeds(health: HealthView, token: TokenView, clientId: string): NeedView[] {
  if (health.reason === 'deadline') return [sampleNeed(token, clientId, { by: health.at })]
  if (health.reason !== 'died') return []
  return [sampleNeed(token, clientId, { by: null, reason: 'died', clock: null, cause: 'password' })]
}

export function sampleAccount(
  index: number,
  clients: readonly ClientView[],
  change: Partial<AccountView> = {},
): AccountView {
  const first = given[index % given.length] ?? 'Asha'
  const last = family[Math.floor(index / given.length) % family.length] ?? 'Rao'
  const address = `${first}.${last}${index < 100 ? '' : index}`.toLowerCase()
  const health = healths[index % 9 === 1 ? 1 : index % 9 === 4 ? 2 : index % 9 === 7 ? 3 : 0] ?? fine
  const client = clients[index % Math.max(1, clients.length)]
  const mintedAt = sampleNow - (index % 200) * dayMs - 3 * hourMs
  const token = sampleTokenFor(health, index, mintedAt)
  return {
    accountId: `account-${digits(index, 8)}`,
    email: `${address}@${index % 3 === 2 ? 'example.org' : 'gmail.com'}`,
    name: `${first} ${last}`,
    label: index % 4 === 3 ? `Work ${index}` : null,
    hostedDomain: index % 3 === 2 ? 'example.org' : null,
    service: null,
    active: index === 0,
    firstSignedInAt: sampleNow - 200 * dayMs,
    lastSignedInAt: mintedAt,
    health: client ? health : { ...fine, level: 'dead', reason: 'no-token' },
    next: client ? token.next : null,
    needs: client ? sampleNeeds(health, token, client.clientId) : [],
    grants: client ? [sampleGrant(client, { tokens: [token] })] : [],
    ...change,
  }
}

/** How a sign-in goes that can be at this step, and what it asks for. */
function wayAt(step: FlowStep): Partial<FlowView> {
  const identity = ['openid', 'email', 'profile']
  if (step.kind === 'requesting-code' || step.kind === 'showing-code')
    return { way: 'device', asked: [...identity, scope('drive.file')], endsAt: sampleNow + 29 * 60_000 }
  if (step.kind === 'port-busy') return { way: 'redirect' }
  if (step.kind === 'done' && step.accessEndsAt !== null) return { way: 'client-side' }
  return {}
}

/** A sign-in at a step, on a way that has that step. */
export function sampleFlow(step: FlowStep, change: Partial<FlowView> = {}): FlowView {
  return {
    flowId: 'flow-00000001',
    clientId: sampleClient().clientId,
    way: 'loopback',
    redirectUri: null,
    elsewhere: false,
    answer: null,
    expectedEmail: null,
    accountId: null,
    asked: ['openid', 'email', 'profile', scope('gmail.readonly')],
    startedAt: sampleNow - 30_000,
    endsAt: sampleNow + 270_000,
    step,
    ...wayAt(step),
    ...change,
  }
}

/** The step of a device sign-in that shows its code. */
export function sampleCode(userCode: string): Extract<FlowStep, { kind: 'showing-code' }> {
  return {
    kind: 'showing-code',
    userCode,
    page: 'https://www.google.com/device',
    scan: `https://www.google.com/device?user_code=${userCode}`,
    intervalMs: 5_000,
    notice: null,
  }
}

/** A sign-in whose browser is on another computer. */
export function sampleFlowElsewhere(change: Partial<FlowView> = {}): FlowView {
  return sampleFlow(
    { kind: 'waiting', notice: null },
    {
      elsewhere: true,
      endsAt: sampleNow + 59 * 60_000,
      answer: {
        redirectUri: 'http://127.0.0.1:45671/',
        forward: 'ssh -N -L 45671:127.0.0.1:45671 asha@build-7.example.org',
        paste: true,
      },
      ...change,
    },
  )
}

/** One example of every step a sign-in can be at. */
export function sampleSteps(): Record<string, FlowStep> {
  return {
    keychain: { kind: 'checking-keychain', slow: false },
    'keychain-slow': { kind: 'checking-keychain', slow: true },
    opening: { kind: 'opening-browser' },
    waiting: { kind: 'waiting', notice: null },
    'waiting-notice': { kind: 'waiting', notice: appError('browser-not-opened') },
    'port-busy': { kind: 'port-busy', port: 8080, program: 'node' },
    'port-busy-unknown': { kind: 'port-busy', port: 8080, program: null },
    'requesting-code': { kind: 'requesting-code' },
    code: sampleCode('GQVQ-JKEC'),
    'code-wide': { ...sampleCode('WWWWWWWWWWWWWWW'), notice: appError('network-offline') },
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
      accessEndsAt: null,
    },
    'done-fewer': {
      kind: 'done',
      accountId: 'account-00000000',
      email: 'asha.rao@gmail.com',
      granted: sampleScopes.slice(0, 4),
      declined: [scope('calendar')],
      liveAtLeast: 38,
      replacedOlder: true,
      accessEndsAt: null,
    },
    'done-access': {
      kind: 'done',
      accountId: 'account-00000000',
      email: 'asha.rao@gmail.com',
      granted: sampleScopes,
      declined: [],
      liveAtLeast: 0,
      replacedOlder: false,
      accessEndsAt: sampleNow + hourMs,
    },
    failed: { kind: 'failed', error: appError('sign-in-timeout', { minutes: 5 }) },
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

/** Practice Google with three people, by its usual rules and without a fault. */
export function samplePractice(change: Partial<PracticeView> = {}): PracticeView {
  return {
    issuer: 'http://127.0.0.1:4000',
    serviceAccounts: [],
    accounts: [
      { sub: '1001', email: 'asha.rao@gmail.com', name: 'Asha Rao', hostedDomain: null, disabled: false },
      { sub: '1002', email: 'ben.rao@gmail.com', name: 'Ben Rao', hostedDomain: null, disabled: false },
      {
        sub: '1003',
        email: 'carla.rao@example.org',
        name: 'Carla Rao',
        hostedDomain: 'example.org',
        disabled: false,
      },
    ],
    rules: { publishing: 'production', sessionHours: null, restricted: [], clientDeleted: false },
    fault: null,
    ...change,
  }
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
    settings: {
      language: 'en',
      theme: 'light',
      browser: { kind: 'system' },
      checkEvery: 'week',
      proxy: { kind: 'system' },
      caFile: null,
      lockWithScreen: false,
      doorPort: null,
    },
    clients: counted,
    accounts: rows,
    flows: [],
    folders: { rules: [], approvals: [] },
    revocations: [],
    doors: sampleDoors(),
    leases: [],
    asks: [],
    problems: [],
    practice: null,
    ...change,
  }
}

export function sampleDoors(change: Partial<DoorsView> = {}): DoorsView {
  return {
    locked: null,
    socket: '/home/asha/.config/Latchkey/profiles/real/run/door.sock',
    remoteSocket: '/home/asha/.config/Latchkey/profiles/real/run/remote.sock',
    http: null,
    problem: null,
    muted: [],
    screenLockTold: false,
    store: 'keychain',
    vaultLocked: false,
    ...change,
  }
}
