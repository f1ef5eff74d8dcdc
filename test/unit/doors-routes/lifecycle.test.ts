import { describe, expect, it } from 'vitest'
import { mail } from '../../support/test-context.ts'
import type { RoutesScene } from './routes-scene.ts'
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

  it('are announced again until that succeeds', async () => {
    const world = await steadyWorld()
    const { announce } = world.doors
    let fails = true
    const failing: typeof announce = (doors) =>
      fails
        ? Promise.resolve({ ok: false, error: { code: 'door-failed', message: '', retryable: true } })
        : announce(doors)
    Object.assign(world.doors, { announce: failing })
    const scene = await routesScene({ world })
    expect(scene.snapshot().doors.problem).toMatchObject({ code: 'door-failed' })
    fails = false
    await world.timers.live(10 * secondMs)
    expect(world.doors.announced).toMatchObject({ socket })
    expect(scene.snapshot()).toMatchObject({ doors: { problem: null }, problems: [] })
  })

  it('do not wait for what a start still has to settle', async () => {
    const scene = await routesScene()
    await scene.profile.close()
    const { world } = scene
    let settle: () => void = () => undefined
    const gate = new Promise<void>((resolve) => {
      settle = resolve
    })
    const settings = { ...scene.snapshot().settings, caFile: '/ca.pem' }
    world.folder.put('settings.json', JSON.stringify({ version: 1, settings }))
    const { readSmallFile } = world.desktop
    let asked = 0
    Object.assign(world.desktop, {
      readSmallFile: async (path: string) => {
        asked += 1
        await gate
        return readSmallFile(path)
      },
    })
    const opening = routesScene({ world })
    await expect.poll(() => [...world.doors.opened.keys()]).toEqual([socket, remoteSocket])
    expect(asked).toBe(1)
    settle()
    expect((await opening).snapshot().doors.problem).toBeNull()
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
    // Libraries would try a 503 again for many seconds.
    expect(refused).toMatchObject({ status: 403 })
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

describe('a ledger that goes on from before some damage', () => {
  async function damaged(first: (scene: RoutesScene) => Promise<void>): Promise<RoutesScene> {
    const scene = await routesScene()
    await first(scene)
    return scene
  }
  /** Spoils the first line from which on nothing is to be believed. */
  function spoil(scene: RoutesScene, line: number): void {
    const { folder } = scene.world
    const lines = folder.text('ledger.jsonl').trimEnd().split('\n')
    lines[line] = (lines[line] ?? '').replace('"at":1', '"at":2')
    folder.files.delete('ledger-snapshot.json')
    folder.put('ledger.jsonl', `${lines.join('\n')}\n`)
  }
  const length = (scene: RoutesScene): number =>
    scene.world.folder.text('ledger.jsonl').trimEnd().split('\n').length

  it('gives no lease its life back that was taken back since, and leaves the doors locked', async () => {
    let handle = ''
    let from = 0
    const scene = await damaged(async (opened) => {
      handle = String((await opened.give()).json['handle'])
      from = length(opened)
      await opened.ask('accounts.update', { accountId: opened.accountId, label: 'me' })
      await opened.ask('leases.endAll', {})
      await opened.profile.close()
    })
    spoil(scene, from)
    const next = await routesScene({ world: scene.world })
    expect(next.snapshot().readOnly).toBe(true)
    expect(await next.ask('ledger.continueFromLastGood', {})).toMatchObject({ ok: true })
    expect(next.snapshot()).toMatchObject({
      doors: { locked: { by: 'person' }, socket },
      leases: [{ ended: { reason: 'taken-back' } }],
    })
    await next.ask('doors.unlock', {})
    await next.give({ label: 'another' })
    const headers = { authorization: `Bearer ${handle}` }
    const http = next.snapshot().doors.http ?? ''
    expect(await next.knock(http, '/v1/token', { method: 'POST', headers })).toMatchObject({
      json: { error: { code: 'lease-taken-back' } },
    })
  })

  it('does the same where the damage is found while everything is open', async () => {
    const scene = await routesScene()
    const { json } = await scene.give({ door: 'gcloud' })
    const file = String(json['file'])
    const from = length(scene)
    await scene.ask('accounts.update', { accountId: scene.accountId, label: 'me' })
    await scene.ask('doors.lock', {})
    spoil(scene, from)
    await scene.local('/v1/ledger/verify', {})
    await scene.ask('ledger.continueFromLastGood', {})
    expect(scene.snapshot()).toMatchObject({
      readOnly: false,
      doors: { locked: { by: 'person' } },
      leases: [{ ended: { reason: 'taken-back' } }],
    })
    expect(scene.world.foreignFiles.files.has(file)).toBe(false)
    await scene.profile.close()
    const next = await routesScene({ world: scene.world })
    expect(next.snapshot()).toMatchObject({
      doors: { locked: { by: 'person' } },
      leases: [{ ended: { reason: 'taken-back' } }],
    })
  })
})
