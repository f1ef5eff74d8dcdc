/**
 * A metadata server for one lease, as the libraries ask for it (google-oauth.md 8.6). It lists what is there and says
 * 404 to all else; a lease has one account, which is `default`.
 */
import type { AppError, Outcome } from '../../../contract/outcome.ts'
import { appError } from '../../../contract/outcome.ts'
import type { DoorAnswer, DoorRequest } from '../../ports.ts'
import type { LeaseSubject, TokenQuestion } from '../token-question.ts'
import { nobody } from './callers.ts'
import { passes, sentenceOf } from './error-answer.ts'
import { libraryTtlMs } from './http-routes.ts'
import type { IdentitySource, TokenSource } from './token-route.ts'
import { secondsLeft } from './token-route.ts'

export interface MetadataParts {
  readonly leaseId: string
  readonly broker: TokenSource & IdentitySource
  /** Whom the lease is for, now. */
  subject(): Promise<Outcome<LeaseSubject>>
  /** The folder that a lease by rule is for; null of all others. */
  readonly folder: string | null
}

const root = '/computeMetadata/v1'

/** Answers one request. `Metadata-Flavor` stands on every answer: libraries believe no other. */
export async function metadataRoutes(parts: MetadataParts, request: DoorRequest): Promise<DoorAnswer> {
  const { method, path, headers } = request
  if (headers['x-forwarded-for'] !== undefined) return plain(403, 'X-Forwarded-For is not accepted here.')
  if (method !== 'GET') return plain(405, 'Only GET is answered here.')
  if (path === '/') return plain(200, 'computeMetadata/\n')
  if (headers['metadata-flavor'] !== 'Google')
    return plain(403, 'The header “Metadata-Flavor: Google” is missing.')
  if (path === '/computeMetadata/') return plain(200, 'v1/\n')
  if (path === '/computeMetadata' || path === root || path === `${root}/instance`)
    return moved(path, request.query)
  if (!path.startsWith(`${root}/`)) return notFound()
  return below(parts, request, path.slice(root.length + 1))
}

/** What libraries ask to find out whether somebody is there, before they ask for what may be refused. */
const sameForAll: ReadonlyMap<string, string> = new Map([
  ['', 'instance/\nproject/\nuniverse/\n'],
  ['instance/', 'service-accounts/\n'],
])

async function below(parts: MetadataParts, request: DoorRequest, path: string): Promise<DoorAnswer> {
  const unchanging = request.query.toString() === '' ? sameForAll.get(path) : undefined
  if (unchanging !== undefined) return plain(200, unchanging)
  const subject = await parts.subject()
  if (!subject.ok) return metadataRefusal(subject.error)
  const segments = path.split('/')
  const account = accountPart(segments, subject.value.email)
  if (account === 'token') return token(parts, request)
  if (account === 'identity') return identity(parts, request, subject.value)
  return list(treeOf(subject.value), segments, request)
}

/** What is asked of the account, named as `default` or by its address; null where the path is of something else. */
function accountPart(segments: readonly string[], email: string): string | null {
  const [instance, accounts, account, part, ...more] = segments
  const ours = account === 'default' || account === email
  return instance === 'instance' && accounts === 'service-accounts' && ours && more.length === 0
    ? (part ?? null)
    : null
}

async function token(parts: MetadataParts, request: DoorRequest): Promise<DoorAnswer> {
  const scopes = scopesOf(request.query)
  const reply = await parts.broker.token(questionOf(parts, request, scopes))
  if (reply.kind !== 'token')
    return metadataRefusal(reply.kind === 'failed' ? reply.error : appError('door-failed'))
  const { secret } = reply.token
  return json({ access_token: secret.reveal(), expires_in: secondsLeft(reply.token), token_type: 'Bearer' })
}

/** Commas between them, as the libraries write it; null where none is named. */
function scopesOf(query: URLSearchParams): readonly string[] | null {
  const scopes = query.getAll('scopes').flatMap((text) => text.split(/[ ,]+/))
  const named = scopes.filter((scope) => scope !== '')
  return named.length > 0 ? named : null
}

async function identity(
  parts: MetadataParts,
  request: DoorRequest,
  subject: LeaseSubject,
): Promise<DoorAnswer> {
  if (!subject.service) return notFound(sentenceOf(appError('identity-not-possible')))
  const audience = request.query.get('audience') ?? ''
  if (audience === '' || audience.length > 512) return plain(400, 'non-empty audience parameter required')
  const reply = await parts.broker.identity(questionOf(parts, request, null), audience)
  if (reply.kind === 'identity') return plain(200, reply.identity.secret.reveal())
  return metadataRefusal(reply.kind === 'failed' ? reply.error : appError('door-failed'))
}

function questionOf(
  { leaseId, folder }: MetadataParts,
  { signal }: DoorRequest,
  scopes: readonly string[] | null,
): TokenQuestion {
  return {
    ...{ door: 'metadata', handle: null, leaseId, account: null, environment: null, client: null },
    ...{ scopes, minTtlMs: libraryTtlMs, ...nobody, folder, ask: 'never', askId: null, signal },
  }
}

/** A folder of the server, or what stands at the end of a path. A list is one thing a line. */
type Node = string | readonly string[] | { readonly [name: string]: Node }

function treeOf({ email, scopes, projectId, projectNumber }: LeaseSubject): Node {
  const account = { aliases: ['default'], email, scopes: [...scopes] }
  return {
    instance: { 'service-accounts': { default: account, [email]: account } },
    project: {
      ...(projectNumber === null ? {} : { 'numeric-project-id': projectNumber }),
      ...(projectId === null ? {} : { 'project-id': projectId }),
    },
    universe: { 'universe-domain': 'googleapis.com' },
  }
}

/** A folder ends with a slash; without one its address is answered with where it is. */
function list(tree: Node, segments: readonly string[], { path, query }: DoorRequest): DoorAnswer {
  const names = segments[segments.length - 1] === '' ? segments.slice(0, -1) : segments
  let node: Node | undefined = tree
  for (const name of names) node = isFolder(node) && Object.hasOwn(node, name) ? node[name] : undefined
  if (node === undefined) return notFound()
  if (!isFolder(node)) return path.endsWith('/') ? notFound() : leaf(node, query)
  if (!path.endsWith('/')) return moved(path, query)
  return folder(node, query)
}

function isFolder(node: Node | undefined): node is { readonly [name: string]: Node } {
  return typeof node === 'object' && !Array.isArray(node)
}

function leaf(node: string | readonly string[], query: URLSearchParams): DoorAnswer {
  if (query.get('alt') === 'json') return json(node)
  return plain(200, typeof node === 'string' ? node : lines(node))
}

function folder(node: { readonly [name: string]: Node }, query: URLSearchParams): DoorAnswer {
  const deep = query.get('recursive')?.toLowerCase() === 'true'
  if (deep && query.get('alt') === 'text') return plain(200, lines(flat(node, '')))
  if (deep || query.get('alt') === 'json') return json(asJson(node))
  return plain(200, lines(Object.entries(node).map(([name, child]) => (isFolder(child) ? `${name}/` : name))))
}

function flat(node: { readonly [name: string]: Node }, above: string): string[] {
  return Object.entries(node).flatMap(([name, child]) => {
    if (isFolder(child)) return flat(child, `${above}${name}/`)
    const values = typeof child === 'string' ? [child] : child
    return values.map((value) => `${above}${name} ${value}`)
  })
}

/** In JSON the names are written as in a program: `projectId`; an address stays what it is. */
function asJson(node: Node): unknown {
  if (!isFolder(node)) return node
  const named = Object.entries(node).map(([name, child]) => [camel(name), asJson(child)] as const)
  return Object.fromEntries(named)
}

function camel(name: string): string {
  return name.includes('@')
    ? name
    : name.replace(/-([a-z])/g, (_dash, letter: string) => letter.toUpperCase())
}

function lines(values: readonly string[]): string {
  return values.map((value) => `${value}\n`).join('')
}

/**
 * Libraries try again after 503, for many seconds, and show the text of a 403 at once: that is for what somebody has to
 * unlock first.
 */
export function metadataRefusal(error: AppError): DoorAnswer {
  const locked = error.code === 'doors-locked' || error.code === 'vault-locked'
  return plain(passes(error) && !locked ? 503 : 403, sentenceOf(error))
}

function notFound(text = 'Nothing is here.'): DoorAnswer {
  return plain(404, text)
}

const always = {
  'metadata-flavor': 'Google',
  server: 'Metadata Server for VM',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
} as const

function plain(status: number, body: string): DoorAnswer {
  const type = status === 200 ? 'application/text' : 'text/plain; charset=utf-8'
  return { status, headers: { ...always, 'content-type': type }, body }
}

function json(value: unknown): DoorAnswer {
  return {
    status: 200,
    headers: { ...always, 'content-type': 'application/json' },
    body: JSON.stringify(value),
  }
}

/** The folder of that name; what was asked of it goes along. */
function moved(path: string, query?: URLSearchParams): DoorAnswer {
  const asked = query?.toString() ?? ''
  return { ...plain(301, ''), headers: { ...always, location: `${path}/${asked === '' ? '' : `?${asked}`}` } }
}
