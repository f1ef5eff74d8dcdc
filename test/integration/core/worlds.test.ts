import keytar from 'keytar'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { secretServices } from '../../../electron/core/secrets.ts'
import { practiceClient } from '../../../electron/practice/client.ts'
import { asha } from '../../support/real-google.ts'
import type { RealProfile } from '../../support/real-profile.ts'
import { filesBelow, refreshTokensInKeychain } from '../../support/real-profile.ts'
import { partsMissing, useRealWorld } from '../../support/real-world.ts'

const { clientId } = practiceClient
const dayMs = 24 * 3_600_000
const world = useRealWorld()

/** Whether the one refresh token in the keychain works with the client secret beside it. */
async function refreshesAt(issuer: string): Promise<number> {
  const [refreshToken = ''] = (await refreshTokensInKeychain()).values()
  const secret = await keytar.getPassword(secretServices('practice').clientSecret, clientId)
  const body = new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    client_id: clientId,
    client_secret: secret ?? '',
  })
  return (await fetch(`${issuer}/token`, { method: 'POST', body })).status
}

async function issuerOf(app: RealProfile): Promise<string> {
  return (await app.snapshot()).practice?.issuer ?? ''
}

describe.skipIf(partsMissing !== null)('the practice Google that comes with the app', () => {
  it('starts with the profile, remembers tokens and time, and stops with the profile', async () => {
    const first = await world.open({ issuer: null })
    const before = await issuerOf(first)
    expect(before).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    await first.signIn(asha)
    await first.get('practice.moveClock', { byMs: dayMs })
    await first.close()
    await expect(fetch(before)).rejects.toThrow()

    const second = await world.open({ issuer: null })
    expect((await second.snapshot()).clockOffsetMs).toBe(dayMs)
    expect(await second.held(asha)).toHaveLength(1)
    expect(await refreshesAt(await issuerOf(second))).toBe(200)
    expect(await second.signIn(asha)).toMatchObject({ kind: 'done', replacedOlder: true, liveAtLeast: 2 })
  })

  it('starts anew when its state was broken by hand', async () => {
    const first = await world.open({ issuer: null })
    await first.get('practice.moveClock', { byMs: dayMs })
    await first.close()
    await writeFile(join(world.dataFolder, 'profiles/practice/practice-google.json'), '{"version":')
    const second = await world.open({ issuer: null })
    expect(await second.snapshot()).toMatchObject({ clockOffsetMs: 0, practice: { fault: null } })
  })

  it('keeps its state in the practice profile, without one secret', async () => {
    const app = await world.open({ issuer: null })
    await app.signIn(asha)
    const [token = ''] = (await refreshTokensInKeychain()).values()
    await app.close()
    const state = await readFile(join(world.dataFolder, 'profiles/practice/practice-google.json'), 'utf8')
    expect(state).toContain(asha.sub)
    expect(state).not.toContain(token)
  })
})

describe.skipIf(partsMissing !== null)('the two profiles', () => {
  it('are two worlds: the real one knows nothing of practice, and practice is as it was on the way back', async () => {
    const app = await world.open()
    await app.signIn(asha)
    const before = (await app.snapshot()).accounts
    await app.get('app.openProfile', { profile: 'real' })
    expect(await app.snapshot()).toMatchObject({
      profile: 'real',
      accounts: [],
      clients: [],
      flows: [],
      practice: null,
      clockOffsetMs: 0,
    })
    expect(await app.ask('practice.moveClock', { byMs: dayMs })).toMatchObject({
      error: { code: 'practice-only' },
    })
    expect(app.sent.some((message) => message.includes('"state.reset"'))).toBe(true)
    await app.get('app.openProfile', { profile: 'practice' })
    expect((await app.snapshot()).accounts).toEqual(before)
    const ledgers = (await filesBelow(world.dataFolder)).filter(({ path }) => path.endsWith('ledger.jsonl'))
    expect(ledgers).toHaveLength(2)
  })

  it('do not take each other’s client files', async () => {
    const app = await world.open()
    const path = join(world.dataFolder, '..', 'client.json')
    const file = await world.google.control.clientFile()
    await writeFile(path, file.ok ? file.value : '')
    await app.get('app.openProfile', { profile: 'real' })
    const imported = await app.ask('clients.importFile', { path, acceptUncheckedSecret: true })
    expect(imported).toMatchObject({ ok: false, error: { code: 'client-foreign-endpoint' } })
    expect(await keytar.getPassword(secretServices('real').clientSecret, clientId)).toBeNull()
  })
})
