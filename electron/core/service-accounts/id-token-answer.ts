/** The answer to a request for an id token. It is checked before it is handed out (google-oauth.md 4.3, 6). */
import type { JSONWebKeySet, JWTPayload } from 'jose'
import { createLocalJWKSet, jwtVerify } from 'jose'
import type { AppError } from '../../contract/outcome.ts'
import { appError } from '../../contract/outcome.ts'
import type { Answered } from '../access/json-answer.ts'
import { jsonFields, notJson } from '../access/json-answer.ts'
import type { Passing, RefreshAnswer } from '../access/refresh-answer.ts'
import { fetchIssuerKeys } from '../clients/issuer-keys.ts'
import type { ProfileContext } from '../profile-context.ts'
import { Secret } from '../secret.ts'

/** Google's have about a kilobyte. */
const longestIdToken = 8192
/** One that claims to live longer is used as if it lived this long, ms. */
const longestLifeMs = 24 * 3600 * 1000

export interface IdTokenAim {
  readonly audience: string
  /** The number of the service account, which is its `sub`. */
  readonly uniqueId: string
  readonly signal: AbortSignal
}

/** Takes an answer of status 200. What fails its check is passing: nothing is kept of it, and it can be asked again. */
export async function readIdTokenAnswer(
  context: ProfileContext,
  answer: Answered,
  { audience, uniqueId, signal }: IdTokenAim,
): Promise<RefreshAnswer> {
  const fields = jsonFields(answer)
  if (!fields) return passing(notJson(answer))
  const token = fields['id_token']
  if (typeof token !== 'string' || token === '' || token.length > longestIdToken)
    return passing(appError('answer-malformed', { reason: 'its id token is missing or too long' }))
  const keys = await fetchIssuerKeys(context.ports.http, context.issuer, signal)
  if (keys.kind === 'failed') return passing(keys.error)
  const claims = keys.kind === 'keys' ? await verified(context, token, keys.keys, audience) : null
  if (!claims) return invalid('its form or signature is wrong')
  if (claims.sub !== uniqueId) return invalid('it was made for someone else')
  const lifetimeMs = Math.min((claims.exp ?? 0) * 1000 - context.now(), longestLifeMs)
  return {
    ...{ kind: 'granted', accessToken: new Secret(token), lifetimeMs, scopes: null },
    ...{ refreshToken: null, refreshTokenEndsInMs: null },
  }
}

/** The claims of a token that Google signed for this audience, or null. */
async function verified(
  context: ProfileContext,
  token: string,
  keys: JSONWebKeySet,
  audience: string,
): Promise<JWTPayload | null> {
  try {
    const { payload } = await jwtVerify(token, createLocalJWKSet(keys), {
      issuer: [context.issuer.issuer, ...context.issuer.issuerAliases],
      audience,
      algorithms: ['RS256'],
      requiredClaims: ['sub', 'exp', 'iat'],
      currentDate: new Date(context.now()),
    })
    return payload
  } catch {
    return null
  }
}

const passing = (error: AppError): Passing => ({ kind: 'passing', error, retryAfterMs: null, offline: false })
const invalid = (reason: string): Passing => passing(appError('id-token-invalid', { reason }))
