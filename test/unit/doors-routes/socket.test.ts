import { describe, expect, it } from 'vitest'
import type { CommandName } from '../../../electron/contract/commands.ts'
import { commands } from '../../../electron/contract/commands.ts'
import { answeredHere } from '../../../electron/core/doors/routes/command-route.ts'
import type { SeenProgram } from '../../../electron/core/ports.ts'
import { drive, mail } from '../../support/test-context.ts'
import { remoteSocket, routesScene, socket } from './routes-scene.ts'

const terraform: SeenProgram = {
  ...{ pid: 4711, name: 'terraform', path: '/usr/bin/terraform', folder: '/home/asha/infra' },
  ...{ key: 'terraform-terraform', sameUser: true },
}

describe('the socket', () => {
  it('says how things stand to a caller of this machine, and little to another one', async () => {
    const scene = await routesScene()
    expect((await scene.local('/v1/status')).json).toMatchObject({
      ...{ protocol: 1, profile: 'real', locked: false, store: 'keychain', vaultLocked: false, accounts: 1 },
      ...{ leases: 0, asks: 0, http: null, remote: false, problem: null, owner: { kind: 'app' } },
    })
    const shown = ['locked', 'protocol', 'remote', 'version']
    const forwarded = await scene.knock(remoteSocket, '/v1/status')
    expect(Object.keys(forwarded.json).sort()).toEqual(shown)
    const withoutKey = await scene.knock(socket, '/v1/status', { headers: { 'latchkey-local': 'guessed' } })
    expect(Object.keys(withoutKey.json).sort()).toEqual(shown)
    expect(withoutKey.json).toMatchObject({ remote: true })
  })

  it('takes the key of this machine for nothing at the socket that is forwarded', async () => {
    const scene = await routesScene()
    const headers = { 'latchkey-local': scene.world.doors.announced?.local ?? '' }
    const answer = await scene.knock(remoteSocket, '/v1/events', { headers })
    expect(answer.status).toBe(403)
    expect(answer.json).toMatchObject({ error: { code: 'local-only' } })
  })

  it.each(['/v1/lease', '/v1/identity', '/v1/events', '/v1/ledger', '/v1/ledger/verify', '/v1/sign-in/link'])(
    'answers %s on this machine only',
    async (path) => {
      const scene = await routesScene()
      for (const address of [socket, remoteSocket]) {
        const answer = await scene.knock(address, path, { method: 'POST' })
        expect(answer).toMatchObject({ status: 403, json: { error: { code: 'local-only' } } })
      }
    },
  )

  it.each(['/', '/v1', '/v1/', '/v1/tokens', '/v1/token/', '/v1/owners', '/v1/owner/stop', '/adc/token'])(
    'has nothing at %s',
    async (path) => {
      const scene = await routesScene()
      expect(await scene.local(path)).toMatchObject({ status: 404, json: { error: { code: 'not-found' } } })
    },
  )

  it.each([
    ['GET', '/v1/token'],
    ['POST', '/v1/status'],
    ['POST', '/v1/events'],
    ['GET', '/v1/lease'],
    ['DELETE', '/v1/command/app.snapshot'],
  ])('refuses %s for %s', async (method, path) => {
    const scene = await routesScene()
    expect((await scene.local(path, {}, { method })).status).toBe(405)
  })

  it('refuses a token that nobody could be asked about', async () => {
    const scene = await routesScene()
    const answer = await scene.local('/v1/token', {})
    expect(answer).toMatchObject({ status: 403, json: { error: { code: 'lease-needed', retryable: false } } })
    expect(answer.json['error']).toHaveProperty('next')
  })

  it.each([
    ['no JSON', 'account=asha'],
    ['a list', '[]'],
    ['an unknown field', { acount: 'asha' }],
    ['a scope that is none', { scopes: [7] }],
    ['no scope at all', { scopes: [] }],
    ['a life of a year', { minTtlMs: 366 * 24 * 3600 * 1000 }],
    ['a process that cannot be', { pid: 0 }],
    ['a very long name', { program: { name: 'x'.repeat(200) } }],
  ])('refuses %s as a question for a token, without repeating it', async (_, body) => {
    const scene = await routesScene()
    const answer = await scene.local('/v1/token', body)
    expect(answer).toMatchObject({ status: 400, json: { error: { code: 'params-invalid' } } })
    expect(answer.text).not.toContain('xxxx')
  })

  it('tells which question waits, and gives the token to who comes back for it', async () => {
    const scene = await routesScene()
    scene.world.programs.running.set(4711, terraform)
    const asked = await scene.local('/v1/token', { pid: 4711, ask: 'tell', scopes: [mail] })
    expect(asked.status).toBe(202)
    expect(asked.json).toMatchObject({
      ask: { program: { name: 'terraform', certainty: 'stated', pid: 4711 }, scopes: [mail], remote: false },
    })
    const { askId } = asked.json['ask'] as { askId: string }
    expect(scene.snapshot().asks.map((ask) => ask.askId)).toEqual([askId])
    const waiting = scene.local('/v1/token', { pid: 4711, askId, scopes: [mail] })
    expect(await scene.ask('asks.answer', { askId, answer: 'once', scopes: null })).toMatchObject({
      ok: true,
    })
    const given = await waiting
    expect(given.json).toMatchObject({
      token_type: 'Bearer',
      account: 'asha@gmail.test',
      account_id: scene.accountId,
    })
    scene.expectGood(given.json['access_token'])
  })

  it('marks what another machine says as claimed, and takes nothing in it for a command', async () => {
    const scene = await routesScene()
    scene.world.programs.running.set(4711, terraform)
    const program = { name: '\u001b[2Jrsync\u202e', host: 'build\n1', folder: '/srv' }
    const asked = await scene.knock(remoteSocket, '/v1/token', {
      method: 'POST',
      body: { pid: 4711, folder: '/home/asha', program, ask: 'tell' },
    })
    expect(scene.snapshot().asks).toMatchObject([
      { remote: true, program: { name: '[2Jrsync', host: 'build1', certainty: 'claimed', pid: null } },
    ])
    expect(asked.status).toBe(202)
  })

  it('tells another machine that a question waits, and neither whose access it is about nor what was granted', async () => {
    const scene = await routesScene()
    const ask = (more: object) =>
      scene.knock(remoteSocket, '/v1/token', {
        method: 'POST',
        body: { program: { name: 'rsync', host: 'build-1' }, ask: 'tell', ...more },
      })
    const asked = await ask({})
    expect(Object.keys(asked.json['ask'] as object).sort()).toEqual(['askId', 'askedAt', 'endsAt'])
    for (const more of [
      { account: 'nobody@else.test' },
      { client: 'no-such-client.apps.googleusercontent.com' },
      { scopes: ['https://www.googleapis.com/auth/calendar'] },
    ])
      expect(await ask(more)).toMatchObject({ status: 403, json: { error: { code: 'lease-needed' } } })
  })

  it('tells the holder of a lease on another machine no more names than the lease’s', async () => {
    const scene = await routesScene()
    const { json } = await scene.give({ remote: true })
    const headers = { authorization: `Bearer ${String(json['handle'])}` }
    const body = { account: 'nobody@else.test' }
    const answer = await scene.knock(remoteSocket, '/v1/token', { method: 'POST', body, headers })
    expect(answer.json).toMatchObject({ error: { code: 'lease-account' } })
  })

  it('takes no question’s answer for a lease that is shown besides', async () => {
    const scene = await routesScene()
    scene.world.programs.running.set(4711, terraform)
    const { json } = await scene.give({ scopes: [mail] })
    const asked = await scene.local('/v1/token', { pid: 4711, ask: 'tell', scopes: [drive] })
    const { askId } = asked.json['ask'] as { askId: string }
    await scene.ask('asks.answer', { askId, answer: 'always', scopes: null })
    const headers = { authorization: `Bearer ${String(json['handle'])}` }
    const answer = await scene.local('/v1/token', { pid: 4711, askId, scopes: [drive] }, { headers })
    expect(answer.json).toMatchObject({ error: { code: 'lease-scopes' } })
  })

  it('takes a handle over HTTP for one at the socket too, within its scopes', async () => {
    const scene = await routesScene()
    const { json } = await scene.give({ scopes: [mail] })
    const headers = { authorization: `Bearer ${String(json['handle'])}` }
    const good = await scene.local('/v1/token', { scopes: [mail] }, { headers })
    expect(good).toMatchObject({ status: 200, json: { scopes: [mail] } })
    const more = await scene.local('/v1/token', { scopes: [drive] }, { headers })
    expect(more).toMatchObject({ status: 403, json: { error: { code: 'lease-scopes' } } })
    const remote = await scene.knock(remoteSocket, '/v1/token', { method: 'POST', body: {}, headers })
    expect(remote).toMatchObject({ status: 403, json: { error: { code: 'lease-not-remote' } } })
  })

  it('makes no id token from the access of a person', async () => {
    const scene = await routesScene()
    const { json } = await scene.give()
    const headers = { authorization: `Bearer ${String(json['handle'])}` }
    const answer = await scene.local('/v1/identity', { audience: 'https://api.example' }, { headers })
    expect(answer).toMatchObject({ status: 403, json: { error: { code: 'identity-not-possible' } } })
  })
})

describe('a command at the socket', () => {
  it('is answered or refused on purpose, for every command of the contract', async () => {
    expect(Object.keys(answeredHere).sort()).toEqual(Object.keys(commands).sort())
    const scene = await routesScene()
    for (const name of Object.keys(commands) as CommandName[]) {
      if (answeredHere[name]) continue
      const answer = await scene.local(`/v1/command/${name}`, {})
      expect(answer, name).toMatchObject({ status: 403, json: { error: { code: 'command-not-here' } } })
    }
  })

  it('uses neither the clipboard nor a dialog', () => {
    const answered = (Object.keys(commands) as CommandName[]).filter((name) => answeredHere[name])
    expect(answered.filter((name) => /copy|paste|clipboard|pick/i.test(name))).toEqual([])
  })

  it('reaches the same handler as from the window', async () => {
    const scene = await routesScene()
    const { accountId } = scene
    const labelled = await scene.local('/v1/command/accounts.update', { accountId, label: 'work' })
    expect(labelled).toMatchObject({ status: 200, json: { value: null } })
    expect(scene.snapshot().accounts[0]?.label).toBe('work')
  })

  it('is refused with a name that is none and with params that do not fit', async () => {
    const scene = await routesScene()
    for (const name of ['accounts.unknown', 'toString', '__proto__', ''])
      expect(await scene.local(`/v1/command/${name}`, {}), name).toMatchObject({ status: 404 })
    const unfit = await scene.local('/v1/command/accounts.update', { accountId: 7 })
    expect(unfit).toMatchObject({ status: 400, json: { error: { code: 'params-invalid' } } })
    const list = await scene.local('/v1/command/app.snapshot', '[]')
    expect(list).toMatchObject({ status: 400 })
  })
})

describe('signing in from a terminal', () => {
  it('shows the link of a sign-in and takes the address that the browser ended at', async () => {
    const scene = await routesScene()
    const { clientId } = scene.snapshot().clients[0] ?? { clientId: '' }
    const started = await scene.local('/v1/command/signIn.start', {
      ...{ clientId, scopes: [], accountId: null, elsewhere: true },
    })
    const { flowId } = started.json['value'] as { flowId: string }
    await scene.reach(flowId, 'waiting')
    const { json } = await scene.local('/v1/sign-in/link', { flowId })
    expect(String(json['link'])).toMatch(/^https:\/\/accounts\.google\.com\//)
    const pasted = await scene.local('/v1/sign-in/paste', { flowId, text: 'not an address' })
    expect(pasted).toMatchObject({ json: { error: { code: 'paste-no-address' } } })
    expect(await scene.local('/v1/sign-in/link', { flowId: 'aaaaaaaaaaaa' })).toMatchObject({ status: 404 })
  })
})
