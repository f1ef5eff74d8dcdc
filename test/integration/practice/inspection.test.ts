import { describe, expect, it } from 'vitest'
import {
  asha,
  exchange,
  consent,
  meera,
  refresh,
  sam,
  scopeUrl,
  signIn,
  usePractice,
  value,
} from './practice-world.ts'

const server = usePractice()

async function get(
  path: string,
  token?: string,
): Promise<{ status: number; json: unknown; headers: Headers }> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const response = await fetch(`${server.issuer}${path}`, { headers })
  return { status: response.status, json: await response.json(), headers: response.headers }
}

function revokeToken(token: unknown, where: 'body' | 'query' = 'body'): Promise<Response> {
  const fields = new URLSearchParams({ token: String(token) })
  const url = `${server.issuer}/revoke`
  if (where === 'query') return fetch(`${url}?${fields.toString()}`, { method: 'POST' })
  return fetch(url, { method: 'POST', body: fields })
}

describe('revoking', () => {
  it.each([
    ['refresh_token', 'body'],
    ['access_token', 'body'],
    ['refresh_token', 'query'],
  ] as const)('by %s in the %s ends everything the account gave the project', async (kind, where) => {
    const first = (await signIn(server)).json
    const second = (await signIn(server)).json
    const other = (await signIn(server, { login_hint: sam })).json
    const pending = await consent(server)
    const answer = await revokeToken(first[kind], where)
    expect([answer.status, await answer.json()]).toEqual([200, {}])
    for (const dead of [first, second]) {
      expect((await refresh(server, dead['refresh_token'])).json['error_description']).toBe(
        'Token has been expired or revoked.',
      )
      expect((await get('/v1/userinfo', String(dead['access_token']))).status).toBe(401)
    }
    expect((await exchange(server, pending)).json['error']).toBe('invalid_grant')
    expect((await refresh(server, other['refresh_token'])).status).toBe(200)
  })

  it('says invalid_token for a dead and for an unknown token', async () => {
    const { refresh_token: token } = (await signIn(server)).json
    await revokeToken(token)
    for (const gone of [token, '1//never']) {
      const answer = await revokeToken(gone)
      const expected = { error: 'invalid_token', error_description: 'Token expired or revoked' }
      expect([answer.status, await answer.json()]).toEqual([400, expected])
    }
  })

  it('says invalid_request without a token, and 404 to GET', async () => {
    const none = await fetch(`${server.issuer}/revoke`, { method: 'POST' })
    expect([none.status, ((await none.json()) as { error: string }).error]).toEqual([400, 'invalid_request'])
    expect((await fetch(`${server.issuer}/revoke?token=x`)).status).toBe(404)
  })
})

describe('tokeninfo', () => {
  it('tells of an access token in strings', async () => {
    const { access_token: token } = (await signIn(server)).json
    const expected = {
      azp: server.clientId,
      aud: server.clientId,
      sub: asha,
      scope: `${scopeUrl}userinfo.email openid`,
      exp: String(server.machineNow / 1000 + 3599),
      expires_in: '3599',
      email: 'asha.rao@gmail.test',
      email_verified: 'true',
      access_type: 'offline',
    }
    expect((await get(`/tokeninfo?access_token=${String(token)}`)).json).toEqual(expected)
    expect((await get('/oauth2/v3/tokeninfo', String(token))).json).toEqual(expected)
  })

  it('leaves out who it is when identity was not granted', async () => {
    const { access_token: token } = (await signIn(server, { scope: `${scopeUrl}drive.file` })).json
    const { json } = await get('/tokeninfo', String(token))
    expect(json).not.toHaveProperty('sub')
    expect(json).not.toHaveProperty('email')
  })

  it('tells of an id token, header included', async () => {
    const { id_token: token } = (await signIn(server)).json
    const { status, json } = await get(`/tokeninfo?id_token=${String(token)}`)
    expect(status).toBe(200)
    expect(json).toMatchObject({ sub: asha, alg: 'RS256', typ: 'JWT', email_verified: 'true' })
  })

  it('says Invalid Value for one that ended, one that was changed, and none', async () => {
    const { access_token: access, id_token: id } = (await signIn(server)).json
    const refused = { error: 'invalid_token', error_description: 'Invalid Value' }
    expect((await get(`/tokeninfo?id_token=${String(id).slice(0, -8)}AAAAAAAA`)).json).toEqual(refused)
    expect((await get('/tokeninfo')).json).toEqual(refused)
    value(await server.control.setClockOffset(3599 * 1000))
    const late = await get('/tokeninfo', String(access))
    expect([late.status, late.json]).toEqual([400, refused])
  })
})

describe('userinfo', () => {
  it('tells what the scopes allow', async () => {
    const { access_token: full } = (
      await signIn(server, { login_hint: meera, scope: 'openid email profile' })
    ).json
    expect((await get('/v1/userinfo', String(full))).json).toEqual({
      sub: meera,
      hd: 'northwind.test',
      email: 'meera@northwind.test',
      email_verified: true,
      name: 'Meera Iyer',
      given_name: 'Meera',
      family_name: 'Iyer',
      picture: `${server.issuer}/picture/${meera}`,
    })
    const { access_token: slim } = (await signIn(server, { scope: 'openid' })).json
    expect((await get('/v1/userinfo', String(slim))).json).toEqual({ sub: asha })
  })

  it('refuses a token that is not one, with a challenge', async () => {
    const { status, headers } = await get('/v1/userinfo', 'ya29.no')
    expect(status).toBe(401)
    expect(headers.get('www-authenticate')).toContain('error="invalid_token"')
  })

  it('has a picture for each account', async () => {
    const response = await fetch(`${server.issuer}/picture/${asha}`)
    expect(response.headers.get('content-type')).toBe('image/svg+xml')
    expect(await response.text()).toContain('>AR</text>')
  })
})

describe('discovery', () => {
  it('names endpoints that are all its own, in both forms, for an hour', async () => {
    const { json, headers } = await get('/.well-known/openid-configuration')
    expect(headers.get('cache-control')).toBe('public, max-age=3600')
    expect(json).toMatchObject({
      issuer: server.issuer,
      authorization_endpoint: `${server.issuer}/o/oauth2/v2/auth`,
      token_endpoint: `${server.issuer}/token`,
      userinfo_endpoint: `${server.issuer}/v1/userinfo`,
      revocation_endpoint: `${server.issuer}/revoke`,
      jwks_uri: `${server.issuer}/oauth2/v3/certs`,
      token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
      code_challenge_methods_supported: ['plain', 'S256'],
      authorization_response_iss_parameter_supported: true,
    })
    const rfc8414 = (await get('/.well-known/oauth-authorization-server')).json
    expect(rfc8414).toMatchObject({ ...(json as object), op_tos_uri: expect.any(String) as string })
  })

  it('publishes the public half of its key and nothing of the private one', async () => {
    const { json } = await get('/oauth2/v3/certs')
    const [key] = (json as { keys: object[] }).keys
    expect(Object.keys(key ?? {}).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use'])
  })
})
