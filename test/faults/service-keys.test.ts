import { createHash, generateKeyPairSync } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ErrorCode } from '../../electron/contract/errors.ts'
import type { AccountView } from '../../electron/contract/views.ts'
import type { ProfilePorts } from '../../electron/core/profile-context.ts'
import type { RealProfile } from '../support/real-profile.ts'
import { filesBelow } from '../support/real-profile.ts'
import { partsMissing, useRealWorld } from '../support/real-world.ts'
import { keyFile, robotGoogle } from '../support/service-accounts.ts'
import { openAfterCrash, openTestProfile } from '../support/test-profile.ts'

const world = useRealWorld()
const minuteMs = 60_000
const plain = { acceptUncheckedSecret: false }
const mail = 'https://www.googleapis.com/auth/gmail.readonly'

interface KeyJson {
  readonly private_key: string
  readonly client_email: string
}

/** A key file of a new service account, as practice Google gives it. */
async function freshFile(email?: string): Promise<string> {
  const file = await world.google.control.keyFile(email)
  if (!file.ok) throw new Error(file.error.code)
  return file.value
}

async function bring(app: RealProfile, text: string, more: { forAccount?: string } = {}): Promise<string> {
  const path = join(world.dataFolder, 'key.json')
  await writeFile(path, text)
  const imported = await app.ask('clients.importFile', { path, ...plain, ...more })
  if (!imported.ok) return imported.error.code
  return imported.value.kind === 'service-account' ? imported.value.outcome : imported.value.kind
}

async function robots(app: RealProfile): Promise<readonly AccountView[]> {
  return (await app.snapshot()).accounts.filter(({ service }) => service !== null)
}
async function robot(app: RealProfile): Promise<AccountView> {
  const [account] = await robots(app)
  if (!account) throw new Error('there is no service account')
  return account
}

/** One access token by hand: null, or the code of what was said. */
async function copied(app: RealProfile): Promise<string | null> {
  const { accountId } = await robot(app)
  await app.get('service.configure', { accountId, scopes: [mail], subject: null })
  const copy = await app.ask('service.copyAccessToken', { accountId })
  return copy.ok ? null : copy.error.code
}

const change = (text: string, fields: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({ ...(JSON.parse(text) as object), ...fields })
const key = (text: string): string => (JSON.parse(text) as KeyJson).private_key
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pkcs8 = { type: 'pkcs8', format: 'pem' } as const
const withPassword = rsa.privateKey.export({ ...pkcs8, cipher: 'aes-256-cbc', passphrase: 'x' })

type Spoil = (text: string) => string
const spoiled: readonly (readonly [string, Spoil, ErrorCode])[] = [
  ['an EC key', (text) => change(text, { private_key: ec.privateKey.export(pkcs8) }), 'key-not-rsa'],
  ['a key with a password', (text) => change(text, { private_key: withPassword }), 'key-encrypted'],
  [
    'a key that breaks off',
    (text) => change(text, { private_key: key(text).slice(0, 700) }),
    'key-truncated',
  ],
  ['a key with a wrong letter', (text) => change(text, { private_key: damaged(key(text)) }), 'key-truncated'],
  [
    'a public key',
    (text) => change(text, { private_key: rsa.publicKey.export({ type: 'spki', format: 'pem' }) }),
    'key-public',
  ],
  ['another type', (text) => change(text, { type: 'external_account' }), 'key-type-wrong'],
  ['another cloud', (text) => change(text, { universe_domain: 'cloud.example' }), 'key-universe'],
  [
    'a token endpoint elsewhere',
    (text) => change(text, { token_uri: 'https://evil.example/token' }),
    'client-not-loopback',
  ],
  ['a file of 1 MB', (text) => change(text, { padding: 'x'.repeat(1_000_000) }), 'file-too-large'],
  ['half a file', (text) => text.slice(0, 500), 'file-not-json'],
  ['the key alone', key, 'key-pem-alone'],
]

/** In the middle, where the primes are. */
function damaged(pem: string): string {
  const at = Math.floor(pem.length / 2)
  return `${pem.slice(0, at)}${pem[at] === 'A' ? 'B' : 'A'}${pem.slice(at + 1)}`
}

describe.skipIf(partsMissing !== null)('a key file that is wrong', () => {
  it.each(spoiled)('is refused, and nothing of it is kept: %s', async (_, spoil, code) => {
    const app = await world.open()
    expect(await bring(app, spoil(await freshFile()))).toBe(code)
    expect(await robots(app)).toEqual([])
    expect(JSON.stringify(app.sent)).not.toContain('PRIVATE KEY')
  })

  it('is refused where it is the key of another account than the one that is open', async () => {
    const app = await world.open()
    await bring(app, await freshFile())
    const { accountId } = await robot(app)
    expect(await bring(app, await freshFile(), { forAccount: accountId })).toBe('key-of-another-account')
    expect(await robots(app)).toHaveLength(1)
    expect((await robot(app)).service?.keys).toHaveLength(1)
  })
})

describe.skipIf(partsMissing !== null)('a service account', () => {
  it('whose machine is ten minutes off gets its token, and the clock is told', async () => {
    const wrap = (ports: ProfilePorts): ProfilePorts => {
      const { clock } = ports
      const ahead = { ...clock, now: () => clock.now() + 10 * minuteMs }
      return {
        ...ports,
        clock: { ...ahead, offsetMs: () => clock.offsetMs(), elapsedMs: () => clock.elapsedMs() },
      }
    }
    const app = await world.open({ wrap })
    await bring(app, await freshFile())
    expect(await copied(app)).toBeNull()
    expect(await app.clipboard()).toMatch(/^ya29\./)
    const { problems } = await app.snapshot()
    expect(problems).toMatchObject([{ error: { code: 'clock-ahead', details: { minutes: 10 } } }])
    expect((await robot(app)).service?.refusal).toBeNull()
  })

  it('that is switched off is dead and says so, and lives again once it is switched on', async () => {
    const app = await world.open()
    await bring(app, await freshFile())
    expect(await copied(app)).toBeNull()
    const { email, accountId } = await robot(app)
    await app.get('practice.act', { act: 'set-service-disabled', email, disabled: true })
    expect(await app.ask('accounts.check', { accountId })).toMatchObject({
      error: { code: 'service-disabled' },
    })
    expect((await robot(app)).health).toMatchObject({ level: 'dead', reason: 'service-disabled' })
    expect(await copied(app)).toBe('service-disabled')
    await app.get('practice.act', { act: 'set-service-disabled', email, disabled: false })
    expect(await copied(app)).toBeNull()
    expect((await robot(app)).health).toMatchObject({ level: 'fine' })
  })

  it('works after a restart, and its key is in the keychain and in no file', async () => {
    const text = await freshFile()
    const first = await world.open()
    await bring(first, text)
    await first.close()
    const app = await world.open()
    expect(await copied(app)).toBeNull()
    const { accountId, service } = await robot(app)
    const keyId = service?.keys[0]?.keyId ?? ''
    expect(await app.ask('service.deleteFile', { accountId, keyId })).toMatchObject({
      error: { code: 'key-file-gone' },
    })
    const inside = key(text).slice(60, 120)
    for (const { path, bytes } of await filesBelow(world.dataFolder))
      if (!path.endsWith('key.json')) expect(bytes.includes(inside)).toBe(false)
  })

  it('whose file was deleted from here goes on working', async () => {
    const app = await world.open()
    const text = await freshFile()
    await bring(app, text)
    const { accountId, service } = await robot(app)
    const [held] = service?.keys ?? []
    const path = held?.file ?? ''
    expect(
      createHash('sha256')
        .update(await readFile(path))
        .digest('hex'),
    ).toBe(createHash('sha256').update(text).digest('hex'))
    await app.get('service.deleteFile', { accountId, keyId: held?.keyId ?? '' })
    await expect(readFile(path)).rejects.toThrow('ENOENT')
    expect(await copied(app)).toBeNull()
  })
})

describe('a keychain that is locked', () => {
  it('takes nothing away from a service account, and is read again once it is open', async () => {
    const test = await openTestProfile()
    const google = robotGoogle(test.world)
    test.world.desktop.files.set('/key.json', Buffer.from(keyFile()))
    await test.ask('clients.importFile', { path: '/key.json', ...plain })
    await test.profile.close()
    const later = await openTestProfile({ world: test.world })
    const [account] = later.snapshot().accounts
    const { accountId = '' } = account ?? {}
    test.world.secretStore.failAlways('keychain-locked')
    expect(await later.ask('accounts.check', { accountId })).toMatchObject({
      error: { code: 'keychain-locked' },
    })
    expect(later.snapshot().accounts).toEqual([account])
    expect(google.assertions).toEqual([])
    test.world.secretStore.heal()
    expect(await later.ask('accounts.check', { accountId })).toMatchObject({ ok: true })
  })
})

describe('a crash between keychain and ledger', () => {
  it('leaves no account, a secret that is shown, and a file that can be brought again', async () => {
    const test = await openTestProfile()
    test.world.desktop.files.set('/key.json', Buffer.from(keyFile()))
    test.world.folder.stopInNextAppend(10)
    void test.ask('clients.importFile', { path: '/key.json', ...plain })
    while (!test.world.folder.stopped) await new Promise((resolve) => setImmediate(resolve))
    const later = await openAfterCrash(test.world)
    expect(later.snapshot().accounts).toEqual([])
    later.world.timers.pass(10_000)
    while (!later.snapshot().problems.some(({ error }) => error.code === 'orphan-secret'))
      await new Promise((resolve) => setImmediate(resolve))
    const again = await later.ask('clients.importFile', { path: '/key.json', ...plain })
    expect(again).toMatchObject({ ok: true, value: { outcome: 'account-added' } })
  })
})
