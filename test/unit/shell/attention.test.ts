import { EventEmitter } from 'node:events'
import type { NotificationConstructorOptions } from 'electron'
import { describe, expect, it } from 'vitest'
import type { AskView } from '../../../electron/contract/doors.ts'
import { attention } from '../../../electron/shell/attention.ts'
import { shellWords } from '../../../electron/shell/shell-words.ts'
import { sampleAsk, sampleProgram, sampleRemoteAsk } from '../../support/sample-doors.ts'

class FakeWindow extends EventEmitter {
  focused = false
  flashing: boolean[] = []
  isFocused = (): boolean => this.focused
  isDestroyed = (): boolean => false
  flashFrame = (on: boolean): void => void this.flashing.push(on)
}

class FakeCall extends EventEmitter {
  readonly options: NotificationConstructorOptions
  shown = false
  closed = false
  constructor(options: NotificationConstructorOptions) {
    super()
    this.options = options
  }
  show = (): void => void (this.shown = true)
  close = (): void => void (this.closed = true)
}

interface Setting {
  readonly supported?: boolean
  readonly window?: FakeWindow | null
}

function setUp({ supported = true, window = new FakeWindow() }: Setting = {}) {
  const calls: FakeCall[] = []
  const faults: unknown[] = []
  let focused = 0
  const port = attention({
    window: () => window,
    notification: (options) => {
      if (!supported) return null
      const call = new FakeCall(options)
      calls.push(call)
      return call
    },
    words: () => shellWords('en', 'en'),
    focus: () => void (focused += 1),
    onFault: (_what, cause) => faults.push(cause),
  })
  const change = (upsert: AskView[], remove: string[] = []): void =>
    port.notice('state.changed', { revision: 1, asks: { upsert, remove } })
  return { port, calls, faults, window, change, focused: () => focused }
}

describe('a question that comes while the person looks elsewhere', () => {
  it('is told once, and a click on it brings the window', () => {
    const { calls, window, change, focused } = setUp()
    change([sampleAsk()])
    change([sampleAsk()])
    expect(calls.map(({ shown }) => shown)).toEqual([true])
    expect(window?.flashing).toEqual([true])
    calls[0]?.emit('click')
    expect(focused()).toBe(1)
    window?.emit('focus')
    expect(window?.flashing).toEqual([true, false])
  })

  it('listens once for the person who comes back, however many questions there are', () => {
    const { window, change } = setUp()
    change([sampleAsk(0), sampleAsk(1)])
    change([sampleAsk(2)])
    expect(window?.listenerCount('focus')).toBe(1)
    window?.emit('focus')
    expect(window?.flashing).toEqual([true, true, true, false])
    change([sampleAsk(3)])
    expect(window?.listenerCount('focus')).toBe(1)
  })

  it('says the program and neither account nor access', () => {
    const { calls, change } = setUp()
    change([sampleAsk(), sampleRemoteAsk()])
    expect(calls.map(({ options }) => options.title)).toEqual([
      'terraform asks for access',
      'backup.sh on another machine asks for access',
    ])
    const told = JSON.stringify(calls.map(({ options }) => options))
    expect(told).not.toMatch(/asha|gmail|googleapis|infra/)
  })

  it('cuts a name short that would push out the rest, and takes marks out of it that turn text', () => {
    const { calls, change } = setUp()
    const name = `a\u202Eb\n$&${'x'.repeat(100)}`
    change([sampleAsk(0, { program: sampleProgram({ name }) })])
    const title = calls[0]?.options.title ?? ''
    expect(title).toMatch(/^a b \$&x+… asks for access$/)
    expect(title.length).toBeLessThan(90)
  })

  it('is taken away once it is answered, and with the profile it was asked in', () => {
    const { port, calls, change } = setUp()
    change([sampleAsk(0), sampleAsk(1)])
    change([], [sampleAsk(0).askId])
    expect(calls.map(({ closed }) => closed)).toEqual([true, false])
    port.notice('state.reset', {})
    expect(calls.map(({ closed }) => closed)).toEqual([true, true])
  })
})

describe('nothing is told', () => {
  it('while the window is in front', () => {
    const window = new FakeWindow()
    window.focused = true
    const { calls, change } = setUp({ window })
    change([sampleAsk()])
    expect(calls).toEqual([])
    expect(window.flashing).toEqual([])
  })

  it('by a system without notifications, whose bar flashes all the same', () => {
    const { window, change, faults } = setUp({ supported: false })
    change([sampleAsk()])
    change([], [sampleAsk().askId])
    expect(window?.flashing).toEqual([true])
    expect(faults).toEqual([])
  })

  it('of other changes, and a missing window is no fault', () => {
    const { port, calls, faults, change } = setUp({ window: null })
    port.notice('state.changed', { revision: 2, readOnly: false })
    expect(calls).toEqual([])
    change([sampleAsk()])
    expect(calls).toHaveLength(1)
    expect(faults).toEqual([])
  })
})
