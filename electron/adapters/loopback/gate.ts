/** Lets exactly one answer of the browser through; whatever else comes gets a 4xx and changes nothing. */
import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FragmentWords, LoopbackRequest, ReplyPage } from '../../core/ports.ts'
import { replyPageHtml, replyPageStyle } from '../reply-page.ts'
import type { Connections } from './connections.ts'
import { answerHeader, fragmentPageHtml, fragmentPagePolicy } from './fragment-page.ts'

export type Accept = (request: LoopbackRequest) => Promise<ReplyPage> | null

/** Where the page that reads the fragment posts it, and what it says. */
export interface FragmentPost {
  readonly path: string
  readonly words: FragmentWords
}

export interface GateOptions {
  readonly path: string
  readonly accept: Accept
  readonly connections: Connections
  /** Null where the answer comes in the query. */
  readonly fragment: FragmentPost | null
}

/** An access token and all that comes with it stay far below this. */
const maxAnswerBytes = 8 * 1024
const frames: readonly string[] = ['iframe', 'frame', 'embed', 'object', 'fencedframe']

export class Gate {
  readonly #options: GateOptions
  #used = false
  /** The spellings of `Host` that are meant, the usual one first; known once the server listens. */
  hosts: readonly string[] = []

  constructor(options: GateOptions) {
    this.#options = options
  }

  /** The answer came another way. */
  spend(): void {
    this.#used = true
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path, query = ''] = splitOnce(request.url ?? '', '?')
    const { fragment } = this.#options
    if (!this.#isForUs(request)) return refuse(response, 400)
    if (fragment && path === fragment.path) return this.#takePost(request, response, fragment)
    const status = this.#refusal(request, path)
    if (status !== null) return refuse(response, status)
    if (fragment) return servePage(request, response, fragment)
    if (this.#used) return refuse(response, 410)
    const page = this.#options.accept({ query: new URLSearchParams(query) })
    if (page === null) return refuse(response, 400)
    await this.#reply(request, response, page, show)
  }

  #isForUs({ rawHeaders, headers }: IncomingMessage): boolean {
    const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host')
    return hosts.length === 1 && this.hosts.includes(headers.host ?? '')
  }

  #refusal({ method, headers }: IncomingMessage, path: string): number | null {
    if (method !== 'GET') return 405
    if (path !== this.#options.path) return 404
    const { 'content-length': length, 'transfer-encoding': encoding } = headers
    return (length !== undefined && length !== '0') || encoding !== undefined ? 400 : null
  }

  /** Only our own page may post, and each answer counts once. */
  async #takePost(
    request: IncomingMessage,
    response: ServerResponse,
    { words }: FragmentPost,
  ): Promise<void> {
    const status = this.#postRefusal(request)
    if (status !== null) return refuse(response, status)
    const query = await readAnswer(request)
    if (!query) return refuse(response, 400)
    if (this.#used) return tell(response, { ...words.used, status: 410 })
    const page = this.#options.accept({ query })
    if (page === null) return tell(response, { ...words.refused, status: 400 })
    await this.#reply(request, response, page, (to, shown) => {
      // The same tab comes back with another answer.
      if (shown.next !== undefined) this.#used = false
      tell(to, shown)
    })
  }

  #postRefusal({ method, headers }: IncomingMessage): number | null {
    if (method !== 'POST') return 405
    const origins = this.hosts.map((host) => `http://${host}`)
    const site = headers['sec-fetch-site'] ?? 'same-origin'
    if (!origins.includes(headers.origin ?? '') || site !== 'same-origin') return 403
    if (headers[answerHeader] !== '1') return 403
    if (!/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '')) return 415
    const { 'content-length': length, 'transfer-encoding': encoding } = headers
    if (length === undefined || encoding !== undefined) return 411
    return Number(length) <= maxAnswerBytes ? null : 413
  }

  /** Waits for the page as long as that takes, and lets nothing else through meanwhile. */
  async #reply(
    { socket }: IncomingMessage,
    response: ServerResponse,
    page: Promise<ReplyPage>,
    send: (response: ServerResponse, page: ReplyPage) => void,
  ): Promise<void> {
    this.#used = true
    const { connections } = this.#options
    connections.keepForReply(socket)
    await page.then(
      (shown) => send(response, shown),
      () => refuse(response, 500),
    )
    connections.replied(socket)
  }
}

/** What our page posted, read as a query; null where it is nothing of the kind, or breaks off. */
async function readAnswer(request: IncomingMessage): Promise<URLSearchParams | null> {
  try {
    const chunks: Uint8Array[] = []
    for await (const chunk of request as AsyncIterable<Uint8Array>) chunks.push(chunk)
    const json: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'))
    const answer = typeof json === 'object' && json !== null && 'answer' in json ? json.answer : null
    return typeof answer === 'string' ? new URLSearchParams(answer) : null
  } catch {
    return null
  }
}

function splitOnce(text: string, mark: string): [string, string?] {
  const at = text.indexOf(mark)
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}

const styleHash = createHash('sha256').update(replyPageStyle).digest('base64')

/** Nothing is loaded, run, framed, kept or told to anybody. */
const commonHeaders = {
  'Cache-Control': 'no-store',
  Connection: 'close',
  'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
}

function show(response: ServerResponse, page: ReplyPage): void {
  response.writeHead(page.status, htmlHeaders(page.language)).end(replyPageHtml(page))
}

/** Any number of times: without an answer of ours in it, it does nothing. */
function servePage(
  { headers }: IncomingMessage,
  response: ServerResponse,
  { words, path }: FragmentPost,
): void {
  if (frames.includes(String(headers['sec-fetch-dest']))) return refuse(response, 403)
  const policy = { 'Content-Security-Policy': fragmentPagePolicy }
  response.writeHead(200, { ...htmlHeaders(words.language), ...policy }).end(fragmentPageHtml(words, path))
}

function htmlHeaders(language: ReplyPage['language']): Readonly<Record<string, string>> {
  return { ...commonHeaders, 'Content-Type': 'text/html; charset=utf-8', 'Content-Language': language }
}

function tell(
  response: ServerResponse,
  { status, title, text, next }: Omit<ReplyPage, 'status' | 'language'> & { readonly status: number },
): void {
  const headers = { ...commonHeaders, 'Content-Type': 'application/json; charset=utf-8' }
  response.writeHead(status, headers).end(JSON.stringify({ status, title, text, next }))
}

function refuse(response: ServerResponse, status: number): void {
  const allow = status === 405 ? { Allow: 'GET' } : {}
  const headers = { ...commonHeaders, ...allow, 'Content-Type': 'text/plain; charset=utf-8' }
  response.writeHead(status, headers).end(`${String(status)}\n`)
}
