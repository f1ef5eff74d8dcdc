import { describe, expect, it } from 'vitest'
import { mail } from '../../support/test-context.ts'
import type { RoutesScene } from './routes-scene.ts'
import { leaseWish, routesScene } from './routes-scene.ts'

const path = '/home/someone/.config/gcloud/application_default_credentials.json'
const others = '{"type":"authorized_user","client_id":"x","client_secret":"y","refresh_token":"1//theirs"}'

function leaseIdOf(json: Readonly<Record<string, unknown>>): string {
  return (json['lease'] as { leaseId: string }).leaseId
}

describe('a lease for a program over HTTP', () => {
  it('leaves its handle in the clipboard when it is given in the window', async () => {
    const scene = await routesScene()
    const given = await scene.ask('leases.give', leaseWish(scene.accountId))
    expect(given).toMatchObject({ ok: true, value: { file: null, address: scene.snapshot().doors.http } })
    const handle = scene.world.desktop.clipboard
    expect(handle).toMatch(/^latchkey\.[\w-]+\.[\w-]{43}$/)
    expect(JSON.stringify([given, scene.snapshot(), scene.deltas])).not.toContain(handle)
    expect([...scene.world.folder.files.values()].join('')).not.toContain(handle.slice(-43))
  })

  it('opens the door at a port that stays the same, and closes it a day after the last lease', async () => {
    const scene = await routesScene()
    expect(scene.snapshot().doors.http).toBeNull()
    const first = await scene.give()
    const { http } = scene.snapshot().doors
    expect(first.json['address']).toBe(http)
    expect(scene.world.doors.announced).toMatchObject({ http })
    await scene.ask('leases.endAll', {})
    const headers = { authorization: `Bearer ${String(first.json['handle'])}` }
    const late = await scene.knock(String(http), '/v1/token', { method: 'POST', headers })
    expect(late.json).toMatchObject({ error: { code: 'lease-taken-back' } })
    await scene.world.timers.live(25 * 3600 * 1000)
    await scene.ask('doors.lock', {})
    await expect.poll(() => scene.snapshot().doors.http).toBeNull()
    await scene.ask('doors.unlock', {})
    await scene.give({ label: 'again' })
    expect(scene.snapshot().doors.http).toBe(http)
    expect(scene.snapshot().settings.doorPort).toBe(Number(http?.split(':')[1]))
  })

  it('is given where the port is taken by now, and says why it does not answer', async () => {
    const scene = await routesScene()
    await scene.give()
    const port = scene.snapshot().settings.doorPort ?? 0
    await scene.profile.close()
    scene.world.doors.busy.add(port)
    const next = await routesScene({ world: scene.world })
    const busy = { code: 'door-busy', details: { port, program: '' } }
    expect(next.snapshot()).toMatchObject({
      doors: { http: null, problem: busy },
      leases: [{ problem: busy }],
      problems: [{ error: busy }],
    })
    scene.world.doors.busy.delete(port)
    await next.world.timers.live(5000)
    expect(next.snapshot()).toMatchObject({
      doors: { http: `127.0.0.1:${String(port)}`, problem: null },
      leases: [{ problem: null }],
      problems: [],
    })
  })

  it('is not given while the doors are locked', async () => {
    const scene = await routesScene()
    await scene.ask('doors.lock', {})
    const answer = await scene.local('/v1/lease', leaseWish(scene.accountId))
    expect(answer).toMatchObject({ status: 403, json: { error: { code: 'doors-locked' } } })
  })

  it.each([
    ['no name', { label: ' ' }],
    ['a door that has none', { door: 'command' }],
    ['an unknown field', { handle: 'x' }],
    ['a port below those of users', { door: 'metadata', port: 80 }],
  ])('is refused with %s', async (_, more) => {
    const scene = await routesScene()
    const answer = await scene.local('/v1/lease', { ...leaseWish(scene.accountId), ...more })
    expect(answer).toMatchObject({ status: 400, json: { error: { code: 'params-invalid' } } })
    expect(scene.snapshot().leases).toEqual([])
  })
})

describe('a file of application default credentials', () => {
  const give = (scene: RoutesScene, label = 'libraries') => scene.give({ door: 'adc', label, scopes: [mail] })

  it('holds a handle instead of a refresh token', async () => {
    const scene = await routesScene()
    const { json } = await scene.give({ door: 'adc', quotaProject: 'field-tools' })
    expect(json).toMatchObject({ file: path })
    expect(json).not.toHaveProperty('keptAside')
    const file = JSON.parse(scene.world.foreignFiles.files.get(path) ?? '') as Record<string, unknown>
    expect(file).toMatchObject({
      type: 'external_account_authorized_user',
      token_url: `http://${scene.snapshot().doors.http ?? ''}/adc/token`,
      refresh_token: json['handle'],
      quota_project_id: 'field-tools',
    })
    expect(await scene.ask('adc.look', { path: null })).toMatchObject({
      value: { path, found: 'ours', holdsSecret: false, leaseId: leaseIdOf(json), keptAside: null },
    })
  })

  it('keeps somebody else’s file aside and puts it back', async () => {
    const scene = await routesScene()
    const { files } = scene.world.foreignFiles
    files.set(path, others)
    expect(await scene.ask('adc.look', { path })).toMatchObject({
      value: { found: 'other', holdsSecret: true },
    })
    const { json } = await give(scene)
    expect(json).toMatchObject({ keptAside: `${path}.before` })
    expect(files.get(`${path}.before`)).toBe(others)
    expect(await scene.ask('leases.undoFile', { leaseId: leaseIdOf(json) })).toMatchObject({ ok: true })
    expect([...files]).toEqual([[path, others]])
    expect(scene.snapshot().leases).toMatchObject([{ ended: { reason: 'taken-back' } }])
  })

  it('takes the place of an older one of ours, and puts back what was there before both', async () => {
    const scene = await routesScene()
    const { files } = scene.world.foreignFiles
    files.set(path, others)
    const first = await give(scene)
    const second = await give(scene, 'newer')
    expect(second.json).toMatchObject({ keptAside: `${path}.before` })
    expect(scene.snapshot().leases).toMatchObject([{ ended: { reason: 'replaced' } }, { ended: null }])
    expect(await scene.ask('leases.undoFile', { leaseId: leaseIdOf(first.json) })).toMatchObject({
      error: { code: 'foreign-file-changed' },
    })
    expect(await scene.ask('leases.undoFile', { leaseId: leaseIdOf(second.json) })).toMatchObject({
      ok: true,
    })
    expect([...files]).toEqual([[path, others]])
  })

  it('is undone after a restart as well', async () => {
    const scene = await routesScene()
    scene.world.foreignFiles.files.set(path, others)
    const { json } = await give(scene)
    await scene.profile.close()
    const next = await routesScene({ world: scene.world })
    expect(await next.ask('leases.undoFile', { leaseId: leaseIdOf(json) })).toMatchObject({ ok: true })
    expect([...next.world.foreignFiles.files]).toEqual([[path, others]])
  })

  it.each([
    ['a changed byte', (text: string) => text.replace('latchkey-lease', 'latchkey-least')],
    ['somebody else’s content', () => others],
    ['the handle of another lease', (text: string) => text.replace(/\.[\w-]{43}"/, `.${'a'.repeat(43)}"`)],
  ])('is left as it is with %s, and its lease is over all the same', async (_, change) => {
    const scene = await routesScene()
    const { files } = scene.world.foreignFiles
    const { json } = await give(scene)
    const changed = change(files.get(path) ?? '')
    files.set(path, changed)
    const undone = await scene.ask('leases.undoFile', { leaseId: leaseIdOf(json) })
    expect(undone).toMatchObject({ error: { code: 'foreign-file-changed' } })
    expect(files.get(path)).toBe(changed)
    expect(scene.snapshot().leases).toMatchObject([{ ended: { reason: 'taken-back' } }])
  })

  it('that cannot be written leaves no lease behind and everything as it was', async () => {
    const scene = await routesScene()
    const { files, readOnly } = scene.world.foreignFiles
    const elsewhere = '/srv/read-only/adc.json'
    readOnly.add(elsewhere)
    const wish = { ...leaseWish(scene.accountId), door: 'adc', file: elsewhere }
    const answer = await scene.local('/v1/lease', wish)
    expect(answer).toMatchObject({ status: 503, json: { error: { code: 'foreign-file-unwritable' } } })
    expect(answer.text).not.toContain('latchkey.')
    expect([...files]).toEqual([])
    expect(scene.snapshot().leases).toMatchObject([{ ended: { reason: 'taken-back' } }])
  })

  it('keeps the other file where it was when the note of it cannot be written', async () => {
    const scene = await routesScene()
    const { files } = scene.world.foreignFiles
    await scene.give()
    files.set(path, others)
    scene.world.folder.failNext('writeText', 'disk-full')
    const answer = await scene.local('/v1/lease', { ...leaseWish(scene.accountId), door: 'adc' })
    expect(answer.status).toBe(503)
    expect([...files]).toEqual([[path, others]])
  })

  it('is for this machine', async () => {
    const scene = await routesScene()
    const wish = { ...leaseWish(scene.accountId), door: 'adc', remote: true }
    expect(await scene.local('/v1/lease', wish)).toMatchObject({
      json: { error: { code: 'lease-wish-unfit' } },
    })
  })
})

describe('a file that is not ours to replace', () => {
  it('is another profile’s, whose lease lives: it is kept aside and put back', async () => {
    const first = await routesScene()
    // What is random in a test comes in the same order: the second handle is one that the other profile has not made.
    await first.give()
    await first.give({ door: 'adc' })
    const theirs = first.world.foreignFiles.files.get(path) ?? ''
    const scene = await routesScene()
    const { files } = scene.world.foreignFiles
    files.set(path, theirs)
    const { json } = await scene.give({ door: 'adc' })
    expect(files.get(`${path}.before`)).toBe(theirs)
    expect(await scene.ask('leases.undoFile', { leaseId: leaseIdOf(json) })).toMatchObject({ ok: true })
    expect([...files]).toEqual([[path, theirs]])
  })

  it.each([
    ['a copy of one', (text: string) => text],
    [
      'one with the id of a lease and a made-up handle',
      (text: string) => text.replace(/\.[\w-]{43}"/, `.${'a'.repeat(43)}"`),
    ],
  ])('ends no other lease when it is %s', async (_, change) => {
    const scene = await routesScene()
    const { files } = scene.world.foreignFiles
    await scene.give({ door: 'adc', file: '/srv/a.json', label: 'one' })
    files.set('/srv/b.json', change(files.get('/srv/a.json') ?? ''))
    await scene.give({ door: 'adc', file: '/srv/b.json', label: 'two' })
    expect(scene.snapshot().leases).toMatchObject([
      { label: 'one', ended: null },
      { label: 'two', ended: null },
    ])
  })
})

describe('undoing a file', () => {
  it('still works when hundreds of leases have ended since', async () => {
    const scene = await routesScene()
    const { files } = scene.world.foreignFiles
    files.set(path, others)
    const { json } = await scene.give({ door: 'adc' })
    await scene.ask('leases.endAll', {})
    for (let number = 0; number < 205; number += 1) await scene.give({ label: String(number) })
    await scene.ask('leases.endAll', {})
    expect(await scene.ask('leases.undoFile', { leaseId: leaseIdOf(json) })).toMatchObject({ ok: true })
    expect([...files]).toEqual([[path, others]])
  })

  it('puts the earlier one back also where ours is gone', async () => {
    const scene = await routesScene()
    const { files } = scene.world.foreignFiles
    files.set(path, others)
    const { json } = await scene.give({ door: 'adc' })
    files.delete(path)
    const leaseId = leaseIdOf(json)
    expect(await scene.ask('adc.look', { path })).toMatchObject({
      value: { found: 'none', leaseId, keptAside: `${path}.before` },
    })
    expect(await scene.ask('leases.undoFile', { leaseId })).toMatchObject({ ok: true })
    expect([...files]).toEqual([[path, others]])
  })

  it('knows where the earlier one is when the writing was cut off right after that moved', async () => {
    const scene = await routesScene()
    const { foreignFiles } = scene.world
    const { files } = foreignFiles
    files.set(path, others)
    const { write } = foreignFiles
    // As if the process had ended there: the answer never comes.
    Object.assign(foreignFiles, { write: () => new Promise(() => undefined) })
    void scene.local('/v1/lease', { ...leaseWish(scene.accountId), door: 'adc' })
    await expect.poll(() => [...files.keys()]).toEqual([`${path}.before`])
    Object.assign(foreignFiles, { write })
    scene.world.folder.ownElsewhere(false)
    const next = await routesScene({ world: scene.world })
    const look = await next.ask('adc.look', { path })
    const leaseId = look.ok ? (look.value.leaseId ?? '') : ''
    expect(await next.ask('leases.undoFile', { leaseId })).toMatchObject({ ok: true })
    expect([...files]).toEqual([[path, others]])
  })
})

describe('who had a lease given', () => {
  it('is kept with it where that came over the socket', async () => {
    const scene = await routesScene()
    const bash = {
      pid: 812,
      name: 'bash',
      path: '/usr/bin/bash',
      folder: '/srv',
      key: 'bash',
      sameUser: true,
    }
    scene.world.programs.running.set(812, bash)
    await scene.give({ label: 'nightly' }, { pid: 812, folder: '/home/asha' })
    expect(scene.snapshot().leases).toMatchObject([
      { program: { name: 'nightly', path: '/usr/bin/bash', folder: '/srv', certainty: 'stated' } },
    ])
    await scene.give(
      { label: 'by rule', accountId: null, clientId: null },
      { pid: 812, folder: '/home/asha' },
    )
    expect(scene.snapshot().leases[1]).toMatchObject({
      program: { name: 'by rule', path: '/usr/bin/bash', folder: '/home/asha' },
    })
  })
})
