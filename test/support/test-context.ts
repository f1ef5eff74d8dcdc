import type { ProfileName } from '../../electron/contract/views.ts'
import { accountIdOf } from '../../electron/core/accounts/identity.ts'
import { googleIssuer } from '../../electron/core/clients/issuer.ts'
import type { EventData, EventType, LatchkeyEvent } from '../../electron/core/ledger/events.ts'
import { openLedger } from '../../electron/core/ledger/ledger.ts'
import type { ProfileContext } from '../../electron/core/profile-context.ts'
import { Secret } from '../../electron/core/secret.ts'
import { secretServices } from '../../electron/core/secrets.ts'
import { notingDates, ServerTime } from '../../electron/core/server-time.ts'
import { loadSettings } from '../../electron/core/settings/settings.ts'
import { stateFold } from '../../electron/core/state/state-fold.ts'
import type { State } from '../../electron/core/state/state.ts'
import { desktopClient, testClientId } from './client-files.ts'
import type { Person } from './fake-people.ts'
import { asha } from './fake-google.ts'
import type { TestWorld } from './test-world.ts'
import { testWorld } from './test-world.ts'

/** What a part of core gets from an open profile, without the profile around it. */
export interface TestContext {
  readonly world: TestWorld
  readonly context: ProfileContext
  readonly state: () => State
  /** Every event recorded since the opening, in order. */
  readonly events: readonly LatchkeyEvent[]
  /** Those of one type. */
  eventsOf<T extends EventType>(type: T): readonly EventData<T>[]
  /** Adds a Desktop client with its secret; the one of `client-files.ts` unless told. */
  addClient(clientId?: string): Promise<string>
  /** A token as a finished sign-in leaves it: in the ledger, in the keychain and live at the fake Google. */
  mint(options?: MintOptions): Promise<MintedToken>
}

export interface MintOptions {
  readonly person?: Person
  readonly clientId?: string
  readonly scopes?: readonly string[]
  readonly expiresAt?: number | null
}

export interface MintedToken {
  readonly accountId: string
  readonly clientId: string
  readonly tokenId: string
  /** As Google and the keychain have it. */
  readonly refreshToken: string
}

export const mail = 'https://www.googleapis.com/auth/gmail.readonly'
export const drive = 'https://www.googleapis.com/auth/drive.readonly'
export const identity = [
  'openid',
  'https://www.googleapis.com/auth/userinfo.email',
  'https://www.googleapis.com/auth/userinfo.profile',
]

/** Opens the ledger of a fake world and gives what `ProfileContext` promises. The same world again is a restart. */
export async function openTestContext(
  options: { readonly world?: TestWorld; readonly profile?: ProfileName } = {},
): Promise<TestContext> {
  const { world = await testWorld(), profile = 'real' } = options
  const { folder, clock, log, random, secretStore } = world
  const opening = await openLedger<State, LatchkeyEvent>({ profile, folder, clock, fold: stateFold, log })
  if (opening.kind === 'newer' || opening.kind === 'failed') throw new Error('the ledger did not open')
  const { ledger } = opening
  const events: LatchkeyEvent[] = []
  const serverTime = new ServerTime(clock, () => undefined)
  const context: ProfileContext = {
    profile,
    ports: {
      ...world,
      http: notingDates(world.http, [googleIssuer.tokenEndpoint, googleIssuer.tokeninfoEndpoint], serverTime),
    },
    issuer: googleIssuer,
    services: secretServices(profile),
    settings: await loadSettings(folder, log),
    ledger,
    record: async (batch) => {
      const recorded = await ledger.append(batch)
      if (recorded.ok) events.push(...recorded.value.map(({ event }) => event))
      return recorded
    },
    now: () => serverTime.now(),
    language: () => 'en',
  }
  const record = async (batch: readonly LatchkeyEvent[]): Promise<void> => {
    const recorded = await ledger.append(batch)
    if (!recorded.ok) throw new Error(recorded.error.code)
  }
  return {
    world,
    context,
    state: () => ledger.state(),
    events,
    eventsOf: <T extends EventType>(type: T) =>
      events.flatMap((event) => (event.type === type ? [event.data as EventData<T>] : [])),
    async addClient(clientId = testClientId) {
      const { clientSecret } = context.services
      await secretStore.set(clientSecret, clientId, new Secret(desktopClient.client_secret))
      await record([{ type: 'client.added', data: clientAdded(clientId) }])
      return clientId
    },
    async mint({ person = asha, clientId = testClientId, scopes = [mail], expiresAt = null } = {}) {
      const granted = [...identity, ...scopes]
      const refreshToken = world.google.mint(clientId, granted, person)
      const tokenId = random.token(16)
      const accountId = accountIdOf(googleIssuer.identity, person.sub)
      const who = {
        ...{ accountId, issuer: googleIssuer.identity, sub: person.sub, email: person.email },
        ...{ name: person.name ?? null, hostedDomain: person.hd ?? null },
      }
      const intent = { ...who, tokenId, clientId, asked: granted, granted, expiresAt, mintedAt: clock.now() }
      await secretStore.set(context.services.refreshToken, tokenId, new Secret(refreshToken))
      await record([
        { type: 'token.intended', data: intent },
        { type: 'account.signedIn', data: who },
        { type: 'token.minted', data: { tokenId } },
      ])
      return { accountId, clientId, tokenId, refreshToken }
    },
  }
}

function clientAdded(clientId: string): EventData<'client.added'> {
  return {
    clientId,
    kind: 'installed',
    projectId: 'field-tools',
    redirectUris: ['http://localhost'],
    javascriptOrigins: [],
    label: clientId.slice(0, 16),
  }
}
