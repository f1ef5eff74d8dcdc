/** `/v1/token` and `/v1/identity`: the same question over the socket and over HTTP. */
import * as v from 'valibot'
import type { AskView } from '../../../contract/doors.ts'
import {
  clientIdSchema,
  count,
  grantedScopeSchema,
  idSchema,
  pathSchema,
  text,
} from '../../../contract/fields.ts'
import type { DoorAnswer, DoorRequest } from '../../ports.ts'
import type { Secret } from '../../secret.ts'
import type { Broker, IdentityReply } from '../broker.ts'
import type { GivenToken, TokenQuestion, TokenReply } from '../token-question.ts'
import type { Caller } from './callers.ts'
import { readJson } from './door-body.ts'
import { errorAnswer, jsonAnswer, refusal } from './error-answer.ts'

const minuteMs = 60 * 1000
/** A program on a command line uses its token at once. */
const usualTtlMs = minuteMs
/** No token lives longer. */
const longestTtlMs = 24 * 60 * minuteMs

const asking = {
  account: v.exactOptional(v.nullable(text(320))),
  environment: v.exactOptional(v.nullable(text(320))),
  client: v.exactOptional(v.nullable(clientIdSchema)),
  folder: v.exactOptional(pathSchema),
  pid: v.exactOptional(v.pipe(count, v.minValue(1), v.maxValue(2 ** 31))),
  program: v.exactOptional(
    v.strictObject({
      name: v.pipe(text(120), v.minLength(1)),
      folder: v.exactOptional(v.nullable(text(4096))),
      host: v.exactOptional(v.nullable(text(255))),
    }),
  ),
  ask: v.exactOptional(v.picklist(['wait', 'tell', 'never'])),
  askId: v.exactOptional(idSchema),
}
export const tokenBodySchema = v.strictObject({
  ...asking,
  scopes: v.exactOptional(v.nullable(v.pipe(v.array(grantedScopeSchema), v.minLength(1), v.maxLength(100)))),
  minTtlMs: v.exactOptional(v.pipe(count, v.maxValue(longestTtlMs))),
})
export const identityBodySchema = v.strictObject({
  ...asking,
  audience: v.pipe(text(512), v.minLength(1)),
})
type Asking = v.InferOutput<typeof tokenBodySchema> | v.InferOutput<typeof identityBodySchema>

/** The part of the broker that hands out tokens. */
export type TokenSource = Pick<Broker, 'token'>

/** The part that hands out id tokens. */
export type IdentitySource = Pick<Broker, 'identity'>

export function questionOf(
  body: Asking,
  from: {
    readonly door: 'command' | 'http'
    readonly handle: Secret | null
    readonly caller: Caller
    readonly signal: AbortSignal
  },
): TokenQuestion {
  const { door, handle, caller, signal } = from
  return {
    ...{ door, handle, leaseId: null, signal },
    account: body.account ?? null,
    environment: body.environment ?? null,
    client: body.client ?? null,
    scopes: ('scopes' in body ? body.scopes : null) ?? null,
    minTtlMs: ('minTtlMs' in body ? body.minTtlMs : undefined) ?? usualTtlMs,
    ...caller,
    ask: handle === null ? (body.ask ?? 'wait') : 'never',
    // A question is the program's own; a handle is somebody's answer already.
    askId: handle === null && door === 'command' ? (body.askId ?? null) : null,
  }
}

/** What of a question that waits its asker may know: all of it, or where it is on another machine only that it waits. */
export type AskShown = AskView | Pick<AskView, 'askId' | 'askedAt' | 'endsAt'>

/** Answers a read question; `askView` shows a question that waits. */
export async function answerToken(
  broker: TokenSource,
  question: TokenQuestion,
  askView: (askId: string) => AskShown | null,
): Promise<DoorAnswer> {
  const reply = await broker.token(question)
  return reply.kind === 'token' ? jsonAnswer(tokenJson(reply.token)) : unanswered(reply, askView)
}

/** The same for an id token. */
export async function answerIdentity(
  broker: IdentitySource,
  question: TokenQuestion,
  audience: string,
  askView: (askId: string) => AskShown | null,
): Promise<DoorAnswer> {
  const reply = await broker.identity(question, audience)
  if (reply.kind !== 'identity') return unanswered(reply, askView)
  const { secret, expiresAt } = reply.identity
  return jsonAnswer({ id_token: secret.reveal(), expires_at: expiresAt })
}

type NoToken = Exclude<TokenReply | IdentityReply, { readonly kind: 'token' | 'identity' }>

function unanswered(reply: NoToken, askView: (askId: string) => AskShown | null): DoorAnswer {
  if (reply.kind === 'failed') return errorAnswer(reply.error)
  // Whoever asked went away; nobody is there to read it.
  if (reply.kind === 'aborted') return refusal('door-failed')
  const ask = askView(reply.askId)
  return ask ? jsonAnswer({ ask }, 202) : refusal('ask-unanswered')
}

function tokenJson(token: GivenToken): object {
  return {
    access_token: token.secret.reveal(),
    token_type: 'Bearer',
    expires_in: secondsLeft(token),
    expires_at: token.expiresAt,
    scopes: token.scopes,
    account: token.email,
    account_id: token.accountId,
    client: token.clientId,
    project: token.projectId,
    quota_project: token.quotaProject,
    lease: token.leaseId,
  }
}

/** Never more than there is: libraries reckon from it when to come again. */
export function secondsLeft({ remainingMs }: Pick<GivenToken, 'remainingMs'>): number {
  return Math.max(0, Math.floor(remainingMs / 1000))
}

/** `POST /v1/token` over HTTP: with a handle, and nobody is asked anything. */
export async function httpToken(
  broker: TokenSource,
  request: DoorRequest,
  handle: Secret,
  caller: Caller,
): Promise<DoorAnswer> {
  const body = readJson(request.body, tokenBodySchema)
  if (!body.ok) return errorAnswer(body.error)
  const question = questionOf(body.value, { door: 'http', handle, caller, signal: request.signal })
  return answerToken(broker, question, () => null)
}
