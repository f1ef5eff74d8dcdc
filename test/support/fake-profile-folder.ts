import type { ErrorCode } from '../../electron/contract/errors.ts'
import type { Outcome } from '../../electron/contract/outcome.ts'
import { fail, ok } from '../../electron/contract/outcome.ts'
import type { AppendFile, ProfileFolder } from '../../electron/core/ports.ts'

type Operation =
  'openAppendFile' | 'append' | 'truncate' | 'readText' | 'writeText' | 'rename' | 'list' | 'lock'

export interface FakeProfileFolder extends ProfileFolder {
  /** The content by name; tests may change it behind the app's back. */
  readonly files: Map<string, Buffer>
  text(name: string): string
  put(name: string, text: string): void
  /** The next call of this kind answers with the code and changes nothing. */
  failNext(operation: Operation, code: ErrorCode): void
  /**
   * The computer stops in the next append, or in the one after `spared` more: `bytes` of it reach the file, and
   * the call never answers.
   */
  stopInNextAppend(bytes: number, spared?: number): void
  /** Whether the computer has stopped, as `stopInNextAppend` said. */
  readonly stopped: boolean
  /** Reading any append file throws, as a broken disk does. */
  breakReading(): void
  /** Another process holds the lock, or no longer does. */
  ownElsewhere(owned: boolean): void
  /** Each change of a file so far, as `append ledger.jsonl`. */
  readonly writes: readonly string[]
}

/** A folder in memory. Opening a second ledger over the same fake is a restart. */
export function fakeProfileFolder(path = '/profile'): FakeProfileFolder {
  const files = new Map<string, Buffer>()
  const writes: string[] = []
  const failures = new Map<Operation, ErrorCode>()
  let stopAfter: number | null = null
  let appendsSpared = 0
  let stopped = false
  let reading = true
  let owned = false

  const attempt = <T>(operation: Operation, work: () => T): Outcome<T> => {
    const code = failures.get(operation)
    failures.delete(operation)
    return code ? fail(code) : ok(work())
  }
  const content = (name: string): Buffer => files.get(name) ?? Buffer.alloc(0)
  const change = (what: string, name: string, bytes: Buffer): null => {
    writes.push(`${what} ${name}`)
    files.set(name, bytes)
    return null
  }

  const appendFile = (name: string): AppendFile => ({
    async *read(from) {
      // In pieces that fall into the middle of lines.
      const bytes = content(name)
      for (let start = from; start < bytes.length; start += 1000) {
        await Promise.resolve()
        if (!reading) throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' })
        yield bytes.subarray(start, start + 1000)
      }
    },
    size: () => Promise.resolve(content(name).length),
    append(bytes) {
      if (stopAfter !== null && appendsSpared-- === 0) {
        change('append', name, Buffer.concat([content(name), bytes.subarray(0, stopAfter)]))
        stopAfter = null
        stopped = true
        return new Promise<never>(() => {})
      }
      const all = Buffer.concat([content(name), bytes])
      return Promise.resolve(attempt('append', () => change('append', name, all)))
    },
    truncate: (size) =>
      Promise.resolve(attempt('truncate', () => change('truncate', name, content(name).subarray(0, size)))),
    close: () => Promise.resolve(),
  })

  return {
    path,
    openAppendFile: (name) =>
      Promise.resolve(
        attempt('openAppendFile', () => {
          if (!files.has(name)) change('create', name, Buffer.alloc(0))
          return appendFile(name)
        }),
      ),
    readText: (name) => Promise.resolve(attempt('readText', () => files.get(name)?.toString('utf8') ?? null)),
    writeText: (name, text) =>
      Promise.resolve(attempt('writeText', () => change('write', name, Buffer.from(text)))),
    rename: (from, to) =>
      Promise.resolve(
        attempt('rename', () => {
          change('rename', to, content(from))
          files.delete(from)
          return null
        }),
      ),
    list: () => Promise.resolve(attempt('list', () => [...files.keys()])),
    lock() {
      if (owned) return Promise.resolve(fail('profile-owned'))
      return Promise.resolve(
        attempt('lock', () => {
          owned = true
          return {
            release: () => {
              owned = false
              return Promise.resolve()
            },
          }
        }),
      )
    },
    files,
    writes,
    text: (name) => content(name).toString('utf8'),
    put(name, text) {
      files.set(name, Buffer.from(text))
    },
    failNext(operation, code) {
      failures.set(operation, code)
    },
    stopInNextAppend(bytes, spared = 0) {
      stopAfter = bytes
      appendsSpared = spared
    },
    get stopped() {
      return stopped
    },
    breakReading() {
      reading = false
    },
    ownElsewhere(value) {
      owned = value
    },
  }
}
