/** Real clients as processes of their own: the environment they get is all that they know. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

interface Clients {
  readonly commands: Readonly<Record<string, readonly string[]>>
  readonly missing: Readonly<Record<string, string>>
}

/** What this machine has; `build/setup/clients.mjs` looked. */
export const clients = JSON.parse(
  process.env['LATCHKEY_CLIENTS'] ?? '{"commands":{},"missing":{}}',
) as Clients

/** The line that starts a client. Throws when it is not here: a test that needs it skips. */
export function commandOf(name: string): readonly string[] {
  const command = clients.commands[name]
  if (!command) throw new Error(`${name}: ${clients.missing[name] ?? 'is not known'}`)
  return command
}

/** Whether each of these can be started here. */
export function isHere(...names: readonly string[]): boolean {
  return names.every((name) => clients.commands[name] !== undefined)
}

/** A title with the reason why the client is not tried, where it is not here. */
export function titled(name: string): string {
  const reason = clients.missing[name]
  return reason === undefined ? name : `${name} (${reason})`
}

export type Environment = Readonly<Record<string, string>>

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** From the start of the process to its end. */
  readonly ms: number
}

export interface RunOptions {
  readonly env?: Environment
  readonly input?: string
  readonly cwd?: string
  /** A process that is not done by then is killed; ms. */
  readonly limitMs?: number
}

/** Nothing of this process's environment but where programs are. */
export function bareEnvironment(home: string): Environment {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    // Java takes its home from the system; all of Google's tools and libraries look here first.
    CLOUDSDK_CONFIG: `${home}/gcloud`,
    // Where no project is named, Google's Node library starts gcloud to ask for one, at each start of a program.
    GOOGLE_CLOUD_PROJECT: 'practice',
  }
}

/** Runs a program to its end. */
export function runProgram(command: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const { env = {}, input = '', cwd, limitMs = 30_000 } = options
  const since = performance.now()
  const [file = '', ...args] = command
  const child = spawn(file, args, { env: { ...env }, cwd, stdio: ['pipe', 'pipe', 'pipe'] })
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()))
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const limit = setTimeout(() => child.kill('SIGKILL'), limitMs)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      clearTimeout(limit)
      resolve({ code, ...output, ms: performance.now() - since })
    })
  })
}

/** What a client of `test/clients` said to one step. */
export type Said =
  | { readonly ok: true; readonly token?: string; readonly status?: number; readonly email?: string }
  | { readonly ok: false; readonly error: string }

export type Step = 'token' | 'use' | 'refresh'

export interface Library {
  /** Does one step; answers what it said. Throws when nothing is said for half a minute. */
  step(step: Step): Promise<Said>
  /** What anybody who may look into this process sees: its arguments and its environment. Linux only. */
  seen(): string
  /** Ends it; answers its exit code, 1 when its last step failed. */
  end(): Promise<number | null>
}

/** Starts one of the library clients, for as long as the test wants to talk to it. */
export function startLibrary(name: string, env: Environment, args: readonly string[]): Library {
  const [file = '', ...first] = commandOf(name)
  const child = spawn(file, [...first, ...args], { env: { ...env }, stdio: ['pipe', 'pipe', 'pipe'] })
  let complaint = ''
  child.stderr.on('data', (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-2000)))
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    async step(step) {
      child.stdin.write(`${step}\n`)
      const limit = setTimeout(() => child.kill('SIGKILL'), 30_000)
      const line = await lines.next()
      clearTimeout(limit)
      if (line.done === true) throw new Error(`${name} said nothing to “${step}”: ${complaint}`)
      return JSON.parse(line.value) as Said
    },
    seen() {
      const folder = `/proc/${String(child.pid)}`
      return ['cmdline', 'environ'].map((part) => readFileSync(`${folder}/${part}`, 'utf8')).join('\0')
    },
    end() {
      child.stdin.end()
      return ended
    },
  }
}

/** One step in a process of its own, as a script would do it. */
export async function runLibrary(
  name: string,
  step: Step,
  env: Environment,
  args: readonly string[],
): Promise<Ended & { readonly said: Said }> {
  const ended = await runProgram([...commandOf(name), ...args], { env, input: `${step}\n` })
  if (ended.stdout === '') throw new Error(`${name} said nothing to “${step}”: ${ended.stderr}`)
  return { ...ended, said: JSON.parse(ended.stdout) as Said }
}

/** Our own command, as `npm run build` made it. */
export const latchkeyCommand: readonly string[] = [
  process.execPath,
  fileURLToPath(new URL('../../dist/electron/latchkey.cjs', import.meta.url)),
]
