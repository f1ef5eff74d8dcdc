import { describe, expect, it } from 'vitest'
import {
  asha,
  authUrl,
  codeOf,
  consent,
  exchange,
  meera,
  redirectUri,
  sam,
  scopeUrl,
  signIn,
  submit,
  usePractice,
  value,
  visit,
} from './practice-world.ts'

const server = usePractice()
const drive = `${scopeUrl}drive.file`
const calendar = `${scopeUrl}calendar`

describe('requests that Google answers on its own page', () => {
  const cases: readonly (readonly [string, Record<string, string | null>, number, string, string])[] = [
    ['no client', { client_id: null }, 400, 'invalid_request', 'Missing required parameter: client_id'],
    [
      'an unknown client',
      { client_id: '1-x.apps.googleusercontent.com' },
      401,
      'invalid_client',
      'The OAuth client was not found.',
    ],
    [
      'no redirect address',
      { redirect_uri: null },
      400,
      'invalid_request',
      'Missing required parameter: redirect_uri',
    ],
    [
      'a redirect to another host',
      { redirect_uri: 'http://evil.example/' },
      400,
      'redirect_uri_mismatch',
      'http://evil.example/',
    ],
    [
      'out of band',
      { redirect_uri: 'urn:ietf:wg:oauth:2.0:oob' },
      400,
      'redirect_uri_mismatch',
      'urn:ietf:wg:oauth:2.0:oob',
    ],
    [
      'no response type',
      { response_type: null },
      400,
      'invalid_request',
      'Missing required parameter: response_type',
    ],
    [
      'a response type for the web',
      { response_type: 'token' },
      400,
      'invalid_request',
      'response_type=token',
    ],
    ['a made-up response type', { response_type: 'magic' }, 400, 'unsupported_response_type', 'magic'],
    ['a response mode it does not have', { response_mode: 'form_post' }, 400, 'invalid_request', 'form_post'],
    ['no scope', { scope: ' ' }, 400, 'invalid_request', 'Missing required parameter: scope'],
    [
      'a scope that is none',
      { scope: 'openid drive' },
      400,
      'invalid_scope',
      'Some requested scopes were invalid. {valid=[openid], invalid=[drive]}',
    ],
    [
      'an admin scope for a consumer account',
      { scope: `openid ${scopeUrl}admin.directory.user` },
      400,
      'invalid_scope',
      `Some requested scopes cannot be shown: [${scopeUrl}admin.directory.user]`,
    ],
    [
      'a challenge that is too short',
      { code_challenge: 'short' },
      400,
      'invalid_grant',
      'Invalid code challenge.',
    ],
    [
      'a method without a challenge',
      { code_challenge: null },
      400,
      'invalid_grant',
      'Missing code challenge.',
    ],
    ['an unknown challenge method', { code_challenge_method: 'S512' }, 400, 'invalid_request', 'S512'],
    [
      'an unknown prompt',
      { prompt: 'login' },
      400,
      'invalid_request',
      'Invalid parameter value for prompt: login',
    ],
    [
      'a prompt of none and more',
      { prompt: 'none consent' },
      400,
      'invalid_request',
      'Invalid parameter value for prompt',
    ],
  ]

  it.each(cases)(
    'shows %s as an error page and sends nobody back',
    async (_name, params, status, error, detail) => {
      const seen = await visit(authUrl(server, params))
      expect(seen.status).toBe(status)
      expect(seen.arrived).toBeNull()
      expect(seen.page).toContain(`Error ${String(status)}: ${error}`)
      expect(seen.page).toContain(detail)
    },
  )

  it('refuses a parameter that stands twice', async () => {
    const seen = await visit(`${authUrl(server)}&scope=openid`)
    expect(seen.page).toContain('OAuth 2 parameters can only have a single value: scope')
  })

  it('refuses a browser that is part of an app', async () => {
    const seen = await visit(authUrl(server), {
      'user-agent': 'Mozilla/5.0 Chrome/140.0 Electron/45.4.1 Safari/537.36',
    })
    expect([seen.status, seen.arrived]).toEqual([403, null])
    expect(seen.page).toContain('Error 403: disallowed_useragent')
  })

  it('refuses an account that is not a tester while the project is in Testing', async () => {
    value(await server.control.setPublishing('testing', ['sam.field@gmail.test']))
    const seen = await visit(authUrl(server))
    expect(seen.status).toBe(403)
    expect(seen.page).toContain('Error 403: access_denied')
    expect((await visit(authUrl(server, { login_hint: sam }))).status).toBe(200)
  })

  it('escapes what the request brought', async () => {
    const seen = await visit(authUrl(server, { redirect_uri: 'http://x/"><script>alert(1)</script>' }))
    expect(seen.page).not.toContain('<script')
  })
})

describe('choosing an account', () => {
  it('shows all accounts when nobody is named, and Workspace ones only for hd=*', async () => {
    const all = await visit(authUrl(server, { login_hint: null }))
    const workspace = await visit(authUrl(server, { login_hint: null, hd: '*' }))
    const emails = (page: string): string[] => page.match(/[a-z.]+@[a-z]+\.test/g) ?? []
    expect(emails(all.page)).toEqual(['asha.rao@gmail.test', 'sam.field@gmail.test', 'meera@northwind.test'])
    expect(emails(workspace.page)).toEqual(['meera@northwind.test'])
  })

  it.each(['asha.rao@gmail.test', 'Asha.Rao@GMAIL.test', asha])(
    'takes the hint %s and goes to consent',
    async (hint) => {
      const seen = await visit(authUrl(server, { login_hint: hint }))
      expect(seen.page).toContain('asha.rao@gmail.test')
      expect(seen.page).not.toContain('sam.field@gmail.test')
    },
  )

  it('shows the chooser in spite of a hint when select_account is asked for', async () => {
    const seen = await visit(authUrl(server, { prompt: 'consent select_account' }))
    expect(seen.page).toContain('sam.field@gmail.test')
  })

  it('lets the person take another account than the hinted one', async () => {
    const hinted = await visit(authUrl(server))
    const chooser = await submit(server, hinted.page, [['action', 'switch']])
    const other = await submit(server, chooser.page, [['account', sam]])
    const code = codeOf(
      await submit(server, other.page, [
        ['action', 'continue'],
        ['ongoing', 'yes'],
      ]),
    )
    const { json } = await exchange(server, code)
    const payload = JSON.parse(
      Buffer.from(String(json['id_token']).split('.')[1] ?? '', 'base64url').toString(),
    ) as object
    expect(payload).toMatchObject({ sub: sam, email: 'sam.field@gmail.test' })
  })
})

describe('consent', () => {
  it('sends back code, state, both scope spellings, iss, authuser and prompt', async () => {
    const first = await visit(authUrl(server))
    const { status, arrived } = await submit(server, first.page, [
      ['action', 'continue'],
      ['ongoing', 'yes'],
    ])
    expect(status).toBe(302)
    expect(arrived?.href.startsWith(`${redirectUri}?`)).toBe(true)
    const { code, ...rest } = Object.fromEntries(arrived?.searchParams ?? [])
    expect(code).toMatch(/^4\/[\w-]{60,254}$/)
    expect(rest).toEqual({
      state: 'the-state',
      iss: server.issuer,
      scope: `email ${scopeUrl}userinfo.email openid`,
      authuser: '0',
      prompt: 'consent',
    })
  })

  it('adds hd for a Workspace account and leaves out a state that was not sent', async () => {
    const first = await visit(authUrl(server, { login_hint: meera, state: null }))
    const { arrived } = await submit(server, first.page, [['action', 'continue']])
    expect(arrived?.searchParams.get('hd')).toBe('northwind.test')
    expect(arrived?.searchParams.has('state')).toBe(false)
  })

  it('keeps the query that the redirect address has', async () => {
    const first = await visit(authUrl(server, { redirect_uri: 'http://[::1]:5/x?a=b' }))
    const { arrived } = await submit(server, first.page, [['action', 'cancel']])
    expect(arrived?.href.startsWith('http://[::1]:5/x?a=b&error=access_denied&')).toBe(true)
  })

  it('answers in the fragment when asked to', async () => {
    const first = await visit(authUrl(server, { response_mode: 'fragment' }))
    const { arrived } = await submit(server, first.page, [['action', 'continue']])
    expect([arrived?.search, arrived?.hash.includes('code=4')]).toEqual(['', true])
  })

  it('sends a refusal back with the state', async () => {
    const first = await visit(authUrl(server))
    const { arrived } = await submit(server, first.page, [['action', 'cancel']])
    const sent = Object.fromEntries(arrived?.searchParams ?? [])
    expect(sent).toEqual({ error: 'access_denied', state: 'the-state', iss: server.issuer })
  })

  it('gives each scope an empty box from two on, and none to sign-in', async () => {
    const { page } = await visit(authUrl(server, { scope: `openid email ${drive} ${calendar}` }))
    const boxes = page.match(/<input type="checkbox" name="scope"[^>]*>/g) ?? []
    expect(boxes.map((box) => /value="([^"]+)"/.exec(box)?.[1])).toEqual([calendar, drive])
    expect(boxes.some((box) => box.includes('checked'))).toBe(false)
  })

  it('has no boxes for a single scope beyond sign-in, which is granted as a whole', async () => {
    const { page } = await visit(authUrl(server, { scope: `openid ${drive}` }))
    expect(page).not.toContain('name="scope"')
    expect((await signIn(server, { scope: `openid ${drive}` })).json['scope']).toBe(`${drive} openid`)
  })

  it('ticks every box on “Select all” and changes nothing else', async () => {
    const first = await visit(authUrl(server, { scope: `${drive} ${calendar}` }))
    const all = await submit(server, first.page, [['action', 'select-all']])
    expect(all.page.match(/name="scope"[^>]*checked/g)).toHaveLength(2)
    expect(all.page).not.toMatch(/name="ongoing"[^>]*checked/)
  })

  it('grants what was ticked and the sign-in scopes, nothing that was not asked for', async () => {
    const scope = `openid email ${drive} ${calendar}`
    const { json } = await signIn(server, { scope }, [calendar, `${scopeUrl}gmail.send`])
    expect(json['scope']).toBe(`${calendar} ${scopeUrl}userinfo.email openid`)
  })

  it('takes nothing ticked and nothing to sign in for as a refusal', async () => {
    const first = await visit(authUrl(server, { scope: `${drive} ${calendar}` }))
    const { arrived } = await submit(server, first.page, [['action', 'continue']])
    expect(arrived?.searchParams.get('error')).toBe('access_denied')
  })

  it('asks only once without prompt=consent, and then gives no second refresh token', async () => {
    const first = await signIn(server, { prompt: null })
    const second = await visit(authUrl(server, { prompt: null }))
    expect(second.arrived?.searchParams.get('prompt')).toBe('none')
    const again = await exchange(server, codeOf(second))
    expect([typeof first.json['refresh_token'], typeof again.json['refresh_token']]).toEqual([
      'string',
      'undefined',
    ])
    expect(again.json['access_token']).toMatch(/^ya29\./)
  })

  it('asks again for a scope that was not allowed yet', async () => {
    await signIn(server)
    const more = await visit(authUrl(server, { prompt: null, scope: `openid email ${drive}` }))
    expect([more.status, more.arrived]).toEqual([200, null])
  })

  it('never widens a grant to what was allowed before', async () => {
    await signIn(server, { scope: `openid ${drive}` })
    const { json } = await signIn(server, { scope: 'openid', include_granted_scopes: 'true' })
    expect(json['scope']).toBe('openid')
  })
})

describe('prompt=none', () => {
  it('needs UI for an account that never consented, and for nobody', async () => {
    for (const login_hint of [asha, null]) {
      const { arrived } = await visit(authUrl(server, { prompt: 'none', login_hint }))
      expect(Object.fromEntries(arrived?.searchParams ?? [])).toEqual({
        error: 'interaction_required',
        error_subtype: 'access_denied',
        state: 'the-state',
        iss: server.issuer,
      })
    }
  })

  it('answers without a page once consent was given', async () => {
    await signIn(server)
    expect(await consent(server, { prompt: 'none' })).toMatch(/^4\//)
  })
})

describe('the forms', () => {
  it('refuse another origin and none', async () => {
    const { page } = await visit(authUrl(server))
    for (const origin of ['http://evil.example', 'null', '']) {
      const seen = await submit(server, page, [['action', 'continue']], origin)
      expect([seen.status, seen.arrived]).toEqual([400, null])
    }
    expect(codeOf(await submit(server, page, [['action', 'continue']]))).toMatch(/^4\//)
  })

  it('refuse a ticket that was used or made up', async () => {
    const { page } = await visit(authUrl(server))
    await submit(server, page, [['action', 'continue']])
    const again = await submit(server, page, [['action', 'continue']])
    const forged = await submit(server, page.replace(/(name="ticket" value=")[^"]+/, '$1forged'), [
      ['action', 'continue'],
    ])
    expect([again.status, again.arrived, forged.status, forged.arrived]).toEqual([400, null, 400, null])
    expect(again.page).toContain('no longer valid')
  })
})

describe('the pages', () => {
  it('say that this is practice, in English and in Hindi, and run no script', async () => {
    const english = await visit(authUrl(server))
    const hindi = await visit(authUrl(server, { hl: 'hi' }))
    expect(english.page).toContain('This is not Google')
    expect(hindi.page).toContain('<html lang="hi">')
    expect(hindi.page).toContain('यह Google नहीं है')
    expect(english.page).not.toContain('<script')
  })

  it('allow no script, no frame, and forms only to themselves and the redirect address', async () => {
    const { headers } = await fetch(authUrl(server))
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).toContain("form-action 'self' http://127.0.0.1:49152")
    expect(policy).not.toContain('unsafe')
  })
})
