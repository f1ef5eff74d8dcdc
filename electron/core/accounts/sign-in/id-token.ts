/** Checks the id token of a sign-in that sends no nonce: google-oauth.md 4.3. Loaded when one arrives. */
import type { JSONWebKeySet } from 'jose'
import { createLocalJWKSet, errors, jwtVerify } from 'jose'
import type { Outcome } from '../../../contract/outcome.ts'
import { fail, ok } from '../../../contract/outcome.ts'
import type { Issuer } from '../../clients/issuer.ts'
import type { Claims } from './read-tokens.ts'

/** Seconds by which clocks may differ. */
const clockTolerance = 30

export interface ExpectedIdToken {
  readonly issuer: Issuer
  readonly clientId: string
  /** Epoch ms, Google's time. */
  readonly now: number
}

/**
 * The claims of an id token whose signature, `iss`, `aud`, `azp` and `exp` are right; only RS256 is taken.
 *
 * Errors: `id-token-invalid`.
 */
export async function checkIdToken(
  token: string,
  keys: JSONWebKeySet,
  { issuer, clientId, now }: ExpectedIdToken,
): Promise<Outcome<Claims>> {
  try {
    const { payload } = await jwtVerify(token, createLocalJWKSet(keys), {
      issuer: [issuer.issuer, ...issuer.issuerAliases],
      audience: clientId,
      algorithms: ['RS256'],
      requiredClaims: ['sub', 'exp', 'iat'],
      currentDate: new Date(now),
      clockTolerance,
    })
    const party = payload['azp']
    if (party !== undefined && party !== clientId) return invalid('it was made for someone else')
    return typeof payload.sub === 'string' && payload.sub !== '' ? ok(payload) : invalid('it names nobody')
  } catch (cause) {
    if (cause instanceof errors.JWTExpired) return invalid('it has expired')
    const foreign = cause instanceof errors.JWTClaimValidationFailed
    return invalid(foreign ? 'it was made for someone else' : 'its form or signature is wrong')
  }
}

const invalid = (reason: string): Outcome<never> => fail('id-token-invalid', { reason })
