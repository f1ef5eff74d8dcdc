/** `/revoke`: takes the whole project's grant of the token's account back (google-oauth.md section 3). */
import { field, formFields, jsonAnswer } from './answers.ts'
import { projectNumberOf } from './client.ts'
import { hashSecret } from './secrets.ts'
import type { Handle } from './server.ts'
import type { PracticeState } from './state.ts'
import { causeOfDeath, findAccessToken, findRefreshToken, revokeProject } from './state.ts'
import type { PracticeWorld } from './world.ts'

export function revoke(world: PracticeWorld): Handle {
  return async (request) => {
    const text = field(formFields(request), 'token') ?? field(request.query, 'token')
    if (text === null) {
      return jsonAnswer(400, {
        error: 'invalid_request',
        error_description: 'Missing required parameter: token',
      })
    }
    const owner = ownerOf(world.store.state, hashSecret(text), world.now())
    if (owner === null) {
      return jsonAnswer(400, { error: 'invalid_token', error_description: 'Token expired or revoked' })
    }
    await world.store.change((state) => revokeProject(state, owner.sub, projectNumberOf(owner.clientId)))
    return jsonAnswer(200, {})
  }
}

/** Whose living token this is, access or refresh. */
function ownerOf(state: PracticeState, hash: string, now: number): { sub: string; clientId: string } | null {
  const refresh = findRefreshToken(state, hash)
  if (refresh !== null) return causeOfDeath(refresh, now) === null ? refresh : null
  return findAccessToken(state, hash, now)
}
