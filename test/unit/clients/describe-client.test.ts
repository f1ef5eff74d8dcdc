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

  it('finds no client that is not here', async () => {
    const test = await openTestContext()
    expect(await describeClient(test.context, { clientId: 'nobody', retired: true })).toMatchObject({
      ...{ ok: false, error: { code: 'not-found' } },
    })
  })
})
