import { describe, expect, it } from 'vitest'
import type { ProfilePorts } from '../../electron/core/profile-context.ts'
import { practiceClient } from '../../electron/practice/client.ts'
import type { Person } from '../support/real-google.ts'
import { asha, sam } from '../support/real-google.ts'
import type { RealProfile } from '../support/real-profile.ts'
import { partsMissing, useRealWorld } from '../support/real-world.ts'

const world = useRealWorld()
const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs
const tenYearsMs = 3652 * dayMs

/** A machine whose clock somebody sets; Google's goes on. */
function machine() {
  let aheadMs = 0
  return {
    set: (ms: number) => {
      aheadMs = ms
    },
    wrap: (ports: ProfilePorts): ProfilePorts => {
      const { clock } = ports
      const wrong = {
        now: () => clock.now() + aheadMs,
        offsetMs: () => clock.offsetMs() + aheadMs,
        elapsedMs: () => clock.elapsedMs(),
      }
      return { ...ports, clock: wrong }
    },
  }
}

async function check(app: RealProfile, who: Person): Promise<string | null> {
  const { accountId } = await app.account(who)
  const outcome = await app.ask('accounts.check', { accountId })
  return outcome.ok ? null : outcome.error.code
}

const problems = async (app: RealProfile): Promise<readonly string[]> =>
  (await app.snapshot()).problems.map(({ error }) => error.code)

/** The deadlines of a token that was used just now, from Google's now on. */
async function expectRightDeadlines(app: RealProfile, who: Person): Promise<void> {
  const { accountId } = await app.account(who)
  const [life] = await app.get('accounts.lives', { accountId })
  const at = (kind: string): number => life?.clocks.find((clock) => clock.kind === kind)?.at ?? NaN
  expect(at('idle') - Date.now()).toBeGreaterThan(180 * dayMs)
  expect(at('idle') - Date.now()).toBeLessThanOrEqual(181 * dayMs + 6 * minuteMs)
  expect(at('testing') - Date.now()).toBeGreaterThan(6 * dayMs)
  expect(at('testing') - Date.now()).toBeLessThanOrEqual(7 * dayMs + 6 * minuteMs)
}

const scopes = ['https://www.googleapis.com/auth/drive.file']

describe.skipIf(partsMissing !== null)('a clock that jumps', () => {
  it('ten years forward and back kills nothing, is said, and moves no deadline', async () => {
    const clock = machine()
    const app = await world.open({ wrap: clock.wrap })
    await app.get('clients.update', { clientId: practiceClient.clientId, publishing: 'testing' })
    await app.signIn(asha, { scopes })
    for (const [aheadMs, codes] of [
      [tenYearsMs, ['clock-ahead']],
      [-tenYearsMs, ['clock-behind']],
      [0, []],
    ] as const) {
      clock.set(aheadMs)
      expect(await check(app, asha)).toBe(null)
      expect(await problems(app)).toEqual(codes)
      const [token] = await app.held(asha)
      expect(token).toMatchObject({ standing: 'held', refusal: null, death: null })
      await expectRightDeadlines(app, asha)
    }
    expect((await app.account(asha)).health.level).not.toBe('dead')
  })

  it('while the app is closed is found out by the first answer', async () => {
    const first = await world.open()
    await first.get('clients.update', { clientId: practiceClient.clientId, publishing: 'testing' })
    await first.signIn(asha, { scopes })
    await first.close()
    const clock = machine()
    clock.set(-tenYearsMs)
    const app = await world.open({ wrap: clock.wrap })
    expect(await problems(app)).toEqual([])
    expect(await check(app, asha)).toBe(null)
    expect(await problems(app)).toEqual(['clock-behind'])
    await expectRightDeadlines(app, asha)
  })

  it('keeps a sign-in from being trusted where it cannot be, and what was there stays', async () => {
    const clock = machine()
    const app = await world.open({ wrap: clock.wrap })
    await app.signIn(asha, { scopes })
    clock.set(tenYearsMs)
    expect(await app.signIn(sam)).toMatchObject({ kind: 'failed', error: { code: 'clock-skew' } })
    expect(await problems(app)).toEqual(['clock-ahead'])
    clock.set(0)
    expect(await app.signIn(sam)).toMatchObject({ kind: 'done' })
    expect(await check(app, asha)).toBe(null)
    expect(await problems(app)).toEqual([])
  })
})
