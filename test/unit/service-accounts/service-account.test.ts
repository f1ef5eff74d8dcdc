/** A service account from its file to its forgetting, as the window asks for it. */
import { createPublicKey } from 'node:crypto'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { appError } from '../../../electron/contract/outcome.ts'
import type { ServiceView } from '../../../electron/contract/service.ts'
import type { AccountView } from '../../../electron/contract/views.ts'
import { accountViewSchema } from '../../../electron/contract/views.ts'
import { Secret } from '../../../electron/core/secret.ts'
import { restoredKey } from '../../../electron/core/service-accounts/key-storage.ts'
import { Problems } from '../../../electron/core/state/problems.ts'
import { removeOrphan } from '../../../electron/core/tokens/sweep.ts'
import { selfSignedCertificate } from '../../../electron/practice/x509.ts'
import { installedFile } from '../../support/client-files.ts'
import { asha } from '../../support/fake-google.ts'
import type { RobotGoogle } from '../../support/service-accounts.ts'
import {
  keyFile,
  keyName,
  nextKeyName,
  pemOf,
  readJwt,
  refusal,
  robotEmail,
  robotGoogle,
  robotNumber,
  rsaKey,
} from '../../support/service-accounts.ts'
import { openTestContext } from '../../support/test-context.ts'
import type { TestProfile } from '../../support/test-profile.ts'
import { openTestProfile } from '../../support/test-profile.ts'
import { calendar, sheets } from './service-scene.ts'

const keyService = 'dev.latchkey.service-key'
const path = '/home/x/Downloads/field-tools-a1b2.json'
const dayMs = 24 * 3_600_000
const plain = { acceptUncheckedSecret: false }

interface Brought {
  readonly accountId: string
  readonly keyId: string
}

function put(test: TestProfile, text: string, at = path): void {
  test.world.desktop.files.set(at, Buffer.from(text))
}

async function bring(test: TestProfile, text: string, forAccount?: string): Promise<Brought> {
  put(test, text)
  const options = { ...plain, ...(forAccount === undefined ? {} : { forAccount }) }
  const imported = await test.ask('clients.importFile', { path, ...options })
  if (!imported.ok || imported.value.kind !== 'service-account') throw new Error(JSON.stringify(imported))
  return imported.value
}

async function ready(): Promise<TestProfile & Brought & { readonly google: RobotGoogle }> {
  const test = await openTestProfile()
  const google = robotGoogle(test.world)
  return { ...test, google, ...(await bring(test, keyFile())) }
}

function accountOf(test: TestProfile, accountId: string): AccountView {
  const account = test.snapshot().accounts.find((one) => one.accountId === accountId)
  if (!account) throw new Error('the account is not there')
  return v.parse(accountViewSchema, account)
}

function serviceOf(test: TestProfile, accountId: string): ServiceView {
  const { service } = accountOf(test, accountId)
  if (!service) throw new Error('that is no service account')
  return service
}

describe('bringing a key file', () => {
  it('adds the service account with its key in the keychain and nowhere else', async () => {
    const test = await openTestProfile()
    const { accountId, keyId } = await bring(test, keyFile())
    expect(accountOf(test, accountId)).toMatchObject({
      email: robotEmail,
      grants: [],
      needs: [],
      health: { level: 'fine', reason: 'ready' },
      service: {
        ...{ uniqueId: robotNumber, projectId: 'field-tools', scopes: [], subject: null, refusal: null },
        signingKeyId: keyId,
        keys: [
          {
            ...{
              keyId,
              privateKeyId: keyName,
              standing: 'held',
              bits: 2048,
              addedAt: test.world.clock.now(),
            },
            ...{ createdAt: null, lastUsedAt: null, refusal: null, file: path },
            oldAt: test.world.clock.now() + 90 * dayMs,
          },
        ],
      },
    })
    expect(test.world.secretStore.calls).toContain(`set ${keyService} ${keyId}`)
    const prime = String(rsaKey().export({ format: 'jwk' }).p)
    const told = `${JSON.stringify([test.snapshot(), test.world.log])}${test.world.folder.text('ledger.jsonl')}`
    expect(told).not.toContain(prime)
    expect(told).not.toContain('BEGIN PRIVATE KEY')
  })

  it('a second time changes nothing and says that it is known', async () => {
    const test = await openTestProfile()
    const first = await bring(test, keyFile())
    const again = await test.ask('clients.importFile', { path, ...plain })
    expect(again).toEqual({ ok: true, value: { kind: 'service-account', ...first, outcome: 'known' } })
    expect(serviceOf(test, first.accountId).keys).toHaveLength(1)
  })

  it('twice at the same time adds it once', async () => {
    const test = await openTestProfile()
    put(test, keyFile())
    const both = await Promise.all([
      test.ask('clients.importFile', { path, ...plain }),
      test.ask('clients.importFile', { path, ...plain }),
    ])
    expect(both).toMatchObject([{ value: { outcome: 'account-added' } }, { value: { outcome: 'known' } }])
    expect(test.world.secretStore.calls.filter((call) => call.startsWith(`set ${keyService}`))).toHaveLength(
      1,
    )
  })

  it('puts a key back that the keychain lost', async () => {
    const test = await ready()
    test.world.secretStore.lose(keyService, test.keyId)
    expect(await bring(test, keyFile())).toMatchObject({ keyId: test.keyId, outcome: 'known' })
    expect((await test.world.secretStore.get(keyService, test.keyId)).ok).toBe(true)
    expect(serviceOf(test, test.accountId).keys).toMatchObject([{ standing: 'held' }])
  })

  it('stores it again where the keychain holds something that is no key', async () => {
    const test = await ready()
    await test.world.secretStore.set(keyService, test.keyId, new Secret('rsa1.garbled'))
    expect(await bring(test, keyFile())).toMatchObject({ keyId: test.keyId, outcome: 'known' })
    const stored = await test.world.secretStore.get(keyService, test.keyId)
    expect(stored.ok && stored.value && restoredKey(stored.value)).toBeTruthy()
  })

  it('refuses another key under the name of one that is held, and does not take that file for its source', async () => {
    const test = await ready()
    const other = '/home/x/other.json'
    put(test, keyFile({ private_key: pemOf(rsaKey(nextKeyName)) }), other)
    expect(await test.ask('clients.importFile', { path: other, ...plain })).toMatchObject({
      error: { code: 'key-truncated' },
    })
    expect(serviceOf(test, test.accountId).keys).toMatchObject([{ file: path }])
  })

  it('refuses the number of an account with another address, which it leaves as it was', async () => {
    const test = await ready()
    put(test, keyFile({ client_email: `b${robotEmail}` }, nextKeyName))
    expect(await test.ask('clients.importFile', { path, ...plain })).toMatchObject({
      error: { code: 'key-field-malformed', details: { field: 'client_email' } },
    })
    expect(accountOf(test, test.accountId)).toMatchObject({ email: robotEmail, service: { keys: [{}] } })
  })

  it('adds a further key beside the first, newest first', async () => {
    const test = await ready()
    const further = await bring(test, keyFile({}, nextKeyName), test.accountId)
    expect(further).toMatchObject({ accountId: test.accountId, outcome: 'key-added' })
    expect(serviceOf(test, test.accountId).keys.map(({ keyId }) => keyId)).toEqual([
      further.keyId,
      test.keyId,
    ])
  })

  it('refuses the key of another account, and what is no key, where a further one is meant', async () => {
    const test = await ready()
    const options = { ...plain, forAccount: test.accountId }
    put(test, keyFile({ client_id: '998877665544332211000', client_email: `b${robotEmail}` }, nextKeyName))
    expect(await test.ask('clients.importFile', { path, ...options })).toMatchObject({
      error: { code: 'key-of-another-account', details: { email: `b${robotEmail}` } },
    })
    put(test, installedFile())
    expect(await test.ask('clients.importFile', { path, ...options })).toMatchObject({
      error: { code: 'key-field-malformed' },
    })
    expect(test.snapshot()).toMatchObject({ clients: [], accounts: [{ accountId: test.accountId }] })
  })

  it('keeps nothing of a wrong file, nor where the keychain or the disk fails', async () => {
    const test = await openTestProfile()
    const pem = pemOf(rsaKey())
    const ask = (): ReturnType<typeof test.ask> => test.ask('clients.importFile', { path, ...plain })
    put(test, keyFile({ private_key: pem.slice(0, 900) }))
    expect(await ask()).toMatchObject({ error: { code: 'key-truncated' } })
    put(test, keyFile())
    test.world.secretStore.failNext('keychain-locked', 'set')
    expect(await ask()).toMatchObject({ error: { code: 'keychain-locked' } })
    test.world.secretStore.garbleNextSet('garbled')
    expect(await ask()).toMatchObject({ error: { code: 'keychain-mismatch' } })
    test.world.folder.failNext('append', 'disk-full')
    expect(await ask()).toMatchObject({ error: { code: 'disk-full' } })
    expect(test.snapshot().accounts).toEqual([])
    expect(test.world.secretStore.size).toBe(0)
  })

  it('from the clipboard empties it, but not of what somebody copied meanwhile', async () => {
    const test = await openTestProfile()
    const { desktop } = test.world
    desktop.clipboard = keyFile()
    const pasted = await test.ask('clients.importClipboard', plain)
    expect(pasted).toMatchObject({ ok: true, value: { outcome: 'account-added' } })
    expect(desktop.clipboard).toBe('')
    const { accountId } = test.snapshot().accounts[0] ?? { accountId: '' }
    expect(serviceOf(test, accountId).keys).toMatchObject([{ file: null }])

    desktop.clipboard = keyFile({}, nextKeyName)
    const release = test.world.secretStore.hang()
    const slow = test.ask('clients.importClipboard', plain)
    await new Promise((resolve) => setImmediate(resolve))
    desktop.clipboard = 'something else'
    release()
    expect(await slow).toMatchObject({ ok: true })
    expect(desktop.clipboard).toBe('something else')

    desktop.clipboard = installedFile()
    expect(await test.ask('clients.importClipboard', plain)).toMatchObject({ value: { kind: 'added' } })
    expect(desktop.clipboard).toBe(installedFile())
  })
})

describe('using a service account', () => {
  it('copies an access token as configured, and says only until when', async () => {
    const test = await ready()
    const { accountId } = test
    expect(await test.ask('service.copyAccessToken', { accountId })).toMatchObject({
      error: { code: 'service-no-scopes' },
    })
    const subject = ' meera@northwind.test '
    const configured = { accountId, scopes: [calendar, sheets, calendar], subject }
    expect(await test.ask('service.configure', configured)).toMatchObject({ ok: true })
    expect(serviceOf(test, accountId)).toMatchObject({ scopes: [calendar, sheets], subject: subject.trim() })
    const copied = await test.ask('service.copyAccessToken', { accountId })
    expect(copied).toEqual({ ok: true, value: { expiresAt: test.world.clock.now() + 3_599_000 } })
    expect(test.world.desktop).toMatchObject({ clipboard: 'ya29.robot-1', clipboardIsSecret: true })
    expect(serviceOf(test, accountId).keys[0]?.lastUsedAt).toBe(test.world.clock.now())
  })

  it('takes no person to act for who is no address', async () => {
    const test = await ready()
    const wrong = { accountId: test.accountId, scopes: [], subject: 'meera' }
    expect(await test.ask('service.configure', wrong)).toMatchObject({
      error: { code: 'service-subject-invalid' },
    })
  })

  it('copies an id token and a self-signed one', async () => {
    const test = await ready()
    const { accountId } = test
    expect(
      await test.ask('service.copyIdToken', { accountId, audience: 'https://tool.example' }),
    ).toMatchObject({
      ok: true,
    })
    expect(test.world.desktop.clipboard.split('.')).toHaveLength(3)
    const audience = 'https://pubsub.googleapis.com/'
    expect(await test.ask('service.copySelfSigned', { accountId, audience })).toMatchObject({ ok: true })
    expect(readJwt(test.world.desktop.clipboard)).toMatchObject({ claims: { aud: audience }, signed: true })
  })

  it('is checked like any other account, with the key that signs', async () => {
    const test = await ready()
    expect(await test.ask('accounts.check', { accountId: test.accountId })).toMatchObject({ ok: true })
    test.google.answerNext(refusal('invalid_grant', 'Robot is disabled.'))
    expect(await test.ask('accounts.check', { accountId: test.accountId })).toMatchObject({
      error: { code: 'service-disabled' },
    })
    expect(accountOf(test, test.accountId)).toMatchObject({
      health: { level: 'dead', reason: 'service-disabled' },
      service: { refusal: { error: { code: 'service-disabled' }, unregistered: [] } },
    })
  })

  it('is nobody who signs in, and active under no client', async () => {
    const test = await ready()
    const clientId = await test.addClient()
    const { accountId } = test
    expect(await test.ask('signIn.start', { clientId, scopes: [], accountId })).toMatchObject({
      error: { code: 'account-is-service' },
    })
    expect(await test.ask('clients.setActive', { clientId, accountId })).toMatchObject({
      error: { code: 'account-is-service' },
    })
    expect(await test.ask('accounts.activate', { accountId })).toMatchObject({ ok: true })
    const named = robotEmail.toUpperCase()
    const who = await test.ask('who.ask', { folder: null, clientId: null, named })
    expect(who).toMatchObject({ value: { outcome: { kind: 'account', accountId, clientId: null } } })
    expect(await test.ask('who.ask', { folder: null, clientId, named })).toMatchObject({
      value: { outcome: { kind: 'blocked', reason: 'named', error: { code: 'account-is-service' } } },
    })
  })
})

describe('the age of a key', () => {
  it('counts from Google’s certificate, is asked for once, and turns the account yellow on its day', async () => {
    const test = await ready()
    const { accountId, keyId } = test
    const createdAt = test.world.clock.now() - 80 * dayMs - 500
    const certificate = selfSignedCertificate({
      ...{ publicKey: createPublicKey(rsaKey()), privateKey: rsaKey(), name: robotNumber },
      ...{ notBefore: createdAt, serial: Buffer.from([1]) },
    })
    const asked: string[] = []
    test.world.http.on('https://www.googleapis.com/robot/', ({ url }) => {
      asked.push(url)
      return { body: { other: 'x', [keyName]: certificate } }
    })
    for (let times = 0; times < 2; times += 1) await test.ask('service.tryKey', { accountId, keyId })
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(asked).toEqual([
      `https://www.googleapis.com/robot/v1/metadata/x509/${encodeURIComponent(robotEmail)}`,
    ])
    const seconds = Math.floor(createdAt / 1000) * 1000
    expect(serviceOf(test, accountId).keys).toMatchObject([
      { createdAt: seconds, oldAt: seconds + 90 * dayMs },
    ])
    expect(accountOf(test, accountId).health.reason).toBe('ready')
    test.world.clock.advance(10 * dayMs + 5000)
    expect(accountOf(test, accountId).health).toMatchObject({
      ...{ level: 'soon', reason: 'key-old', at: seconds + 90 * dayMs },
    })
  })

  it.each([
    ['no JSON', '<html>'],
    ['another key', { other: 'x' }],
    ['no certificate', { [keyName]: 'none' }],
    ['a list', []],
  ])('stays unknown, and nothing is said, where Google answers with %s', async (_, body) => {
    const test = await ready()
    const { accountId, keyId } = test
    test.world.http.on('https://www.googleapis.com/robot/', { body })
    expect(await test.ask('service.tryKey', { accountId, keyId })).toMatchObject({ ok: true })
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(serviceOf(test, accountId).keys).toMatchObject([{ createdAt: null }])
  })
})

describe('letting go of a key', () => {
  it('is refused for the last one, and until another one has worked', async () => {
    const test = await ready()
    const { accountId, keyId } = test
    expect(await test.ask('service.forgetKey', { accountId, keyId })).toMatchObject({
      error: { code: 'key-last' },
    })
    const further = await bring(test, keyFile({}, nextKeyName))
    expect(await test.ask('service.forgetKey', { accountId, keyId })).toMatchObject({
      error: { code: 'key-last' },
    })
    await test.ask('service.tryKey', { accountId, keyId: further.keyId })
    expect(await test.ask('service.forgetKey', { accountId, keyId })).toMatchObject({ ok: true })
    expect(serviceOf(test, accountId).keys.map((key) => key.keyId)).toEqual([further.keyId])
    expect(await test.world.secretStore.get(keyService, keyId)).toEqual({ ok: true, value: null })
    expect(await test.ask('service.forgetKey', { accountId, keyId })).toMatchObject({
      error: { code: 'not-found' },
    })
  })

  it('leaves one of two, also where both are let go at the same time', async () => {
    const test = await ready()
    const { accountId, keyId } = test
    const further = await bring(test, keyFile({}, nextKeyName))
    for (const one of [keyId, further.keyId]) await test.ask('service.tryKey', { accountId, keyId: one })
    const both = await Promise.all(
      [keyId, further.keyId].map((one) => test.ask('service.forgetKey', { accountId, keyId: one })),
    )
    expect(both).toMatchObject([{ ok: true }, { error: { code: 'key-last' } }])
  })

  it('deletes the file that it came from, once, and only while the keychain has the key', async () => {
    const test = await ready()
    const { accountId, keyId } = test
    test.world.desktop.files.set(path, Buffer.from('changed'))
    const ask = (): ReturnType<typeof test.ask> => test.ask('service.deleteFile', { accountId, keyId })
    expect(await ask()).toMatchObject({ error: { code: 'key-file-changed' } })
    put(test, keyFile())
    test.world.secretStore.lose(keyService, keyId)
    expect(await ask()).toMatchObject({ error: { code: 'keychain-item-missing' } })
    await test.world.secretStore.set(keyService, keyId, new Secret('rsa1.garbled'))
    expect(await ask()).toMatchObject({ error: { code: 'keychain-item-missing' } })
    expect(test.world.desktop.files.has(path)).toBe(true)
    await bring(test, keyFile())
    expect(await ask()).toMatchObject({ ok: true })
    expect(test.world.desktop.files.has(path)).toBe(false)
    expect(serviceOf(test, accountId).keys).toMatchObject([{ file: null }])
    expect(await ask()).toMatchObject({ error: { code: 'key-file-gone' } })
  })

  it('tells where copies lie', async () => {
    const test = await ready()
    const { accountId, keyId } = test
    test.world.keyFiles.found = [{ place: 'downloads', path, sure: true }]
    expect(await test.ask('service.findCopies', { accountId, keyId })).toEqual({
      ok: true,
      value: [{ place: 'downloads', path, sure: true }],
    })
    expect(await test.ask('service.findCopies', { accountId, keyId: 'another-key' })).toMatchObject({
      ok: false,
    })
  })
})

describe('forgetting a service account', () => {
  it('takes its keys along, after saying how many', async () => {
    const test = await ready()
    const { accountId } = test
    await bring(test, keyFile({}, nextKeyName))
    expect(await test.ask('accounts.previewForget', { accountId })).toEqual({
      ok: true,
      value: { accounts: [{ accountId, email: robotEmail, tokens: 0, keys: 2 }], tokens: 0 },
    })
    expect(await test.ask('accounts.forget', { accountId, tokens: 0 })).toMatchObject({ ok: true })
    expect(test.snapshot().accounts).toEqual([])
    expect(test.world.secretStore.size).toBe(0)
    expect(await test.ask('service.tryKey', { accountId, keyId: test.keyId })).toMatchObject({
      error: { code: 'not-found' },
    })
  })

  it('is not done where a key came since the preview', async () => {
    const test = await ready()
    const { accountId } = test
    await bring(test, keyFile({}, nextKeyName))
    const forgotten = await test.ask('accounts.forget', { accountId, tokens: 0, keys: 1 })
    expect(forgotten).toMatchObject({ error: { code: 'not-found' } })
    expect(await test.ask('accounts.forget', { accountId, tokens: 0, keys: 2 })).toMatchObject({ ok: true })
  })

  it('waits for a key that is being brought, and then is not done on an old count', async () => {
    const test = await ready()
    const { accountId } = test
    put(test, keyFile({}, nextKeyName))
    const release = test.world.secretStore.hang()
    const bringing = test.ask('clients.importFile', { path, ...plain })
    await new Promise((resolve) => setImmediate(resolve))
    const forgetting = test.ask('accounts.forget', { accountId, tokens: 0, keys: 1 })
    await new Promise((resolve) => setImmediate(resolve))
    release()
    expect(await bringing).toMatchObject({ ok: true, value: { outcome: 'key-added' } })
    expect(await forgetting).toMatchObject({ error: { code: 'not-found' } })
    expect(serviceOf(test, accountId).keys).toHaveLength(2)
  })

  it('does not keep it from coming back with the same file', async () => {
    const test = await ready()
    await test.ask('accounts.forget', { accountId: test.accountId, tokens: 0 })
    const again = await bring(test, keyFile())
    expect(again).toMatchObject({ accountId: test.accountId, outcome: 'account-added' })
    expect(again.keyId).not.toBe(test.keyId)
    expect(serviceOf(test, test.accountId).keys).toHaveLength(1)
  })
})

describe('ledger against keychain', () => {
  async function swept(test: TestProfile): Promise<TestProfile> {
    await test.profile.close()
    const again = await openTestProfile({ world: test.world })
    again.world.timers.pass(10_000)
    await new Promise((resolve) => setTimeout(resolve, 50))
    return again
  }

  it('finds that a key is lost, and that it is back', async () => {
    const test = await ready()
    const stored = await test.world.secretStore.get(keyService, test.keyId)
    if (!stored.ok || !stored.value) throw new Error('the key is not there')
    test.world.secretStore.lose(keyService, test.keyId)
    const later = await swept(test)
    expect(accountOf(later, test.accountId)).toMatchObject({
      health: { level: 'dead', reason: 'key-missing' },
      service: { signingKeyId: null, keys: [{ standing: 'missing' }] },
    })
    await later.world.secretStore.set(keyService, test.keyId, stored.value)
    const last = await swept(later)
    expect(accountOf(last, test.accountId).health.reason).toBe('ready')
  })

  /** Something happens between the lists and what is made of them. */
  function afterList(test: TestProfile, happens: () => Promise<unknown>): void {
    const { secretStore } = test.world
    const list = secretStore.list.bind(secretStore)
    secretStore.list = async (service) => {
      const names = await list(service)
      if (service === keyService) await happens()
      return names
    }
  }

  it('does not miss a key that was stored while the lists were made', async () => {
    const test = await openTestProfile()
    afterList(test, () => bring(test, keyFile()))
    test.world.timers.pass(10_000)
    await new Promise((resolve) => setTimeout(resolve, 50))
    const [account] = test.snapshot().accounts
    expect(account?.service?.keys).toMatchObject([{ standing: 'held' }])
    expect(test.world.folder.text('ledger.jsonl')).not.toContain('service.keyMissing')
  })

  it('does not remove what was unknown when it was found and is an account’s key by now', async () => {
    const test = await openTestProfile()
    const { keyId } = await bring(test, keyFile())
    await test.profile.close()
    const text = test.world.folder.text('ledger.jsonl') ?? ''
    expect(text).toContain(keyId)
    const problems = new Problems(() => undefined)
    const place = { service: keyService, account: keyId }
    problems.report('orphan', appError('orphan-secret'), 'remove-orphan', place)
    const { context } = await openTestContext({ world: test.world })
    const [problem] = problems.views()
    const removed = await removeOrphan(context, problems, problem?.problemId ?? '')
    expect(removed).toMatchObject({ error: { code: 'not-found' } })
    expect(problems.views()).toEqual([])
    expect(await test.world.secretStore.get(keyService, keyId)).toMatchObject({
      value: expect.anything() as unknown,
    })
  })

  it('deletes what was forgotten, and shows what it does not know', async () => {
    const test = await ready()
    test.world.secretStore.failNext('keychain-locked', 'delete')
    await test.ask('accounts.forget', { accountId: test.accountId, tokens: 0 })
    expect(test.world.secretStore.size).toBe(1)
    const stored = await test.world.secretStore.get(keyService, test.keyId)
    if (!stored.ok || !stored.value) throw new Error('the key is not there')
    await test.world.secretStore.set(keyService, 'nobody-knows-it', stored.value)
    const later = await swept(test)
    expect(await later.world.secretStore.list(keyService)).toEqual({ ok: true, value: ['nobody-knows-it'] })
    expect(later.snapshot().problems).toMatchObject([
      { error: { code: 'orphan-secret' }, action: 'remove-orphan' },
    ])
  })
})

it('does not disturb the accounts of people', async () => {
  const test = await openTestProfile()
  await test.addClient()
  const flowId = await test.signIn(asha)
  await test.reach(flowId, 'done')
  const { accountId } = await bring(test, keyFile())
  const before = accountOf(test, test.snapshot().accounts[0]?.accountId ?? '')
  expect(before).toMatchObject({ service: null, health: { reason: 'ready' } })
  expect(await test.ask('accounts.forget', { accountId, tokens: 0 })).toMatchObject({ ok: true })
  expect(test.snapshot().accounts).toEqual([before])
})
