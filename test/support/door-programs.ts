/** What programs do at the doors: over HTTP as any client would, and as processes that the system can describe. */
import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'

export interface HttpReply {
  readonly status: number
  readonly body: string
}

interface HttpAsk {
  readonly method?: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** Without what a browser or Node's `fetch` adds. Rejects where nobody listens. */
export function knockHttp(address: string, path: string, ask: HttpAsk = {}): Promise<HttpReply> {
  const { method = 'GET', headers = {}, body = '' } = ask
  const [host, port] = address.split(':')
  const length = method === 'POST' ? { 'content-length': Buffer.byteLength(body) } : {}
  return new Promise((resolve, reject) => {
    const options = { host, port, path, method, headers: { ...headers, ...length }, agent: false }
    const sent = request(options, (answer) => {
      let text = ''
      answer.on('data', (chunk: Buffer) => (text += chunk.toString()))
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: text }))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

/** `POST /v1/token` of the HTTP door with a handle as a bearer. */
export function askWithBearer(address: string, handle: string, body: object = {}): Promise<HttpReply> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${handle}` }
  return knockHttp(address, '/v1/token', { method: 'POST', headers, body: JSON.stringify(body) })
}

/** What Google's libraries send to the `token_url` of a file. */
export function askAsLibrary(address: string, handle: string, scope?: string): Promise<HttpReply> {
  const client = Buffer.from('latchkey:latchkey-lease').toString('base64')
  const form = {
    grant_type: 'refresh_token',
    refresh_token: handle,
    ...(scope === undefined ? {} : { scope }),
  }
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    authorization: `Basic ${client}`,
  }
  const body = new URLSearchParams(form).toString()
  return knockHttp(address, '/adc/token', { method: 'POST', headers, body })
}

/** The token of the default account of a metadata server; `scopes` with commas between them. */
export function askMetadata(address: string, scopes?: string): Promise<HttpReply> {
  const query = scopes === undefined ? '' : `?scopes=${encodeURIComponent(scopes)}`
  const path = `/computeMetadata/v1/instance/service-accounts/default/token${query}`
  return knockHttp(address, path, { headers: { 'metadata-flavor': 'Google' } })
}

/** The access token in an answer of any of these doors. Throws with what came instead. */
export function tokenIn({ status, body }: HttpReply): string {
  const { access_token: token } = JSON.parse(status === 200 ? body : '{}') as { access_token?: string }
  if (token === undefined) throw new Error(`no token: ${String(status)} ${body}`)
  return token
}

export interface StandingProgram {
  /** A process that it started: what asks names this, and the program is who stands above it. */
  readonly pid: number
  readonly folder: string
  stop(): Promise<void>
}

/** Starts a script of this name in a folder of its own, and a process below it that could ask. */
export async function startProgram(folder: string, name: string): Promise<StandingProgram> {
  await mkdir(folder, { recursive: true })
  const script = join(folder, name)
  await writeFile(script, standing)
  const child = spawn(process.execPath, [script], { cwd: folder, stdio: ['pipe', 'pipe', 'inherit'] })
  return { pid: await firstNumber(child), folder, stop: () => end(child) }
}

/** Both end with the pipe, also when the test was stopped half-way. */
const standing = `
const wait = 'process.stdin.resume().on("end", () => process.exit())'
const below = require('node:child_process').spawn(process.execPath, ['-e', wait], { stdio: ['pipe', 'ignore', 'inherit'] })
process.stdout.write(String(below.pid) + '\\n')
process.stdin.resume().on('end', () => process.exit())
`

async function firstNumber(child: ChildProcess): Promise<number> {
  const [chunk] = (await once(child.stdout ?? child, 'data')) as [Buffer]
  return Number(chunk.toString())
}

async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit')
  child.stdin?.end()
  await ended
}
