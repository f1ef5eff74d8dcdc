import { describe, expect, it } from 'vitest'
import { rankCauses } from '../../electron/core/causes/rank-causes.ts'
import { findToken } from '../../electron/core/state/state.ts'
import { otherClientId } from '../support/client-files.ts'
import { asha } from '../support/fake-google.ts'
import type { FakeAnswer } from '../support/fake-http.ts'
import { drive } from '../support/test-context.ts'
import { openAfterCrash, openTestProfile } from '../support/test-profile.ts'
import {
  foreignClientId,
  isInKeychain,
  mintThree,
  openScene,
  project,
} from '../unit/revocation/revocation-scene.ts'
import type { Scene } from '../unit/revocation/revocation-scene.ts'

const dayMs = 24 * 3600 * 1000
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
async function until(happened: () => boolean): Promise<void> {
  while (!happened()) await settle()
}

const unclear: readonly (readonly [string, FakeAnswer])[] = [
  ['a status of 503', { status: 503 }],
  [
    'a page in place of the answer',
    { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' },
  ],
  ['a page with a status of 400', { status: 400, headers: { 'content-type': 'text/html' }, body: '<html>' }],
  ['a connection that breaks', { lost: 'network-failed' }],
]

describe('a revocation that Google did not clearly answer', () => {
  it.each(unclear)('with %s marks nothing as revoked while everything lives', async (_, answer) => {
    const scene = await openScene()
    const { one, sibling } = await mintThree(scene)
    scene.world.google.answerRevokeNext(answer, { acts: false })
    const id = scene.revoke([one])
    expect(await scene.quiet(id)).toMatchObject({ step: 'failed', error: { code: 'revoke-unclear' } })
    await scene.world.timers.live(60_000)
    expect(await scene.end(id)).toMatchObject({
      ...{ step: 'failed', error: { code: 'revoke-unclear' }, retryAt: null },
      tokens: [{ found: 'alive' }, { found: 'alive' }],
    })
    // Google may have taken it, and act later.
    expect(scene.eventsOf('grant.revocationFailed')).toEqual([])
    expect(scene.account()).toMatchObject({ revocations: [], revoking: [{ projectNumber: project }] })
    for (const { tokenId } of [one, sibling])
      expect(findToken(scene.state(), tokenId)).toMatchObject({ standing: 'held', refusal: null })

    expect(scene.revocations.retry(id)).toEqual({ ok: true, value: null })
    expect(await scene.end(id)).toMatchObject({ step: 'revoked', error: null })
  })

  it.each(unclear)('with %s is known by the deaths where Google had acted', async (_, answer) => {
    const scene = await openScene()
    const { one } = await mintThree(scene)
    scene.world.google.answerRevokeNext(answer, { acts: true })
    const row = await scene.end(scene.revoke([one]))
    expect(row).toMatchObject({
      step: 'revoked',
      error: null,
      tokens: [{ found: 'dead' }, { found: 'dead' }],
    })
    expect(scene.eventsOf('grant.revoked')).toHaveLength(1)
    expect(findToken(scene.state(), one.tokenId)?.dismissed).toBe(true)
  })

  it('without a network is not sent, and can be tried again', async () => {
    const scene = await openScene()
    const { one } = await mintThree(scene)
    scene.world.http.failNext('network-offline')
    const id = scene.revoke([one])
    expect(await scene.end(id)).toMatchObject({ step: 'failed', error: { code: 'network-offline' } })
    expect(scene.eventsOf('grant.revocationFailed')).toMatchObject([{ reason: 'network-offline' }])
    expect(scene.world.google.revokes).toHaveLength(0)
    expect(scene.account().revoking).toEqual([])
    scene.revocations.retry(id)
    expect(await scene.end(id)).toMatchObject({ step: 'revoked' })
  })

  it('and that cannot be verified either stays open until it is known', async () => {
    const scene = await openScene()
    const { one } = await mintThree(scene)
    scene.world.google.answerRevokeNext({ lost: 'network-failed' }, { acts: true })
    scene.world.google.answerAlways({ status: 503 })
    const id = scene.revoke([one])
    await scene.quiet(id)
    await scene.world.timers.live(60_000)
    expect(await scene.end(id)).toMatchObject({
      ...{ step: 'failed', error: { code: 'revoke-unclear' } },
      tokens: [{ found: 'unknown' }, { found: 'unknown' }],
    })
    expect(scene.account()).toMatchObject({ revocations: [], revoking: [{ projectNumber: project }] })
    expect(findToken(scene.state(), one.tokenId)).toMatchObject({ standing: 'held', refusal: null })

    scene.world.google.answerAlways(null)
    scene.revocations.retry(id)
    // Google knows the tokens no more, and that was this revocation's doing.
    expect(await scene.end(id)).toMatchObject({ step: 'revoked', error: null })
    expect(scene.account()).toMatchObject({ revocations: [{ projectNumber: project }], revoking: [] })
    expect(scene.eventsOf('grant.revocationIntended')).toHaveLength(1)
  })
})

describe('a revocation with a lag', () => {
  it('whose answer got lost explains what dies after it was given up, and ends at the next start', async () => {
    const scene = await openScene()
    const { one } = await mintThree(scene)
    const letGo = scene.world.google.delayRevocations()
    scene.world.google.answerRevokeNext({ status: 503 }, { acts: true })
    const id = scene.revoke([one])
    await scene.quiet(id)
    await scene.world.timers.live(60_000)
    expect(await scene.end(id)).toMatchObject({
      step: 'failed',
      tokens: [{ found: 'alive' }, { found: 'alive' }],
    })
    letGo()
    scene.world.clock.advance(1_800_000)
    await scene.access.check(one.tokenId, { byHand: true })
    const token = findToken(scene.state(), one.tokenId)
    if (!token) throw new Error('the token is gone')
    expect(rankCauses(token, scene.account(), scene.state())[0]).toMatchObject({ kind: 'revoked-here' })

    const next = await openScene(scene.world)
    next.revocations.recover()
    expect(await next.end(next.revocations.views()[0]?.revocationId ?? '')).toMatchObject({ step: 'revoked' })
    expect(next.account()).toMatchObject({ revocations: [{ projectNumber: project }], revoking: [] })
  })

  it('that was given up is written down anew when it is tried again much later, and each can explain', async () => {
    const scene = await openScene()
    const { one } = await mintThree(scene)
    scene.world.google.answerRevokeNext({ status: 503 }, { acts: false })
    const id = scene.revoke([one])
    await scene.quiet(id)
    await scene.world.timers.live(60_000)
    await scene.end(id)
    scene.world.clock.advance(dayMs)
    await scene.access.check(one.tokenId, { byHand: true })
    scene.world.google.delayRevocations()
    scene.revocations.retry(id)
    await scene.quiet(id)
    await scene.revocations.close()
    expect(scene.account().revoking).toHaveLength(2)
    const next = await openScene(scene.world)
    next.revocations.recover()
    expect(next.revocations.views().map(({ rows }) => rows.length)).toEqual([1])
    await next.revocations.close()
  })

  it('is asked again after a while, until everything is dead', async () => {
    const scene = await openScene()
    const { one } = await mintThree(scene)
    const letGo = scene.world.google.delayRevocations()
    const id = scene.revoke([one])
    const first = await scene.quiet(id)
    expect(first).toMatchObject({
      step: 'alive',
      error: { code: 'revoke-still-alive', details: { count: 2 } },
    })
    expect(first.retryAt).toBe(scene.world.clock.now() + 2000)
    await scene.world.timers.live(2000)
    expect((await scene.quiet(id)).retryAt).toBe(scene.world.clock.now() + 10_000)
    letGo()
    await scene.world.timers.live(10_000)
    expect(await scene.end(id)).toMatchObject({ step: 'revoked', error: null, retryAt: null })
    expect(scene.world.google.revokes).toHaveLength(1)
  })

  it('is given up after some minutes, stays open, and can be tried again by hand', async () => {
    const scene = await openScene()
    const { one } = await mintThree(scene)
    const letGo = scene.world.google.delayRevocations()
    const id = scene.revoke([one])
    await scene.quiet(id)
    for (const waitMs of [2000, 10_000, 60_000, 300_000]) await scene.world.timers.live(waitMs)
    expect(await scene.end(id)).toMatchObject({ step: 'alive', retryAt: null })
    expect(scene.world.timers.waiting).toBe(0)
    expect(scene.account().revoking).toHaveLength(1)
    letGo()
    scene.revocations.retry(id)
    expect(await scene.end(id)).toMatchObject({ step: 'revoked' })
  })

  it('is not waited for when somebody asks again by hand', async () => {
    const scene = await openScene()
    const { one } = await mintThree(scene)
    const letGo = scene.world.google.delayRevocations()
    const id = scene.revoke([one])
    await scene.quiet(id)
    letGo()
    scene.revocations.retry(id)
    expect(await scene.end(id)).toMatchObject({ step: 'revoked' })
    expect(scene.world.timers.waiting).toBe(0)
  })
})

describe('a revocation while something else runs', () => {
  it('is not fooled by a refresh that was answered before it', async () => {
    const scene = await openScene()
    const { one } = await mintThree(scene)
    const release = scene.world.http.hang()
    const refreshing = scene.access.get(one, { minTtlMs: 0 })
    await until(() => scene.world.http.requests.length === 1)
    const id = scene.revoke([one])
    await until(() => scene.world.http.requests.length === 2)
    release()
    await refreshing
    expect(await scene.end(id)).toMatchObject({ step: 'revoked' })
    const later = await scene.access.get(one, { minTtlMs: 0 })
    expect(later).toMatchObject({ kind: 'failed', error: { code: 'no-usable-token' } })
    expect(findToken(scene.state(), one.tokenId)).toMatchObject({
      dismissed: true,
      refusal: { verdict: 'dead' },
    })
  })

  it('hands out no access token from memory afterwards', async () => {
    const scene = await openScene()
    const { one } = await mintThree(scene)
    expect(await scene.access.get(one, { minTtlMs: 0 })).toMatchObject({ kind: 'token' })
    await scene.end(scene.revoke([one]))
    expect(await scene.access.get(one, { minTtlMs: 0 })).toMatchObject({ kind: 'failed' })
  })

  it('drops the access token in memory as soon as Google has accepted, whatever the lag', async () => {
    const scene = await openScene()
    const { one } = await mintThree(scene)
    const before = await scene.access.get(one, { minTtlMs: 0 })
    scene.world.google.delayRevocations()
    scene.world.google.answerAlways({ status: 503 })
    await scene.quiet(scene.revoke([one]))
    expect(before).toMatchObject({ kind: 'token' })
    expect(await scene.access.get(one, { minTtlMs: 0 })).toMatchObject({ kind: 'failed' })
    await scene.revocations.close()
  })

  it('waits between its looks where each refresh brings a new refresh token', async () => {
    const scene = await openScene()
    const { foreign } = await mintThree(scene)
    const letGo = scene.world.google.delayRevocations()
    const check = scene.access.check.bind(scene.access)
    scene.access.check = (tokenId, options) => {
      if (scene.world.google.refreshes.length > 20) throw new Error('asks without end')
      scene.world.google.rotateNext({ oldDies: false })
      return check(tokenId, options)
    }
    const id = scene.revoke([foreign])
    expect(await scene.quiet(id)).toMatchObject({ step: 'alive', retryAt: expect.any(Number) as number })
    expect(scene.world.google.refreshes).toHaveLength(1)
    letGo()
    await scene.revocations.close()
  })

  it('goes together with a check of the same tokens', async () => {
    const scene = await openScene()
    const { one, sibling } = await mintThree(scene)
    const checks = [one, sibling].map(({ tokenId }) => scene.access.check(tokenId, { byHand: true }))
    const id = scene.revoke([one])
    await Promise.all(checks)
    expect(await scene.end(id)).toMatchObject({
      step: 'revoked',
      tokens: [{ found: 'dead' }, { found: 'dead' }],
    })
  })

  it('ends a refresh token that came with a refresh in between as well', async () => {
    const scene = await openScene()
    const { foreign } = await mintThree(scene)
    scene.world.google.rotateNext({ oldDies: false })
    const release = scene.world.http.hang()
    const checking = scene.access.check(foreign.tokenId, { byHand: true })
    await until(() => scene.world.http.requests.length === 1)
    scene.world.google.answerRevokeNext({ status: 503 }, { acts: true })
    const id = scene.revoke([foreign])
    await until(() => scene.world.http.requests.length === 2)
    release()
    await checking
    expect(await scene.end(id)).toMatchObject({ step: 'revoked' })
    const tokens = scene.account().tokens.filter(({ clientId }) => clientId === foreignClientId)
    expect(tokens.filter(({ standing }) => standing === 'held')).toEqual([])
    expect(scene.world.google.refreshTokens.filter((token) => scene.world.google.isLive(token))).toHaveLength(
      2,
    )
  })
})

describe('a revocation that is asked for again after a sign-in', () => {
  it.each(['while the lag is waited out', 'while Google is asked'])(
    '%s ends the new token too',
    async (when) => {
      const scene = await openScene()
      const { one } = await mintThree(scene)
      const waits = when.includes('lag')
      const letGo = waits ? scene.world.google.delayRevocations() : scene.world.http.hang()
      const first = scene.revoke([one])
      if (waits) await scene.quiet(first)
      else await until(() => scene.world.http.requests.length === 1)
      const fresh = await scene.mint({ scopes: [drive] })
      const second = scene.revoke([one])
      if (waits)
        await until(() => scene.world.google.revokes.length === 2 && scene.row(second).retryAt !== null)
      letGo()
      if (waits) await scene.world.timers.live(2000)
      const row = await scene.end(second)
      expect(row).toMatchObject({ step: 'revoked' })
      expect(row.tokens).toContainEqual({ tokenId: fresh.tokenId, clientId: fresh.clientId, found: 'dead' })
      expect(scene.world.google.isLive(fresh.refreshToken)).toBe(false)
      expect(findToken(scene.state(), fresh.tokenId)?.dismissed).toBe(true)
      expect(scene.eventsOf('grant.revoked').length).toBeGreaterThan(0)
      expect(scene.account().revoking).toEqual([])
    },
  )

  it('while an earlier run is looked into asks Google, and does not only look', async () => {
    const { next, tokenId } = await dieAfterThePost(false)
    const token = next.account().tokens.find((one) => one.tokenId === tokenId)
    next.revocations.recover()
    await next.quiet(next.revocations.views()[0]?.revocationId ?? '')
    const id = next.revoke([{ accountId: next.account().accountId, clientId: token?.clientId ?? '' }])
    expect(await next.end(id)).toMatchObject({ step: 'revoked' })
    expect(next.world.google.revokes).toHaveLength(1)
  })
})

describe('a revocation under faults of this machine', () => {
  it('does not call a token dead that it cannot read, because Google knew another no more', async () => {
    const scene = await openScene()
    const { one, sibling } = await mintThree(scene)
    scene.world.google.kill(one.refreshToken)
    await scene.world.secretStore.delete(scene.context.services.refreshToken, sibling.tokenId)
    const id = scene.revoke([one])
    expect(await scene.end(id)).toMatchObject({
      ...{ step: 'failed', error: { code: 'keychain-item-missing' } },
      tokens: [{ found: 'dead' }, { found: 'unknown' }],
    })
    expect(scene.eventsOf('grant.revoked')).toEqual([])
    expect(scene.account()).toMatchObject({ revocations: [], revoking: [] })
    expect(findToken(scene.state(), sibling.tokenId)?.dismissed).toBe(false)
    scene.revocations.retry(id)
    expect(await scene.end(id)).toMatchObject({ step: 'failed' })
    expect(scene.eventsOf('grant.revoked')).toEqual([])
  })

  it('changes nothing while the keychain is locked', async () => {
    const scene = await openScene()
    const { one } = await mintThree(scene)
    scene.world.secretStore.failAlways('keychain-locked')
    const before = scene.world.folder.text('ledger.jsonl')
    const id = scene.revoke([one])
    expect(await scene.end(id)).toMatchObject({ step: 'failed', error: { code: 'keychain-locked' } })
    expect(scene.world.folder.text('ledger.jsonl')).toBe(before)
    expect(scene.world.http.requests).toHaveLength(0)
    scene.world.secretStore.heal()
    scene.revocations.retry(id)
    expect(await scene.end(id)).toMatchObject({ step: 'revoked' })
  })

  it('sends nothing that it could not write down before', async () => {
    const scene = await openScene()
    const { one } = await mintThree(scene)
    scene.world.folder.failNext('append', 'disk-full')
    expect(await scene.end(scene.revoke([one]))).toMatchObject({
      step: 'failed',
      error: { code: 'disk-full' },
    })
    expect(scene.world.google.revokes).toHaveLength(0)
    expect(scene.world.google.isLive(one.refreshToken)).toBe(true)
  })

  it('loses nothing when the disk is full at the end, and another try finishes it', async () => {
    const scene = await openScene()
    const { one, sibling } = await mintThree(scene)
    const { context, world } = scene
    const { record } = context
    context.record = (events) => {
      if (events.some(({ type }) => type === 'grant.revoked')) world.folder.failNext('append', 'disk-full')
      return record(events)
    }
    const id = scene.revoke([one])
    expect(await scene.end(id)).toMatchObject({ step: 'failed', error: { code: 'disk-full' } })
    expect(scene.account()).toMatchObject({ revocations: [], revoking: [{ projectNumber: project }] })
    for (const { tokenId } of [one, sibling]) expect(await isInKeychain(scene, tokenId)).toBe(true)
    context.record = record
    scene.revocations.retry(id)
    expect(await scene.end(id)).toMatchObject({ step: 'revoked', error: null })
    expect(findToken(scene.state(), one.tokenId)?.dismissed).toBe(true)
    expect(world.google.revokes).toHaveLength(1)
  })

  it('leaves a secret behind that the next sweep can explain when the keychain does not delete it', async () => {
    const scene = await openScene()
    const { one } = await mintThree(scene)
    const id = scene.revoke([one])
    scene.world.secretStore.failNext('keychain-timeout', 'delete')
    expect(await scene.end(id)).toMatchObject({ step: 'revoked' })
    await until(() => scene.world.secretStore.calls.filter((call) => call.startsWith('delete')).length === 2)
    expect(await isInKeychain(scene, one.tokenId)).toBe(true)
    expect(findToken(scene.state(), one.tokenId)?.standing).toBe('forgotten')
  })

  it.each([dayMs, -dayMs, 400 * dayMs])('comes through a clock that jumps by %i ms', async (jumpMs) => {
    const scene = await openScene()
    const { one } = await mintThree(scene)
    const letGo = scene.world.google.delayRevocations()
    const id = scene.revoke([one])
    await scene.quiet(id)
    scene.world.clock.set(scene.world.clock.now() + jumpMs)
    letGo()
    await scene.world.timers.live(2000)
    expect(await scene.end(id)).toMatchObject({ step: 'revoked' })
    expect(scene.account().tokens.filter(({ standing }) => standing === 'held')).toHaveLength(1)
  })

  it('ends in the middle of a request when the profile closes, and is known of at the next start', async () => {
    const scene = await openScene()
    const { one } = await mintThree(scene)
    scene.world.http.hang()
    scene.revoke([one])
    await until(() => scene.world.http.requests.length === 1)
    await scene.revocations.close()
    expect(scene.account().revoking).toHaveLength(1)
    expect(scene.eventsOf('grant.revocationFailed')).toHaveLength(0)
    expect(scene.start([one])).toMatchObject({ ok: false })
  })
})

describe('closing the profile', () => {
  it('does not wait for a lag or for an answer that does not come', async () => {
    const scene = await openScene()
    const { one } = await mintThree(scene)
    scene.world.google.delayRevocations()
    const id = scene.revoke([one])
    await scene.quiet(id)
    scene.world.http.hang()
    scene.world.timers.pass(2000)
    await until(() => scene.row(id).step === 'verifying')
    await scene.revocations.close()
    expect(scene.world.timers.waiting).toBe(0)
    expect(scene.account()).toMatchObject({ revocations: [], revoking: [{ projectNumber: project }] })
  })
})

async function dieAfterThePost(acts: boolean): Promise<{ next: Scene; tokenId: string }> {
  const scene = await openScene()
  const { one } = await mintThree(scene)
  await scene.context.record([
    {
      type: 'grant.revocationIntended',
      data: { accountId: one.accountId, projectNumber: project },
    },
  ])
  const form = new URLSearchParams({ token: one.refreshToken }).toString()
  if (acts) {
    const { http } = scene.world
    await http.fetch('https://oauth2.googleapis.com/revoke', { method: 'POST', headers: {}, body: form })
  }
  scene.world.clock.advance(60_000)
  return { next: await openScene(scene.world), tokenId: one.tokenId }
}

describe('a process that died between the request and the ledger', () => {
  it('finds at the next start that everything is dead, and ends it', async () => {
    const { next, tokenId } = await dieAfterThePost(true)
    next.revocations.recover()
    const id = next.revocations.views()[0]?.revocationId ?? ''
    expect(await next.end(id)).toMatchObject({ step: 'revoked', project })
    expect(next.world.google.revokes).toHaveLength(1)
    expect(next.account()).toMatchObject({ revocations: [{ projectNumber: project }], revoking: [] })
    expect(findToken(next.state(), tokenId)?.dismissed).toBe(true)
  })

  it('finds that nothing happened, says so, and sends nothing by itself', async () => {
    const { next, tokenId } = await dieAfterThePost(false)
    next.revocations.recover()
    const id = next.revocations.views()[0]?.revocationId ?? ''
    await next.quiet(id)
    await next.world.timers.live(60_000)
    expect(await next.end(id)).toMatchObject({ step: 'failed', error: { code: 'revoke-unclear' } })
    expect(next.world.google.revokes).toHaveLength(0)
    expect(next.account()).toMatchObject({ revocations: [], revoking: [] })
    expect(findToken(next.state(), tokenId)).toMatchObject({ standing: 'held', refusal: null })
    next.revocations.retry(id)
    expect(await next.end(id)).toMatchObject({ step: 'revoked' })
  })

  it('is not misled by a sign-in since then', async () => {
    const { next } = await dieAfterThePost(true)
    const fresh = await next.mint()
    next.revocations.recover()
    const id = next.revocations.views()[0]?.revocationId ?? ''
    expect(await next.end(id)).toMatchObject({
      step: 'revoked',
      tokens: [{ found: 'dead' }, { found: 'dead' }],
    })
    expect(findToken(next.state(), fresh.tokenId)).toMatchObject({ standing: 'held', dismissed: false })
  })

  it('waits for another start while Google cannot be reached', async () => {
    const { next } = await dieAfterThePost(true)
    next.world.google.answerAlways({ status: 503 })
    next.revocations.recover()
    const id = next.revocations.views()[0]?.revocationId ?? ''
    await next.quiet(id)
    await next.world.timers.live(60_000)
    expect(await next.end(id)).toMatchObject({ step: 'failed' })
    expect(next.account().revoking).toHaveLength(1)
    next.world.google.answerAlways(null)
    const later = await openScene(next.world)
    later.revocations.recover()
    expect(await later.end(later.revocations.views()[0]?.revocationId ?? '')).toMatchObject({
      step: 'revoked',
    })
  })

  it('does not speak for a token that cannot be asked', async () => {
    const { next, tokenId } = await dieAfterThePost(true)
    const sibling = next.account().tokens.find(({ clientId }) => clientId === otherClientId)?.tokenId ?? ''
    await next.context.record([{ type: 'token.forgotten', data: { tokenId: sibling, reason: 'test' } }])
    next.revocations.recover()
    const id = next.revocations.views()[0]?.revocationId ?? ''
    expect(await next.end(id)).toMatchObject({ step: 'revoked' })
    expect(findToken(next.state(), tokenId)?.dismissed).toBe(true)
    expect(findToken(next.state(), sibling)?.dismissed).toBe(false)
  })

  it('gives up where no token is left to ask with', async () => {
    const { next } = await dieAfterThePost(true)
    const held = next.account().tokens.filter(({ clientId }) => clientId !== foreignClientId)
    for (const { tokenId } of held)
      await next.context.record([{ type: 'token.forgotten', data: { tokenId, reason: 'test' } }])
    next.revocations.recover()
    const id = next.revocations.views()[0]?.revocationId ?? ''
    await next.quiet(id)
    await next.world.timers.live(60_000)
    expect(await next.end(id)).toMatchObject({ step: 'failed', error: { code: 'revoke-unclear' } })
    expect(next.eventsOf('grant.revocationFailed')).toMatchObject([{ reason: 'nothing-left-to-ask' }])
    expect(next.account()).toMatchObject({ revocations: [], revoking: [] })
  })
})

describe('a whole profile', () => {
  const signedIn = async () => {
    const test = await openTestProfile()
    const clientId = await test.addClient()
    const { accountId } = await test.reach(await test.signIn(asha), 'done')
    const grants = [{ accountId, clientId }]
    const preview = await test.ask('revocation.preview', { grants })
    expect(preview).toMatchObject({ ok: true, value: { tokens: 1, confirm: { kind: 'none' } } })
    return { test, start: () => test.ask('revocation.start', { grants, tokens: 1, confirmation: null }) }
  }

  it('tells the window how it goes, and asks for no renewal afterwards', async () => {
    const { test, start } = await signedIn()
    expect(await start()).toMatchObject({ ok: true })
    await until(() => test.snapshot().revocations[0]?.ended === true)
    expect(test.snapshot()).toMatchObject({
      revocations: [{ rows: [{ step: 'revoked' }] }],
      accounts: [{ needs: [], grants: [], health: { reason: 'no-token' } }],
    })
    await settle()
    const told = test.deltas.flatMap(({ revocations }) => revocations?.upsert ?? [])
    expect(told[told.length - 1]).toMatchObject({ ended: true })
    expect(test.world.google.refreshTokens.some((token) => test.world.google.isLive(token))).toBe(false)
    await test.profile.close()
  })

  // The intent, what was refused, the end: whatever of them reaches the disk.
  it.each([
    ['the intent', 0],
    ['the refusal', 1],
    ['the end', 2],
  ])('that dies while it writes down %s finds out at the next start what came of it', async (_, spared) => {
    const { test, start } = await signedIn()
    test.world.folder.stopInNextAppend(20, spared)
    await start()
    await until(() => test.world.folder.stopped)
    const next = await openAfterCrash(test.world)
    const asked = test.world.google.revokes.length
    expect(asked).toBe(spared === 0 ? 0 : 1)
    await until(() => next.snapshot().revocations.every(({ ended }) => ended))
    const steps = next.snapshot().revocations.flatMap(({ rows }) => rows.map(({ step }) => step))
    expect(steps).toEqual(spared === 0 ? [] : ['revoked'])
    const held = next.snapshot().accounts.flatMap(({ grants }) => grants.flatMap(({ tokens }) => tokens))
    expect(held.map(({ standing }) => standing)).toEqual(spared === 0 ? ['held'] : [])
    expect(test.world.google.revokes).toHaveLength(asked)
    await next.profile.close()
  })
})
