/**
 * The outside of one process that can be killed: from then on none of its calls has an effect or an end, and its
 * timers are silent. The files, the keychain and the network outlive it.
 */
import { fail } from '../../../electron/contract/outcome.ts'
import type { Outcome } from '../../../electron/contract/outcome.ts'
import type { AppendFile, SecretStore } from '../../../electron/core/ports.ts'
import type { ProfilePorts } from '../../../electron/core/profile-context.ts'

export type Dying = 'before' | 'after' | 'torn'

export interface MortalPorts {
  readonly ports: ProfilePorts
  readonly dead: boolean
  /**
   * Kills the process in its next call but `spared` to files, keychain or network: before or after its effect, or
   * in the middle of a write.
   */
  dieIn(spared: number, when: Dying): void
  kill(): void
  /** Requests, keychain calls and writes so far. */
  readonly calls: number
  /** Set when the process wakes again and again without time passing. */
  readonly spinning: boolean
}

/** So many timers may be set while time stands still; more is a loop. */
const manyTimers = 3000

/** `locked` says whether the keychain is. */
export function mortalPorts(outside: ProfilePorts, locked: () => boolean): MortalPorts {
  let dead = false
  let calls = 0
  let fatal: { left: number; when: Dying } | null = null
  let timersSet = 0
  let timersSetAt = Number.NaN
  const never = new Promise<never>(() => undefined)
  const stops = new Set<() => void>()

  /** What is on its way to a dead process reaches nobody. */
  const death = new AbortController()
  const untilDeath = (signal: AbortSignal | undefined): AbortSignal =>
    signal ? AbortSignal.any([signal, death.signal]) : death.signal
  const kill = (): void => {
    dead = true
    death.abort()
    for (const stop of stops) stop()
  }
  const mortal = async <T>(work: () => Promise<T>, half?: () => Promise<T>): Promise<T> => {
    if (isDead()) return never
    calls += 1
    const dying = fatal !== null && fatal.left-- === 0 ? fatal.when : null
    if (dying === 'torn') void half?.()
    if (dying === 'torn' || dying === 'before') kill()
    if (isDead()) return never
    const done = await work()
    if (dying === 'after') kill()
    return isDead() ? never : done
  }
  const isDead = (): boolean => dead
  const unlocked = <T>(work: () => Promise<Outcome<T>>): Promise<Outcome<T>> =>
    mortal(() => (locked() ? Promise.resolve(fail('keychain-locked')) : work()))

  const appendFile = (file: AppendFile): AppendFile => ({
    read: (from) => file.read(from),
    size: () => file.size(),
    append: (bytes) =>
      mortal(
        () => file.append(bytes),
        () => file.append(bytes.subarray(0, bytes.length >> 1)),
      ),
    truncate: (size) => mortal(() => file.truncate(size)),
    close: () => file.close(),
  })
  const { clock, folder, http, secretStore, timers, wakes } = outside
  const store: SecretStore = {
    get: (service, account) => unlocked(() => secretStore.get(service, account)),
    set: (service, account, secret) => unlocked(() => secretStore.set(service, account, secret)),
    delete: (service, account) => unlocked(() => secretStore.delete(service, account)),
    list: (service) => unlocked(() => secretStore.list(service)),
  }
  const ports: ProfilePorts = {
    ...outside,
    folder: {
      path: folder.path,
      openAppendFile: async (name) => {
        const opened = await folder.openAppendFile(name)
        return opened.ok ? { ok: true, value: appendFile(opened.value) } : opened
      },
      readText: (name) => folder.readText(name),
      writeText: (name, text) => mortal(() => folder.writeText(name, text)),
      rename: (from, to) => mortal(() => folder.rename(from, to)),
      list: () => folder.list(),
      lock: () => folder.lock(),
    },
    secretStore: store,
    http: {
      fetch: (url, init) => mortal(() => http.fetch(url, { ...init, signal: untilDeath(init.signal) })),
      setRoute: (route) => {
        http.setRoute(route)
      },
    },
    timers: {
      after(ms, run) {
        if (dead) return () => undefined
        if (timersSetAt !== clock.now()) timersSet = 0
        timersSetAt = clock.now()
        timersSet += 1
        if (timersSet > manyTimers) return () => undefined
        const stop = timers.after(ms, () => {
          stops.delete(stop)
          if (!dead) run()
        })
        stops.add(stop)
        return () => {
          stops.delete(stop)
          stop()
        }
      },
    },
    wakes: {
      onScreenLock: null,
      onResume: (run) => {
        const stop = wakes.onResume(() => {
          if (!dead) run()
        })
        stops.add(stop)
        return stop
      },
    },
  }
  return {
    ports,
    get dead() {
      return dead
    },
    dieIn(spared, when) {
      fatal = { left: spared, when }
    },
    kill,
    get calls() {
      return calls
    },
    get spinning() {
      return timersSet > manyTimers
    },
  }
}
