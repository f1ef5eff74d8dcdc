import { describe, expect, it } from 'vitest'
import { mail } from '../../support/test-context.ts'
import { leaseWish, remoteSocket, routesScene, secondMs, socket, steadyWorld } from './routes-scene.ts'

describe('the doors of a profile', () => {
  it('are open while it is, announced, and withdrawn when it closes', async () => {
    const scene = await routesScene()
    const { doors } = scene.world
    expect([...doors.opened.keys()]).toEqual([socket, remoteSocket])
    expect(doors.announced).toMatchObject({ socket, remote: remoteSocket, http: null })
    expect(doors.announced?.local).toMatch(/^[\w-]{43}$/)
    expect(scene.snapshot().doors).toMatchObject({ socket, remoteSocket, locked: null, problem: null })
    await scene.profile.close()
    expect([...doors.opened.keys()]).toEqual([])
    expect(doors.announced).toBeNull()
  })

  it('have another key of this machine after each start', async () => {
    const scene = await routesScene()
    const first = scene.world.doors.announced?.local
    await scene.profile.close()
    await routesScene({ world: scene.world })
    expect(scene.world.doors.announced?.local).not.toBe(first)
  })

  it('stay shut while the ledger is read-only, and open once it goes on', async () => {
    const scene = await routesScene()
    await scene.profile.close()
    const { folder, doors } = scene.world
    const lines = folder.text('ledger.jsonl').trimEnd().split('\n')
    folder.files.delete('ledger-snapshot.json')
    folder.put('ledger.jsonl', `${[...lines, 'not a line', lines[0] ?? ''].join('\n')}\n`)
    const next = await routesScene({ world: scene.world })
    expect(next.snapshot().readOnly).toBe(true)
    expect([...doors.opened.keys()]).toEqual([])
    expect(await next.ask('leases.give', leaseWish(next.accountId))).toMatchObject({
      error: { code: 'read-only' },
    })
    await next.ask('ledger.continueFromLastGood', {})
    expect([...doors.opened.keys()]).toEqual([socket, remoteSocket])
  })

  it('that cannot be opened are a problem that is told and goes by itself', async () => {
    const world = await steadyWorld()
    const { open } = world.doors
    let fails = true
    const failing: typeof open = (place, answer) =>
      fails && place.kind === 'socket'
        ? Promise.resolve({ ok: false, error: { code: 'door-failed', message: '', retryable: true } })
        : open(place, answer)
    const scene = await routesScene({
      world: { ...world, doors: Object.assign(world.doors, { open: failing }) },
    })
    expect(scene.snapshot()).toMatchObject({
      doors: { socket: null, problem: { code: 'door-failed' } },
      problems: [{ error: { code: 'door-failed' } }],
    })
    fails = false
    await scene.world.timers.live(10 * secondMs)
    expect(scene.snapshot()).toMatchObject({ doors: { socket, problem: null }, problems: [] })
    expect(scene.world.doors.announced).toMatchObject({ socket })
  })

  it('have no socket for other machines on Windows, and answer nothing without the key there', async () => {
    const scene = await routesScene({ platform: 'win32' })
    expect([...scene.world.doors.opened.keys()]).toEqual([socket])
    for (const path of ['/v1/status', '/v1/token'])
      expect(await scene.knock(socket, path)).toMatchObject({
        status: 403,
        json: { error: { code: 'local-only' } },
      })
    expect((await scene.local('/v1/status')).status).toBe(200)
  })

  it('answer a request that meets a fault, and go on', async () => {
    const scene = await routesScene()
    scene.world.programs.callerOf = () => Promise.reject(new Error('no such thing'))
    const answer = await scene.local('/v1/token', { pid: 5 })
    expect(answer).toMatchObject({ status: 500, json: { error: { code: 'internal' } } })
    expect((await scene.local('/v1/status')).status).toBe(200)
  })

  it('tell whoever waits for a person when they close, and take nothing more', async () => {
    const scene = await routesScene()
    const program = { name: 'rsync', host: 'build' }
    const waiting = scene.knock(remoteSocket, '/v1/token', {
      method: 'POST',
      body: { program, scopes: [mail] },
    })
    await expect.poll(() => scene.snapshot().asks).toHaveLength(1)
    await scene.profile.close()
    expect(await waiting).toMatchObject({ json: { error: { code: 'ask-unanswered' } } })
  })
})

describe('locking', () => {
  it('stops every door at once and ends what was for this session', async () => {
    const scene = await routesScene()
    const lasting = await scene.give({ door: 'metadata' })
    const passing = await scene.give({ term: 'session' })
    expect((await scene.local('/v1/command/doors.lock', {})).status).toBe(200)
    expect(scene.snapshot().doors.locked).toMatchObject({ by: 'person' })
    const token = '/computeMetadata/v1/instance/service-accounts/default/token'
    const headers = { 'metadata-flavor': 'Google' }
    const refused = await scene.knock(String(lasting.json['address']), token, { headers })
    expect(refused).toMatchObject({ status: 503 })
    expect(refused.text).toMatch(/^Latchkey: .*locked/)
    const ends = Object.fromEntries(scene.snapshot().leases.map((lease) => [lease.term, lease.ended?.reason]))
    expect(ends).toEqual({ always: undefined, session: 'locked' })
    expect(passing.status).toBe(200)
    await scene.local('/v1/command/doors.unlock', {})
    expect(await scene.knock(String(lasting.json['address']), token, { headers })).toMatchObject({
      status: 200,
    })
  })

  it('follows the screen only where that was chosen', async () => {
    const scene = await routesScene()
    scene.world.wakes.lockScreen()
    expect(scene.snapshot().doors.locked).toBeNull()
    await scene.ask('settings.update', { lockWithScreen: true })
    scene.world.wakes.lockScreen()
    expect(scene.snapshot().doors.locked).toMatchObject({ by: 'screen' })
    await scene.profile.close()
    const next = await routesScene({ world: scene.world })
    expect(next.snapshot().doors.locked).toMatchObject({ by: 'screen' })
  })
})

describe('what a lease rests on', () => {
  it('takes it along when the account is forgotten', async () => {
    const scene = await routesScene()
    await scene.give({ door: 'metadata' })
    await scene.ask('accounts.forget', { accountId: scene.accountId, tokens: 1 })
    await expect
      .poll(() => scene.snapshot().leases)
      .toMatchObject([{ ended: { reason: 'account-gone' }, address: null }])
  })

  it('ends by its time, and its door says so for a day', async () => {
    const scene = await routesScene()
    const expiresAt = scene.world.clock.now() + 3600 * secondMs
    const { json } = await scene.give({ door: 'metadata', term: 'until', expiresAt })
    await scene.world.timers.live(3601 * secondMs)
    expect(scene.snapshot().leases).toMatchObject([{ ended: { reason: 'expired' }, address: null }])
    const address = String(json['address'])
    const token = '/computeMetadata/v1/instance/service-accounts/default/token'
    const late = await scene.knock(address, token, { headers: { 'metadata-flavor': 'Google' } })
    expect(late).toMatchObject({ status: 403, text: expect.stringContaining('is over') as unknown })
    await scene.world.timers.live(25 * 3600 * secondMs)
    await scene.ask('doors.lock', {})
    await expect.poll(() => [...scene.world.doors.opened.keys()]).not.toContain(address)
  })
})

describe('the port of the door over HTTP', () => {
  it('is not taken along into another profile', async () => {
    const scene = await routesScene()
    await scene.give()
    expect(scene.snapshot().settings.doorPort).not.toBeNull()
    const other = await routesScene({ initialSettings: { ...scene.snapshot().settings, theme: 'dark' } })
    expect(other.snapshot().settings).toMatchObject({ doorPort: null, theme: 'dark' })
  })
})
