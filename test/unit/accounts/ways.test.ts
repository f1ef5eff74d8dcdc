import { describe, expect, it } from 'vitest'
import type { CommandParams } from '../../../electron/contract/commands.ts'
import { errors } from '../../../electron/contract/errors.ts'
import { elsewherePatienceMs, patienceMs } from '../../../electron/core/accounts/sign-in/patience.ts'
import { previewSignIn } from '../../../electron/core/accounts/sign-in/preview.ts'
import { SignIns } from '../../../electron/core/accounts/sign-in/sign-ins.ts'
import { portRetryMs, triesPerLook } from '../../../electron/core/accounts/sign-in/ways/listen-when-free.ts'
import { testClientId, webFile } from '../../support/client-files.ts'
import { asha, meera } from '../../support/fake-google.ts'
import { openTestContext } from '../../support/test-context.ts'
import type { TestProfile } from '../../support/test-profile.ts'
import { openTestProfile } from '../../support/test-profile.ts'

const local = 'http://localhost:8080'
const remote = 'https://app.example/cb'

async function webProfile(redirectUris: string[], javascriptOrigins: string[] = []): Promise<TestProfile> {
  const test = await openTestProfile()
  test.world.desktop.clipboard = webFile({
    redirect_uris: redirectUris,
    javascript_origins: javascriptOrigins,
  })
  const added = await test.ask('clients.importClipboard', { acceptUncheckedSecret: false })
  if (!added.ok) throw new Error(added.error.code)
  return test
}

async function desktopProfile(): Promise<TestProfile> {
  const test = await openTestProfile()
  await test.addClient()
  return test
}

type Wanted = Partial<CommandParams<'signIn.start'>>

function ask(test: TestProfile, wanted: Wanted = {}): ReturnType<typeof test.ask<'signIn.start'>> {
  return test.ask('signIn.start', { clientId: testClientId, scopes: [], accountId: null, ...wanted })
}

async function start(test: TestProfile, wanted: Wanted = {}): Promise<string> {
  const started = await ask(test, wanted)
  if (!started.ok) throw new Error(started.error.code)
  return started.value.flowId
}

/** The address that a sign-in asks at, wherever it is opened. */
async function linkOf(test: TestProfile, flowId: string): Promise<string> {
  await test.reach(flowId, 'waiting')
  const copied = await test.ask('signIn.copyLink', { flowId })
  if (!copied.ok) throw new Error(copied.error.code)
  return test.world.desktop.clipboard
}

/** Where the browser ends after the person consented to what a link asks. */
function endOf(test: TestProfile, link: string, person = asha): URL {
  const end = new URL(new URL(link).searchParams.get('redirect_uri') ?? '')
  end.search = test.world.google.consent(link, person).toString()
  return end
}

function paste(test: TestProfile, flowId: string, text: string): ReturnType<typeof test.ask<'signIn.paste'>> {
  test.world.desktop.clipboard = text
  return test.ask('signIn.paste', { flowId })
}

const refused = (code: string): object => ({ ok: false, error: { code } })
const paramsOf = (link: string): URLSearchParams => new URL(link).searchParams

describe('a web client with a loopback address', () => {
  it('signs in at exactly that address, spelled alike in both requests', async () => {
    const test = await webProfile([remote, local])
    const flow = await start(test)
    const link = await linkOf(test, flow)
    expect(test.flow(flow)).toMatchObject({ way: 'redirect', elsewhere: false })
    expect(test.world.listener.listening).toEqual([local])
    expect(paramsOf(link).get('redirect_uri')).toBe(local)
    expect(await test.world.listener.call(local, test.world.google.consent(link, asha))).toMatchObject({
      status: 200,
    })
    expect(await test.reach(flow, 'done')).toMatchObject({ email: asha.email })
    expect(test.world.google.tokenRequests[0]?.get('redirect_uri')).toBe(local)
    expect(test.world.listener.listening).toEqual([])
  })

  it.each(['http://[::1]:8080/cb', 'http://127.0.0.1:8080/', 'http://localhost:8080/cb?from=google'])(
    'takes %s to the letter',
    async (uri) => {
      const test = await webProfile([uri])
      const flow = await start(test)
      const link = await linkOf(test, flow)
      expect(paramsOf(link).get('redirect_uri')).toBe(uri)
      void test.world.listener.call(uri, test.world.google.consent(link, asha))
      await test.reach(flow, 'done')
      expect(test.world.google.tokenRequests[0]?.get('redirect_uri')).toBe(uri)
    },
  )

  it('uses the registered address that it is told to use, and no other', async () => {
    const test = await webProfile([local, 'http://127.0.0.1:9090/cb', remote])
    const flow = await start(test, { redirectUri: 'http://127.0.0.1:9090/cb' })
    await linkOf(test, flow)
    expect(test.snapshot().flows).toMatchObject([{ redirectUri: 'http://127.0.0.1:9090/cb' }])
    expect(test.world.listener.listening).toEqual(['http://127.0.0.1:9090/cb'])
    for (const redirectUri of [`${local}/`, 'http://127.0.0.1:1234/cb', remote])
      expect(await ask(test, { way: 'redirect', redirectUri })).toMatchObject(
        refused('redirect-unregistered'),
      )
  })

  it('proves itself in the header where the person chose that', async () => {
    const test = await webProfile([local])
    await test.ask('clients.update', { clientId: testClientId, authentication: 'basic' })
    const flow = await start(test)
    void test.world.listener.call(local, test.world.google.consent(await linkOf(test, flow), asha))
    await test.reach(flow, 'done')
    const sent = test.world.http.requests.find(({ url }) => url.endsWith('/token'))
    const pair = Buffer.from(`${testClientId}:GOCSPX-test-secret-0001`).toString('base64')
    expect(sent?.headers['authorization']).toBe(`Basic ${pair}`)
    expect(new URLSearchParams(sent?.body).has('client_secret')).toBe(false)
    expect(new URLSearchParams(sent?.body).has('client_id')).toBe(false)
  })
})

describe('a registered port that is taken', () => {
  it('is waited for, with who holds it, and the sign-in goes on once it is free', async () => {
    const test = await webProfile([local])
    test.world.listener.occupy(8080, { program: 'python3' })
    const flow = await start(test)
    expect(await test.reach(flow, 'port-busy')).toEqual({
      ...{ kind: 'port-busy', port: 8080, program: 'python3' },
    })
    expect(test.world.browser.opened).toEqual([])
    expect(await test.ask('signIn.copyLink', { flowId: flow })).toMatchObject(refused('not-found'))
    await test.world.timers.live(3 * portRetryMs)
    expect(test.flow(flow)?.step.kind).toBe('port-busy')
    test.world.listener.occupy(8080, null)
    await test.world.timers.live(portRetryMs)
    void test.world.listener.call(local, test.world.google.consent(await linkOf(test, flow), asha))
    await test.reach(flow, 'done')
  })

  it('is not waited for beyond the patience, nor after a cancel', async () => {
    const test = await webProfile([local])
    test.world.listener.occupy(8080, { program: null })
    const [patient, cancelled] = [await start(test), await start(test)]
    expect(await test.reach(patient, 'port-busy')).toMatchObject({ program: null })
    await test.reach(cancelled, 'port-busy')
    await test.ask('signIn.cancel', { flowId: cancelled })
    expect(await test.reach(cancelled, 'failed')).toMatchObject({ error: { code: 'sign-in-cancelled' } })
    await test.world.timers.live(patienceMs)
    expect(await test.reach(patient, 'failed')).toMatchObject({
      error: { code: 'loopback-busy', message: 'Port 8080 on this computer is taken.' },
    })
    expect(errors['loopback-busy'].next).not.toContain('goes on')
    test.world.listener.occupy(8080, null)
    await test.world.timers.live(10 * portRetryMs)
    expect(test.world.listener.listening).toEqual([])
  })

  it('is named in the end, and who has it is looked for at once and then twice a minute', async () => {
    const test = await webProfile([local])
    test.world.listener.occupy(8080, { program: 'python3' })
    const flow = await start(test)
    await test.reach(flow, 'port-busy')
    const told = test.deltas.length
    await test.world.timers.live((triesPerLook - 1) * portRetryMs)
    expect(test.world.listener.looks).toEqual([8080])
    await test.world.timers.live(portRetryMs)
    expect(test.world.listener.looks).toEqual([8080, 8080])
    expect(test.deltas.slice(told)).toEqual([])
    test.world.listener.occupy(8080, { program: 'ruby' })
    await test.world.timers.live(triesPerLook * portRetryMs)
    expect(test.flow(flow)?.step).toMatchObject({ kind: 'port-busy', program: 'ruby' })
    await test.world.timers.live(patienceMs)
    expect(await test.reach(flow, 'failed')).toMatchObject({
      error: { code: 'loopback-busy', message: 'Port 8080 on this computer is taken (ruby).' },
    })
  })

  it('is given up at once by a cancel, also while nobody knows yet who has it', async () => {
    const test = await webProfile([local])
    test.world.listener.occupy(8080, { program: null })
    test.world.listener.hangNextLook()
    const flow = await start(test)
    while (test.world.listener.looks.length === 0) await new Promise((resolve) => setImmediate(resolve))
    await test.ask('signIn.cancel', { flowId: flow })
    expect(await test.reach(flow, 'failed')).toMatchObject({ error: { code: 'sign-in-cancelled' } })
  })

  it('by another sign-in of ours is free when that one ends', async () => {
    const test = await webProfile([local])
    const [first, second] = [await start(test), await start(test)]
    await test.reach(first, 'waiting')
    await test.reach(second, 'port-busy')
    await test.ask('signIn.cancel', { flowId: first })
    await test.reach(first, 'failed')
    await test.world.timers.live(portRetryMs)
    await test.reach(second, 'waiting')
  })

  it('below 1024 is said at once', async () => {
    const test = await webProfile(['http://localhost/cb'])
    expect(await test.reach(await start(test), 'failed')).toMatchObject({
      error: { code: 'loopback-privileged', details: { port: 80 } },
    })
  })
})

describe('a way that a client does not have', () => {
  it('is refused with what to register', async () => {
    const test = await webProfile([remote])
    expect(await ask(test, { way: 'redirect' })).toMatchObject({
      error: { code: 'redirect-none', details: { line: test.snapshot().clients[0]?.toRegister?.redirect } },
    })
    expect(await ask(test, { way: 'client-side' })).toMatchObject(refused('client-side-no-origin'))
    expect(await ask(test, { way: 'device' })).toMatchObject(refused('way-not-possible'))
    expect(await ask(test, { way: 'loopback' })).toMatchObject(refused('way-not-possible'))
  })

  it('is refused for a web client that has nothing registered, and for a Desktop client', async () => {
    const bare = await webProfile(['postmessage'])
    expect(await ask(bare)).toMatchObject(refused('redirect-none'))
    const desktop = await desktopProfile()
    for (const way of ['redirect', 'paste', 'client-side', 'device'] as const)
      expect(await ask(desktop, { way })).toMatchObject(refused('way-not-possible'))
    expect(await ask(desktop, { redirectUri: 'http://localhost' })).toMatchObject(
      refused('redirect-unregistered'),
    )
  })
})

describe('a pasted answer', () => {
  it('signs in where the registered address leads elsewhere, without listening', async () => {
    const test = await webProfile([remote])
    const flow = await start(test)
    const link = await linkOf(test, flow)
    expect(test.world.listener.listening).toEqual([])
    expect(test.flow(flow)).toMatchObject({
      way: 'paste',
      answer: { redirectUri: remote, forward: null, paste: true },
    })
    expect(await paste(test, flow, ` <${endOf(test, link).href}>\n`)).toEqual({ ok: true, value: null })
    expect(await test.reach(flow, 'done')).toMatchObject({ email: asha.email })
    expect(test.world.google.tokenRequests[0]?.get('redirect_uri')).toBe(remote)
    expect(test.flow(flow)?.answer).toBeNull()
    expect(test.world.desktop.clipboard).toBe('')
  })

  it('leaves alone what was copied meanwhile', async () => {
    const test = await webProfile([remote])
    const flow = await start(test)
    const { href } = endOf(test, await linkOf(test, flow))
    const read = test.world.desktop.readClipboard.bind(test.world.desktop)
    test.world.desktop.readClipboard = async () => {
      const text = await read()
      test.world.desktop.clipboard = 'a shopping list'
      return text
    }
    await paste(test, flow, href)
    await test.reach(flow, 'done')
    expect(test.world.desktop.clipboard).toBe('a shopping list')
  })

  it('counts beside a listener, which then takes nothing more', async () => {
    const test = await desktopProfile()
    const flow = await start(test)
    const link = await linkOf(test, flow)
    const uri = paramsOf(link).get('redirect_uri') ?? ''
    const end = endOf(test, link)
    const hold = test.world.http.hang()
    await paste(test, flow, end.href)
    await test.reach(flow, 'exchanging')
    expect(await test.world.listener.call(uri, end.searchParams)).toBe('refused')
    expect(await paste(test, flow, end.href)).toMatchObject(refused('paste-used'))
    hold()
    await test.reach(flow, 'done')
    expect(test.world.google.tokenRequests).toHaveLength(1)
  })

  it('comes too late where the listener had it, and stays known after the end', async () => {
    const test = await desktopProfile()
    const flow = await start(test)
    const link = await linkOf(test, flow)
    const end = endOf(test, link)
    void test.world.listener.call(paramsOf(link).get('redirect_uri') ?? '', end.searchParams)
    expect(await paste(test, flow, end.href)).toMatchObject(refused('paste-used'))
    await test.reach(flow, 'done')
    expect(await paste(test, flow, end.href)).toMatchObject(refused('paste-used'))
    const next = await start(test)
    await linkOf(test, next)
    expect(await paste(test, next, end.href)).toMatchObject(refused('paste-used'))
    expect(test.world.google.tokenRequests).toHaveLength(1)
  })

  it('that is encoded once too often is understood', async () => {
    const test = await webProfile([remote])
    const flow = await start(test)
    const end = endOf(test, await linkOf(test, flow))
    const code = end.searchParams.get('code') ?? ''
    end.searchParams.set('code', encodeURIComponent(code))
    expect(end.href).toContain('%252F')
    await paste(test, flow, end.href)
    await test.reach(flow, 'done')
    expect(test.world.google.tokenRequests[0]?.get('code')).toBe(code)
  })

  it('of another sign-in is refused with whose it is, and goes on waiting', async () => {
    const test = await webProfile([remote])
    const known = await start(test)
    await paste(test, known, endOf(test, await linkOf(test, known)).href)
    const { accountId } = await test.reach(known, 'done')
    const [hers, other] = [await start(test, { accountId }), await start(test)]
    const end = endOf(test, await linkOf(test, hers)).href
    await linkOf(test, other)
    expect(await paste(test, other, end)).toMatchObject({
      error: { code: 'paste-other-flow', details: { label: asha.email } },
    })
    expect(test.world.desktop.clipboard).toBe(end)
    expect(test.flow(other)?.step).toEqual({ kind: 'waiting', notice: null })
    await paste(test, hers, end)
    await test.reach(hers, 'done')
    const label = test.snapshot().clients[0]?.label
    const unnamed = endOf(test, await linkOf(test, other), meera).href
    const third = await start(test)
    await linkOf(test, third)
    expect(await paste(test, third, unnamed)).toMatchObject({
      error: { code: 'paste-other-flow', details: { label } },
    })
  })

  it.each([
    [
      'somebody else’s state',
      (url: URL) => url.searchParams.set('state', 's'.repeat(43)),
      'paste-state-unknown',
    ],
    ['no state', (url: URL) => url.searchParams.delete('state'), 'paste-state-unknown'],
    ['a slash more', (url: URL) => (url.pathname += '/'), 'paste-wrong-address'],
    ['another host', (url: URL) => (url.hostname = 'www.app.example'), 'paste-wrong-address'],
    ['two codes', (url: URL) => url.searchParams.append('code', '4/x'), 'sign-in-answer-invalid'],
    ['two states', (url: URL) => url.searchParams.append('state', 'x'), 'sign-in-answer-invalid'],
    ['no code', (url: URL) => url.searchParams.delete('code'), 'sign-in-answer-invalid'],
    [
      'another issuer',
      (url: URL) => url.searchParams.set('iss', 'https://evil.example'),
      'sign-in-answer-invalid',
    ],
  ])('with %s is refused, and the right one still counts', async (_what, change, code) => {
    const test = await webProfile([remote])
    const flow = await start(test)
    const right = endOf(test, await linkOf(test, flow))
    const wrong = new URL(right.href)
    change(wrong)
    expect(await paste(test, flow, wrong.href)).toMatchObject(refused(code))
    expect(test.world.google.tokenRequests).toEqual([])
    await paste(test, flow, right.href)
    await test.reach(flow, 'done')
  })

  it('of the one name of this computer is not of the other', async () => {
    const test = await webProfile(['http://localhost:8080/cb'])
    const flow = await start(test, { way: 'paste' })
    const end = endOf(test, await linkOf(test, flow)).href.replace('localhost', '127.0.0.1')
    expect(await paste(test, flow, end)).toMatchObject(refused('paste-wrong-address'))
  })

  it('that says no ends the sign-in as the browser would', async () => {
    const test = await webProfile([remote])
    const flow = await start(test)
    const state = paramsOf(await linkOf(test, flow)).get('state') ?? ''
    const said = new URLSearchParams({ state, error: 'access_denied' })
    expect(await paste(test, flow, `${remote}?${said.toString()}`)).toMatchObject({ ok: true })
    expect(await test.reach(flow, 'failed')).toMatchObject({ error: { code: 'sign-in-refused' } })
  })

  it.each([
    ['1//0abcdefghijklmnopqrstuvwxyz', 'paste-refresh-token', ''],
    ['GOCSPX-abcdefghijkl', 'paste-secret', ''],
    ['4/0Abcdefghi', 'paste-code-alone', '4/0Abcdefghi'],
    ['', 'paste-empty', ''],
    ['words', 'paste-no-address', 'words'],
  ])('that is %j is refused as what it is, and a secret is wiped', async (text, code, left) => {
    const test = await webProfile([remote])
    const flow = await start(test)
    await linkOf(test, flow)
    expect(await paste(test, flow, text)).toMatchObject(refused(code))
    expect(test.world.desktop.clipboard).toBe(left)
    expect(test.flow(flow)?.step).toEqual({ kind: 'waiting', notice: null })
  })

  it('of a sign-in that was cancelled or ran out of time is not called used', async () => {
    const test = await webProfile([remote])
    const ends: string[] = []
    const [cancelled, late] = [await start(test), await start(test)]
    for (const flow of [cancelled, late]) ends.push(endOf(test, await linkOf(test, flow)).href)
    await test.ask('signIn.cancel', { flowId: cancelled })
    await test.reach(cancelled, 'failed')
    await test.world.timers.live(patienceMs)
    expect(await test.reach(late, 'failed')).toMatchObject({ error: { details: { minutes: 5 } } })
    const next = await start(test)
    await linkOf(test, next)
    for (const end of ends) expect(await paste(test, next, end)).toMatchObject(refused('paste-over'))
    expect(test.flow(next)?.step).toEqual({ kind: 'waiting', notice: null })
  })

  it('is not read for a sign-in that is over', async () => {
    const test = await webProfile([remote])
    const flow = await start(test)
    const end = endOf(test, await linkOf(test, flow)).href
    await test.ask('signIn.cancel', { flowId: flow })
    await test.reach(flow, 'failed')
    expect(await paste(test, flow, end)).toMatchObject(refused('not-found'))
    expect(await paste(test, 'none', end)).toMatchObject(refused('not-found'))
    expect(test.world.google.tokenRequests).toEqual([])
  })
})

describe('a sign-in without a local browser', () => {
  it('says how long it waited when nobody came', async () => {
    const test = await desktopProfile()
    const flow = await start(test, { elsewhere: true })
    await linkOf(test, flow)
    await test.world.timers.live(elsewherePatienceMs)
    expect(await test.reach(flow, 'failed')).toMatchObject({
      error: { code: 'sign-in-timeout', message: 'Nobody finished the sign-in within 60 minutes.' },
    })
  })

  it('gives its timer and its listener back where the machine cannot say its name', async () => {
    const test = await desktopProfile()
    test.world.desktop.machine = () => {
      throw new Error('no such user')
    }
    const before = test.world.timers.waiting
    const flow = await start(test, { elsewhere: true })
    expect(await test.reach(flow, 'failed')).toMatchObject({ error: { code: 'internal' } })
    expect(test.world.timers.waiting).toBe(before)
    expect(test.world.listener.listening).toEqual([])
  })

  it('opens none, waits an hour, and says how the answer comes back through ssh', async () => {
    const test = await desktopProfile()
    const flow = await start(test, { elsewhere: true })
    const link = await linkOf(test, flow)
    expect(test.world.browser.opened).toEqual([])
    const redirectUri = paramsOf(link).get('redirect_uri') ?? ''
    const { port } = new URL(redirectUri)
    expect(test.flow(flow)).toMatchObject({
      elsewhere: true,
      endsAt: test.world.clock.now() + elsewherePatienceMs,
      answer: {
        redirectUri,
        forward: `ssh -N -L ${port}:127.0.0.1:${port} asha@server.example`,
        paste: true,
      },
    })
    test.world.timers.pass(elsewherePatienceMs - 1)
    expect(test.flow(flow)?.step.kind).toBe('waiting')
    void test.world.listener.call(redirectUri, endOf(test, link).searchParams)
    await test.reach(flow, 'done')
  })

  it('says the way through ssh for a registered IPv6 address, and none where nobody listens', async () => {
    const test = await webProfile(['http://[::1]:8080/cb', remote])
    const listening = await start(test, { elsewhere: true })
    await linkOf(test, listening)
    expect(test.flow(listening)?.answer?.forward).toBe('ssh -N -L 8080:[::1]:8080 asha@server.example')
    const pasting = await start(test, { elsewhere: true, way: 'paste' })
    await linkOf(test, pasting)
    expect(test.flow(pasting)?.answer).toEqual({ redirectUri: remote, forward: null, paste: true })
  })

  it('takes the failed page of any number of sign-ins, minutes apart, each for its own', async () => {
    const test = await desktopProfile()
    const flows = await Promise.all(Array.from({ length: 5 }, () => start(test, { elsewhere: true })))
    const ends: URL[] = []
    for (const flow of flows) {
      ends.push(endOf(test, await linkOf(test, flow)))
      await test.world.timers.live(8 * 60_000)
    }
    for (const [index, flow] of [...flows.entries()].reverse()) {
      expect(await paste(test, flow, ends[index]?.href ?? '')).toEqual({ ok: true, value: null })
      await test.reach(flow, 'done')
    }
    const verifiers = test.world.google.tokenRequests.map((form) => form.get('code_verifier'))
    expect(new Set(verifiers).size).toBe(5)
    expect(test.world.listener.listening).toEqual([])
  })

  it('still opens a browser when the person asks for one', async () => {
    const test = await desktopProfile()
    const flow = await start(test, { elsewhere: true })
    await linkOf(test, flow)
    expect(await test.ask('signIn.openAgain', { flowId: flow })).toEqual({ ok: true, value: null })
    expect(test.world.browser.opened).toHaveLength(1)
  })
})

describe('a service account', () => {
  it('is signed in by nobody, and no sign-in of it is previewed', async () => {
    const test = await openTestContext()
    const clientId = await test.addClient()
    const accountId = 'service:robot@field-tools.test'
    const robot = { accountId, issuer: 'https://accounts.google.com', email: 'robot@field-tools.test' }
    const added = { ...robot, uniqueId: '1'.repeat(21), projectId: null }
    await test.context.record([{ type: 'service.added', data: added }])
    const signIns = new SignIns(test.context, () => undefined, { keep: () => undefined })
    expect(signIns.start({ clientId, scopes: [], accountId })).toMatchObject(refused('account-is-service'))
    const preview = await previewSignIn(test.state(), { clientId, scopes: [], accountId }, test.context.now())
    expect(preview).toMatchObject(refused('account-is-service'))
  })
})
