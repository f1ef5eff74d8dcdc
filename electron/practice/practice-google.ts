/** Practice Google: a local authorization server that follows Google's documented rules with a movable clock. */
import { practiceAccounts } from './accounts.ts'
import { authorizationEndpoint } from './authorization-endpoint.ts'
import type { ConnectionsVisit } from './connections.ts'
import { connectionsForm, connectionsPath, showConnections } from './connections.ts'
import { control, controlPrefix } from './control.ts'
import { certificates } from './certificates.ts'
import { authorizationServerMetadata, certs, openidConfiguration } from './discovery.ts'
import { deviceCodeEndpoint } from './device-code-endpoint.ts'
import type { DeviceEntry } from './device-page.ts'
import { deviceEntryForm, devicePath, showDeviceEntry } from './device-page.ts'
import { createDeviceDesk } from './device-rules.ts'
import type { FaultEndpoint } from './faults.ts'
import { createFaultBoard, dropsUnread } from './faults.ts'
import { createSigningKeys } from './keys.ts'
import { notFoundPage } from './pages/error-page.ts'
import { pickLanguage } from './pages/words.ts'
import { picture, picturePath } from './picture.ts'
import { revoke } from './revoke.ts'
import type { SecretKind } from './secrets.ts'
import type { Handle } from './server.ts'
import { listen } from './server.ts'
import { certificatesPath } from './service-accounts.ts'
import { carryOutRevocations } from './state.ts'
import { openStore } from './store.ts'
import type { Visit } from './tickets.ts'
import { createTickets } from './tickets.ts'
import { tokenEndpoint } from './token-endpoint.ts'
import { tokeninfo } from './tokeninfo.ts'
import { userinfo } from './userinfo.ts'
import { chooserForm, chooserPath, consentForm, consentPath } from './visit-steps.ts'
import type { PracticeWorld } from './world.ts'

export interface PracticeOptions {
  /** The machine's time, epoch ms. Practice time is this plus the offset that the state holds. */
  now(): number
  /** The state as it was saved last; anything that is not one starts a new practice world. */
  load(): Promise<unknown>
  /** Keeps the state, plain JSON. It holds hashes of secrets only. */
  save(state: unknown): Promise<void>
  /** That many random bytes, base64url without padding. */
  random(bytes: number): string
  /** 0 or left out: any free port. An account is known by its issuer, so keep the port from start to start. */
  readonly port?: number
  /** Sees every secret that is made: for tests that hunt for secrets where none may be. */
  readonly onIssued?: (kind: SecretKind, secret: string, clientId: string) => void
}

export interface PracticeGoogle {
  /** `http://127.0.0.1:PORT` */
  readonly issuer: string
  /** Stops listening, breaks open connections, and answers when the state is saved. */
  close(): Promise<void>
}

/** Starts the server. Rejects when the port is taken or the state cannot be loaded. */
export async function startPracticeGoogle(options: PracticeOptions): Promise<PracticeGoogle> {
  const store = await openStore(
    () => options.load(),
    (state) => options.save(state),
  )
  const now = (): number => options.now() + store.state.offsetMs
  const faults = createFaultBoard()
  const serving = {
    now,
    handle: notFound,
    drops: (method: string, target: string) => {
      const endpoint = faultyRoutes.get(`${method} ${target.split('?', 1)[0] ?? target}`)
      const drops = endpoint !== undefined && dropsUnread(faults.peek(endpoint))
      if (drops) faults.take(endpoint)
      return drops
    },
  }
  const listening = await listen(options.port ?? 0, serving)
  serving.handle = router({
    issuer: listening.issuer,
    store,
    keys: madeOnce(createSigningKeys),
    faults,
    devices: createDeviceDesk(),
    now,
    machineNow: () => options.now(),
    random: (bytes) => options.random(bytes),
    witness: (kind, secret, clientId) => options.onIssued?.(kind, secret, clientId),
  })
  const close = async (): Promise<void> => {
    await listening.close()
    await store.settle()
  }
  return { issuer: listening.issuer, close }
}

const tokenRoute = 'POST /token'
const revokeRoute = 'POST /revoke'
const deviceRoute = 'POST /device/code'
const tokeninfoRoutes = ['/tokeninfo', '/oauth2/v3/tokeninfo'].flatMap((path) => [
  `GET ${path}`,
  `POST ${path}`,
])
const faultyRoutes: ReadonlyMap<string, FaultEndpoint> = new Map<string, FaultEndpoint>([
  [tokenRoute, 'token'],
  [revokeRoute, 'revoke'],
  [deviceRoute, 'device'],
  ...tokeninfoRoutes.map((route): [string, FaultEndpoint] => [route, 'tokeninfo']),
])

const notFound: Handle = (request) => notFoundPage(pickLanguage(null, request.headers['accept-language']))

function madeOnce<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null
  return () => (made ??= make())
}

/** Google's paths (google-oauth.md 1.1), each with its method. All else is not found, whatever the method. */
function router(world: PracticeWorld): Handle {
  const now = (): number => world.machineNow()
  const random = (bytes: number): string => world.random(bytes)
  const tickets = createTickets<Visit>(now, random)
  const entries = createTickets<DeviceEntry>(now, random)
  const connections = createTickets<ConnectionsVisit>(now, random)
  const routes = new Map<string, Handle>([
    ['GET /.well-known/openid-configuration', openidConfiguration(world)],
    ['GET /.well-known/oauth-authorization-server', authorizationServerMetadata(world)],
    ['GET /oauth2/v3/certs', certs(world)],
    ['GET /o/oauth2/v2/auth', authorizationEndpoint(world, tickets)],
    [`POST ${chooserPath}`, chooserForm(world, tickets)],
    [`POST ${consentPath}`, consentForm(world, tickets)],
    [tokenRoute, tokenEndpoint(world)],
    [revokeRoute, revoke(world)],
    [deviceRoute, deviceCodeEndpoint(world)],
    [`GET ${devicePath}`, showDeviceEntry(entries)],
    [`POST ${devicePath}`, deviceEntryForm(world, entries, tickets)],
    [`GET ${connectionsPath}`, showConnections(world, connections)],
    [`POST ${connectionsPath}`, connectionsForm(world, connections)],
    ['GET /v1/userinfo', userinfo(world)],
    ['POST /v1/userinfo', userinfo(world)],
    ...tokeninfoRoutes.map((route): [string, Handle] => [route, tokeninfo(world)]),
    ...practiceAccounts.map((account): [string, Handle] => [`GET ${picturePath(account)}`, picture(account)]),
  ])
  const controls = control(world)
  const certificatesOf = certificates(world)
  return (request) => {
    carryOutDue(world)
    if (request.path.startsWith(controlPrefix)) return controls(request)
    if (request.method === 'GET' && request.path.startsWith(certificatesPath)) return certificatesOf(request)
    const route = routes.get(`${request.method} ${request.path}`)
    return (route ?? notFound)(request)
  }
}

/** Revocations that lagged take effect when somebody next looks: nobody can tell that from a timer. */
function carryOutDue({ store, machineNow }: PracticeWorld): void {
  const now = machineNow()
  if (carryOutRevocations(store.state, now) !== store.state)
    store.note((state) => carryOutRevocations(state, now))
}
