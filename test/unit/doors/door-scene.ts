/** The broker and all that belongs to it, over an open context, with a clock that goes on with its timers. */
import type { AskView } from '../../../electron/contract/doors.ts'
import type { Outcome } from '../../../electron/contract/outcome.ts'
import { AccessTokens } from '../../../electron/core/access/access-tokens.ts'
import { ClientSideAccess } from '../../../electron/core/access/client-side-access.ts'
import { GrantAccess } from '../../../electron/core/access/grant-access.ts'
import { Asks } from '../../../electron/core/doors/asks.ts'
import { Broker } from '../../../electron/core/doors/broker.ts'
import { DoorLock } from '../../../electron/core/doors/door-lock.ts'
import { DoorUses } from '../../../electron/core/doors/door-uses.ts'
import type { GivenLease, NewLease } from '../../../electron/core/doors/leases.ts'
import { Leases } from '../../../electron/core/doors/leases.ts'
import type { GivenToken, TokenQuestion, TokenReply } from '../../../electron/core/doors/token-question.ts'
import type { ProfileContext } from '../../../electron/core/profile-context.ts'
import { Scheduler } from '../../../electron/core/schedule/scheduler.ts'
import { ServiceTokens } from '../../../electron/core/service-accounts/service-tokens.ts'
import type { LeaseRecord } from '../../../electron/core/state/state.ts'
import { testClientId } from '../../support/client-files.ts'
import { fakeTimers } from '../../support/fake-timers.ts'
import type { MintedToken, TestContext } from '../../support/test-context.ts'
import { drive, mail, openTestContext } from '../../support/test-context.ts'
import type { TestWorld } from '../../support/test-world.ts'
import { testWorld } from '../../support/test-world.ts'

export const secondMs = 1000
export const minuteMs = 60 * secondMs
export const hourMs = 60 * minuteMs

export const terraform = {
  name: 'terraform',
  path: '/usr/bin/terraform',
  folder: '/home/asha/infra',
  pid: 4711,
  host: null,
  certainty: 'stated',
} as const
export const terraformKey = 'key-of-terraform'

export interface DoorScene extends TestContext {
  readonly broker: Broker
  readonly leases: Leases
  readonly asks: Asks
  readonly uses: DoorUses
  readonly lock: DoorLock
  readonly services: ServiceTokens
  /** Asha's grant for mail and drive under the test client. */
  readonly grant: MintedToken
  /** Every question as it was shown. */
  readonly shown: readonly AskView[]
  /** Leases whose rows were told anew, in order. */
  readonly told: readonly string[]
  /** An HTTP lease for the grant unless told otherwise. */
  give(wish?: Partial<NewLease>): Promise<GivenLease>
  token(question: Partial<TokenQuestion>): Promise<TokenReply>
  /** The same as a program at the command door. */
  program(question?: Partial<TokenQuestion>): Promise<TokenReply>
  record(leaseId: string): LeaseRecord
  /** As if the program ended without a word: what is in the folder is all that is left. */
  restart(): Promise<DoorScene>
  /** All that lies in files or went to the log, as text. */
  traces(): string
}

const nothing: TokenQuestion = {
  ...{ door: 'command', handle: null, leaseId: null, account: null, environment: null, client: null },
  ...{ scopes: null, minTtlMs: 0, program: null, programKey: null, folder: null, remote: false },
  ...{ ask: 'wait', askId: null },
}

export async function doorScene(world?: TestWorld, minted?: MintedToken): Promise<DoorScene> {
  const outside = world ?? (await steadyWorld())
  const test = await openTestContext({ world: outside })
  if (!minted) await test.addClient()
  const grant = minted ?? (await test.mint({ scopes: [mail, drive] }))
  return assemble(test, grant)
}

async function steadyWorld(): Promise<TestWorld> {
  const world = await testWorld()
  return { ...world, timers: fakeTimers(world.clock) }
}

async function assemble(test: TestContext, grant: MintedToken): Promise<DoorScene> {
  const { world } = test
  const { clock, timers, log } = world
  const shown: AskView[] = []
  const told: string[] = []
  const context: ProfileContext = {
    ...test.context,
    record: async (events) => {
      const recorded = await test.context.record(events)
      if (recorded.ok) for (const event of events) leases.touch(event)
      return recorded
    },
  }
  const scheduler = new Scheduler({ clock, timers, log, now: () => context.now(), onJump: () => undefined })
  const tell = (leaseId: string): void => void told.push(leaseId)
  const uses = new DoorUses(context, tell)
  const leases = new Leases(context, { scheduler, uses, onChange: tell })
  const onAsk = (_: string, view: AskView | null): void => {
    if (view) shown.push(view)
  }
  const asks = new Asks(context, { leases, uses, onAsk, onMuted: () => undefined })
  const lock = new DoorLock(context, { leases, asks, onChange: () => undefined })
  const tokens = new AccessTokens(context, () => undefined)
  const access = new GrantAccess(test.state, tokens, new ClientSideAccess(context, () => undefined))
  const services = new ServiceTokens(context, () => undefined)
  const broker = new Broker(context, { leases, asks, uses, lock, access, serviceTokens: services })
  await leases.start()
  const token: DoorScene['token'] = (question) => broker.token({ ...nothing, ...question })
  return {
    ...{ ...test, context, broker, leases, asks, uses, lock, services, grant, shown, told, token },
    give: async (wish) => valueOf(await leases.give({ ...leaseWish(grant), ...wish })),
    program: (question) => token({ program: terraform, programKey: terraformKey, ...question }),
    record: (leaseId) => {
      const lease = test.state().leases.get(leaseId)
      if (!lease) throw new Error('there is no such lease')
      return lease
    },
    restart: () => doorScene(world, grant),
    traces: () => [...[...world.folder.files.values()].map(String), JSON.stringify(world.log)].join('\n'),
  }
}

export function leaseWish({ accountId }: MintedToken): NewLease {
  return {
    ...{ label: 'backup', door: 'http', term: 'always', program: null, programKey: null, accountId },
    ...{ clientId: testClientId, scopes: null, remote: false, expiresAt: null },
    ...{ port: null, file: null, quotaProject: null },
  }
}

export function valueOf<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(`${outcome.error.code}: ${outcome.error.message}`)
  return outcome.value
}

export function tokenOf(reply: TokenReply): GivenToken {
  if (reply.kind !== 'token') throw new Error(JSON.stringify(reply))
  return reply.token
}

/** The code of a refusal, otherwise what it was. */
export function codeOf(reply: TokenReply | Outcome<unknown> | { readonly kind: string }): string {
  if ('ok' in reply) return reply.ok ? 'ok' : reply.error.code
  return 'error' in reply ? (reply.error as { code: string }).code : reply.kind
}

/** One turn of the event loop, after which every promise that could settle has. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Waits until a question is shown that was not there before. */
export async function nextAsk(scene: DoorScene, known = 0): Promise<AskView> {
  for (;;) {
    const view = scene.shown[known]
    if (view) return view
    await settle()
  }
}
