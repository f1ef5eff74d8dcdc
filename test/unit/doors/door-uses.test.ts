import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { leaseView } from '../../../electron/core/doors/lease-view.ts'
import type { LeaseRecord } from '../../../electron/core/state/state.ts'
import { testClientId } from '../../support/client-files.ts'
import { drive, mail } from '../../support/test-context.ts'
import type { DoorScene } from './door-scene.ts'
import { doorScene, minuteMs, secondMs, settle } from './door-scene.ts'

function use(scene: DoorScene, lease: LeaseRecord, scopes: readonly string[] = [mail], named = false): void {
  const { accountId } = scene.grant
  scene.uses.used({ lease, accountId, clientId: testClientId, scopes, named })
}

describe('uses in the ledger', () => {
  it('are one line at once, and one for all that follows in its minute', async () => {
    const scene = await doorScene()
    const { lease } = await scene.give()
    const start = scene.world.clock.now()
    use(scene, lease)
    await settle()
    expect(scene.eventsOf('lease.used')).toMatchObject([{ count: 1, firstAt: start, lastAt: start }])
    for (let second = 0; second < 59; second += 1) {
      await scene.world.timers.live(secondMs)
      use(scene, lease, [mail], second === 30)
    }
    expect(scene.eventsOf('lease.used')).toHaveLength(1)
    await scene.world.timers.live(secondMs)
    expect(scene.eventsOf('lease.used')).toHaveLength(2)
    expect(scene.eventsOf('lease.used')[1]).toMatchObject({
      ...{ count: 59, firstAt: start + secondMs, lastAt: start + 59 * secondMs, named: true, scopes: [mail] },
    })
    expect(scene.record(lease.leaseId)).toMatchObject({ uses: 60, lastUsedAt: start + 59 * secondMs })
  })

  it('are at most one line a minute, however busy a program is', async () => {
    const scene = await doorScene()
    const { lease } = await scene.give()
    for (let step = 0; step < 100; step += 1) {
      for (let each = 0; each < 20; each += 1) use(scene, lease)
      await scene.world.timers.live(3 * secondMs)
    }
    expect(scene.eventsOf('lease.used').length).toBeLessThanOrEqual(6)
    await scene.uses.close()
    expect(scene.record(lease.leaseId).uses).toBe(2000)
  })

  it('are lines of their own for other scopes, and leave no timer behind', async () => {
    const scene = await doorScene()
    const { lease } = await scene.give()
    const waiting = scene.world.timers.waiting
    use(scene, lease, [mail])
    use(scene, lease, [drive])
    await settle()
    expect(scene.eventsOf('lease.used').map(({ scopes }) => scopes)).toEqual([[mail], [drive]])
    await scene.world.timers.live(2 * minuteMs)
    expect(scene.world.timers.waiting).toBe(waiting)
  })

  it('show in the window before they are written, each once', async () => {
    const scene = await doorScene()
    const { lease } = await scene.give()
    for (let each = 0; each < 5; each += 1) use(scene, lease)
    await settle()
    const view = (): ReturnType<typeof leaseView> => {
      const counts = scene.uses.countsOf(lease)
      return leaseView(lease, { state: scene.state(), counts, problem: null, address: null })
    }
    expect(scene.record(lease.leaseId).uses).toBe(1)
    expect(view()).toMatchObject({ uses: 5, recent: [{ count: 1 }, { count: 4 }] })
    await scene.world.timers.live(2 * minuteMs)
    expect(view()).toMatchObject({ uses: 5, recent: [{ count: 1 }, { count: 4 }] })
    expect(scene.record(lease.leaseId).uses).toBe(5)
  })

  it('are told to the window once a second at most', async () => {
    const scene = await doorScene()
    const { lease } = await scene.give()
    const before = scene.told.length
    for (let each = 0; each < 100; each += 1) use(scene, lease)
    await scene.world.timers.live(secondMs)
    expect(scene.told.slice(before)).toEqual([lease.leaseId])
  })

  it('are written at the end, also where the disk refuses once', async () => {
    const scene = await doorScene()
    const { lease } = await scene.give()
    for (let each = 0; each < 3; each += 1) use(scene, lease)
    await settle()
    scene.world.folder.failNext('append', 'disk-full')
    await scene.uses.close()
    expect(scene.record(lease.leaseId).uses).toBe(3)
  })

  it('of a lease that is over are refusals, written once an hour', async () => {
    const scene = await doorScene()
    const { lease } = await scene.give()
    await scene.leases.end(lease.leaseId, 'taken-back')
    for (let minute = 0; minute < 90; minute += 1) {
      scene.uses.refused(lease, 'lease-taken-back')
      await scene.world.timers.live(minuteMs)
    }
    expect(scene.eventsOf('lease.refused').map(({ count }) => count)).toEqual([1, 59])
    const counts = scene.uses.countsOf(lease)
    expect(counts.refusals).toBe(90)
    const view = leaseView(lease, { state: scene.state(), counts, problem: null, address: null })
    expect(view.lastRefusal?.error).toMatchObject({
      ...{ code: 'lease-taken-back', message: 'The lease “backup” was taken back.' },
    })
  })

  it('add up to what was handed out, whatever the time and the disk do', async () => {
    const step = fc.record({
      lease: fc.nat(2),
      wide: fc.boolean(),
      waitMs: fc.constantFrom(0, 1, 700, 20_000, 61_000, 150_000),
      diskFull: fc.boolean(),
    })
    const property = fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const scene = await doorScene()
      const leases = [await scene.give(), await scene.give(), await scene.give()].map(({ lease }) => lease)
      const handedOut = leases.map(() => 0)
      for (const { lease: index, wide, waitMs, diskFull } of steps) {
        const lease = leases[index]
        if (!lease) throw new Error('no such lease')
        if (diskFull) scene.world.folder.failNext('append', 'disk-full')
        use(scene, lease, wide ? [mail, drive] : [mail])
        handedOut[index] = (handedOut[index] ?? 0) + 1
        expect(leases.map((one) => scene.uses.countsOf(one).uses)).toEqual(handedOut)
        await scene.world.timers.live(waitMs)
        expect(leases.map((one) => scene.uses.countsOf(one).uses)).toEqual(handedOut)
      }
      await scene.world.timers.live(minuteMs)
      await scene.uses.close()
      const lines = scene.eventsOf('lease.used')
      const written = leases.map(({ leaseId }) =>
        lines.reduce((sum, line) => sum + (line.leaseId === leaseId ? line.count : 0), 0),
      )
      expect(written).toEqual(handedOut)
      expect(leases.map(({ leaseId }) => scene.record(leaseId).uses)).toEqual(handedOut)
    })
    await fc.assert(property, { numRuns: 60, seed: 20261123 })
  })
})
