/**
 * The operating system's keychain through keytar: Keychain Services, Credential Manager, Secret Service.
 *
 * One call at a time, listing apart. macOS rejects reads that run in parallel, and a keychain that hangs (a prompt behind other
 * windows) would otherwise take one thread of the process with each call. Each call is bounded; while one that
 * ran out of time has not come back, later ones are answered at once with `keychain-timeout`.
 */
import type { ErrorCode } from '../contract/errors.ts'
import type { Outcome } from '../contract/outcome.ts'
import { fail, ok } from '../contract/outcome.ts'
import type { SecretStore } from '../core/ports.ts'
import { Secret } from '../core/secret.ts'

/** The part of keytar that is used. */
export interface KeychainCalls {
  getPassword(service: string, account: string): Promise<string | null>
  setPassword(service: string, account: string, password: string): Promise<void>
  deletePassword(service: string, account: string): Promise<boolean>
  findCredentials(service: string): Promise<readonly { readonly account: string }[]>
}

export interface KeychainOptions {
  /** For one call, ms. A person may have to type a password meanwhile. */
  readonly timeoutMs?: number
  /** Loads the library at the first use, so that a start does not wait for it. */
  readonly load?: () => Promise<KeychainCalls>
  /**
   * Secret Service answers a question about a locked keyring with "nothing there". Where that is so, such an
   * answer is believed only after a write has shown that the keyring is open.
   */
  readonly doubtAbsence?: boolean
}

/** The item that shows whether the keyring is open. It holds no secret and is removed at once. */
const probe = { service: 'dev.latchkey.probe', account: 'probe', text: 'open' }

/**
 * A write that ran out of time may still happen later: the answer `keychain-timeout` means "not known", and the
 * orphan sweep of the next start finds what came of it.
 */
export function createKeychain(options: KeychainOptions = {}): SecretStore {
  const { timeoutMs = 20_000, load = loadKeytar, doubtAbsence = process.platform === 'linux' } = options
  const line = new Line(timeoutMs)
  // Listing takes seconds for a thousand items; elsewhere than on macOS nobody has to wait behind it.
  const lists = process.platform === 'darwin' ? line : new Line(timeoutMs)
  // keytar crashes the process when an item that it is listing goes away, so deletions wait for the list of their
  // service, and a list waits for the deletions before it.
  const listing = new Map<string, Promise<unknown>>()
  let loaded: Promise<KeychainCalls> | null = null
  let reached = false

  const run = async <T>(work: (calls: KeychainCalls) => Promise<T>, queue = line): Promise<Outcome<T>> => {
    const outcome = await queue.take(async () => {
      loaded ??= load()
      return work(await loaded)
    })
    if (outcome.ok) reached = true
    // libsecret keeps to the service that it met first: this process will not find another one.
    const lost = reached && !outcome.ok && outcome.error.code === 'keychain-unavailable'
    return lost ? fail('keychain-lost') : outcome
  }
  const proveOpen = async (calls: KeychainCalls): Promise<void> => {
    if (!doubtAbsence) return
    await calls.setPassword(probe.service, probe.account, probe.text)
    await calls.deletePassword(probe.service, probe.account)
  }
  return {
    get: (service, account) =>
      run(async (calls) => {
        const text = await calls.getPassword(service, account)
        if (text !== null) return new Secret(text)
        await proveOpen(calls)
        // It may have been unlocked just now, by the prompt that the write brought up.
        const second = doubtAbsence ? await calls.getPassword(service, account) : null
        return second === null ? null : new Secret(second)
      }),
    set: (service, account, secret) =>
      run(async (calls) => {
        await calls.setPassword(service, account, secret.reveal())
        return null
      }),
    delete: (service, account) => {
      const remove = (): Promise<Outcome<boolean>> =>
        run(async (calls) => {
          if (await calls.deletePassword(service, account)) return true
          await proveOpen(calls)
          return doubtAbsence ? calls.deletePassword(service, account) : false
        })
      return listing.get(service)?.then(remove) ?? remove()
    },
    list: (service) => {
      const find = (): Promise<Outcome<readonly string[]>> =>
        run(async (calls) => {
          // Listing a locked keyring does not come back at all with gnome-keyring 42.
          await proveOpen(calls)
          return (await calls.findCredentials(service)).map(({ account }) => account)
        }, lists)
      const listed = line.idle().then(find)
      listing.set(service, listed)
      return listed
    },
  }
}

async function loadKeytar(): Promise<KeychainCalls> {
  const library: { default?: KeychainCalls } & KeychainCalls = await import('keytar')
  return library.default ?? library
}

/** Runs one call after the other, each for a limited time. */
class Line {
  readonly #limitMs: number
  #last: Promise<unknown> = Promise.resolve()
  /** A call that ran out of time and is still out there. */
  #hanging = false

  constructor(limitMs: number) {
    this.#limitMs = limitMs
  }

  /** Answers when everything taken so far has ended. */
  idle(): Promise<unknown> {
    return this.#last
  }

  take<T>(work: () => Promise<T>): Promise<Outcome<T>> {
    const turn = this.#last.then(() => this.#run(work))
    // Without the answer: a promise that is kept would keep a secret in memory.
    this.#last = turn.then(nothing, nothing)
    return turn
  }

  async #run<T>(work: () => Promise<T>): Promise<Outcome<T>> {
    if (this.#hanging) return fail('keychain-timeout')
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<Outcome<T>>((resolve) => {
      timer = setTimeout(() => {
        this.#hanging = true
        resolve(fail('keychain-timeout'))
      }, this.#limitMs)
    })
    const answer = settle(work).finally(() => {
      clearTimeout(timer)
      this.#hanging = false
    })
    return Promise.race([answer, late])
  }
}

function nothing(): void {
  // Whoever asked has the answer.
}

async function settle<T>(work: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return ok(await work())
  } catch (cause) {
    return fail(keychainErrorCode(cause instanceof Error ? cause.message : ''))
  }
}

/**
 * What the systems say, in the words that were seen (gnome-keyring 42 with libsecret 0.20) or stand in the
 * system's own list of messages (macOS `SecCopyErrorMessageString`, Windows `FormatMessage`). The two about a
 * session and an encryption are what libsecret says, until the process ends, once the daemon was started again.
 */
const knownTexts: readonly (readonly [RegExp, ErrorCode])[] = [
  [/in a locked collection|is locked|User interaction is not allowed|In dark wake/i, 'keychain-locked'],
  [
    /dismissed|cancell?ed|not permitted|denied|not entitled|missing entitlement|passphrase you entered/i,
    'keychain-denied',
  ],
  [/Timeout was reached|Timed? ?out|did not receive a reply|NoReply/i, 'keychain-timeout'],
  [
    /autolaunch|Could not connect|Failed to load keytar|not provided by any|ServiceUnknown|NameHasNoOwner|no such name|does not exist at path|disconnected from message bus|connection is closed|Could not activate|Failed to execute|Spawn\.|No keychain is available|session wrapping the secret|encrypted in an invalid way/i,
    'keychain-unavailable',
  ],
]

/** The code that belongs to the text of an error from the keychain. */
export function keychainErrorCode(text: string): ErrorCode {
  return knownTexts.find(([pattern]) => pattern.test(text))?.[1] ?? 'keychain-failed'
}
