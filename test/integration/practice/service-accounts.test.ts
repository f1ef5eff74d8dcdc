import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import type { TokenAnswer } from './practice-world.ts'
import { meera, scopeUrl, sam, signIn, usePractice, value } from './practice-world.ts'
import type { Claims, KeyFile } from './service-world.ts'
import { askAs, askWith, assertionOf, claimsOf, driveScope, keyFile } from './service-world.ts'

const server = usePractice()
const dayMs = 24 * 3600 * 1000
const meeraEmail = 'meera@northwind.test'
const emailScopes = 'openid https://www.googleapis.com/auth/userinfo.email'

const grantError = (description: string): object => ({
  status: 400,
  json: { error: 'invalid_grant', error_description: description },
})
const lateOrEarly = grantError(
  'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.',
)
const badScope = {
  status: 400,
  json: { error: 'invalid_scope', error_description: 'Invalid OAuth scope or ID token audience provided.' },
}
const unauthorized = {
  status: 401,
  json: {
    error: 'unauthorized_client',
    error_description:
      'Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.',
  },
}
const badSubject = {
  status: 400,
  json: { error: 'invalid_request', error_description: 'Invalid impersonation "sub" field.' },
}

const seen = ({ status, json }: TokenAnswer): object => ({ status, json })

async function tokenOf(answer: Promise<TokenAnswer>): Promise<string> {
  const { status, json } = await answer
  expect(status).toBe(200)
  return String(json['access_token'])
}

async function json(response: Promise<Response>): Promise<{ status: number; body: unknown }> {
  const answered = await response
  return { status: answered.status, body: await answered.json() }
}

const tokeninfo = (token: string): Promise<{ status: number; body: unknown }> =>
  json(fetch(`${server.issuer}/tokeninfo`, { method: 'POST', headers: { authorization: `Bearer ${token}` } }))

async function certificatesOf(file: KeyFile): Promise<Readonly<Record<string, string>>> {
  return (await (await fetch(file.client_x509_cert_url)).json()) as Record<string, string>
}

describe('a key file', () => {
  it('has the fields that Google writes, with the endpoints of this server', async () => {
    const file = await keyFile(server)
    expect(file).toEqual({
      type: 'service_account',
      project_id: 'latchkey-practice',
      private_key_id: expect.stringMatching(/^[0-9a-f]{40}$/) as string,
      private_key: expect.stringMatching(
        /^-----BEGIN PRIVATE KEY-----\n[^]+\n-----END PRIVATE KEY-----\n$/,
      ) as string,
      client_email: expect.stringMatching(
        /^robot-[a-z]+@latchkey-practice\.iam\.gserviceaccount\.com$/,
      ) as string,
      client_id: expect.stringMatching(/^1\d{20}$/) as string,
      auth_uri: `${server.issuer}/o/oauth2/v2/auth`,
      token_uri: `${server.issuer}/token`,
      auth_provider_x509_cert_url: `${server.issuer}/oauth2/v3/certs`,
      client_x509_cert_url: `${server.issuer}/robot/v1/metadata/x509/${encodeURIComponent(file.client_email)}`,
      universe_domain: 'googleapis.com',
    })
    const key = createPrivateKey(file.private_key)
    expect(key.asymmetricKeyType).toBe('rsa')
    expect(key.asymmetricKeyDetails?.modulusLength).toBe(2048)
  })

  it('of one account more is of another one, and of a further key is of the same', async () => {
    const [one, other] = [await keyFile(server), await keyFile(server)]
    const further = await keyFile(server, one.client_email)
    expect(other.client_email).not.toBe(one.client_email)
    expect(other.client_id).not.toBe(one.client_id)
    expect(further).toMatchObject({ client_email: one.client_email, client_id: one.client_id })
    expect(further.private_key_id).not.toBe(one.private_key_id)
    const view = value(await server.control.view())
    expect(view.serviceAccounts).toEqual([
      { email: one.client_email, uniqueId: one.client_id, disabled: false, delegated: [] },
      { email: other.client_email, uniqueId: other.client_id, disabled: false, delegated: [] },
    ])
  })

  it('of an account that is not there is not found', async () => {
    const missing = await server.control.keyFile('nobody@latchkey-practice.iam.gserviceaccount.com')
    expect(missing).toMatchObject({ ok: false, error: { code: 'not-found' } })
  })

  it('is shown to the witness, and its private half is not saved', async () => {
    const file = await keyFile(server)
    expect(server.issued).toContainEqual({ kind: 'private-key', secret: file.private_key })
    const lines = file.private_key.split('\n').filter((line) => line !== '' && !line.startsWith('-'))
    const saved = JSON.stringify(server.saved)
    expect(saved).toContain(file.client_id)
    for (const line of lines.slice(1, -1)) expect(saved).not.toContain(line)
  })
})

describe('certificates', () => {
  it('are valid from the practice time at which their key was made, and verify with that key', async () => {
    value(await server.control.setClockOffset(100 * dayMs))
    const file = await keyFile(server)
    const found = await certificatesOf(file)
    expect(Object.keys(found)).toEqual([file.private_key_id])
    const certificate = new X509Certificate(found[file.private_key_id] ?? '')
    expect(new Date(certificate.validFrom).getTime()).toBe(server.machineNow + 100 * dayMs)
    expect(new Date(certificate.validTo).getTime()).toBe(Date.UTC(9999, 11, 31, 23, 59, 59))
    const publicKey = createPublicKey(file.private_key)
    expect(certificate.verify(publicKey)).toBe(true)
    expect(certificate.checkPrivateKey(createPrivateKey(file.private_key))).toBe(true)
    expect(certificate.subject).toBe(`CN=${file.client_id}`)
    expect(certificate.issuer).toBe(certificate.subject)
    expect(certificate.ca).toBe(false)
  })

  it.each([
    ['after 2049', Date.UTC(2055, 2, 4, 5, 6, 7)],
    ['before 1950', Date.UTC(1945, 2, 4, 5, 6, 7)],
  ])('can begin %s', async (_when, at) => {
    value(await server.control.setClockOffset(at - server.machineNow))
    const file = await keyFile(server)
    const certificate = new X509Certificate((await certificatesOf(file))[file.private_key_id] ?? '')
    expect(new Date(certificate.validFrom).getTime()).toBe(at)
  })

  it('stand for every key that is taken, and for none that was deleted', async () => {
    const first = await keyFile(server)
    const second = await keyFile(server, first.client_email)
    expect(Object.keys(await certificatesOf(first))).toEqual([first.private_key_id, second.private_key_id])
    value(await server.control.deleteServiceKey(first.client_email, first.private_key_id))
    expect(Object.keys(await certificatesOf(first))).toEqual([second.private_key_id])
  })

  it.each(['nobody@latchkey-practice.iam.gserviceaccount.com', '%', ''])(
    'are not found for %j',
    async (name) => {
      expect((await fetch(`${server.issuer}/robot/v1/metadata/x509/${name}`)).status).toBe(404)
    },
  )
})

describe('an access token by assertion', () => {
  it('comes without a client, without a refresh token and without a scope', async () => {
    const { status, json: body } = await askAs(server, await keyFile(server))
    expect(status).toBe(200)
    expect(body).toEqual({
      access_token: expect.stringMatching(/^ya29\./) as string,
      expires_in: 3599,
      token_type: 'Bearer',
    })
  })

  it('is the account’s own: its numeric id is the client', async () => {
    const file = await keyFile(server)
    const token = await tokenOf(askAs(server, file, { scope: `email ${driveScope}` }))
    expect(await tokeninfo(token)).toEqual({
      status: 200,
      body: {
        azp: file.client_id,
        aud: file.client_id,
        sub: file.client_id,
        scope: `${scopeUrl}drive.readonly ${scopeUrl}userinfo.email openid`,
        exp: String(server.machineNow / 1000 + 3599),
        expires_in: '3599',
        email: file.client_email,
        email_verified: 'true',
        access_type: 'online',
      },
    })
    const headers = { authorization: `Bearer ${token}` }
    expect(await json(fetch(`${server.issuer}/v1/userinfo`, { headers }))).toEqual({
      status: 200,
      body: { sub: file.client_id, email: file.client_email, email_verified: true },
    })
  })

  it('says nobody’s name where no identity was asked for, and ends after an hour', async () => {
    const token = await tokenOf(askAs(server, await keyFile(server)))
    const info = await tokeninfo(token)
    expect(info.body).not.toHaveProperty('email')
    expect(info.body).not.toHaveProperty('sub')
    server.machineNow += 3600_000
    expect((await tokeninfo(token)).status).toBe(400)
  })

  it('can be had more than a hundred times, and each one lives', async () => {
    const file = await keyFile(server)
    const assertion = assertionOf(file, claimsOf(server, file))
    const first = await tokenOf(askWith(server, assertion))
    for (let asked = 1; asked <= 110; asked++) await tokenOf(askWith(server, assertion))
    expect((await tokeninfo(first)).status).toBe(200)
    expect(value(await server.control.refreshTokens())).toEqual([])
    expect(value(await server.control.grants())).toEqual([])
  })

  it('cannot be revoked', async () => {
    const token = await tokenOf(askAs(server, await keyFile(server)))
    const body = new URLSearchParams({ token })
    expect(await json(fetch(`${server.issuer}/revoke`, { method: 'POST', body }))).toEqual({
      status: 400,
      body: { error: 'invalid_request', error_description: 'Token is not revocable.' },
    })
    expect((await tokeninfo(token)).status).toBe(200)
  })

  it('comes for Google’s own name of the audience, which its libraries always write', async () => {
    const file = await keyFile(server)
    await tokenOf(askAs(server, file, { aud: 'https://oauth2.googleapis.com/token' }))
  })

  it('comes for either key of an account, with or without naming it', async () => {
    const first = await keyFile(server)
    const second = await keyFile(server, first.client_email)
    await tokenOf(askAs(server, first))
    await tokenOf(askAs(server, second))
    await tokenOf(askAs(server, second, {}, { kid: undefined }))
  })

  it('comes again after a restart: the keys are kept', async () => {
    const file = await keyFile(server)
    await server.restart()
    await tokenOf(askAs(server, file))
  })
})

describe('an id token by assertion', () => {
  const wanted = { scope: undefined, target_audience: 'https://service.example/' }

  it('is for the audience that was asked for, and about the account', async () => {
    const file = await keyFile(server)
    const { status, json: body } = await askAs(server, file, wanted)
    expect([status, Object.keys(body)]).toEqual([200, ['id_token']])
    const keys = createRemoteJWKSet(new URL(`${server.issuer}/oauth2/v3/certs`))
    const currentDate = new Date(server.machineNow)
    const { payload, protectedHeader } = await jwtVerify(String(body['id_token']), keys, { currentDate })
    expect(protectedHeader.alg).toBe('RS256')
    expect(payload).toEqual({
      iss: server.issuer,
      aud: 'https://service.example/',
      azp: file.client_email,
      sub: file.client_id,
      email: file.client_email,
      email_verified: true,
      iat: server.machineNow / 1000,
      exp: server.machineNow / 1000 + 3600,
    })
  })

  it('is known to tokeninfo', async () => {
    const { json: body } = await askAs(server, await keyFile(server), wanted)
    const url = `${server.issuer}/tokeninfo?id_token=${String(body['id_token'])}`
    expect(await json(fetch(url))).toMatchObject({ status: 200, body: { aud: 'https://service.example/' } })
  })

  it('cannot be asked for along with scopes', async () => {
    const both = await askAs(server, await keyFile(server), { ...wanted, scope: driveScope })
    expect(seen(both)).toEqual(badScope)
  })
})

describe('an assertion is refused word for word', () => {
  const hour = 3600
  const at = (): number => Math.floor(server.machineNow / 1000)
  const refusals: readonly (readonly [string, () => Claims, object])[] = [
    [
      'of an account that is not there',
      () => ({ iss: 'gone@x.test' }),
      grantError('Invalid grant: account not found'),
    ],
    ['for longer than an hour', () => ({ exp: at() + hour + 1 }), lateOrEarly],
    ['that is over', () => ({ iat: at() - 2 * hour, exp: at() - hour }), lateOrEarly],
    ['of a clock ten minutes ahead', () => ({ iat: at() + 600, exp: at() + 600 + hour }), lateOrEarly],
    ['that ends before it begins', () => ({ exp: at() - 1 }), lateOrEarly],
    ['without times', () => ({ iat: undefined, exp: undefined }), lateOrEarly],
    ['with times as text', () => ({ iat: String(at()), exp: String(at() + hour) }), lateOrEarly],
    [
      'for another server',
      () => ({ aud: 'https://oauth2.example/token' }),
      grantError('Invalid JWT: Failed audience check.'),
    ],
    ['for nobody', () => ({ aud: undefined }), grantError('Invalid JWT: Failed audience check.')],
    ['without scope or audience', () => ({ scope: undefined }), badScope],
    ['with an empty scope', () => ({ scope: ' ' }), badScope],
    ['with a scope that is none', () => ({ scope: 'drive' }), badScope],
    ['with a list of scopes', () => ({ scope: [driveScope] }), badScope],
    ['for somebody without an address', () => ({ sub: 'meera' }), badSubject],
    ['for a number', () => ({ sub: 7 }), badSubject],
    ['for nobody known', () => ({ sub: 'nobody@northwind.test' }), grantError('Invalid email or User ID')],
    ['for somebody without delegation', () => ({ sub: meeraEmail }), unauthorized],
  ]

  it.each(refusals)('%s', async (_what, claims, refusal) => {
    expect(seen(await askAs(server, await keyFile(server), claims()))).toEqual(refusal)
  })

  it('signed with a key of the file’s name that is another one', async () => {
    const [file, other] = [await keyFile(server), await keyFile(server)]
    const forged = assertionOf({ ...file, private_key: other.private_key }, claimsOf(server, file))
    expect(seen(await askWith(server, forged))).toEqual(grantError('Invalid JWT Signature.'))
  })

  it.each([
    ['an unknown key', { kid: 'f'.repeat(40) }],
    ['another algorithm', { alg: 'PS256' }],
    ['no algorithm', { alg: 'none' }],
  ])('that names %s', async (_what, header) => {
    const refused = await askAs(server, await keyFile(server), {}, header)
    expect(seen(refused)).toEqual(grantError('Invalid JWT Signature.'))
  })

  it('changed after it was signed', async () => {
    const file = await keyFile(server)
    const [header, , signature] = assertionOf(file, claimsOf(server, file)).split('.')
    const wider = { ...claimsOf(server, file), scope: `${scopeUrl}drive` }
    const changed = Buffer.from(JSON.stringify(wider)).toString('base64url')
    const refused = await askWith(server, `${header ?? ''}.${changed}.${signature ?? ''}`)
    expect(seen(refused)).toEqual(grantError('Invalid JWT Signature.'))
  })

  it('signed with the key of another account', async () => {
    const [file, other] = [await keyFile(server), await keyFile(server)]
    const refused = await askWith(server, assertionOf(other, claimsOf(server, file)))
    expect(seen(refused)).toEqual(grantError('Invalid JWT: No valid verifier found for issuer.'))
  })

  it.each(['', 'a.b', 'a.b.c', '{}', `e30.e30.`])('that is none: %j', async (assertion) => {
    const refused = await askWith(server, assertion)
    expect(seen(refused)).toEqual(
      assertion === ''
        ? {
            status: 400,
            json: { error: 'invalid_request', error_description: 'Missing required parameter: assertion' },
          }
        : grantError('Bad Request'),
    )
  })

  it('but not for a clock that is four minutes off, either way', async () => {
    const file = await keyFile(server)
    for (const by of [-240, 240]) {
      await tokenOf(askAs(server, file, { iat: at() + by, exp: at() + by + hour }))
    }
  })

  it('by practice time, not by the machine’s', async () => {
    const file = await keyFile(server)
    value(await server.control.setClockOffset(30 * dayMs))
    expect(seen(await askAs(server, file))).toEqual(lateOrEarly)
    const iat = at() + (30 * dayMs) / 1000
    await tokenOf(askAs(server, file, { iat, exp: iat + hour }))
  })
})

describe('domain-wide delegation', () => {
  const asMeera = (file: KeyFile, scope = driveScope): Promise<TokenAnswer> =>
    askAs(server, file, { sub: meeraEmail, scope })

  it('gives tokens of the person for the registered scopes', async () => {
    const file = await keyFile(server)
    value(await server.control.delegate(file.client_email, ['email', driveScope]))
    const token = await tokenOf(asMeera(file, `${emailScopes} ${driveScope}`))
    expect((await tokeninfo(token)).body).toMatchObject({
      azp: file.client_id,
      sub: meera,
      email: meeraEmail,
      access_type: 'online',
    })
    const headers = { authorization: `Bearer ${token}` }
    const who = await json(fetch(`${server.issuer}/v1/userinfo`, { headers }))
    expect(who.body).toMatchObject({ sub: meera, email: meeraEmail })
  })

  it('refuses all when one scope is not registered, and again once it is taken back', async () => {
    const file = await keyFile(server)
    value(await server.control.delegate(file.client_email, [driveScope]))
    expect(seen(await asMeera(file, `${driveScope} ${scopeUrl}calendar`))).toEqual(unauthorized)
    await tokenOf(asMeera(file))
    value(await server.control.delegate(file.client_email, []))
    expect(seen(await asMeera(file))).toEqual(unauthorized)
  })

  it('is of one account, and never for people outside a Workspace', async () => {
    const [file, other] = [await keyFile(server), await keyFile(server)]
    value(await server.control.delegate(file.client_email, [driveScope]))
    expect(seen(await asMeera(other))).toEqual(unauthorized)
    const samEmail = 'sam.field@gmail.test'
    expect(seen(await askAs(server, file, { sub: samEmail }))).toEqual(unauthorized)
  })

  it('ends for a person who is suspended', async () => {
    const file = await keyFile(server)
    value(await server.control.delegate(file.client_email, [driveScope]))
    const token = await tokenOf(asMeera(file))
    value(await server.control.setDisabled(meera, true))
    expect(seen(await asMeera(file))).toEqual(grantError('Account has been deleted'))
    expect((await tokeninfo(token)).status).toBe(400)
    value(await server.control.setDisabled(sam, true))
    await tokenOf(askAs(server, file))
  })
})

describe('an end at the server', () => {
  it('by switching off stops new tokens and old ones, until it is undone', async () => {
    const file = await keyFile(server)
    const token = await tokenOf(askAs(server, file))
    value(await server.control.setServiceDisabled(file.client_email, true))
    expect(seen(await askAs(server, file))).toEqual(grantError('Robot is disabled.'))
    expect((await tokeninfo(token)).status).toBe(400)
    value(await server.control.setServiceDisabled(file.client_email, false))
    await tokenOf(askAs(server, file))
    expect((await tokeninfo(token)).status).toBe(200)
  })

  it('of a key refuses what it signs and leaves the other key', async () => {
    const first = await keyFile(server)
    const second = await keyFile(server, first.client_email)
    value(await server.control.deleteServiceKey(first.client_email, first.private_key_id))
    expect(seen(await askAs(server, first))).toEqual(grantError('Invalid JWT Signature.'))
    await tokenOf(askAs(server, second))
    const [account] = value(await server.control.serviceAccounts())
    expect(account?.keyIds).toEqual([second.private_key_id])
  })

  it('of an account takes its tokens with it and leaves the others', async () => {
    const [gone, other] = [await keyFile(server), await keyFile(server)]
    const [dead, alive] = [await tokenOf(askAs(server, gone)), await tokenOf(askAs(server, other))]
    value(await server.control.deleteServiceAccount(gone.client_email))
    expect(seen(await askAs(server, gone))).toEqual(grantError('Invalid grant: account not found'))
    expect([(await tokeninfo(dead)).status, (await tokeninfo(alive)).status]).toEqual([400, 200])
    expect((await fetch(gone.client_x509_cert_url)).status).toBe(404)
    const again = await server.control.deleteServiceAccount(gone.client_email)
    expect(again).toMatchObject({ ok: false, error: { code: 'not-found' } })
  })

  it('of a person’s grant leaves the tokens of service accounts alone', async () => {
    const file = await keyFile(server)
    value(await server.control.delegate(file.client_email, [driveScope]))
    const token = await tokenOf(askAs(server, file, { sub: meeraEmail }))
    await signIn(server, { login_hint: meera })
    value(await server.control.revokeAtAccountPage(meera))
    expect((await tokeninfo(token)).status).toBe(200)
  })
})

describe('named faults strike assertions too', () => {
  it.each([
    ['server-error', 503],
    ['busy', 429],
  ] as const)('%s', async (name, status) => {
    const file = await keyFile(server)
    value(await server.control.nameFault(name))
    const body = new URLSearchParams({ assertion: assertionOf(file, claimsOf(server, file)) })
    expect((await fetch(`${server.issuer}/token`, { method: 'POST', body })).status).toBe(status)
    value(await server.control.nameFault(null))
    await tokenOf(askAs(server, file))
  })

  it('portal and offline', async () => {
    const file = await keyFile(server)
    value(await server.control.nameFault('portal'))
    const portal = await fetch(`${server.issuer}/token`, { method: 'POST' })
    expect(portal.headers.get('content-type')).toContain('text/html')
    value(await server.control.nameFault('offline'))
    await expect(askAs(server, file)).rejects.toThrow('fetch failed')
  })
})
