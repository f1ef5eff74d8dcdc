/** What can happen in a life, as plain data, so that a life that goes wrong can be shrunk and read. */
import * as fc from 'fast-check'
import type { CauseKind, CheckEvery } from '../../../electron/contract/views.ts'
import type { Product } from '../../support/google-rules.ts'
import { dayMs, hourMs, minuteMs } from '../../support/google-rules.ts'
import type { NetworkFault } from '../../support/ruled-google.ts'
import { faultKinds } from '../../support/ruled-google.ts'
import type { Dying } from './mortal-ports.ts'

export type Step =
  | { do: 'sign-in'; person: number; client: number; products: readonly Product[]; lastsMs: number | null }
  | { do: 'check'; person: number }
  | { do: 'copy'; person: number; client: number }
  /** The machine runs. */
  | { do: 'pass'; ms: number }
  /** It sleeps: its clock goes on, its timers stand still; so does the time since its start on some systems. */
  | { do: 'sleep'; ms: number; elapses: boolean }
  /** The app is closed meanwhile. */
  | { do: 'away'; ms: number; snapshotLost: boolean }
  | {
      do: 'crash'
      during: 'check' | 'sign-in' | 'pass'
      person: number
      client: number
      spared: number
      when: Dying
    }
  | { do: 'set-clock'; byMs: number }
  | { do: 'right-clock' }
  | { do: 'network'; fault: NetworkFault; count: number }
  | { do: 'network-returns' }
  | { do: 'lock-keychain' }
  | { do: 'unlock-keychain' }
  | { do: 'password'; person: number }
  | { do: 'revoke'; person: number; client: number }
  | { do: 'delete-account'; person: number }
  | { do: 'session'; hours: number | null }
  | { do: 'restrict'; product: Product }
  | { do: 'lift' }
  | { do: 'delete-client'; client: number }
  | { do: 'restore-client'; client: number }
  | { do: 'publish'; client: number; testing: boolean }
  /** The person says of a client what is so, or that it is not known. */
  | { do: 'declare'; client: number; known: boolean }
  | { do: 'mint-elsewhere'; person: number; client: number; count: number }
  | { do: 'dismiss'; person: number }
  | { do: 'correct'; person: number; cause: CauseKind | null }
  | { do: 'forget'; person: number }
  | { do: 'retire'; client: number; retired: boolean }
  | { do: 'check-every'; every: CheckEvery }

export interface Plan {
  /** Whether publishing a project takes the seven days from tokens minted before: nobody says. */
  readonly publishingLifts: boolean
  readonly rotation: readonly ('none' | 'old-lives' | 'old-dies')[]
  /** Of the two projects. */
  readonly testing: readonly boolean[]
}

const person = fc.nat({ max: 2 })
const client = fc.nat({ max: 2 })
const awake = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: minuteMs, max: 3 * hourMs }) },
  { weight: 4, arbitrary: fc.integer({ min: 3 * hourMs, max: 4 * dayMs }) },
  { weight: 2, arbitrary: fc.constantFrom(hourMs, 16 * hourMs, dayMs, 7 * dayMs) },
)
const absent = fc.oneof(
  { weight: 2, arbitrary: fc.integer({ min: minuteMs, max: 2 * dayMs }) },
  { weight: 2, arbitrary: fc.integer({ min: 2 * dayMs, max: 60 * dayMs }) },
  { weight: 1, arbitrary: fc.integer({ min: 60 * dayMs, max: 240 * dayMs }) },
  { weight: 1, arbitrary: fc.constantFrom(7 * dayMs, 8 * dayMs, 181 * dayMs, 183 * dayMs, 184 * dayMs) },
)
const products = fc.oneof(
  { weight: 1, arbitrary: fc.constant<Product[]>(['identity']) },
  { weight: 6, arbitrary: fc.subarray<Product>(['gmail', 'drive', 'cloud'], { minLength: 1, maxLength: 2 }) },
)
const clockError = fc.oneof(
  fc.constantFrom(10, -10).map((years) => years * 365 * dayMs),
  fc.constantFrom(30, -30).map((days) => days * dayMs),
  fc.integer({ min: -50, max: 50 }).map((minutes) => minutes * minuteMs),
)
const lasts = fc.oneof(
  { weight: 4, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.constantFrom(dayMs, 30 * dayMs) },
)
const causes: readonly (CauseKind | null)[] = [null, 'password', 'revoked-elsewhere', 'admin', 'unknown']

const step = <D extends Step['do'], M>(
  weight: number,
  kind: D,
  model: { [K in keyof M]: fc.Arbitrary<M[K]> },
): fc.WeightedArbitrary<Step> => ({
  weight,
  arbitrary: fc.record(model).map((rest) => ({ do: kind, ...rest }) as unknown as Step),
})

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  step(20, 'sign-in', { person, client, products, lastsMs: lasts }),
  step(14, 'check', { person }),
  step(5, 'copy', { person, client }),
  step(16, 'pass', { ms: awake }),
  step(4, 'sleep', { ms: absent, elapses: fc.boolean() }),
  step(8, 'away', { ms: absent, snapshotLost: fc.boolean() }),
  step(6, 'crash', {
    during: fc.constantFrom('check', 'sign-in', 'pass'),
    ...{ person, client, spared: fc.nat({ max: 9 }), when: fc.constantFrom('before', 'after', 'torn') },
  }),
  step(3, 'set-clock', { byMs: clockError }),
  step(3, 'right-clock', {}),
  step(10, 'network', { fault: fc.constantFrom(...faultKinds), count: fc.integer({ min: 1, max: 5 }) }),
  step(2, 'network-returns', {}),
  step(2, 'lock-keychain', {}),
  step(3, 'unlock-keychain', {}),
  step(3, 'password', { person }),
  step(3, 'revoke', { person, client }),
  step(1, 'delete-account', { person }),
  step(4, 'session', { hours: fc.option(fc.integer({ min: 1, max: 24 }), { freq: 4 }) }),
  step(2, 'restrict', { product: fc.constantFrom('gmail', 'drive', 'cloud') }),
  step(2, 'lift', {}),
  step(2, 'delete-client', { client }),
  step(2, 'restore-client', { client }),
  step(2, 'publish', { client, testing: fc.boolean() }),
  step(5, 'declare', { client, known: fc.boolean() }),
  step(3, 'mint-elsewhere', { person, client, count: fc.integer({ min: 1, max: 150 }) }),
  step(4, 'dismiss', { person }),
  step(2, 'correct', { person, cause: fc.constantFrom(...causes) }),
  step(1, 'forget', { person }),
  step(2, 'retire', { client, retired: fc.boolean() }),
  step(2, 'check-every', { every: fc.constantFrom('day', 'week', 'month', 'never') }),
)

/** A life always begins with somebody who signs in. */
export const anyLife: fc.Arbitrary<readonly Step[]> = fc
  .tuple(
    fc.record({
      do: fc.constant('sign-in' as const),
      ...{ person, client, products, lastsMs: lasts },
    }) as fc.Arbitrary<Step>,
    fc.array(anyStep, { maxLength: 60, size: 'max' }),
  )
  .map(([first, rest]) => [first, ...rest])

export const anyPlan: fc.Arbitrary<Plan> = fc.record({
  publishingLifts: fc.boolean(),
  rotation: fc.array(
    fc.oneof(
      { weight: 2, arbitrary: fc.constant('none' as const) },
      { weight: 1, arbitrary: fc.constantFrom('old-lives' as const, 'old-dies' as const) },
    ),
    { minLength: 3, maxLength: 3 },
  ),
  testing: fc.array(fc.boolean(), { minLength: 2, maxLength: 2 }),
})
