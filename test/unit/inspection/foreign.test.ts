import type { CryptoKey } from 'jose'
import { SignJWT, exportJWK, generateKeyPair } from 'jose'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import type { ErrorCode } from '../../../electron/contract/errors.ts'
import type { ForeignInspection } from '../../../electron/contract/inspection.ts'
import { foreignInspectionSchema } from '../../../electron/contract/inspection.ts'
import { AccessTokens } from '../../../electron/core/access/access-tokens.ts'
import { inspectForeign } from '../../../electron/core/inspection/inspect-foreign.ts'
import { forgetKey } from '../../../electron/core/service-accounts/service-commands.ts'
import { nextKeyName } from '../../support/service-accounts.ts'
import { serviceScene } from '../service-accounts/service-scene.ts'
import { otherClientId, testClientId } from '../../support/client-files.ts'
import { asha, meera } from '../../support/fake-google.ts'
import type { FakeAnswer } from '../../support/fake-http.ts'
import type { MintedToken, TestContext } from '../../support/test-context.ts'
import { identity, mail, openTestContext } from '../../support/test-context.ts'

interface Ready {
  readonly test: TestContext
  readonly grant: MintedToken
  /** An access token of that grant, as it stands somewhere else. */
  readonly access: string
  see(text: string): Promise<ForeignInspection>
  code(text: string): Promise<ErrorCode | null>
}

const signer = generateKeyPair('RS256')
const certs = 'https://www.googleapis.com/oauth2/v3/certs'
const tokenInfo = 'https://oauth2.googleapis.com/tokeninfo'

async function ready(): Promise<Ready> {
  const test = await openTestContext()
  await test.addClient()
  const grant = await test.mint({ scopes: [mail] })
  const tokens = new AccessTokens(test.context, () => undefined)
  const given = await tokens.get({ accountId: grant.accountId, clientId: grant.clientId }, { minTtlMs: 0 })
  if (given.kind !== 'token') throw new Error('no access token')
  const { publicKey } = await signer
  test.world.http.on(certs, {
    body: { keys: [{ ...(await exportJWK(publicKey)), kid: 'g1', alg: 'RS256' }] },
  })
  const paste = (text: string): ReturnType<typeof inspectForeign> => {
    test.world.desktop.clipboard = text
    return inspectForeign(test.context)
  }
  return {
    ...{ test, grant, access: given.token.secret.reveal() },
    async see(text) {
      const seen = await paste(text)
      if (!seen.ok) throw new Error(seen.error.code)
      return v.parse(foreignInspectionSchema, seen.value)
    },
    async code(text) {
      const seen = await paste(text)
      return seen.ok ? null : seen.error.code
    },
  }
}

function asked({ test }: Ready, url: string): number {
  return test.world.http.requests.filter((request) => request.url === url).length
}

describe('a pasted access token', () => {
  it('is told by what Google says of it, with whose it is here', async () => {
    const scene = await ready()
    const now = scene.test.world.clock.now()
    expect(await scene.see(` "Bearer ${scene.access}"\n`)).toEqual({
      ...{ kind: 'access-token', signature: null, audience: testClientId, authorizedParty: testClientId },
      yourClient: { clientId: testClientId, label: testClientId.slice(0, 16) },
      yourService: false,
      ...{ email: asha.email, yourAccount: scene.grant.accountId, scopes: [...identity, mail] },
      ...{ issuedAt: null, expiresAt: now + 3_599_000, expired: false },
      ...{ accessType: 'offline', hostedDomain: null, bytes: scene.access.length },
    })
  })

  it('is marked as not for you where it is for another client, or of somebody unknown', async () => {
    const scene = await ready()
    scene.test.world.google.changeTokenInfoNext({ aud: otherClientId, azp: otherClientId, sub: meera.sub })
    expect(await scene.see(scene.access)).toMatchObject({
      ...{ audience: otherClientId, yourClient: null, yourAccount: null },
    })
  })

  it('goes to tokeninfo in a header once, and nowhere else', async () => {
    const scene = await ready()
    const before = scene.test.world.http.requests.length
    await scene.see(scene.access)
    expect(scene.test.world.http.requests.slice(before)).toMatchObject([
      { url: tokenInfo, method: 'POST', headers: { authorization: `Bearer ${scene.access}` } },
    ])
    expect(scene.test.world.http.requests.at(-1)?.body).toBeUndefined()
  })

  it('is said to be unknown where Google does not know it', async () => {
    const scene = await ready()
    expect(await scene.code('ya29.never-given-by-anybody-0123')).toBe('foreign-token-unknown')
    scene.test.world.google.endAccess()
    expect(await scene.code(scene.access)).toBe('foreign-token-unknown')
  })

  it.each<readonly [string, FakeAnswer, ErrorCode]>([
    ['the network is gone', { lost: 'network-offline' }, 'network-offline'],
    ['too much was asked', { status: 429, body: {} }, 'rate-limited'],
    ['the server fails', { status: 500, body: '<html>' }, 'server-unavailable'],
    ['a portal answers', { headers: { 'content-type': 'text/html' }, body: '<html>' }, 'answer-not-json'],
    ['nothing is said of a client', { body: { scope: mail } }, 'answer-malformed'],
  ])('is not called unknown where %s', async (_what, answer, code) => {
    const scene = await ready()
    scene.test.world.google.answerTokenInfoNext(answer)
    expect(await scene.code(scene.access)).toBe(code)
  })

  it('is in nothing that is answered, even where the server repeats it', async () => {
    const scene = await ready()
    scene.test.world.google.changeTokenInfoNext({ email: `x${scene.access}`, access_type: scene.access })
    const seen = await scene.see(scene.access)
    expect(seen).toMatchObject({ email: null, accessType: null })
    expect(JSON.stringify(seen)).not.toContain(scene.access)
  })

  it('of a service account is known by its number', async () => {
    const scene = await ready()
    const service = await addService(scene)
    scene.test.world.google.changeTokenInfoNext({
      ...{ aud: '117000000000000000001', azp: '117000000000000000001', sub: undefined, email: undefined },
    })
    const seen = await scene.see(scene.access)
    expect(seen).toMatchObject({ yourClient: null, yourAccount: service, yourService: true })
  })

  it('is for its audience, whoever asked for it; who asked counts where nothing else is said', async () => {
    const scene = await ready()
    scene.test.world.google.changeTokenInfoNext({ aud: otherClientId, azp: testClientId })
    expect(await scene.see(scene.access)).toMatchObject({ yourClient: null })
    scene.test.world.google.changeTokenInfoNext({ aud: undefined, azp: testClientId })
    expect(await scene.see(scene.access)).toMatchObject({ yourClient: { clientId: testClientId } })
  })
})

async function addService({ test }: Ready): Promise<string> {
  const accountId = 'service-account-0001'
  const recorded = await test.context.record([
    {
      type: 'service.added',
      data: {
        ...{ accountId, issuer: 'https://accounts.google.com', email: 'robot@field-tools.example' },
        ...{ uniqueId: '117000000000000000001', projectId: 'field-tools' },
      },
    },
  ])
  if (!recorded.ok) throw new Error(recorded.error.code)
  return accountId
}

type Changes = Readonly<Record<string, unknown>>
interface Signing {
  readonly header?: Changes
  readonly key?: CryptoKey
}

async function idToken({ test }: Ready, change: Changes = {}, signing: Signing = {}): Promise<string> {
  const seconds = Math.floor(test.world.clock.now() / 1000)
  const claims = {
    ...{ iss: 'https://accounts.google.com', aud: testClientId, azp: testClientId, sub: asha.sub },
    ...{ email: asha.email, hd: 'northwind.test', iat: seconds, exp: seconds + 3600, ...change },
  }
  const header = { alg: 'RS256', kid: 'g1', ...signing.header }
  return new SignJWT(claims).setProtectedHeader(header).sign(signing.key ?? (await signer).privateKey)
}

describe('a pasted id token', () => {
  it('is checked here against Google’s keys, and sent nowhere', async () => {
    const scene = await ready()
    const token = await idToken(scene)
    const before = scene.test.world.http.requests.length
    const start = Math.floor(scene.test.world.clock.now() / 1000) * 1000
    expect(await scene.see(token)).toEqual({
      ...{ kind: 'id-token', signature: 'valid', audience: testClientId, authorizedParty: testClientId },
      yourClient: { clientId: testClientId, label: testClientId.slice(0, 16) },
      yourService: false,
      ...{ email: asha.email, yourAccount: scene.grant.accountId, scopes: null, accessType: null },
      ...{ issuedAt: start, expiresAt: start + 3_600_000, expired: false },
      ...{ hostedDomain: 'northwind.test', bytes: token.length },
    })
    const sent = scene.test.world.http.requests.slice(before)
    expect(sent).toMatchObject([{ url: certs, method: 'GET' }])
    expect(JSON.stringify(sent)).not.toContain(token.slice(0, 40))
  })

  it('that has run out is as true as before, and says so', async () => {
    const scene = await ready()
    expect(await scene.see(await idToken(scene, { exp: 1_700_000_000 }))).toMatchObject({
      ...{ signature: 'valid', expired: true, expiresAt: 1_700_000_000_000 },
    })
  })

  it('for another client is marked as not for you, whoever it is', async () => {
    const scene = await ready()
    const token = await idToken(scene, { aud: otherClientId, azp: otherClientId })
    expect(await scene.see(token)).toMatchObject({
      ...{ audience: otherClientId, yourClient: null, yourAccount: scene.grant.accountId },
    })
  })

  it('that one of your clients asked for, for another one, is not for you', async () => {
    const scene = await ready()
    expect(await scene.see(await idToken(scene, { aud: otherClientId }))).toMatchObject({
      ...{ signature: 'valid', authorizedParty: testClientId, yourClient: null },
    })
  })

  it('for several is for you where one of them is yours', async () => {
    const scene = await ready()
    const token = await idToken(scene, { aud: ['https://api.example', testClientId], azp: undefined })
    expect(await scene.see(token)).toMatchObject({
      ...{ audience: `https://api.example ${testClientId}`, yourClient: { clientId: testClientId } },
    })
  })

  it('that somebody else signed belongs to nobody here', async () => {
    const scene = await ready()
    const { privateKey } = await generateKeyPair('RS256')
    expect(await scene.see(await idToken(scene, {}, { key: privateKey }))).toMatchObject({
      ...{ signature: 'invalid', yourClient: null, yourAccount: null },
    })
  })

  it('is not taken under another algorithm, or under none', async () => {
    const scene = await ready()
    const key = Buffer.from('a shared secret of thirty-two bytes!')
    const claims = { iss: 'https://accounts.google.com', aud: testClientId, sub: asha.sub }
    const shared = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'g1' }).sign(key)
    const encoded = (json: object): string => Buffer.from(JSON.stringify(json)).toString('base64url')
    for (const token of [shared, `${encoded({ alg: 'none' })}.${encoded(claims)}.`])
      expect(await scene.see(token)).toMatchObject({ signature: 'invalid', yourAccount: null })
    expect(asked(scene, certs)).toBe(0)
  })

  it('under a key that Google no longer publishes cannot be judged', async () => {
    const scene = await ready()
    expect(await scene.see(await idToken(scene, {}, { header: { kid: 'gone' } }))).toMatchObject({
      signature: 'unknown-key',
    })
  })

  it('is shown unchecked where the keys do not come', async () => {
    const scene = await ready()
    for (const answer of [
      { lost: 'network-offline' as const },
      { status: 500 },
      { body: { keys: 'none' } },
    ]) {
      scene.test.world.http.on(certs, answer)
      expect(await scene.see(await idToken(scene))).toMatchObject({ signature: 'unchecked' })
    }
  })

  it('of another issuer is nobody’s here, whatever it says, and asks for no keys', async () => {
    const scene = await ready()
    const token = await idToken(scene, { iss: 'https://login.example', email: asha.email })
    expect(await scene.see(token)).toMatchObject({ signature: 'unknown-key', yourAccount: null })
    expect(asked(scene, certs) + asked(scene, tokenInfo)).toBe(0)
  })

  it('that a service account here signed itself is that account’s', async () => {
    const scene = await ready()
    const service = await addService(scene)
    const token = await idToken(scene, {
      ...{ iss: 'robot@field-tools.example', sub: 'robot@field-tools.example', scope: mail },
      ...{ aud: undefined, azp: undefined, email: undefined, hd: undefined },
    })
    expect(await scene.see(token)).toMatchObject({
      ...{ signature: 'unknown-key', yourAccount: service, audience: null, scopes: [mail] },
      yourService: false,
    })
  })

  it('that a service account signed is checked with the key of it that is here', async () => {
    const scene = await serviceScene()
    const signed = await scene.tokens.selfSigned(scene.accountId, 'https://pubsub.googleapis.com/')
    if (!signed.ok) throw new Error(signed.error.code)
    const jwt = signed.value.secret.reveal()
    const see = async (text: string): Promise<unknown> => {
      scene.world.desktop.clipboard = text
      const seen = await inspectForeign(scene.context)
      return seen.ok ? seen.value : seen.error
    }
    const own = { signature: 'valid', yourService: true, yourAccount: scene.accountId, yourClient: null }
    expect(await see(jwt)).toMatchObject(own)
    const [head = '', body = '', signature = ''] = jwt.split('.')
    const other = (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1)
    expect(await see(`${head}.${body}.${other}`)).toMatchObject({
      ...{ signature: 'invalid', yourService: false, yourAccount: null },
    })
    scene.world.secretStore.failNext('keychain-locked', 'get')
    expect(await see(jwt)).toMatchObject({ signature: 'unchecked', yourService: false })
    const keyId = await scene.addKey(nextKeyName)
    await scene.get()
    await forgetKey(scene.context, scene.tokens, { accountId: scene.accountId, keyId: scene.keyId })
    expect(scene.service().keys.map(({ keyId: one, standing }) => [one, standing])).toEqual([
      [scene.keyId, 'forgotten'],
      [keyId, 'held'],
    ])
    expect(await see(jwt)).toMatchObject({ signature: 'unknown-key', yourService: false })
    expect(scene.world.http.requests.filter(({ url }) => url.includes('certs'))).toEqual([])
  })

  it('may hold claims of any kind', async () => {
    const scene = await ready()
    const token = await idToken(scene, {
      ...{ aud: 5, azp: {}, sub: [], email: 'x'.repeat(900), hd: 7, iat: 'then', exp: 1e300, scope: 1 },
    })
    expect(await scene.see(token)).toMatchObject({
      ...{ audience: null, authorizedParty: null, yourAccount: null, email: 'x'.repeat(320) },
      ...{ issuedAt: null, expiresAt: null, expired: false, scopes: null },
    })
  })
})

describe('the clipboard', () => {
  it.each<readonly [string, string, ErrorCode]>([
    ['a refresh token', '1//0gAbCdEfGhIjKlMnOpQrStUvWxYz', 'paste-refresh-token'],
    ['a client secret', 'GOCSPX-abcdefghijklmnopqrst', 'paste-secret'],
    ['a private key', '-----BEGIN PRIVATE KEY-----\nMIIE', 'paste-secret'],
    ['an API key', `AIza${'Sy0'.repeat(11)}ab`, 'paste-secret'],
    ['a code', '4/0AfgeXvu-abcdefghijkl', 'paste-secret'],
  ])('is emptied of %s, which nobody looks at', async (_what, text, code) => {
    const scene = await ready()
    const before = scene.test.world.http.requests.length
    expect(await scene.code(text)).toBe(code)
    expect(scene.test.world.desktop.clipboard).toBe('')
    expect(scene.test.world.http.requests).toHaveLength(before)
  })

  it('stays as it is where there was a token or something else', async () => {
    const scene = await ready()
    for (const text of [
      scene.access,
      await idToken(scene),
      'some words',
      'ya29.unknown-to-anybody-at-all-1',
    ]) {
      await scene.code(text)
      expect(scene.test.world.desktop.clipboard).toBe(text)
    }
  })

  it('says where it holds nothing, or no token', async () => {
    const scene = await ready()
    expect(await scene.code(' \n')).toBe('paste-empty')
    expect(await scene.code('some words that are none')).toBe('paste-not-token')
  })
})

describe('looking at a pasted token', () => {
  it('leaves nothing behind in the ledger, the keychain, the folder or the log', async () => {
    const scene = await ready()
    const token = await idToken(scene)
    const { test } = scene
    const kept = test.world.secretStore.size
    const events = test.events.length
    await scene.see(scene.access)
    await scene.see(token)
    await scene.code('1//0gAbCdEfGhIjKlMnOpQrStUvWxYz')
    expect(test.events).toHaveLength(events)
    expect(test.world.secretStore.size).toBe(kept)
    const told = JSON.stringify(test.world.log.entries) + (test.world.folder.text('ledger.jsonl') ?? '')
    for (const secret of [scene.access, token, '1//0gAb']) expect(told).not.toContain(secret)
  })
})
