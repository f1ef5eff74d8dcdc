import { describe, expect, it } from 'vitest'
import { AccessTokens } from '../../../electron/core/access/access-tokens.ts'
import { desktopClient } from '../../support/client-files.ts'
import type { FakeAnswer } from '../../support/fake-http.ts'
import { mail, openTestContext } from '../../support/test-context.ts'

/** A server, or a proxy in its place, that repeats what it was sent wherever it can. */
function echo(secret: string, status: number): FakeAnswer {
  return {
    status,
    headers: { 'retry-after': secret },
    body: { error: secret, error_subtype: secret, error_description: `no such token: ${secret}`, secret },
  }
}

describe('secrets', () => {
  it('stand in no error, no log, no file and no result of a check, whatever goes wrong', async () => {
    const test = await openTestContext()
    const { google, http, secretStore, clock, log, folder } = test.world
    await test.addClient()
    const grant = await test.mint({ scopes: [mail] })
    const access = new AccessTokens(test.context, () => undefined)
    const said: unknown[] = []
    const go = async (): Promise<void> => {
      const result = await access.get(grant, { minTtlMs: 0 })
      said.push(result, await access.check(grant.tokenId, { byHand: true }), access.status(grant.tokenId))
      said.push(await access.get(grant, { minTtlMs: 0, scopes: [mail] }))
      clock.advance(2 * 3_600_000)
    }
    await go()
    for (const status of [200, 400, 401, 403, 429, 500]) {
      google.answerAlways(echo(grant.refreshToken, status))
      await go()
    }
    google.answerAlways({ status: 400, body: `<p>${grant.refreshToken}</p>` })
    await go()
    google.answerAlways(null)
    for (const error of ['invalid_client', 'invalid_grant', 'admin_policy_enforced']) {
      google.kill(grant.refreshToken, { error })
      await go()
    }
    google.revive(grant.refreshToken)
    http.failNext('network-offline')
    await go()
    google.rotateNext({ oldDies: true })
    secretStore.garbleNextSet('nonsense')
    await go()
    await access.close()

    const text = [
      JSON.stringify(said),
      JSON.stringify(log.entries),
      ...[...folder.files.keys()].map(folder.text),
    ]
    const secrets = [...google.refreshTokens, ...google.accessTokens, desktopClient.client_secret]
    expect(google.refreshTokens.length).toBeGreaterThan(1)
    expect(google.accessTokens.length).toBeGreaterThan(2)
    expect(log.entries.length).toBeGreaterThan(5)
    for (const secret of secrets) for (const part of text) expect(part).not.toContain(secret)
    for (const { url, headers } of http.requests) {
      expect(url).toBe('https://oauth2.googleapis.com/token')
      for (const secret of secrets) expect(JSON.stringify(headers)).not.toContain(secret)
    }
  })
})
