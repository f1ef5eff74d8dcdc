/**
 * Serves the built window over HTTP on 127.0.0.1 and carries the contract with it, so that the window can be
 * driven in any browser, in front of a scripted double or of the real core.
 */
import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize, resolve, sep } from 'node:path'
import { build } from 'vite'
import type { AnswerOptions } from '../../electron/contract/answer.ts'
import { answer } from '../../electron/contract/answer.ts'
import type { EventName } from '../../electron/contract/events.ts'

// From the top of the repository, where every script runs: the test runner loads this file as CommonJS.
const root = resolve('dist/renderer')
const pageEntry = resolve('test/support/loopback-page.ts')

/** The policy of the app, with the one difference that this page talks to its own server. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types svelte-trusted-html',
].join('; ')

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

export interface LoopbackHostOptions extends AnswerOptions {
  /** Called with what to tell of each event; answers what ends that. */
  readonly listen: (listener: (event: EventName, payload: unknown) => void) => () => void
}

export interface LoopbackHost {
  readonly url: string
  close(): Promise<void>
}

let pageScript: Promise<string> | undefined

/** The transport as one classic script: it has to run before the window's module does. */
function bundlePageScript(): Promise<string> {
  pageScript ??= (async () => {
    const result = await build({
      configFile: false,
      logLevel: 'error',
      build: {
        write: false,
        target: 'chrome108',
        lib: { entry: pageEntry, formats: ['iife'], name: 'loopbackPage' },
      },
    })
    const [output] = Array.isArray(result) ? result : [result]
    const chunk = output && 'output' in output ? output.output[0] : undefined
    if (!chunk) throw new Error('the page script was not built')
    return chunk.code
  })()
  return pageScript
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

function send(response: ServerResponse, status: number, type: string, body: string | Buffer): void {
  response.writeHead(status, {
    'content-type': type,
    'content-security-policy': policy,
    'cache-control': 'no-store',
  })
  response.end(body)
}

function stream(response: ServerResponse, listen: LoopbackHostOptions['listen']): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  response.write(': open\n\n')
  const stop = listen((event, payload) => response.write(`data: ${JSON.stringify({ event, payload })}\n\n`))
  response.on('close', stop)
}

async function sendFile(response: ServerResponse, path: string): Promise<void> {
  const file = normalize(join(root, path))
  if (!file.startsWith(root + sep)) return send(response, 404, 'text/plain', 'not found')
  try {
    const content = await readFile(file)
    if (extname(file) !== '.html')
      return send(response, 200, types[extname(file)] ?? 'application/octet-stream', content)
    const html = content.toString('utf8').replace('<head>', '<head><script src="/loopback-page.js"></script>')
    send(response, 200, 'text/html; charset=utf-8', html)
  } catch {
    send(response, 404, 'text/plain', 'not found')
  }
}

/** Starts the host on a free port. `npm run build` must have made dist/renderer. */
export async function startLoopbackHost(options: LoopbackHostOptions): Promise<LoopbackHost> {
  const script = await bundlePageScript()
  const route = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1')
    if (request.method === 'POST' && pathname === '/invoke') {
      const { command, params } = JSON.parse(await readBody(request)) as { command: string; params: unknown }
      return send(response, 200, 'application/json', JSON.stringify(await answer(command, params, options)))
    }
    if (pathname === '/events') return stream(response, options.listen)
    if (pathname === '/loopback-page.js') return send(response, 200, types['.js'] ?? '', script)
    if (pathname === '/favicon.ico')
      return send(response, 200, 'image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg"/>')
    await sendFile(response, pathname === '/' ? '/index.html' : pathname)
  }
  const server = createServer((request, response) => {
    route(request, response).catch((cause: unknown) => {
      options.onFault('loopback host', cause)
      if (!response.headersSent) send(response, 500, 'text/plain', 'failed')
    })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      }),
  }
}
