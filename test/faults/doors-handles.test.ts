/** Handles that are wrong, over, or shown where they do not belong: each is refused, and the right one works on. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { HttpReply } from '../support/door-programs.ts'
import { askAsLibrary, askMetadata, askWithBearer, knockHttp } from '../support/door-programs.ts'
import type { ProfileDoors } from '../support/profile-doors.ts'
import { calendarScope, codeOf, driveScope, openProfileDoors } from '../support/profile-doors.ts'
import { asha, sam } from '../support/real-google.ts'
import { askSocket } from '../clients/door-user.ts'
import { partsMissing, useRealWorld } from '../support/real-world.ts'

const world = useRealWorld()

/** What came back holds nothing of use, and the door still answers whoever is right. */
async function unharmed({ ask, ownerOf }: ProfileDoors, ...replies: readonly HttpReply[]): Promise<void> {
  for (const { body } of replies) {
    expect(body).not.toMatch(/access_token|latchkey\.[\w-]+\.|ya29/)
    for (const { secret } of world.google.issued) expect(body.includes(secret)).toBe(false)
  }
  for (const reply of Object.values(await ask())) expect(await ownerOf(reply)).toBe(asha.email)
}

const errorOf = ({ body }: HttpReply): string => (JSON.parse(body) as { error: string }).error

/** A handle with something wrong about it. */
function spoilt(handle: string, other: string): readonly (readonly [string, string])[] {
  const [word = '', id = '', proof = ''] = handle.split('.')
  const [, otherId = ''] = other.split('.')
  const last = proof.endsWith('A') ? 'B' : 'A'
  return [
    ['its last letter', `${handle.slice(0, -1)}${last}`],
    ['no last letter', handle.slice(0, -1)],
    ['a letter more', `${handle}A`],
    ['half of it', handle.slice(0, handle.length / 2)],
    ['no proof', `${word}.${id}.`],
    ['only its id', id],
    ['only its proof', proof],
    ['the id of another lease', `${word}.${otherId}.${proof}`],
    ['capital letters', handle.toUpperCase()],
    ['another first word', `bearer.${id}.${proof}`],
    ['an id that is a property of every object', `${word}.__proto__.${proof}`],
    ['a hundred dots', '.'.repeat(100)],
  ]
}

describe.skipIf(partsMissing !== null)('a handle', () => {
  it('that is wrong or cut short is unknown at every door, whatever is wrong about it', async () => {
    const doors = await openProfileDoors(world)
    const { http, handles } = doors
    const replies: HttpReply[] = []
    for (const [wrong, handle] of spoilt(handles.http, handles.adc)) {
      const reply = await askWithBearer(http, handle)
      expect([reply.status, codeOf(reply)], wrong).toEqual([401, 'lease-unknown'])
      replies.push(reply)
    }
    for (const [wrong, handle] of spoilt(handles.adc, handles.http)) {
      const reply = await askAsLibrary(http, handle)
      expect([reply.status, errorOf(reply)], wrong).toEqual([400, 'invalid_grant'])
      replies.push(reply)
    }
    for (const authorization of ['', 'Bearer', 'Bearer  ', `Basic ${handles.http}`, handles.http]) {
      const headers = { authorization, 'content-type': 'application/json' }
      const reply = await knockHttp(http, '/v1/token', { method: 'POST', headers, body: '{}' })
      expect([400, 401, 403]).toContain(reply.status)
      replies.push(reply)
    }
    await unharmed(doors, ...replies)
  })

  it('in the address of a request is not taken', async () => {
    const doors = await openProfileDoors(world)
    const { http, handles } = doors
    const headers = { 'content-type': 'application/json', authorization: 'Bearer x' }
    const query = `access_token=${handles.http}&handle=${handles.http}`
    const reply = await knockHttp(http, `/v1/token?${query}`, { method: 'POST', headers, body: '{}' })
    expect(reply.status).toBeGreaterThanOrEqual(400)
    await unharmed(doors, reply)
    const log = await readFile(join(world.dataFolder, 'latchkey.log'), 'utf8').catch(() => '')
    expect(log).not.toContain(handles.http.slice(-43))
  })

  it('of one door opens no other', async () => {
    const doors = await openProfileDoors(world)
    const { http, handles, leases, door } = doors
    const asBearer = await askWithBearer(http, handles.adc)
    expect([asBearer.status, codeOf(asBearer)]).toEqual([403, 'lease-other-door'])
    const asLibrary = await askAsLibrary(http, handles.http)
    expect([asLibrary.status, errorOf(asLibrary)]).toEqual([400, 'invalid_grant'])
    const { socket, local, remote } = await door.announcement()
    const post = (to: string, headers: Record<string, string>): Promise<HttpReply> =>
      askSocket(to, { method: 'POST', path: '/v1/token', body: '{}', headers })
    const authorization = `Bearer ${handles.adc}`
    const overSocket = await post(socket, { authorization, 'latchkey-local': local })
    expect([overSocket.status, codeOf(overSocket)]).toEqual([403, 'lease-other-door'])
    // Through a forwarded socket not even the right one.
    const fromAfar = await post(remote, { authorization: `Bearer ${handles.http}`, 'latchkey-local': local })
    expect([fromAfar.status, codeOf(fromAfar)]).toEqual([403, 'lease-not-remote'])
    // A metadata server is its own lease, and asks for no handle; the one of another lease changes nothing.
    const ended = await door.lease({ door: 'metadata', label: 'another', accountId: doors.accountId })
    await door.command('leases.end', { leaseId: ended.lease.leaseId })
    const path = '/computeMetadata/v1/instance/service-accounts/default/token'
    const headers = { 'metadata-flavor': 'Google', authorization: `Bearer ${handles.http}` }
    const reply = await knockHttp(ended.address ?? '', path, { headers })
    expect(reply.status).toBe(403)
    expect(leases.metadata.address).not.toBe(ended.address)
    await unharmed(doors, asBearer, asLibrary, overSocket, fromAfar, reply)
  })

  it('gives nothing for another scope or another account than it was given for', async () => {
    const doors = await openProfileDoors(world)
    const { app, door, http, accountId } = doors
    expect((await app.signIn(sam, { scopes: [driveScope] })).kind).toBe('done')
    const { handle, lease } = await door.lease({
      ...{ door: 'http', label: 'only files', accountId },
      scopes: [driveScope],
    })
    const beyond = await askWithBearer(http, handle ?? '', { scopes: [driveScope, calendarScope] })
    expect([beyond.status, codeOf(beyond)]).toEqual([403, 'lease-scopes'])
    const whose = await askWithBearer(http, handle ?? '', { account: sam.email })
    expect([whose.status, codeOf(whose)]).toEqual([403, 'lease-account'])
    expect((await askWithBearer(http, handle ?? '')).status).toBe(200)
    expect(await door.leaseNow(lease.leaseId)).toMatchObject({ uses: 1, refusals: 2 })
    await unharmed(doors, beyond, whose)
  })

  it('that is over says so, also one second after its end', async () => {
    const doors = await openProfileDoors(world)
    const { app, door, http, accountId } = doors
    const hour = 3600 * 1000
    const expiresAt = Date.now() + hour
    const wish = { accountId, term: 'until', expiresAt } as const
    const bearer = await door.lease({ door: 'http', label: 'an hour', ...wish })
    const lane = await door.lease({ door: 'metadata', label: 'an hour too', ...wish })
    expect((await askWithBearer(http, bearer.handle ?? '')).status).toBe(200)
    await app.get('practice.moveClock', { byMs: hour + 1000 })
    const over = await askWithBearer(http, bearer.handle ?? '')
    expect([over.status, codeOf(over)]).toEqual([403, 'lease-over'])
    const gone = await askMetadata(lane.address ?? '')
    expect([gone.status, gone.body]).toEqual([403, expect.stringMatching(/“an hour too” is over/)])
    expect(await door.leaseNow(bearer.lease.leaseId)).toMatchObject({ ended: { reason: 'expired' } })
    await unharmed(doors, over, gone)
  })

  it('in a copy of a file is worth nothing once the file was written anew', async () => {
    const doors = await openProfileDoors(world)
    const { door, http, accountId, leases, handles } = doors
    const { file } = leases.adc
    await door.lease({ door: 'adc', label: 'the next one', accountId, file: file ?? null })
    const stolen = await askAsLibrary(http, handles.adc)
    expect([stolen.status, errorOf(stolen)]).toEqual([400, 'invalid_grant'])
    expect(await door.leaseNow(leases.adc.lease.leaseId)).toMatchObject({ ended: { reason: 'replaced' } })
    const { refresh_token: fresh } = JSON.parse(await readFile(file ?? '', 'utf8')) as {
      refresh_token: string
    }
    expect(await doors.ownerOf(await askAsLibrary(http, fresh))).toBe(asha.email)
  })

  it('that was taken back is refused from that moment on, in the middle of a hundred requests too', async () => {
    const doors = await openProfileDoors(world)
    const { door, http, accountId } = doors
    const { handle, lease } = await door.lease({ door: 'http', label: 'busy', accountId })
    const asking = Array.from({ length: 100 }, () => askWithBearer(http, handle ?? ''))
    await Promise.race(asking)
    await door.command('leases.end', { leaseId: lease.leaseId })
    const after = await askWithBearer(http, handle ?? '')
    expect([after.status, codeOf(after)]).toEqual([403, 'lease-taken-back'])
    for (const reply of await Promise.all(asking)) expect([null, 'lease-taken-back']).toContain(codeOf(reply))
    await unharmed(doors, after)
  })
})
