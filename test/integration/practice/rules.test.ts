/** Every row of google-oauth.md 2.2, caused through the control and seen at the token endpoint. */
import { describe, expect, it } from 'vitest'
import type { PracticeRules } from '../../../electron/contract/views.ts'
import {
  asha,
  authUrl,
  exchange,
  consent,
  meera,
  refresh,
  sam,
  scopeUrl,
  signIn,
  usePractice,
  value,
  visit,
} from './practice-world.ts'

const server = usePractice()
const hourMs = 3_600_000
const dayMs = 24 * hourMs
const gmail = `${scopeUrl}gmail.readonly`
const drive = `${scopeUrl}drive`
const calendar = `${scopeUrl}calendar.events`
const cloud = `${scopeUrl}cloud-platform`

const expired = [400, { error: 'invalid_grant', error_description: 'Token has been expired or revoked.' }]
const accountGone = [400, { error: 'invalid_grant', error_description: 'Account has been deleted' }]
const adminPolicy = [400, { error: 'admin_policy_enforced' }]
const clientDeleted = [401, { error: 'deleted_client', error_description: 'The OAuth client was deleted.' }]
const clientGone = [401, { error: 'invalid_client', error_description: 'The OAuth client was not found.' }]
const sessionOver = [
  400,
  {
    error: 'invalid_grant',
    error_description: 'reauth related error (invalid_rapt)',
    error_subtype: 'invalid_rapt',
    error_uri: 'https://support.google.com/a/answer/9368756',
  },
]

async function mint(sub: string, scope: string): Promise<unknown> {
  return (await signIn(server, { login_hint: sub, scope })).json['refresh_token']
}

/** Status and body of a refresh that is refused, or 200. */
async function told(token: unknown): Promise<unknown> {
  const { status, json } = await refresh(server, token)
  return status === 200 ? 200 : [status, json]
}

async function rule(change: Partial<PracticeRules>): Promise<void> {
  value(await server.control.setRules({ ...value(await server.control.rules()), ...change }))
}

async function goTo(offsetMs: number): Promise<void> {
  value(await server.control.setClockOffset(offsetMs))
}

async function clientIsGone(): Promise<void> {
  value(await server.control.deleteClient())
  await goTo(30 * dayMs)
}

describe('a refresh token stops working', () => {
  it('when access is taken back at the account page, for all of the account and nobody else (row 1)', async () => {
    const [one, other, sams] = [
      await mint(asha, gmail),
      await mint(asha, 'openid'),
      await mint(sam, 'openid'),
    ]
    value(await server.control.revokeAtAccountPage(asha))
    expect([await told(one), await told(other), await told(sams)]).toEqual([expired, expired, 200])
  })

  it('when any client of its project revokes (row 1)', async () => {
    const [one, other] = [await mint(asha, gmail), await mint(asha, 'openid')]
    const body = new URLSearchParams({ token: String(other) })
    expect((await fetch(`${server.issuer}/revoke`, { method: 'POST', body })).status).toBe(200)
    expect(await told(one)).toEqual(expired)
  })

  it('after six months without use, while its client is in use (row 2)', async () => {
    const token = await mint(asha, 'openid')
    await goTo(150 * dayMs)
    const younger = await mint(asha, 'openid')
    await goTo(181 * dayMs)
    expect([await told(token), await told(younger)]).toEqual([expired, 200])
  })

  it('with a new password, if it holds a Gmail scope (row 3)', async () => {
    const [mail, other] = [await mint(asha, `openid ${gmail}`), await mint(asha, drive)]
    value(await server.control.changePassword(asha))
    expect([await told(mail), await told(other)]).toEqual([expired, 200])
  })

  it('when a hundred newer ones of its account and client are there (row 4)', async () => {
    const [first, second] = [await mint(asha, 'openid'), await mint(asha, 'openid')]
    value(await server.control.mintElsewhere(asha, server.clientId, 99))
    expect([await told(first), await told(second)]).toEqual([expired, 200])
  })

  it('when other programs take the account beyond its cap over all clients (row 5)', async () => {
    const [oldest, next, sams] = [
      await mint(asha, 'openid'),
      await mint(asha, 'openid'),
      await mint(sam, 'openid'),
    ]
    for (const program of ['1-a', '2-b', '3-c']) {
      expect(await told(oldest)).toBe(200)
      value(await server.control.mintElsewhere(asha, `${program}.apps.googleusercontent.com`, 100))
    }
    expect([await told(oldest), await told(next), await told(sams)]).toEqual([expired, expired, 200])
    const deaths = value(await server.control.refreshTokens()).map(({ death }) => death)
    expect(deaths.filter((death) => death !== null)).toEqual(['account-cap', 'account-cap'])
  })

  it('when time-based access ends, used or not (row 6)', async () => {
    const token = (await signIn(server, {}, [], false)).json['refresh_token']
    await goTo(15_551_999_000 - 1)
    expect(await told(token)).toBe(200)
    await goTo(15_551_999_000)
    expect(await told(token)).toEqual(expired)
  })

  it.each([
    ['gmail', gmail],
    ['gmail', 'https://mail.google.com/'],
    ['drive', `${scopeUrl}spreadsheets.readonly`],
    ['drive', `${scopeUrl}drive.file`],
    ['calendar', calendar],
    ['cloud', `${scopeUrl}devstorage.read_only`],
  ] as const)(
    'while the administrator restricts %s, if it holds %s, and not after (row 7)',
    async (product, scope) => {
      const [token, plain] = [await mint(meera, `openid ${scope}`), await mint(meera, 'openid')]
      const consumers = await mint(asha, `openid ${scope}`)
      await rule({ restricted: [product] })
      expect([await told(token), await told(plain), await told(consumers)]).toEqual([adminPolicy, 200, 200])
      await rule({ restricted: [] })
      expect(await told(token)).toBe(200)
    },
  )

  it('when the Cloud session is over, until a new sign-in (row 8)', async () => {
    await rule({ sessionHours: 16 })
    const [token, mail] = [await mint(meera, `openid ${cloud}`), await mint(meera, gmail)]
    const consumers = await mint(asha, cloud)
    await goTo(16 * hourMs - 1)
    expect(await told(token)).toBe(200)
    await goTo(16 * hourMs)
    expect([await told(token), await told(mail), await told(consumers)]).toEqual([sessionOver, 200, 200])
    expect(await told(await mint(meera, `openid ${cloud}`))).toBe(200)
    expect(await told(token)).toEqual(sessionOver)
    await rule({ sessionHours: 24 })
    expect(await told(token)).toBe(200)
  })

  it('seven days after consent while the project is in Testing, unless it only says who signs in (row 9)', async () => {
    await rule({ publishing: 'testing' })
    const [token, identity] = [await mint(asha, drive), await mint(asha, 'openid email profile')]
    await goTo(7 * dayMs - 1)
    expect(await told(token)).toBe(200)
    await goTo(7 * dayMs)
    expect([await told(token), await told(identity)]).toEqual([expired, 200])
  })

  it('while the client is deleted, and not once it is restored (row 10)', async () => {
    const token = await mint(asha, drive)
    await rule({ clientDeleted: true })
    expect(await told(token)).toEqual(clientDeleted)
    expect(await told('1//bogus')).toEqual(clientDeleted)
    await rule({ clientDeleted: false })
    expect(await told(token)).toBe(200)
  })

  it('when the client was idle for six months: restorable for thirty days, then gone (row 10)', async () => {
    server.machineNow = Date.UTC(2026, 0, 15, 12)
    const token = await mint(asha, drive)
    const end = Date.UTC(2026, 6, 15, 12) - server.machineNow
    await goTo(end - 1)
    expect(value(await server.control.rules()).clientDeleted).toBe(false)
    await goTo(end)
    expect(await told(token)).toEqual(clientDeleted)
    expect(value(await server.control.rules()).clientDeleted).toBe(true)
    await goTo(end + 30 * dayMs)
    expect(await told(token)).toEqual(clientGone)
    expect(await server.control.restoreClient()).toMatchObject({ error: { code: 'not-found' } })
    await goTo(end + 30 * dayMs - 1)
    value(await server.control.restoreClient())
    expect(value(await server.control.rules()).clientDeleted).toBe(false)
    expect(await told(token)).toEqual(expired)
    expect(await told(await mint(asha, drive))).toBe(200)
  })

  it('while its account is deleted or suspended (row 11)', async () => {
    const [token, sams] = [await mint(asha, 'openid'), await mint(sam, 'openid')]
    value(await server.control.setDisabled(asha, true))
    expect([await told(token), await told(sams)]).toEqual([accountGone, 200])
    value(await server.control.setDisabled(asha, false))
    expect(await told(token)).toBe(200)
  })

  it('never because of the user cap, which only keeps new people out (row 12)', async () => {
    const token = await mint(asha, drive)
    value(await server.control.setUserCap(true))
    expect(await told(token)).toBe(200)
    expect((await visit(authUrl(server, { login_hint: sam, scope: drive }))).status).toBe(403)
    expect((await visit(authUrl(server, { login_hint: asha, scope: drive }))).status).toBe(200)
    expect((await visit(authUrl(server, { login_hint: sam, scope: 'openid email' }))).status).toBe(200)
  })
})

describe('of several reasons', () => {
  it('the client speaks before the token, the account before the token’s death, and that before what can pass', async () => {
    await rule({ sessionHours: 1 })
    const token = await mint(meera, cloud)
    await rule({ restricted: ['cloud'] })
    expect(await told(token)).toEqual(adminPolicy)
    await goTo(hourMs)
    expect(await told(token)).toEqual(sessionOver)
    value(await server.control.revokeAtAccountPage(meera))
    expect(await told(token)).toEqual(expired)
    value(await server.control.setDisabled(meera, true))
    expect(await told(token)).toEqual(accountGone)
    await rule({ clientDeleted: true })
    expect(await told(token)).toEqual(clientDeleted)
  })

  it('tells a test the same as the token endpoint', async () => {
    await mint(meera, cloud)
    await rule({ restricted: ['cloud'] })
    const [seen] = value(await server.control.refreshTokens())
    expect(seen).toMatchObject({ sub: meera, death: null, refusal: 'admin-policy' })
  })
})

describe('a client that is gone for good', () => {
  it('can be made anew, and its old tokens and secrets stay dead', async () => {
    const token = await mint(asha, drive)
    await clientIsGone()
    expect(await told(token)).toEqual(clientGone)
    const file = value(await server.control.clientFile())
    expect((await refresh(server, token)).json['error_description']).toBe(
      'The provided client secret is invalid.',
    )
    const { installed } = JSON.parse(file) as { installed: { client_secret: string } }
    server.clientSecret = installed.client_secret
    expect(await told(token)).toEqual(expired)
    expect(await told(await mint(asha, drive))).toBe(200)
  })

  it('is not made anew while it can be restored', async () => {
    value(await server.control.deleteClient())
    value(await server.control.clientFile())
    expect(value(await server.control.rules()).clientDeleted).toBe(true)
  })
})

describe('the sign-in pages', () => {
  const causes: readonly (readonly [string, () => Promise<unknown>, number, string])[] = [
    ['of a deleted client', () => rule({ clientDeleted: true }), 401, 'deleted_client'],
    ['of a client that is gone', clientIsGone, 401, 'invalid_client'],
    ['of an account that is gone', () => server.control.setDisabled(meera, true), 403, 'account_disabled'],
    ['of a restricted service', () => rule({ restricted: ['cloud'] }), 400, 'admin_policy_enforced'],
  ]
  it.each(causes)('%s say so and send nobody back to the app', async (_name, cause, status, error) => {
    await cause()
    const seen = await visit(authUrl(server, { login_hint: meera, scope: cloud }))
    expect([seen.status, seen.arrived]).toEqual([status, null])
    expect(seen.page).toContain(error)
  })

  it('give a code that is refused when the account or its administrator changes before the exchange', async () => {
    const codes = [
      await consent(server, { login_hint: meera, scope: cloud }),
      await consent(server, { login_hint: meera, scope: cloud }),
    ]
    await rule({ restricted: ['cloud'] })
    expect((await exchange(server, codes[0] ?? '')).json).toEqual({ error: 'admin_policy_enforced' })
    value(await server.control.setDisabled(meera, true))
    expect((await exchange(server, codes[1] ?? '')).json['error_description']).toBe(
      'Account has been deleted',
    )
  })
})

describe('the control', () => {
  it('does not know other accounts', async () => {
    const answers = [
      await server.control.changePassword('1'),
      await server.control.setDisabled('1', true),
      await server.control.mintElsewhere('1', server.clientId, 1),
    ]
    for (const answer of answers) expect(answer).toMatchObject({ ok: false, error: { code: 'not-found' } })
  })

  it('remembers rules and accounts over a restart', async () => {
    const wanted = {
      publishing: 'testing',
      sessionHours: 8,
      restricted: ['drive'],
      clientDeleted: true,
    } as const
    value(await server.control.setRules({ ...wanted, restricted: ['drive'] }))
    value(await server.control.setDisabled(sam, true))
    await server.restart()
    const seen = value(await server.control.view())
    expect(seen.rules).toEqual(wanted)
    expect(seen.accounts.filter(({ disabled }) => disabled).map(({ sub }) => sub)).toEqual([sam])
  })

  it('opens a state from before there were these rules and several clients', async () => {
    const token = await mint(asha, drive)
    await server.close()
    const { disabled, sessionHours, restricted, userCapReached, clients, revocations, ...before } =
      server.saved as Record<string, unknown>
    expect([disabled, sessionHours, restricted, userCapReached]).toEqual([[], null, [], false])
    const [first] = clients as { secrets: unknown }[]
    expect([first, revocations]).toEqual([expect.objectContaining({ clientId: server.clientId }), []])
    server.saved = { ...before, version: 1, clientSecrets: first?.secrets }
    await server.restart()
    expect(await told(token)).toBe(200)
  })
})
