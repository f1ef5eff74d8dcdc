/** Service accounts over real HTTP: key files of a practice Google, from the import to tokens that it knows. */
import { X509Certificate } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { jwtVerify } from 'jose'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createHttp } from '../../../electron/adapters/http.ts'
import type { ErrorCode } from '../../../electron/contract/errors.ts'
import type { Outcome } from '../../../electron/contract/outcome.ts'
import { practiceIssuer } from '../../../electron/core/clients/issuer.ts'
import type { Http } from '../../../electron/core/ports.ts'
import type { ProfileContext } from '../../../electron/core/profile-context.ts'
import { notingDates, ServerTime } from '../../../electron/core/server-time.ts'
import { importKey } from '../../../electron/core/service-accounts/import-key.ts'
import type { KeyName } from '../../../electron/core/service-accounts/service-commands.ts'
import { configureService, forgetKey } from '../../../electron/core/service-accounts/service-commands.ts'
import type {
  ServiceRequest,
  ServiceResult,
  ServiceToken,
} from '../../../electron/core/service-accounts/service-tokens.ts'
import { ServiceTokens } from '../../../electron/core/service-accounts/service-tokens.ts'
import { serviceHealth, serviceView } from '../../../electron/core/service-accounts/service-view.ts'
import type { EndpointErrorName } from '../../../electron/practice/token-errors.ts'
import type { RealGoogle } from '../../support/real-google.ts'
import { meera, startRealGoogle } from '../../support/real-google.ts'
import type { TestContext } from '../../support/test-context.ts'
import { drive, mail, openTestContext } from '../../support/test-context.ts'

const email = 'https://www.googleapis.com/auth/userinfo.email'
const dayMs = 24 * 3600 * 1000

interface File {
  readonly client_email: string
  readonly client_id: string
  readonly private_key_id: string
  readonly private_key: string
  readonly client_x509_cert_url: string
}
interface Brought extends KeyName {
  readonly file: File
}

let google: RealGoogle
let test: TestContext
let context: ProfileContext
let tokens: ServiceTokens
/** Requests to the token endpoint so far. */
let asked: number

beforeEach(async () => {
  google = await startRealGoogle()
  test = await openTestContext({ profile: 'practice' })
  const { clock } = test.world
  clock.set(Date.now())
  asked = 0
  const issuer = practiceIssuer(google.issuer)
  const serverTime = new ServerTime(clock, () => undefined)
  const http = notingDates(counting(issuer.tokenEndpoint), [issuer.tokenEndpoint], serverTime)
  context = { ...test.context, issuer, ports: { ...test.world, http }, now: () => serverTime.now() }
  tokens = new ServiceTokens(context, () => undefined)
})
afterEach(async () => {
  await tokens.close()
  await google.close()
})

function counting(tokenEndpoint: string): Http {
  const http = createHttp({ allow: ({ hostname }) => hostname === '127.0.0.1' })
  return {
    setRoute: (route) => http.setRoute(route),
    fetch: (url, init) => {
      if (url === tokenEndpoint) asked += 1
      return http.fetch(url, init)
    },
  }
}

function good<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(`expected a value, got ${outcome.error.code}`)
  return outcome.value
}

/** A fresh key file of a new service account, or of the one named, and its import. */
async function bring(further?: Brought): Promise<Brought> {
  const text = good(await google.control.keyFile(further?.file.client_email))
  const brought = { bytes: Buffer.from(text), path: null, ...(further && { forAccount: further.accountId }) }
  const imported = good(await importKey(context, tokens, brought))
  if (imported.kind !== 'service-account') throw new Error('no service account was imported')
  return { ...imported, file: JSON.parse(text) as File }
}

function ask(
  { accountId }: Brought,
  more: Omit<ServiceRequest, 'accountId' | 'minTtlMs'> = {},
): Promise<ServiceResult> {
  return tokens.get({ accountId, minTtlMs: 60_000, byHand: true, scopes: [drive], ...more })
}

function tokenOf(result: ServiceResult): ServiceToken {
  if (result.kind !== 'token') throw new Error(`expected a token, got ${codeOf(result) ?? result.kind}`)
  return result.token
}

function codeOf(result: ServiceResult): ErrorCode | null {
  return result.kind === 'failed' ? result.error.code : null
}

/** What the server says of an access token. */
async function tokeninfo({ secret }: ServiceToken): Promise<unknown> {
  const body = new URLSearchParams({ access_token: secret.reveal() })
  return (await fetch(`${google.issuer}/tokeninfo`, { method: 'POST', body })).json()
}

function account({ accountId }: KeyName) {
  const found = test.state().accounts.get(accountId)
  if (!found?.service) throw new Error('no such service account')
  return { record: found, service: found.service }
}

describe('a key file', () => {
  it('leads to an access token of the service account, and says nothing of it but in the keychain', async () => {
    const brought = await bring()
    const token = tokenOf(await ask(brought, { scopes: [drive, email] }))
    expect(await tokeninfo(token)).toMatchObject({
      azp: brought.file.client_id,
      email: brought.file.client_email,
      access_type: 'online',
      scope: `${drive} ${email} openid`,
    })
    expect(token.expiresAt - context.now()).toBeGreaterThan(3590_000)
    const written = JSON.stringify([...test.events, ...test.world.log.entries])
    expect(google.issued.map(({ kind }) => kind)).toEqual(['private-key', 'access-token'])
    for (const { secret } of google.issued) {
      const lines = secret.split('\n').filter((line) => line !== '' && !line.startsWith('-----'))
      for (const line of lines) expect(written).not.toContain(line)
    }
  })

  it('is dated by the certificate at the server', async () => {
    const brought = await bring()
    tokenOf(await ask(brought))
    while (account(brought).service.keys[0]?.createdAt === null) await sleep(5)
    const certificates = (await (await fetch(brought.file.client_x509_cert_url)).json()) as Record<
      string,
      string
    >
    const { validFrom } = new X509Certificate(certificates[brought.file.private_key_id] ?? '')
    expect(account(brought).service.keys[0]?.createdAt).toBe(Date.parse(validFrom))
    expect(serviceHealth(account(brought).service, context.now())).toMatchObject({ reason: 'ready' })
    const later = Date.parse(validFrom) + 90 * dayMs
    expect(serviceHealth(account(brought).service, later)).toMatchObject({ reason: 'key-old' })
  })

  it('gives id tokens that the server signed for the audience', async () => {
    const brought = await bring()
    const wanted = { accountId: brought.accountId, audience: 'https://api.example/', minTtlMs: 60_000 }
    const { secret } = tokenOf(await tokens.idToken(wanted))
    const info = await fetch(`${google.issuer}/tokeninfo?id_token=${secret.reveal()}`)
    expect(await info.json()).toMatchObject({
      aud: 'https://api.example/',
      sub: brought.file.client_id,
      email: brought.file.client_email,
    })
  })

  it('signs what verifies with the certificate that the server publishes', async () => {
    const brought = await bring()
    const { secret } = good(await tokens.selfSigned(brought.accountId, 'https://drive.googleapis.com/'))
    const url = brought.file.client_x509_cert_url
    const certificates = (await (await fetch(url)).json()) as Record<string, string>
    const { publicKey } = new X509Certificate(certificates[brought.file.private_key_id] ?? '')
    const { payload } = await jwtVerify(secret.reveal(), publicKey)
    expect(payload).toMatchObject({
      iss: brought.file.client_email,
      sub: brought.file.client_email,
      aud: 'https://drive.googleapis.com/',
    })
    expect(asked).toBe(0)
  })

  it('of another account is not taken as a further key', async () => {
    const [one, other] = [await bring(), good(await google.control.keyFile())]
    const brought = { bytes: Buffer.from(other), path: null, forAccount: one.accountId }
    expect(await importKey(context, tokens, brought)).toMatchObject({
      ok: false,
      error: { code: 'key-of-another-account' },
    })
    expect(test.state().accounts.size).toBe(1)
  })
})

describe('rotation', () => {
  it('goes from the old key to the new one without a moment without tokens', async () => {
    const old = await bring()
    expect(tokenOf(await ask(old)).keyId).toBe(old.keyId)
    const fresh = await bring(old)
    expect(fresh).toMatchObject({ accountId: old.accountId, outcome: 'key-added' })
    expect(tokenOf(await ask(old, { scopes: [mail] })).keyId).toBe(old.keyId)
    good(await tokens.tryKey(fresh.accountId, fresh.keyId))
    expect(tokenOf(await ask(old, { scopes: [email] })).keyId).toBe(fresh.keyId)
    good(await forgetKey(context, tokens, old))
    good(await google.control.deleteServiceKey(old.file.client_email, old.file.private_key_id))
    expect(tokenOf(await ask(old, { scopes: [drive, mail] })).keyId).toBe(fresh.keyId)
    const held = account(fresh).service.keys.filter(({ standing }) => standing === 'held')
    expect(held.map(({ privateKeyId }) => privateKeyId)).toEqual([fresh.file.private_key_id])
  })

  it('is made up for when the server lost the key that signs and another one is there', async () => {
    const old = await bring()
    tokenOf(await ask(old))
    const fresh = await bring(old)
    good(await google.control.deleteServiceKey(old.file.client_email, old.file.private_key_id))
    expect(tokenOf(await ask(old, { scopes: [mail] })).keyId).toBe(fresh.keyId)
    const view = serviceView(account(old).record, tokens)
    expect(view?.signingKeyId).toBe(fresh.keyId)
    expect(view?.keys.map(({ refusal }) => refusal?.error.code ?? null)).toEqual([
      null,
      'service-key-refused',
    ])
  })
})

describe('domain-wide delegation', () => {
  it('works once the administrator registered the scopes, and names those that are probably missing', async () => {
    const brought = await bring()
    const { accountId, file } = brought
    good(await google.control.delegate(file.client_email, [drive, email]))
    good(await configureService(context, tokens, { accountId, scopes: [drive, email], subject: meera.email }))
    const token = tokenOf(await tokens.get({ accountId, minTtlMs: 0 }))
    expect(await tokeninfo(token)).toMatchObject({ azp: file.client_id, sub: meera.sub, email: meera.email })
    good(await configureService(context, tokens, { accountId, scopes: [drive, mail], subject: meera.email }))
    expect(codeOf(await tokens.get({ accountId, minTtlMs: 0 }))).toBe('service-delegation-refused')
    expect(serviceView(account(brought).record, tokens)?.refusal).toMatchObject({
      error: { code: 'service-delegation-refused' },
      unregistered: [mail],
    })
    good(await google.control.delegate(file.client_email, [drive, mail]))
    tokenOf(await tokens.get({ accountId, minTtlMs: 0, byHand: true }))
    expect(serviceView(account(brought).record, tokens)?.refusal).toBeNull()
  })

  it('says when there is nobody of that name', async () => {
    const brought = await bring()
    const unknown = await ask(brought, { subject: 'nobody@northwind.test' })
    expect(codeOf(unknown)).toBe('service-subject-invalid')
    expect(codeOf(await ask(brought, { subject: null }))).toBeNull()
  })
})

describe('the end of a service account at the server', () => {
  it('by switching it off is told, and undone by switching it on', async () => {
    const brought = await bring()
    good(await google.control.setServiceDisabled(brought.file.client_email, true))
    expect(codeOf(await ask(brought))).toBe('service-disabled')
    expect(serviceHealth(account(brought).service, context.now())).toMatchObject({
      level: 'dead',
      reason: 'service-disabled',
    })
    good(await google.control.setServiceDisabled(brought.file.client_email, false))
    tokenOf(await ask(brought))
    expect(serviceHealth(account(brought).service, context.now())).toMatchObject({ reason: 'ready' })
  })

  it('by deleting it or its only key is told', async () => {
    const [one, other] = [await bring(), await bring()]
    good(await google.control.deleteServiceAccount(one.file.client_email))
    expect(codeOf(await ask(one))).toBe('service-unknown')
    const { client_email, private_key_id } = other.file
    good(await google.control.deleteServiceKey(client_email, private_key_id))
    expect(codeOf(await ask(other))).toBe('service-key-refused')
    expect(serviceHealth(account(other).service, context.now())).toMatchObject({ reason: 'key-refused' })
  })
})

describe('every word of the server', () => {
  const meanings: readonly (readonly [EndpointErrorName, ErrorCode, string | null])[] = [
    ['service-unauthorized', 'service-delegation-refused', meera.email],
    ['service-unauthorized', 'service-refused', null],
    ['service-unauthorized-scope', 'service-delegation-refused', meera.email],
    ['service-denied', 'service-delegation-refused', meera.email],
    ['service-email', 'service-subject-invalid', meera.email],
    ['service-user', 'service-subject-invalid', meera.email],
    ['service-user', 'service-unknown', null],
    ['service-not-found', 'service-unknown', null],
    ['account-deleted', 'service-unknown', null],
    ['account-deleted', 'service-subject-invalid', meera.email],
    ['service-signature', 'service-key-refused', null],
    ['service-verifier', 'service-key-refused', null],
    ['service-audience', 'service-refused', null],
    ['service-scope', 'service-scope-refused', null],
    ['service-prn', 'service-subject-invalid', meera.email],
    ['service-subject', 'service-subject-invalid', meera.email],
    ['robot-disabled', 'service-disabled', null],
    ['client-disabled', 'service-disabled', null],
    ['client-deleted', 'service-disabled', null],
    ['admin-policy', 'admin-policy', null],
    ['org-internal', 'org-internal', null],
  ]

  it.each(meanings)('%s means %s (acting as %j)', async (name, code, subject) => {
    const brought = await bring()
    good(await google.control.setFault({ kind: 'error', name }, null))
    expect(codeOf(await ask(brought, { subject }))).toBe(code)
    good(await google.control.clearFaults())
    expect(codeOf(await ask(brought, { subject: null }))).toBeNull()
  })
})

describe('a wrong clock', () => {
  it.each([
    ['ten minutes ahead', -10 * 60_000],
    ['two days behind', 2 * dayMs],
  ])('of this machine, %s, is corrected from the answer, once', async (_how, offsetMs) => {
    const brought = await bring()
    good(await google.control.setClockOffset(offsetMs))
    const token = tokenOf(await ask(brought))
    expect(asked).toBe(2)
    expect(Math.abs(token.expiresAt - (test.world.clock.now() + offsetMs + 3599_000))).toBeLessThan(60_000)
    tokenOf(await ask(brought, { scopes: [mail] }))
    expect(asked).toBe(3)
    expect(test.eventsOf('service.refused')).toEqual([])
  })

  it('that the server goes on complaining of is said, and nothing is asked in a circle', async () => {
    const brought = await bring()
    good(await google.control.setFault({ kind: 'error', name: 'service-times' }, null))
    expect(codeOf(await ask(brought))).toBe('service-clock')
    expect(asked).toBe(2)
    expect(test.eventsOf('service.refused')).toEqual([])
  })
})

describe('what passes', () => {
  it.each([
    ['offline', 'network-failed'],
    ['server-error', 'server-unavailable'],
    ['busy', 'rate-limited'],
    ['portal', 'answer-not-json'],
  ] as const)('%s says nothing of the key', async (fault, code) => {
    const brought = await bring()
    good(await google.control.nameFault(fault))
    expect(codeOf(await ask(brought))).toBe(code)
    expect(test.eventsOf('service.refused')).toEqual([])
    good(await google.control.nameFault(null))
    tokenOf(await ask(brought))
  })

  it('is not asked again at once by those who do not insist', async () => {
    const brought = await bring()
    good(await google.control.nameFault('server-error'))
    expect(codeOf(await ask(brought))).toBe('server-unavailable')
    await ask(brought, { byHand: false })
    expect(asked).toBe(1)
  })
})

it('fifty callers of one account cost one request, and each gets the same token', async () => {
  const brought = await bring()
  const results = await Promise.all(Array.from({ length: 50 }, () => ask(brought)))
  expect(asked).toBe(1)
  expect(new Set(results.map((result) => tokenOf(result).secret.reveal())).size).toBe(1)
  tokenOf(await ask(brought))
  expect(asked).toBe(1)
})
