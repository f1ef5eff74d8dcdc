import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Connection } from '../../../../electron/adapters/doors/connections.ts'
import { Connections } from '../../../../electron/adapters/doors/connections.ts'

const limits = { most: 4, burst: 6, silentMs: 5000, idleMs: 30_000, bodyMs: 10_000, stuckMs: 20_000 }

let now = 0
beforeEach(() => {
  now = 0
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function connections(): Connections {
  return new Connections(limits, () => now)
}
function pass(ms: number): void {
  now += ms
  vi.advanceTimersByTime(ms)
}
function add(to: Connections): Connection {
  const added = to.add(new PassThrough(), null)
  if (!added) throw new Error('no room')
  return added
}
const ended = (list: readonly Connection[]): readonly boolean[] => list.map(({ socket }) => socket.destroyed)

describe('the connections of a door', () => {
  it('ends the oldest silent one for a new one when it is full', () => {
    const all = connections()
    const old = [add(all), add(all), add(all), add(all)]
    pass(300)
    add(all)
    expect(ended(old)).toEqual([true, false, false, false])
  })

  it('gives those that come together time to say something, up to a bound', () => {
    const all = connections()
    const together = Array.from({ length: 6 }, () => add(all))
    expect(ended(together)).toEqual(Array(6).fill(false))
    add(all)
    expect(ended(together)).toEqual([true, ...Array<boolean>(5).fill(false)])
    pass(600)
    expect(all.size).toBe(4)
  })

  it('ends one that waits for its next request before none, and never one that is being answered', () => {
    const all = connections()
    const list = Array.from({ length: 6 }, () => add(all))
    for (const one of list) all.enter(one, 'answering')
    const [, , third] = list
    if (third) all.enter(third, 'idle')
    pass(300)
    add(all)
    expect(ended(list)).toEqual([false, false, true, false, false, false])
    const last = all.add(new PassThrough(), null)
    expect(last).not.toBeNull()
    for (const socket of [last?.socket]) expect(socket?.destroyed).toBe(false)
    if (last) all.enter(last, 'answering')
    const taken = list.filter(({ socket }) => !socket.destroyed)
    expect(taken).toHaveLength(5)
    expect(all.add(new PassThrough(), null)).toBeNull()
  })

  it.each([
    ['silent', 5000],
    ['idle', 30_000],
    ['reading', 10_000],
    ['sending', 20_000],
  ] as const)('ends one that is %s for too long', (phase, ms) => {
    const all = connections()
    const one = add(all)
    all.enter(one, phase)
    pass(ms)
    expect(one.socket.destroyed).toBe(false)
    pass(1000)
    expect(one.socket.destroyed).toBe(true)
    expect(all.size).toBe(0)
  })

  it('waits with whoever waits for an answer, however long that takes', () => {
    const all = connections()
    const one = add(all)
    all.enter(one, 'answering')
    pass(600_000)
    expect(one.socket.destroyed).toBe(false)
  })

  it('stops looking at the time when nobody is there', () => {
    const all = connections()
    add(all)
    pass(10_000)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('at the end lets what is being answered finish, for a while', () => {
    const all = connections()
    const [idle, busy] = [add(all), add(all)]
    busy.requests = 1
    all.endAll(2000)
    expect([idle.socket.destroyed, busy.socket.destroyed]).toEqual([true, false])
    pass(2000)
    expect(busy.socket.destroyed).toBe(true)
  })
})
