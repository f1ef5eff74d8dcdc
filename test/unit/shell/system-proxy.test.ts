import { afterEach, describe, expect, it, vi } from 'vitest'
import { systemProxy } from '../../../electron/shell/system-proxy.ts'

function systemUnderTest(resolveProxy: (url: string) => Promise<string>) {
  const asked: string[] = []
  const faults: string[] = []
  let elapsed = 0
  const answer = systemProxy({
    readSettings: async () => void asked.push('read the settings'),
    resolve: (url) => {
      asked.push(url)
      return resolveProxy(url)
    },
    elapsedMs: () => elapsed,
    onFault: (what) => faults.push(what),
  })
  const origins = (): string[] => asked.filter((entry) => entry.startsWith('https:'))
  return { answer, asked, origins, faults, pass: (ms: number) => (elapsed += ms) }
}

describe('the system’s proxy', () => {
  afterEach(() => vi.useRealTimers())

  it('is asked only when its settings were read, which is done once', async () => {
    const { answer, asked } = systemUnderTest(() => Promise.resolve('DIRECT'))
    await answer('https://a.test/')
    await answer('https://b.test/')
    expect(asked).toEqual(['read the settings', 'https://a.test/', 'https://b.test/'])
  })

  it('is asked for the origin alone, once a minute for each', async () => {
    const { answer, origins, pass } = systemUnderTest((url) =>
      Promise.resolve(`PROXY for-${new URL(url).host}:1`),
    )
    expect(await answer('https://oauth2.googleapis.com/token?a=b')).toBe('PROXY for-oauth2.googleapis.com:1')
    expect(await answer('https://oauth2.googleapis.com/revoke')).toBe('PROXY for-oauth2.googleapis.com:1')
    expect(await answer('https://accounts.google.com/')).toBe('PROXY for-accounts.google.com:1')
    expect(origins()).toEqual(['https://oauth2.googleapis.com/', 'https://accounts.google.com/'])
    pass(60_000)
    await answer('https://oauth2.googleapis.com/token')
    expect(origins()).toHaveLength(3)
  })

  it('counts as none when the system fails, and that is reported', async () => {
    const { answer, faults } = systemUnderTest(() => Promise.reject(new Error('no session')))
    expect(await answer('https://oauth2.googleapis.com/')).toBe('DIRECT')
    expect(faults).toEqual(['system-proxy'])
  })

  it('counts as none when the system thinks too long', async () => {
    vi.useFakeTimers()
    const { answer, faults } = systemUnderTest(() => new Promise(() => undefined))
    const given = answer('https://oauth2.googleapis.com/')
    await vi.advanceTimersByTimeAsync(5_000)
    expect(await given).toBe('DIRECT')
    expect(faults).toEqual(['system-proxy'])
  })
})
