/**
 * A host of git repositories over TLS, as Google's are: an access token for a password, and nothing without one. Git's
 * own server does the rest.
 */
import { spawn } from 'node:child_process'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'

export interface GitHost {
  readonly port: number
  /** The names that came with a password, one a request. */
  readonly users: readonly string[]
  close(): Promise<void>
}

export interface GitHostOptions {
  /** The folder with the repositories. */
  readonly folder: string
  readonly tls: { readonly key: string; readonly cert: string }
  accepts(accessToken: string): Promise<boolean>
}

export async function startGitHost({ folder, tls, accepts }: GitHostOptions): Promise<GitHost> {
  const users: string[] = []
  const server = createServer(tls, (request, response) => {
    void answer(request, response)
  })
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [user, password] = basicOf(request)
    if (password !== '') users.push(user)
    if (password !== '' && (await accepts(password))) return serve(folder, request, response)
    response.writeHead(401, { 'www-authenticate': 'Basic realm="Google"' }).end('Unauthorized')
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    users,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

function basicOf({ headers }: IncomingMessage): readonly [string, string] {
  const [, code = ''] = /^Basic (.+)$/.exec(headers.authorization ?? '') ?? []
  const [, user = '', password = ''] = /^([^:]*):(.*)$/.exec(Buffer.from(code, 'base64').toString()) ?? []
  return [user, password]
}

/** `git http-backend` is a CGI program. */
function serve(folder: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'https://localhost')
  const child = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env['PATH'],
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: '1',
      REQUEST_METHOD: request.method ?? 'GET',
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      ...(request.headers['git-protocol'] !== undefined && {
        GIT_PROTOCOL: String(request.headers['git-protocol']),
      }),
      ...(request.headers['content-encoding'] !== undefined && {
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'],
      }),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  request.pipe(child.stdin)
  child.stdin.on('error', () => undefined)
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.on('close', () => {
    const whole = Buffer.concat(chunks)
    const end = whole.indexOf('\r\n\r\n')
    const headers = whole.subarray(0, end).toString('latin1').split('\r\n')
    const fields = headers.map((line) => /^([^:]+): *(.*)$/.exec(line)).filter((found) => found !== null)
    const status = fields.find(([, name]) => name === 'Status')?.[2] ?? '200'
    const kept = fields.filter(([, name]) => name !== 'Status')
    response.writeHead(
      Number.parseInt(status, 10),
      Object.fromEntries(kept.map(([, name = '', value = '']) => [name, value])),
    )
    response.end(whole.subarray(end + 4))
  })
}
