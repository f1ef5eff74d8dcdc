/** The door over HTTP on 127.0.0.1: tokens for handles, in our own words and in those of Google's libraries. */
import type { AppError } from '../../../contract/outcome.ts'
import { appError } from '../../../contract/outcome.ts'
import type { DoorAnswer, DoorRequest, Programs } from '../../ports.ts'
import { Secret } from '../../secret.ts'
import type { LeaseRecord } from '../../state/state.ts'
import type { GivenToken } from '../token-question.ts'
import type { Caller } from './callers.ts'
import { callerOverHttp, nobody } from './callers.ts'
import { bearerOf } from './door-body.ts'
import { errorAnswer, jsonAnswer, oauthAnswer, oauthError, refusal } from './error-answer.ts'
import type { TokenSource } from './token-route.ts'
import { httpToken, secondsLeft } from './token-route.ts'

/** Libraries refresh early, Python 3:45 and Node 5:00 before the end: what they are given has to last longer, ms. */
export const libraryTtlMs = 5 * 60 * 1000

export interface HttpParts {
  readonly broker: TokenSource
  readonly programs: Programs
  /** The lease that a handle says it is of, unproven; null where there is none. */
  leaseOf(handle: Secret): LeaseRecord | null
}

/** Answers one request at the HTTP door. */
export async function httpRoutes(parts: HttpParts, request: DoorRequest): Promise<DoorAnswer> {
  if (request.path === '/v1/token') return bearerToken(parts, request)
  if (request.path === '/adc/token') return adcToken(parts, request)
  return refusal('not-found')
}

/** An error in the words that are spoken there. */
export function httpRefusal(error: AppError, { path }: DoorRequest): DoorAnswer {
  return path === '/adc/token' ? oauthError(error) : errorAnswer(error)
}

async function bearerToken(parts: HttpParts, request: DoorRequest): Promise<DoorAnswer> {
  if (request.method !== 'POST') return notAllowed()
  const handle = bearerOf(request)
  if (!handle) return errorAnswer(appError('lease-unknown'))
  return httpToken(parts.broker, request, handle, await callerFor(parts, request, handle))
}

/** Only a lease by rule has to know where its program works. */
async function callerFor(
  { programs, leaseOf }: HttpParts,
  request: DoorRequest,
  handle: Secret,
): Promise<Caller> {
  const lease = leaseOf(handle)
  if (lease?.accountId !== null) return nobody
  const caller = await callerOverHttp(programs, request)
  return { ...caller, folder: caller.folder ?? lease.program?.folder ?? null }
}

/**
 * RFC 6749 section 6, as Google's libraries speak it to the `token_url` of an `external_account_authorized_user` file
 * (google-oauth.md 8.5): a form, and the client in HTTP Basic. The client is a constant and proves nothing; that the
 * header is there does, since no page of a browser can send it.
 */
async function adcToken(parts: HttpParts, request: DoorRequest): Promise<DoorAnswer> {
  const form = readForm(request)
  if (form.kind === 'refused') return form.answer
  const { handle, scopes } = form
  const caller = await callerFor(parts, request, handle)
  const reply = await parts.broker.token({
    ...{ door: 'adc', handle, leaseId: null, account: null, environment: null, client: null },
    ...{ scopes, minTtlMs: libraryTtlMs, ...caller, ask: 'never', askId: null, signal: request.signal },
  })
  if (reply.kind === 'token') return jsonAnswer(adcJson(reply.token))
  return oauthError(reply.kind === 'failed' ? reply.error : appError('door-failed'))
}

function adcJson(token: GivenToken): object {
  return {
    access_token: token.secret.reveal(),
    expires_in: secondsLeft(token),
    token_type: 'Bearer',
    scope: token.scopes.join(' '),
  }
}

type AdcForm =
  | { readonly kind: 'read'; readonly handle: Secret; readonly scopes: readonly string[] | null }
  | { readonly kind: 'refused'; readonly answer: DoorAnswer }

function readForm({ method, headers, body }: DoorRequest): AdcForm {
  if (method !== 'POST') return refused(notAllowed())
  if (!/^Basic +[A-Za-z0-9+/_-]+=*$/i.test(headers['authorization'] ?? '')) return refused(unauthorised())
  if (!/^application\/x-www-form-urlencoded *(;|$)/i.test(headers['content-type'] ?? ''))
    return refused(oauthAnswer(400, 'invalid_request', 'Latchkey: A form was expected.'))
  const form = new URLSearchParams(body)
  const fields = ['grant_type', 'refresh_token', 'scope'].map((name) => form.getAll(name))
  if (fields.some((values) => values.length > 1))
    return refused(oauthAnswer(400, 'invalid_request', 'Latchkey: A field was sent twice.'))
  const [[grantType], [handle], [scope = '']] = fields as [string[], string[], string[]]
  if (grantType !== 'refresh_token') {
    const text = 'Latchkey: This door gives access tokens for the handle of a lease and does nothing else.'
    return refused(oauthAnswer(400, 'unsupported_grant_type', text))
  }
  if (handle === undefined || handle === '')
    return refused(oauthAnswer(400, 'invalid_request', 'Latchkey: The file holds no handle.'))
  const scopes = scope.split(' ').filter((one) => one !== '')
  return { kind: 'read', handle: new Secret(handle), scopes: scopes.length > 0 ? scopes : null }
}

function refused(answer: DoorAnswer): AdcForm {
  return { kind: 'refused', answer }
}

function unauthorised(): DoorAnswer {
  const { headers, ...rest } = oauthAnswer(
    401,
    'invalid_client',
    'Latchkey: The request carries no client, so it does not come from a library that read the file.',
  )
  return { ...rest, headers: { ...headers, 'www-authenticate': 'Basic realm="latchkey"' } }
}

export function notAllowed(): DoorAnswer {
  const answer = refusal('door-request-refused', { reason: 'this method is not for this address' })
  return { ...answer, status: 405 }
}
