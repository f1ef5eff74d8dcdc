import type { FlowStep, FlowView } from '../../../electron/contract/views.ts'
import { DeviceWay } from '../../../electron/core/accounts/sign-in/ways/device.ts'
import type { Obtained, Stage } from '../../../electron/core/accounts/sign-in/ways/way.ts'
import { Secret } from '../../../electron/core/secret.ts'
import { desktopClient } from '../../support/client-files.ts'
import type { FakeTimers } from '../../support/fake-timers.ts'
import { fakeTimers } from '../../support/fake-timers.ts'
import type { TestContext } from '../../support/test-context.ts'
import { openTestContext } from '../../support/test-context.ts'
import { testWorld } from '../../support/test-world.ts'

export const file = 'https://www.googleapis.com/auth/drive.file'

export type ShownCode = Extract<FlowStep, { kind: 'showing-code' }>

/** A sign-in on another device, on a stage that only takes notes. Timers and clock go on together. */
export interface DeviceScene {
  readonly test: TestContext
  readonly timers: FakeTimers
  readonly way: DeviceWay
  readonly abort: AbortController
  readonly obtained: Promise<Obtained>
  readonly steps: readonly FlowStep[]
  /** Every instant until which the person was said to be waited for. */
  readonly ends: readonly number[]
  /** Everything that was offered as a way back. */
  readonly offers: readonly FlowView['answer'][]
  /** The code as it is shown now. */
  shown(): ShownCode
  /** How often the token endpoint was asked. */
  polls(): number
}

export async function deviceScene(
  options: {
    readonly scopes?: readonly string[]
    readonly authentication?: 'post' | 'basic'
    /** Before anything is asked. */
    readonly before?: (test: TestContext) => void
  } = {},
): Promise<DeviceScene> {
  const world = await testWorld()
  const timers = fakeTimers(world.clock)
  const test = await openTestContext({ world: { ...world, timers } })
  const clientId = await test.addClient()
  const client = test.state().clients.get(clientId)
  if (!client) throw new Error('there is no client')
  options.before?.(test)
  const steps: FlowStep[] = []
  const ends: number[] = []
  const offers: FlowView['answer'][] = []
  const abort = new AbortController()
  const stage: Stage = {
    ...{ context: test.context, flowId: 'a-flow', elsewhere: false, expected: null, signal: abort.signal },
    client: { ...client, kind: 'device', authentication: options.authentication ?? 'post' },
    clientSecret: new Secret(desktopClient.client_secret),
    asked: ['openid', 'email', 'profile', ...(options.scopes ?? [file])],
    show: (step) => steps.push(step),
    waitUntil: (endsAt) => ends.push(endsAt),
    offer: (answer) => offers.push(answer),
  }
  const way = new DeviceWay()
  const obtained = way.obtain(stage)
  await timers.live(0)
  return {
    ...{ test, timers, way, abort, obtained, steps, ends, offers },
    shown() {
      const step = steps.at(-1)
      if (step?.kind !== 'showing-code') throw new Error(`shown is ${String(step?.kind)}`)
      return step
    },
    polls: () => world.google.tokenRequests.length,
  }
}
