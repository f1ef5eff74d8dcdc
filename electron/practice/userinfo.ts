/** `/v1/userinfo`: who an access token belongs to (google-oauth.md 4.2). */
import { accountBySub } from './accounts.ts'
import { bearerToken, jsonAnswer } from './answers.ts'
import { accountClaims, hasIdentity } from './id-token.ts'
import { hashSecret } from './secrets.ts'
import type { Answer, Handle } from './server.ts'
import { findAccessToken } from './state.ts'
import type { PracticeWorld } from './world.ts'

export function userinfo(world: PracticeWorld): Handle {
  return (request) => {
    const text = bearerToken(request)
    const token = text === null ? null : findAccessToken(world.store.state, hashSecret(text), world.now())
    const account = token === null ? null : accountBySub(token.sub)
    if (token === null || account === null || !hasIdentity(token.scopes)) return refused()
    return jsonAnswer(200, accountClaims(world.issuer, account, token.scopes))
  }
}

/** RFC 6750 3.1. */
function refused(): Answer {
  const answer = jsonAnswer(401, { error: 'invalid_request', error_description: 'Invalid Credentials' })
  const challenge = 'Bearer realm="https://accounts.google.com/", error="invalid_token"'
  return { ...answer, headers: { ...answer.headers, 'www-authenticate': challenge } }
}
