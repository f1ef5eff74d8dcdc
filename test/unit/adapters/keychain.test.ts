import { describe, expect, it } from 'vitest'
import type { KeychainCalls } from '../../../electron/adapters/keychain.ts'
import { createKeychain, keychainErrorCode } from '../../../electron/adapters/keychain.ts'
import { Secret } from '../../../electron/core/secret.ts'

interface Library extends KeychainCalls {
  readonly items: Map<string, string>
  mostAtOnce: number
  hang: boolean
  release(): void
}

/** keytar over a map, which counts how many calls run at once and can hang. */
function library(): Library {
  const items = new Map<string, string>()
  let running = 0
  let release: () => void = () => {}
  const call = async <T>(work: () => T): Promise<T> => {
    running += 1
    made.mostAtOnce = Math.max(made.mostAtOnce, running)
    await new Promise<void>((resolve) => {
      if (made.hang) release = resolve
      else setImmediate(resolve)
    })
    running -= 1
    return work()
  }
  const made: Library = {
    items,
    mostAtOnce: 0,
    hang: false,
    release() {
      made.hang = false
      release()
    },
    getPassword: (service, account) => call(() => items.get(`${service}/${account}`) ?? null),
    setPassword: (service, account, text) => call(() => void items.set(`${service}/${account}`, text)),
    deletePassword: (service, account) => call(() => items.delete(`${service}/${account}`)),
    findCredentials: () => call(() => [...items.keys()].map((key) => ({ account: key.split('/')[1] ?? '' }))),
  }
  return made
}

describe('the keychain adapter', () => {
  it('loads the library at the first call and only once', async () => {
    let loads = 0
    const calls = library()
    const chain = createKeychain({
      load: () => {
        loads += 1
        return Promise.resolve(calls)
      },
    })
    expect(loads).toBe(0)
    await chain.get('s', 'a')
    await chain.get('s', 'a')
    expect(loads).toBe(1)
  })

  it('has one call in flight at a time', async () => {
    const calls = library()
    const chain = createKeychain({ load: () => Promise.resolve(calls) })
    await Promise.all(
      Array.from({ length: 10 }, (_, index) => chain.set('s', String(index), new Secret('x'))),
    )
    expect(calls.items.size).toBe(10)
    expect(calls.mostAtOnce).toBe(1)
  })

  it('leaves no probe behind when it doubts that a secret is absent', async () => {
    const calls = library()
    const chain = createKeychain({ load: () => Promise.resolve(calls), doubtAbsence: true })
    expect(await chain.get('s', 'a')).toEqual({ ok: true, value: null })
    expect(calls.items.size).toBe(0)
  })

  it('does not write on systems that say clearly when a secret is absent', async () => {
    const calls = library()
    const setPassword = (): Promise<void> => Promise.reject(new Error('unexpected write'))
    const chain = createKeychain({
      load: () => Promise.resolve({ ...calls, setPassword }),
      doubtAbsence: false,
    })
    expect(await chain.get('s', 'a')).toEqual({ ok: true, value: null })
  })

  it('answers everything behind a hung call at once until that call comes back', async () => {
    const calls = library()
    calls.items.set('s/a', 'x')
    calls.hang = true
    const chain = createKeychain({ load: () => Promise.resolve(calls), timeoutMs: 20 })
    const answers = await Promise.all([chain.get('s', 'a'), chain.get('s', 'a'), chain.delete('s', 'b')])
    expect(answers.map((answer) => (answer.ok ? 'ok' : answer.error.code))).toEqual(
      Array.from({ length: 3 }, () => 'keychain-timeout'),
    )
    expect(calls.mostAtOnce).toBe(1)
    calls.release()
    await expect.poll(async () => (await chain.get('s', 'a')).ok).toBe(true)
  })

  it('answers reads while a list takes its time', async () => {
    const calls = library()
    calls.items.set('s/a', 'x')
    calls.hang = true
    const chain = createKeychain({
      load: () => Promise.resolve(calls),
      timeoutMs: 10_000,
      doubtAbsence: false,
    })
    const listed = chain.list('s')
    await expect.poll(() => calls.mostAtOnce).toBe(1)
    calls.hang = false
    expect((await chain.get('s', 'a')).ok).toBe(true)
    calls.release()
    expect((await listed).ok).toBe(true)
  })

  it('deletes nothing of a service while it is listed, because keytar would crash', async () => {
    const calls = library()
    calls.items.set('s/a', 'x')
    calls.hang = true
    const chain = createKeychain({
      load: () => Promise.resolve(calls),
      timeoutMs: 10_000,
      doubtAbsence: false,
    })
    const listed = chain.list('s')
    await expect.poll(() => calls.mostAtOnce).toBe(1)
    calls.hang = false
    const deleted = chain.delete('s', 'a')
    expect(await chain.get('s', 'a')).toMatchObject({ ok: true })
    expect(calls.items.has('s/a')).toBe(true)
    calls.release()
    await listed
    expect(await deleted).toEqual({ ok: true, value: true })
    expect(calls.items.has('s/a')).toBe(false)
  })

  it('says that there is no keychain when the library cannot be loaded', async () => {
    const load = () =>
      Promise.reject(new Error('Failed to load keytar native addon, checked ["x"] on linux-x64'))
    expect(await createKeychain({ load }).get('s', 'a')).toMatchObject({
      error: { code: 'keychain-unavailable' },
    })
  })

  it.each([
    ['Cannot autolaunch D-Bus without X11 $DISPLAY', 'keychain-unavailable'],
    ['The name org.freedesktop.secrets was not provided by any .service files', 'keychain-unavailable'],
    ['Could not connect: No such file or directory', 'keychain-unavailable'],
    ['Object does not exist at path “/org/freedesktop/secrets/collection/login”', 'keychain-unavailable'],
    ['Message recipient disconnected from message bus without replying', 'keychain-unavailable'],
    ['Cannot create an item in a locked collection', 'keychain-locked'],
    ['User interaction is not allowed.', 'keychain-locked'],
    ['User canceled the operation.', 'keychain-denied'],
    ['Prompt was dismissed', 'keychain-denied'],
    ['Timeout was reached', 'keychain-timeout'],
    ['Something nobody has seen', 'keychain-failed'],
    ['', 'keychain-failed'],
  ])('reads “%s” as %s', (text, code) => {
    expect(keychainErrorCode(text)).toBe(code)
  })
})
