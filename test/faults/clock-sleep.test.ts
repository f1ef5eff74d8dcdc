import { describe, expect, it } from 'vitest'
import { testClientId } from '../support/client-files.ts'
import { fakeTimers } from '../support/fake-timers.ts'
import type { FakeAnswer } from '../support/fake-http.ts'
import { asha, meera } from '../support/fake-google.ts'
import type { TestContext } from '../support/test-context.ts'
import { drive, openTestContext } from '../support/test-context.ts'
import type { TestProfile } from '../support/test-profile.ts'
import { openTestProfile } from '../support/test-profile.ts'
import type { TestWorld } from '../support/test-world.ts'
import { testWorld } from '../support/test-world.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
const stepMs = 5000
const tokenUrl = 'https://oauth2.googleapis.com/token'

interface Counted {
  readonly world: TestWorld
  /** Refreshes so far, by refresh token. */
  readonly asked: Map<string, number>
  readonly total: () => number
  /** How many were under way together at most. */
  readonly most: () => number
  /** Resolves when none is under way. */
  readonly busy: () => Promise<void>
}

/** A world whose clock goes with its timers, and whose requests are counted and take a moment. */
async function countedWorld(): Promise<Counted> {
  const base = await testWorld()
  const asked = new Map<string, number>()
  let running = 0
  let most = 0
  const fetch: TestWorld['http']['fetch'] = async (url, init) => {
    const token = new URLSearchParams(init.body).get('refresh_token')
    if (url !== tokenUrl || token === null) return base.http.fetch(url, init)
    asked.set(token, (asked.get(token) ?? 0) + 1)
    running += 1
    most = Math.max(most, running)
    for (let turns = 0; turns < 5; turns += 1) await turn()
    running -= 1
    return base.http.fetch(url, init)
  }
  const world = { ...base, http: { ...base.http, fetch }, timers: fakeTimers(base.clock) }
  const total = (): number => [...asked.values()].reduce((sum, count) => sum + count, 0)
  const busy = async (): Promise<void> => {
    await turn()
    if (running > 0) await busy()
  }
  return { world, asked, total, busy, most: () => most }
}

/** Lets time pass in small steps, in each of which requests that take a moment come to their end. */
async function pass({ world, busy }: Counted, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += stepMs) {
    await world.timers.live(Math.min(stepMs, ms - passed))
    await busy()
  }
}

const turn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve)
  })

/** Accounts with one token each, as finished sign-ins left them. */
async function mintMany(context: TestContext, count: number): Promise<readonly string[]> {
  await context.addClient()
  const secrets: string[] = []
  for (let index = 0; index < count; index += 1) {
    const number = String(index).padStart(4, '0')
    const person = { sub: `20000000000000000${number}`, email: `person${number}@gmail.test` }
    secrets.push((await context.mint({ person, scopes: [drive] })).refreshToken)
  }
  return secrets
}

const tokensOf = (app: TestProfile) =>
  app.snapshot().accounts.flatMap(({ grants }) => grants.flatMap(({ tokens }) => tokens))

describe('a laptop that sleeps for eight days', () => {
  it.each([
    ['counts its sleep as time since its start', true],
    ['does not', false],
  ])(
    'and %s asks once about each account when it wakes, and finds what died meanwhile',
    async (_, counts) => {
      const counted = await countedWorld()
      const { world, asked, total } = counted
      const app = await openTestProfile({ world })
      await app.addClient()
      await app.ask('clients.update', { clientId: testClientId, publishing: 'testing' })
      await app.reach(await app.signIn(asha, { scopes: [drive] }), 'done')
      await app.reach(await app.signIn(meera), 'done')
      await pass(counted, hourMs)
      const [dead = '', alive = ''] = world.google.refreshTokens
      const before = total()

      if (counts) world.clock.advance(8 * dayMs)
      else world.clock.set(world.clock.now() + 8 * dayMs)
      world.google.kill(dead)
      world.wakes.resume()
      expect(total()).toBe(before)
      await pass(counted, 10 * minuteMs)
      expect([asked.get(dead), asked.get(alive)]).toEqual([1, 1])
      expect(total()).toBe(before + 2)
      const [first, second] = app.snapshot().accounts
      expect(first?.health).toMatchObject({ level: 'dead', reason: 'died', cause: 'testing' })
      expect(first?.grants[0]?.tokens[0]?.death?.causes[0]).toMatchObject({ kind: 'testing', rank: 1 })
      expect(second?.health).toMatchObject({ level: 'fine' })
      await pass(counted, 2 * hourMs)
      expect(total()).toBe(before + 2)
      await app.profile.close()
    },
  )
})

describe('a thousand grants that are due at once', () => {
  it('are each asked about once, at most eight at a time, and spread out', async () => {
    const counted = await countedWorld()
    const { world, asked, total, most } = counted
    const context = await openTestContext({ world })
    const secrets = await mintMany(context, 1000)
    world.clock.advance(40 * dayMs)
    const app = await openTestProfile({ world })
    await pass(counted, 4000)
    expect(total()).toBe(0)
    await pass(counted, minuteMs)
    // Spread over ten minutes: a tenth of them in the first.
    expect(total()).toBeGreaterThan(20)
    expect(total()).toBeLessThan(250)
    await pass(counted, 30 * minuteMs)
    expect([...asked.keys()].sort()).toEqual([...secrets].sort())
    expect(total()).toBe(1000)
    expect(most()).toBeLessThanOrEqual(8)
    expect(tokensOf(app).filter(({ refusal }) => refusal === null)).toHaveLength(1000)
    await app.profile.close()
  })
})

describe('a captive portal at the start', () => {
  const portal: FakeAnswer = {
    headers: { 'content-type': 'text/html' },
    body: '<!doctype html><title>Welcome, please pay</title>',
  }

  it('is given up on soon, kills nothing, and everything is checked when the network is back', async () => {
    const counted = await countedWorld()
    const { world, total } = counted
    const context = await openTestContext({ world })
    await mintMany(context, 50)
    world.clock.advance(2 * dayMs)
    world.google.answerAlways(portal)
    const app = await openTestProfile({ world })
    await pass(counted, 10 * minuteMs)
    expect(total()).toBeGreaterThan(0)
    expect(total()).toBeLessThan(20)
    expect(tokensOf(app).filter(({ standing, refusal }) => standing === 'held' && !refusal)).toHaveLength(50)
    expect(app.snapshot().accounts.filter(({ health }) => health.level === 'dead')).toEqual([])

    world.google.answerAlways(null)
    const before = total()
    await app.ask('app.networkReturned', {})
    await pass(counted, 10 * minuteMs)
    expect(total() - before).toBe(50)
    const checks = app.snapshot().accounts.flatMap(({ grants }) => grants.map(({ check }) => check))
    expect(checks.filter((check) => check !== null)).toEqual([])
    await app.profile.close()
  })
})
