import { describe, expect, it } from 'vitest'
import { accountView } from '../../../electron/core/accounts/account-view.ts'
import { rankCauses } from '../../../electron/core/causes/rank-causes.ts'
import { findToken } from '../../../electron/core/state/state.ts'
import { liveTokens } from '../../../electron/core/tokens/live-count.ts'
import { otherClientId, testClientId } from '../../support/client-files.ts'
import { meera } from '../../support/fake-google.ts'
import { drive } from '../../support/test-context.ts'
import { foreignClientId, isInKeychain, mintThree, openScene, project } from './revocation-scene.ts'

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('revoking at Google', () => {
  it('ends every token of the project, proves each death, and leaves the others alone', async () => {
    const scene = await openScene()
    const { one, sibling, foreign } = await mintThree(scene)
    const row = await scene.end(scene.revoke([one]))
    expect(row).toMatchObject({ step: 'revoked', error: null, retryAt: null, project })
    expect(row.tokens).toEqual([
      { tokenId: one.tokenId, clientId: testClientId, found: 'dead' },
      { tokenId: sibling.tokenId, clientId: otherClientId, found: 'dead' },
    ])
    const { google } = scene.world
    expect([one, sibling, foreign].map(({ refreshToken }) => google.isLive(refreshToken))).toEqual([
      ...[false, false, true],
    ])
    for (const { tokenId } of [one, sibling]) {
      expect(findToken(scene.state(), tokenId)).toMatchObject({ dismissed: true, standing: 'forgotten' })
      expect(await isInKeychain(scene, tokenId)).toBe(false)
    }
    expect(await isInKeychain(scene, foreign.tokenId)).toBe(true)
    expect(scene.events.map(({ type }) => type).filter((type) => type.startsWith('grant.'))).toEqual([
      'grant.revocationIntended',
      'grant.revoked',
    ])
  })

  it('sends one token in the body of one POST, without anything in the address', async () => {
    const scene = await openScene()
    const { one, sibling } = await mintThree(scene)
    await scene.end(scene.revoke([one]))
    const request = scene.world.http.requests.find(({ url }) => url.includes('revoke'))
    expect(request).toMatchObject({ url: 'https://oauth2.googleapis.com/revoke', method: 'POST' })
    // The newest of those that are held.
    expect(scene.world.google.revokes.map((form) => [...form])).toEqual([[['token', sibling.refreshToken]]])
  })

  it('asks for nothing afterwards: no need, no health, no dead token in view', async () => {
    const scene = await openScene()
    const { one } = await mintThree(scene)
    await scene.end(scene.revoke([one]))
    const view = accountView(scene.account(), scene.state(), scene.context.now(), () => null, true)
    expect(view.needs).toEqual([])
    expect(view.health.level).toBe('fine')
    expect(view.grants.map(({ clientId }) => clientId)).toEqual([foreignClientId])
  })

  it('takes along tokens whose secret is not here, and they count no more', async () => {
    const scene = await openScene()
    const older = await scene.mint()
    const lost = await scene.mint({ scopes: [drive] })
    const held = await scene.mint()
    await scene.context.record([
      { type: 'token.forgotten', data: { tokenId: older.tokenId, reason: 'superseded' } },
      { type: 'token.secretMissing', data: { tokenId: lost.tokenId } },
    ])
    const live = (): number => liveTokens(scene.account().tokens, testClientId, scene.context.now()).length
    expect(live()).toBe(3)
    const row = await scene.end(scene.revoke([held]))
    expect(row.tokens.map(({ found }) => found)).toEqual(['unknown', 'unknown', 'dead'])
    expect(live()).toBe(0)
    // A sign-in afterwards counts from one.
    await scene.mint()
    expect(live()).toBe(1)
  })

  it('leaves another account of the same client alone', async () => {
    const scene = await openScene()
    const { one } = await mintThree(scene)
    const theirs = await scene.mint({ person: meera })
    await scene.end(scene.revoke([one]))
    expect(scene.world.google.isLive(theirs.refreshToken)).toBe(true)
    expect(findToken(scene.state(), theirs.tokenId)).toMatchObject({ standing: 'held', refusal: null })
  })

  it('takes a token that Google knows no more as dead, and tries the next one', async () => {
    const scene = await openScene()
    const { one, sibling } = await mintThree(scene)
    scene.world.google.kill(sibling.refreshToken)
    const row = await scene.end(scene.revoke([one]))
    expect(scene.world.google.revokes).toHaveLength(2)
    expect(scene.world.google.isLive(one.refreshToken)).toBe(false)
    expect(row).toMatchObject({ step: 'revoked', tokens: [{ found: 'dead' }, { found: 'dead' }] })
  })

  it('says when all were dead before, and does not speak for those it cannot ask', async () => {
    const scene = await openScene()
    const { one, sibling } = await mintThree(scene)
    const forgotten = await scene.mint({ scopes: [drive] })
    await scene.context.record([
      { type: 'token.forgotten', data: { tokenId: forgotten.tokenId, reason: 'superseded' } },
    ])
    for (const { refreshToken } of [one, sibling]) scene.world.google.kill(refreshToken)
    expect(await scene.end(scene.revoke([one]))).toMatchObject({ step: 'already-dead', error: null })
    expect(findToken(scene.state(), one.tokenId)?.dismissed).toBe(true)
    expect(findToken(scene.state(), forgotten.tokenId)?.dismissed).toBe(false)
  })

  it('says that a token is not revocable, and changes nothing', async () => {
    const scene = await openScene()
    const { one } = await mintThree(scene)
    const body = { error: 'invalid_request', error_description: 'Token is not revocable.' }
    scene.world.google.answerRevokeNext({ status: 400, body }, { acts: false })
    const row = await scene.end(scene.revoke([one]))
    expect(row).toMatchObject({ step: 'not-revocable', error: { code: 'revoke-not-revocable' } })
    expect(scene.eventsOf('grant.revocationFailed')).toMatchObject([{ reason: 'revoke-not-revocable' }])
    expect(scene.account()).toMatchObject({ revocations: [], revoking: [] })
    expect(scene.world.google.refreshes).toHaveLength(0)
    expect(findToken(scene.state(), one.tokenId)).toMatchObject({ standing: 'held', refusal: null })
  })

  it('knows the cause of a death between the asking and the end', async () => {
    const scene = await openScene()
    const { one } = await mintThree(scene)
    const letGo = scene.world.google.delayRevocations()
    const id = scene.revoke([one])
    expect(await scene.quiet(id)).toMatchObject({ step: 'alive' })
    letGo()
    await scene.access.check(one.tokenId, { byHand: true })
    const token = findToken(scene.state(), one.tokenId)
    if (!token) throw new Error('the token is gone')
    expect(token.refusal?.verdict).toBe('dead')
    const causes = rankCauses(token, scene.account(), scene.state())
    expect(causes[0]).toMatchObject({ kind: 'revoked-here', rank: 1 })
    expect(causes.map(({ kind, rank }) => [kind, rank])).not.toContainEqual(['revoked-elsewhere', 1])
    const view = accountView(scene.account(), scene.state(), scene.context.now(), () => null, true)
    expect(view.needs).toEqual([])
    await scene.revocations.close()
  })
})

describe('the second step', () => {
  it('is refused when something changed since the preview', async () => {
    const scene = await openScene()
    const { one } = await mintThree(scene)
    const request = { grants: [one], confirmation: 'asha@gmail.test' }
    expect(scene.revocations.start({ ...request, tokens: 1 })).toMatchObject({
      ...{ ok: false, error: { code: 'revocation-changed' } },
    })
    expect(scene.revocations.start({ ...request, tokens: 2, confirmation: 'asha' })).toMatchObject({
      ...{ ok: false, error: { code: 'confirmation-differs' } },
    })
    expect(scene.revocations.views()).toEqual([])
    await settle()
    expect(scene.world.google.revokes).toHaveLength(0)
    expect(scene.eventsOf('grant.revocationIntended')).toHaveLength(0)
  })

  it('is refused where nothing can be done', async () => {
    const scene = await openScene()
    const { one } = await mintThree(scene)
    expect(scene.start([{ accountId: 'nobody', clientId: testClientId }])).toMatchObject({
      ...{ ok: false, error: { code: 'not-found' } },
    })
    await scene.context.record([{ type: 'token.forgotten', data: { tokenId: one.tokenId, reason: 'test' } }])
    await scene.end(scene.revoke([one]))
    expect(scene.start([one])).toMatchObject({ ok: false, error: { code: 'revoke-no-token' } })
  })
})

describe('another try', () => {
  it('does not take along what was signed in since the preview', async () => {
    const scene = await openScene()
    const { one } = await mintThree(scene)
    scene.world.http.failNext('network-offline')
    const id = scene.revoke([one])
    await scene.end(id)
    const fresh = await scene.mint({ scopes: [drive] })
    expect(scene.revocations.retry(id)).toMatchObject({ ok: false, error: { code: 'revocation-changed' } })
    expect(scene.world.google.isLive(fresh.refreshToken)).toBe(true)
    expect(await scene.end(scene.revoke([one]))).toMatchObject({ step: 'revoked' })
    expect(scene.world.google.isLive(fresh.refreshToken)).toBe(false)
  })

  it('does not take along what was signed in after everything it was about had gone', async () => {
    const scene = await openScene()
    const { one, sibling } = await mintThree(scene)
    scene.world.http.failNext('network-offline')
    const id = scene.revoke([one])
    await scene.end(id)
    for (const { tokenId } of [one, sibling])
      await scene.context.record([{ type: 'token.forgotten', data: { tokenId, reason: 'test' } }])
    scene.revocations.retry(id)
    await scene.end(id)
    for (const { tokenId } of [one, sibling])
      await scene.context.record([{ type: 'token.dismissed', data: { tokenId } }])
    scene.revocations.retry(id)
    await scene.end(id)
    const fresh = await scene.mint({ scopes: [drive] })
    expect(scene.revocations.retry(id)).toMatchObject({ ok: false, error: { code: 'revocation-changed' } })
    expect(scene.world.google.isLive(fresh.refreshToken)).toBe(true)
  })

  it('of several goes on with those that did not change, and says which did', async () => {
    const scene = await openScene()
    const { one, foreign } = await mintThree(scene)
    scene.world.secretStore.failAlways('keychain-locked')
    const id = scene.revoke([one, foreign])
    await scene.end(id)
    scene.world.secretStore.heal()
    const fresh = await scene.mint({ scopes: [drive] })
    expect(scene.revocations.retry(id)).toEqual({ ok: true, value: null })
    await scene.end(id)
    expect(scene.view(id).rows.map(({ step, error }) => [step, error?.code ?? null])).toEqual([
      ['failed', 'revocation-changed'],
      ['revoked', null],
    ])
    expect(scene.world.google.isLive(fresh.refreshToken)).toBe(true)
  })

  it('leaves a sign-in during the lag alone, which Google does not end', async () => {
    const scene = await openScene()
    const { one } = await mintThree(scene)
    const letGo = scene.world.google.delayRevocations()
    const id = scene.revoke([one])
    await scene.quiet(id)
    letGo()
    scene.world.clock.advance(1000)
    const fresh = await scene.mint()
    await scene.world.timers.live(2000)
    const row = await scene.end(id)
    expect(row).toMatchObject({ step: 'revoked', tokens: [{ found: 'dead' }, { found: 'dead' }] })
    expect(findToken(scene.state(), fresh.tokenId)).toMatchObject({ standing: 'held', dismissed: false })
  })
})

describe('several at once', () => {
  it('gives each row an outcome of its own', async () => {
    const scene = await openScene()
    const { one, foreign } = await mintThree(scene)
    const theirs = await scene.mint({ person: meera })
    await scene.context.record([
      { type: 'token.forgotten', data: { tokenId: theirs.tokenId, reason: 'superseded' } },
    ])
    const body = { error: 'invalid_request', error_description: 'Token is not revocable.' }
    scene.world.google.answerRevokeNext({ status: 400, body }, { acts: false })
    const id = scene.revoke([one, foreign, theirs])
    await scene.end(id)
    const { rows } = scene.view(id)
    // Which of the first two is asked first is left open.
    expect(rows.map(({ step, error }) => [step, error?.code ?? null]).sort()).toEqual([
      ['failed', 'revoke-no-token'],
      ['not-revocable', 'revoke-not-revocable'],
      ['revoked', null],
    ])
    expect(rows[2]?.step).toBe('failed')
    const live = [one, foreign].map(({ refreshToken }) => scene.world.google.isLive(refreshToken))
    expect(rows.slice(0, 2).map(({ step }) => step === 'not-revocable')).toEqual(live)
  })

  it('asks once when two windows ask at the same time, and tells both', async () => {
    const scene = await openScene()
    const { one, sibling } = await mintThree(scene)
    const first = scene.revoke([one])
    const second = scene.revoke([sibling])
    expect(second).not.toBe(first)
    const rows = [await scene.end(first), await scene.end(second)]
    expect(rows.map(({ step }) => step)).toEqual(['revoked', 'revoked'])
    expect(scene.world.google.revokes).toHaveLength(1)
    expect(scene.eventsOf('grant.revoked')).toHaveLength(1)
  })

  it('works on a few at a time', async () => {
    const scene = await openScene()
    const grants = []
    for (let number = 0; number < 8; number += 1) {
      const clientId = await scene.addClient(`70${String(number)}-x.apps.googleusercontent.com`)
      grants.push(await scene.mint({ clientId }))
    }
    const release = scene.world.http.hang()
    const id = scene.revoke(grants)
    for (let turn = 0; turn < 20; turn += 1) await settle()
    expect(scene.world.http.requests).toHaveLength(3)
    release()
    await scene.end(id)
    expect(new Set(scene.view(id).rows.map(({ step }) => step))).toEqual(new Set(['revoked']))
  })
})

describe('what the window is told', () => {
  it('goes from asking to the end, and is gone when dismissed', async () => {
    const scene = await openScene()
    const { one } = await mintThree(scene)
    const id = scene.revoke([one])
    expect(scene.revocations.dismiss(id)).toMatchObject({ error: { code: 'not-found' } })
    await scene.end(id)
    const steps = scene.told.flatMap((view) => view?.rows[0]?.step ?? [])
    expect(steps.filter((step, at) => step !== steps[at - 1])).toEqual([
      ...['waiting', 'asking', 'verifying', 'revoked'],
    ])
    expect(scene.told[scene.told.length - 1]).toMatchObject({ ended: true })
    expect(scene.revocations.retry(id)).toMatchObject({ error: { code: 'not-found' } })
    expect(scene.revocations.dismiss(id)).toEqual({ ok: true, value: null })
    expect(scene.told[scene.told.length - 1]).toBeNull()
    expect(scene.revocations.views()).toEqual([])
  })

  it('keeps the time left when the practice clock is moved', async () => {
    const scene = await openScene()
    const { one } = await mintThree(scene)
    scene.world.google.delayRevocations()
    const { retryAt } = await scene.quiet(scene.revoke([one]))
    scene.revocations.shiftTimes(1000)
    expect(scene.revocations.views()[0]?.rows[0]?.retryAt).toBe((retryAt ?? 0) + 1000)
    await scene.revocations.close()
  })
})
