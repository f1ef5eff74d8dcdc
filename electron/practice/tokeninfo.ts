/** `/tokeninfo`: what a token is, for debugging (google-oauth.md 4.1). */
import type { JWTVerifyResult } from 'jose'
import { jwtVerify } from 'jose'
import { bearerToken, field, formFields, jsonAnswer } from './answers.ts'
import { isPracticeClient } from './client.ts'
import { faultyEndpoint } from './faulty-endpoint.ts'
import { hasIdentity } from './id-token.ts'
import { emailScope } from './scopes.ts'
import { hashSecret } from './secrets.ts'
import type { Answer, Handle, PracticeRequest } from './server.ts'
import { emailOf, serviceAccountByEmail } from './service-accounts.ts'
import type { AccessToken, PracticeState } from './state.ts'
import { findAccessToken } from './state.ts'
import type { PracticeWorld } from './world.ts'

export function tokeninfo(world: PracticeWorld): Handle {
  return faultyEndpoint(world, 'tokeninfo', (request) => {
    const idToken = parameter(request, 'id_token')
    if (idToken !== null) return idTokenInfo(world, idToken)
    return accessTokenInfo(world, parameter(request, 'access_token') ?? bearerToken(request))
  })
}

function parameter(request: PracticeRequest, name: string): string | null {
  return field(request.query, name) ?? field(formFields(request), name)
}

function invalid(): Answer {
  return jsonAnswer(400, { error: 'invalid_token', error_description: 'Invalid Value' })
}

function accessTokenInfo(world: PracticeWorld, text: string | null): Answer {
  const token = text === null ? null : findAccessToken(world.store.state, hashSecret(text), world.now())
  return token === null
    ? invalid()
    : jsonAnswer(200, describeAccessToken(world.store.state, token, world.now()))
}

/** Every value is a string, numbers and booleans too. */
function describeAccessToken(state: PracticeState, token: AccessToken, now: number): Record<string, string> {
  const email = emailOf(state, token)
  return {
    azp: token.clientId,
    aud: token.clientId,
    ...(hasIdentity(token.scopes) && { sub: token.sub }),
    scope: token.scopes.join(' '),
    exp: String(Math.floor(token.expiresAt / 1000)),
    expires_in: String(Math.floor((token.expiresAt - now) / 1000)),
    ...(email !== null && token.scopes.includes(emailScope) && { email, email_verified: 'true' }),
    access_type: token.offline ? 'offline' : 'online',
  }
}

async function idTokenInfo(world: PracticeWorld, text: string): Promise<Answer> {
  const options = { issuer: world.issuer, currentDate: new Date(world.now()) }
  const verified = await jwtVerify(text, (await world.keys()).publicKey, options).catch(() => null)
  // One of a service account is for any audience, and says in `azp` whose it is.
  const robot = serviceAccountByEmail(world.store.state, String(verified?.payload['azp']))
  const ours = robot !== null || isPracticeClient(String(verified?.payload.aud))
  return verified === null || !ours ? invalid() : jsonAnswer(200, describeIdToken(verified))
}

function describeIdToken({
  payload,
  protectedHeader: { alg, kid, typ },
}: JWTVerifyResult): Record<string, string> {
  const claims = Object.entries({ ...payload, alg, kid, typ })
  return Object.fromEntries(claims.map(([name, value]) => [name, String(value)]))
}
