import { describe, expect, it } from 'vitest'
import { Secret } from '../../../electron/core/secret.ts'
import { testClientId } from '../../support/client-files.ts'
import { asha, meera } from '../../support/fake-google.ts'
import type { TestProfile } from '../../support/test-profile.ts'
import { openTestProfile } from '../../support/test-profile.ts'
import { testWorld } from '../../support/test-world.ts'

const tokenService = 'dev.latchkey.refresh-token'

async function signedIn(): Promise<TestProfile> {
  const test = await openTestProfile()
  await test.addClient()
  await test.reach(await test.signIn(asha), 'done')
  return test
}

async function settle(test: TestProfile): Promise<void> {
  test.world.timers.pass(10_000)
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

describe('what the window is told', () => {
  it('is one revision after the other, and a snapshot that fits the last', async () => {
    const test = await signedIn()
    const { revision } = test.snapshot()
    expect(test.deltas.map((delta) => delta.revision)).toEqual(test.deltas.map((_, index) => index + 1))
    expect(revision).toBe(test.deltas.length)
  })

  it('adds up to the snapshot', async () => {
    const test = await signedIn()
    await test.reach(await test.signIn(meera), 'done')
    await test.ask('accounts.update', {
      accountId: test.snapshot().accounts[0]?.accountId ?? '',
      label: 'home',
    })
    const snapshot = test.snapshot()
    const accounts = new Map(
      test.deltas.flatMap((delta) => delta.accounts?.upsert ?? []).map((row) => [row.accountId, row]),
    )
    const clients = new Map(
      test.deltas.flatMap((delta) => delta.clients?.upsert ?? []).map((row) => [row.clientId, row]),
    )
    expect([...accounts.values()]).toEqual(snapshot.accounts)
    expect([...clients.values()]).toEqual(snapshot.clients)
  })

  it('never contains a secret', async () => {
    const test = await signedIn()
    const told = JSON.stringify([test.deltas, test.snapshot()]) + test.world.folder.text('ledger.jsonl')
    for (const secret of [...test.world.google.refreshTokens, 'GOCSPX', 'ya29.', '4/fake'])
      expect(told).not.toContain(secret)
  })

  it('moves the active mark on both rows', async () => {
    const test = await signedIn()
    const { accountId } = await test.reach(await test.signIn(meera), 'done')
    await test.ask('accounts.activate', { accountId })
    const last = test.deltas[test.deltas.length - 1]
    expect(last?.accounts?.upsert.map((row) => [row.email, row.active])).toEqual([
      [meera.email, true],
      [asha.email, false],
    ])
  })

  it('includes a stated end that comes near, without anybody asking', async () => {
    const test = await openTestProfile()
    await test.addClient()
    test.world.google.changeNext({ refresh_token_expires_in: 30 * 86_400 })
    await test.reach(await test.signIn(asha), 'done')
    expect(test.snapshot().accounts[0]?.health.reason).toBe('ready')
    test.world.clock.advance(24 * 86_400_000)
    test.world.timers.pass(24 * 86_400_000)
    await Promise.resolve()
    const told = test.deltas[test.deltas.length - 1]?.accounts?.upsert[0]?.health
    expect(told).toMatchObject({ level: 'soon', reason: 'deadline', clock: 'time-based' })
  })
})

describe('the sweep', () => {
  it('shows a secret that the history does not know, and removes it only when asked', async () => {
    const test = await signedIn()
    await test.world.secretStore.set(tokenService, 'stranger-0000000000', new Secret('1//unknown'))
    await settle(test)
    const problem = test.snapshot().problems[0]
    expect(problem).toMatchObject({ error: { code: 'orphan-secret' }, action: 'remove-orphan' })
    expect(test.world.secretStore.size).toBe(3)
    await test.ask('problems.removeOrphan', { problemId: problem?.problemId ?? '' })
    expect(test.world.secretStore.size).toBe(2)
    expect(test.snapshot().problems).toEqual([])
  })

  it('shows a token whose secret vanished, and clears it when the account signs in again', async () => {
    const test = await signedIn()
    const tokenId = test.snapshot().accounts[0]?.grants[0]?.tokens[0]?.tokenId ?? ''
    test.world.secretStore.lose(tokenService, tokenId)
    await settle(test)
    expect(test.snapshot().accounts[0]?.health).toMatchObject({ level: 'dead', reason: 'secret-missing' })
    expect(test.snapshot().problems[0]?.error.code).toBe('orphan-token')
    await test.reach(await test.signIn(asha), 'done')
    expect(test.snapshot().accounts[0]?.health.level).toBe('fine')
    expect(test.snapshot().problems).toEqual([])
  })

  it('changes nothing when the keychain does not answer', async () => {
    const test = await signedIn()
    test.world.secretStore.failAlways('keychain-locked')
    await settle(test)
    expect(test.snapshot().accounts[0]?.health.level).toBe('fine')
    expect(test.snapshot().problems).toEqual([])
  })
})

describe('a damaged history', () => {
  async function damaged(): Promise<TestProfile> {
    const test = await signedIn()
    await test.profile.close()
    const lines = test.world.folder.text('ledger.jsonl').split('\n')
    lines[2] = (lines[2] ?? '').replace('"at":', '"at" :')
    test.world.folder.put('ledger.jsonl', lines.join('\n'))
    test.world.folder.files.delete('ledger-snapshot.json')
    return openTestProfile({ world: test.world })
  }

  it('opens read-only, names the place and loses nothing', async () => {
    const test = await damaged()
    expect(test.snapshot()).toMatchObject({
      readOnly: true,
      problems: [{ error: { code: 'ledger-broken' } }],
    })
    test.world.desktop.clipboard = 'x'
    const refused = await test.ask('clients.importClipboard', { acceptUncheckedSecret: false })
    expect(refused).toMatchObject({ ok: false, error: { code: 'read-only' } })
    const started = await test.ask('signIn.start', { clientId: testClientId, scopes: [], accountId: null })
    expect(started.ok).toBe(false)
  })

  it('goes on from the last good line when told to, and keeps the damaged file', async () => {
    const test = await damaged()
    expect(await test.ask('ledger.continueFromLastGood', {})).toEqual({ ok: true, value: null })
    expect(test.snapshot()).toMatchObject({ readOnly: false, problems: [] })
    expect(test.resets()).toBe(1)
    expect([...test.world.folder.files.keys()].filter((name) => /damaged|broken/.test(name))).toHaveLength(1)
    await test.addClient()
    expect(test.snapshot().clients).toHaveLength(1)
  })

  it('is noticed by the later check even where the snapshot hid it at the start', async () => {
    const test = await signedIn()
    await test.profile.close()
    const lines = test.world.folder.text('ledger.jsonl').split('\n')
    lines[1] = (lines[1] ?? '').replace('"at":', '"at" :').replace(' :', ':0')
    test.world.folder.put('ledger.jsonl', lines.join('\n'))
    const again = await openTestProfile({ world: test.world })
    await settle(again)
    expect(again.snapshot()).toMatchObject({
      readOnly: true,
      problems: [{ error: { code: 'ledger-broken' } }],
    })
  })
})

describe('settings', () => {
  it('survive a restart and fall back when the file is damaged', async () => {
    const world = await testWorld()
    const test = await openTestProfile({ world })
    await test.ask('settings.update', { language: 'hi', theme: 'dark' })
    await test.profile.close()
    const again = await openTestProfile({ world })
    expect(again.snapshot().settings).toMatchObject({ language: 'hi', theme: 'dark' })
    await again.profile.close()
    world.folder.put('settings.json', '{"version":1,"settings":{"language":"xx"}}')
    expect((await openTestProfile({ world })).snapshot().settings).toMatchObject({
      language: 'system',
      theme: 'system',
    })
  })

  it('choose a browser only from those that are there', async () => {
    const test = await openTestProfile()
    test.world.browser.install({ id: 'firefox-0001', name: 'Firefox', path: '/usr/bin/firefox' })
    expect(await test.ask('settings.chooseBrowser', { browserId: 'chrome-00001' })).toMatchObject({
      ok: false,
    })
    await test.ask('settings.chooseBrowser', { browserId: 'firefox-0001' })
    expect(test.snapshot().settings.browser).toEqual({
      kind: 'program',
      name: 'Firefox',
      path: '/usr/bin/firefox',
    })
    await test.ask('settings.chooseBrowser', { browserId: null })
    expect(test.snapshot().settings.browser).toEqual({ kind: 'system' })
  })

  it('do not move a clock outside practice', async () => {
    const test = await openTestProfile()
    expect(await test.ask('practice.moveClock', { byMs: 1 })).toMatchObject({
      ok: false,
      error: { code: 'practice-only' },
    })
  })
})

describe('a profile that closes', () => {
  it('leaves no timer behind, whatever its end still writes down', async () => {
    const test = await signedIn()
    const started = await test.ask('signIn.start', { clientId: testClientId, scopes: [], accountId: null })
    await test.reach(started.ok ? started.value.flowId : '', 'waiting')
    test.world.timers.pass(10_000)
    await test.profile.close()
    expect(test.world.timers.waiting).toBe(0)
  })
})
