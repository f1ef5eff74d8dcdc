/** A running practice Google, and a person who signs in there without a browser. For integration tests. */
import { createHash, randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach } from 'vitest'
import { createHttp } from '../../../electron/adapters/http.ts'
import type { ClientKind } from '../../../electron/contract/kinds.ts'
import type { FurtherClient } from '../../../electron/practice/client.ts'
import type { PracticeControl } from '../../../electron/practice/practice-control.ts'
import { createPracticeControl } from '../../../electron/practice/practice-control.ts'
import { startPracticeGoogle } from '../../../electron/practice/practice-google.ts'

export const redirectUri = 'http://127.0.0.1:49152/arrive'
export const scopeUrl = 'https://www.googleapis.com/auth/'
export const asha = '104512907736418250017'
export const sam = '109384620175539061428'
export const meera = '117260493858201743395'

export interface PracticeServer {
  issuer: string
  control: PracticeControl
  /** The machine's time of the server, ms; a test may set it. */
  machineNow: number
  saved: unknown
  readonly issued: { readonly kind: string; readonly secret: string }[]
  clientId: string
  clientSecret: string
  close(): Promise<void>
  restart(): Promise<void>
}

/** A fresh server for each test of the file, with one client file already taken. */
export function usePractice(): PracticeServer {
  const server = { issued: [] as { kind: string; secret: string }[] } as PracticeServer
  const start = async (port = 0): Promise<void> => {
    const google = await startPracticeGoogle({
      now: () => server.machineNow,
      load: () => Promise.resolve(JSON.parse(JSON.stringify(server.saved)) as unknown),
      save: (state) => {
        server.saved = JSON.parse(JSON.stringify(state))
        return Promise.resolve()
      },
      random: (bytes) => randomBytes(bytes).toString('base64url'),
      port,
      onIssued: (kind, secret) => server.issued.push({ kind, secret }),
    })
    server.issuer = google.issuer
    server.close = () => google.close()
    server.control = createPracticeControl(
      google.issuer,
      createHttp({ allow: (url) => url.hostname === '127.0.0.1' }),
    )
  }
  beforeEach(async () => {
    server.machineNow = Date.UTC(2026, 10, 22, 12)
    server.saved = null
    server.issued.length = 0
    await start()
    const file = value(await server.control.clientFile())
    const { installed } = JSON.parse(file) as { installed: { client_id: string; client_secret: string } }
    server.clientId = installed.client_id
    server.clientSecret = installed.client_secret
  })
  afterEach(() => server.close())
  server.restart = async () => {
    const port = Number(new URL(server.issuer).port)
    await server.close()
    // Until the broken connections are noticed, a pooled one could still be used for the next request.
    await sleep(50)
    await start(port)
  }
  return server
}

/** The value of an outcome that has to be good. */
export function value<T>(outcome: { ok: true; value: T } | { ok: false; error: { code: string } }): T {
  if (!outcome.ok) throw new Error(`expected a value, got ${outcome.error.code}`)
  return outcome.value
}

export const verifier = 'practice-verifier-0123456789-0123456789-0123456789'
export const challenge = createHash('sha256').update(verifier).digest('base64url')

/** The id and a fresh secret of another client, as parameters of a token request. */
export async function furtherClient(
  server: PracticeServer,
  project: FurtherClient,
  kind: ClientKind = 'installed',
): Promise<{ client_id: string; client_secret: string }> {
  const file = value(await server.control.clientFile({ project, kind }))
  const [{ client_id, client_secret }] = Object.values(JSON.parse(file) as object) as [
    { client_id: string; client_secret: string },
  ]
  return { client_id, client_secret }
}

/** The parameters of an ordinary authorization request; null leaves one out. */
export function authUrl(server: PracticeServer, more: Readonly<Record<string, string | null>> = {}): string {
  const params = {
    client_id: server.clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid email',
    state: 'the-state',
    nonce: 'the-nonce',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    prompt: 'consent',
    login_hint: asha,
    ...more,
  }
  const given = Object.entries(params).filter((entry): entry is [string, string] => entry[1] !== null)
  return `${server.issuer}/o/oauth2/v2/auth?${new URLSearchParams(given).toString()}`
}

export interface Seen {
  readonly status: number
  readonly page: string
  /** Where the browser is sent, or null when a page is shown. */
  readonly arrived: URL | null
}

export async function visit(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Seen> {
  return seen(await fetch(url, { redirect: 'manual', headers }))
}

/** Sends the form of a page with some fields, as a browser would: with the page's origin. */
export async function submit(
  server: PracticeServer,
  page: string,
  fields: readonly (readonly [string, string])[],
  origin = server.issuer,
): Promise<Seen> {
  const action = /action="([^"]+)"/.exec(page)?.[1] ?? ''
  const ticket = /name="ticket" value="([^"]+)"/.exec(page)?.[1] ?? ''
  const body = new URLSearchParams([
    ['ticket', ticket],
    ...fields.map(([name, text]): [string, string] => [name, text]),
  ])
  return seen(
    await fetch(`${server.issuer}${action}`, {
      method: 'POST',
      body,
      redirect: 'manual',
      headers: { origin },
    }),
  )
}

async function seen(response: Response): Promise<Seen> {
  const location = response.headers.get('location')
  const page = await response.text()
  return { status: response.status, page, arrived: location === null ? null : new URL(location) }
}

/** Goes through the consent page and answers the code. Ticks the given boxes and ongoing access. */
export async function consent(
  server: PracticeServer,
  more: Readonly<Record<string, string | null>> = {},
  ticked: readonly string[] = [],
  ongoing = true,
): Promise<string> {
  const first = await visit(authUrl(server, more))
  if (first.arrived !== null) return codeOf(first)
  const boxes = ticked.map((scope) => ['scope', scope] as const)
  const extra = ongoing ? [['ongoing', 'yes'] as const] : []
  return codeOf(await submit(server, first.page, [['action', 'continue'], ...boxes, ...extra]))
}

export function codeOf(seenPage: Seen): string {
  const code = seenPage.arrived?.searchParams.get('code')
  if (!code) throw new Error(`no code, status ${String(seenPage.status)}`)
  return code
}

export interface TokenAnswer {
  readonly status: number
  readonly headers: Headers
  readonly json: Readonly<Record<string, unknown>>
}

/** POSTs to the token endpoint; null leaves a parameter out. */
export async function askToken(
  server: PracticeServer,
  params: Readonly<Record<string, string | null>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<TokenAnswer> {
  const all = { client_id: server.clientId, client_secret: server.clientSecret, ...params }
  const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== null)
  const response = await fetch(`${server.issuer}/token`, {
    method: 'POST',
    body: new URLSearchParams(given),
    headers,
  })
  return {
    status: response.status,
    headers: response.headers,
    json: (await response.json()) as TokenAnswer['json'],
  }
}

export function exchange(
  server: PracticeServer,
  code: string,
  more: Readonly<Record<string, string | null>> = {},
): Promise<TokenAnswer> {
  const params = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
  }
  return askToken(server, { ...params, ...more })
}

export function refresh(
  server: PracticeServer,
  refreshToken: unknown,
  more: Readonly<Record<string, string | null>> = {},
): Promise<TokenAnswer> {
  return askToken(server, { grant_type: 'refresh_token', refresh_token: String(refreshToken), ...more })
}

/** A whole sign-in: consent and exchange. */
export async function signIn(
  server: PracticeServer,
  more: Readonly<Record<string, string | null>> = {},
  ticked: readonly string[] = [],
  ongoing = true,
): Promise<TokenAnswer> {
  return exchange(server, await consent(server, more, ticked, ongoing))
}
