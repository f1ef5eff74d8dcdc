/** Web server clients: registered addresses, refresh tokens on request, both ways of proving themselves. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { TokenAnswer } from './practice-world.ts'
import {
  askToken,
  authUrl,
  codeOf,
  consent,
  exchange,
  furtherClient,
  redirectUri,
  refresh,
  sam,
  signIn,
  usePractice,
  value,
  verifier,
  visit,
} from './practice-world.ts'

const server = usePractice()
const loopback = 'http://127.0.0.1:28418/latchkey'
const elsewhere = 'https://tools.example/oauth/callback'
type Client = Awaited<ReturnType<typeof furtherClient>>
let web: Client

beforeEach(async () => {
  web = await furtherClient(server, 'same', 'web')
})

type Params = Readonly<Record<string, string | null>>
const asked = (more: Params = {}): Params => ({
  client_id: web.client_id,
  redirect_uri: loopback,
  access_type: 'offline',
  ...more,
})

async function signInHere(more: Params = {}, exchanged: Params = {}): Promise<TokenAnswer> {
  const params = asked(more)
  const code = await consent(server, params)
  return exchange(server, code, { ...web, redirect_uri: params['redirect_uri'] ?? null, ...exchanged })
}

const basic = (id: string, secret: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`,
})

describe('a web client', () => {
  it('has a file of its kind, with its registered addresses', async () => {
    const file = JSON.parse(
      value(await server.control.clientFile({ project: 'other', kind: 'web' })),
    ) as object
    expect(Object.keys(file)).toEqual(['web'])
    const origins = ['http://localhost:28417', 'http://127.0.0.1:28418']
    expect(file).toMatchObject({
      web: {
        project_id: 'lantern-practice',
        token_uri: `${server.issuer}/token`,
        redirect_uris: [
          'http://localhost:28417/oauth2callback',
          loopback,
          'http://[::1]:28419/latchkey',
          elsewhere,
        ],
        javascript_origins: origins,
      },
    })
  })

  it('is made when it is asked for, per project, and is unlike the Desktop clients', async () => {
    const made = [
      web,
      await furtherClient(server, 'other', 'web'),
      await furtherClient(server, 'same', 'device'),
      await furtherClient(server, 'other', 'device'),
      await furtherClient(server, 'same'),
      await furtherClient(server, 'other'),
    ].map(({ client_id }) => client_id)
    expect(new Set([...made, server.clientId]).size).toBe(7)
    expect(made.map((id) => id.split('-')[0] === server.clientId.split('-')[0])).toEqual([
      true,
      false,
      true,
      false,
      true,
      false,
    ])
  })

  it('of a device has a file that does not tell it from one of a Desktop client, but for the addresses', async () => {
    const { installed } = JSON.parse(value(await server.control.clientFile({ kind: 'device' }))) as {
      installed: object
    }
    expect(Object.keys(installed).sort()).toEqual([
      'auth_provider_x509_cert_url',
      'auth_uri',
      'client_id',
      'client_secret',
      'project_id',
      'token_uri',
    ])
  })

  it.each([loopback, elsewhere, 'http://[::1]:28419/latchkey'])('is sent back to %s', async (address) => {
    const { status, json } = await signInHere({ redirect_uri: address })
    expect([status, typeof json['refresh_token']]).toEqual([200, 'string'])
  })

  it.each([
    ['another port', 'http://127.0.0.1:28499/latchkey'],
    ['a slash more', `${loopback}/`],
    ['a query', `${loopback}?a=b`],
    ['another host of the same machine', 'http://localhost:28418/latchkey'],
    ['other letters’ case', 'http://127.0.0.1:28418/Latchkey'],
    ['an address of nobody', 'not an address'],
  ])('is not sent back to %s than what is registered', async (_name, address) => {
    const seen = await visit(authUrl(server, asked({ redirect_uri: address })))
    expect([seen.status, seen.arrived]).toEqual([400, null])
    expect(seen.page).toContain('Error 400: redirect_uri_mismatch')
  })

  it('leaves a Desktop client any loopback address, and no other', async () => {
    expect((await signIn(server)).status).toBe(200)
    const seen = await visit(authUrl(server, { redirect_uri: elsewhere }))
    expect(seen.page).toContain('redirect_uri_mismatch')
  })

  it('names the address of its request once more when it exchanges the code', async () => {
    const answer = await signInHere({}, { redirect_uri: elsewhere })
    expect([answer.status, answer.json['error']]).toEqual([400, 'redirect_uri_mismatch'])
  })

  it.each([
    ['offline', 'string'],
    ['online', 'undefined'],
    [null, 'undefined'],
  ])('asking for access_type=%s gets a refresh token: %s', async (type, token) => {
    const { json } = await signInHere({ access_type: type })
    expect(typeof json['refresh_token']).toBe(token)
    const info = await fetch(`${server.issuer}/tokeninfo?access_token=${String(json['access_token'])}`)
    expect(((await info.json()) as { access_type: string }).access_type).toBe(type ?? 'online')
  })

  it('cannot ask for another access_type', async () => {
    const seen = await visit(authUrl(server, asked({ access_type: 'forever' })))
    expect(seen.page).toContain('Invalid access_type: forever')
  })

  it('has new addresses once somebody registers them, which stay over a restart', async () => {
    const fresh = 'http://127.0.0.1:49155/here'
    const registered = { redirectUris: [fresh], javascriptOrigins: [] }
    value(await server.control.setRedirects(registered))
    await server.restart()
    expect((await visit(authUrl(server, asked({ redirect_uri: fresh })))).status).toBe(200)
    expect((await visit(authUrl(server, asked()))).page).toContain('redirect_uri_mismatch')
    const file = value(await server.control.clientFile({ kind: 'web' }))
    expect(JSON.parse(file)).toMatchObject({ web: { redirect_uris: [fresh], javascript_origins: [] } })
  })

  it('has to be there before its addresses can be changed', async () => {
    const registered = { redirectUris: [redirectUri], javascriptOrigins: [] }
    const told = await server.control.setRedirects({ ...registered, project: 'other' })
    expect(told).toMatchObject({ ok: false, error: { code: 'not-found' } })
    const broken = await server.control.setRedirects({ redirectUris: ['nonsense'], javascriptOrigins: [] })
    expect(broken).toMatchObject({ ok: false, error: { code: 'practice-failed' } })
  })

  it('shares the consent of its project, and its end', async () => {
    await signIn(server, { login_hint: sam })
    const silent = await visit(authUrl(server, asked({ prompt: 'none', login_hint: sam })))
    expect(codeOf(silent)).toMatch(/^4\//)
    const { json } = await signInHere({ login_hint: sam })
    value(await server.control.revokeAtAccountPage(sam))
    expect((await refresh(server, json['refresh_token'], web)).status).toBe(400)
  })
})

describe('a client that proves itself by Basic', () => {
  const noSecret = { client_id: null, client_secret: null }

  it('exchanges a code and refreshes', async () => {
    const code = await consent(server, asked())
    const headers = basic(web.client_id, web.client_secret)
    const exchanged = await askToken(
      server,
      {
        ...noSecret,
        grant_type: 'authorization_code',
        code,
        redirect_uri: loopback,
        code_verifier: verifier,
      },
      headers,
    )
    expect(exchanged.status).toBe(200)
    const refresh_token = String(exchanged.json['refresh_token'])
    const refreshed = await askToken(
      server,
      { ...noSecret, grant_type: 'refresh_token', refresh_token },
      headers,
    )
    expect([refreshed.status, refreshed.json['access_token']]).toEqual([
      200,
      expect.stringMatching(/^ya29\./),
    ])
  })

  it.each([
    ['a wrong secret', (): Record<string, string> => basic(web.client_id, 'wrong'), 401, 'invalid_client'],
    [
      'an unknown client',
      (): Record<string, string> => basic('5-x', web.client_secret),
      401,
      'invalid_client',
    ],
    ['no secret', (): Record<string, string> => basic(web.client_id, ''), 400, 'invalid_request'],
    ['what is not base64', () => ({ authorization: 'Basic %%%' }), 400, 'invalid_request'],
  ] as const)('is refused with %s', async (_name, headers, status, error) => {
    const params = { ...noSecret, grant_type: 'refresh_token', refresh_token: '1//made-up' }
    const answer = await askToken(server, params, headers())
    expect([answer.status, answer.json['error']]).toEqual([status, error])
  })

  it('is one of the two ways that are announced', async () => {
    const found = (await (await fetch(`${server.issuer}/.well-known/openid-configuration`)).json()) as object
    expect(found).toMatchObject({
      token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
    })
  })
})
