/** The polls of a device at the token endpoint (google-oauth.md section 5). */
import { field } from './answers.ts'
import { kindOf } from './client.ts'
import { claimDeviceCode, findDeviceCode, notePoll, pollsTooSoon } from './device-codes.ts'
import type { ActiveFaults } from './faults.ts'
import { accountRefusal } from './refusals.ts'
import { hashSecret } from './secrets.ts'
import type { Answer } from './server.ts'
import type { DeviceCode } from './state.ts'
import { errorAnswer } from './token-errors.ts'
import { firstTokens } from './token-response.ts'
import type { PracticeWorld } from './world.ts'

export const deviceGrantType = 'urn:ietf:params:oauth:grant-type:device_code'

/** One poll of a client that has proved itself. */
export function deviceGrant(
  world: PracticeWorld,
  clientId: string,
  fields: URLSearchParams,
  faults: ActiveFaults,
): Answer | Promise<Answer> {
  if (kindOf(clientId) !== 'device') return errorAnswer('device-client-type')
  const text = field(fields, 'device_code')
  if (text === null) return errorAnswer('parameter-missing', 'Missing required parameter: device_code')
  const code = findDeviceCode(world.store.state, hashSecret(text))
  if (code === null || code.clientId !== clientId || code.claimed) return errorAnswer('bad-request')
  return isTooFast(world, code) ? errorAnswer('device-slow-down') : answerPoll(world, code, faults)
}

/** Every poll counts, also one that is told to slow down. */
function isTooFast(world: PracticeWorld, code: DeviceCode): boolean {
  const machineNow = world.machineNow()
  world.store.note((state) => notePoll(state, code.hash, machineNow))
  return world.devices.takeSlowDown() || pollsTooSoon(code, machineNow)
}

function answerPoll(world: PracticeWorld, code: DeviceCode, faults: ActiveFaults): Answer | Promise<Answer> {
  if (world.now() >= code.expiresAt) {
    const { expiredError } = world.devices.rules()
    return errorAnswer(expiredError === 'expired_token' ? 'device-expired' : 'bad-request')
  }
  const { answer } = code
  if (answer === null) return errorAnswer('device-pending')
  if (answer.kind === 'denied') return errorAnswer('device-denied')
  const refused = accountRefusal(world.store.state, answer)
  if (refused !== null) return errorAnswer(refused)
  const allowed = { ...answer, clientId: code.clientId, nonce: null, refreshToken: true }
  return firstTokens(world, allowed, faults, (state) => claimDeviceCode(state, code.hash))
}
