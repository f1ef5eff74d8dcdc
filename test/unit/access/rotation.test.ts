import { describe, expect, it } from 'vitest'
import { fail } from '../../../electron/contract/outcome.ts'
import type { AccessResult } from '../../../electron/core/access/access-tokens.ts'
import { AccessTokens } from '../../../electron/core/access/access-tokens.ts'
import type { ProfileContext } from '../../../electron/core/profile-context.ts'
import { Secret } from '../../../electron/core/secret.ts'
import type { TokenRecord } from '../../../electron/core/state/state.ts'
import { recoverIntents } from '../../../electron/core/tokens/keep-token.ts'
import { desktopClient } from '../../support/client-files.ts'
import { fakeSecretStore } from '../../support/fake-secret-store.ts'
import type { MintedToken, TestContext } from '../../support/test-context.ts'
import { drive, mail, openTestContext } from '../../support/test-context.ts'
import type { TestWorld } from '../../support/test-world.ts'

const minuteMs = 60_000
const service = 'dev.latchkey.refresh-token'

interface Ready extends TestContext {
  readonly access: AccessTokens
  readonly grant: MintedToken
  get(scopes?: readonly string[]): Promise<AccessResult>
  tokens(): readonly TokenRecord[]
}

async function ready(): Promise<Ready> {
  const test = await openTestContext()
  await test.addClient()
  const grant = await test.mint({ scopes: [mail, drive] })
  return withAccess(test, grant)
}

function withAccess(test: TestContext, grant: MintedToken): Ready {
  const access = new AccessTokens(test.context, () => undefined)
  return {
    ...test,
    ...{ access, grant },
    get: (scopes) => access.get(grant, { minTtlMs: 0, ...(scopes ? { scopes } : {}) }),
    tokens: () => test.state().accounts.get(grant.accountId)?.tokens ?? [],
  }
}

/** What lies in the keychain, by token id. */
async function secretsIn(world: TestWorld): Promise<Readonly<Record<string, string>>> {
  const listed = await world.secretStore.list(service)
  const found: Record<string, string> = {}
  for (const id of listed.ok ? listed.value : []) {
    const secret = await world.secretStore.get(service, id)
    if (secret.ok && secret.value) found[id] = secret.value.reveal()
  }
  return found
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
async function until(happened: () => boolean): Promise<void> {
  while (!happened()) await settle()
  for (let turn = 0; turn < 20; turn += 1) await settle()
}

/** One live token that Google knows, its secret in the keychain, and nothing else anywhere. */
async function expectOneWhole(test: Ready): Promise<TokenRecord> {
  const held = test.tokens().filter(({ standing }) => standing === 'held')
  expect(held).toHaveLength(1)
  expect(test.state().pending.size).toBe(0)
  const secrets = await secretsIn(test.world)
  expect(Object.keys(secrets)).toEqual(held.map(({ tokenId }) => tokenId))
  const [token] = held
  if (!token) throw new Error('no token')
  return token
}

describe('a refresh that brings a new refresh token', () => {
  it('keeps the new one and retires the old one', async () => {
    const test = await ready()
    test.world.google.rotateNext({ oldDies: true })
    const result = await test.get()
    const token = await expectOneWhole(test)
    expect(token.tokenId).not.toBe(test.grant.tokenId)
    expect(result).toMatchObject({ kind: 'token', token: { tokenId: token.tokenId } })
    expect((await secretsIn(test.world))[token.tokenId]).toBe(test.world.google.refreshTokens[1])
    expect(test.tokens()[0]).toMatchObject({ standing: 'forgotten', rotated: true })
    expect(token.granted).toEqual(test.tokens()[0]?.granted)
    expect(test.events.map(({ type }) => type)).toEqual(['token.rotationIntended', 'token.minted'])
  })

  it('goes on with the new one, also for who waits behind', async () => {
    const test = await ready()
    test.world.google.rotateNext({ oldDies: true })
    const results = await Promise.all([test.get(), test.get([mail]), test.get([drive])])
    expect(results.map(({ kind }) => kind)).toEqual(['token', 'token', 'token'])
    test.world.clock.advance(60 * minuteMs)
    expect((await test.get()).kind).toBe('token')
    await expectOneWhole(test)
    expect(test.eventsOf('token.refused')).toEqual([])
  })

  it('that is the same as before changes nothing', async () => {
    const test = await ready()
    test.world.google.changeNext({ refresh_token: test.grant.refreshToken })
    await test.get()
    await test.access.close()
    expect(test.events.map(({ type }) => type)).toEqual(['token.refreshed'])
  })

  it('keeps the stated end of the old one where nothing else is said, and takes a new one', async () => {
    const test = await ready()
    test.world.google.changeNext({ refresh_token_expires_in: 90 * 86_400 })
    await test.get()
    const end = test.world.clock.now() + 90 * 86_400_000
    test.world.clock.advance(60 * minuteMs)
    test.world.google.rotateNext({ oldDies: true })
    await test.get()
    expect((await expectOneWhole(test)).expiresAt).toBe(end)
    test.world.clock.advance(60 * minuteMs)
    test.world.google.rotateNext({ oldDies: true })
    test.world.google.changeNext({ refresh_token_expires_in: 3600 })
    await test.get()
    expect((await expectOneWhole(test)).expiresAt).toBe(test.world.clock.now() + 3_600_000)
  })
})

describe('a new refresh token that cannot be stored', () => {
  it.each(['set', 'get'] as const)(
    'because the keychain fails to %s it is used from memory and stored later',
    async (operation) => {
      const test = await ready()
      test.world.google.rotateNext({ oldDies: true })
      const release = test.world.http.hang()
      const first = test.get()
      await until(() => test.world.http.requests.length === 1)
      test.world.secretStore.failNext('keychain-locked', operation)
      release()
      expect((await first).kind).toBe('token')
      expect(test.tokens()).toHaveLength(1)
      expect(test.world.log.entries.map(({ event }) => event)).toContain('rotated-token-not-saved')

      test.world.clock.advance(60 * minuteMs)
      expect((await test.get()).kind).toBe('token')
      const token = await expectOneWhole(test)
      expect((await secretsIn(test.world))[token.tokenId]).toBe(test.world.google.refreshTokens[1])
      expect(test.eventsOf('token.rotationIntended')).toHaveLength(1)
    },
  )

  it('because the keychain keeps something else it is used from memory and stored later', async () => {
    const test = await ready()
    test.world.google.rotateNext({ oldDies: true })
    test.world.secretStore.garbleNextSet('nonsense')
    expect((await test.get()).kind).toBe('token')
    test.world.clock.advance(60 * minuteMs)
    expect((await test.get()).kind).toBe('token')
    await expectOneWhole(test)
  })

  it.each([0, 1])(
    'because write %i of the history fails it is used from memory and stored later',
    async (failing) => {
      const opened = await openTestContext()
      await opened.addClient()
      const grant = await opened.mint({ scopes: [mail, drive] })
      let writes = 0
      const record: ProfileContext['record'] = (events) => {
        writes += 1
        return writes - 1 === failing ? Promise.resolve(fail('disk-full')) : opened.context.record(events)
      }
      const test = withAccess({ ...opened, context: { ...opened.context, record } }, grant)
      test.world.google.rotateNext({ oldDies: true })
      expect((await test.get()).kind).toBe('token')
      expect(test.tokens()).toHaveLength(1)
      test.world.clock.advance(60 * minuteMs)
      expect((await test.get()).kind).toBe('token')
      await expectOneWhole(test)
    },
  )

  it('is never taken for dead because the old one is', async () => {
    const test = await ready()
    test.world.google.rotateNext({ oldDies: true })
    test.world.secretStore.garbleNextSet('nonsense')
    await Promise.all([test.get(), test.get([mail])])
    expect(await test.access.check(test.grant.tokenId, { byHand: true })).not.toMatchObject({
      kind: 'refused',
    })
    expect(test.eventsOf('token.refused')).toEqual([])
  })
})

describe('a process that dies while it keeps a new refresh token', () => {
  it.each([
    ['before the intent', 0, false],
    ['after the keychain, before the fact', 1, true],
  ] as const)('%s leaves one whole token', async (_, spared, keepsNew) => {
    const test = await ready()
    test.world.google.rotateNext({ oldDies: false })
    test.world.folder.stopInNextAppend(10, spared)
    void test.get()
    await until(() => test.world.folder.stopped)
    const after = withAccess(await openTestContext({ world: test.world }), test.grant)
    await recoverIntents(after.context)
    const token = await expectOneWhole(after)
    expect(token.tokenId !== test.grant.tokenId).toBe(keepsNew)
    expect((await after.get()).kind).toBe('token')
  })

  it('between intent and keychain leaves the old one', async () => {
    const test = await ready()
    test.world.google.rotateNext({ oldDies: false })
    const release = test.world.http.hang()
    void test.get()
    await until(() => test.world.http.requests.length === 1)
    const { clientSecret } = test.context.services
    const secretStore = fakeSecretStore()
    await secretStore.set(service, test.grant.tokenId, new Secret(test.grant.refreshToken))
    await secretStore.set(clientSecret, test.grant.clientId, new Secret(desktopClient.client_secret))
    test.world.secretStore.hang()
    release()
    await until(() => test.state().pending.size === 1)
    const after = withAccess(await openTestContext({ world: { ...test.world, secretStore } }), test.grant)
    await recoverIntents(after.context)
    const token = await expectOneWhole(after)
    expect(token.tokenId).toBe(test.grant.tokenId)
    expect(after.eventsOf('token.abandoned')).toHaveLength(1)
  })

  it('leaves nothing in the keychain when the account was forgotten meanwhile', async () => {
    const test = await ready()
    test.world.google.rotateNext({ oldDies: false })
    test.world.folder.stopInNextAppend(10, 1)
    void test.get()
    await until(() => test.world.folder.stopped)
    const after = await openTestContext({ world: test.world })
    const { tokenId, accountId } = test.grant
    await after.context.record([
      { type: 'token.forgotten', data: { tokenId, reason: 'account-forgotten' } },
      { type: 'account.forgotten', data: { accountId } },
    ])
    await recoverIntents(after.context)
    expect(after.state().pending.size).toBe(0)
    expect(after.state().accounts.get(accountId)?.tokens).toHaveLength(1)
    expect(Object.keys(await secretsIn(test.world))).toEqual([tokenId])
  })
})
