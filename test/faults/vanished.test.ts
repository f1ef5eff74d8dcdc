import keytar from 'keytar'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { secretServices } from '../../electron/core/secrets.ts'
import { practiceClient } from '../../electron/practice/client.ts'
import { asha, sam } from '../support/real-google.ts'
import type { RealProfile } from '../support/real-profile.ts'
import { refreshTokensInKeychain } from '../support/real-profile.ts'
import { partsMissing, useRealWorld } from '../support/real-world.ts'

const services = secretServices('practice')
const { clientId } = practiceClient
const world = useRealWorld()

/** A start that compares ledger and keychain at once, and what it found. */
async function inspected(codes: readonly string[]): Promise<RealProfile> {
  const app = await world.open({ sweepAfterMs: 0 })
  const found = async (): Promise<string[]> => (await app.snapshot()).problems.map(({ error }) => error.code)
  await expect.poll(found, { timeout: 5000 }).toEqual(codes)
  return app
}

describe.skipIf(partsMissing !== null)('a keychain that somebody else changed', () => {
  it('shows a token whose secret is gone, keeps the account, and a new sign-in mends it', async () => {
    const first = await world.open()
    await first.signIn(asha)
    await first.signIn(sam)
    const [lost] = await first.held(asha)
    await first.close()
    await keytar.deletePassword(services.refreshToken, lost?.tokenId ?? '')

    const app = await inspected(['orphan-token'])
    expect((await app.account(asha)).health).toMatchObject({ level: 'dead', reason: 'secret-missing' })
    expect((await app.account(sam)).health.level).toBe('fine')
    expect(await app.signIn(asha)).toMatchObject({ kind: 'done' })
    expect((await app.account(asha)).health.level).toBe('fine')
    expect((await app.snapshot()).problems).toEqual([])
  })

  it('shows a secret that nobody knows, deletes it only when told to, and then only this one', async () => {
    const first = await world.open()
    await first.signIn(asha)
    await first.close()
    await keytar.setPassword(services.refreshToken, 'a-stranger', 'nobody knows it')

    const app = await inspected(['orphan-secret'])
    expect((await refreshTokensInKeychain()).size).toBe(2)
    const [problem] = (await app.snapshot()).problems
    await app.get('problems.removeOrphan', { problemId: problem?.problemId ?? '' })
    expect([...(await refreshTokensInKeychain()).keys()]).toEqual([(await app.held(asha))[0]?.tokenId])
    expect((await app.snapshot()).problems).toEqual([])
    const ledger = await readFile(join(world.dataFolder, 'profiles/practice/ledger.jsonl'), 'utf8')
    expect(ledger).toContain('a-stranger')
    expect(ledger).not.toContain('nobody knows it')
  })

  it('stops a sign-in whose client secret is gone before the browser opens, until it is added again', async () => {
    const app = await world.open()
    await app.signIn(asha)
    await keytar.deletePassword(services.clientSecret, clientId)
    const flow = await app.start()
    expect(await app.end(flow)).toMatchObject({ kind: 'failed', error: { code: 'orphan-client-secret' } })
    expect(app.browsed).toHaveLength(1)
    expect((await app.snapshot()).clients).toMatchObject([{ secretMissing: true }])
    // The secret of a fresh file is not checked against an old one, because there is none.
    const path = join(world.dataFolder, '..', 'client_secret.json')
    const file = await world.google.control.clientFile()
    await writeFile(path, file.ok ? file.value : '')
    await app.get('clients.importFile', { path, acceptUncheckedSecret: false })
    expect((await app.snapshot()).clients).toMatchObject([{ secretMissing: false, accountCount: 1 }])
    expect(await app.signIn(sam)).toMatchObject({ kind: 'done' })
  })
})
