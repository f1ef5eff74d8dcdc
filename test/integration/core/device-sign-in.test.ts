import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, describe, expect, it } from 'vitest'
import type { ProfilePorts } from '../../../electron/core/profile-context.ts'
import { clientFor, practiceClient } from '../../../electron/practice/client.ts'
import { asha, sam } from '../../support/real-google.ts'
import type { RealProfile, RealProfileOptions } from '../../support/real-profile.ts'
import { refreshTokensInKeychain } from '../../support/real-profile.ts'
import { partsMissing, useRealWorld } from '../../support/real-world.ts'
import { watchTokenRequests } from '../../support/watched-http.ts'

const drive = 'https://www.googleapis.com/auth/drive.file'
const minuteMs = 60_000
const world = useRealWorld()

/** With the practice client for TVs. */
async function open(
  options: Partial<RealProfileOptions> = {},
): Promise<{ readonly app: RealProfile; readonly clientId: string }> {
  const app = await world.open(options)
  const { clientId } = await app.bringClient('device')
  return { app, clientId }
}

/** The code is entered elsewhere; how the sign-in ends. */
async function approve(app: RealProfile, flowId: string, sub = asha.sub): ReturnType<RealProfile['end']> {
  const { userCode } = await app.reach(flowId, 'showing-code')
  expect(await world.google.control.approveDevice(userCode, sub)).toMatchObject({ ok: true })
  return app.end(flowId)
}

/** Waits until the code is shown with this notice, or with none. */
async function noticed(app: RealProfile, flowId: string, code: string | null): Promise<void> {
  await expect
    .poll(async () => (await app.reach(flowId, 'showing-code')).notice?.code ?? null, {
      timeout: 15_000,
      interval: 20,
    })
    .toBe(code)
}

describe.skipIf(partsMissing !== null)('a sign-in on another device, on real parts', () => {
  beforeEach(async () => {
    expect(await world.google.control.setDeviceRules({ interval: 1 })).toMatchObject({ ok: true })
  })

  it('goes from the client file to an access token', async () => {
    const { app, clientId } = await open()
    const flowId = await app.start({ clientId, scopes: [drive] })
    const shown = await app.reach(flowId, 'showing-code')
    expect(shown).toMatchObject({ page: `${world.google.issuer}/device`, intervalMs: 1000, notice: null })
    expect(await approve(app, flowId)).toMatchObject({ kind: 'done', email: asha.email, declined: [] })
    const [token] = await app.held(asha)
    const kept = await refreshTokensInKeychain()
    expect(await world.google.refresh(kept.get(token?.tokenId ?? '') ?? '')).toEqual({
      ...{ status: 200, error: null },
    })
    const { accountId } = await app.account(asha)
    expect(await app.get('accounts.copyAccessToken', { accountId, clientId })).toBeTruthy()
  })

  it('starts from a downloaded file, whose type stays open, and counts one of a hundred', async () => {
    const app = await world.open()
    const { clientId } = clientFor({ kind: 'device' })
    const path = join(world.dataFolder, '..', 'client_secret_tv.json')
    const file = await world.google.control.clientFile({ kind: 'device' })
    await writeFile(path, file.ok ? file.value : '')
    expect(await app.get('clients.importFile', { path, acceptUncheckedSecret: false })).toMatchObject({
      kind: 'added',
      clientId,
    })
    const client = (await app.snapshot()).clients.find((one) => one.clientId === clientId)
    expect(client).toMatchObject({ type: 'device', typeOpen: true, ways: ['device'] })
    expect(await approve(app, await app.start({ clientId }))).toMatchObject({ kind: 'done', liveAtLeast: 1 })
    const [grant] = (await app.account(asha)).grants
    expect(grant).toMatchObject({ clientId, kind: 'device', liveAtLeast: 1, limit: 100, access: null })
  })

  it('goes on being refreshed after a restart', async () => {
    const { app, clientId } = await open()
    await approve(app, await app.start({ clientId }))
    await app.close()
    const again = await world.open()
    const { accountId } = await again.account(asha)
    await again.get('accounts.check', { accountId })
    expect((await again.account(asha)).health).toMatchObject({ level: 'fine' })
    await again.get('accounts.copyAccessToken', { accountId, clientId })
    const headers = { authorization: `Bearer ${await again.clipboard()}` }
    const info = await fetch(`${world.google.issuer}/v1/userinfo`, { headers })
    expect(await info.json()).toMatchObject({ sub: asha.sub, email: asha.email })
  })

  it('says that the person refused, and keeps nothing', async () => {
    const { app, clientId } = await open()
    const flowId = await app.start({ clientId })
    const { userCode } = await app.reach(flowId, 'showing-code')
    await world.google.control.denyDevice(userCode)
    expect(await app.end(flowId)).toMatchObject({ kind: 'failed', error: { code: 'sign-in-refused' } })
    expect((await app.snapshot()).accounts).toEqual([])
    expect((await refreshTokensInKeychain()).size).toBe(0)
  })

  it('slows down when it is told to, and ends when the code runs out', async () => {
    await world.google.control.setDeviceRules({ expiresIn: 3, slowDowns: 1 })
    const { app, clientId } = await open()
    const flowId = await app.start({ clientId })
    await app.reach(flowId, 'showing-code')
    expect(await app.end(flowId)).toMatchObject({ kind: 'failed', error: { code: 'device-code-expired' } })
  })

  it('lengthens its interval by five seconds each of the ten times it is told to slow down', async () => {
    await world.google.control.setDeviceRules({ slowDowns: 10 })
    const waits = new Set<number>()
    const hurried = 40
    const { app, clientId } = await open({
      wrap: (ports) => ({
        ...ports,
        timers: {
          after(ms, run) {
            waits.add(ms)
            return ports.timers.after(ms / hurried, run)
          },
        },
      }),
    })
    const flowId = await app.start({ clientId })
    const { userCode } = await app.reach(flowId, 'showing-code')
    await expect
      .poll(async () => (await app.reach(flowId, 'showing-code')).intervalMs, { timeout: 20_000 })
      .toBe(51_000)
    await world.google.control.approveDevice(userCode, asha.sub)
    expect(await app.end(flowId)).toMatchObject({ kind: 'done', email: asha.email })
    const asked = Array.from({ length: 11 }, (_, times) => 1000 + 5000 * times)
    expect([...waits]).toEqual(expect.arrayContaining(asked))
  })

  it.each(['expired_token', 'invalid_grant'] as const)(
    'ends with the code when Google’s time passes its end and polls are told %s',
    async (expiredError) => {
      await world.google.control.setDeviceRules({ expiredError })
      const { app, clientId } = await open()
      const flowId = await app.start({ clientId })
      await app.reach(flowId, 'showing-code')
      await app.get('practice.moveClock', { byMs: 31 * minuteMs })
      expect(await app.end(flowId)).toMatchObject({ kind: 'failed', error: { code: 'device-code-expired' } })
      expect(await approve(app, await app.start({ clientId }))).toMatchObject({ kind: 'done' })
    },
  )

  it('outlasts a server that is out of order, and a page of somebody else in its place', async () => {
    const { app, clientId } = await open()
    const { control } = world.google
    const flowId = await app.start({ clientId })
    await app.reach(flowId, 'showing-code')
    await control.setFault({ kind: 'status', status: 500 })
    await noticed(app, flowId, 'server-unavailable')
    await control.setFault({ kind: 'html' })
    await noticed(app, flowId, 'answer-not-json')
    await noticed(app, flowId, null)
    expect(await approve(app, flowId)).toMatchObject({ kind: 'done', email: asha.email })
  })

  it('says so where the quota of codes is used up', async () => {
    await world.google.control.setDeviceRules({ quota: 0 })
    const { app, clientId } = await open()
    const flowId = await app.start({ clientId })
    expect(await app.end(flowId)).toMatchObject({ kind: 'failed', error: { code: 'device-quota' } })
  })

  it('names the type where Google says that the client is of another one, until it is set right', async () => {
    const { app } = await open()
    const { clientId } = practiceClient
    await app.get('clients.update', { clientId, type: 'device' })
    expect(await app.end(await app.start({ clientId }))).toMatchObject({
      kind: 'failed',
      error: { code: 'device-type-wrong' },
    })
    await app.get('clients.update', { clientId, type: 'installed' })
    expect(await app.signIn(asha, { clientId })).toMatchObject({ kind: 'done' })
  })

  it('works for a client that was taken for a Desktop one in between', async () => {
    const { app, clientId } = await open()
    const typeNow = async () =>
      (await app.snapshot()).clients.find((one) => one.clientId === clientId)?.type ?? null
    await app.get('clients.update', { clientId, type: 'installed' })
    const lost = await app.start({ clientId })
    const page = await fetch(await app.link(lost), { redirect: 'manual' })
    expect(page.status).toBe(400)
    await app.get('signIn.cancel', { flowId: lost })
    await app.bringClient('device')
    expect(await typeNow()).toBe('installed')
    await app.get('clients.update', { clientId, type: 'device' })
    expect(await approve(app, await app.start({ clientId }))).toMatchObject({ kind: 'done' })
  })

  it('proves itself in the header at every request where the client is set to that', async () => {
    const { seen, wrap } = watchTokenRequests()
    const { app, clientId } = await open({ wrap })
    await app.get('clients.update', { clientId, authentication: 'basic' })
    const before = seen.length
    expect(await approve(app, await app.start({ clientId }))).toMatchObject({ kind: 'done' })
    const { accountId } = await app.account(asha)
    await app.get('accounts.check', { accountId })
    const since = seen.slice(before)
    expect(new Set(since.map(({ grantType }) => grantType))).toEqual(
      new Set(['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token']),
    )
    expect(new Set(since.map(({ proof }) => proof))).toEqual(new Set(['basic']))
    expect((await app.account(asha)).health).toMatchObject({ level: 'fine' })
  })

  it('tells what the person did not allow', async () => {
    const { app, clientId } = await open()
    const flowId = await app.start({ clientId, scopes: [drive] })
    const { userCode } = await app.reach(flowId, 'showing-code')
    await world.google.control.approveDevice(userCode, asha.sub, ['openid', 'email', 'profile'])
    expect(await app.end(flowId)).toMatchObject({ kind: 'done', declined: [drive] })
    expect((await app.account(asha)).grants[0]?.declined).toEqual([drive])
  })

  it.each([
    [{ kind: 'no-id-token' }, 'id-token-missing'],
    [{ kind: 'foreign-id-token' }, 'id-token-invalid'],
    [{ kind: 'expired-id-token' }, 'id-token-invalid'],
    [{ kind: 'no-refresh-token' }, 'no-refresh-token'],
    [{ kind: 'token-type', value: 'mac' }, 'answer-malformed'],
    [{ kind: 'truncated-json' }, 'answer-malformed'],
  ] as const)('keeps nothing of an answer with %j: %s', async (fault, code) => {
    const { app, clientId } = await open()
    const flowId = await app.start({ clientId })
    const { userCode } = await app.reach(flowId, 'showing-code')
    await world.google.control.approveDevice(userCode, asha.sub)
    await world.google.control.setFault(fault)
    expect(await app.end(flowId)).toMatchObject({ kind: 'failed', error: { code } })
    expect((await app.snapshot()).accounts).toEqual([])
    expect((await refreshTokensInKeychain()).size).toBe(0)
  })

  it('asks for no code where a scope is not for devices', async () => {
    const { app, clientId } = await open()
    const scope = 'https://www.googleapis.com/auth/calendar.readonly'
    const flowId = await app.start({ clientId, scopes: [scope] })
    expect(await app.end(flowId)).toMatchObject({
      error: { code: 'device-scope-not-allowed', details: { scope } },
    })
    expect(world.google.issued.some(({ kind }) => kind === 'device-code')).toBe(false)
  })

  it('polls no more once it was cancelled', async () => {
    const { seen, wrap } = watchTokenRequests()
    const { app, clientId } = await open({ wrap })
    const flowId = await app.start({ clientId })
    await app.reach(flowId, 'showing-code')
    await expect.poll(() => seen.length, { timeout: 5000 }).toBeGreaterThan(0)
    await app.get('signIn.cancel', { flowId })
    expect(await app.end(flowId)).toMatchObject({ error: { code: 'sign-in-cancelled' } })
    const polls = seen.length
    await sleep(2500)
    expect(seen).toHaveLength(polls)
  })

  it('keeps nothing where its client was removed meanwhile', async () => {
    const { app, clientId } = await open()
    const flowId = await app.start({ clientId })
    const { userCode } = await app.reach(flowId, 'showing-code')
    await app.get('clients.remove', { clientId, tokens: 0 })
    await world.google.control.approveDevice(userCode, asha.sub)
    expect(await app.end(flowId)).toMatchObject({ kind: 'failed' })
    expect((await app.snapshot()).accounts).toEqual([])
    expect((await refreshTokensInKeychain()).size).toBe(0)
  })

  it.each([10, -10])('goes by Google’s time where this machine is %i minutes off', async (minutes) => {
    const wrap = (ports: ProfilePorts): ProfilePorts => {
      const { clock } = ports
      return {
        ...ports,
        clock: {
          now: () => clock.now() + minutes * minuteMs,
          offsetMs: () => clock.offsetMs(),
          elapsedMs: () => clock.elapsedMs(),
        },
      }
    }
    const { app, clientId } = await open({ wrap })
    expect(await approve(app, await app.start({ clientId }))).toMatchObject({ kind: 'done' })
    const [token] = await app.held(asha)
    expect(Math.abs((token?.mintedAt ?? 0) - Date.now())).toBeLessThan(minuteMs)
    const { accountId } = await app.account(asha)
    const { expiresAt } = await app.get('accounts.copyAccessToken', { accountId, clientId })
    expect(Math.abs(expiresAt - Date.now() - 60 * minuteMs)).toBeLessThan(minuteMs)
  })

  it('keeps two codes that are shown at once apart', async () => {
    const { app, clientId } = await open()
    const [one, other] = [await app.start({ clientId }), await app.start({ clientId })]
    const [first, second] = [await app.reach(one, 'showing-code'), await app.reach(other, 'showing-code')]
    expect(first.userCode).not.toBe(second.userCode)
    expect(await approve(app, other, sam.sub)).toMatchObject({ kind: 'done', email: sam.email })
    expect(await approve(app, one)).toMatchObject({ kind: 'done', email: asha.email })
  })
})
