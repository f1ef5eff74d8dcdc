import { describe, expect, it } from 'vitest'
import { keyFile, robotEmail, robotGoogle } from '../../support/service-accounts.ts'
import type { RoutesScene } from './routes-scene.ts'
import { routesScene } from './routes-scene.ts'

const calendar = 'https://www.googleapis.com/auth/calendar'
const account = '/computeMetadata/v1/instance/service-accounts/default'
const headers = { 'metadata-flavor': 'Google' }

async function withRobot(): Promise<{ readonly scene: RoutesScene; readonly robotId: string }> {
  const scene = await routesScene()
  robotGoogle(scene.world)
  scene.world.desktop.clipboard = keyFile()
  await scene.ask('clients.importClipboard', { acceptUncheckedSecret: false })
  const robotId = scene.snapshot().accounts.find(({ email }) => email === robotEmail)?.accountId ?? ''
  await scene.ask('service.configure', { accountId: robotId, scopes: [calendar], subject: null })
  return { scene, robotId }
}

const isJwt = /^[\w-]+\.[\w-]+\.[\w-]*$/

describe('a service account at the doors', () => {
  it('has id tokens for an audience at its metadata server, as text', async () => {
    const { scene, robotId } = await withRobot()
    const { json } = await scene.give({ door: 'metadata', accountId: robotId, clientId: null })
    const address = String(json['address'])
    const query = 'audience=https://api.example&format=full'
    const answer = await scene.knock(address, `${account}/identity`, { headers, query })
    expect(answer).toMatchObject({ status: 200, headers })
    expect(answer.text).toMatch(isJwt)
    for (const bad of ['', 'audience=', `audience=${'x'.repeat(600)}`])
      expect(await scene.knock(address, `${account}/identity`, { headers, query: bad })).toMatchObject({
        status: 400,
      })
    const project = await scene.knock(address, '/computeMetadata/v1/project/project-id', { headers })
    expect(project.text).toBe('field-tools')
    const token = await scene.knock(address, `${account}/token`, { headers })
    expect(token.json).toMatchObject({ token_type: 'Bearer' })
  })

  it('has them over the socket, for a lease', async () => {
    const { scene, robotId } = await withRobot()
    const { json } = await scene.give({ accountId: robotId, clientId: null })
    const authorization = `Bearer ${String(json['handle'])}`
    const body = { audience: 'https://api.example' }
    const answer = await scene.local('/v1/identity', body, { headers: { authorization } })
    expect(answer.status).toBe(200)
    expect(String(answer.json['id_token'])).toMatch(isJwt)
    expect(answer.json['expires_at']).toBeGreaterThan(scene.world.clock.now())
  })
})

describe('a program that asks for an id token', () => {
  it('gets one by a person’s yes, whatever scopes are configured, and again without being asked', async () => {
    const { scene } = await withRobot()
    const body = { audience: 'https://api.example', account: robotEmail, program: { name: 'deploy' } }
    const waiting = scene.local('/v1/identity', body)
    await expect.poll(() => scene.snapshot().asks).toMatchObject([{ scopes: ['openid'], named: true }])
    const [ask] = scene.snapshot().asks
    await scene.ask('asks.answer', { askId: ask?.askId ?? '', answer: 'always', scopes: null })
    expect(String((await waiting).json['id_token'])).toMatch(isJwt)
    expect((await scene.local('/v1/identity', { ...body, ask: 'never' })).status).toBe(200)
    const token = { account: robotEmail, program: { name: 'deploy' }, scopes: [calendar], ask: 'never' }
    expect(await scene.local('/v1/token', token)).toMatchObject({ json: { error: { code: 'lease-needed' } } })
  })
})
