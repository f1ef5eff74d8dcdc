/** Google cannot be reached, or has ended what leases rest on: each door says so, in words that its programs heed. */
import { describe, expect, it } from 'vitest'
import type { Fault } from '../../electron/practice/faults.ts'
import { codeOf, openProfileDoors } from '../support/profile-doors.ts'
import { asha } from '../support/real-google.ts'
import { partsMissing, useRealWorld } from '../support/real-world.ts'

const world = useRealWorld()

const outages: readonly (readonly [string, Fault])[] = [
  ['hangs up', { kind: 'dropped-connection' }],
  ['says 503', { kind: 'status', status: 503 }],
  ['answers with a page', { kind: 'html' }],
]

describe.skipIf(partsMissing !== null)('doors', () => {
  it.each(outages)(
    'go on with the tokens that are there while Google %s, and come back after it',
    async (_name, fault) => {
      const doors = await openProfileDoors(world)
      const { ask, ownerOf } = doors
      const works = async (): Promise<void> => {
        for (const reply of Object.values(await ask())) expect(await ownerOf(reply)).toBe(asha.email)
      }
      await works()
      await world.google.control.setFault(fault, null)
      await works()
      await doors.endTokens()
      const { http, adc, metadata } = await ask()
      expect(http.status).toBe(503)
      expect(JSON.parse(http.body)).toMatchObject({ error: { retryable: true } })
      expect(adc.status).toBe(503)
      expect(JSON.parse(adc.body)).toMatchObject({ error: 'temporarily_unavailable' })
      expect([metadata.status, metadata.body]).toEqual([503, expect.stringMatching(/^Latchkey: /)])
      expect((await doors.door.leaseNow(doors.leases.adc.lease.leaseId)).ended).toBeNull()
      expect(await doors.app.held(asha)).toHaveLength(1)

      await world.google.control.clearFaults()
      const recovered = async (): Promise<string | null> => doors.ownerOf((await ask()).http)
      await expect.poll(recovered, { timeout: 30_000, interval: 500 }).toBe(asha.email)
      await works()
    },
  )

  it('say that access was ended at Google, and the person sees it at the account and at the lease', async () => {
    const doors = await openProfileDoors(world)
    await world.google.control.revokeAtAccountPage(asha.sub)
    await doors.endTokens()
    const { http, adc, metadata } = await doors.ask()
    expect(http.status).toBe(409)
    const code = codeOf(http)
    expect(code).not.toBeNull()
    expect(adc.status).toBe(400)
    expect(JSON.parse(adc.body)).toEqual({
      error: 'invalid_grant',
      error_description: expect.stringMatching(/^Latchkey: .+[Ss]ign/) as unknown,
    })
    expect([metadata.status, metadata.body]).toEqual([403, expect.stringMatching(/^Latchkey: .+[Ss]ign/)])
    expect((await doors.app.account(asha)).health.level).toBe('dead')
    for (const { lease } of Object.values(doors.leases))
      expect(await doors.door.leaseNow(lease.leaseId)).toMatchObject({
        ...{ ended: null, uses: 0, refusals: 1 },
        lastRefusal: { error: { code } },
      })
    // Signed in anew, the same leases work.
    expect((await doors.app.signIn(asha, { accountId: doors.accountId })).kind).toBe('done')
    for (const reply of Object.values(await doors.ask())) expect(reply.status).toBe(200)
  })
})
