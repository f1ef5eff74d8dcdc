/** `/revoke`: takes the whole project's grant of the token's account back (google-oauth.md section 3). */
import { field, formFields, jsonAnswer } from './answers.ts'
import { projectNumberOf } from './client.ts'
import type { ActiveFaults } from './faults.ts'
import { faultyEndpoint } from './faulty-endpoint.ts'
import { hashSecret } from './secrets.ts'
import type { Answer, Handle, PracticeRequest } from './server.ts'
import { isServiceAccount } from './service-accounts.ts'
import type { PracticeState } from './state.ts'
import { causeOfDeath, findAccessToken, findRefreshToken, revokeLater, revokeProject } from './state.ts'
import { errorAnswer } from './token-errors.ts'
import type { PracticeWorld } from './world.ts'

export function revoke(world: PracticeWorld): Handle {
  return faultyEndpoint(world, 'revoke', (request, faults) => answerRevocation(world, request, faults))
}

async function answerRevocation(
  world: PracticeWorld,
  request: PracticeRequest,
  faults: ActiveFaults,
): Promise<Answer> {
  const text = field(formFields(request), 'token') ?? field(request.query, 'token')
  if (text === null) return errorAnswer('token-missing')
  const owner = ownerOf(world.store.state, hashSecret(text), world.now())
  if (owner === null) return errorAnswer('token-dead')
  if (isServiceAccount(world.store.state, owner.clientId)) return errorAnswer('not-revocable')
  const { sub } = owner
  const projectNumber = projectNumberOf(owner.clientId)
  const lag = faults.find('revoke-lag')
  const effectiveAt = world.machineNow() + (lag?.ms ?? 0)
  await world.store.change((state) =>
    lag === null
      ? revokeProject(state, sub, projectNumber)
      : revokeLater(state, { sub, projectNumber, askedAt: world.now(), effectiveAt }),
  )
  return jsonAnswer(200, {})
}

/** Whose living token this is, access or refresh. */
function ownerOf(state: PracticeState, hash: string, now: number): { sub: string; clientId: string } | null {
  const refresh = findRefreshToken(state, hash)
  if (refresh !== null) return causeOfDeath(refresh, now) === null ? refresh : null
  return findAccessToken(state, hash, now)
}
