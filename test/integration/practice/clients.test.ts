/** Several clients: two of one project and one of another, and what they share (google-oauth.md 1.6, section 3). */
import { describe, expect, it } from 'vitest'
import type { FurtherClient } from '../../../electron/practice/client.ts'
import type { TokenAnswer } from './practice-world.ts'
import {
  asha,
  authUrl,
  consent,
  exchange,
  furtherClient,
  refresh,
  sam,
  scopeUrl,
  signIn,
  usePractice,
  value,
  visit,
} from './practice-world.ts'

const server = usePractice()
const monthMs = 31 * 24 * 3600 * 1000
type Client = Awaited<ReturnType<typeof furtherClient>>

async function signInUnder(
  client: Client,
  more: Readonly<Record<string, string>> = {},
): Promise<TokenAnswer> {
  return exchange(server, await consent(server, { client_id: client.client_id, ...more }), client)
}

const first = (): Client => ({ client_id: server.clientId, client_secret: server.clientSecret })
const numberOf = ({ client_id }: Client): string => client_id.split('-')[0] ?? ''

async function status(token: TokenAnswer, client: Client): Promise<number> {
  return (await refresh(server, token.json['refresh_token'], client)).status
}

function revokeToken(token: unknown): Promise<Response> {
  const body = new URLSearchParams({ token: String(token) })
  return fetch(`${server.issuer}/revoke`, { method: 'POST', body })
}

describe('a further client', () => {
  it('is of the project it was asked for, and unlike the others', async () => {
    const [same, other] = [await furtherClient(server, 'same'), await furtherClient(server, 'other')]
    expect([numberOf(same) === numberOf(first()), numberOf(other) === numberOf(first())]).toEqual([
      true,
      false,
    ])
    expect(new Set([first(), same, other].map(({ client_id }) => client_id)).size).toBe(3)
  })

  it.each(['same', 'other'] as const)('is unknown until it is asked for: %s', async (project) => {
    const { client_id } = await furtherClient(server, project)
    await server.close()
    server.saved = null
    await server.restart()
    const before = await visit(authUrl(server, { client_id }))
    expect([before.status, before.page]).toEqual([401, expect.stringContaining('invalid_client')])
    await furtherClient(server, project)
    expect((await visit(authUrl(server, { client_id }))).status).toBe(200)
  })

  it('asked for again is the same with a fresh secret; the two newest are valid, and no others lose theirs', async () => {
    const made: Client[] = []
    for (let times = 0; times < 3; times++) made.push(await furtherClient(server, 'same'))
    const [oldest, middle, newest] = made as [Client, Client, Client]
    expect(new Set(made.map(({ client_id }) => client_id)).size).toBe(1)
    const token = await signInUnder(newest)
    expect([await status(token, oldest), await status(token, middle), await status(token, newest)]).toEqual([
      401, 200, 200,
    ])
    expect(await status(await signIn(server), first())).toBe(200)
  })

  it('stays over a restart', async () => {
    const same = await furtherClient(server, 'same')
    const token = await signInUnder(same)
    await server.restart()
    expect(await status(token, same)).toBe(200)
  })

  it('lives a life of its own: idleness ends it alone, and asking for it restores it', async () => {
    const same = await furtherClient(server, 'same')
    const own = await signIn(server)
    value(await server.control.setClockOffset(4 * monthMs))
    expect(await status(own, first())).toBe(200)
    value(await server.control.setClockOffset(6.2 * monthMs))
    expect(value(await server.control.rules()).clientDeleted).toBe(false)
    expect((await visit(authUrl(server, { client_id: same.client_id }))).page).toContain('deleted_client')
    await furtherClient(server, 'same')
    expect((await visit(authUrl(server, { client_id: same.client_id }))).status).toBe(200)
  })

  it('is not deleted with the first', async () => {
    const same = await furtherClient(server, 'same')
    const token = await signInUnder(same)
    value(await server.control.deleteClient())
    expect(await status(token, same)).toBe(200)
  })

  it('of another project is not in Testing with the first', async () => {
    const [same, other] = [await furtherClient(server, 'same'), await furtherClient(server, 'other')]
    value(await server.control.setPublishing('testing', []))
    const seen = await Promise.all(
      [same, other].map(({ client_id }) => visit(authUrl(server, { client_id }))),
    )
    expect(seen.map((page) => page.status)).toEqual([403, 200])
  })

  it.each([
    ['same', 'Latchkey practice client'],
    ['other', 'Lantern practice client'],
  ] as const)('of the %s project is called %s on the pages', async (project, name) => {
    const { client_id } = await furtherClient(server, project)
    expect((await visit(authUrl(server, { client_id }))).page).toContain(`Sign in to ${name}`)
    expect((await visit(authUrl(server, { client_id, login_hint: null }))).page).toContain(
      `to continue to ${name}`,
    )
  })

  it('signs id tokens for itself, which tokeninfo knows', async () => {
    const other = await furtherClient(server, 'other')
    const { id_token: id, access_token: access } = (await signInUnder(other)).json
    for (const query of [`id_token=${String(id)}`, `access_token=${String(access)}`]) {
      const answer = await fetch(`${server.issuer}/tokeninfo?${query}`)
      expect(await answer.json()).toMatchObject({ aud: other.client_id, azp: other.client_id })
    }
  })
})

describe('consent', () => {
  const silent = { prompt: 'none', scope: `openid email ${scopeUrl}drive.file` }
  it.each([
    ['same', 'code'],
    ['other', 'error'],
  ] as const)(
    'given to the first client, holds for a client of the %s project: %s',
    async (project, answer) => {
      await signIn(server, { scope: silent.scope })
      const { client_id } = await furtherClient(server, project)
      const { arrived } = await visit(authUrl(server, { client_id, ...silent }))
      expect(arrived?.searchParams.has(answer)).toBe(true)
    },
  )
})

describe('a revocation', () => {
  it.each(['refresh_token', 'access_token'])(
    'with one client’s %s ends what the account gave every client of the project, and nothing else',
    async (kind) => {
      const [same, other] = [await furtherClient(server, 'same'), await furtherClient(server, 'other')]
      const rows = [
        [await signIn(server), first()],
        [await signInUnder(same), same],
        [await signInUnder(other), other],
        [await signInUnder(same, { login_hint: sam }), same],
      ] as const
      expect((await revokeToken(rows[1][0].json[kind])).status).toBe(200)
      const statuses = await Promise.all(rows.map(([token, client]) => status(token, client)))
      expect(statuses).toEqual([400, 400, 200, 200])
    },
  )

  it('is what the control’s list of grants shows as well', async () => {
    const [same, other] = [await furtherClient(server, 'same'), await furtherClient(server, 'other')]
    const token = await signIn(server)
    await signInUnder(same)
    await signInUnder(other)
    const grant = (client: Client, count: number): object => ({
      sub: asha,
      projectNumber: numberOf(client),
      scopes: [`${scopeUrl}userinfo.email`, 'openid'],
      refreshTokens: count,
      accessTokens: count,
    })
    expect(value(await server.control.grants())).toEqual([grant(first(), 2), grant(other, 1)])
    await revokeToken(token.json['refresh_token'])
    expect(value(await server.control.grants())).toEqual([grant(other, 1)])
  })
})

describe('the hundred live tokens', () => {
  it('are counted for each client by itself', async () => {
    const same = await furtherClient(server, 'same')
    const [own, theirs] = [await signIn(server), await signInUnder(same)]
    value(await server.control.mintElsewhere(asha, same.client_id, 100))
    expect([await status(own, first()), await status(theirs, same)]).toEqual([200, 400])
  })
})

describe('the control', () => {
  it('has a client for no other name', async () => {
    const answer = await server.control.clientFile({ project: 'another' as FurtherClient })
    expect(answer).toMatchObject({ ok: false, error: { code: 'practice-failed' } })
  })
})
