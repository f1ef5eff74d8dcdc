/**
 * Google's own libraries at our doors, unchanged: they find the file, or the metadata server, where they look for
 * Google's. Each is a process that has nothing else.
 */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { asha, sam } from '../support/real-google.ts'
import type { ClientWorld } from './client-world.ts'
import { doorsMissing, emailScope, openClientWorld } from './client-world.ts'
import type { GivenLease } from './door-user.ts'
import type { Environment, Said } from './program.ts'
import { clients, isHere, runLibrary, startLibrary, titled } from './program.ts'

const libraries = ['google-auth', 'google-auth-library', 'go oauth2', 'go auth', 'java'] as const
/** These ask for another token by themselves when a request comes back with 401; the others leave that to the program. */
const mendsItself: readonly string[] = ['google-auth', 'java']
/** A script that has lost its lease is told so within this time, ms. */
const patienceMs = 15_000

let world: ClientWorld
const people = { asha: '', sam: '' }

beforeAll(async () => {
  if (doorsMissing !== null) return
  world = await openClientWorld()
  people.asha = await world.arrive(asha)
  people.sam = await world.arrive(sam)
}, 60_000)
afterAll(() => world?.close())

interface Given extends GivenLease {
  /** What a program needs to find the door. */
  readonly env: Environment
}
type Door = 'adc' | 'metadata'

let leases = 0

async function give(door: Door, accountId: string): Promise<Given> {
  leases += 1
  const label = `lease ${String(leases)}`
  const file = door === 'adc' ? join(world.home, `adc-${String(leases)}.json`) : null
  const given = await world.door.lease({ door, label, accountId, file })
  return {
    ...given,
    env: { ...world.env, ...(file === null ? laneOf(given) : { GOOGLE_APPLICATION_CREDENTIALS: file }) },
  }
}

function laneOf({ address, lease }: GivenLease): Environment {
  const lane = address ?? lease.address ?? ''
  return { GCE_METADATA_HOST: lane, GCE_METADATA_IP: lane }
}

function tokenIn(said: Said): string {
  if (!said.ok) throw new Error(said.error)
  return said.token ?? ''
}

function errorIn(said: Said): string {
  return said.ok ? 'none' : said.error
}

const takenBack = /Latchkey: The lease .+ was taken back\./

describe.skipIf(doorsMissing !== null)('at the doors', () => {
  const cases = libraries.flatMap((name) => (['adc', 'metadata'] as const).map((door) => ({ name, door })))

  for (const { name, door } of cases) {
    it.skipIf(!isHere(name))(
      `${titled(name)} gets a token through ${door}, uses it, gets another after its end, and says when the lease is gone`,
      async () => {
        const { env, lease } = await give(door, people.asha)
        const args = [world.userinfo, emailScope]
        const library = startLibrary(name, env, args)
        const first = tokenIn(await library.step('token'))
        expect(await library.step('use')).toEqual({ ok: true, status: 200, email: asha.email })
        expect(world.lastingSecretIn(library.seen())).toBeNull()

        await world.endTokens()
        if (mendsItself.includes(name))
          expect(await library.step('use')).toEqual({ ok: true, status: 200, email: asha.email })
        const second = tokenIn(await library.step('refresh'))
        expect(second).not.toBe(first)
        expect(await library.step('use')).toEqual({ ok: true, status: 200, email: asha.email })

        await world.door.command('leases.end', { leaseId: lease.leaseId })
        expect(errorIn(await library.step('refresh'))).toMatch(takenBack)
        expect(await library.end()).toBe(1)

        const script = await runLibrary(name, 'use', env, args)
        expect(errorIn(script.said)).toMatch(takenBack)
        expect(script.code).toBe(1)
        expect(script.ms).toBeLessThan(patienceMs)
        expect(await world.lastingSecretInFiles()).toBeNull()
      },
    )
  }

  const two = isHere('google-auth', 'go auth')
  it.skipIf(!two)('several people side by side, each with a file and a server of their own', async () => {
    const wanted = (['adc', 'metadata'] as const).flatMap((door) => [
      { door, who: asha, accountId: people.asha },
      { door, who: sam, accountId: people.sam },
    ])
    const given = await Promise.all(wanted.map(({ door, accountId }) => give(door, accountId)))
    const runs = given.flatMap(({ env }) =>
      ['google-auth', 'go auth'].map((name) => runLibrary(name, 'use', env, [world.userinfo, emailScope])),
    )
    const said = (await Promise.all(runs)).map(({ said }) => said.ok && said.email)
    expect(said).toEqual(wanted.flatMap(({ who }) => [who.email, who.email]))
  })

  it.skipIf(!isHere('google-auth-library', 'go auth'))(
    'while the doors are locked, a library says so and ends; afterwards the same files work again',
    async () => {
      const given = await Promise.all([give('adc', people.asha), give('metadata', people.asha)])
      await world.door.command('doors.lock', {})
      for (const { env } of given) {
        for (const name of ['google-auth-library', 'go auth']) {
          const { said, ms } = await runLibrary(name, 'use', env, [world.userinfo, emailScope])
          expect(errorIn(said)).toMatch(/Latchkey: .*locked/)
          expect(ms).toBeLessThan(20_000)
        }
      }
      await world.door.command('doors.unlock', {})
      for (const { env } of given) {
        const { said } = await runLibrary('go auth', 'use', env, [world.userinfo, emailScope])
        expect(said).toEqual({ ok: true, status: 200, email: asha.email })
      }
    },
  )
})

it.runIf(process.env['CI'] !== undefined)(
  'on the machine of CI none is missing that set-up can bring',
  () => {
    expect(Object.keys(clients.missing).filter((name) => name !== 'gcloud')).toEqual([])
  },
)
