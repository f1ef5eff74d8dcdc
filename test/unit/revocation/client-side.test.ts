/** Revoking what was given without a refresh token: with the access token, while it is held. */
import { describe, expect, it } from 'vitest'
import type { GrantName } from '../../../electron/contract/revocation.ts'
import { keepAccess } from '../../../electron/core/access/keep-access.ts'
import { googleIssuer } from '../../../electron/core/clients/issuer.ts'
import { dyingIn } from '../../../electron/core/revocation/blast-radius.ts'
import { Secret } from '../../../electron/core/secret.ts'
import { otherClientId, testClientId } from '../../support/client-files.ts'
import { asha } from '../../support/fake-google.ts'
import { drive } from '../../support/test-context.ts'
import type { Scene } from './revocation-scene.ts'
import { foreignClientId, openScene, project } from './revocation-scene.ts'

const hour = 3_600_000
const link = (clientId: string): string =>
  `https://accounts.google.com/o/oauth2/v2/auth?client_id=${clientId}&scope=openid+email`

/** Access of `asha` under a client, live at Google for an hour; by Google's clock it came so much later. */
async function receive(
  scene: Scene,
  clientId = testClientId,
  aheadMs = 0,
): Promise<{ grant: GrantName; token: string }> {
  const token = scene.world.google.consentInFragment(link(clientId), asha).get('access_token') ?? ''
  const now = scene.context.now()
  const identity = { issuer: googleIssuer.identity, sub: asha.sub, email: asha.email }
  const kept = await keepAccess(
    scene.context,
    scene.clientSide,
    {
      identity: { ...identity, name: null, hostedDomain: null },
      ...{ accessToken: new Secret(token), granted: [drive] },
      ...{ receivedAt: now + aheadMs, expiresAt: now + hour },
    },
    { clientId, asked: [drive] },
  )
  if (kept.kind === 'failed') throw new Error(kept.error.code)
  return { grant: { accountId: kept.accountId, clientId }, token }
}

describe('revoking client-side access', () => {
  it('is asked for with the access token, and takes the grant out of view', async () => {
    const scene = await openScene()
    const { grant, token } = await receive(scene)
    expect(scene.revocations.preview([grant])).toMatchObject({
      ok: true,
      value: {
        ...{ tokens: 0, confirm: { kind: 'none' } },
        projects: [{ obstacle: null, tokens: [], clients: [{ clientId: testClientId, access: true }, {}] }],
      },
    })
    const row = await scene.end(scene.revoke([grant]))
    expect(row).toMatchObject({ step: 'revoked', error: null, tokens: [] })
    expect(scene.world.google.revokes.map((form) => form.get('token'))).toEqual([token])
    expect(scene.account().accesses).toEqual([])
    expect(scene.clientSide.holds(grant)).toBe(false)
    expect(scene.eventsOf('grant.revoked')).toHaveLength(1)
  })

  it('takes along what came by Google’s time after the asking, where the clock here is behind', async () => {
    const scene = await openScene()
    const { grant } = await receive(scene, testClientId, 10 * 60_000)
    expect(await scene.end(scene.revoke([grant]))).toMatchObject({ step: 'revoked' })
    expect(scene.account().accesses).toEqual([])
  })

  it('leaves alone what came after the asking, where the clock here is ahead', async () => {
    const scene = await openScene()
    const { grant } = await receive(scene)
    const release = scene.world.http.hang()
    const id = scene.revoke([grant])
    while (scene.world.google.revokes.length + scene.world.http.requests.length === 0)
      await new Promise((resolve) => setImmediate(resolve))
    await receive(scene, otherClientId, -10 * 60_000)
    release()
    expect(await scene.end(id)).toMatchObject({ step: 'revoked' })
    expect(scene.account().accesses.map(({ clientId }) => clientId)).toEqual([otherClientId])
    expect(scene.clientSide.holds({ ...grant, clientId: otherClientId })).toBe(true)
  })

  it('goes with a revocation of an earlier run by when it was written down, whatever Google’s clock says', async () => {
    const before = await openScene()
    const { accountId, refreshToken } = await before.mint()
    await receive(before, testClientId, 10 * 60_000)
    before.world.clock.advance(1000)
    await before.context.record([
      { type: 'grant.revocationIntended', data: { accountId, projectNumber: project } },
    ])
    before.world.google.kill(refreshToken)
    before.world.clock.advance(1000)
    await receive(before, otherClientId, -10 * 60_000)
    const after = await openScene(before.world)
    after.revocations.recover()
    const [found] = after.revocations.views()
    expect(await after.end(found?.revocationId ?? '')).toMatchObject({ step: 'revoked' })
    expect(after.account().accesses.map(({ clientId }) => clientId)).toEqual([otherClientId])
  })

  it('counts as a token in what is confirmed', async () => {
    const scene = await openScene()
    const one = await receive(scene)
    const grants = [one.grant]
    const seen = scene.revocations.preview(grants)
    await receive(scene, otherClientId)
    expect(scene.revocations.preview(grants)).toMatchObject({
      ...{ ok: true, value: { tokens: 0, confirm: { kind: 'email', text: asha.email } } },
    })
    const tokens = seen.ok ? dyingIn(seen.value.projects) : -1
    expect(tokens).toBe(1)
    expect(scene.revocations.start({ grants, tokens, confirmation: asha.email })).toMatchObject({
      ...{ ok: false, error: { code: 'revocation-changed' } },
    })
  })

  it('that came since is not taken along by another try', async () => {
    const scene = await openScene()
    const { grant } = await receive(scene)
    scene.world.google.answerRevokeNext({ status: 503, body: 'down' }, { acts: false })
    const id = scene.revoke([grant])
    await scene.quiet(id)
    await receive(scene)
    for (const wait of [2000, 10_000]) {
      scene.world.timers.pass(wait)
      await scene.quiet(id)
    }
    expect(scene.row(id).step).toBe('failed')
    expect(scene.revocations.retry(id)).toMatchObject({ ok: false, error: { code: 'revocation-changed' } })
  })

  it('is intended anew with each try, since an older intent is none for it', async () => {
    const scene = await openScene()
    const { grant } = await receive(scene)
    scene.world.google.answerRevokeNext({ status: 503, body: 'down' }, { acts: false })
    const id = scene.revoke([grant])
    expect(await scene.quiet(id)).toMatchObject({ retryAt: expect.any(Number) as number })
    scene.revocations.retry(id)
    expect(await scene.end(id)).toMatchObject({ step: 'revoked' })
    expect(scene.eventsOf('grant.revocationIntended')).toHaveLength(2)
    expect(scene.account().revoking).toEqual([])
  })

  it('is done when Google does not know it any more', async () => {
    const scene = await openScene()
    const { grant } = await receive(scene)
    scene.world.google.endAccess()
    expect(await scene.end(scene.revoke([grant]))).toMatchObject({ step: 'already-dead' })
    expect(scene.account().accesses).toEqual([])
  })

  it('cannot be asked for once it has run out', async () => {
    const scene = await openScene()
    const { grant } = await receive(scene)
    scene.world.clock.advance(hour)
    expect(scene.start([grant])).toMatchObject({ ok: false, error: { code: 'revoke-no-token' } })
    expect(scene.world.google.revokes).toEqual([])
  })

  it('comes with the refresh tokens of the project, and leaves other projects alone', async () => {
    const scene = await openScene()
    const { refreshToken } = await scene.mint()
    const { grant } = await receive(scene)
    const other = await receive(scene, foreignClientId)
    expect(await scene.end(scene.revoke([grant]))).toMatchObject({ step: 'revoked' })
    expect(scene.world.google.revokes.map((form) => form.get('token'))).toEqual([refreshToken])
    expect(scene.clientSide.holds(grant)).toBe(false)
    expect(scene.clientSide.holds(other.grant)).toBe(true)
    expect(scene.account().accesses.map(({ clientId }) => clientId)).toEqual([foreignClientId])
  })

  it('keeps the access in view where nobody knows what came of it', async () => {
    const scene = await openScene()
    const { grant } = await receive(scene)
    scene.world.google.answerRevokeNext({ status: 503, body: 'down' }, { acts: false })
    const id = scene.revoke([grant])
    await scene.quiet(id)
    scene.world.timers.pass(2000)
    await scene.quiet(id)
    scene.world.timers.pass(10_000)
    expect(await scene.end(id)).toMatchObject({ step: 'failed', error: { code: 'revoke-unclear' } })
    expect(scene.account().accesses).toHaveLength(1)
    expect(scene.revocations.retry(id).ok).toBe(true)
    expect(await scene.end(id)).toMatchObject({ step: 'revoked' })
  })
})
