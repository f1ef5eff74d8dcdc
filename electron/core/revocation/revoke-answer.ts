/** The request to revoke, and what comes back of it: google-oauth.md 3. Pure; decides nothing but the meaning. */
import type { AppError } from '../../contract/outcome.ts'
import { appError } from '../../contract/outcome.ts'
import { cleanName } from '../access/token-errors.ts'
import type { HttpRequest, HttpResult } from '../ports.ts'
import type { Secret } from '../secret.ts'

export type RevokeAnswer =
  | { readonly kind: 'accepted' }
  /** Google does not know this token any more. Another one of the project may still live. */
  | { readonly kind: 'already-dead' }
  | { readonly kind: 'refused'; readonly error: AppError }
  /** The request surely never left. */
  | { readonly kind: 'not-sent'; readonly error: AppError }
  /** It may have been carried out or not. `reason`: in words, without anything secret. */
  | { readonly kind: 'unclear'; readonly reason: string }

type Answered = Extract<HttpResult, { readonly kind: 'answered' }>

/** The token stands in the body, and nothing else does: the endpoint asks for no client. */
export function revokeRequest(refreshToken: Secret): HttpRequest {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: new URLSearchParams({ token: refreshToken.reveal() }).toString(),
  }
}

/**
 * Sorts what came of one request to revoke. Only Google's own words count as an answer: a page of a Wi-Fi, a status
 * of 5xx or a broken connection says nothing about what happened at Google.
 */
export function readRevokeAnswer(result: HttpResult): RevokeAnswer {
  if (result.kind === 'aborted') return unclear('it was broken off')
  if (result.kind === 'failed') return readFailure(result.error)
  const { status } = result
  if (status === 200 || status === 204) return readSuccess(result)
  const refusal = status >= 400 && status < 500 && status !== 407 ? refusalOf(result) : null
  if (!refusal) return unclear(`the answer had status ${String(status)}`)
  if (status === 429) return { kind: 'refused', error: appError('rate-limited') }
  return readRefusal(refusal)
}

function readFailure(error: AppError): RevokeAnswer {
  if (error.code === 'network-offline' || error.code === 'proxy-failed') return { kind: 'not-sent', error }
  return unclear(String(error.details?.['reason'] ?? error.message))
}

/** Nothing, or JSON that names no error; its body is an empty object where it has been seen. */
function readSuccess(answer: Answered): RevokeAnswer {
  if (answer.body.trim() === '') return { kind: 'accepted' }
  const json = jsonOf(answer)
  if (!json || 'error' in json) return unclear('something else than Google answered')
  return { kind: 'accepted' }
}

function readRefusal({ error, description }: Refusal): RevokeAnswer {
  if (error === 'invalid_token') return { kind: 'already-dead' }
  const notRevocable = error === 'invalid_request' && /not revocable/i.test(description)
  if (notRevocable) return { kind: 'refused', error: appError('revoke-not-revocable') }
  return { kind: 'refused', error: appError('revoke-refused', { error: cleanName(error) }) }
}

interface Refusal {
  readonly error: string
  readonly description: string
}

function refusalOf(answer: Answered): Refusal | null {
  const json = jsonOf(answer)
  const error = json?.['error']
  if (typeof error !== 'string' || error === '') return null
  const description = json?.['error_description']
  return { error, description: typeof description === 'string' ? description : '' }
}

/** The fields of a body that is JSON and says that it is; otherwise null. */
function jsonOf({ headers, body }: Answered): Readonly<Record<string, unknown>> | null {
  if (!/^application\/json\s*(;|$)/i.test(headers.get('content-type') ?? '')) return null
  try {
    const json: unknown = JSON.parse(body)
    return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : null
  } catch {
    return null
  }
}

const unclear = (reason: string): RevokeAnswer => ({ kind: 'unclear', reason })
