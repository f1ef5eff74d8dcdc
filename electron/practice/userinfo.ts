/** `/v1/userinfo`: who an access token belongs to (google-oauth.md 4.2). */
import { accountBySub } from './accounts.ts'
import { bearerToken, jsonAnswer } from './answers.ts'
import { accountClaims, hasIdentity } from './id-token.ts'
import { emailScope } from './scopes.ts'
import { hashSecret } from './secrets.ts'
import type { Answer, Handle } from './server.ts'
import { emailOf } from './service-accounts.ts'
import type { AccessToken, PracticeState } from './state.ts'
import { findAccessToken } from './state.ts'
import type { PracticeWorld } from './world.ts'

export function userinfo(world: PracticeWorld): Handle {
  return (request) => {
    const text = bearerToken(request)
    const token = text === null ? null : findAccessToken(world.store.state, hashSecret(text), world.now())
    if (token === null || !hasIdentity(token.scopes)) return refused()
    const account = accountBySub(token.sub)
    return jsonAnswer(
      200,
      account === null
        ? serviceClaims(world.store.state, token)
        : accountClaims(world.issuer, account, token.scopes),
    )
  }
}

/** A service account for itself has no name and no picture. */
function serviceClaims(state: PracticeState, token: AccessToken): Record<string, string | boolean | null> {
  const withEmail = token.scopes.includes(emailScope)
  return { sub: token.sub, ...(withEmail && { email: emailOf(state, token), email_verified: true }) }
}

/** RFC 6750 3.1. */
function refused(): Answer {
  const answer = jsonAnswer(401, { error: 'invalid_request', error_description: 'Invalid Credentials' })
  const challenge = 'Bearer realm="https://accounts.google.com/", error="invalid_token"'
  return { ...answer, headers: { ...answer.headers, 'www-authenticate': challenge } }
}
