import { describe, expect, it } from 'vitest'
import type { DoorPeer, SeenProgram } from '../../../electron/core/ports.ts'
import { testClientId } from '../../support/client-files.ts'
import { asha } from '../../support/fake-google.ts'
import { mail } from '../../support/test-context.ts'
import type { RoutesScene } from './routes-scene.ts'
import { basic, form, routesScene } from './routes-scene.ts'

const ravi = { ...asha, sub: '104', email: 'ravi@work.test', name: 'Ravi', hd: 'work.test' }
const script: SeenProgram = {
  ...{ pid: 900, name: 'sync.py', path: '/home/asha/work/sync.py', folder: '/home/asha/work/deep' },
  ...{ key: 'key-of-sync-py', sameUser: true },
}

/** Asha is meant in general, Ravi below `work`. */
async function twoAccounts(): Promise<RoutesScene> {
  const scene = await routesScene()
  const flowId = await scene.signIn(ravi, { scopes: [mail] })
  await scene.reach(flowId, 'done')
  const raviId = scene.snapshot().accounts.find(({ email }) => email === ravi.email)?.accountId ?? ''
  for (const folder of ['/home/asha/work/deep', '/home/asha/play']) scene.world.folders.make(folder)
  await scene.ask('folders.addRule', { folder: '/home/asha/work', accountId: raviId, clientId: testClientId })
  await scene.ask('accounts.activate', { accountId: scene.accountId })
  return scene
}

const byRule = { accountId: null, clientId: null } as const

describe('a lease by rule', () => {
  it('is for whoever is meant where the program at the other end works', async () => {
    const scene = await twoAccounts()
    scene.world.programs.running.set(900, script)
    const { json } = await scene.give({ ...byRule, door: 'http' }, { folder: '/home/asha/play' })
    const ask = (peer: DoorPeer): Promise<unknown> =>
      scene
        .knock(scene.snapshot().doors.http ?? '', '/v1/token', {
          ...{ method: 'POST', body: {}, peer },
          headers: { authorization: `Bearer ${String(json['handle'])}` },
        })
        .then((answer) => answer.json['account'])
    expect(await ask({ user: 'same', pid: 900 })).toBe(ravi.email)
    expect(await ask({ user: 'same', pid: 901 })).toBe(asha.email)
    expect(await ask({ user: 'unknown', pid: null })).toBe(asha.email)
  })

  it('is for whoever is meant in the folder that its file was written for', async () => {
    const scene = await twoAccounts()
    const { json } = await scene.give({ ...byRule, door: 'adc' }, { folder: '/home/asha/work' })
    const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: String(json['handle']) })
    const answer = await scene.knock(scene.snapshot().doors.http ?? '', '/adc/token', {
      ...{ method: 'POST', headers: { ...basic, ...form }, body: body.toString() },
      peer: { user: 'unknown', pid: null },
    })
    expect(answer.status).toBe(200)
    const uses = await scene.local('/v1/command/app.snapshot', {})
    expect(uses.text).toContain(ravi.email)
    await scene.profile.close()
    const used = scene.world.folder
      .text('ledger.jsonl')
      .split('\n')
      .filter((line) => line.includes('"lease.used"'))
    const raviId = scene.snapshot().accounts.find(({ email }) => email === ravi.email)?.accountId ?? '-'
    expect(used).toHaveLength(1)
    expect(used[0]).toContain(raviId)
  })

  it('follows nobody whom only its holder names', async () => {
    const scene = await twoAccounts()
    const { json } = await scene.give({ ...byRule, door: 'http' }, { folder: '/home/asha/work' })
    const ask = (body: object) =>
      scene.local(
        '/v1/token',
        { folder: '/home/asha/work', ...body },
        {
          headers: { authorization: `Bearer ${String(json['handle'])}` },
        },
      )
    for (const body of [{ account: asha.email }, { environment: asha.email }])
      expect(await ask(body)).toMatchObject({ status: 403, json: { error: { code: 'lease-account' } } })
    expect(await ask({ account: ravi.email })).toMatchObject({ json: { account: ravi.email } })
  })

  it('has a metadata server and a fresh file of the account that is meant there', async () => {
    const scene = await twoAccounts()
    const lane = await scene.give({ ...byRule, door: 'metadata' }, { folder: '/home/asha/work/deep' })
    const email = await scene.knock(
      String(lane.json['address']),
      '/computeMetadata/v1/instance/service-accounts/default/email',
      { headers: { 'metadata-flavor': 'Google' } },
    )
    expect(email.text).toBe(ravi.email)
    const fresh = await scene.give({ ...byRule, door: 'gcloud', label: 'g' }, { folder: '/home/asha/play' })
    scene.expectGood(scene.world.foreignFiles.files.get(String(fresh.json['file'])))
  })
})
