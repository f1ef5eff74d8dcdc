import { describe, expect, it } from 'vitest'
import { correctCause } from '../../../electron/core/causes/correct-cause.ts'
import { findToken } from '../../../electron/core/state/state.ts'
import { dismissToken } from '../../../electron/core/tokens/dismiss.ts'
import type { MintedToken, TestContext } from '../../support/test-context.ts'
import { openTestContext } from '../../support/test-context.ts'

async function oneToken(dead: boolean): Promise<{ test: TestContext; minted: MintedToken }> {
  const test = await openTestContext()
  await test.addClient()
  const minted = await test.mint()
  const { tokenId } = minted
  const refusal = { error: 'invalid_grant', subtype: '', description: 'Token has been expired or revoked.' }
  const verdict = dead ? 'dead' : 'person'
  await test.context.record([
    {
      type: 'token.refused',
      data: { ...refusal, tokenId, verdict, refusedAt: test.context.now(), status: 400 },
    },
  ])
  return { test, minted }
}
const inKeychain = async ({ world, context }: TestContext, tokenId: string): Promise<boolean> => {
  const got = await world.secretStore.get(context.services.refreshToken, tokenId)
  return got.ok && got.value !== null
}

describe('dismissing a token', () => {
  it('takes a dead one out of view and its secret out of the keychain', async () => {
    const { test, minted } = await oneToken(true)
    expect(await inKeychain(test, minted.tokenId)).toBe(true)
    expect(await dismissToken(test.context, minted.tokenId)).toEqual({ ok: true, value: null })
    expect(findToken(test.state(), minted.tokenId)).toMatchObject({ dismissed: true, standing: 'forgotten' })
    expect(await inKeychain(test, minted.tokenId)).toBe(false)
  })

  it('refuses one that is not known dead, and keeps its secret', async () => {
    const { test, minted } = await oneToken(false)
    expect(await dismissToken(test.context, minted.tokenId)).toMatchObject({ error: { code: 'not-dead' } })
    expect(await inKeychain(test, minted.tokenId)).toBe(true)
  })

  it('keeps the secret when the ledger cannot be written', async () => {
    const { test, minted } = await oneToken(true)
    test.world.folder.failNext('append', 'disk-full')
    expect(await dismissToken(test.context, minted.tokenId)).toMatchObject({ error: { code: 'disk-full' } })
    expect(await inKeychain(test, minted.tokenId)).toBe(true)
  })

  it('finds nothing twice', async () => {
    const { test, minted } = await oneToken(true)
    await dismissToken(test.context, minted.tokenId)
    expect(await dismissToken(test.context, minted.tokenId)).toMatchObject({ error: { code: 'not-found' } })
    expect(await dismissToken(test.context, 'nobody')).toMatchObject({ error: { code: 'not-found' } })
  })
})

describe('what the person says of a death', () => {
  it('is written down, once, and can be taken back', async () => {
    const { test, minted } = await oneToken(true)
    const corrected = (): unknown => findToken(test.state(), minted.tokenId)?.correctedCause
    await correctCause(test.context, minted.tokenId, 'password')
    await correctCause(test.context, minted.tokenId, 'password')
    expect(corrected()).toBe('password')
    expect(test.eventsOf('token.causeCorrected')).toHaveLength(1)
    await correctCause(test.context, minted.tokenId, null)
    expect(corrected()).toBeNull()
  })

  it('is refused for a token that is not dead or not here', async () => {
    const { test, minted } = await oneToken(false)
    expect(await correctCause(test.context, minted.tokenId, 'password')).toMatchObject({
      ...{ ok: false, error: { code: 'not-dead' } },
    })
    expect(await correctCause(test.context, 'nobody', 'password')).toMatchObject({
      ...{ ok: false, error: { code: 'not-found' } },
    })
  })
})
