import { spawnSync } from 'node:child_process'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'vitest'
import { describe, expect, it } from 'vitest'
import { arriveAt, asha, consentAs, sam } from '../support/real-google.ts'
import type { RealProfile } from '../support/real-profile.ts'
import { openRealProfile, refreshTokensInKeychain } from '../support/real-profile.ts'
import { partsMissing, useRealWorld } from '../support/real-world.ts'

const world = useRealWorld()

function run(program: string, ...args: string[]): boolean {
  return spawnSync(program, args).status === 0
}

/** Puts a small disk of its own below the data folder. */
function mountSmallDisk(context: TestContext): void {
  const { dataFolder } = world
  if (!run('mount', '-t', 'tmpfs', '-o', 'size=256k,mode=0700', 'tmpfs', dataFolder)) {
    context.skip('this process may not mount a small file system')
  }
  world.afterwards(() => run('umount', '-l', dataFolder))
}

const filler = (): string => join(world.dataFolder, 'filler')

/** Takes the last free page of the disk. */
async function fillDisk(): Promise<void> {
  const file = await open(filler(), 'a')
  try {
    for (;;) await file.write(Buffer.alloc(4096))
  } catch (cause) {
    expect((cause as NodeJS.ErrnoException).code).toBe('ENOSPC')
  } finally {
    await file.close()
  }
}

/** Fills the disk, and with facts what is left of the ledger's own last page, until the app says so. */
async function fillUp(app: RealProfile): Promise<void> {
  await fillDisk()
  const { accountId } = await app.account(asha)
  for (let facts = 0; facts < 100; facts += 1) {
    const outcome = await app.ask('accounts.update', { accountId, label: `Home ${String(facts)}` })
    if (outcome.ok) continue
    expect(outcome.error.code).toBe('disk-full')
    expect((await app.account(asha)).label).toBe(facts === 0 ? null : `Home ${String(facts - 1)}`)
    return
  }
  throw new Error('the disk does not get full')
}

/** Nothing was lost, nothing is left over, and both accounts work after one more sign-in and a restart. */
async function expectUsable(app: RealProfile): Promise<void> {
  const { accounts, readOnly } = await app.snapshot()
  expect(accounts.map(({ email }) => email)).toEqual([asha.email])
  expect(readOnly).toBe(false)
  expect((await refreshTokensInKeychain()).size).toBe(1)
  expect(await app.signIn(sam)).toMatchObject({ kind: 'done' })
  await app.close()
  const again = await world.open()
  const after = await again.snapshot()
  expect(after.accounts.map(({ email }) => email)).toEqual([asha.email, sam.email])
  expect(after.problems).toEqual([])
  const kept = await refreshTokensInKeychain()
  const held = [...(await again.held(asha)), ...(await again.held(sam))].map(({ tokenId }) => tokenId)
  expect([...kept.keys()].sort()).toEqual(held.sort())
  for (const secret of kept.values()) expect((await world.google.refresh(secret)).status).toBe(200)
}

async function failedSignIn(app: RealProfile, code: string): Promise<void> {
  const flow = await app.start()
  const reply = await arriveAt(await consentAs(sam, await app.link(flow)))
  expect(await app.end(flow)).toMatchObject({ kind: 'failed', error: { code } })
  expect(reply.status).toBe(400)
}

describe.skipIf(partsMissing !== null)('a full disk', () => {
  it('stops a sign-in before anything is stored, and the app goes on once there is room', async (context) => {
    mountSmallDisk(context)
    const app = await world.open()
    await app.signIn(asha)
    await fillUp(app)
    await failedSignIn(app, 'disk-full')
    expect(await app.ask('settings.update', { theme: 'dark' })).toMatchObject({
      ok: false,
      error: { code: 'disk-full' },
    })
    expect((await app.snapshot()).settings.theme).toBe('system')
    await rm(filler())
    expect(await app.ask('settings.update', { theme: 'dark' })).toMatchObject({ ok: true })
    await expectUsable(app)
  })

  it('that fills up after the keychain write takes the secret out again', async (context) => {
    mountSmallDisk(context)
    let filling: RealProfile | null = null
    const app = await world.open({
      wrap: (ports) => ({
        ...ports,
        secretStore: {
          ...ports.secretStore,
          async set(service, account, secret) {
            const outcome = await ports.secretStore.set(service, account, secret)
            if (filling && service.endsWith('refresh-token')) await fillUp(filling)
            return outcome
          },
        },
      }),
    })
    await app.signIn(asha)
    filling = app
    await failedSignIn(app, 'disk-full')
    filling = null
    const [held] = await app.held(asha)
    expect([...(await refreshTokensInKeychain()).keys()]).toEqual([held?.tokenId])
    await rm(filler())
    await expectUsable(app)
  })

  it('lets the app start, show everything, and say what is wrong', async (context) => {
    mountSmallDisk(context)
    const first = await world.open()
    await first.signIn(asha)
    await first.close()
    await fillDisk()
    const app = await world.open()
    expect((await app.snapshot()).accounts).toHaveLength(1)
    await fillUp(app)
    await failedSignIn(app, 'disk-full')
    await app.close()
    await rm(filler())
    await expectUsable(await world.open())
  })
})

describe.skipIf(partsMissing !== null)('a disk that cannot be written to', () => {
  it('refuses a sign-in in the running app, which goes on when it can be written to', async (context) => {
    const app = await world.open()
    await app.signIn(asha)
    const ledger = join(world.dataFolder, 'profiles', 'practice', 'ledger.jsonl')
    world.afterwards(() => run('chattr', '-i', ledger))
    const protects = run('chattr', '+i', ledger) && (await writeFails(ledger))
    if (!protects) return context.skip('a file cannot be made immutable here')
    await failedSignIn(app, 'folder-read-only')
    expect(await app.ask('accounts.update', { ...(await idOf(app)), label: 'Home' })).toMatchObject({
      ok: false,
      error: { code: 'folder-read-only' },
    })
    run('chattr', '-i', ledger)
    await expectUsable(app)
  })

  it('is told at the start, and the profile opens when it can be written to again', async (context) => {
    mountSmallDisk(context)
    const first = await world.open()
    await first.signIn(asha)
    await first.close()
    const { dataFolder, google } = world
    if (!run('mount', '-o', 'remount,ro', dataFolder)) context.skip('this process may not mount anything')
    expect(await openRealProfile({ dataFolder, issuer: google.issuer })).toMatchObject({
      ok: false,
      error: { code: 'folder-read-only' },
    })
    run('mount', '-o', 'remount,rw', dataFolder)
    await expectUsable(await world.open())
  })
})

async function writeFails(path: string): Promise<boolean> {
  const refused = await open(path, 'a').catch((cause: unknown) => cause as NodeJS.ErrnoException)
  if (refused instanceof Error) return true
  await refused.close()
  return false
}

async function idOf(app: RealProfile): Promise<{ accountId: string }> {
  return { accountId: (await app.account(asha)).accountId }
}
