import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Secret } from '../../../electron/core/secret.ts'
import { secretClipboard } from '../../../electron/shell/secret-clipboard.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

function clipboardUnderTest() {
  const faults: string[] = []
  const state = { text: '', broken: false, slowWrites: [] as number[], slowReads: [] as number[] }
  const secrets = secretClipboard({
    clipboard: {
      readText: async () => {
        if (state.broken) throw new Error('no clipboard')
        const { text } = state
        const ms = state.slowReads.shift()
        await (ms === undefined ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms)))
        return text
      },
      writeText: async (text: string) => {
        if (state.broken) throw new Error('no clipboard')
        const ms = state.slowWrites.shift()
        await (ms === undefined ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms)))
        state.text = text
      },
    },
    onFault: (what, cause) => faults.push(`${what} ${String(cause)}`),
  })
  return { secrets, state, faults }
}

describe('a copied secret', () => {
  it('leaves the clipboard after a minute', async () => {
    const { secrets, state } = clipboardUnderTest()
    secrets.copy(new Secret('first'))
    await vi.advanceTimersByTimeAsync(59_999)
    expect(state.text).toBe('first')
    await vi.advanceTimersByTimeAsync(1)
    expect(state.text).toBe('')
  })

  it('starts the minute anew when another one follows', async () => {
    const { secrets, state } = clipboardUnderTest()
    secrets.copy(new Secret('first'))
    await vi.advanceTimersByTimeAsync(40_000)
    secrets.copy(new Secret('second'))
    await vi.advanceTimersByTimeAsync(40_000)
    expect(state.text).toBe('second')
    await vi.advanceTimersByTimeAsync(20_000)
    expect(state.text).toBe('')
  })

  it('leaves alone what the person copied since', async () => {
    const { secrets, state } = clipboardUnderTest()
    secrets.copy(new Secret('first'))
    await vi.advanceTimersByTimeAsync(10)
    state.text = 'a shopping list'
    await vi.advanceTimersByTimeAsync(60_000)
    expect(state.text).toBe('a shopping list')
  })

  it('is taken out at once when the app ends, and no timer stays', async () => {
    const { secrets, state } = clipboardUnderTest()
    await secrets.clear()
    state.text = 'before'
    await secrets.clear()
    expect(state.text).toBe('before')
    secrets.copy(new Secret('first'))
    await secrets.clear()
    expect(state.text).toBe('')
    expect(vi.getTimerCount()).toBe(0)
  })

  it('leaves alone what another program puts there while it is being looked at', async () => {
    const { secrets, state } = clipboardUnderTest()
    secrets.copy(new Secret('first'))
    await vi.advanceTimersByTimeAsync(30_000)
    state.text = 'first and more'
    await vi.advanceTimersByTimeAsync(60_000)
    expect(state.text).toBe('first and more')
  })

  it('is taken out although another program had the clipboard in between', async () => {
    const { secrets, state } = clipboardUnderTest()
    secrets.copy(new Secret('first'))
    await vi.advanceTimersByTimeAsync(20_000)
    state.text = 'a shopping list'
    await vi.advanceTimersByTimeAsync(20_000)
    state.text = 'first'
    await vi.advanceTimersByTimeAsync(20_000)
    expect(state.text).toBe('')
  })

  it('stays for its own minute when it is copied twice', async () => {
    const { secrets, state } = clipboardUnderTest()
    secrets.copy(new Secret('same'))
    await vi.advanceTimersByTimeAsync(50_000)
    secrets.copy(new Secret('same'))
    await vi.advanceTimersByTimeAsync(59_000)
    expect(state.text).toBe('same')
    await vi.advanceTimersByTimeAsync(2_000)
    expect(state.text).toBe('')
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is the latest one, however slowly the clipboard takes the one before', async () => {
    const { secrets, state } = clipboardUnderTest()
    state.slowWrites.push(3000)
    secrets.copy(new Secret('first'))
    secrets.copy(new Secret('second'))
    await vi.advanceTimersByTimeAsync(5000)
    expect(state.text).toBe('second')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(state.text).toBe('')
  })

  it('is not wiped by the one before, whose minute ends while it is copied', async () => {
    const { secrets, state } = clipboardUnderTest()
    secrets.copy(new Secret('first'))
    await vi.advanceTimersByTimeAsync(10)
    state.slowReads.push(500)
    await vi.advanceTimersByTimeAsync(60_000)
    secrets.copy(new Secret('second'))
    await vi.advanceTimersByTimeAsync(1000)
    expect(state.text).toBe('second')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(state.text).toBe('')
    expect(vi.getTimerCount()).toBe(0)
  })

  it('stays where it is copied while the one before is taken out by hand', async () => {
    const { secrets, state } = clipboardUnderTest()
    secrets.copy(new Secret('first'))
    await vi.advanceTimersByTimeAsync(10)
    state.slowReads.push(500)
    const cleared = secrets.clear()
    await vi.advanceTimersByTimeAsync(10)
    secrets.copy(new Secret('second'))
    await vi.advanceTimersByTimeAsync(1000)
    await cleared
    expect(state.text).toBe('second')
  })

  it('leaves after its minute also when the copy of another one fails', async () => {
    const { secrets, state, faults } = clipboardUnderTest()
    secrets.copy(new Secret('first'))
    await vi.advanceTimersByTimeAsync(30_000)
    state.broken = true
    secrets.copy(new Secret('second'))
    await vi.advanceTimersByTimeAsync(10)
    state.broken = false
    expect(state.text).toBe('first')
    expect(faults).toEqual(['clipboard.write Error: no clipboard'])
    await vi.advanceTimersByTimeAsync(30_000)
    expect(state.text).toBe('')
  })

  it('is taken out at the end of the app even while it is still being copied', async () => {
    const { secrets, state } = clipboardUnderTest()
    state.slowWrites.push(500)
    secrets.copy(new Secret('first'))
    const cleared = secrets.clear()
    await vi.advanceTimersByTimeAsync(1000)
    await cleared
    expect(state.text).toBe('')
    expect(vi.getTimerCount()).toBe(0)
  })

  it('that the clipboard does not take is reported without its text, and not looked for later', async () => {
    const { secrets, state, faults } = clipboardUnderTest()
    state.broken = true
    secrets.copy(new Secret('first'))
    await vi.advanceTimersByTimeAsync(120_000)
    expect(faults).toEqual(['clipboard.write Error: no clipboard'])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is looked for again where the clipboard was busy, but not forever', async () => {
    const { secrets, state, faults } = clipboardUnderTest()
    secrets.copy(new Secret('first'))
    await vi.advanceTimersByTimeAsync(10)
    state.broken = true
    await vi.advanceTimersByTimeAsync(60_000)
    state.broken = false
    await vi.advanceTimersByTimeAsync(5_000)
    expect(state.text).toBe('')
    expect(faults).toEqual(['clipboard.clear Error: no clipboard'])

    secrets.copy(new Secret('second'))
    await vi.advanceTimersByTimeAsync(10)
    state.broken = true
    await vi.advanceTimersByTimeAsync(600_000)
    expect(faults).toHaveLength(4)
    expect(vi.getTimerCount()).toBe(0)
  })
})
