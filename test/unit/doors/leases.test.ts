import { describe, expect, it } from 'vitest'
import { hashOf, leaseIdOf } from '../../../electron/core/doors/lease-handle.ts'
import { leaseView } from '../../../electron/core/doors/lease-view.ts'
import { Secret } from '../../../electron/core/secret.ts'
import { otherClientId, testClientId } from '../../support/client-files.ts'
import { meera } from '../../support/fake-google.ts'
import { drive, mail } from '../../support/test-context.ts'
import type { DoorScene } from './door-scene.ts'
import {
  codeOf,
  doorScene,
  hourMs,
  leaseWish,
  minuteMs,
  settle,
  terraform,
  terraformKey,
  valueOf,
} from './door-scene.ts'

/** A lease of the program at the command door. */
const forProgram = { door: 'command', program: terraform, programKey: terraformKey } as const

function handleOf({ handle }: { readonly handle: Secret | null }): Secret {
  if (!handle) throw new Error('there is no handle')
  return handle
}

describe('a handle', () => {
  it('opens its lease, and only its hash is kept', async () => {
    const scene = await doorScene()
    const { lease, handle } = await scene.give()
    const shown = handleOf({ handle })
    expect(shown.reveal()).toMatch(/^latchkey\.[\w-]{16}\.[\w-]{43}$/)
    expect(leaseIdOf(shown)).toBe(lease.leaseId)
    expect(valueOf(scene.leases.ofHandle(shown, 'http'))).toBe(lease)
    expect(lease.handleHash).toBe(hashOf(shown))
    const secret = shown.reveal().split('.')[2] ?? ''
    expect(scene.traces()).toContain(lease.handleHash)
    expect(scene.traces()).not.toContain(secret)
    expect(JSON.stringify(shown)).not.toContain(secret)
  })

  it('is no other lease’s, however it is changed', async () => {
    const scene = await doorScene()
    const one = handleOf(await scene.give()).reveal()
    const other = handleOf(await scene.give()).reveal()
    const [, , secret = ''] = one.split('.')
    const swapped = `latchkey.${other.split('.')[1] ?? ''}.${secret}`
    const flipped = `${one.slice(0, -1)}${one.endsWith('A') ? 'Q' : 'A'}`
    const wrong = [
      swapped,
      flipped,
      one.slice(0, -1),
      `${one}A`,
      one.toUpperCase(),
      ` ${one}`,
      '',
      'latchkey..',
    ]
    for (const text of wrong)
      expect(codeOf(scene.leases.ofHandle(new Secret(text), 'http'))).toBe('lease-unknown')
  })

  it('works at its own door and, of HTTP, at the socket as well', async () => {
    const scene = await doorScene()
    const http = handleOf(await scene.give())
    const adc = handleOf(await scene.give({ door: 'adc' }))
    expect(codeOf(scene.leases.ofHandle(http, 'command'))).toBe('ok')
    for (const door of ['adc', 'metadata', 'gcloud'] as const)
      expect(codeOf(scene.leases.ofHandle(http, door))).toBe('lease-other-door')
    expect(codeOf(scene.leases.ofHandle(adc, 'adc'))).toBe('ok')
    for (const door of ['http', 'command'] as const)
      expect(codeOf(scene.leases.ofHandle(adc, door))).toBe('lease-other-door')
  })

  it('is not replaced by the id of its lease', async () => {
    const scene = await doorScene()
    const { lease } = await scene.give()
    const lane = await scene.give({ door: 'metadata', port: 20_005 })
    expect(lane.handle).toBeNull()
    expect(codeOf(scene.leases.ofId(lease.leaseId, 'http'))).toBe('lease-unknown')
    expect(codeOf(scene.leases.ofId(lane.lease.leaseId, 'metadata'))).toBe('ok')
    expect(codeOf(scene.leases.ofId(lane.lease.leaseId, 'http'))).toBe('lease-other-door')
  })
})

describe('the end of a lease', () => {
  it('is at once when somebody takes it back, and says so', async () => {
    const scene = await doorScene()
    const given = await scene.give()
    const ending = scene.leases.end(given.lease.leaseId, 'taken-back')
    const refused = scene.leases.ofHandle(handleOf(given), 'http')
    expect(codeOf(refused)).toBe('lease-taken-back')
    expect(refused).toMatchObject({ error: { message: 'The lease “backup” was taken back.' } })
    expect(codeOf(await ending)).toBe('ok')
    expect(scene.eventsOf('lease.ended')).toEqual([{ leaseId: given.lease.leaseId, reason: 'taken-back' }])
    expect(codeOf(scene.leases.ofHandle(handleOf(given), 'http'))).toBe('lease-taken-back')
    expect(codeOf(await scene.leases.end(given.lease.leaseId, 'taken-back'))).toBe('not-found')
  })

  it('holds while the disk refuses, and is written when it takes it again', async () => {
    const scene = await doorScene()
    const given = await scene.give()
    scene.world.folder.failNext('append', 'disk-full')
    expect(codeOf(await scene.leases.end(given.lease.leaseId, 'taken-back'))).toBe('disk-full')
    expect(codeOf(scene.leases.ofHandle(handleOf(given), 'http'))).toBe('lease-taken-back')
    expect(scene.leases.live()).toEqual([])
    expect(scene.eventsOf('lease.ended')).toEqual([])
    await scene.world.timers.live(minuteMs)
    expect(scene.eventsOf('lease.ended')).toHaveLength(1)
  })

  it('comes by itself at its instant, with one timer for all', async () => {
    const scene = await doorScene()
    const at = scene.world.clock.now()
    const waiting = scene.world.timers.waiting
    const given: { readonly handle: Secret | null }[] = []
    for (const hours of [3, 1, 2])
      given.push(await scene.give({ term: 'until', expiresAt: at + hours * hourMs }))
    expect(scene.world.timers.waiting).toBe(waiting + 1)
    await scene.world.timers.live(hourMs)
    expect(scene.eventsOf('lease.ended').map(({ reason }) => reason)).toEqual(['expired'])
    expect(given.map((one) => codeOf(scene.leases.ofHandle(handleOf(one), 'http')))).toEqual([
      'ok',
      'lease-over',
      'ok',
    ])
    await scene.world.timers.live(3 * hourMs)
    expect(scene.leases.live()).toEqual([])
  })

  it('does not wait for a timer: a clock that jumped over it is enough', async () => {
    const scene = await doorScene()
    const given = await scene.give({ term: 'until', expiresAt: scene.world.clock.now() + hourMs })
    scene.world.clock.set(scene.world.clock.now() + hourMs)
    expect(codeOf(scene.leases.ofHandle(handleOf(given), 'http'))).toBe('lease-over')
    await settle()
    expect(scene.eventsOf('lease.ended')).toMatchObject([{ reason: 'expired' }])
  })

  it('comes for a session after twelve hours, or when the machine was started anew', async () => {
    const first = await doorScene()
    const session = await first.give({ term: 'session' })
    const always = await first.give()
    expect(session.lease.expiresAt).toBe(first.world.clock.now() + 12 * hourMs)
    const sameRun = await first.restart()
    expect(codeOf(sameRun.leases.ofHandle(handleOf(session), 'http'))).toBe('ok')
    first.world.programs.restart()
    const nextRun = await first.restart()
    expect(codeOf(nextRun.leases.ofHandle(handleOf(session), 'http'))).toBe('lease-over')
    expect(codeOf(nextRun.leases.ofHandle(handleOf(always), 'http'))).toBe('ok')
    expect(nextRun.eventsOf('lease.ended')).toEqual([
      { leaseId: session.lease.leaseId, reason: 'session-over' },
    ])
  })

  it('came for a session of another run, also where nobody has ended it yet', async () => {
    const scene = await doorScene()
    const { lease } = await scene.give({ door: 'metadata', term: 'session' })
    const [data] = scene.eventsOf('lease.given')
    if (!data) throw new Error('nothing was given')
    const older = { ...data, leaseId: 'lease-of-another-run', session: 'run-0' }
    await scene.context.ledger.append([{ type: 'lease.given', data: older }])
    scene.leases.stateReplaced()
    expect(codeOf(scene.leases.ofId(lease.leaseId, 'metadata'))).toBe('ok')
    expect(codeOf(scene.leases.ofId(older.leaseId, 'metadata'))).toBe('lease-over')
  })

  it('comes for a single token with the next start: whoever waited for it is gone, or has it', async () => {
    const scene = await doorScene()
    const { lease } = await scene.give({ term: 'once' })
    const next = await scene.restart()
    expect(next.eventsOf('lease.ended')).toEqual([{ leaseId: lease.leaseId, reason: 'expired' }])
  })

  it('comes with the end of its account, or of its client', async () => {
    const scene = await doorScene()
    await scene.addClient(otherClientId)
    const other = await scene.mint({ person: meera, clientId: otherClientId })
    const ofAsha = await scene.give()
    const ofMeera = await scene.give({ accountId: other.accountId, clientId: otherClientId })
    const byRule = await scene.give({ accountId: null, clientId: null })
    await scene.context.record([{ type: 'account.forgotten', data: { accountId: scene.grant.accountId } }])
    await scene.context.record([{ type: 'client.removed', data: { clientId: otherClientId } }])
    await settle()
    expect(scene.leases.live()).toEqual([byRule.lease])
    expect(scene.record(ofAsha.lease.leaseId).ended?.reason).toBe('account-gone')
    expect(scene.record(ofMeera.lease.leaseId).ended?.reason).toBe('account-gone')
  })

  it('is found at the next start where the account went while nobody was here', async () => {
    const scene = await doorScene()
    await scene.give()
    await scene.context.ledger.append([
      { type: 'account.forgotten', data: { accountId: scene.grant.accountId } },
    ])
    const next = await scene.restart()
    expect(next.eventsOf('lease.ended')).toMatchObject([{ reason: 'account-gone' }])
  })
})

describe('ending many at once', () => {
  it('takes back all, or those for this session, as one write', async () => {
    const scene = await doorScene()
    const always = await scene.give()
    await scene.give({ term: 'session' })
    await scene.give({ term: 'session' })
    const writes = scene.world.folder.writes.length
    expect(codeOf(await scene.leases.endSessions('locked'))).toBe('ok')
    expect(scene.world.folder.writes).toHaveLength(writes + 1)
    expect(scene.leases.live()).toEqual([always.lease])
    expect(codeOf(await scene.leases.endAll('taken-back'))).toBe('ok')
    expect(scene.leases.live()).toEqual([])
    expect(scene.eventsOf('lease.ended').map(({ reason }) => reason)).toEqual([
      'locked',
      'locked',
      'taken-back',
    ])
    expect(codeOf(await scene.leases.endAll('taken-back'))).toBe('ok')
    expect(scene.eventsOf('lease.ended')).toHaveLength(3)
  })
})

describe('a program without a handle', () => {
  const wish = (scene: DoorScene): Parameters<DoorScene['leases']['ofProgram']>[0] => ({
    ...{ programKey: terraformKey, accountId: scene.grant.accountId, clientId: testClientId },
    ...{ scopes: [mail], remote: false },
  })

  it('is recognised where its lease covers what it asks for', async () => {
    const scene = await doorScene()
    const { lease } = await scene.give({ ...forProgram, scopes: [mail] })
    expect(scene.leases.ofProgram(wish(scene))).toBe(lease)
    expect(scene.leases.ofProgram({ ...wish(scene), scopes: null })).toBe(lease)
    for (const change of [
      { scopes: [drive] },
      { scopes: [mail, drive] },
      { programKey: 'another-program' },
      { accountId: 'another-account' },
      { clientId: otherClientId },
      { remote: true },
    ])
      expect(scene.leases.ofProgram({ ...wish(scene), ...change })).toBeNull()
  })

  it('from another machine needs a lease that says so', async () => {
    const scene = await doorScene()
    const { lease } = await scene.give({ ...forProgram, remote: true })
    expect(scene.leases.ofProgram({ ...wish(scene), remote: true })).toBe(lease)
  })

  it('gets the lease that lasts and allows most', async () => {
    const scene = await doorScene()
    await scene.give({ ...forProgram, term: 'once' })
    await scene.give({ ...forProgram, scopes: [mail] })
    const widest = await scene.give(forProgram)
    await scene.give({ ...forProgram, scopes: [mail, drive] })
    expect(scene.leases.ofProgram(wish(scene))).toBe(widest.lease)
    await scene.leases.end(widest.lease.leaseId, 'taken-back')
    expect(scene.leases.ofProgram(wish(scene))?.scopes).toEqual([mail])
  })
})

describe('giving a lease', () => {
  it.each([
    ['no name', { label: '  ' }, 'lease-wish-unfit'],
    ['a name that is too long', { label: 'x'.repeat(121) }, 'lease-wish-unfit'],
    ['no scopes at all', { scopes: [] }, 'lease-wish-unfit'],
    ['an end that has passed', { term: 'until', expiresAt: 1 }, 'lease-wish-unfit'],
    ['no end where one is due', { term: 'until' }, 'lease-wish-unfit'],
    ['an end where none can be', { term: 'always', expiresAt: 1_900_000_000_000 }, 'lease-wish-unfit'],
    [
      'an end of its own for a session',
      { term: 'session', expiresAt: 1_900_000_000_000 },
      'lease-wish-unfit',
    ],
    ['no program at the command door', { door: 'command' }, 'lease-wish-unfit'],
    ['an account that is not here', { accountId: 'nobody-here' }, 'account-unknown'],
    ['a client that is not here', { clientId: otherClientId }, 'client-unknown'],
    [
      'more than was granted',
      { scopes: [mail, 'https://www.googleapis.com/auth/calendar'] },
      'scopes-not-held',
    ],
  ] as const)('is refused with %s', async (_, change, code) => {
    const scene = await doorScene()
    const given = await scene.leases.give({ ...leaseWish(scene.grant), ...change })
    expect(codeOf(given)).toBe(code)
    expect(scene.eventsOf('lease.given')).toEqual([])
  })

  it('is refused under a client that the account gave nothing', async () => {
    const scene = await doorScene()
    await scene.addClient(otherClientId)
    await expect(scene.give({ clientId: otherClientId })).rejects.toThrow('no-usable-token')
  })

  it('leaves nothing when the disk refuses', async () => {
    const scene = await doorScene()
    scene.world.folder.failNext('append', 'disk-full')
    await expect(scene.give()).rejects.toThrow('disk-full')
    expect(scene.leases.live()).toEqual([])
  })

  it('is shown with all that was said, and never with its handle', async () => {
    const scene = await doorScene()
    const { lease, handle } = await scene.give({ scopes: [mail], quotaProject: 'billing-1' })
    const sources = { state: scene.state(), counts: scene.uses.countsOf(lease), problem: null, address: null }
    const view = leaseView(lease, sources)
    expect(view).toMatchObject({
      ...{ label: 'backup', door: 'http', term: 'always', email: 'asha@gmail.test', scopes: [mail] },
      ...{ quotaProject: 'billing-1', uses: 0, ended: null, program: null, recent: [] },
    })
    expect(JSON.stringify(view)).not.toContain(handleOf({ handle }).reveal().split('.')[2])
    expect(JSON.stringify(view)).not.toContain(lease.handleHash)
  })
})
