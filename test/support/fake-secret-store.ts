import type { ErrorCode } from '../../electron/contract/errors.ts'
import { fail, ok } from '../../electron/contract/outcome.ts'
import type { Outcome } from '../../electron/contract/outcome.ts'
import type { SecretStore } from '../../electron/core/ports.ts'
import { Secret } from '../../electron/core/secret.ts'

type Operation = 'get' | 'set' | 'delete' | 'list'

export interface FakeSecretStore extends SecretStore {
  /** The next call, or the next one of this kind, answers with the code and changes nothing. */
  failNext(code: ErrorCode, operation?: Operation): void
  /** Every call answers with the code until `heal`. */
  failAlways(code: ErrorCode): void
  heal(): void
  /** Calls wait until the returned function is called; then they go on. */
  hang(): () => void
  /** The next `set` keeps this text in place of the one given: what read-back-and-compare must catch. */
  garbleNextSet(text: string): void
  /** What happened to the item behind the app's back. */
  lose(service: string, account: string): void
  /** Every call so far, as `set service account`; never a secret. */
  readonly calls: readonly string[]
  /** Number of items over all services. */
  readonly size: number
}

/** A keychain in memory. */
export function fakeSecretStore(): FakeSecretStore {
  const items = new Map<string, Map<string, string>>()
  const calls: string[] = []
  let nextFailure: { code: ErrorCode; operation: Operation | null } | null = null
  let always: ErrorCode | null = null
  let garbled: string | null = null
  let gate: Promise<void> = Promise.resolve()

  const takeFailure = (operation: Operation): ErrorCode | null => {
    if (always) return always
    if (!nextFailure || (nextFailure.operation && nextFailure.operation !== operation)) return null
    const { code } = nextFailure
    nextFailure = null
    return code
  }
  const run = async <T>(operation: Operation, subject: string, work: () => T): Promise<Outcome<T>> => {
    calls.push(`${operation} ${subject}`)
    await gate
    const code = takeFailure(operation)
    return code ? fail(code) : ok(work())
  }
  const accounts = (service: string): Map<string, string> => {
    const found = items.get(service) ?? new Map<string, string>()
    items.set(service, found)
    return found
  }

  return {
    get: (service, account) =>
      run('get', `${service} ${account}`, () => {
        const text = accounts(service).get(account)
        return text === undefined ? null : new Secret(text)
      }),
    set: (service, account, secret) =>
      run('set', `${service} ${account}`, () => {
        accounts(service).set(account, garbled ?? secret.reveal())
        garbled = null
        return null
      }),
    delete: (service, account) =>
      run('delete', `${service} ${account}`, () => accounts(service).delete(account)),
    list: (service) => run('list', service, () => [...accounts(service).keys()]),
    failNext(code, operation) {
      nextFailure = { code, operation: operation ?? null }
    },
    failAlways(code) {
      always = code
    },
    heal() {
      always = null
      nextFailure = null
    },
    hang() {
      let release = (): void => undefined
      gate = new Promise<void>((resolve) => {
        release = resolve
      })
      return release
    },
    garbleNextSet(text) {
      garbled = text
    },
    lose(service, account) {
      accounts(service).delete(account)
    },
    calls,
    get size() {
      return [...items.values()].reduce((sum, found) => sum + found.size, 0)
    },
  }
}
