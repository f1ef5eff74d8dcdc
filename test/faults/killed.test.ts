import { describe, expect, it } from 'vitest'
import type { AccountView } from '../../electron/contract/views.ts'
import { arriveAt, asha, consentAs, sam } from '../support/real-google.ts'
import type { RealProfile } from '../support/real-profile.ts'
import { openRealProfile, refreshTokensInKeychain } from '../support/real-profile.ts'
import { partsMissing, useRealWorld } from '../support/real-world.ts'
import type { StepName } from './profile-process.ts'
import { steps } from './profile-process.ts'
import type { ProfileProcess } from './start-profile-process.ts'
import { startProfileProcess } from './start-profile-process.ts'

const world = useRealWorld()

async function start(stopAt?: StepName): Promise<ProfileProcess> {
  const { keyring, dataFolder, google } = world
  const place = { env: keyring.env, dataFolder, issuer: google.issuer }
  const child = await startProfileProcess({ ...place, ...(stopAt && { stopAt }) })
  world.afterwards(() => child.kill())
  expect(child.opened).toEqual({ ok: true, value: null })
  await child.ready()
  return child
}

/** How the account that was signing in stands afterwards. */
type Left = 'as before' | 'with the new token' | 'either'
const before: readonly StepName[] = [
  'before the code is sent',
  'after the answer came',
  'with half of the intent written',
  'after the intent is written',
]
const leftAfter = (step: StepName): Left => {
  if (step === 'during the keychain write') return 'either'
  return before.includes(step) ? 'as before' : 'with the new token'
}

/** Ledger and keychain know the same tokens, and each of them works at Google. */
async function expectWhole(app: RealProfile): Promise<void> {
  const { accounts, problems, readOnly } = await app.snapshot()
  const kept = await refreshTokensInKeychain()
  expect([...kept.keys()].sort()).toEqual(heldIn(accounts))
  for (const secret of kept.values()) expect((await world.google.refresh(secret)).status).toBe(200)
  expect(readOnly).toBe(false)
  expect(problems.map(({ error }) => error.code).filter((code) => code !== 'ledger-torn')).toEqual([])
}

/** Two starts: in the first, what a crash left is finished, and ledger and keychain are compared. */
async function openTwice(): Promise<RealProfile> {
  const lists: Promise<unknown>[] = []
  const first = await world.open({
    sweepAfterMs: 0,
    wrap: (ports) => {
      const list: typeof ports.secretStore.list = (service) => {
        const listed = ports.secretStore.list(service)
        lists.push(listed)
        return listed
      }
      return { ...ports, secretStore: { ...ports.secretStore, list } }
    },
  })
  // The comparison lists all three kinds of secrets first; what it then changes is done when both sides agree.
  await expect.poll(() => lists.length, { timeout: 10_000 }).toBe(3)
  await Promise.all(lists)
  await expect.poll(() => agree(first), { timeout: 10_000 }).toBe(true)
  await first.close()
  return world.open()
}

async function agree(app: RealProfile): Promise<boolean> {
  const { accounts } = await app.snapshot()
  return [...(await refreshTokensInKeychain()).keys()].sort().join() === heldIn(accounts).join()
}

/** The ids of the tokens that the ledger takes for held, in order. */
function heldIn(accounts: readonly AccountView[]): string[] {
  const tokens = accounts.flatMap(({ grants }) => grants.flatMap((grant) => grant.tokens))
  return tokens
    .filter(({ standing }) => standing === 'held')
    .map(({ tokenId }) => tokenId)
    .sort()
}

describe.skipIf(partsMissing !== null)('a process killed in a sign-in', () => {
  it.each(steps)('%s leaves the account as it was or with a usable token', async (step) => {
    const first = await world.open()
    await first.signIn(asha)
    const [older = ''] = (await first.held(asha)).map(({ tokenId }) => tokenId)
    await first.close()

    const child = await start(step)
    const flow = await child.start()
    void arriveAt(await consentAs(asha, await child.link(flow))).catch(() => undefined)
    expect(await child.stopped).toBe(step)
    await child.kill()

    const after = await openTwice()
    await expectWhole(after)
    const [now = ''] = (await after.held(asha)).map(({ tokenId }) => tokenId)
    const expected = leftAfter(step)
    if (expected !== 'either') expect(now === older).toBe(expected === 'as before')
    expect(await after.signIn(asha)).toMatchObject({ kind: 'done', replacedOlder: true })
    await expectWhole(after)
  })

  it('while the browser is open leaves nothing, and the late answer reaches nobody', async () => {
    const child = await start()
    const flow = await child.start()
    const address = await consentAs(asha, await child.link(flow))
    await child.kill()
    await expect(arriveAt(address)).rejects.toThrow()
    const after = await world.open()
    expect((await after.snapshot()).accounts).toEqual([])
    expect((await refreshTokensInKeychain()).size).toBe(0)
    expect(await after.signIn(asha)).toMatchObject({ kind: 'done' })
  })
})

describe.skipIf(partsMissing !== null)('two processes over one profile', () => {
  it('have one owner: the second is told so, changes nothing, and gets it when the first is gone', async () => {
    const owner = await start()
    await owner.signIn(asha)
    const { dataFolder, google } = world
    const second = await openRealProfile({ dataFolder, issuer: google.issuer })
    expect(second).toMatchObject({ ok: false, error: { code: 'profile-owned' } })
    expect(await owner.signIn(sam)).toMatchObject({ kind: 'done' })
    await owner.kill()
    const after = await world.open()
    expect((await after.snapshot()).accounts).toHaveLength(2)
    await expectWhole(after)
    expect(await after.signIn(asha)).toMatchObject({ kind: 'done' })
  })
})
