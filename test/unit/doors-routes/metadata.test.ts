import { describe, expect, it } from 'vitest'
import { drive, mail } from '../../support/test-context.ts'
import type { Heard, RoutesScene } from './routes-scene.ts'
import { routesScene } from './routes-scene.ts'

const flavor = { 'metadata-flavor': 'Google' }
const root = '/computeMetadata/v1'
const account = `${root}/instance/service-accounts/default`

interface Lane {
  readonly scene: RoutesScene
  readonly address: string
  readonly leaseId: string
  get(path: string, query?: string): Promise<Heard>
}

async function lane(wish: Parameters<RoutesScene['give']>[0] = {}): Promise<Lane> {
  const scene = await routesScene()
  const { json } = await scene.give({ door: 'metadata', scopes: [mail, drive], ...wish })
  const address = String(json['address'])
  return {
    ...{ scene, address },
    leaseId: (json['lease'] as { leaseId: string }).leaseId,
    get: (path, query = '') => scene.knock(address, path, { headers: flavor, query }),
  }
}

describe('a metadata server', () => {
  it('answers the ping of its root without the header', async () => {
    const { scene, address } = await lane()
    expect(await scene.knock(address, '/')).toMatchObject({
      status: 200,
      headers: { 'metadata-flavor': 'Google' },
    })
  })

  it.each([
    [`${root}/`, 'instance/\nproject/\nuniverse/\n'],
    [`${root}/instance/`, 'service-accounts/\n'],
    [`${root}/instance/service-accounts/`, 'default/\nasha@gmail.test/\n'],
    [`${account}/`, 'aliases\nemail\nscopes\n'],
    [`${account}/email`, 'asha@gmail.test'],
    [`${account}/aliases`, 'default\n'],
    [`${account}/scopes`, `${mail}\n${drive}\n`],
    [`${root}/instance/service-accounts/asha@gmail.test/email`, 'asha@gmail.test'],
    [`${root}/universe/universe-domain`, 'googleapis.com'],
    [`${root}/project/numeric-project-id`, '123456789'],
  ])('lists %s', async (path, text) => {
    const { get } = await lane()
    const answer = await get(path)
    expect(answer).toMatchObject({ status: 200, headers: { ...flavor, 'content-type': 'application/text' } })
    if (path.endsWith('numeric-project-id')) expect(answer.text).toMatch(/^\d+$/)
    else expect(answer.text).toBe(text)
  })

  it('tells of the account as one object, as the libraries ask first', async () => {
    const { get } = await lane()
    const answer = await get(`${account}/`, 'recursive=true')
    expect(answer).toMatchObject({
      headers: { 'content-type': 'application/json' },
      json: { aliases: ['default'], email: 'asha@gmail.test', scopes: [mail, drive] },
    })
    const whole = await get(`${root}/`, 'recursive=True&alt=json')
    expect(whole.json).toMatchObject({
      instance: { serviceAccounts: { default: { email: 'asha@gmail.test' } } },
      universe: { universeDomain: 'googleapis.com' },
    })
    const text = await get(`${account}/`, 'recursive=true&alt=text')
    expect(text.text).toBe(`aliases default\nemail asha@gmail.test\nscopes ${mail}\nscopes ${drive}\n`)
  })

  it.each([
    ['/computeMetadata', '/computeMetadata/'],
    [root, `${root}/`],
    [`${root}/instance`, `${root}/instance/`],
    [account, `${account}/`],
  ])('leads from %s to its folder', async (path, location) => {
    const { get } = await lane()
    expect(await get(path)).toMatchObject({ status: 301, headers: { ...flavor, location } })
  })

  it('keeps what was asked for when it leads on', async () => {
    const { get } = await lane()
    expect(await get(account, 'recursive=true')).toMatchObject({
      headers: { location: `${account}/?recursive=true` },
    })
  })

  it('gives a token of the account, narrower where scopes are named', async () => {
    const { scene, get } = await lane()
    const whole = await get(`${account}/token`)
    expect(whole).toMatchObject({ status: 200, json: { token_type: 'Bearer' } })
    expect(Object.keys(whole.json).sort()).toEqual(['access_token', 'expires_in', 'token_type'])
    scene.expectGood(whole.json['access_token'])
    const narrow = await get(`${account}/token`, new URLSearchParams({ scopes: mail }).toString())
    expect(narrow.json['access_token']).not.toBe(whole.json['access_token'])
  })

  it('refuses what the lease does not allow, in words that libraries show', async () => {
    const { get } = await lane({ scopes: [mail] })
    const answer = await get(`${account}/token`, `scopes=${mail},${drive}`)
    expect(answer).toMatchObject({ status: 403, headers: flavor })
    expect(answer.text).toMatch(/^Latchkey: The lease “backup” does not allow https.*drive/)
  })

  it.each([
    ['without the header', {}],
    ['with another flavour', { 'metadata-flavor': 'google' }],
    ['through a proxy', { ...flavor, 'x-forwarded-for': '10.0.0.1' }],
  ])('refuses a request %s', async (_, headers) => {
    const { scene, address } = await lane()
    const answer = await scene.knock(address, `${account}/token`, { headers })
    expect(answer).toMatchObject({ status: 403, headers: flavor })
    expect(answer.text).not.toContain('ya29')
  })

  it.each(['POST', 'PUT', 'DELETE', 'HEAD'])('does not know %s', async (method) => {
    const { scene, address } = await lane()
    expect((await scene.knock(address, `${account}/token`, { method, headers: flavor })).status).toBe(405)
  })

  it.each([
    `${account}/email/`,
    `${account}/tokens`,
    `${account}/token/`,
    `${account}/token/more`,
    `${root}/instance/service-accounts/someone@else.test/token`,
    `${root}/instance/attributes/`,
    `${root}/instance/zone`,
    `${root}/toString`,
    `${root}/__proto__/`,
    `${root}//`,
    '/computeMetadata/v2/',
    '/latest/meta-data/',
  ])('has nothing at %s', async (path) => {
    const { get } = await lane()
    expect(await get(path)).toMatchObject({ status: 404, headers: flavor })
  })

  it('has no id tokens of a person', async () => {
    const { get } = await lane()
    expect((await get(`${account}/identity`, 'audience=https://api.example&format=full')).status).toBe(404)
  })

  it('keeps several accounts side by side, each at a port of its own', async () => {
    const { scene, address } = await lane()
    const { json } = await scene.give({ door: 'metadata', label: 'other', scopes: [mail] })
    expect(json['address']).not.toBe(address)
    const scopes = await scene.knock(String(json['address']), `${account}/scopes`, { headers: flavor })
    expect(scopes.text).toBe(`${mail}\n`)
  })

  it('says so when its lease was taken back, to who looks whether it is there too', async () => {
    const { scene, address, leaseId } = await lane()
    await scene.ask('leases.end', { leaseId })
    expect(await scene.knock(address, '/computeMetadata/v1/instance/', { headers: flavor })).toMatchObject({
      status: 200,
    })
    const late = await scene.knock(address, `${account}/token`, { headers: flavor })
    expect(late).toMatchObject({ status: 403, text: expect.stringContaining('was taken back') as unknown })
    expect(scene.snapshot().leases).toMatchObject([
      { leaseId, address: null, ended: { reason: 'taken-back' } },
    ])
  })

  it('gives its port to another lease after its end', async () => {
    const scene = await routesScene()
    const first = await scene.give({ door: 'metadata', port: 23_900 })
    const { leaseId } = first.json['lease'] as { leaseId: string }
    await scene.ask('leases.end', { leaseId })
    const { json } = await scene.give({ door: 'metadata', label: 'other', scopes: [mail], port: 23_900 })
    const scopes = await scene.knock(String(json['address']), `${account}/scopes`, { headers: flavor })
    expect(scopes.text).toBe(`${mail}\n`)
    expect(scene.snapshot().leases.map(({ problem }) => problem)).toEqual([null, null])
  })

  it('opens at the port that was asked for, or is not given at all', async () => {
    const scene = await routesScene()
    const { json } = await scene.give({ door: 'metadata', port: 23_900 })
    expect(json['address']).toBe('127.0.0.1:23900')
    scene.world.doors.busy.add(23_901)
    const wish = { door: 'metadata', label: 'second', accountId: scene.accountId, port: 23_901 }
    const rest = { clientId: null, scopes: null, term: 'always', expiresAt: null, remote: false }
    const refused = await scene.local('/v1/lease', { ...wish, ...rest, file: null, quotaProject: null })
    expect(refused).toMatchObject({ status: 503, json: { error: { code: 'door-busy' } } })
    expect(scene.snapshot().leases).toHaveLength(1)
  })
})
