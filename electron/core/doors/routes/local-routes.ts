/** The socket: what our own command line asks, and, through a forwarded one, programs of another machine. */
import { timingSafeEqual } from 'node:crypto'
import * as v from 'valibot'
import type { AskView, LeaseView, LeaseWish } from '../../../contract/doors.ts'
import { leaseWishSchema } from '../../../contract/doors.ts'
import { count, idSchema, pathSchema, text } from '../../../contract/fields.ts'
import type { Outcome } from '../../../contract/outcome.ts'
import type { AskedFrom } from '../give-lease.ts'
import type { DoorAnswer, DoorRequest, Programs } from '../../ports.ts'
import { Secret } from '../../secret.ts'
import { callerOverSocket } from './callers.ts'
import type { CommandParts } from './command-route.ts'
import { commandRoute } from './command-route.ts'
import { bearerOf, readJson } from './door-body.ts'
import { errorAnswer, jsonAnswer, refusal } from './error-answer.ts'
import { notAllowed } from './http-routes.ts'
import type { AskShown, IdentitySource, TokenSource } from './token-route.ts'
import {
  answerIdentity,
  answerToken,
  identityBodySchema,
  questionOf,
  tokenBodySchema,
} from './token-route.ts'
import type { WatchParts } from './watch-routes.ts'
import { eventsRoute, ledgerRoute } from './watch-routes.ts'

/** What a part of its own answers, below `/v1/owner/` or `/v1/vault/`; null for what is not there. */
export type RoutePart = (request: DoorRequest) => Promise<DoorAnswer> | DoorAnswer | null

/** What a lease given over the socket comes to. */
export interface LeaseAnswer {
  readonly lease: LeaseView
  readonly handle: Secret | null
  readonly address: string | null
  readonly file: string | null
  readonly keptAside: string | null
}

export interface LocalParts {
  readonly broker: TokenSource & IdentitySource
  readonly programs: Programs
  readonly commands: CommandParts
  readonly watching: WatchParts
  /** Says that a caller is on this machine. */
  readonly localKey: Secret
  /** Without the key nothing is answered: on Windows a pipe's name alone keeps nobody out. */
  readonly keyDemanded: boolean
  askView(askId: string): AskView | null
  status(): object
  /** What another machine may know. */
  remoteStatus(): object
  giveLease(wish: LeaseWish, from: AskedFrom): Promise<Outcome<LeaseAnswer>>
  verifyLedger(): Promise<Outcome<object>>
  linkOf(flowId: string): Outcome<string>
  paste(flowId: string, address: Secret): Promise<Outcome<null>>
  readonly owner: RoutePart | null
  readonly vault: RoutePart
}

/** Answers one request. `forwarded`: it came over the socket for other machines. */
export async function localRoutes(
  parts: LocalParts,
  request: DoorRequest,
  forwarded: boolean,
): Promise<DoorAnswer> {
  const local = !forwarded && hasKey(parts.localKey, request.headers['latchkey-local'])
  if (!local && parts.keyDemanded) return refusal('local-only')
  const { path, method } = request
  if (path === '/v1/status') {
    if (method !== 'GET') return notAllowed()
    return jsonAnswer(
      local ? { ...parts.status(), remote: false } : { ...parts.remoteStatus(), remote: true },
    )
  }
  if (path === '/v1/token') return method === 'POST' ? token(parts, request, !local) : notAllowed()
  const route = routeOf(path)
  if (!route) return refusal('not-found')
  if (!local) return refusal('local-only')
  const fits = route.method === 'any' || route.method === method
  return fits ? route.answer(parts, request) : notAllowed()
}

interface Route {
  readonly method: 'GET' | 'POST' | 'any'
  answer(parts: LocalParts, request: DoorRequest): DoorAnswer | Promise<DoorAnswer>
}

const routes: Readonly<Record<string, Route>> = {
  '/v1/identity': { method: 'POST', answer: identity },
  '/v1/lease': { method: 'POST', answer: lease },
  '/v1/events': { method: 'GET', answer: ({ watching }, request) => eventsRoute(watching, request) },
  '/v1/ledger': { method: 'GET', answer: ({ watching }, request) => ledgerRoute(watching, request) },
  '/v1/ledger/verify': { method: 'POST', answer: async (parts) => told(await parts.verifyLedger()) },
  '/v1/sign-in/link': { method: 'POST', answer: signInLink },
  '/v1/sign-in/paste': { method: 'POST', answer: signInPaste },
}

const commandPath = '/v1/command/'

function routeOf(path: string): Route | null {
  if (Object.hasOwn(routes, path)) return routes[path] ?? null
  if (path.startsWith(commandPath)) {
    const name = path.slice(commandPath.length)
    return { method: 'POST', answer: ({ commands }, request) => commandRoute(commands, name, request) }
  }
  return partOf(path)
}

/** Parts of the app that know their own methods. */
function partOf(path: string): Route | null {
  const [, name] = /^\/v1\/(owner|vault)(?:\/|$)/.exec(path) ?? []
  if (name !== 'owner' && name !== 'vault') return null
  const answer: Route['answer'] = async (parts, request) =>
    (await parts[name]?.(request)) ?? refusal('not-found')
  return { method: 'any', answer }
}

/** In the same time wherever they differ; how long the key is, is no secret. */
function hasKey(key: Secret, shown: string | undefined): boolean {
  if (shown === undefined) return false
  const [own, given] = [Buffer.from(key.reveal()), Buffer.from(shown)]
  return own.length === given.length && timingSafeEqual(own, given)
}

async function token(parts: LocalParts, request: DoorRequest, remote: boolean): Promise<DoorAnswer> {
  const body = readJson(request.body, tokenBodySchema)
  if (!body.ok) return errorAnswer(body.error)
  const caller = await callerOverSocket(parts.programs, body.value, remote)
  const from = { door: 'command', handle: bearerOf(request), caller, signal: request.signal } as const
  const shown = (askId: string): AskShown | null => {
    const view = parts.askView(askId)
    return view && remote ? waitingOf(view) : view
  }
  return answerToken(parts.broker, questionOf(body.value, from), shown)
}

/** Whose access it is about, and what was granted, is for this machine alone. */
function waitingOf({ askId, askedAt, endsAt }: AskView): AskShown {
  return { askId, askedAt, endsAt }
}

async function identity(parts: LocalParts, request: DoorRequest): Promise<DoorAnswer> {
  const body = readJson(request.body, identityBodySchema)
  if (!body.ok) return errorAnswer(body.error)
  const caller = await callerOverSocket(parts.programs, body.value, false)
  const from = { door: 'command', handle: bearerOf(request), caller, signal: request.signal } as const
  const question = questionOf(body.value, from)
  return answerIdentity(parts.broker, question, body.value.audience, (askId) => parts.askView(askId))
}

const leaseBodySchema = v.strictObject({
  ...leaseWishSchema.entries,
  folder: v.exactOptional(pathSchema),
  pid: v.exactOptional(v.pipe(count, v.minValue(1), v.maxValue(2 ** 31))),
})

/** The only place where a handle leaves: to the person's own terminal, or to what `latchkey exec` starts. */
async function lease(parts: LocalParts, request: DoorRequest): Promise<DoorAnswer> {
  const body = readJson(request.body, leaseBodySchema)
  if (!body.ok) return errorAnswer(body.error)
  const { folder = null, pid, ...wish } = body.value
  const { program } = await callerOverSocket(parts.programs, pid === undefined ? {} : { pid }, false)
  const given = await parts.giveLease(wish, { folder, program })
  if (!given.ok) return errorAnswer(given.error)
  const { handle, address, file, keptAside } = given.value
  const places = { ...(address && { address }), ...(file && { file }), ...(keptAside && { keptAside }) }
  return jsonAnswer({ lease: given.value.lease, handle: handle?.reveal() ?? null, ...places })
}

const linkSchema = v.strictObject({ flowId: idSchema })
const pasteSchema = v.strictObject({ flowId: idSchema, text: v.pipe(text(32_768), v.minLength(1)) })

function signInLink(parts: LocalParts, { body }: DoorRequest): DoorAnswer {
  const asked = readJson(body, linkSchema)
  if (!asked.ok) return errorAnswer(asked.error)
  const link = parts.linkOf(asked.value.flowId)
  return link.ok ? jsonAnswer({ link: link.value }) : errorAnswer(link.error)
}

async function signInPaste(parts: LocalParts, { body }: DoorRequest): Promise<DoorAnswer> {
  const asked = readJson(body, pasteSchema)
  if (!asked.ok) return errorAnswer(asked.error)
  const { flowId, text: address } = asked.value
  const pasted = await parts.paste(flowId, new Secret(address))
  return pasted.ok ? jsonAnswer({}) : errorAnswer(pasted.error)
}

function told(outcome: Outcome<object>): DoorAnswer {
  return outcome.ok ? jsonAnswer(outcome.value) : errorAnswer(outcome.error)
}
