/** The keychain closes while doors are open: a real gnome-keyring that is locked and unlocked under a running profile. */
import { describe, expect, it } from 'vitest'
import { codeOf, openProfileDoors } from '../support/profile-doors.ts'
import { asha } from '../support/real-google.ts'
import { partsMissing, useRealWorld } from '../support/real-world.ts'

const world = useRealWorld()

describe.skipIf(partsMissing !== null)('a keychain that is locked while doors are open', () => {
  it('keeps nobody from a token that is there; who needs a new one is told, and gets it once it is open', async () => {
    const doors = await openProfileDoors(world)
    const { ask, ownerOf, app } = doors
    const works = async (): Promise<void> => {
      for (const reply of Object.values(await ask())) expect(await ownerOf(reply)).toBe(asha.email)
    }
    await works()
    world.keyring.lock()
    world.afterwards(() => world.keyring.unlock())
    await works()

    await doors.endTokens()
    const { http, adc, metadata } = await ask()
    expect([http.status, codeOf(http)]).toEqual([503, 'keychain-locked'])
    expect([adc.status, JSON.parse(adc.body)]).toEqual([
      503,
      {
        error: 'temporarily_unavailable',
        error_description: expect.stringMatching(/^Latchkey: The keychain is locked\./) as unknown,
      },
    ])
    expect([metadata.status, metadata.body]).toEqual([
      503,
      expect.stringMatching(/^Latchkey: The keychain is locked\./),
    ])
    const lease = await doors.door.leaseNow(doors.leases.http.lease.leaseId)
    expect(lease).toMatchObject({ ended: null, lastRefusal: { error: { code: 'keychain-locked' } } })
    // Nothing is wrong with the account, and nothing was taken away.
    expect((await app.account(asha)).health.level).not.toBe('dead')
    expect(await app.held(asha)).toHaveLength(1)

    await world.keyring.unlock()
    await works()
  })
})
