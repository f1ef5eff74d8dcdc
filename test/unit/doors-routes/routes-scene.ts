/** A whole profile with its doors open, and somebody who knocks at them. */
import { expect } from 'vitest'
import type { LeaseWish } from '../../../electron/contract/doors.ts'
import type { DoorAnswer, DoorPeer } from '../../../electron/core/ports.ts'
import { testClientId } from '../../support/client-files.ts'
import { asha } from '../../support/fake-google.ts'
import { fakeTimers } from '../../support/fake-timers.ts'
import { drive, mail } from '../../support/test-context.ts'
import type { TestProfile, TestProfileOptions } from '../../support/test-profile.ts'
import { openTestProfile } from '../../support/test-profile.ts'
import type { TestWorld } from '../../support/test-world.ts'
import { testWorld } from '../../support/test-world.ts'

export const secondMs = 1000
export const minuteMs = 60 * secondMs
export const socket = '/run/door.sock'
export const remoteSocket = '/run/remote.sock'

export interface Knock {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly query?: string
  readonly body?: unknown
  readonly signal?: AbortSignal
  readonly peer?: DoorPeer
}

export interface Heard {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  /** Empty where the answer is not JSON. */
  readonly json: Readonly<Record<string, unknown>>
}

export interface RoutesScene extends TestProfile {
  readonly world: TestWorld
  readonly accountId: string
  /** At any door, by its address. A text is sent as it is, anything else as JSON. */
  knock(address: string, path: string, knock?: Knock): Promise<Heard>
  /** The answer as it comes: for those that go on. */
  raw(address: string, path: string, knock?: Knock): Promise<DoorAnswer>
  /** Over the socket with the key of this machine; POST where something is sent. */
  local(path: string, body?: unknown, knock?: Knock): Promise<Heard>
  /** Gives a lease over the socket. Fails the test where that is refused. */
  give(wish?: Partial<LeaseWish>, more?: object): Promise<Heard>
  /** The access token that an answer carries is one of Google's, and good. */
  expectGood(token: unknown): void
}

export async function routesScene(options: TestProfileOptions = {}): Promise<RoutesScene> {
  const world = options.world ?? (await steadyWorld())
  const profile = await openTestProfile({ ...options, world })
  if (profile.snapshot().accounts.length === 0) await signInAsha(profile)
  const accountId = profile.snapshot().accounts[0]?.accountId ?? ''
  const raw: RoutesScene['raw'] = (address, path, { query, body, ...knock } = {}) =>
    world.doors.ask(address, {
      path,
      query: new URLSearchParams(query ?? ''),
      body: typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body),
      ...knock,
    })
  const knock: RoutesScene['knock'] = async (address, path, how) => heard(await raw(address, path, how))
  const local: RoutesScene['local'] = (path, body, how = {}) =>
    knock(socket, path, {
      method: body === undefined ? 'GET' : 'POST',
      body,
      ...how,
      headers: { 'latchkey-local': world.doors.announced?.local ?? '', ...how.headers },
    })
  return {
    ...profile,
    ...{ world, accountId, raw, knock, local },
    give: async (wish, more) => {
      const given = await local('/v1/lease', { ...leaseWish(accountId), ...wish, ...more })
      expect(given).toMatchObject({ status: 200 })
      return given
    },
    expectGood: (token) => expect(world.google.accessTokens).toContain(token),
  }
}

export async function steadyWorld(): Promise<TestWorld> {
  const world = await testWorld()
  return { ...world, timers: fakeTimers(world.clock) }
}

async function signInAsha(profile: TestProfile): Promise<void> {
  await profile.addClient()
  const flowId = await profile.signIn(asha, { scopes: [mail, drive] })
  await profile.reach(flowId, 'done')
}

export function leaseWish(accountId: string | null): LeaseWish {
  return {
    ...{ door: 'http', label: 'backup', accountId, clientId: testClientId, scopes: null, term: 'always' },
    ...{ expiresAt: null, remote: false, file: null, quotaProject: null, port: null },
  }
}

async function heard({ status, headers, body }: DoorAnswer): Promise<Heard> {
  const parts: string[] = []
  if (typeof body === 'string') parts.push(body)
  else for await (const part of body) parts.push(part)
  const text = parts.join('')
  const json = headers['content-type'] === 'application/json' ? (JSON.parse(text) as Heard['json']) : {}
  return { status, headers, text, json }
}

/** HTTP Basic as Google's libraries send it for the constant client of an ADC file. */
export const basic = { authorization: `Basic ${Buffer.from('latchkey:latchkey-lease').toString('base64')}` }
export const form = { 'content-type': 'application/x-www-form-urlencoded' }
