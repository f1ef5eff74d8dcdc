import { describe, expect, it } from 'vitest'
import type { LatchkeyEvent } from '../../electron/core/ledger/events.ts'
import { openLedger } from '../../electron/core/ledger/ledger.ts'
import { Secret } from '../../electron/core/secret.ts'
import { accountIdOf } from '../../electron/core/accounts/identity.ts'
import { stateFold } from '../../electron/core/state/state-fold.ts'
import type { State } from '../../electron/core/state/state.ts'
import { desktopClient, testClientId } from '../support/client-files.ts'
import { fakeClock, testStart } from '../support/fake-clock.ts'
import { asha } from '../support/fake-google.ts'
import { fakeTimers } from '../support/fake-timers.ts'
import type { TestProfile } from '../support/test-profile.ts'
import { openTestProfile } from '../support/test-profile.ts'
import type { TestWorld } from '../support/test-world.ts'
import { testWorld } from '../support/test-world.ts'

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs
const future = testStart + 20 * 365 * dayMs
const drive = 'https://www.googleapis.com/auth/drive.file'
const accountId = accountIdOf('https://accounts.google.com', asha.sub)

/** A history that was written while the clock of the machine stood twenty years ahead. */
async function historyFromTheFuture(more: readonly LatchkeyEvent[] = []): Promise<TestWorld> {
  const base = await testWorld()
  const world = { ...base, timers: fakeTimers(base.clock) }
  const { folder, log, secretStore, google } = world
  const clock = fakeClock(future)
  const opening = await openLedger<State, LatchkeyEvent>({
    ...{ profile: 'real', folder, clock, log, fold: stateFold },
  })
  if (opening.kind !== 'open') throw new Error(opening.kind)
  const who = {
    ...{ accountId, issuer: 'https://accounts.google.com', sub: asha.sub, email: asha.email },
    ...{ name: null, hostedDomain: null },
  }
  const scopes = ['openid', drive]
  const client = { clientId: testClientId, kind: 'installed', projectId: null, label: 'A client' }
  const token = { tokenId: 'token-of-tomorrow', clientId: testClientId, asked: scopes, granted: scopes }
  const events: readonly LatchkeyEvent[] = [
    { type: 'client.added', data: { ...client, redirectUris: ['http://localhost'], javascriptOrigins: [] } },
    {
      type: 'client.described',
      data: { clientId: testClientId, label: 'A client', publishing: 'testing', userType: 'external' },
    },
    {
      type: 'token.intended',
      data: { ...who, ...token, expiresAt: future + 400 * dayMs, mintedAt: future },
    },
    { type: 'account.signedIn', data: who },
    { type: 'token.minted', data: { tokenId: token.tokenId } },
    { type: 'token.refreshed', data: { tokenId: token.tokenId, usedAt: future + dayMs, expiresAt: null } },
    ...more,
  ]
  for (const event of events) expect(await opening.ledger.append([event])).toMatchObject({ ok: true })
  await opening.ledger.close()
  const refreshToken = google.mint(testClientId, scopes)
  await secretStore.set('dev.latchkey.refresh-token', token.tokenId, new Secret(refreshToken))
  await secretStore.set('dev.latchkey.client-secret', testClientId, new Secret(desktopClient.client_secret))
  return world
}

const token = (app: TestProfile) => app.snapshot().accounts[0]?.grants[0]?.tokens[0]

async function clocks(app: TestProfile): Promise<ReadonlyMap<string, number>> {
  const lives = await app.ask('accounts.lives', { accountId })
  if (!lives.ok) throw new Error(lives.error.code)
  return new Map(lives.value[0]?.clocks.flatMap(({ kind, at }) => (at === null ? [] : [[kind, at]])))
}

describe('a ledger with events from the future', () => {
  it('opens, puts no deadline off because of them, and calls nothing dead', async () => {
    const app = await openTestProfile({ world: await historyFromTheFuture() })
    expect(app.snapshot()).toMatchObject({ readOnly: false, problems: [] })
    expect(token(app)).toMatchObject({ standing: 'held', refusal: null, death: null })
    const at = await clocks(app)
    expect(at.get('idle')).toBeLessThanOrEqual(testStart + 184 * dayMs)
    expect(at.get('testing')).toBeLessThanOrEqual(testStart + 7 * dayMs)
    expect(at.get('time-based')).toBeLessThanOrEqual(testStart + 400 * dayMs)
    expect(token(app)?.next?.at).toBeLessThanOrEqual(testStart + 7 * dayMs)
    await app.profile.close()
  })

  it('does not keep the check after the start waiting for twenty years', async () => {
    const world = await historyFromTheFuture()
    const app = await openTestProfile({ world })
    await world.timers.live(10 * minuteMs)
    expect(world.google.refreshes).toHaveLength(1)
    expect(token(app)?.lastUsedAt).toBeLessThanOrEqual(world.clock.now())
    const at = await clocks(app)
    expect(at.get('idle')).toBeGreaterThan(testStart + 180 * dayMs)
    expect(at.get('idle')).toBeLessThanOrEqual(world.clock.now() + 184 * dayMs)
    await app.profile.close()
  })

  it('goes on by schedule with one timer, and survives a restart with the snapshot and without', async () => {
    const world = await historyFromTheFuture()
    const first = await openTestProfile({ world })
    await world.timers.live(5 * dayMs)
    expect(world.google.refreshes.length).toBeGreaterThanOrEqual(3)
    expect(world.google.refreshes.length).toBeLessThanOrEqual(6)
    await first.profile.close()
    const shown = first.snapshot().accounts
    const second = await openTestProfile({ world })
    expect(second.snapshot().accounts).toEqual(shown)
    await second.profile.close()
    world.folder.files.delete('ledger-snapshot.json')
    const third = await openTestProfile({ world })
    expect(third.snapshot().accounts).toEqual(shown)
    await third.profile.close()
  })

  it('finds a death among them, and still ranks its causes', async () => {
    const refused = {
      ...{ tokenId: 'token-of-tomorrow', refusedAt: future + 2 * dayMs, verdict: 'dead' },
      ...{
        error: 'invalid_grant',
        subtype: '',
        description: 'Token has been expired or revoked.',
        status: 400,
      },
    }
    const app = await openTestProfile({
      world: await historyFromTheFuture([{ type: 'token.refused', data: refused }]),
    })
    expect(token(app)).toMatchObject({ standing: 'dead', next: null })
    expect(token(app)?.death?.causes.length).toBeGreaterThan(0)
    expect(app.snapshot().accounts[0]?.health).toMatchObject({ level: 'dead', reason: 'died' })
    await app.profile.close()
  })
})
