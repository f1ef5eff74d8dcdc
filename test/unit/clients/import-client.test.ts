import { describe, expect, it } from 'vitest'
import type { ImportResult } from '../../../electron/contract/views.ts'
import type { Outcome } from '../../../electron/contract/outcome.ts'
import { installedFile, otherClientId, testClientId, webFile } from '../../support/client-files.ts'
import { asha } from '../../support/fake-google.ts'
import type { TestProfile } from '../../support/test-profile.ts'
import { openTestProfile } from '../../support/test-profile.ts'

const secretService = 'dev.latchkey.client-secret'

function paste(
  test: TestProfile,
  text: string,
  acceptUncheckedSecret = false,
): Promise<Outcome<ImportResult>> {
  test.world.desktop.clipboard = text
  return test.ask('clients.importClipboard', { acceptUncheckedSecret })
}

async function secretOf(test: TestProfile, clientId = testClientId): Promise<string | undefined> {
  const secret = await test.world.secretStore.get(secretService, clientId)
  return secret.ok ? secret.value?.reveal() : undefined
}

const probe = (test: TestProfile, error: string, status = 400): void => {
  test.world.google.answerNext({ status, body: { error } })
}

describe('importing a client', () => {
  it('keeps its secret in the keychain and shows the rest', async () => {
    const test = await openTestProfile()
    expect(await paste(test, installedFile())).toEqual({
      ok: true,
      value: { kind: 'added', clientId: testClientId, secretReplaced: false },
    })
    expect(await secretOf(test)).toBe('GOCSPX-test-secret-0001')
    expect(test.snapshot().clients).toMatchObject([
      {
        label: 'field-tools',
        projectNumber: '123456789012',
        type: 'installed',
        publishing: 'unknown',
        accountCount: 0,
      },
    ])
    expect(JSON.stringify(test.snapshot())).not.toContain('GOCSPX')
    expect(test.world.folder.text('ledger.jsonl')).not.toContain('GOCSPX')
  })

  it('reads a dropped file and a picked one', async () => {
    const test = await openTestProfile()
    test.world.desktop.files.set('/home/x/client.json', Buffer.from(installedFile()))
    const dropped = await test.ask('clients.importFile', {
      path: '/home/x/client.json',
      acceptUncheckedSecret: false,
    })
    expect(dropped).toMatchObject({ ok: true, value: { kind: 'added' } })
    test.world.desktop.picks.push('/home/x/client.json')
    const picked = await test.ask('clients.pickFile', { acceptUncheckedSecret: false })
    expect(picked).toMatchObject({ ok: true, value: { kind: 'unchanged' } })
    expect(await test.ask('clients.pickFile', { acceptUncheckedSecret: false })).toEqual({
      ok: true,
      value: { kind: 'cancelled' },
    })
    const gone = await test.ask('clients.importFile', { path: '/gone', acceptUncheckedSecret: false })
    expect(gone).toMatchObject({ ok: false, error: { code: 'file-unreadable' } })
  })

  it('says that an empty clipboard is empty', async () => {
    const test = await openTestProfile()
    expect(await paste(test, ' ')).toMatchObject({ ok: false, error: { code: 'clipboard-empty' } })
  })

  it('gives a second client of the project a label of its own', async () => {
    const test = await openTestProfile()
    await paste(test, installedFile())
    await paste(test, installedFile({ client_id: otherClientId }))
    expect(test.snapshot().clients.map((client) => client.label)).toEqual(['field-tools', 'field-tools 2'])
  })

  it('replaces a rotated secret once Google took it, and keeps the accounts', async () => {
    const test = await openTestProfile()
    await test.addClient()
    await test.reach(await test.signIn(asha), 'done')
    probe(test, 'invalid_grant')
    const updated = await paste(test, installedFile({ client_secret: 'GOCSPX-rotated-0002' }))
    expect(updated).toMatchObject({ ok: true, value: { kind: 'updated', secretReplaced: true } })
    expect(await secretOf(test)).toBe('GOCSPX-rotated-0002')
    expect(test.snapshot().accounts).toHaveLength(1)
    expect(test.snapshot().clients[0]?.secretReplacedAt).toBe(test.world.clock.now())
    expect(test.world.google.tokenRequests[1]?.get('refresh_token')).toMatch(/^latchkey-probe-/)
  })

  it('takes a client without an address for one of a TV, until the person says otherwise', async () => {
    const test = await openTestProfile()
    const file = installedFile({ redirect_uris: undefined })
    expect(await paste(test, file)).toMatchObject({ ok: true, value: { kind: 'added' } })
    expect(test.snapshot().clients[0]?.type).toBe('device')
    await test.ask('clients.update', { clientId: testClientId, type: 'installed' })
    expect(test.snapshot().clients[0]?.type).toBe('installed')
    expect(await paste(test, file)).toMatchObject({ ok: true, value: { kind: 'unchanged' } })
    const renamed = installedFile({ redirect_uris: undefined, project_id: 'other-tools' })
    expect(await paste(test, renamed)).toMatchObject({ ok: true, value: { kind: 'updated' } })
    expect(test.snapshot().clients[0]).toMatchObject({ type: 'installed', projectId: 'other-tools' })
  })

  it('asks Google about a new secret in the way in which the client proves itself', async () => {
    const test = await openTestProfile()
    await test.addClient()
    await test.ask('clients.update', { clientId: testClientId, authentication: 'basic' })
    probe(test, 'invalid_grant')
    await paste(test, installedFile({ client_secret: 'GOCSPX-rotated-0002' }))
    expect(await secretOf(test)).toBe('GOCSPX-rotated-0002')
    const asked = test.world.http.requests.at(-1)
    const proof = Buffer.from(`${testClientId}:GOCSPX-rotated-0002`).toString('base64')
    expect(asked?.headers['authorization']).toBe(`Basic ${proof}`)
    expect(asked?.body).not.toContain('GOCSPX')
  })

  it('keeps the old secret when Google refuses the new one, whatever the person said', async () => {
    const test = await openTestProfile()
    await test.addClient()
    probe(test, 'invalid_client', 401)
    const refused = await paste(test, installedFile({ client_secret: 'GOCSPX-wrong-0003' }))
    expect(refused).toMatchObject({ ok: false, error: { code: 'client-secret-refused' } })
    expect(await secretOf(test)).toBe('GOCSPX-test-secret-0001')
  })

  it('keeps the old secret when the new one cannot be checked, until the person says otherwise', async () => {
    const test = await openTestProfile()
    await test.addClient()
    test.world.http.failNext('network-offline')
    const file = installedFile({ client_secret: 'GOCSPX-rotated-0002' })
    expect(await paste(test, file)).toMatchObject({
      ok: false,
      error: { code: 'client-secret-unchecked', retryable: true },
    })
    expect(await secretOf(test)).toBe('GOCSPX-test-secret-0001')
    expect(await paste(test, file, true)).toMatchObject({ ok: true, value: { secretReplaced: true } })
    expect(await secretOf(test)).toBe('GOCSPX-rotated-0002')
  })

  it('adds nothing when the keychain or the disk fails', async () => {
    const test = await openTestProfile()
    test.world.secretStore.failNext('keychain-unavailable')
    expect(await paste(test, installedFile())).toMatchObject({
      ok: false,
      error: { code: 'keychain-unavailable' },
    })
    test.world.folder.failNext('append', 'folder-read-only')
    expect(await paste(test, installedFile())).toMatchObject({
      ok: false,
      error: { code: 'folder-read-only' },
    })
    expect(test.snapshot().clients).toEqual([])
    expect(await secretOf(test)).toBeUndefined()
  })

  it('takes a web client with what is registered for it', async () => {
    const test = await openTestProfile()
    await paste(test, webFile({ javascript_origins: ['https://app.example'] }))
    expect(test.snapshot().clients[0]).toMatchObject({
      type: 'web',
      ways: ['paste'],
      redirects: [{ uri: 'https://app.example/cb', use: 'paste' }],
      javascriptOrigins: ['https://app.example'],
    })
  })
})

describe('removing', () => {
  it('a client says what goes with it, and takes exactly that', async () => {
    const test = await openTestProfile()
    await test.addClient()
    const { accountId } = await test.reach(await test.signIn(asha), 'done')
    const preview = await test.ask('clients.previewRemoval', { clientId: testClientId })
    expect(preview).toEqual({
      ok: true,
      value: { accounts: [{ accountId, email: asha.email, tokens: 1, keys: 0 }], tokens: 1 },
    })
    expect(await test.ask('clients.remove', { clientId: testClientId, tokens: 0 })).toMatchObject({
      ok: false,
    })
    expect(test.snapshot().clients).toHaveLength(1)
    expect(await test.ask('clients.remove', { clientId: testClientId, tokens: 1 })).toEqual({
      ok: true,
      value: null,
    })
    expect(test.snapshot()).toMatchObject({ clients: [], accounts: [] })
    expect(test.world.secretStore.size).toBe(0)
  })

  it('an account keeps the count honest for when it comes back', async () => {
    const test = await openTestProfile()
    await test.addClient()
    const { accountId } = await test.reach(await test.signIn(asha), 'done')
    await test.ask('accounts.forget', { accountId, tokens: 1 })
    expect(test.snapshot().accounts).toEqual([])
    const done = await test.reach(await test.signIn(asha), 'done')
    expect(done.liveAtLeast).toBe(2)
  })

  it('leaves no row behind when the keychain fails, and the sweep takes what is left', async () => {
    const test = await openTestProfile()
    await test.addClient()
    const { accountId } = await test.reach(await test.signIn(asha), 'done')
    test.world.secretStore.failNext('keychain-timeout', 'delete')
    expect(await test.ask('accounts.forget', { accountId, tokens: 1 })).toEqual({ ok: true, value: null })
    expect(test.world.secretStore.size).toBe(2)
    test.world.timers.pass(10_000)
    await expect.poll(() => test.world.secretStore.size).toBe(1)
  })
})
