/** `/device/code`: a code for a device and one for its person (google-oauth.md section 5). */
import { field, formFields, jsonAnswer, repeatedField } from './answers.ts'
import { clientStanding } from './client-life.ts'
import { kindOf } from './client.ts'
import { addDeviceCode, mintUserCode } from './device-codes.ts'
import { devicePath } from './device-page.ts'
import { faultyEndpoint } from './faulty-endpoint.ts'
import { clientRefusal } from './refusals.ts'
import { isDeviceScope, splitScopes } from './scopes.ts'
import { hashSecret } from './secrets.ts'
import type { Answer, Handle } from './server.ts'
import { errorAnswer } from './token-errors.ts'
import type { PracticeWorld } from './world.ts'
import { issueSecret } from './world.ts'

export function deviceCodeEndpoint(world: PracticeWorld): Handle {
  return faultyEndpoint(world, 'device', async (request) => {
    const fields = formFields(request)
    const clientId = field(fields, 'client_id')
    const scopes = splitScopes(fields.get('scope') ?? '')
    const refused = refusal(world, fields, clientId, scopes)
    if (refused !== null) return refused
    return issueCodes(world, clientId ?? '', scopes)
  })
}

/** In the order: the request, the client, its type, the scopes, the quota. A secret is not asked for. */
function refusal(
  world: PracticeWorld,
  fields: URLSearchParams,
  clientId: string | null,
  scopes: readonly string[],
): Answer | null {
  const repeated = repeatedField(fields)
  if (repeated !== null) {
    return errorAnswer('parameter-missing', `OAuth 2 parameters can only have a single value: ${repeated}`)
  }
  if (clientId === null) return errorAnswer('client-id-missing')
  const standing = clientRefusal(clientStanding(world.store.state, clientId, world.now()))
  if (standing !== null) return errorAnswer(standing)
  if (kindOf(clientId) !== 'device') return errorAnswer('device-client-type')
  if (scopes.length === 0) return errorAnswer('parameter-missing', 'Missing required parameter: scope')
  const other = scopes.find((scope) => !isDeviceScope(scope))
  if (other !== undefined) return errorAnswer('scope-invalid', `Invalid device flow scope: ${other}`)
  // Here the field has a name of its own (google-oauth.md section 5).
  return world.devices.takeCode() ? null : jsonAnswer(403, { error_code: 'rate_limit_exceeded' })
}

async function issueCodes(
  world: PracticeWorld,
  clientId: string,
  scopes: readonly string[],
): Promise<Answer> {
  const { interval, expiresIn, userCode: fixed, addressName } = world.devices.rules()
  const deviceCode = issueSecret(world, 'device-code', clientId)
  const userCode = fixed ?? mintUserCode((bytes) => world.random(bytes))
  const mintedAt = world.now()
  await world.store.change((state) =>
    addDeviceCode(state, {
      hash: hashSecret(deviceCode),
      userHash: hashSecret(userCode),
      clientId,
      scopes: [...scopes],
      mintedAt,
      expiresAt: mintedAt + expiresIn * 1000,
      interval,
      polledAt: null,
      answer: null,
      claimed: false,
    }),
  )
  return jsonAnswer(200, {
    device_code: deviceCode,
    user_code: userCode,
    expires_in: expiresIn,
    interval,
    [addressName]: `${world.issuer}${devicePath}`,
  })
}
