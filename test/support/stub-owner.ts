/** An owner of a profile that answers as a test says, and the `latchkey` command run against it as a process. */
import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: Readonly<Record<string, unknown>>
}

/** A body is sent as JSON; an answerer may write on its own and give nothing back. */
export type Answerer = (
  asked: Asked,
  response: ServerResponse,
) => { status?: number; body: unknown } | undefined

export interface StubOwner {
  readonly dataFolder: string
  readonly socket: string
  /** Requests so far, oldest first. */
  readonly asked: Asked[]
  /** Answers a path, or all below one that ends in `*`. */
  on(path: string, answer: Answerer): void
  /** Announces itself without listening yet. */
  announce(change?: object): void
  listen(): Promise<void>
  stopListening(): Promise<void>
  /** Runs the command to its end. */
  run(args: readonly string[], options?: RunOptions): Promise<Ended>
  close(): Promise<void>
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
  readonly cwd?: string
  /** On a terminal of its own; lines are typed, one after the other, when what stands before them was shown anew. */
  readonly typed?: readonly (readonly [shown: string, line: string])[]
  /** A line of a shell instead, in which `latchkey` is the command. */
  readonly shell?: string
}

export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const entry = join(import.meta.dirname, '../../electron/latchkey.ts')
export const localKey = 'local-key-of-the-stub'

export async function startStubOwner(): Promise<StubOwner> {
  const home = mkdtempSync(join(tmpdir(), 'latchkey-stub-'))
  const dataFolder = join(home, 'data')
  const folder = join(dataFolder, 'profiles/real/run')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const bin = join(home, 'bin')
  mkdirSync(bin)
  const start = `#!/bin/sh\nexec '${process.execPath}' --no-warnings '${entry}' "$@"\n`
  writeFileSync(join(bin, 'latchkey'), start, { mode: 0o755 })
  const socket = join(folder, 'door.sock')
  const asked: Asked[] = []
  const answers = new Map<string, Answerer>()
  let server: Server | null = null
  const stub: StubOwner = {
    ...{ dataFolder, socket, asked },
    on: (path, answer) => void answers.set(path, answer),
    announce(change = {}) {
      const text = {
        protocol: 1,
        version: '0',
        pid: process.pid,
        socket,
        remote: '',
        http: null,
        local: localKey,
      }
      writeFileSync(join(folder, 'door.json'), JSON.stringify({ ...text, ...change }), { mode: 0o600 })
    },
    async listen() {
      const made = createServer((request, response) => void answered(request, response, asked, answers))
      await new Promise<void>((resolve) => made.listen(socket, resolve))
      chmodSync(socket, 0o600)
      server = made
    },
    async stopListening() {
      server?.closeAllConnections()
      await new Promise((resolve) => (server ? server.close(resolve) : resolve(null)))
      server = null
    },
    run: (args, options = {}) => runCommand(args, { home, bin, dataFolder }, options),
    async close() {
      await stub.stopListening()
      rmSync(home, { recursive: true, force: true })
    },
  }
  stub.announce()
  await stub.listen()
  return stub
}

async function answered(
  request: IncomingMessage,
  response: ServerResponse,
  asked: Asked[],
  answers: ReadonlyMap<string, Answerer>,
): Promise<void> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  const path = request.url ?? ''
  const body = (text === '' ? {} : JSON.parse(text)) as Asked['body']
  const one = { method: request.method ?? '', path, headers: request.headers, body }
  asked.push(one)
  const answer = answers.get(path) ?? answers.get(`${path.slice(0, path.lastIndexOf('/'))}/*`)
  const given = answer ? answer(one, response) : { status: 404, body: failure('not-found', 'Not here.') }
  if (!given) return
  response.writeHead(given.status ?? 200, { 'content-type': 'application/json' })
  response.end(JSON.stringify(given.body))
}

export function failure(code: string, message: string, retryable = false): object {
  return { error: { code, message, next: 'Do something.', retryable } }
}

interface Places {
  readonly home: string
  readonly bin: string
  readonly dataFolder: string
}

function runCommand(args: readonly string[], places: Places, options: RunOptions): Promise<Ended> {
  const { env = {}, input, typed, shell, cwd = places.home } = options
  const quoted = args.map((arg) => `'${arg.replaceAll("'", "'\\''")}'`).join(' ')
  const line = shell ?? `exec latchkey ${quoted}`
  const [program, ...rest] = typed ? ['script', '-qec', line, '/dev/null'] : ['bash', '-c', line]
  const child = spawn(program ?? '', rest, {
    cwd,
    env: {
      ...{ PATH: `${places.bin}:${process.env['PATH'] ?? ''}`, HOME: places.home, TERM: 'xterm' },
      ...{ LATCHKEY_DATA_FOLDER: places.dataFolder, ...env },
    },
  })
  let stdout = ''
  let stderr = ''
  const open = [...(typed ?? [])]
  /** What stands before this was answered. */
  let seen = 0
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
    const [next] = open
    const at = next ? stdout.indexOf(next[0], seen) : -1
    if (!next || at === -1) return
    open.shift()
    seen = at + next[0].length
    child.stdin.write(`${next[1]}\n`)
  })
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  if (!typed) child.stdin.end(input ?? '')
  child.stdin.on('error', () => undefined)
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code: code ?? -1, stdout, stderr }))
  })
}
