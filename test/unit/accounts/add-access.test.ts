import { describe, expect, it } from 'vitest'
import type { GrantView } from '../../../electron/contract/views.ts'
import { testClientId } from '../../support/client-files.ts'
import type { Person } from '../../support/fake-people.ts'
import { asha, meera } from '../../support/fake-google.ts'
import type { TestProfile } from '../../support/test-profile.ts'
import { openAfterCrash, openTestProfile } from '../../support/test-profile.ts'

const auth = 'https://www.googleapis.com/auth/'
const [gmail, drive, tasks] = [`${auth}gmail.readonly`, `${auth}drive.file`, `${auth}tasks`]
const tokenService = 'dev.latchkey.refresh-token'
const canonicalIdentity = ['openid', `${auth}userinfo.email`, `${auth}userinfo.profile`]

interface Adding {
  readonly test: TestProfile
  readonly accountId: string
}

/** An account that has given `gmail`. */
async function ready(granted?: readonly string[]): Promise<Adding> {
  const test = await openTestProfile()
  await test.addClient()
  const flow = await test.signIn(asha, { scopes: [gmail], ...(granted ? { granted } : {}) })
  const { accountId } = await test.reach(flow, 'done')
  return { test, accountId }
}

async function add({ test, accountId }: Adding, scopes: readonly string[]): Promise<string> {
  const params = { clientId: testClientId, scopes: [...scopes], accountId, add: true }
  const started = await test.ask('signIn.start', params)
  if (!started.ok) throw new Error(started.error.code)
  await test.reach(started.value.flowId, 'waiting')
  return started.value.flowId
}

function lastUrl({ world }: TestProfile): URL {
  return new URL(world.browser.opened[world.browser.opened.length - 1]?.url ?? '')
}
const askedIn = (test: TestProfile): string[] => (lastUrl(test).searchParams.get('scope') ?? '').split(' ')

/** The person consents to what was asked, or to `granted`. */
function consent({ test }: Adding, person: Person = asha, granted?: readonly string[]): void {
  const url = lastUrl(test)
  const query = test.world.google.consent(url.href, person, granted)
  void test.world.listener.call(url.searchParams.get('redirect_uri') ?? '', query)
}

function grantOf({ test, accountId }: Adding): GrantView {
  const account = test.snapshot().accounts.find((one) => one.accountId === accountId)
  const [grant] = account?.grants ?? []
  if (!grant) throw new Error('the grant is gone')
  return grant
}

async function stored({ world }: TestProfile): Promise<readonly string[]> {
  const listed = await world.secretStore.list(tokenService)
  return listed.ok ? listed.value : []
}

async function accessWorks({ test, accountId }: Adding): Promise<boolean> {
  const copied = await test.ask('accounts.copyAccessToken', { accountId, clientId: testClientId })
  return copied.ok
}

describe('adding access', () => {
  it('asks for what is held together with what is wanted, of the same account', async () => {
    const adding = await ready()
    await add(adding, [drive])
    expect(askedIn(adding.test)).toEqual(['openid', 'email', 'profile', gmail, drive])
    expect(lastUrl(adding.test).searchParams.get('login_hint')).toBe(asha.sub)
    expect(lastUrl(adding.test).searchParams.get('prompt')).toBe('consent')
  })

  it('asks for nothing twice, in whatever spelling it is held or wanted', async () => {
    const adding = await ready([...canonicalIdentity, gmail, `${auth}contacts`])
    await add(adding, [gmail, 'email', `${auth}userinfo.profile`, 'https://www.google.com/m8/feeds/'])
    expect(askedIn(adding.test)).toEqual(['openid', 'email', 'profile', gmail, `${auth}contacts`])
  })

  it('never asks for a combined grant, in no way of signing in', async () => {
    const adding = await ready()
    const { test, accountId } = adding
    await add(adding, [drive])
    await test.ask('signIn.start', { clientId: testClientId, scopes: [drive], accountId })
    await test.ask('signIn.start', { clientId: testClientId, scopes: [], accountId: null })
    while (test.world.browser.opened.length < 4) await new Promise((resolve) => setImmediate(resolve))
    for (const { url } of test.world.browser.opened)
      expect(new URL(url).searchParams.has('include_granted_scopes')).toBe(false)
  })

  it('keeps the old token working until the new one is stored, then forgets it here and counts both', async () => {
    const adding = await ready()
    const { test } = adding
    const flow = await add(adding, [drive])
    expect(await accessWorks(adding)).toBe(true)
    expect(await stored(test)).toHaveLength(1)
    consent(adding)
    expect(await test.reach(flow, 'done')).toMatchObject({ replacedOlder: true, liveAtLeast: 2 })
    expect(await stored(test)).toHaveLength(1)
    const grant = grantOf(adding)
    expect(grant.granted).toEqual([...canonicalIdentity, gmail, drive])
    expect(grant.tokens.map(({ standing }) => standing)).toEqual(['held', 'elsewhere'])
    expect(await accessWorks(adding)).toBe(true)
    expect(test.world.google.refreshes.map((form) => form.get('refresh_token'))).toEqual(
      test.world.google.refreshTokens,
    )
  })

  it('keeps the old token where the person unticks something that it allows', async () => {
    const adding = await ready()
    const flow = await add(adding, [drive])
    consent(adding, asha, [...canonicalIdentity, drive])
    expect(await adding.test.reach(flow, 'done')).toMatchObject({ replacedOlder: false, declined: [gmail] })
    expect(await stored(adding.test)).toHaveLength(2)
    const grant = grantOf(adding)
    expect(new Set(grant.granted)).toEqual(new Set([...canonicalIdentity, gmail, drive]))
    expect(grant.tokens.map(({ standing }) => standing)).toEqual(['held', 'held'])
  })

  it('the next time asks for what all tokens hold together, and leaves one of them', async () => {
    const adding = await ready()
    const first = await add(adding, [drive])
    consent(adding, asha, [...canonicalIdentity, drive])
    await adding.test.reach(first, 'done')
    const second = await add(adding, [tasks])
    expect(new Set(askedIn(adding.test).slice(3))).toEqual(new Set([gmail, drive, tasks]))
    consent(adding)
    expect(await adding.test.reach(second, 'done')).toMatchObject({ replacedOlder: true, liveAtLeast: 3 })
    expect(await stored(adding.test)).toHaveLength(1)
  })

  it('does not ask again for what only a dead token had', async () => {
    const adding = await ready()
    const { test, accountId } = adding
    test.world.google.kill(test.world.google.refreshTokens[0] ?? '')
    await test.ask('accounts.check', { accountId })
    await add(adding, [drive])
    expect(askedIn(test)).toEqual(['openid', 'email', 'profile', drive])
  })

  it('changes nothing when it is refused, cancelled, or another account comes', async () => {
    const adding = await ready()
    const { test } = adding
    const before = grantOf(adding)
    const cancelled = await add(adding, [drive])
    await test.ask('signIn.cancel', { flowId: cancelled })
    await test.reach(cancelled, 'failed')
    const other = await add(adding, [drive])
    consent(adding, meera)
    await test.reach(other, 'choosing-account')
    await test.ask('signIn.chooseAccount', { flowId: other, keep: false })
    expect(await test.reach(other, 'failed')).toMatchObject({ error: { code: 'sign-in-discarded' } })
    expect(grantOf(adding)).toEqual(before)
    expect(await stored(test)).toHaveLength(1)
  })

  it('needs an account, a known one, and a client that can sign in', async () => {
    const { test, accountId } = await ready()
    const start = (change: object): Promise<unknown> =>
      test.ask('signIn.start', { clientId: testClientId, scopes: [drive], accountId, add: true, ...change })
    const notFound = { ok: false, error: { code: 'not-found' } }
    expect(await start({ accountId: null })).toMatchObject(notFound)
    expect(await start({ accountId: 'account-9999' })).toMatchObject(notFound)
    expect(await start({ clientId: 'client-9999' })).toMatchObject(notFound)
  })

  it('leaves out what was granted in a form that nobody can ask for, and keeps its token', async () => {
    const strange = ['\u202Eliamg.htua', 'with"quote', `${auth}${'x'.repeat(600)}`]
    const adding = await ready([...canonicalIdentity, gmail, ...strange])
    const flow = await add(adding, [drive])
    expect(askedIn(adding.test)).toEqual(['openid', 'email', 'profile', gmail, drive])
    consent(adding)
    expect(await adding.test.reach(flow, 'done')).toMatchObject({ replacedOlder: false })
    expect(await stored(adding.test)).toHaveLength(2)
  })
})

describe('a process that dies while access is added', () => {
  // The intent, the fact together with the forgetting, the outcome.
  it.each([0, 1, 2])(
    'in write %i leaves the old token, the new one, or both, and one that works',
    async (dying) => {
      const adding = await ready()
      const { test } = adding
      const flow = await add(adding, [drive])
      test.world.folder.stopInNextAppend(40, dying)
      consent(adding)
      while (!test.world.folder.stopped) await new Promise((resolve) => setImmediate(resolve))
      for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve))
      expect(test.flow(flow)?.step.kind).toBe('storing')

      const after: Adding = { ...adding, test: await openAfterCrash(test.world) }
      const held = grantOf(after).tokens.filter(({ standing }) => standing === 'held')
      expect(held).toHaveLength(1)
      expect(grantOf(after).granted).toContain(gmail)
      expect(grantOf(after).granted.includes(drive)).toBe(dying > 0)
      expect(await accessWorks(after)).toBe(true)
      expect(await stored(after.test)).toContain(held[0]?.tokenId)
    },
  )
})
