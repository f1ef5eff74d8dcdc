/**
 * The product on its real parts, on plain Node: real folder, keychain, HTTP and loopback listener, against a
 * practice Google that runs elsewhere. Only the desktop is played; the browser is a person of `real-google.ts`.
 */
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import keytar from 'keytar'
import { createKeychain } from '../../electron/adapters/keychain.ts'
import { createLog } from '../../electron/adapters/log.ts'
import { createLoopbackListener } from '../../electron/adapters/loopback-listener.ts'
import { systemRandom } from '../../electron/adapters/random.ts'
import { readSmallFile } from '../../electron/adapters/small-file.ts'
import type { VaultKey } from '../../electron/adapters/vault/vault-key.ts'
import type { CommandName, CommandParams, CommandResult } from '../../electron/contract/commands.ts'
import type { ClientKind, WayKind } from '../../electron/contract/kinds.ts'
import type { Outcome } from '../../electron/contract/outcome.ts'
import type {
  AccountView,
  ClientView,
  FlowStep,
  FlowView,
  Snapshot,
  TokenView,
} from '../../electron/contract/views.ts'
import { Latchkey } from '../../electron/core/latchkey.ts'
import type { ProfilePorts } from '../../electron/core/profile-context.ts'
import { secretServices } from '../../electron/core/secrets.ts'
import type { FurtherClient } from '../../electron/practice/client.ts'
import { clientFor, furtherClients, practiceClient } from '../../electron/practice/client.ts'
import type { WorldParts } from '../../electron/worlds.ts'
import { openWorld } from '../../electron/worlds.ts'
import { fakeBrowser } from './fake-browser.ts'
import { fakeDesktop } from './fake-desktop.ts'
import { fakeWakes } from './fake-wakes.ts'
import type { Consent, Person } from './real-google.ts'
import { arriveAt, consentAs } from './real-google.ts'

/** How an open profile is asked, in this process or in another. */
export interface Asker {
  ask<N extends CommandName>(name: N, params: CommandParams<N>): Promise<Outcome<CommandResult<N>>>
  clipboard(): Promise<string>
}

type StepOf<K extends FlowStep['kind']> = Extract<FlowStep, { kind: K }>

export interface SignInOptions extends Consent {
  readonly scopes?: readonly string[]
  /** The first practice client when left out. */
  readonly clientId?: string
  /** The account that should arrive. */
  readonly accountId?: string
  /** The client's usual one when left out. */
  readonly way?: WayKind
  readonly redirectUri?: string
  readonly elsewhere?: boolean
}

/** What a person does with a profile. */
export interface ProfileUser extends Asker {
  /** The value of a command that has to succeed. */
  get<N extends CommandName>(name: N, params: CommandParams<N>): Promise<CommandResult<N>>
  snapshot(): Promise<Snapshot>
  account(who: Person): Promise<AccountView>
  /** The tokens whose secret is in the keychain. */
  held(who: Person): Promise<readonly TokenView[]>
  /** Adds the further practice client of the same or of another project; answers its id. */
  addClient(project: FurtherClient): Promise<string>
  /** Brings a fresh file of the first project's client of a kind, for the first time or again. */
  bringClient(kind: ClientKind): Promise<ClientView>
  /** Begins a sign-in; answers its `flowId`. */
  start(options?: SignInOptions): Promise<string>
  /** The authorization URL, once the sign-in waits for the browser. */
  link(flowId: string): Promise<string>
  flow(flowId: string): Promise<FlowView>
  /** Waits until the sign-in is at this step. */
  reach<K extends FlowStep['kind']>(flowId: string, kind: K): Promise<StepOf<K>>
  end(flowId: string): Promise<StepOf<'done' | 'failed'>>
  /** A whole sign-in: consent in the browser, and back. */
  signIn(who: Person, options?: SignInOptions): Promise<StepOf<'done' | 'failed'>>
  /** Waits until the profile has finished what its start began. */
  ready(): Promise<void>
}

const patienceMs = 15_000

export function profileUser(asker: Asker): ProfileUser {
  const get: ProfileUser['get'] = async (name, params) => {
    const outcome = await asker.ask(name, params)
    if (!outcome.ok) throw new Error(`${name}: ${outcome.error.code}`)
    return outcome.value
  }
  const snapshot = (): Promise<Snapshot> => get('app.snapshot', {})
  const stepWhere = async (flowId: string, wanted: (step: FlowStep) => boolean): Promise<FlowStep> => {
    for (const until = Date.now() + patienceMs; Date.now() < until; await sleep(10)) {
      const step = (await snapshot()).flows.find((flow) => flow.flowId === flowId)?.step
      if (step && wanted(step)) return step
      if (step?.kind === 'failed' || step?.kind === 'done')
        throw new Error(`it ended: ${JSON.stringify(step)}`)
    }
    throw new Error('the sign-in did not get there')
  }
  const user: ProfileUser = {
    ask: (name, params) => asker.ask(name, params),
    clipboard: () => asker.clipboard(),
    get,
    snapshot,
    async account(who) {
      const account = (await snapshot()).accounts.find(({ email }) => email === who.email)
      if (!account) throw new Error(`${who.email} is not signed in`)
      return account
    },
    async held(who) {
      const { grants } = await user.account(who)
      return grants.flatMap(({ tokens }) => tokens).filter(({ standing }) => standing === 'held')
    },
    async addClient(project) {
      await get('practice.act', { act: 'add-client', project })
      const { clientId } = furtherClients[project]
      const { clients } = await snapshot()
      if (!clients.some((client) => client.clientId === clientId)) throw new Error('it was not imported')
      return clientId
    },
    async bringClient(kind) {
      await get('practice.act', { act: 'add-client', project: 'same', kind })
      const { clientId } = clientFor({ kind })
      const client = (await snapshot()).clients.find((one) => one.clientId === clientId)
      if (!client) throw new Error('it was not imported')
      return client
    },
    async start({ scopes = [], clientId = practiceClient.clientId, accountId, ...options } = {}) {
      const { way, redirectUri, elsewhere } = options
      const params = {
        clientId,
        scopes: [...scopes],
        accountId: accountId ?? null,
        ...(way && { way }),
        ...(redirectUri !== undefined && { redirectUri }),
        ...(elsewhere !== undefined && { elsewhere }),
      }
      return (await get('signIn.start', params)).flowId
    },
    async link(flowId) {
      await user.reach(flowId, 'waiting')
      await get('signIn.copyLink', { flowId })
      return asker.clipboard()
    },
    async flow(flowId) {
      const found = (await snapshot()).flows.find((flow) => flow.flowId === flowId)
      if (!found) throw new Error('there is no such sign-in')
      return found
    },
    reach: async (flowId, kind) => (await stepWhere(flowId, (step) => step.kind === kind)) as never,
    end: async (flowId) =>
      (await stepWhere(flowId, ({ kind }) => kind === 'done' || kind === 'failed')) as never,
    async signIn(who, options = {}) {
      const flowId = await user.start(options)
      await arriveAt(await consentAs(who, await user.link(flowId), options))
      return user.end(flowId)
    },
    async ready() {
      for (const until = Date.now() + patienceMs; Date.now() < until; await sleep(20)) {
        const { clients, problems } = await snapshot()
        if (clients.length > 0 || problems.length > 0) return
      }
      throw new Error('the profile has no client')
    },
  }
  return user
}

export interface RealProfileOptions {
  readonly dataFolder: string
  /** Of a practice Google that already runs; null starts the one that comes with the app. */
  readonly issuer: string | null
  /** Lets a test stand between core and a real part. */
  readonly wrap?: (ports: ProfilePorts) => ProfilePorts
  /** The key of the vault, where the data folder has one. */
  readonly vaultKey?: VaultKey
  /** How long one call of the keychain may take, ms. */
  readonly keychainMs?: number
  readonly sweepAfterMs?: number
  /** How it comes to have a profile that an agent may have; by the folder's lock alone when left out. */
  readonly takeSeat?: WorldParts['takeSeat']
}

export interface RealProfile extends ProfileUser {
  /** Every delta and reset that was sent to the window, as JSON. */
  readonly sent: readonly string[]
  /** Every answer to a command, as JSON. */
  readonly answered: readonly string[]
  /** What the system browser was asked to open. */
  readonly browsed: readonly string[]
  /** The person copies a text. */
  copy(text: string): void
  close(): Promise<void>
}

/** Opens the practice profile in this process. Errors: those of `openProfile`. */
export async function openRealProfile(options: RealProfileOptions): Promise<Outcome<RealProfile>> {
  const { dataFolder, issuer, wrap = (ports) => ports } = options
  const desktop = { ...fakeDesktop(), readSmallFile }
  const browser = fakeBrowser()
  const log = createLog({ folder: dataFolder, home: homedir() })
  const { keychainMs = 10_000, sweepAfterMs = 600_000 } = options
  const secretStore = createKeychain({ timeoutMs: keychainMs })
  const listener = createLoopbackListener({ random: systemRandom })
  const wakes = fakeWakes()
  const systemProxy = () => Promise.resolve('DIRECT')
  const parts = {
    dataFolder,
    secretStore,
    listener,
    browser,
    desktop,
    wakes,
    systemProxy,
    log,
    practiceIssuer: issuer,
    ...(options.vaultKey && { vaultKey: options.vaultKey }),
    ...(options.takeSeat && { takeSeat: options.takeSeat }),
  }
  const sent: string[] = []
  const latchkey = new Latchkey(
    {
      about: { ...about, dataFolder },
      systemLanguage: () => 'en',
      sweepAfterMs,
      desktop,
      log,
      openWorld: async (name) => {
        const world = await openWorld(name, parts)
        return world.ok ? { ok: true, value: { ...world.value, ports: wrap(world.value.ports) } } : world
      },
      send: (event, payload) => sent.push(JSON.stringify({ event, payload })),
      onSettings: () => undefined,
    },
    'practice',
  )
  const opened = await latchkey.profile()
  if (!opened.ok) return opened
  const answered: string[] = []
  const user = profileUser({
    async ask(name, params) {
      const run = latchkey.handlers[name] as (given: unknown) => Promise<Outcome<never>>
      const outcome = await run(params)
      answered.push(JSON.stringify(outcome))
      return outcome
    },
    clipboard: () => desktop.readClipboard(),
  })
  const browsed = () => browser.opened.map(({ url }) => url)
  return {
    ok: true,
    value: {
      ...user,
      sent,
      answered,
      copy: (text) => desktop.copyText(text),
      get browsed() {
        return browsed()
      },
      close: () => latchkey.close(),
    },
  }
}

const about = {
  version: '0.0.0',
  electron: '45.0.0',
  chromium: '156.0.0.0',
  platform: 'linux',
  realSignInAllowed: true,
} as const

/**
 * The refresh tokens in the practice keychain by their id, read past our own code. Only while nothing else uses the
 * keychain: on Linux keytar dies when an item that it lists is deleted at that moment.
 */
export async function refreshTokensInKeychain(): Promise<ReadonlyMap<string, string>> {
  const found = await keytar.findCredentials(secretServices('practice').refreshToken)
  return new Map(found.map(({ account, password }) => [account, password]))
}

/** Takes every practice secret out of the keychain of this test. */
export async function emptyKeychain(): Promise<void> {
  const services = secretServices('practice')
  for (const service of Object.values(services) as string[]) {
    const found = await keytar.findCredentials(service)
    for (const { account } of found) await keytar.deletePassword(service, account)
  }
}

/** A new folder of the test, and what removes it. */
export async function temporaryFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'latchkey-core-'))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

/** All files below a folder, path and content. */
export async function filesBelow(folder: string): Promise<readonly { path: string; bytes: Buffer }[]> {
  const names: readonly string[] = await readdir(folder, { recursive: true })
  const found: { path: string; bytes: Buffer }[] = []
  for (const path of names.map((name) => join(folder, name))) {
    if ((await stat(path)).isFile()) found.push({ path, bytes: await readFile(path) })
  }
  return found
}
