import { describe, expect, it } from 'vitest'
import type { ClientDescription } from '../../../electron/core/clients/describe-client.ts'
import { describeClient } from '../../../electron/core/clients/describe-client.ts'
import { keepsAlive } from '../../../electron/core/state/state.ts'
import { testClientId } from '../../support/client-files.ts'
import type { TestContext } from '../../support/test-context.ts'
import { openTestContext } from '../../support/test-context.ts'

async function described(...changes: readonly Omit<ClientDescription, 'clientId'>[]): Promise<TestContext> {
  const test = await openTestContext()
  const clientId = await test.addClient()
  for (const change of changes)
    expect(await describeClient(test.context, { clientId, ...change })).toMatchObject({ ok: true })
  return test
}
const types = (test: TestContext): readonly string[] => test.events.map(({ type }) => type)
const keeps = (test: TestContext): boolean | undefined => {
  const client = test.state().clients.get(testClientId)
  return client && keepsAlive(client)
}

describe('describing a client', () => {
  it('records only what changes', async () => {
    const test = await described({ publishing: 'testing' }, { publishing: 'testing' }, { retired: false }, {})
    expect(types(test)).toEqual(['client.described'])
  })

  it('records several changes at once', async () => {
    const test = await described({ label: 'Mail', retired: true, keepAlive: false })
    expect(types(test)).toEqual(['client.described', 'client.retired', 'client.keepAliveChosen'])
  })

  it('lets a retired client die, unless the person wants it kept alive', async () => {
    expect(keeps(await described({}))).toBe(true)
    expect(keeps(await described({ retired: true }))).toBe(false)
    expect(keeps(await described({ retired: true, keepAlive: true }))).toBe(true)
    expect(keeps(await described({ retired: true }, { retired: false }))).toBe(true)
  })

  it('takes the person’s word on whether it is one of a TV, as often as it changes', async () => {
    const test = await described({ type: 'device' }, { type: 'device' }, { type: 'installed' })
    expect(types(test)).toEqual(['client.kindChosen', 'client.kindChosen'])
    expect(test.state().clients.get(testClientId)).toMatchObject({ kind: 'installed', kindChosen: true })
  })

  it('makes no web client of another, and no other of a web client', async () => {
    const test = await openTestContext()
    const clientId = await test.addClient()
    const impossible = { ok: false, error: { code: 'way-not-possible' } }
    expect(await describeClient(test.context, { clientId, type: 'web', label: 'Mail' })).toMatchObject(
      impossible,
    )
    expect(test.events).toEqual([])
    const { projectId, redirectUris, javascriptOrigins } = { ...test.state().clients.get(clientId) }
    if (projectId === undefined || !redirectUris || !javascriptOrigins) throw new Error('no client')
    const data = { clientId, kind: 'web', projectId, redirectUris, javascriptOrigins }
    await test.context.record([{ type: 'client.fileUpdated', data }])
    for (const type of ['installed', 'device'] as const)
      expect(await describeClient(test.context, { clientId, type })).toMatchObject(impossible)
    expect(await describeClient(test.context, { clientId, type: 'web' })).toMatchObject({ ok: true })
  })

  it('keeps how a client proves itself', async () => {
    const test = await described({ authentication: 'post' }, { authentication: 'basic' })
    expect(types(test)).toEqual(['client.authenticationChosen'])
    expect(test.state().clients.get(testClientId)?.authentication).toBe('basic')
  })

  it('finds no client that is not here', async () => {
    const test = await openTestContext()
    expect(await describeClient(test.context, { clientId: 'nobody', retired: true })).toMatchObject({
      ...{ ok: false, error: { code: 'not-found' } },
    })
  })
})
