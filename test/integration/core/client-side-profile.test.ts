/** Client-side access in a whole profile: what is told, what lasts, what a restart and a revocation leave. */
import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import type { GrantView } from '../../../electron/contract/views.ts'
import type { ProfilePorts } from '../../../electron/core/profile-context.ts'
import { dyingIn } from '../../../electron/core/revocation/blast-radius.ts'
import type { Person } from '../../support/real-google.ts'
import { arriveAt, arriveWithFragment, asha, consentAs, sam } from '../../support/real-google.ts'
import type { RealProfile, RealProfileOptions } from '../../support/real-profile.ts'
import { filesBelow, refreshTokensInKeychain } from '../../support/real-profile.ts'
import { partsMissing, useRealWorld } from '../../support/real-world.ts'
import { freePort, openWebClient } from '../../support/web-client.ts'

const calendar = 'https://www.googleapis.com/auth/calendar.readonly'
const world = useRealWorld()

interface Scene {
  readonly app: RealProfile
  readonly clientId: string
}
const way = 'client-side'

async function open(options: Partial<RealProfileOptions> = {}): Promise<Scene> {
  const app = await world.open(options)
  const origin = `http://127.0.0.1:${String(await freePort())}`
  const { clientId, ways } = await openWebClient(world, app, [`${origin}/latchkey`], [origin])
  expect(ways).toContain('client-side')
  return { app, clientId }
}

/** A whole sign-in with a screen. */
async function signIn({ app, clientId }: Scene, who: Person = asha): ReturnType<RealProfile['end']> {
  const flowId = await app.start({ clientId, way, scopes: [calendar] })
  await arriveWithFragment(await consentAs(who, await app.link(flowId)))
  return app.end(flowId)
}

async function grantOf({ app, clientId }: Scene): Promise<GrantView> {
  const grant = (await app.account(asha)).grants.find((one) => one.clientId === clientId)
  if (!grant) throw new Error('there is no such grant')
  return grant
}

/** What userinfo says of the access token that is handed out. */
async function userinfo({ app, clientId }: Scene): Promise<{ status: number; email?: string }> {
  const { accountId } = await app.account(asha)
  await app.get('accounts.copyAccessToken', { accountId, clientId })
  return userinfoOf(await app.clipboard())
}
async function userinfoOf(token: string): Promise<{ status: number; email?: string }> {
  const headers = { authorization: `Bearer ${token}` }
  const answer = await fetch(`${world.google.issuer}/v1/userinfo`, { headers })
  return { status: answer.status, ...((await answer.json()) as object) }
}

const accessTokens = (): readonly string[] =>
  world.google.issued.filter(({ kind }) => kind === 'access-token').map(({ secret }) => secret)

async function ledgerText(): Promise<string> {
  const files = await filesBelow(world.dataFolder)
  const path = files.find((file) => file.path.endsWith('ledger.jsonl'))?.path ?? ''
  return readFile(path, 'utf8')
}

describe.skipIf(partsMissing !== null)('client-side access in a profile', () => {
  it('is usable at once, shown with its end, and nothing of it is a refresh token', async () => {
    const scene = await open()
    const done = await signIn(scene)
    expect(done).toMatchObject({ kind: 'done', email: asha.email, declined: [], liveAtLeast: 0 })
    const endsAt = done.kind === 'done' ? (done.accessEndsAt ?? 0) : 0
    expect(endsAt - Date.now()).toBeGreaterThan(3_500_000)
    expect(await userinfo(scene)).toMatchObject({ status: 200, email: asha.email })
    expect(await grantOf(scene)).toMatchObject({
      kind: 'client-side',
      liveAtLeast: 0,
      tokens: [],
      access: { held: true, expiresAt: endsAt },
    })
    expect((await grantOf(scene)).access?.granted).toContain(calendar)
    expect((await refreshTokensInKeychain()).size).toBe(0)
  })

  it('stands beside the refresh token of the same client', async () => {
    const scene = await open()
    await signIn(scene)
    const flowId = await scene.app.start({ clientId: scene.clientId, way: 'redirect', scopes: [calendar] })
    await arriveAt(await consentAs(asha, await scene.app.link(flowId)))
    expect(await scene.app.end(flowId)).toMatchObject({ kind: 'done', liveAtLeast: 1, accessEndsAt: null })
    const grant = await grantOf(scene)
    expect(grant).toMatchObject({ kind: 'web', liveAtLeast: 1, access: { held: true } })
    expect(await userinfo(scene)).toMatchObject({ status: 200 })
  })

  it('repeats without a screen while Google knows the browser', async () => {
    const scene = await open()
    const { app, clientId } = scene
    await signIn(scene)
    const { accountId } = await app.account(asha)
    const flowId = await app.start({ clientId, way, scopes: [calendar], accountId })
    const link = await app.link(flowId)
    expect(new URL(link).searchParams.get('prompt')).toBe('none')
    const answer = await fetch(link, { redirect: 'manual' })
    await arriveWithFragment(answer.headers.get('location') ?? '')
    expect(await app.end(flowId)).toMatchObject({ kind: 'done', accountId })
    expect(accessTokens()).toHaveLength(2)
    await app.get('accounts.copyAccessToken', { accountId, clientId })
    expect(await app.clipboard()).toBe(accessTokens()[1])
  })

  it('goes on to the screen in the same tab where Google does not know the browser any more', async () => {
    const scene = await open()
    const { app, clientId } = scene
    await signIn(scene)
    await world.google.control.signOut(asha.sub)
    const { accountId } = await app.account(asha)
    const flowId = await app.start({ clientId, way, scopes: [calendar], accountId })
    const quiet = await fetch(await app.link(flowId), { redirect: 'manual' })
    const location = quiet.headers.get('location') ?? ''
    expect(new URLSearchParams(new URL(location).hash.slice(1)).get('error')).toBeTruthy()
    const told = await arriveWithFragment(location)
    expect(new URL(told.next ?? '').searchParams.get('prompt')).toBeNull()
    expect(app.browsed.at(-1)).not.toBe(told.next)
    // An answer to the question that was already answered is none.
    expect(await arriveWithFragment(location)).toMatchObject({ status: 400 })
    await arriveWithFragment(await consentAs(asha, told.next ?? ''))
    expect(await app.end(flowId)).toMatchObject({ kind: 'done', accountId })
  })

  it('is asked about where another account comes, before anything is written', async () => {
    const scene = await open()
    const { app, clientId } = scene
    await signIn(scene)
    await world.google.control.signOut(asha.sub)
    const { accountId } = await app.account(asha)
    const flowId = await app.start({ clientId, way, scopes: [calendar], accountId })
    const quiet = await fetch(await app.link(flowId), { redirect: 'manual' })
    const { next = '' } = await arriveWithFragment(quiet.headers.get('location') ?? '')
    await arriveWithFragment(await consentAs(sam, next))
    expect(await app.reach(flowId, 'choosing-account')).toMatchObject({ arrivedEmail: sam.email })
    await app.get('signIn.chooseAccount', { flowId, keep: false })
    expect(await app.end(flowId)).toMatchObject({ error: { code: 'sign-in-discarded' } })
    expect((await app.snapshot()).accounts).toHaveLength(1)
  })

  it.each([
    [{ kind: 'foreign-client' }, 'token', 'access-for-another-client'],
    [{ kind: 'no-expires-in' }, 'token', 'access-malformed'],
    [{ kind: 'token-type', value: 'mac' }, 'token', 'access-malformed'],
    [{ kind: 'token-sizes', accessToken: 4096 }, 'token', 'access-malformed'],
    [{ kind: 'status', status: 400 }, 'tokeninfo', 'access-unchecked'],
    [{ kind: 'html' }, 'tokeninfo', 'access-unchecked'],
  ] as const)('is dropped, and nothing is written, after %j at %s', async (fault, endpoint, code) => {
    const scene = await open()
    const { app } = scene
    await world.google.control.setFault(fault, null, endpoint)
    expect(await signIn(scene)).toMatchObject({ kind: 'failed', error: { code } })
    expect((await app.snapshot()).accounts).toEqual([])
    expect(await ledgerText()).not.toContain('access.received')
    await world.google.control.clearFaults()
    expect(await signIn(scene)).toMatchObject({ kind: 'done' })
    expect(await ledgerText()).toContain('access.received')
  })

  it('waits on for the answer with its state where one without comes', async () => {
    const { app, clientId } = await open()
    const flowId = await app.start({ clientId, way, scopes: [calendar] })
    await world.google.control.setFault({ kind: 'no-state' })
    const link = await app.link(flowId)
    expect(await arriveWithFragment(await consentAs(asha, link))).toMatchObject({ status: 400 })
    expect((await app.flow(flowId)).step).toEqual({ kind: 'waiting', notice: null })
    await arriveWithFragment(await consentAs(asha, link))
    expect(await app.end(flowId)).toMatchObject({ kind: 'done', email: asha.email })
  })

  it('tells that the person refused', async () => {
    const { app, clientId } = await open()
    const flowId = await app.start({ clientId, way, scopes: [calendar] })
    await arriveWithFragment(await consentAs(asha, await app.link(flowId), { press: 'cancel' }))
    expect(await app.end(flowId)).toMatchObject({ kind: 'failed', error: { code: 'sign-in-refused' } })
  })

  it('can be pasted where the page cannot be reached', async () => {
    const { app, clientId } = await open()
    const flowId = await app.start({ clientId, way, scopes: [calendar], elsewhere: true })
    app.copy(await consentAs(asha, await app.link(flowId)))
    expect(await app.ask('signIn.paste', { flowId })).toMatchObject({ ok: true })
    expect(await app.end(flowId)).toMatchObject({ kind: 'done', email: asha.email })
    expect(await app.clipboard()).toBe('')
    expect(app.browsed).toEqual([])
  })

  it('is gone after a restart, which is told, and comes back by repeating', async () => {
    const scene = await open()
    await signIn(scene)
    const before = await grantOf(scene)
    await scene.app.close()
    const app = await world.open()
    const again = { app, clientId: scene.clientId }
    expect(await grantOf(again)).toMatchObject({
      kind: 'client-side',
      access: { ...before.access, held: false },
    })
    const { accountId, health } = await app.account(asha)
    expect(health.reason).toBe('access-ended')
    expect(await app.ask('accounts.copyAccessToken', { accountId, clientId: scene.clientId })).toMatchObject({
      ok: false,
      error: { code: 'access-ended' },
    })
    const flowId = await app.start({ clientId: scene.clientId, way, scopes: [calendar], accountId })
    await arriveWithFragment(await consentAs(asha, await app.link(flowId)))
    expect(await app.end(flowId)).toMatchObject({ kind: 'done' })
    expect(await userinfo(again)).toMatchObject({ status: 200 })
  })

  it('ends with its hour, by Google’s time', async () => {
    const scene = await open()
    await signIn(scene)
    await scene.app.get('practice.moveClock', { byMs: 3_700_000 })
    expect((await grantOf(scene)).access).toMatchObject({ held: false })
    const { accountId, health } = await scene.app.account(asha)
    expect(health.reason).toBe('access-ended')
    const params = { accountId, clientId: scene.clientId }
    expect(await scene.app.ask('accounts.copyAccessToken', params)).toMatchObject({
      error: { code: 'access-ended' },
    })
  })

  it.each([10, -10, 120])('works where this machine is %i minutes off, and not too long', async (minutes) => {
    const wrap = (ports: ProfilePorts): ProfilePorts => {
      const { clock } = ports
      return {
        ...ports,
        clock: {
          now: () => clock.now() + minutes * 60_000,
          offsetMs: () => clock.offsetMs(),
          elapsedMs: () => clock.elapsedMs(),
        },
      }
    }
    const scene = await open({ wrap })
    const done = await signIn(scene)
    expect(done).toMatchObject({ kind: 'done' })
    const endsAt = done.kind === 'done' ? (done.accessEndsAt ?? Infinity) : Infinity
    expect(endsAt).toBeLessThan(Date.now() + 3_601_000)
    expect(await userinfo(scene)).toMatchObject({ status: 200 })
  })

  it('dies at Google by a revocation while it is held', async () => {
    const scene = await open()
    const { app, clientId } = scene
    await signIn(scene)
    expect(await userinfo(scene)).toMatchObject({ status: 200 })
    const { accountId } = await app.account(asha)
    const grants = [{ accountId, clientId }]
    const preview = await app.get('revocation.preview', { grants })
    expect(preview.projects).toMatchObject([{ obstacle: null }])
    const shown = preview.projects[0]?.clients.find((one) => one.clientId === clientId)
    expect(shown).toMatchObject({ access: true, tokens: 0 })
    const confirmation = preview.confirm.kind === 'none' ? null : preview.confirm.text
    await app.get('revocation.start', { grants, tokens: dyingIn(preview.projects), confirmation })
    await expect
      .poll(async () => (await app.snapshot()).revocations[0]?.rows[0]?.step, { timeout: 10_000 })
      .toBe('revoked')
    expect(await userinfoOf(accessTokens()[0] ?? '')).toMatchObject({ status: 401 })
    const grantsAtGoogle = await world.google.control.grants()
    expect(grantsAtGoogle).toMatchObject({ ok: true, value: [] })
    expect(await app.ask('accounts.copyAccessToken', { accountId, clientId })).toMatchObject({ ok: false })
  })

  it('cannot be revoked from here once it is not held any more', async () => {
    const scene = await open()
    await signIn(scene)
    await scene.app.close()
    const app = await world.open()
    const { accountId } = await app.account(asha)
    const grants = [{ accountId, clientId: scene.clientId }]
    const { projects } = await app.get('revocation.preview', { grants })
    expect(projects).toMatchObject([{ obstacle: { code: 'revoke-no-token' } }])
    expect(await userinfoOf(accessTokens()[0] ?? '')).toMatchObject({ status: 200 })
  })

  it('is described by Google when it is inspected, and there is nothing to check unasked', async () => {
    const scene = await open()
    const { app, clientId } = scene
    await signIn(scene)
    const { accountId } = await app.account(asha)
    const inspection = await app.get('grants.inspect', { accountId, clientId })
    expect(inspection).toMatchObject({
      audience: { same: true },
      email: { told: asha.email, same: true },
      sameAccount: true,
      scopes: { onlyTold: [], onlyBelieved: [] },
      accessType: 'online',
      sizes: { refreshBytes: null },
    })
    expect(await app.ask('accounts.check', { accountId })).toMatchObject({
      error: { code: 'nothing-to-check' },
    })
  })

  it('shares its address with a web server sign-in, which waits for it', async () => {
    const { app, clientId } = await open()
    const page = await app.start({ clientId, way, scopes: [calendar] })
    const link = await app.link(page)
    const server = await app.start({ clientId, way: 'redirect', scopes: [calendar] })
    await app.reach(server, 'port-busy')
    await arriveWithFragment(await consentAs(asha, link))
    expect(await app.end(page)).toMatchObject({ kind: 'done', email: asha.email })
    await arriveAt(await consentAs(sam, await app.link(server)))
    expect(await app.end(server)).toMatchObject({ kind: 'done', email: sam.email, accessEndsAt: null })
  })

  it('is forgotten with its client', async () => {
    const scene = await open()
    await signIn(scene)
    await scene.app.get('clients.remove', { clientId: scene.clientId, tokens: 0 })
    const { accounts } = await scene.app.snapshot()
    expect(accounts.flatMap(({ grants }) => grants)).toEqual([])
  })

  it('is forgotten with its account, and lives on at Google', async () => {
    const scene = await open()
    await signIn(scene)
    const { accountId } = await scene.app.account(asha)
    await scene.app.get('accounts.forget', { accountId, tokens: 0 })
    expect((await scene.app.snapshot()).accounts).toEqual([])
    expect(await userinfoOf(accessTokens()[0] ?? '')).toMatchObject({ status: 200 })
  })
})
