import { describe, expect, it } from 'vitest'
import { ok } from '../../../electron/contract/outcome.ts'
import { FakeContents, hostUnderTest } from './fake-ipc.ts'

describe('the boundary in main', () => {
  it.each([
    ['a web page', 'https://latchkey/index.html', 'https://latchkey'],
    ['a host that starts alike', 'app://latchkey.example/index.html', 'app://latchkey.example'],
    ['a port', 'app://latchkey:1/index.html', 'app://latchkey:1'],
    ['an opaque origin under our address', 'app://latchkey/index.html', 'null'],
    ['our origin under another address', 'about:blank', 'app://latchkey'],
    ['an empty address', '', ''],
  ])('refuses our own window while it shows %s', async (_what, url, origin) => {
    const window = new FakeContents(url, origin)
    const { ask, calls } = hostUnderTest({}, { trusted: () => window.asContents() })
    expect(await ask('app.snapshot', {}, { sender: window })).toMatchObject({
      ok: false,
      error: { code: 'sender-refused' },
    })
    expect(calls).toEqual([])
  })

  it('refuses everybody while there is no window', async () => {
    const { ask, calls } = hostUnderTest({}, { trusted: () => null })
    expect(await ask('app.snapshot', {})).toMatchObject({ ok: false, error: { code: 'sender-refused' } })
    expect(calls).toEqual([])
  })

  it('checks who asks before what is asked', async () => {
    const { ask } = hostUnderTest()
    const outcome = await ask('no.such', 'nonsense', { sender: new FakeContents() })
    expect(outcome).toMatchObject({ ok: false, error: { code: 'sender-refused' } })
  })

  it.each([['constructor'], ['__proto__'], ['app'], [''], [7], [null], [{ toString: () => 'app.snapshot' }]])(
    'does not know a command named %j',
    async (name) => {
      const { ask, calls } = hostUnderTest()
      expect(await ask(name, {})).toMatchObject({ ok: false, error: { code: 'command-unknown' } })
      expect(calls).toEqual([])
    },
  )

  it('tells of each kind of refusal once, however often it happens, and never what was sent', async () => {
    const { ask, refusals } = hostUnderTest()
    for (let time = 0; time < 20; time += 1) {
      await ask('app.snapshot', { secret: 'GOCSPX-not-to-be-told' })
      await ask(`guess.${time}`, {})
      await ask('app.snapshot', {}, { frame: null })
    }
    expect(refusals).toEqual([
      { code: 'params-invalid', command: 'app.snapshot' },
      { code: 'command-unknown', command: 'unknown' },
      { code: 'sender-refused', command: 'unknown' },
    ])
  })

  it('waits for handlers that are still starting', async () => {
    let start: (() => void) | undefined
    const started = new Promise<void>((resolve) => {
      start = resolve
    })
    const inner = hostUnderTest()
    const handlers = { 'app.snapshot': async () => ok('ready') }
    const { ask } = hostUnderTest({}, { handlers: () => started.then(() => handlers as never) })
    const answer = ask('app.snapshot', {})
    start?.()
    expect(await answer).toEqual({ ok: true, value: 'ready' })
    expect(inner.calls).toEqual([])
  })

  it('answers with an envelope when the core did not start, and reports it', async () => {
    const { ask, faults } = hostUnderTest({}, { handlers: () => Promise.reject(new Error('no core')) })
    expect(await ask('app.snapshot', {})).toMatchObject({ ok: false, error: { code: 'internal' } })
    expect(faults).toEqual(['app.snapshot'])
  })

  it('answers with an envelope when a handler throws, and reports it', async () => {
    const { ask, faults } = hostUnderTest({ 'app.snapshot': () => Promise.reject(new Error('broken')) })
    expect(await ask('app.snapshot', {})).toMatchObject({ ok: false, error: { code: 'internal' } })
    expect(faults).toEqual(['app.snapshot'])
  })

  it('lets no result out that the contract does not describe, when results are checked', async () => {
    const leak = { 'app.openLink': async () => ok({ refreshToken: 'x' } as never) }
    const { ask } = hostUnderTest(leak, { checkResults: true })
    expect(await ask('app.openLink', { link: 'cloud-clients' })).toMatchObject({
      ok: false,
      error: { code: 'internal' },
    })
  })

  it('sends events to a live window only', () => {
    const { host, window } = hostUnderTest()
    host.send('state.reset', {})
    window.crashed = true
    host.send('state.reset', {})
    window.crashed = false
    window.destroyed = true
    host.send('state.reset', {})
    expect(window.sent).toEqual([['latchkey:event', 'state.reset', {}]])
  })

  it('answers nobody after it is disposed', () => {
    const { host, channels } = hostUnderTest()
    expect([...channels.keys()]).toEqual(['latchkey:invoke'])
    host.dispose()
    expect([...channels.keys()]).toEqual([])
  })
})
