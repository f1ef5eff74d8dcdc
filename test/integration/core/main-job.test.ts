import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { practiceClient } from '../../../electron/practice/client.ts'
import { arriveAt, asha, consentAs, meera, sam } from '../../support/real-google.ts'
import { refreshTokensInKeychain } from '../../support/real-profile.ts'
import { partsMissing, useRealWorld } from '../../support/real-world.ts'

const calendar = 'https://www.googleapis.com/auth/calendar.readonly'
const drive = 'https://www.googleapis.com/auth/drive.file'
const { clientId } = practiceClient
const hourMs = 3_600_000
const dayMs = 24 * hourMs
const world = useRealWorld()

async function value<T>(outcome: Promise<{ ok: true; value: T } | { ok: false; error: { code: string } }>) {
  const given = await outcome
  if (!given.ok) throw new Error(given.error.code)
  return given.value
}

/** A client file on the disk, as it was downloaded. */
async function downloadClient(): Promise<string> {
  const path = join(world.dataFolder, 'client_secret_practice.json')
  await writeFile(path, await value(world.google.control.clientFile()))
  return path
}

describe.skipIf(partsMissing !== null)('the main job on real parts', () => {
  it('adds the client of a downloaded file, and its secret works at the token endpoint', async () => {
    const app = await world.open()
    await app.get('clients.remove', { clientId, tokens: 0 })
    expect((await app.snapshot()).clients).toEqual([])
    const path = await downloadClient()
    expect(await app.get('clients.importFile', { path, acceptUncheckedSecret: false })).toMatchObject({
      kind: 'added',
      clientId,
    })
    expect((await app.snapshot()).clients).toMatchObject([{ clientId, type: 'installed', accountCount: 0 }])
    expect(await app.signIn(asha)).toMatchObject({ kind: 'done', email: asha.email })
  })

  it('signs two accounts in, and both are there and work after a restart', async () => {
    const first = await world.open()
    expect(await first.signIn(asha, { scopes: [calendar] })).toMatchObject({ kind: 'done', declined: [] })
    expect(await first.signIn(meera)).toMatchObject({ kind: 'done', email: meera.email })
    const before = await first.snapshot()
    expect(before.clients).toMatchObject([{ accountCount: 2 }])
    await first.close()

    const second = await world.open()
    const after = await second.snapshot()
    expect(after.accounts).toEqual(before.accounts)
    expect(after.clients).toEqual(before.clients)
    const kept = await refreshTokensInKeychain()
    expect(kept.size).toBe(2)
    for (const who of [asha, meera]) {
      const [token] = await second.held(who)
      expect(await world.google.refresh(kept.get(token?.tokenId ?? '') ?? '')).toEqual({
        status: 200,
        error: null,
      })
    }
    expect(await second.signIn(sam)).toMatchObject({ kind: 'done' })
  })

  it('shows the scopes of the token answer where fewer were granted than asked', async () => {
    const app = await world.open()
    const step = await app.signIn(asha, { scopes: [calendar, drive], ticked: [calendar] })
    expect(step).toMatchObject({ kind: 'done', declined: [drive] })
    const grant = (await app.account(asha)).grants[0]
    expect(grant?.granted).toContain(calendar)
    expect(grant?.granted).not.toContain(drive)
    expect(grant?.declined).toEqual([drive])
  })

  it('says so when the person refuses, and the page in the browser does too', async () => {
    const app = await world.open()
    const flow = await app.start()
    const reply = await arriveAt(await consentAs(asha, await app.link(flow), { press: 'cancel' }))
    expect(await app.end(flow)).toMatchObject({ kind: 'failed', error: { code: 'sign-in-refused' } })
    expect(reply.page).toContain('<title>')
    expect(reply.page).not.toContain(asha.email)
    expect((await app.snapshot()).accounts).toEqual([])
    expect((await refreshTokensInKeychain()).size).toBe(0)
  })

  it('catches another account than the expected one before anything is stored', async () => {
    const app = await world.open()
    await app.signIn(asha)
    const before = await refreshTokensInKeychain()
    const { accountId } = await app.account(asha)

    const discarded = await app.start({ accountId })
    const arrival = arriveAt(await consentAs(sam, await app.link(discarded)))
    expect(await app.reach(discarded, 'choosing-account')).toMatchObject({ arrivedEmail: sam.email })
    expect(await refreshTokensInKeychain()).toEqual(before)
    await app.get('signIn.chooseAccount', { flowId: discarded, keep: false })
    expect(await app.end(discarded)).toMatchObject({ error: { code: 'sign-in-discarded' } })
    await arrival
    expect(await refreshTokensInKeychain()).toEqual(before)
    expect((await app.snapshot()).accounts).toHaveLength(1)

    const kept = await app.start({ accountId })
    await arriveAt(await consentAs(sam, await app.link(kept)))
    await app.reach(kept, 'choosing-account')
    await app.get('signIn.chooseAccount', { flowId: kept, keep: true })
    expect(await app.end(kept)).toMatchObject({ kind: 'done', email: sam.email })
    expect(await app.held(sam)).toHaveLength(1)
    expect(await app.held(asha)).toHaveLength(1)
  })

  it('runs several sign-ins at once, answered in another order', async () => {
    const app = await world.open()
    const people = [asha, sam, meera]
    const flows = await Promise.all(people.map(() => app.start({ scopes: [calendar] })))
    const links = await flows.reduce<Promise<string[]>>(
      async (before, flow) => [...(await before), await app.link(flow)],
      Promise.resolve([]),
    )
    expect(new Set(links.map((link) => new URL(link).searchParams.get('redirect_uri'))).size).toBe(3)
    expect([...app.browsed].sort()).toEqual([...links].sort())
    const answers = await Promise.all(
      people.map((who, index) => consentAs(who, links[index] ?? '', { ticked: [calendar] })),
    )
    await Promise.all(answers.reverse().map(arriveAt))
    const steps = await Promise.all(flows.map((flow) => app.end(flow)))
    expect(steps.map((step) => step.kind === 'done' && step.email)).toEqual(people.map(({ email }) => email))
    const kept = [...(await refreshTokensInKeychain()).values()]
    expect(new Set(kept).size).toBe(3)
    for (const token of kept) expect((await world.google.refresh(token)).status).toBe(200)
  })

  it('lets a newer token take over, which leaves one secret in the keychain and counts two', async () => {
    const app = await world.open()
    await app.signIn(asha)
    const [older = ''] = (await refreshTokensInKeychain()).keys()
    expect(await app.signIn(asha)).toMatchObject({ kind: 'done', replacedOlder: true, liveAtLeast: 2 })
    const kept = await refreshTokensInKeychain()
    expect([...kept.keys()]).toEqual([(await app.held(asha))[0]?.tokenId])
    expect(kept.has(older)).toBe(false)
  })

  it('forgets an account: its secret leaves the keychain and still lives at Google', async () => {
    const app = await world.open()
    await app.signIn(asha)
    const [secret = ''] = (await refreshTokensInKeychain()).values()
    const { accountId } = await app.account(asha)
    await app.get('accounts.forget', { accountId, tokens: 1 })
    expect((await app.snapshot()).accounts).toEqual([])
    expect((await refreshTokensInKeychain()).size).toBe(0)
    expect((await world.google.refresh(secret)).status).toBe(200)
  })
})

describe.skipIf(partsMissing !== null)('time in the practice profile', () => {
  it('moves for the app and for practice Google together, and stays moved after a restart', async () => {
    const app = await world.open()
    await app.signIn(asha)
    await app.get('practice.moveClock', { byMs: 3 * dayMs })
    expect(await world.google.control.clock()).toEqual({ ok: true, value: { offsetMs: 3 * dayMs } })
    expect((await app.snapshot()).clockOffsetMs).toBe(3 * dayMs)
    await app.signIn(sam)
    const aged = (await app.account(sam)).firstSignedInAt - (await app.account(asha)).firstSignedInAt
    expect(aged).toBeGreaterThanOrEqual(3 * dayMs)
    expect(aged).toBeLessThan(3 * dayMs + hourMs)
    await app.close()
    const again = await world.open()
    expect((await again.snapshot()).clockOffsetMs).toBe(3 * dayMs)
    expect(await again.signIn(meera)).toMatchObject({ kind: 'done' })
  })

  it('leaves the time that a waiting sign-in has as it was', async () => {
    const app = await world.open()
    const flow = await app.start()
    const link = await app.link(flow)
    await app.get('practice.moveClock', { byMs: 7 * dayMs })
    await arriveAt(await consentAs(asha, link))
    expect(await app.end(flow)).toMatchObject({ kind: 'done' })
  })

  it('ends a time-based grant in the app when it ends at Google', async () => {
    const app = await world.open()
    await app.signIn(asha, { ongoing: false })
    const [token] = await app.held(asha)
    const [secret = ''] = (await refreshTokensInKeychain()).values()
    const leftMs = (token?.expiresAt ?? 0) - Date.now()
    expect(leftMs).toBeGreaterThan(0)
    await app.get('practice.moveClock', { byMs: leftMs - hourMs })
    expect((await app.account(asha)).health).toMatchObject({
      level: 'soon',
      reason: 'deadline',
      clock: 'time-based',
    })
    expect((await world.google.refresh(secret)).status).toBe(200)
    await app.get('practice.moveClock', { byMs: 2 * hourMs })
    expect((await app.account(asha)).health).toMatchObject({
      level: 'dead',
      reason: 'deadline-passed',
      clock: 'time-based',
    })
    expect(await world.google.refresh(secret)).toEqual({ status: 400, error: 'invalid_grant' })
  })
})

describe.skipIf(partsMissing !== null)('what happens elsewhere', () => {
  it('kills our oldest token with the hundredth elsewhere, and a new sign-in makes the account usable', async () => {
    const app = await world.open()
    await app.signIn(asha)
    const [older = ''] = (await refreshTokensInKeychain()).values()
    const { control } = world.google
    await control.mintElsewhere(asha.sub, clientId, 99)
    expect((await world.google.refresh(older)).status).toBe(200)
    await control.mintElsewhere(asha.sub, clientId, 1)
    expect(await world.google.refresh(older)).toEqual({ status: 400, error: 'invalid_grant' })
    expect(await app.signIn(asha)).toMatchObject({ kind: 'done', liveAtLeast: 2 })
    const [newer = ''] = (await refreshTokensInKeychain()).values()
    expect((await world.google.refresh(newer)).status).toBe(200)
    const tokens = await value(control.refreshTokens())
    expect(tokens.filter(({ death }) => death === null)).toHaveLength(100)
  })

  it('replaces a rotated client secret once Google has taken it, and not before', async () => {
    const app = await world.open()
    await app.signIn(asha)
    const path = await downloadClient()
    const good = await readFile(path, 'utf8')
    await writeFile(path, good.replace(/GOCSPX-[\w-]{6}/, 'GOCSPX-wrong1'))
    expect(await app.ask('clients.importFile', { path, acceptUncheckedSecret: false })).toMatchObject({
      ok: false,
      error: { code: 'client-secret-refused' },
    })
    expect(await app.signIn(sam)).toMatchObject({ kind: 'done' })

    await writeFile(path, good)
    await world.google.control.setFault({ kind: 'status', status: 503 })
    expect(await app.ask('clients.importFile', { path, acceptUncheckedSecret: false })).toMatchObject({
      ok: false,
      error: { code: 'client-secret-unchecked' },
    })
    expect(await app.get('clients.importFile', { path, acceptUncheckedSecret: false })).toMatchObject({
      kind: 'updated',
      secretReplaced: true,
    })
    // Two more at Google: the secret of the first file is gone there, ours is one of the two newest.
    await value(world.google.control.clientFile())
    expect(await app.signIn(meera)).toMatchObject({ kind: 'done' })
    expect((await app.snapshot()).accounts).toHaveLength(3)
  })
})
