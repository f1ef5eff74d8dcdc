import { describe, expect, it } from 'vitest'
import { drive, mail } from '../../support/test-context.ts'
import type { Heard, RoutesScene } from './routes-scene.ts'
import { basic, form, routesScene } from './routes-scene.ts'

const adcFile = '/home/someone/.config/gcloud/application_default_credentials.json'

async function withHandle(wish: Parameters<RoutesScene['give']>[0] = {}) {
  const scene = await routesScene()
  const { json } = await scene.give(wish)
  const http = scene.snapshot().doors.http ?? ''
  const leaseId = (json['lease'] as { leaseId: string }).leaseId
  return { scene, http, handle: String(json['handle']), leaseId }
}

/** As a library that read the file asks. */
function refresh(
  scene: RoutesScene,
  http: string,
  handle: string,
  more: Readonly<Record<string, string>> = {},
): Promise<Heard> {
  const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: handle, ...more }).toString()
  return scene.knock(http, '/adc/token', { method: 'POST', headers: { ...basic, ...form }, body })
}

describe('the door over HTTP', () => {
  it('gives a token for a handle', async () => {
    const { scene, http, handle, leaseId } = await withHandle()
    const headers = { authorization: `Bearer ${handle}` }
    const answer = await scene.knock(http, '/v1/token', { method: 'POST', headers, body: { scopes: [mail] } })
    expect(answer).toMatchObject({
      status: 200,
      headers: { 'cache-control': 'no-store' },
      json: { token_type: 'Bearer', scopes: [mail], account: 'asha@gmail.test', lease: leaseId },
    })
    expect(answer.json['expires_in']).toBeLessThanOrEqual(3599)
    scene.expectGood(answer.json['access_token'])
    expect(Object.keys(answer.headers).some((name) => name.startsWith('access-control'))).toBe(false)
  })

  it.each([
    ['nothing', {}],
    ['a handle that is none', { authorization: 'Bearer latchkey.aaaaaaaaaaaa.short' }],
    ['a handle of nobody', { authorization: `Bearer latchkey.aaaaaaaaaaaa.${'a'.repeat(43)}` }],
    ['another kind of proof', basic],
  ])('refuses %s', async (_, headers) => {
    const { scene, http } = await withHandle()
    const answer = await scene.knock(http, '/v1/token', { method: 'POST', headers, body: {} })
    expect(answer).toMatchObject({ status: 401, json: { error: { code: 'lease-unknown' } } })
  })

  it('asks nobody anything, whatever the request says', async () => {
    const { scene, http, handle } = await withHandle({ scopes: [mail] })
    const headers = { authorization: `Bearer ${handle}` }
    const body = { scopes: [drive], ask: 'wait' }
    const answer = await scene.knock(http, '/v1/token', { method: 'POST', headers, body })
    expect(answer).toMatchObject({ status: 403, json: { error: { code: 'lease-scopes' } } })
    expect(scene.snapshot().asks).toEqual([])
  })

  it.each(['/', '/v1/status', '/v1/lease', '/v1/command/app.snapshot', '/adc', '/adc/introspect'])(
    'has nothing at %s',
    async (path) => {
      const { scene, http } = await withHandle()
      expect(await scene.knock(http, path, { method: 'POST', headers: basic })).toMatchObject({ status: 404 })
    },
  )

  it('takes a token question by POST alone', async () => {
    const { scene, http, handle } = await withHandle()
    const headers = { authorization: `Bearer ${handle}` }
    for (const path of ['/v1/token', '/adc/token'])
      expect((await scene.knock(http, path, { headers })).status).toBe(405)
  })
})

describe('the door of Google’s libraries', () => {
  it('answers a refresh as the standard has it', async () => {
    const { scene, http, handle } = await withHandle({ door: 'adc', scopes: [mail] })
    const answer = await refresh(scene, http, handle)
    expect(answer).toMatchObject({ status: 200, json: { token_type: 'Bearer', scope: mail } })
    expect(answer.json['expires_in']).toBeGreaterThan(300)
    scene.expectGood(answer.json['access_token'])
    expect(answer.json).not.toHaveProperty('refresh_token')
  })

  it('gives a narrower token to who asks for less', async () => {
    const { scene, http, handle } = await withHandle({ door: 'adc' })
    expect(await refresh(scene, http, handle, { scope: drive })).toMatchObject({ json: { scope: drive } })
  })

  it('says in one sentence what became of the lease, so that libraries show it', async () => {
    const { scene, http, handle, leaseId } = await withHandle({ door: 'adc', label: 'nightly “backup”' })
    await scene.give({ door: 'http' })
    await scene.ask('leases.end', { leaseId })
    const answer = await refresh(scene, http, handle)
    expect(answer).toMatchObject({ status: 400, json: { error: 'invalid_grant' } })
    const text = String(answer.json['error_description'])
    expect(text).toMatch(/^Latchkey: The lease 'nightly 'backup'' was taken back\. /)
    expect(text).not.toMatch(/["“”\\]/)
  })

  it('sends nobody to sign in anew for what passes', async () => {
    const { scene, http, handle } = await withHandle({ door: 'adc' })
    await scene.ask('doors.lock', {})
    const locked = await refresh(scene, http, handle)
    expect(locked).toMatchObject({ status: 503, json: { error: 'temporarily_unavailable' } })
    await scene.ask('doors.unlock', {})
    expect((await refresh(scene, http, handle)).status).toBe(200)
  })

  it('names what the lease does not allow', async () => {
    const { scene, http, handle } = await withHandle({ door: 'adc', scopes: [mail] })
    const answer = await refresh(scene, http, handle, { scope: `${mail} ${drive}` })
    expect(answer).toMatchObject({ status: 400, json: { error: 'invalid_scope' } })
    expect(answer.json['error_description']).toContain(drive)
  })

  it('does not take the handle of another door', async () => {
    const { scene, http, handle } = await withHandle({ door: 'http' })
    expect(await refresh(scene, http, handle)).toMatchObject({
      status: 400,
      json: { error: 'invalid_grant' },
    })
  })

  it.each([
    ['no client', 401, 'invalid_client', form, 'grant_type=refresh_token&refresh_token=x'],
    ['a bearer', 401, 'invalid_client', { ...form, authorization: 'Bearer x' }, 'grant_type=refresh_token'],
    ['JSON', 400, 'invalid_request', { ...basic, 'content-type': 'application/json' }, '{}'],
    [
      'no form at all',
      400,
      'invalid_request',
      { ...basic, 'content-type': 'text/plain' },
      'grant_type=refresh_token',
    ],
    [
      'another grant',
      400,
      'unsupported_grant_type',
      { ...basic, ...form },
      'grant_type=authorization_code&code=x',
    ],
    ['no handle', 400, 'invalid_request', { ...basic, ...form }, 'grant_type=refresh_token'],
    [
      'two handles',
      400,
      'invalid_request',
      { ...basic, ...form },
      'grant_type=refresh_token&refresh_token=a&refresh_token=b',
    ],
    [
      'a wrong handle',
      400,
      'invalid_grant',
      { ...basic, ...form },
      'grant_type=refresh_token&refresh_token=1//real',
    ],
  ])('refuses %s', async (_, status, error, headers, body) => {
    const { scene, http } = await withHandle({ door: 'adc' })
    const answer = await scene.knock(http, '/adc/token', { method: 'POST', headers, body })
    expect(answer).toMatchObject({ status, json: { error } })
    expect(answer.text).not.toContain('1//real')
  })

  it('looks who asks where a rule decides, and falls back to the folder of its giving', async () => {
    const scene = await routesScene()
    const { json } = await scene.give(
      { door: 'adc', accountId: null, clientId: null },
      { folder: '/home/asha/infra' },
    )
    expect(json['lease']).toMatchObject({ accountId: null, program: { folder: '/home/asha/infra' } })
    const handle =
      /latchkey\.[\w-]+\.[\w-]{43}/.exec(scene.world.foreignFiles.files.get(adcFile) ?? '')?.[0] ?? ''
    const answer = await refresh(scene, scene.snapshot().doors.http ?? '', handle)
    expect(answer.status).toBe(200)
  })
})
