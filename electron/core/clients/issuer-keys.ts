import type { JSONWebKeySet, JWK } from 'jose'
import type { AppError } from '../../contract/outcome.ts'
import { appError } from '../../contract/outcome.ts'
import { jsonFields, notJson } from '../access/json-answer.ts'
import type { Http } from '../ports.ts'
import type { Issuer } from './issuer.ts'

export type IssuerKeys =
  | { readonly kind: 'keys'; readonly keys: JSONWebKeySet }
  | { readonly kind: 'failed'; readonly error: AppError }
  | { readonly kind: 'aborted' }

/**
 * The public keys that the issuer signs its id tokens with, as they are now (google-oauth.md 4.3).
 *
 * Errors: those of a request that failed, `server-unavailable`, `answer-not-json`, `answer-malformed`.
 */
export async function fetchIssuerKeys(http: Http, issuer: Issuer, signal?: AbortSignal): Promise<IssuerKeys> {
  const result = await http.fetch(issuer.jwksUri, {
    method: 'GET',
    headers: { accept: 'application/json' },
    ...(signal ? { signal } : {}),
  })
  if (result.kind !== 'answered') return result
  if (result.status !== 200) return failed(appError('server-unavailable', { status: result.status }))
  const fields = jsonFields(result)
  if (!fields) return failed(notJson(result))
  const { keys } = fields
  if (!Array.isArray(keys)) return failed(appError('answer-malformed', { reason: 'it holds no keys' }))
  return { kind: 'keys', keys: { keys: keys as JWK[] } }
}

const failed = (error: AppError): IssuerKeys => ({ kind: 'failed', error })
