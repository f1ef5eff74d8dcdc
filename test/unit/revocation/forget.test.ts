import { describe, expect, it } from 'vitest'
import type { FlowView } from '../../../electron/contract/views.ts'
import { forgetAccount } from '../../../electron/core/accounts/removal.ts'
import { SignIns } from '../../../electron/core/accounts/sign-in/sign-ins.ts'
import { forgetGrant, previewForgetGrant } from '../../../electron/core/grants/forget-grant.ts'
import { accountView } from '../../../electron/core/accounts/account-view.ts'
import { findToken } from '../../../electron/core/state/state.ts'
import { liveTokens } from '../../../electron/core/tokens/live-count.ts'
import { otherClientId, testClientId } from '../../support/client-files.ts'
import { asha } from '../../support/fake-google.ts'
import type { MintedToken, TestContext } from '../../support/test-context.ts'
import { mail, openTestContext } from '../../support/test-context.ts'
import { isInKeychain } from './revocation-scene.ts'

interface Scene extends TestContext {
  readonly signIns: SignIns
  readonly one: MintedToken
  readonly other: MintedToken
  /** Starts a sign-in and waits for the browser. */
  begin(accountId: string | null, clientId?: string): Promise<string>
  /** `asha` consents, and the browser comes back. */
  consent(): void
  flow(flowId: string): FlowView
  reach(flowId: string, kind: FlowView['step']['kind']): Promise<FlowView>
}

async function openScene(): Promise<Scene> {
  const test = await openTestContext()
  await test.addClient()
  await test.addClient(otherClientId)
  const one = await test.mint()
  const other = await test.mint({ clientId: otherClientId })
  const signIns = new SignIns(test.context, () => undefined, { keep: () => undefined })
  const flow: Scene['flow'] = (flowId) => {
    const view = signIns.views().find((one) => one.flowId === flowId)
    if (!view) throw new Error('the sign-in is gone')
    return view
  }
  const reach: Scene['reach'] = async (flowId, kind) => {
    for (;;) {
      const view = flow(flowId)
      if (view.step.kind === kind) return view
      if (view.step.kind === 'failed') throw new Error(view.step.error.code)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  return {
    ...test,
    ...{ signIns, one, other, flow, reach },
    async begin(accountId, clientId = testClientId) {
      const started = signIns.start({ clientId, scopes: [mail], accountId })
      if (!started.ok) throw new Error(started.error.code)
      await reach(started.value.flowId, 'waiting')
      return started.value.flowId
    },
    consent() {
      const { browser, google, listener } = test.world
      const url = browser.opened[browser.opened.length - 1]?.url ?? ''
      const redirectUri = new URL(url).searchParams.get('redirect_uri') ?? ''
      void listener.call(redirectUri, google.consent(url, asha))
    },
  }
}

describe('forgetting a grant', () => {
  it('takes its tokens out of the keychain and leaves the other grants, the account and Google alone', async () => {
    const scene = await openScene()
    const { context, one, other } = scene
    expect(previewForgetGrant(scene.state(), one)).toMatchObject({ value: { tokens: 1 } })
    expect(await forgetGrant(context, one, 1, scene.signIns)).toEqual({ ok: true, value: null })
    expect(findToken(scene.state(), one.tokenId)?.standing).toBe('forgotten')
    expect(await isInKeychain(scene, one.tokenId)).toBe(false)
    expect(await isInKeychain(scene, other.tokenId)).toBe(true)
    expect(scene.world.google.isLive(one.refreshToken)).toBe(true)
    const account = scene.state().accounts.get(one.accountId)
    expect(account?.forgotten).toBe(false)
    expect(liveTokens(account?.tokens ?? [], testClientId, context.now())).toHaveLength(1)
  })

  it('leaves the active marks, so that nobody else is meant in its place', async () => {
    const scene = await openScene()
    const { context, one } = scene
    await context.record([
      { type: 'account.activatedFor', data: { clientId: testClientId, accountId: one.accountId } },
    ])
    await forgetGrant(context, one, 1, scene.signIns)
    expect(scene.state().activeFor.get(testClientId)).toBe(one.accountId)
    expect(scene.state().activeAccountId).toBe(one.accountId)
  })

  it('is refused when another number of tokens was seen, when nothing is kept, and a second time', async () => {
    const scene = await openScene()
    const { context, one, signIns } = scene
    const notFound = { ok: false, error: { code: 'not-found' } }
    expect(await forgetGrant(context, one, 2, signIns)).toMatchObject(notFound)
    expect(await isInKeychain(scene, one.tokenId)).toBe(true)
    expect(await forgetGrant(context, { ...one, accountId: 'nobody' }, 1, signIns)).toMatchObject(notFound)
    await forgetGrant(context, one, 1, signIns)
    expect(await forgetGrant(context, one, 0, signIns)).toMatchObject(notFound)
  })

  it('keeps the secret when the ledger cannot be written', async () => {
    const scene = await openScene()
    scene.world.folder.failNext('append', 'disk-full')
    expect(await forgetGrant(scene.context, scene.one, 1, scene.signIns)).toMatchObject({
      error: { code: 'disk-full' },
    })
    expect(await isInKeychain(scene, scene.one.tokenId)).toBe(true)
  })

  it('cancels the sign-ins that would bring it back, and no others', async () => {
    const scene = await openScene()
    const { accountId } = scene.one
    const concerned = await scene.begin(accountId)
    const others = [await scene.begin(accountId, otherClientId), await scene.begin(null)]
    await forgetGrant(scene.context, scene.one, 1, scene.signIns)
    await expect(scene.reach(concerned, 'done')).rejects.toThrow('sign-in-cancelled')
    for (const flowId of others) expect(scene.flow(flowId).step.kind).toBe('waiting')
    await scene.signIns.close()
  })
})

describe('forgetting what is dead', () => {
  const refuse = async ({ context }: Scene, tokenId: string): Promise<void> => {
    const refusal = { error: 'invalid_grant', subtype: '', description: 'Token has been expired or revoked.' }
    const data = { ...refusal, tokenId, verdict: 'dead' as const, refusedAt: context.now(), status: 400 }
    await context.record([{ type: 'token.refused', data }])
  }
  const grantsOf = ({ state, context }: Scene, accountId: string): readonly string[] => {
    const account = state().accounts.get(accountId)
    if (!account) throw new Error('the account is gone')
    const { grants } = accountView(account, state(), context.now(), () => null, true)
    return grants.map(({ clientId }) => clientId)
  }

  it('takes the grant out of view, with its dead tokens and the living ones', async () => {
    const scene = await openScene()
    const { context, one } = scene
    const living = await scene.mint()
    await refuse(scene, one.tokenId)
    expect(grantsOf(scene, one.accountId)).toEqual([testClientId, otherClientId])
    expect(await forgetGrant(context, one, 2, scene.signIns)).toEqual({ ok: true, value: null })
    expect(grantsOf(scene, one.accountId)).toEqual([otherClientId])
    expect(scene.eventsOf('token.dismissed')).toEqual([{ tokenId: one.tokenId }])
    expect(scene.eventsOf('token.forgotten')).toMatchObject([{ tokenId: living.tokenId }])
    for (const { tokenId } of [one, living]) expect(await isInKeychain(scene, tokenId)).toBe(false)
  })

  it('also takes out a dead token that a newer one had taken over from', async () => {
    const scene = await openScene()
    const { context, one } = scene
    await refuse(scene, one.tokenId)
    await context.record([{ type: 'token.forgotten', data: { tokenId: one.tokenId, reason: 'superseded' } }])
    expect(grantsOf(scene, one.accountId)).toEqual([testClientId, otherClientId])
    expect(previewForgetGrant(scene.state(), one)).toMatchObject({ value: { tokens: 1 } })
    expect(await forgetGrant(context, one, 1, scene.signIns)).toEqual({ ok: true, value: null })
    expect(grantsOf(scene, one.accountId)).toEqual([otherClientId])
  })

  it('leaves nothing for the next sign-in of a forgotten account to bring back', async () => {
    const scene = await openScene()
    const { context, one, other } = scene
    await refuse(scene, one.tokenId)
    expect(await forgetAccount(context, one.accountId, { tokens: 2 }, scene.signIns)).toMatchObject({
      ok: true,
    })
    await scene.mint({ clientId: otherClientId })
    expect(grantsOf(scene, one.accountId)).toEqual([otherClientId])
    expect(findToken(scene.state(), other.tokenId)).toMatchObject({ standing: 'forgotten', dismissed: false })
  })
})

describe('forgetting an account while it signs in', () => {
  it('cancels the sign-ins that expect it', async () => {
    const scene = await openScene()
    const { accountId } = scene.one
    const flows = [await scene.begin(accountId), await scene.begin(accountId, otherClientId)]
    expect(await forgetAccount(scene.context, accountId, { tokens: 2 }, scene.signIns)).toMatchObject({
      ok: true,
    })
    for (const flowId of flows) await expect(scene.reach(flowId, 'done')).rejects.toThrow('sign-in-cancelled')
    expect(scene.state().accounts.get(accountId)?.forgotten).toBe(true)
  })

  it('is refused while one of them is being stored, and cancels none of them', async () => {
    const scene = await openScene()
    const { accountId } = scene.one
    const waiting = await scene.begin(accountId, otherClientId)
    const storing = await scene.begin(accountId)
    scene.consent()
    await scene.reach(storing, 'exchanging')
    const release = scene.world.secretStore.hang()
    await scene.reach(storing, 'storing')
    expect(await forgetAccount(scene.context, accountId, { tokens: 2 }, scene.signIns)).toMatchObject({
      error: { code: 'account-busy' },
    })
    expect(scene.flow(waiting).step.kind).toBe('waiting')
    release()
    await scene.reach(storing, 'done')
    expect(scene.state().accounts.get(accountId)?.forgotten).toBe(false)
    await scene.signIns.close()
  })

  it('lets one go on that expects nobody: it brings the account back', async () => {
    const scene = await openScene()
    const { accountId } = scene.one
    const flowId = await scene.begin(null)
    await forgetAccount(scene.context, accountId, { tokens: 2 }, scene.signIns)
    scene.consent()
    await scene.reach(flowId, 'done')
    expect(scene.state().accounts.get(accountId)).toMatchObject({ forgotten: false })
  })

  it('does not cancel anything where nothing is forgotten', async () => {
    const scene = await openScene()
    const { accountId } = scene.one
    const flowId = await scene.begin(accountId)
    expect(await forgetAccount(scene.context, accountId, { tokens: 7 }, scene.signIns)).toMatchObject({
      ok: false,
    })
    expect(scene.flow(flowId).step.kind).toBe('waiting')
    await scene.signIns.close()
  })
})
