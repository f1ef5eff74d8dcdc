/** `response_type=token`: an access token in the fragment, and nothing that renews it (google-oauth.md 1.2, 1.5). */
import { beforeEach, describe, expect, it } from 'vitest'
import type { Seen } from './practice-world.ts'
import {
  asha,
  authUrl,
  furtherClient,
  meera,
  refresh,
  sam,
  scopeUrl,
  signIn,
  submit,
  usePractice,
  value,
  visit,
} from './practice-world.ts'

const server = usePractice()
const page = 'http://127.0.0.1:28418/latchkey'
const drive = `${scopeUrl}drive.file`
type Client = Awaited<ReturnType<typeof furtherClient>>
type Params = Readonly<Record<string, string | null>>
let web: Client

beforeEach(async () => {
  web = await furtherClient(server, 'same', 'web')
})

function ask(more: Params = {}): Promise<Seen> {
  const code = { code_challenge: null, code_challenge_method: null, nonce: null, prompt: null }
  const params = { client_id: web.client_id, redirect_uri: page, response_type: 'token', ...code, ...more }
  return visit(authUrl(server, params))
}

async function allow(more: Params = {}, ticked: readonly string[] = []): Promise<Seen> {
  const { page: text } = await ask(more)
  return submit(server, text, [['action', 'continue'], ...ticked.map((scope) => ['scope', scope] as const)])
}

/** What stands behind the address, and in its query. */
function answered({ arrived }: Seen): { fragment: Record<string, string>; query: string; to: string } {
  if (arrived === null) throw new Error('nobody was sent back')
  const fragment = Object.fromEntries(new URLSearchParams(arrived.hash.slice(1)))
  return { fragment, query: arrived.search, to: `${arrived.origin}${arrived.pathname}` }
}

async function tokeninfo(token: string | undefined): Promise<Record<string, string>> {
  const response = await fetch(`${server.issuer}/tokeninfo?access_token=${token ?? ''}`)
  return { status: String(response.status), ...((await response.json()) as Record<string, string>) }
}

describe('a client-side sign-in', () => {
  it('brings the token in the fragment, and nothing in the query', async () => {
    const { fragment, query, to } = answered(await allow())
    expect([to, query]).toEqual([page, ''])
    expect(fragment).toEqual({
      access_token: expect.stringMatching(/^ya29\./) as unknown,
      token_type: 'Bearer',
      expires_in: '3599',
      scope: `email ${scopeUrl}userinfo.email openid`,
      state: 'the-state',
      iss: server.issuer,
      authuser: '0',
      prompt: 'consent',
    })
  })

  it('gives an online token of this client, for an hour, and no refresh token', async () => {
    const { fragment } = answered(await allow({ login_hint: meera }))
    expect(fragment['hd']).toBe('northwind.test')
    expect(await tokeninfo(fragment['access_token'])).toMatchObject({
      status: '200',
      aud: web.client_id,
      azp: web.client_id,
      sub: meera,
      access_type: 'online',
      expires_in: '3599',
    })
    value(await server.control.setClockOffset(3_600_000))
    expect((await tokeninfo(fragment['access_token']))['status']).toBe('400')
    expect(value(await server.control.refreshTokens())).toEqual([])
  })

  it('does not offer ongoing access, and gives what was ticked', async () => {
    const scope = `openid ${drive} ${scopeUrl}calendar`
    const seen = await ask({ scope })
    expect(seen.page).not.toContain('name="ongoing"')
    expect(answered(await allow({ scope }, [drive])).fragment['scope']).toBe(`${drive} openid`)
  })

  it('says a refusal in the fragment', async () => {
    const seen = await submit(server, (await ask()).page, [['action', 'cancel']])
    expect(answered(seen)).toEqual({
      fragment: { error: 'access_denied', state: 'the-state', iss: server.issuer },
      query: '',
      to: page,
    })
  })

  it('leaves a state out that was not sent', async () => {
    expect(answered(await allow({ state: null })).fragment).not.toHaveProperty('state')
  })

  it('needs an address whose origin is registered too', async () => {
    for (const [redirect_uri, origin] of [
      ['http://[::1]:28419/latchkey', 'http://[::1]:28419'],
      ['https://tools.example/oauth/callback', 'https://tools.example'],
    ] as const) {
      const seen = await ask({ redirect_uri })
      expect([seen.status, seen.arrived]).toEqual([400, null])
      expect(seen.page).toContain('Error 400: origin_mismatch')
      expect(seen.page).toContain(`origin=${origin}`)
    }
    expect((await ask({ redirect_uri: `${page}/other` })).page).toContain('redirect_uri_mismatch')
  })

  it('never brings the token in the query', async () => {
    expect((await ask({ response_mode: 'query' })).page).toContain('Invalid response_mode: query')
  })

  it('is not for Desktop clients, and not for other answers', async () => {
    const desktop = await visit(authUrl(server, { response_type: 'token' }))
    expect(desktop.page).toContain('This client cannot use response_type=token')
    expect((await ask({ response_type: 'token id_token' })).page).toContain('cannot use response_type')
    const ongoing = await ask({ access_type: 'offline' })
    expect(ongoing.page).toContain('Parameter not allowed for this message type: access_type')
    expect((await ask({ response_type: 'tokens' })).page).toContain('unsupported_response_type')
  })

  it('ends with the revocation of its token, and everything that the project has with it', async () => {
    const desktop = await signIn(server)
    const { fragment } = answered(await allow({ prompt: 'consent' }))
    const body = new URLSearchParams({ token: fragment['access_token'] ?? '' })
    expect((await fetch(`${server.issuer}/revoke`, { method: 'POST', body })).status).toBe(200)
    expect((await tokeninfo(fragment['access_token']))['status']).toBe('400')
    expect((await refresh(server, desktop.json['refresh_token'])).status).toBe(400)
    expect(answered(await ask({ prompt: 'none' })).fragment['error']).toBe('interaction_required')
  })
})

describe('prompt=none', () => {
  const refused = (state = 'the-state'): object => ({
    error: 'interaction_required',
    error_subtype: 'access_denied',
    state,
    iss: server.issuer,
  })

  it('brings another token without a page once the account signed in and consented', async () => {
    const first = answered(await allow()).fragment
    const again = answered(await ask({ prompt: 'none' })).fragment
    expect(again['prompt']).toBe('none')
    expect(again['access_token']).not.toBe(first['access_token'])
    expect((await tokeninfo(again['access_token']))['sub']).toBe(asha)
  })

  it('works over a restart: browsers remember who is signed in', async () => {
    await allow()
    await server.restart()
    expect(answered(await ask({ prompt: 'none' })).fragment['access_token']).toMatch(/^ya29\./)
  })

  it.each([
    ['nobody is named', { login_hint: null }],
    ['another account is named', { login_hint: sam }],
    ['more is asked for than was allowed', { scope: `openid email ${drive}` }],
  ])('is refused in the fragment where %s', async (_name, more) => {
    await allow()
    expect(answered(await ask({ prompt: 'none', ...more }))).toEqual({
      fragment: refused(),
      query: '',
      to: page,
    })
  })

  it('is refused before anything was allowed, and for a consent that was given on another machine', async () => {
    expect(answered(await ask({ prompt: 'none' })).fragment).toEqual(refused())
    value(await server.control.mintElsewhere(asha, web.client_id, 1))
    expect(answered(await ask({ prompt: 'none' })).fragment).toEqual(refused())
  })

  it.each([
    ['the browser was signed out', () => server.control.signOut(asha)],
    ['the password changed', () => server.control.changePassword(asha)],
    ['the account was suspended', () => server.control.setDisabled(asha, true)],
  ])('is refused after %s', async (_name, happens) => {
    await allow()
    value(await happens())
    expect(answered(await ask({ prompt: 'none' })).fragment).toEqual(refused())
  })

  it('leads to the chooser without it after the browser was signed out', async () => {
    await allow()
    expect((await ask()).arrived).not.toBeNull()
    value(await server.control.signOut(asha))
    const seen = await ask()
    expect(seen.page).toContain('Choose an account')
    const back = await submit(server, seen.page, [['account', asha]])
    expect(answered(back).fragment['access_token']).toMatch(/^ya29\./)
  })

  it('is refused in the query where a code was asked for', async () => {
    const { arrived } = await visit(authUrl(server, { prompt: 'none' }))
    expect(Object.fromEntries(arrived?.searchParams ?? [])).toEqual(refused())
  })
})

describe('a fragment that is not as usual', () => {
  it.each([
    ['no-state', 'state'],
    ['no-expires-in', 'expires_in'],
  ] as const)('%s: the word is missing, once', async (kind, word) => {
    await allow()
    value(await server.control.setFault({ kind }))
    const [first, second] = [await ask({ prompt: 'none' }), await ask({ prompt: 'none' })]
    expect(answered(first).fragment).not.toHaveProperty(word)
    expect(answered(second).fragment).toHaveProperty(word)
  })

  it('can hold a token that was made for another client', async () => {
    await allow()
    value(await server.control.setFault({ kind: 'foreign-client' }))
    const { fragment } = answered(await ask({ prompt: 'none' }))
    const info = await tokeninfo(fragment['access_token'])
    expect([info['status'], info['aud'] === web.client_id]).toEqual(['200', false])
  })

  it('can hold a token of another type or size', async () => {
    await allow()
    value(await server.control.setFault({ kind: 'token-type', value: 'MAC' }))
    value(await server.control.setFault({ kind: 'token-sizes', accessToken: 2048 }))
    const { fragment } = answered(await ask({ prompt: 'none' }))
    expect([fragment['token_type'], fragment['access_token']?.length]).toEqual(['MAC', 2048])
  })
})
