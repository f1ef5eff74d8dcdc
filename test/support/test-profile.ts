import type { CommandName, CommandParams, CommandResult } from '../../electron/contract/commands.ts'
import type { Outcome } from '../../electron/contract/outcome.ts'
import type {
  FlowStep,
  FlowView,
  ProfileName,
  SettingsView,
  Snapshot,
  StateDelta,
} from '../../electron/contract/views.ts'
import type { Profile } from '../../electron/core/profile.ts'
import { openProfile } from '../../electron/core/profile.ts'
import { installedFile, testClientId } from './client-files.ts'
import type { Person } from './fake-people.ts'
import type { TestWorld } from './test-world.ts'
import { testWorld } from './test-world.ts'

export interface TestProfile {
  readonly world: TestWorld
  readonly profile: Profile
  readonly deltas: readonly StateDelta[]
  readonly resets: () => number
  ask<N extends Exclude<CommandName, 'app.openProfile' | 'app.openLink'>>(
    name: N,
    params: CommandParams<N>,
  ): Promise<Outcome<CommandResult<N>>>
  snapshot(): Snapshot
  flow(flowId: string): FlowView | undefined
  /** Waits until the sign-in is at this step; fails by the test's time-out. */
  reach<K extends FlowStep['kind']>(flowId: string, kind: K): Promise<Extract<FlowStep, { kind: K }>>
  /** Adds the Desktop client of `client-files.ts` from the clipboard. */
  addClient(): Promise<string>
  /** A whole sign-in: the browser opens, the person consents, the answer comes back. */
  signIn(
    person: Person,
    options?: { granted?: readonly string[]; scopes?: readonly string[]; accountId?: string },
  ): Promise<string>
}

export interface TestProfileOptions {
  readonly name?: ProfileName
  readonly world?: TestWorld
  readonly realSignInAllowed?: boolean
  readonly language?: 'en' | 'hi'
  readonly platform?: 'linux' | 'darwin' | 'win32'
  readonly initialSettings?: SettingsView
}

/** Real core over one fake per port. */
export async function openTestProfile(options: TestProfileOptions = {}): Promise<TestProfile> {
  const world = options.world ?? (await testWorld())
  const deltas: StateDelta[] = []
  let resets = 0
  const opened = await openProfile({
    name: options.name ?? 'real',
    ports: world,
    practice: null,
    about: {
      version: '0.0.0',
      electron: '45.0.0',
      chromium: '156.0.0.0',
      platform: options.platform ?? 'linux',
      realSignInAllowed: options.realSignInAllowed ?? true,
      dataFolder: '/profile',
    },
    systemLanguage: () => options.language ?? 'en',
    ...(options.initialSettings && { initialSettings: options.initialSettings }),
    onSettings: () => undefined,
    onDelta: (delta) => deltas.push(delta),
    onReset: () => {
      resets += 1
    },
    sweepAfterMs: 10_000,
  })
  if (!opened.ok) throw new Error(`the profile did not open: ${opened.error.code}`)
  const profile = opened.value
  await profile.start()
  return assemble(world, profile, deltas, () => resets)
}

/** The next start after a process died without a word: its lock dies with it. */
export async function openAfterCrash(world: TestWorld): Promise<TestProfile> {
  world.folder.ownElsewhere(false)
  return openTestProfile({ world })
}

function assemble(
  world: TestWorld,
  profile: Profile,
  deltas: StateDelta[],
  resets: () => number,
): TestProfile {
  const flow = (flowId: string): FlowView | undefined =>
    profile.snapshot().flows.find((view) => view.flowId === flowId)
  const ask: TestProfile['ask'] = (name, params) => {
    const handler = profile.handlers[name] as (given: unknown) => Promise<Outcome<never>>
    return handler(params)
  }
  const reach: TestProfile['reach'] = async (flowId, kind) => {
    for (;;) {
      const step = flow(flowId)?.step
      if (step?.kind === kind) return step as never
      if (step?.kind === 'failed' || step?.kind === 'done') {
        throw new Error(`the sign-in ended with ${JSON.stringify(step)} before ${kind}`)
      }
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  return {
    ...{ world, profile, deltas, resets, ask, flow, reach },
    snapshot: () => profile.snapshot(),
    async addClient() {
      world.desktop.clipboard = installedFile()
      const added = await ask('clients.importClipboard', { acceptUncheckedSecret: false })
      if (!added.ok) throw new Error(added.error.code)
      return testClientId
    },
    async signIn(person, { granted, scopes = [], accountId } = {}) {
      const started = await ask('signIn.start', {
        clientId: testClientId,
        scopes: [...scopes],
        accountId: accountId ?? null,
      })
      if (!started.ok) throw new Error(started.error.code)
      const { flowId } = started.value
      await reach(flowId, 'waiting')
      const url = world.browser.opened[world.browser.opened.length - 1]?.url ?? ''
      const redirectUri = new URL(url).searchParams.get('redirect_uri') ?? ''
      void world.listener.call(redirectUri, world.google.consent(url, person, granted))
      return flowId
    },
  }
}
