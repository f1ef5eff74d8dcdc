/** What goes wrong with revoking and inspecting on purpose, and what of it is carried out all the same. */
import { describe, expect, it } from 'vitest'
import type { FaultEndpoint } from '../../../electron/practice/faults.ts'
import { asha, refresh, signIn, usePractice, value } from './practice-world.ts'

const server = usePractice()

const post = (path: string, fields: Readonly<Record<string, string>>): Promise<Response> =>
  fetch(`${server.issuer}${path}`, { method: 'POST', body: new URLSearchParams(fields) })
const revokeToken = (token: unknown): Promise<Response> => post('/revoke', { token: String(token) })

async function mint(): Promise<string> {
  return String((await signIn(server)).json['refresh_token'])
}

async function status(token: string): Promise<number> {
  return (await refresh(server, token)).status
}

describe('the faults of the practice strip', () => {
  it.each([
    ['portal', 200],
    ['server-error', 503],
    ['busy', 429],
  ] as const)('%s hits revocation and tokeninfo, and nothing is revoked', async (name, code) => {
    const token = await mint()
    value(await server.control.nameFault(name))
    const answers = [
      await revokeToken(token),
      await post('/tokeninfo', {}),
      await post('/oauth2/v3/tokeninfo', {}),
    ]
    expect(answers.map((answer) => answer.status)).toEqual([code, code, code])
    value(await server.control.nameFault(null))
    expect(await status(token)).toBe(200)
  })

  it('offline breaks every connection of both, also with a query, and nothing is revoked', async () => {
    const token = await mint()
    value(await server.control.nameFault('offline'))
    await expect(revokeToken(token)).rejects.toThrow('fetch failed')
    await expect(post(`/revoke?token=${token}`, {})).rejects.toThrow('fetch failed')
    await expect(fetch(`${server.issuer}/tokeninfo?access_token=x`)).rejects.toThrow('fetch failed')
    value(await server.control.nameFault(null))
    expect(await status(token)).toBe(200)
  })

  it('slow leaves both without an answer for seconds', async () => {
    value(await server.control.nameFault('slow'))
    for (const path of ['/revoke', '/tokeninfo']) {
      const signal = AbortSignal.timeout(500)
      await expect(fetch(`${server.issuer}${path}`, { method: 'POST', signal })).rejects.toThrow('timeout')
    }
  })

  it('revoke-lost carries the revocation out and loses the answer; refreshes go through', async () => {
    const [token, other] = [await mint(), await mint()]
    value(await server.control.nameFault('revoke-lost'))
    expect(await status(other)).toBe(200)
    await expect(revokeToken(token)).rejects.toThrow('fetch failed')
    expect([await status(token), await status(other)]).toEqual([400, 400])
  })

  it('revoke-lag says done at once and does it five seconds of machine time later', async () => {
    const token = await mint()
    value(await server.control.nameFault('revoke-lag'))
    const answer = await revokeToken(token)
    expect([answer.status, await answer.json()]).toEqual([200, {}])
    value(await server.control.setClockOffset(3_600_000))
    server.machineNow += 4999
    expect(await status(token)).toBe(200)
    const fresh = await mint()
    server.machineNow += 1
    expect([await status(token), await status(fresh)]).toEqual([400, 200])
  })

  it('revoke-lag still does it when practice Google was restarted meanwhile', async () => {
    const token = await mint()
    value(await server.control.nameFault('revoke-lag'))
    await revokeToken(token)
    server.machineNow += 60_000
    await server.restart()
    expect(await status(token)).toBe(400)
    expect(value(await server.control.grants())).toEqual([])
  })
})

describe('a fault set for one endpoint', () => {
  it.each([
    ['token', [503, 400, 400]],
    ['revoke', [400, 503, 400]],
    ['tokeninfo', [400, 400, 503]],
  ] as const)('strikes only there, once: %s', async (endpoint: FaultEndpoint, expected) => {
    value(await server.control.setFault({ kind: 'status', status: 503 }, 1, endpoint))
    const ask = async (): Promise<number[]> => {
      const answers = []
      for (const path of ['/token', '/revoke', '/tokeninfo']) answers.push((await post(path, {})).status)
      return answers
    }
    expect(await ask()).toEqual(expected)
    expect(await ask()).toEqual([400, 400, 400])
  })

  it.each([
    ['not-revocable', 'invalid_request', 'Token is not revocable.'],
    ['token-dead', 'invalid_token', 'Token expired or revoked'],
  ] as const)('can make a revocation answer %s, and nothing is revoked', async (name, error, description) => {
    const token = await mint()
    value(await server.control.setFault({ kind: 'error', name }, 1, 'revoke'))
    const answer = await revokeToken(token)
    expect([answer.status, await answer.json()]).toEqual([400, { error, error_description: description }])
    expect(await status(token)).toBe(200)
  })

  it('can break the connection in the middle of an answer that was carried out', async () => {
    const token = await mint()
    value(await server.control.setFault({ kind: 'dropped-connection', stage: 'mid-body' }, 1, 'revoke'))
    const answer = await revokeToken(token)
    await expect(answer.text()).rejects.toThrow('terminated')
    expect(await status(token)).toBe(400)
  })
})

it('a token that died of something else is no longer one to revoke with, while its sibling is', async () => {
  const old = await mint()
  value(await server.control.mintElsewhere(asha, server.clientId, 100))
  const sibling = await mint()
  expect((await revokeToken(old)).status).toBe(400)
  expect(await status(sibling)).toBe(200)
  expect((await revokeToken(sibling)).status).toBe(200)
})
