import { createHash } from 'node:crypto'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import {
  asha,
  askToken,
  consent,
  exchange,
  furtherClient,
  meera,
  redirectUri,
  refresh,
  sam,
  scopeUrl,
  signIn,
  usePractice,
  value,
  verifier,
} from './practice-world.ts'

const server = usePractice()
const dayMs = 24 * 3600 * 1000
const gmail = `${scopeUrl}gmail.send`
const expired = { error: 'invalid_grant', error_description: 'Token has been expired or revoked.' }

describe('exchanging a code', () => {
  it('gives exactly the fields of a Google token response', async () => {
    const { status, headers, json } = await signIn(server)
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(headers.get('cache-control')).toContain('no-store')
    expect(Object.keys(json).sort()).toEqual([
      'access_token',
      'expires_in',
      'id_token',
      'refresh_token',
      'scope',
      'token_type',
    ])
    expect(json).toMatchObject({
      expires_in: 3599,
      token_type: 'Bearer',
      scope: `${scopeUrl}userinfo.email openid`,
    })
    expect(json['access_token']).toMatch(/^ya29\.[\w-]{20,2043}$/)
    expect(json['refresh_token']).toMatch(/^1\/\/[\w-]{20,509}$/)
  })

  it('signs who it was, with the claims that were granted', async () => {
    const { json } = await signIn(server, { login_hint: meera, scope: 'openid email profile' })
    const keys = createRemoteJWKSet(new URL(`${server.issuer}/oauth2/v3/certs`))
    const currentDate = new Date(server.machineNow)
    const options = { issuer: server.issuer, audience: server.clientId, algorithms: ['RS256'], currentDate }
    const { payload } = await jwtVerify(String(json['id_token']), keys, options)
    const now = Math.floor(server.machineNow / 1000)
    const hash = createHash('sha256').update(String(json['access_token'])).digest().subarray(0, 16)
    expect(payload).toEqual({
      iss: server.issuer,
      azp: server.clientId,
      aud: server.clientId,
      sub: meera,
      hd: 'northwind.test',
      email: 'meera@northwind.test',
      email_verified: true,
      at_hash: hash.toString('base64url'),
      nonce: 'the-nonce',
      name: 'Meera Iyer',
      given_name: 'Meera',
      family_name: 'Iyer',
      picture: `${server.issuer}/picture/${meera}`,
      iat: now,
      exp: now + 3600,
    })
  })

  it('gives no id token without a sign-in scope', async () => {
    expect((await signIn(server, { scope: gmail })).json).not.toHaveProperty('id_token')
  })

  it('says when access ends if ongoing access was not given', async () => {
    const { json } = await signIn(server, {}, [], false)
    expect(json['refresh_token_expires_in']).toBe(15_551_999)
  })

  it('takes the client by HTTP Basic too', async () => {
    const basic = Buffer.from(`${server.clientId}:${server.clientSecret}`).toString('base64')
    const params = {
      grant_type: 'authorization_code',
      code: await consent(server),
      redirect_uri: redirectUri,
    }
    const bare = { ...params, code_verifier: verifier, client_id: null, client_secret: null }
    expect((await askToken(server, bare, { authorization: `Basic ${basic}` })).status).toBe(200)
  })

  it('takes a plain challenge, also when no method was named', async () => {
    for (const code_challenge_method of ['plain', null]) {
      const code = await consent(server, { code_challenge: verifier, code_challenge_method })
      expect((await exchange(server, code)).status).toBe(200)
    }
  })

  it('accepts a code once, even when it is sent twice at the same time', async () => {
    const code = await consent(server)
    const statuses = (await Promise.all([exchange(server, code), exchange(server, code)])).map(
      (one) => one.status,
    )
    expect(statuses.sort()).toEqual([200, 400])
    expect((await exchange(server, code)).json).toEqual({
      error: 'invalid_grant',
      error_description: 'Bad Request',
    })
  })

  it('refuses a code after ten practice minutes', async () => {
    const code = await consent(server)
    value(await server.control.setClockOffset(10 * 60_000))
    expect((await exchange(server, code)).json).toEqual({
      error: 'invalid_grant',
      error_description: 'Bad Request',
    })
  })

  it('does not spend a code on a request that it refuses', async () => {
    const code = await consent(server)
    await exchange(server, code, { code_verifier: 'x'.repeat(43) })
    expect((await exchange(server, code)).status).toBe(200)
  })

  const refusals: readonly (readonly [string, Record<string, string | null>, number, string, string])[] = [
    ['no secret', { client_secret: null }, 400, 'invalid_request', 'client_secret is missing.'],
    [
      'a wrong secret',
      { client_secret: 'GOCSPX-wrong' },
      401,
      'invalid_client',
      'The provided client secret is invalid.',
    ],
    [
      'an unknown client',
      { client_id: '1-x.apps.googleusercontent.com' },
      401,
      'invalid_client',
      'The OAuth client was not found.',
    ],
    ['no client', { client_id: null }, 400, 'invalid_request', 'Could not determine client ID from request.'],
    ['no grant type', { grant_type: null }, 400, 'invalid_request', 'Missing required parameter: grant_type'],
    [
      'another grant type',
      { grant_type: 'password' },
      400,
      'unsupported_grant_type',
      'Invalid grant_type: password',
    ],
    ['no code', { code: null }, 400, 'invalid_request', 'Missing required parameter: code'],
    [
      'no redirect address',
      { redirect_uri: null },
      400,
      'invalid_request',
      'Missing required parameter: redirect_uri',
    ],
    [
      'a redirect address with one more slash',
      { redirect_uri: `${redirectUri}/` },
      400,
      'redirect_uri_mismatch',
      'Bad Request',
    ],
    ['no verifier', { code_verifier: null }, 400, 'invalid_grant', 'Missing code verifier.'],
    ['another verifier', { code_verifier: 'y'.repeat(50) }, 400, 'invalid_grant', 'Invalid code verifier.'],
    ['a made-up code', { code: '4/0AfakeFakeFake' }, 400, 'invalid_grant', 'Malformed auth code.'],
  ]
  it.each(refusals)('refuses %s in Google’s words', async (_name, params, status, error, description) => {
    const answer = await exchange(server, await consent(server), params)
    expect([answer.status, answer.json]).toEqual([status, { error, error_description: description }])
  })

  it('refuses a code that is still percent-encoded or cut', async () => {
    const code = await consent(server)
    for (const broken of [encodeURIComponent(code), code.slice(0, -5)]) {
      const { json } = await exchange(server, broken)
      expect(json).toEqual({ error: 'invalid_grant', error_description: 'Malformed auth code.' })
    }
  })

  it('refuses a verifier that no challenge asked for', async () => {
    const code = await consent(server, { code_challenge: null, code_challenge_method: null })
    const { json } = await exchange(server, code)
    expect(json).toEqual({
      error: 'invalid_grant',
      error_description: 'code_verifier or verifier is not needed',
    })
  })

  it('refuses a parameter that stands twice, and JSON', async () => {
    const post = async (body: string, type: string): Promise<unknown> => {
      const headers = { 'content-type': type }
      return (await fetch(`${server.issuer}/token`, { method: 'POST', body, headers })).json()
    }
    expect(await post('grant_type=a&grant_type=b', 'application/x-www-form-urlencoded')).toEqual({
      error: 'invalid_request',
      error_description: 'OAuth 2 parameters can only have a single value: grant_type',
    })
    expect(await post('{"grant_type":"refresh_token"}', 'application/json')).toMatchObject({
      error: 'invalid_request',
    })
  })
})

describe.each(['same', 'other'] as const)('a client of the %s project', (project) => {
  it('owns its refresh tokens: ours is told unauthorized_client', async () => {
    const theirs = await furtherClient(server, project)
    const token = (await exchange(server, await consent(server, { client_id: theirs.client_id }), theirs))
      .json['refresh_token']
    const { status, json } = await refresh(server, token)
    expect([status, json]).toEqual([401, { error: 'unauthorized_client', error_description: 'Unauthorized' }])
    expect((await refresh(server, token, theirs)).status).toBe(200)
  })

  it('owns its codes: ours is told Bad Request', async () => {
    const theirs = await furtherClient(server, project)
    const code = await consent(server, { client_id: theirs.client_id })
    expect((await exchange(server, code)).json).toEqual({
      error: 'invalid_grant',
      error_description: 'Bad Request',
    })
  })

  it('does not take our secret', async () => {
    const { client_id } = await furtherClient(server, project)
    const { json } = await refresh(server, '1//any', { client_id })
    expect(json['error_description']).toBe('The provided client secret is invalid.')
  })
})

describe('client secrets', () => {
  it('are valid two at a time', async () => {
    const { refresh_token: token } = (await signIn(server)).json
    value(await server.control.clientFile())
    expect((await refresh(server, token)).status).toBe(200)
    value(await server.control.clientFile())
    expect((await refresh(server, token)).json['error']).toBe('invalid_client')
  })

  it('come in a file of Google’s form', async () => {
    const { installed, ...rest } = JSON.parse(value(await server.control.clientFile())) as {
      installed: Record<string, unknown>
    }
    expect(rest).toEqual({})
    expect(installed).toEqual({
      client_id: expect.stringMatching(/^\d{12}-[a-z0-9]{32}\.apps\.googleusercontent\.com$/) as string,
      project_id: 'latchkey-practice',
      auth_uri: `${server.issuer}/o/oauth2/v2/auth`,
      token_uri: `${server.issuer}/token`,
      auth_provider_x509_cert_url: `${server.issuer}/oauth2/v3/certs`,
      client_secret: expect.stringMatching(/^GOCSPX-[\w-]{28}$/) as string,
      redirect_uris: ['http://localhost'],
    })
  })
})

describe('refreshing', () => {
  it('gives a new access token and no new refresh token', async () => {
    const first = (await signIn(server)).json
    const { status, json } = await refresh(server, first['refresh_token'])
    expect(status).toBe(200)
    expect(Object.keys(json).sort()).toEqual([
      'access_token',
      'expires_in',
      'id_token',
      'scope',
      'token_type',
    ])
    expect(json['access_token']).not.toBe(first['access_token'])
  })

  it('narrows the scope when asked, and refuses one beyond the grant', async () => {
    const token = (await signIn(server, { scope: `openid email ${gmail}` })).json['refresh_token']
    expect((await refresh(server, token, { scope: 'email' })).json['scope']).toBe(
      `${scopeUrl}userinfo.email openid`,
    )
    const wider = await refresh(server, token, { scope: `${gmail} ${scopeUrl}drive` })
    expect([wider.status, wider.json['error']]).toEqual([400, 'invalid_scope'])
  })

  it('refuses a token that never was, and none', async () => {
    const bogus = await refresh(server, '1//bogus')
    expect([bogus.status, bogus.json]).toEqual([
      400,
      { error: 'invalid_grant', error_description: 'Bad Request' },
    ])
    const none = await askToken(server, { grant_type: 'refresh_token' })
    expect(none.json['error_description']).toBe('Missing required parameter: refresh_token')
  })

  it('tells a dead client from a dead token', async () => {
    const answer = await refresh(server, '1//bogus', { client_secret: 'GOCSPX-no' })
    expect([answer.status, answer.json['error']]).toEqual([401, 'invalid_client'])
  })

  it('ends the oldest of more than a hundred without a word', async () => {
    const oldest = (await signIn(server)).json['refresh_token']
    value(await server.control.mintElsewhere(asha, server.clientId, 99))
    expect((await refresh(server, oldest)).status).toBe(200)
    value(await server.control.mintElsewhere(sam, server.clientId, 100))
    expect((await refresh(server, oldest)).status).toBe(200)
    const newest = (await signIn(server)).json['refresh_token']
    expect((await refresh(server, oldest)).json).toEqual(expired)
    expect((await refresh(server, newest)).status).toBe(200)
    const tokens = value(await server.control.refreshTokens()).filter((token) => token.sub === asha)
    expect(tokens.map((token) => token.death).filter((death) => death !== null)).toEqual(['evicted'])
  })

  it('ends a token after six months without use, and not one that was used', async () => {
    const token = (await signIn(server)).json['refresh_token']
    value(await server.control.setClockOffset(150 * dayMs))
    expect((await refresh(server, token)).status).toBe(200)
    value(await server.control.setClockOffset(300 * dayMs))
    expect((await refresh(server, token)).status).toBe(200)
    value(await server.control.setClockOffset(450 * dayMs))
    value(await server.control.mintElsewhere(sam, server.clientId, 1))
    value(await server.control.setClockOffset(500 * dayMs))
    expect((await refresh(server, token)).json).toEqual(expired)
  })

  it('ends a token of a project in Testing after seven days', async () => {
    value(await server.control.setPublishing('testing'))
    const mail = (await signIn(server, { scope: `openid ${gmail}` })).json['refresh_token']
    const identity = (await signIn(server)).json['refresh_token']
    value(await server.control.setClockOffset(7 * dayMs))
    expect((await refresh(server, mail)).json).toEqual(expired)
    expect((await refresh(server, identity)).status).toBe(200)
  })

  it('ends time-based access when its time is over', async () => {
    const token = (await signIn(server, {}, [], false)).json['refresh_token']
    value(await server.control.setClockOffset(100 * dayMs))
    expect((await refresh(server, token)).status).toBe(200)
    value(await server.control.setClockOffset(181 * dayMs))
    expect((await refresh(server, token)).json).toEqual(expired)
  })

  it('ends a Gmail token with a new password, and no other', async () => {
    const mail = (await signIn(server, { scope: gmail })).json['refresh_token']
    const identity = (await signIn(server)).json['refresh_token']
    value(await server.control.changePassword(asha))
    expect((await refresh(server, mail)).json).toEqual(expired)
    expect((await refresh(server, identity)).status).toBe(200)
  })

  it('ends every token when access is taken back on the account page', async () => {
    const token = (await signIn(server)).json['refresh_token']
    value(await server.control.revokeAtAccountPage(asha))
    expect((await refresh(server, token)).json).toEqual(expired)
  })
})
