/** The page of an account's connections, as a browser without scripts uses it. */
import { describe, expect, it } from 'vitest'
import type { Seen } from './practice-world.ts'
import {
  asha,
  consent,
  exchange,
  furtherClient,
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
const look = (query = 'authuser=asha.rao@gmail.test', language = 'en'): Promise<Seen> =>
  visit(`${server.issuer}/connections?${query}`, { 'accept-language': language })
const projectOf = (clientId: string): string => clientId.split('-')[0] ?? ''
const remove = (page: string, project: string, origin?: string): Promise<Seen> =>
  submit(server, page, [['project', project]], origin)
const own = (): string => projectOf(server.clientId)

describe('the connections page', () => {
  it.each(['authuser=ASHA.rao@gmail.test', 'Email=asha.rao@gmail.test', `authuser=${asha}`])(
    'shows the account that is named: %s',
    async (query) => {
      await signIn(server, { scope: `openid email ${scopeUrl}drive.file` })
      const { status, page } = await look(query)
      expect(status).toBe(200)
      expect(page).toContain('<span>asha.rao@gmail.test</span>')
      expect(page).toContain('Latchkey practice client')
      for (const words of ['Know who you are', 'See your email address', 'use with this app']) {
        expect(page).toContain(words)
      }
    },
  )

  it.each(['', 'authuser=0', 'authuser=nobody@gmail.test', 'Email=%3Cb%3E'])(
    'asks whose connections are meant: “%s”',
    async (query) => {
      const { status, page } = await look(query)
      expect([status, page.match(/name="authuser" value="[^"]+"/g)]).toEqual([
        200,
        [
          'name="authuser" value="asha.rao@gmail.test"',
          'name="authuser" value="sam.field@gmail.test"',
          'name="authuser" value="meera@northwind.test"',
        ],
      ])
      expect(page).not.toContain('nobody')
    },
  )

  it('has one entry for a project, whatever its clients and tokens, and its scopes added up', async () => {
    const same = await furtherClient(server, 'same')
    await signIn(server, { scope: 'openid' })
    await exchange(server, await consent(server, { client_id: same.client_id, scope: 'email' }), same)
    value(await server.control.mintElsewhere(asha, '77-x.apps.googleusercontent.com', 3))
    const { page } = await look()
    expect(page.match(/name="project" value="\d+"/g)).toEqual([
      `name="project" value="${own()}"`,
      'name="project" value="77"',
    ])
    expect(page).toContain('Project 77')
    expect(page).toContain('See your email address')
  })

  it('says when nothing has access, and speaks Hindi', async () => {
    expect((await look()).page).toContain('No app has access to this account.')
    expect((await look('authuser=asha.rao@gmail.test', 'hi')).page).toContain('ऐक्सेस वाले ऐप्लिकेशन')
  })
})

describe('“Remove access”', () => {
  it('ends the tokens of the whole project for this account, and nothing else', async () => {
    const other = await furtherClient(server, 'other')
    const mine = (await signIn(server)).json['refresh_token']
    const sams = (await signIn(server, { login_hint: sam })).json['refresh_token']
    const theirs = (await exchange(server, await consent(server, { client_id: other.client_id }), other))
      .json['refresh_token']
    const { status, arrived } = await removeAndFollow()
    expect([status, arrived]).toEqual([200, null])
    expect((await refresh(server, mine)).json['error_description']).toBe('Token has been expired or revoked.')
    expect((await refresh(server, sams)).status).toBe(200)
    expect((await refresh(server, theirs, other)).status).toBe(200)
  })

  it('says what it did, and what is left', async () => {
    await signIn(server)
    value(await server.control.mintElsewhere(asha, '77-x.apps.googleusercontent.com', 1))
    const { page } = await removeAndFollow()
    expect(page).toContain('Latchkey practice client no longer has access.')
    expect(page).toContain('Project 77')
  })

  it.each(['http://evil.example', 'null'])('is not done for a page of %s', async (origin) => {
    const token = (await signIn(server)).json['refresh_token']
    expect((await remove((await look()).page, own(), origin)).status).toBe(400)
    expect((await refresh(server, token)).status).toBe(200)
  })

  it('is not done without the ticket of the page, or with one used before', async () => {
    await signIn(server)
    const { page } = await look()
    await remove(page, own())
    const token = (await signIn(server)).json['refresh_token']
    const forged = page.replace(/name="ticket" value="[^"]+"/, 'name="ticket" value="guessed"')
    for (const bad of [page, forged]) expect((await remove(bad, own())).status).toBe(400)
    expect((await refresh(server, token)).status).toBe(200)
  })

  it('says nothing of a removal that an address only claims', async () => {
    await signIn(server)
    const claims = [own(), '%3Cb%3E', '9'.repeat(30)]
    for (const claim of claims) {
      const { page } = await look(`authuser=asha.rao@gmail.test&removed=${claim}`)
      expect(page).not.toContain('no longer has access')
    }
  })

  async function removeAndFollow(): Promise<Seen> {
    const { arrived } = await remove((await look()).page, own())
    return visit(String(arrived), { 'accept-language': 'en' })
  }
})
