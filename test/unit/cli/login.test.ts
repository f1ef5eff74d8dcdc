import { describe, expect, it } from 'vitest'
import { typedClipboard } from '../../../electron/cli/clipboard.ts'
import type { LoginWish } from '../../../electron/cli/login.ts'
import { login } from '../../../electron/cli/login.ts'
import type { Terminal } from '../../../electron/cli/terminal.ts'
import type { CommandHandlers } from '../../../electron/contract/answer.ts'
import type { CommandName } from '../../../electron/contract/commands.ts'
import type { AppError, Outcome } from '../../../electron/contract/outcome.ts'
import { appError, fail, ok } from '../../../electron/contract/outcome.ts'
import type { FlowStep, FlowView } from '../../../electron/contract/views.ts'
import {
  sampleAccount,
  sampleClient,
  sampleFlow,
  sampleSnapshot,
  sampleSteps,
} from '../../support/sample-state.ts'

type Answers = Partial<Record<CommandName, (params: never) => Outcome<unknown>>>

/** A sign-in whose every answer and step the test gives. */
function scene(answers: Answers = {}, clients = [sampleClient(0, { ways: ['loopback'] })]) {
  const asked: { readonly name: string; readonly params: unknown }[] = []
  const said: string[] = []
  const lines: string[] = []
  const clipboard = typedClipboard()
  const watchers: ((flow: FlowView) => void)[] = []
  const stop = new AbortController()
  let lose: (error: AppError) => void = () => undefined
  const lost = new Promise<AppError>((resolve) => (lose = resolve))
  let inputEnded = false
  const endInput = (): void => {
    inputEnded = true
  }
  const terminal: Terminal = {
    looks: () => ({ columns: 80, colour: false }),
    say: (...text) => said.push(...text),
    ask: (question, signal) => {
      said.push(question)
      const line = lines.shift()
      if (line !== undefined) return Promise.resolve(line)
      if (inputEnded) return Promise.resolve(null)
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve(null)))
    },
    close: () => undefined,
  }
  const handlers = new Proxy({} as CommandHandlers, {
    get: (_target, name: CommandName) => (params: never) => {
      asked.push({ name, params })
      const answer = answers[name]
      if (answer) return Promise.resolve(answer(params))
      if (name === 'app.snapshot')
        return Promise.resolve(ok(sampleSnapshot(0, { clients, accounts: [sampleAccount(0, clients)] })))
      if (name === 'signIn.start') return Promise.resolve(ok({ flowId: 'flow-00000001' }))
      return Promise.resolve(ok())
    },
  })
  const show = (step: FlowStep, change: Partial<FlowView> = {}): void => {
    for (const watcher of watchers) watcher(sampleFlow(step, change))
  }
  const start = (options: Partial<LoginWish> = {}): Promise<boolean> =>
    login(
      {
        ...{ handlers, terminal, clipboard },
        watch: (watcher) => {
          watchers.push(watcher)
          return () => watchers.splice(watchers.indexOf(watcher), 1)
        },
        ...{ signal: stop.signal, lost },
      },
      { client: null, account: null, scopes: [], device: false, ...options },
    )
  const text = (): string => said.join('\n')
  return {
    lose: (error: AppError) => lose(error),
    asked,
    lines,
    endInput,
    clipboard,
    watchers,
    stop,
    show,
    start,
    text,
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
const waiting: FlowStep = { kind: 'waiting', notice: null }
const answer = {
  redirectUri: 'http://127.0.0.1:40001/x',
  forward: 'ssh -N -L 1:127.0.0.1:1 asha@host',
  paste: true,
}
const { done } = sampleSteps() as { done: FlowStep }

describe('signing in from a terminal', () => {
  it('shows the address, the line for ssh, and says who came', async () => {
    const test = scene()
    const over = test.start()
    await settled()
    test.clipboard.onCopy(() => undefined)
    test.show(waiting, { answer })
    await settled()
    expect(test.asked.map(({ name }) => name)).toContain('signIn.copyLink')
    expect(test.text()).toContain(answer.forward)
    test.show(done)
    expect(await over).toBe(true)
    expect(test.text()).toContain('Signed in: asha.rao@gmail.com')
    expect(test.watchers).toEqual([])
  })

  it('opens no browser here, and starts with a code where that is wanted', async () => {
    const device = sampleClient(1, { ways: ['device'], type: 'device' })
    const test = scene({}, [sampleClient(0, { ways: ['loopback'] }), device])
    const over = test.start({ device: true, scopes: ['email'] })
    await settled()
    test.show({ kind: 'failed', error: appError('sign-in-refused') })
    expect(await over).toBe(false)
    expect(test.asked.find(({ name }) => name === 'signIn.start')?.params).toEqual({
      ...{ clientId: device.clientId, scopes: ['email'], accountId: null },
      ...{ elsewhere: true, way: 'device' },
    })
  })

  it('hands the pasted line over as the clipboard, and asks again after one that does not fit', async () => {
    const seen: string[] = []
    const test = scene({
      'signIn.paste': () => {
        void test.clipboard.desktop.readClipboard().then((text) => seen.push(text))
        return seen.length === 0 ? fail('paste-no-address') : ok()
      },
    })
    test.lines.push('nonsense', '', 'http://127.0.0.1:40001/x?code=1&state=2')
    const over = test.start()
    await settled()
    test.show(waiting, { answer })
    await settled()
    await settled()
    test.show(done)
    expect(await over).toBe(true)
    expect(seen).toEqual(['nonsense', 'http://127.0.0.1:40001/x?code=1&state=2'])
    expect(test.text()).toContain(appError('paste-no-address').message)
    expect(await test.clipboard.desktop.readClipboard()).toBe('')
    expect(test.text()).not.toContain('code=1')
  })

  it('shows a code once, and each new trouble with it', async () => {
    const test = scene()
    const over = test.start()
    await settled()
    const code: FlowStep = {
      ...{ kind: 'showing-code', userCode: 'WDJB-MJHT', page: 'https://www.google.com/device' },
      ...{ scan: 'https://www.google.com/device', intervalMs: 5000, notice: null },
    }
    test.show(code)
    test.show({ ...code, notice: appError('network-offline') })
    test.show(code)
    test.show(done)
    await over
    expect(test.text().match(/W D J B/g)).toHaveLength(1)
    expect(test.text()).toContain(appError('network-offline').message)
  })

  it.each([
    ['yes', true],
    ['no', false],
    ['', false],
  ])('keeps another account only after a plain yes: “%s”', async (typed, keep) => {
    const test = scene()
    test.lines.push(typed)
    const over = test.start()
    await settled()
    test.show({ kind: 'choosing-account', arrivedEmail: 'ben@example.org', chooseBefore: 0 })
    await settled()
    expect(test.asked.find(({ name }) => name === 'signIn.chooseAccount')?.params).toMatchObject({ keep })
    test.show({ kind: 'failed', error: appError('sign-in-discarded') })
    expect(await over).toBe(false)
  })

  it('cancels what waits when somebody presses Ctrl+C, and ends without waiting for more', async () => {
    const test = scene()
    const over = test.start()
    await settled()
    test.show(waiting, { answer })
    await settled()
    test.stop.abort()
    expect(await over).toBe(false)
    expect(test.asked.map(({ name }) => name)).toContain('signIn.cancel')
  })

  it('ends when nothing more is told of sign-ins, and says why', async () => {
    const test = scene()
    const over = test.start()
    await settled()
    test.show(waiting, { answer })
    await settled()
    test.lose(appError('owner-silent'))
    expect(await over).toBe(false)
    expect(test.text()).toContain(appError('owner-silent').message)
    expect(test.asked.map(({ name }) => name)).not.toContain('signIn.cancel')
  })

  it('counts what was told before the end', async () => {
    const test = scene()
    const over = test.start()
    await settled()
    test.show(done)
    test.lose(appError('owner-silent'))
    expect(await over).toBe(true)
  })

  it('names the clients where it cannot tell which one is meant', async () => {
    const test = scene({}, [sampleClient(0), sampleClient(1)])
    expect(await test.start()).toBe(false)
    expect(test.text()).toContain('Calendar sync')
    expect(test.asked.map(({ name }) => name)).not.toContain('signIn.start')
  })

  it('repeats the name that nobody here has', async () => {
    const test = scene()
    expect(await test.start({ client: 'Mial tools' })).toBe(false)
    expect(await test.start({ account: 'nobody@example.org' })).toBe(false)
    expect(test.text()).toContain('“Mial tools”')
    expect(test.text()).toContain('nobody@example.org')
    expect(test.text()).not.toContain('{name}')
  })

  it('starts nothing after Ctrl+C', async () => {
    const test = scene()
    test.stop.abort()
    expect(await test.start()).toBe(false)
    expect(test.asked.map(({ name }) => name)).not.toContain('signIn.start')
  })

  it('gives up where the input has ended and nothing else can bring the answer', async () => {
    const test = scene()
    test.endInput()
    const over = test.start()
    await settled()
    test.show(waiting, { answer: { ...answer, forward: null } })
    await settled()
    await settled()
    expect(test.asked.map(({ name }) => name)).toContain('signIn.cancel')
    test.show({ kind: 'failed', error: appError('sign-in-cancelled') })
    expect(await over).toBe(false)
  })

  it('goes on waiting at the end of the input while the answer can come through ssh', async () => {
    const test = scene()
    test.endInput()
    const over = test.start()
    await settled()
    test.show(waiting, { answer })
    await settled()
    expect(test.asked.map(({ name }) => name)).not.toContain('signIn.cancel')
    test.show(done)
    expect(await over).toBe(true)
  })

  it('does not say that it emptied a clipboard which it cannot reach', async () => {
    const test = scene({ 'signIn.paste': () => fail('paste-refresh-token') })
    test.lines.push('1//somebody-else')
    const over = test.start()
    await settled()
    test.show(waiting, { answer })
    await settled()
    test.show(done)
    await over
    expect(test.text()).toContain('Take it out of your clipboard')
    expect(test.text()).not.toMatch(/emptied/)
  })

  it('finds client and account by what they are called', async () => {
    const test = scene({}, [sampleClient(0), sampleClient(1)])
    const over = test.start({ client: 'Mail tools', account: 'ASHA.RAO@gmail.com' })
    await settled()
    test.show(done)
    await over
    expect(test.asked.find(({ name }) => name === 'signIn.start')?.params).toMatchObject({
      clientId: sampleClient(0).clientId,
      accountId: 'account-00000000',
    })
    expect(await test.start({ client: 'Mail tools', account: 'nobody' })).toBe(false)
  })
})
