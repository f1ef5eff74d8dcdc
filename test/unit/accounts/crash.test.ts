import { describe, expect, it } from 'vitest'
import type { ErrorCode } from '../../../electron/contract/errors.ts'
import { testClientId } from '../../support/client-files.ts'
import { asha } from '../../support/fake-google.ts'
import type { TestProfile } from '../../support/test-profile.ts'
import { openAfterCrash, openTestProfile } from '../../support/test-profile.ts'

const tokenService = 'dev.latchkey.refresh-token'

/** The appends of one sign-in, in order: the intent, the fact, the outcome. */
const appendsOfSignIn = 3

/** A sign-in whose process dies within append number `dying`, after `bytes` of it reached the file. */
async function dieInAppend(dying: number, bytes: number, keychain?: ErrorCode): Promise<TestProfile> {
  const test = await openTestProfile()
  await test.addClient()
  test.world.folder.stopInNextAppend(bytes, dying)
  const flow = await test.signIn(asha)
  await stall(test)
  expect(test.flow(flow)?.step.kind).toBe('storing')
  if (keychain) test.world.secretStore.failAlways(keychain)
  const after = await openAfterCrash(test.world)
  if (keychain) expect(after.snapshot().accounts).toEqual([])
  return after
}

/** Runs on until the computer has stopped, and then everything that could still run beside it. */
async function stall(test: TestProfile): Promise<void> {
  while (!test.world.folder.stopped) await new Promise((resolve) => setImmediate(resolve))
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

async function secrets(test: TestProfile): Promise<readonly string[]> {
  const listed = await test.world.secretStore.list(tokenService)
  return listed.ok ? listed.value : []
}

describe('a process that dies in the middle of a sign-in', () => {
  for (let dying = 0; dying < appendsOfSignIn; dying += 1) {
    it.each([0, 1, 40, 1_000_000])(
      `in write ${String(dying + 1)} after %i bytes leaves nothing or a usable token`,
      async (bytes) => {
        const after = await dieInAppend(dying, bytes)
        const held = after
          .snapshot()
          .accounts.flatMap((account) => account.grants.flatMap((grant) => grant.tokens))
        const items = await secrets(after)
        expect(items).toEqual(held.map((token) => token.tokenId))
        for (const item of items) {
          const secret = await after.world.secretStore.get(tokenService, item)
          expect(after.world.google.refreshTokens).toContain(secret.ok ? secret.value?.reveal() : null)
        }
        // Whatever was left, the next sign-in works.
        await after.reach(await after.signIn(asha), 'done')
      },
    )
  }

  it('between keychain and ledger is finished at the next start', async () => {
    const after = await dieInAppend(1, 0)
    expect(after.snapshot().accounts[0]).toMatchObject({ email: asha.email, health: { level: 'fine' } })
    expect(await secrets(after)).toHaveLength(1)
  })

  it('keeps the open intent while the keychain does not answer at the next start', async () => {
    const { world } = await dieInAppend(1, 0, 'keychain-locked')
    world.secretStore.heal()
    expect((await openAfterCrash(world)).snapshot().accounts).toHaveLength(1)
  })
})

describe('a restart', () => {
  it('shows everything as it was', async () => {
    const test = await openTestProfile()
    await test.addClient()
    await test.reach(await test.signIn(asha), 'done')
    await test.ask('clients.update', { clientId: testClientId, publishing: 'testing', label: 'Mine' })
    const before = test.snapshot()
    await test.profile.close()
    const after = (await openTestProfile({ world: test.world })).snapshot()
    expect(after.accounts).toEqual(before.accounts)
    expect(after.clients).toEqual(before.clients)
  })
})
