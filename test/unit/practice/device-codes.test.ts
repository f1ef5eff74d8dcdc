import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { downloadClient, makeClient } from '../../../electron/practice/client-life.ts'
import { clientFor, kindOf, practiceClient } from '../../../electron/practice/client.ts'
import {
  addDeviceCode,
  answerDeviceCode,
  claimDeviceCode,
  findByUserCode,
  findDeviceCode,
  mintUserCode,
  pollsTooSoon,
} from '../../../electron/practice/device-codes.ts'
import { createDeviceDesk } from '../../../electron/practice/device-rules.ts'
import type { DeviceCode, PracticeState } from '../../../electron/practice/state.ts'
import { emptyState, readState, revokeProject } from '../../../electron/practice/state.ts'

const { clientId, projectNumber } = clientFor({ kind: 'device' })
const t0 = Date.UTC(2026, 0, 31, 10)
const code: DeviceCode = {
  hash: 'a',
  userHash: 'u',
  clientId,
  scopes: ['openid'],
  mintedAt: t0,
  expiresAt: t0 + 1000,
  interval: 5,
  polledAt: null,
  answer: null,
  claimed: false,
}
const allowed = { kind: 'allowed' as const, sub: '1', scopes: ['openid'], timeBased: false }

function withCodes(...codes: readonly Partial<DeviceCode>[]): PracticeState {
  return codes.reduce((state, more) => addDeviceCode(state, { ...code, ...more }), emptyState())
}

describe('codes for people', () => {
  it('are two groups of four letters that cannot be taken for others', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 8 }), (bytes) => {
        const text = mintUserCode(() => Buffer.from(bytes).toString('base64url'))
        expect(text).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/)
      }),
    )
  })

  it('are found while they wait, the newest of a text first', () => {
    const state = withCodes({}, { hash: 'b' }, { hash: 'c', answer: { kind: 'denied' } })
    expect(findByUserCode(state, 'u', t0)?.hash).toBe('b')
    expect(findByUserCode(state, 'U', t0)).toBeNull()
    expect(findByUserCode(state, 'u', t0 + 1000)).toBeNull()
  })
})

describe('the answer to a device', () => {
  it('is the first one that somebody gives in time', () => {
    const first = answerDeviceCode(withCodes({}), 'a', allowed, t0)
    expect(findDeviceCode(answerDeviceCode(first, 'a', { kind: 'denied' }, t0), 'a')?.answer).toEqual(allowed)
    const late = answerDeviceCode(withCodes({}), 'a', allowed, t0 + 1000)
    expect(findDeviceCode(late, 'a')?.answer).toBeNull()
  })

  it('is lost with the access of its project, and no other', () => {
    const state = answerDeviceCode(withCodes({}, { hash: 'b' }), 'a', allowed, t0)
    expect(revokeProject(state, '1', projectNumber).deviceCodes.map(({ hash }) => hash)).toEqual(['b'])
    expect(revokeProject(state, '1', '5').deviceCodes).toHaveLength(2)
    expect(revokeProject(state, '2', projectNumber).deviceCodes).toHaveLength(2)
  })

  it('is lost with the client', () => {
    const made = makeClient(emptyState(), clientId, t0)
    const gone = { ...made, clients: [], deviceCodes: withCodes({}).deviceCodes }
    expect(makeClient(gone, clientId, t0).deviceCodes).toEqual([])
  })
})

describe('device codes', () => {
  it('are polled too soon inside nine tenths of their interval', () => {
    expect(pollsTooSoon(code, 0)).toBe(false)
    const polled = { ...code, polledAt: 10_000 }
    expect([14_499, 14_500].map((now) => pollsTooSoon(polled, now))).toEqual([true, false])
  })

  it('are claimed alone', () => {
    const state = claimDeviceCode(withCodes({}, { hash: 'b' }), 'a')
    expect(state.deviceCodes.map(({ claimed }) => claimed)).toEqual([true, false])
  })

  it('are forgotten from two hundred on, oldest first', () => {
    const state = withCodes(...Array.from({ length: 201 }, (_, n) => ({ hash: String(n) })))
    expect([findDeviceCode(state, '0'), findDeviceCode(state, '1')?.hash]).toEqual([null, '1'])
    expect(state.deviceCodes).toHaveLength(200)
  })
})

describe('the rules for devices', () => {
  it('change one by one', () => {
    const desk = createDeviceDesk()
    desk.set({ interval: 1 })
    desk.set({ expiresIn: 60 })
    expect(desk.rules()).toMatchObject({ interval: 1, expiresIn: 60, quota: null })
  })

  it('count the quota and the polls that are told to slow down', () => {
    const desk = createDeviceDesk()
    expect([desk.takeCode(), desk.takeSlowDown()]).toEqual([true, false])
    desk.set({ quota: 1, slowDowns: 1 })
    expect([desk.takeCode(), desk.takeCode()]).toEqual([true, false])
    expect([desk.takeSlowDown(), desk.takeSlowDown()]).toEqual([true, false])
  })
})

describe('clients of each kind', () => {
  it('are found by what was asked for, the first one where nothing was', () => {
    expect(clientFor({})).toBe(practiceClient)
    const kinds = (['installed', 'web', 'device'] as const).flatMap((kind) =>
      (['same', 'other'] as const).map((project) => [kind, kindOf(clientFor({ kind, project }).clientId)]),
    )
    for (const [wanted, found] of kinds) expect(found).toBe(wanted)
    expect(kindOf('5-somebody-else')).toBe('installed')
  })
})

describe('the saved state', () => {
  it('is read from before there were devices, browsers and web clients', () => {
    const made = downloadClient(emptyState(), clientId, true, t0)
    const { deviceCodes, signedIn, ...before } = made
    expect([deviceCodes, signedIn]).toEqual([[], []])
    expect(readState(JSON.parse(JSON.stringify(before)))).toEqual(made)
  })

  it('keeps a device that waits, and addresses that somebody registered', () => {
    const registered = { redirectUris: ['http://127.0.0.1:1/a'], javascriptOrigins: [] }
    const random = randomBytes(8).toString('hex')
    const state = answerDeviceCode(withCodes({}, { hash: random }), 'a', allowed, t0)
    const saved = { ...state, clients: [{ clientId, usedAt: t0, deletedAt: null, secrets: [], registered }] }
    expect(readState(JSON.parse(JSON.stringify(saved)))).toEqual(saved)
  })
})
