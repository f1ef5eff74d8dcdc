/** Reads what tokeninfo says of an access token: google-oauth.md 4.1. Pure; believes nothing, compares nothing. */
import type { AppError, Outcome } from '../../contract/outcome.ts'
import { appError, fail, ok } from '../../contract/outcome.ts'
import { parseScopes } from '../../contract/scopes/scope-sets.ts'
import type { JsonFields } from '../access/json-answer.ts'
import { jsonFields, notJson } from '../access/json-answer.ts'
import { cleanName } from '../access/token-errors.ts'
import type { HttpResult } from '../ports.ts'
import type { Secret } from '../secret.ts'

/** What Google said. Everything may be missing: it is meant for debugging and nothing of it is promised. */
export interface TokenInfo {
  readonly audience: string | null
  readonly authorizedParty: string | null
  readonly sub: string | null
  readonly email: string | null
  /** In canonical spelling; null where nothing is said of them. */
  readonly scopes: readonly string[] | null
  /** Epoch seconds. */
  readonly endsAt: number | null
  /** Seconds from the answer on. */
  readonly endsIn: number | null
  readonly accessType: string | null
}

/**
 * The facts of a 200, or why there are none. A field that repeats the token counts as missing, so that its text
 * reaches nobody.
 *
 * Errors: `inspection-refused` where Google does not know the token; that of a request that failed; `rate-limited`
 * (it may be throttled) and `server-unavailable`; `answer-not-json`, `answer-malformed`, `token-error-other`.
 */
export function readTokenInfo(result: HttpResult, token: Secret): Outcome<TokenInfo> {
  if (result.kind === 'aborted') return fail('internal')
  if (result.kind === 'failed') return { ok: false, error: result.error }
  const { status } = result
  if (status === 429) return fail('rate-limited')
  if (status >= 500) return fail('server-unavailable', { status })
  if (status === 407) return fail('network-failed', { reason: 'a proxy asks for a password' })
  const fields = jsonFields(result)
  if (!fields) return { ok: false, error: notJson(result) }
  return status === 200 ? readFacts(fields, token) : { ok: false, error: refusal(fields, status, token) }
}

function readFacts(fields: JsonFields, token: Secret): Outcome<TokenInfo> {
  const text = reader(fields, token)
  const scope = text('scope')
  const info: TokenInfo = {
    audience: text('aud'),
    authorizedParty: text('azp'),
    sub: text('sub'),
    email: text('email'),
    scopes: scope === null ? null : parseScopes(scope),
    endsAt: seconds(fields['exp']),
    endsIn: seconds(fields['expires_in']),
    accessType: text('access_type'),
  }
  // Every true answer names its client; what does not is about something else.
  if (info.audience === null && info.authorizedParty === null)
    return fail('answer-malformed', { reason: 'it does not say whose token it is' })
  return ok(info)
}

/** Older answers carry only `error_description` (google-oauth.md 4.1). */
function refusal(fields: JsonFields, status: number, token: Secret): AppError {
  const text = reader(fields, token)
  const error = text('error')
  const unnamed = error === null && text('error_description') !== null
  if (error === 'invalid_token' || unnamed) return appError('inspection-refused')
  const name = cleanName(error ?? '')
  if (name === '') return appError('answer-malformed', { reason: 'it names no error' })
  return appError('token-error-other', { error: name, status })
}

function reader(fields: JsonFields, token: Secret): (name: string) => string | null {
  return (name) => {
    const value = fields[name]
    return typeof value === 'string' && value !== '' && !value.includes(token.reveal()) ? value : null
  }
}

/** Google writes numbers as strings. Beyond twelve digits it is no instant that anybody means. */
function seconds(value: unknown): number | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null
  return /^\d{1,12}$/.test(String(value)) ? Number(value) : null
}
