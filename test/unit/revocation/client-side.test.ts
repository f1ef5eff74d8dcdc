/** Revoking what was given without a refresh token: with the access token, while it is held. */
import { describe, expect, it } from 'vitest'
import type { GrantName } from '../../../electron/contract/revocation.ts'
import { keepAccess } from '../../../electron/core/access/keep-access.ts'
import { googleIssuer } from '../../../electron/core/clients/issuer.ts'
import { Secret } from '../../../electron/core/secret.ts'
import { testClientId } from '../../support/client-files.ts'
import { asha } from '../../support/fake-google.ts'
import { drive } from '../../support/test-context.ts'
import type { Scene } from './revocation-scene.ts'
import { foreignClientId, openScene } from './revocation-scene.ts'

const hour = 3_600_000
const link = (clientId: string): string =>
  `https://accounts.google.com/o/oauth2/v2/auth?client_id=${clientId}&scope=openid+email`

/** Access of `asha` under a client, live at Google for an hour. */
async function receive(scene: Scene, clientId = testClientId): Promise<{ grant: GrantName; token: string }> {
  const token = scene.world.google.consentInFragment(link(clientId), asha).get('access_token') ?? ''
  const now = scene.context.now()
  const identity = { issuer: googleIssuer.identity, sub: asha.sub, email: asha.email }
  const kept = await keepAccess(
    scene.context,
    scene.clientSide,
    {
      identity: { ...identity, name: null, hostedDomain: null },
      ...{ accessToken: new Secret(token), granted: [drive], receivedAt: now, expiresAt: now + hour },
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
