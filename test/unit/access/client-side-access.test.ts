import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { inspectionSchema } from '../../../electron/contract/inspection.ts'
import type { AccountView, GrantView } from '../../../electron/contract/views.ts'
import { accountViewSchema } from '../../../electron/contract/views.ts'
import { ClientSideAccess } from '../../../electron/core/access/client-side-access.ts'
import { GrantAccess } from '../../../electron/core/access/grant-access.ts'
import { keepAccess } from '../../../electron/core/access/keep-access.ts'
import type { ReceivedAccess } from '../../../electron/core/accounts/sign-in/ways/way.ts'
import { googleIssuer } from '../../../electron/core/clients/issuer.ts'
import { Secret } from '../../../electron/core/secret.ts'
import { otherClientId, testClientId, webFile } from '../../support/client-files.ts'
import { asha } from '../../support/fake-google.ts'
import type { TestContext } from '../../support/test-context.ts'
import { drive, mail, openTestContext } from '../../support/test-context.ts'
import type { TestProfile } from '../../support/test-profile.ts'
import { openTestProfile } from '../../support/test-profile.ts'
import type { TestWorld } from '../../support/test-world.ts'

const minute = 60_000
const hour = 60 * minute
const redirectUri = 'http://localhost:8080/page'

interface Scene extends TestContext {
  readonly store: ClientSideAccess
  readonly changed: string[]
  /** Access of `asha`, an hour long, as a finished sign-in leaves it; answers the account. */
  receive(change?: Partial<ReceivedAccess>): Promise<string>
}

async function scene(): Promise<Scene> {
  const test = await openTestContext()
  await test.addClient()
  const changed: string[] = []
  const store = new ClientSideAccess(test.context, (accountId) => changed.push(accountId))
  return {
    ...test,
    ...{ store, changed },
    async receive(change = {}) {
      const now = test.context.now()
      const received: ReceivedAccess = {
        identity: {
          ...{ issuer: googleIssuer.identity, sub: asha.sub, email: asha.email },
          ...{ name: null, hostedDomain: null },
        },
        ...{ accessToken: new Secret('ya29.page'), granted: ['openid', drive] },
        ...{ receivedAt: now, expiresAt: now + hour },
        ...change,
      }
      const kept = await keepAccess(test.context, store, received, { clientId: testClientId, asked: [drive] })
      if (kept.kind === 'failed') throw new Error(kept.error.code)
      return kept.accountId
    },
  }
}

const any = { minTtlMs: 0 }

describe('access without a refresh token', () => {
  it('is written down without its text, and given out from memory', async () => {
    const one = await scene()
    const accountId = await one.receive()
    const given = one.store.get({ accountId, clientId: testClientId }, any)
    expect(given.kind === 'token' && given.token.secret.reveal()).toBe('ya29.page')
    expect(one.eventsOf('access.received')).toMatchObject([
      { accountId, clientId: testClientId, asked: [drive], granted: ['openid', drive], email: asha.email },
    ])
    expect(JSON.stringify(one.events)).not.toContain('ya29')
    expect(one.world.secretStore.size).toBe(1)
    expect(one.changed).toEqual([accountId])
  })

  it('is given out to its last second, however long it should last, and not after', async () => {
    const one = await scene()
    const grant = { accountId: await one.receive(), clientId: testClientId }
    one.world.clock.advance(hour - 1000)
    expect(one.store.get(grant, { minTtlMs: 5 * minute }).kind).toBe('token')
    one.world.clock.advance(1000)
    expect(one.store.get(grant, any)).toMatchObject({ kind: 'failed', error: { code: 'access-ended' } })
    expect(one.store.holds(grant)).toBe(false)
  })

  it('ends when an hour has passed, also when somebody set the clock back meanwhile', async () => {
    const one = await scene()
    const grant = { accountId: await one.receive(), clientId: testClientId }
    const start = one.world.clock.now()
    one.world.clock.advance(hour)
    one.world.clock.set(start)
    expect(one.store.holds(grant)).toBe(false)
  })

  it('is not lost to a clock that is set back for a while', async () => {
    const one = await scene()
    const grant = { accountId: await one.receive(), clientId: testClientId }
    const start = one.world.clock.now()
    one.world.clock.set(start - hour)
    expect(one.store.holds(grant)).toBe(false)
    one.world.clock.set(start)
    expect(one.store.holds(grant)).toBe(true)
    one.world.clock.set(start - hour)
    one.world.clock.advance(hour)
    expect(one.store.holds(grant)).toBe(false)
    one.world.clock.set(start)
    expect(one.store.holds(grant)).toBe(false)
  })

  it('tells when it is found to have run out, once', async () => {
    const one = await scene()
    const grant = { accountId: await one.receive(), clientId: testClientId }
    one.world.clock.advance(hour)
    for (let time = 0; time < 3; time += 1) expect(one.store.holds(grant)).toBe(false)
    expect(one.changed).toEqual([grant.accountId, grant.accountId])
  })

  it('is given for exactly what was granted and for nothing else', async () => {
    const one = await scene()
    const grant = { accountId: await one.receive(), clientId: testClientId }
    expect(one.store.get(grant, { minTtlMs: 0, scopes: [drive, 'openid'] }).kind).toBe('token')
    expect(one.store.get(grant, { minTtlMs: 0, scopes: [drive] })).toMatchObject({
      error: { code: 'scopes-not-narrowed' },
    })
    expect(one.store.get(grant, { minTtlMs: 0, scopes: [mail] })).toMatchObject({
      error: { code: 'scopes-not-held' },
    })
  })

  it('takes the place of what the same grant had', async () => {
    const one = await scene()
    const accountId = await one.receive()
    await one.receive({ accessToken: new Secret('ya29.newer') })
    const given = one.store.get({ accountId, clientId: testClientId }, any)
    expect(given.kind === 'token' && given.token.secret.reveal()).toBe('ya29.newer')
    expect(one.state().accounts.get(accountId)?.accesses).toHaveLength(1)
  })

  it('is not kept when it cannot be written down, or the client is gone', async () => {
    const one = await scene()
    one.world.folder.failNext('append', 'disk-full')
    await expect(one.receive()).rejects.toThrow('disk-full')
    await one.context.record([{ type: 'client.removed', data: { clientId: testClientId } }])
    await expect(one.receive()).rejects.toThrow('not-found')
    expect(one.changed).toEqual([])
  })

  it('leaves the memory by account, by grant, and when Google does not know it any more', async () => {
    const one = await scene()
    const accountId = await one.receive()
    const grant = { accountId, clientId: testClientId }
    one.store.drop({ accountId: 'somebody', clientId: testClientId })
    one.store.drop({ accountId, clientId: otherClientId })
    expect(one.store.holds(grant)).toBe(true)
    one.store.drop({ accountId })
    expect(one.store.holds(grant)).toBe(false)
    await one.receive()
    const given = one.store.get(grant, any)
    one.store.forgetAccess(given.kind === 'token' ? given.token.tokenId : '')
    expect(one.store.holds(grant)).toBe(false)
    await one.receive()
    one.store.close()
    expect(one.store.get(grant, any).kind).toBe('aborted')
  })

  it('is asked for only where no refresh token is left', async () => {
    const one = await scene()
    const accountId = await one.receive()
    const grant = { accountId, clientId: testClientId }
    const refreshed = { kind: 'aborted' } as const
    const tokens = { get: () => Promise.resolve(refreshed), forgetAccess: () => undefined }
    const access = new GrantAccess(() => one.state(), tokens, one.store)
    expect((await access.get(grant, any)).kind).toBe('token')
    expect(await access.get({ ...grant, clientId: otherClientId }, any)).toBe(refreshed)
    const { tokenId } = await one.mint()
    expect(await access.get(grant, any)).toBe(refreshed)
    await one.context.record([{ type: 'token.secretMissing', data: { tokenId } }])
    expect((await access.get(grant, any)).kind).toBe('token')
  })
})

/** A web client that may also be a page, and `asha` signed in on that page. */
async function signedIn(world?: TestWorld): Promise<TestProfile & { accountId: string }> {
  const test = await openTestProfile(world ? { world } : {})
  test.world.desktop.clipboard = webFile({
    ...{ redirect_uris: [redirectUri], javascript_origins: ['http://localhost:8080'] },
  })
  const added = await test.ask('clients.importClipboard', { acceptUncheckedSecret: false })
  if (!added.ok) throw new Error(added.error.code)
  const accountId = await signIn(test)
  return { ...test, accountId }
}

async function signIn(test: TestProfile, accountId: string | null = null): Promise<string> {
  const request = { clientId: testClientId, scopes: [drive], accountId }
  const started = await test.ask('signIn.start', { ...request, way: 'client-side' })
  if (!started.ok) throw new Error(started.error.code)
  const { flowId } = started.value
  await test.reach(flowId, 'waiting')
  const url = test.world.browser.opened.at(-1)?.url ?? ''
  void test.world.listener.call(redirectUri, test.world.google.consentInFragment(url, asha))
  return (await test.reach(flowId, 'done')).accountId
}

const account = (test: TestProfile): AccountView => {
  const [first] = test.snapshot().accounts
  if (!first) throw new Error('nobody is signed in')
  return v.parse(accountViewSchema, first)
}
const grantOf = (test: TestProfile): GrantView | undefined => account(test).grants[0]

describe('a client-side sign-in of a web client', () => {
  it('needs no client secret', async () => {
    const test = await signedIn()
    await test.world.secretStore.delete('dev.latchkey.client-secret', testClientId)
    await signIn(test, test.accountId)
    expect(account(test).health.level).toBe('fine')
  })

  it('adds nothing to what is held: its access would not have that', async () => {
    const test = await signedIn()
    const request = { clientId: testClientId, scopes: [mail], accountId: test.accountId }
    expect(await test.ask('signIn.start', { ...request, way: 'client-side', add: true })).toMatchObject({
      ...{ ok: false, error: { code: 'way-not-possible' } },
    })
    expect((await test.ask('signIn.start', { ...request, way: 'redirect', add: true })).ok).toBe(true)
  })
})

describe('a client-side grant in the window', () => {
  it('has access until an instant, no token, no age and no count, and is fine', async () => {
    const test = await signedIn()
    const now = test.world.clock.now()
    expect(grantOf(test)).toMatchObject({
      ...{ kind: 'client-side', tokens: [], liveAtLeast: 0, clientId: testClientId },
      access: { receivedAt: now, expiresAt: now + 3_599_000, held: true },
    })
    expect(grantOf(test)?.granted).toContain(drive)
    expect(account(test)).toMatchObject({ health: { level: 'fine', reason: 'ready' }, next: null, needs: [] })
    expect(test.snapshot().clients[0]).toMatchObject({ accountCount: 1 })
  })

  it('tells by itself when it has run out, and repeating mends it', async () => {
    const test = await signedIn()
    const { expiresAt = 0 } = grantOf(test)?.access ?? {}
    await test.world.timers.live(3000)
    const seen = test.deltas.length
    test.world.clock.advance(3_600_000)
    await test.world.timers.live(15 * minute)
    expect(test.deltas.slice(seen).flatMap(({ accounts }) => accounts?.upsert ?? [])).toMatchObject([
      { health: { reason: 'access-ended' } },
    ])
    expect(account(test).health).toMatchObject({ level: 'dead', reason: 'access-ended', at: expiresAt })
    expect(grantOf(test)?.access).toMatchObject({ held: false })
    await signIn(test, test.accountId)
    expect(account(test).health.level).toBe('fine')
    expect(test.snapshot().accounts).toHaveLength(1)
  })

  it('is over after a restart, and its token is in no file and no keychain', async () => {
    const test = await signedIn()
    const [token = ''] = test.world.google.accessTokens
    await test.profile.close()
    const again = await openTestProfile({ world: test.world })
    expect(grantOf(again)?.access).toMatchObject({ held: false })
    expect(account(again).health.reason).toBe('access-ended')
    const files = [...test.world.folder.files.values()].map(String).join('\n')
    expect(files).toContain('access.received')
    expect(files).not.toContain(token)
    const copied = await again.ask('accounts.copyAccessToken', {
      ...{ accountId: test.accountId, clientId: testClientId },
    })
    expect(copied).toMatchObject({ ok: false, error: { code: 'access-ended' } })
  })

  it('gives its token to the clipboard and to the inspector', async () => {
    const test = await signedIn()
    const grant = { accountId: test.accountId, clientId: testClientId }
    const { expiresAt } = grantOf(test)?.access ?? {}
    expect(await test.ask('accounts.copyAccessToken', grant)).toEqual({ ok: true, value: { expiresAt } })
    const inspected = await test.ask('grants.inspect', grant)
    if (!inspected.ok) throw new Error(inspected.error.code)
    expect(v.parse(inspectionSchema, inspected.value)).toMatchObject({
      ...{ audience: { same: true }, sameAccount: true, expiresAt: { same: true } },
      ...{ scopes: { onlyTold: [], onlyBelieved: [] }, sizes: { refreshBytes: null } },
    })
  })

  it('is dropped when Google does not recognise it any more', async () => {
    const test = await signedIn()
    test.world.google.endAccess()
    await test.ask('grants.inspect', { accountId: test.accountId, clientId: testClientId })
    expect(account(test).health.reason).toBe('access-ended')
  })
})

describe('forgetting client-side access', () => {
  it('takes the grant out of view and out of memory, and leaves the account', async () => {
    const test = await signedIn()
    const grant = { accountId: test.accountId, clientId: testClientId }
    const preview = await test.ask('grants.previewForget', grant)
    expect(preview).toMatchObject({ ok: true, value: { tokens: 0, accounts: [{ email: asha.email }] } })
    expect((await test.ask('grants.forget', { ...grant, tokens: 0 })).ok).toBe(true)
    expect(account(test)).toMatchObject({ grants: [], health: { reason: 'no-token' } })
    expect(await test.ask('grants.previewForget', grant)).toMatchObject({ error: { code: 'not-found' } })
    expect(await test.ask('accounts.copyAccessToken', grant)).toMatchObject({
      error: { code: 'no-usable-token' },
    })
    await signIn(test, test.accountId)
    expect(grantOf(test)?.access?.held).toBe(true)
  })

  it('goes with its account', async () => {
    const test = await signedIn()
    expect((await test.ask('accounts.forget', { accountId: test.accountId, tokens: 0 })).ok).toBe(true)
    expect(test.snapshot().accounts).toEqual([])
    expect(test.snapshot().clients[0]?.accountCount).toBe(0)
  })

  it('goes with its client, and so does an account that has nothing else', async () => {
    const test = await signedIn()
    const preview = await test.ask('clients.previewRemoval', { clientId: testClientId })
    expect(preview).toMatchObject({ ok: true, value: { tokens: 0, accounts: [{ tokens: 0 }] } })
    expect((await test.ask('clients.remove', { clientId: testClientId, tokens: 0 })).ok).toBe(true)
    expect(test.snapshot().accounts).toEqual([])
  })
})
