import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Secret } from '../../../electron/core/secret.ts'
import { secretClipboard } from '../../../electron/shell/secret-clipboard.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

function clipboardUnderTest() {
  const faults: string[] = []
  const state = { text: '', broken: false }
  const secrets = secretClipboard({
    clipboard: {
      readText: async () => {
        if (state.broken) throw new Error('no clipboard')
        return state.text
      },
      writeText: async (text: string) => {
        if (state.broken) throw new Error('no clipboard')
        await Promise.resolve()
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

  it('that the clipboard refuses is reported without its text', async () => {
    const { secrets, state, faults } = clipboardUnderTest()
    state.broken = true
    secrets.copy(new Secret('first'))
    await vi.advanceTimersByTimeAsync(60_000)
    expect(faults).toEqual(['clipboard.write Error: no clipboard', 'clipboard.clear Error: no clipboard'])
  })
})
