/**
 * The real keychain adapter in a process of its own, because a process keeps to the session bus that it saw
 * first. Run as a script it answers commands on stdin; imported, it starts such a process.
 */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { createKeychain } from '../../electron/adapters/keychain.ts'
import type { Outcome } from '../../electron/contract/outcome.ts'
import { Secret } from '../../electron/core/secret.ts'

interface Command {
  readonly operation: 'get' | 'set' | 'delete' | 'list'
  readonly account?: string
  readonly text?: string
}

export interface KeychainProcess {
  /** The outcome of the adapter; a secret that was read stands in it as its text. */
  run(operation: Command['operation'], account?: string, text?: string): Promise<Outcome<unknown>>
  stop(): void
}

const service = 'dev.latchkey.test'
const script = import.meta.filename

export function startKeychainProcess(
  env: Readonly<Record<string, string>>,
  timeoutMs = 5000,
): KeychainProcess {
  const child = spawn(process.execPath, ['--no-warnings', script, String(timeoutMs)], {
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const waiting: ((outcome: Outcome<unknown>) => void)[] = []
  createInterface({ input: child.stdout }).on('line', (line) => {
    waiting.shift()?.(JSON.parse(line) as Outcome<unknown>)
  })
  return {
    run: (operation, account, text) =>
      new Promise((resolve) => {
        waiting.push(resolve)
        child.stdin.write(`${JSON.stringify({ operation, account, text })}\n`)
      }),
    stop: () => child.kill('SIGKILL'),
  }
}

function serve(timeoutMs: number): void {
  const keychain = createKeychain({ timeoutMs })
  const run = ({ operation, account = 'a', text = '' }: Command): Promise<Outcome<unknown>> => {
    if (operation === 'set') return keychain.set(service, account, new Secret(text))
    return operation === 'list' ? keychain.list(service) : keychain[operation](service, account)
  }
  createInterface({ input: process.stdin }).on('line', (line) => {
    void run(JSON.parse(line) as Command).then((outcome) => {
      const value = outcome.ok && outcome.value instanceof Secret ? outcome.value.reveal() : null
      process.stdout.write(`${JSON.stringify(value === null ? outcome : { ok: true, value })}\n`)
    })
  })
}

if (process.argv[1] === script) serve(Number(process.argv[2]))
