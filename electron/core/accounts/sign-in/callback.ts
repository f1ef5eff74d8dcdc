import { timingSafeEqual } from 'node:crypto'
import type { AppError } from '../../../contract/outcome.ts'
import { appError } from '../../../contract/outcome.ts'
import type { Issuer } from '../../clients/issuer.ts'

/** What a request at the listener means for one sign-in. */
export type Callback =
  | { readonly kind: 'code' }
  /** Google ended it, e.g. the person pressed cancel. */
  | { readonly kind: 'ended'; readonly error: AppError }
  /** Not an answer to our question: refused with 400, and the sign-in goes on waiting. */
  | { readonly kind: 'refused'; readonly notice: AppError | null }

/** Google: authorization codes are at most 256 bytes (google-oauth.md 2.4). */
const maxCodeBytes = 256
const single = ['code', 'state', 'error', 'iss'] as const

/**
 * Judges the query of a callback (google-oauth.md 1.4; RFC 9700 section 2.1). The right `state` comes first:
 * without it, nothing else is looked at, and nobody learns anything. `iss` is checked when present (RFC 9207).
 */
export function judgeCallback(query: URLSearchParams, expectedState: string, issuer: Issuer): Callback {
  if (!sameText(query.get('state') ?? '', expectedState)) return { kind: 'refused', notice: null }
  const invalid: Callback = { kind: 'refused', notice: appError('sign-in-answer-invalid') }
  if (single.some((name) => query.getAll(name).length > 1)) return invalid
  const iss = query.get('iss')
  if (iss !== null && iss !== issuer.issuer) return invalid

  const code = query.get('code')
  const error = query.get('error')
  if (code !== null && error !== null) return invalid
  if (error !== null) return { kind: 'ended', error: endedBy(error) }
  if (code === null || code === '' || Buffer.byteLength(code) > maxCodeBytes) return invalid
  return { kind: 'code' }
}

/** What Google ended a sign-in with. */
export function endedBy(error: string): AppError {
  if (error === 'access_denied') return appError('sign-in-refused')
  return appError('authorization-error', { error: error.replace(/[^\w.-]/g, '').slice(0, 60) })
}

/** Compares in the same time whatever differs. */
export function sameText(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)]
  return one.length === other.length && timingSafeEqual(one, other)
}
