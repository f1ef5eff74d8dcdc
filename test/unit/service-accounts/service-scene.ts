/** A service account in an open context, with Google's side of it. */
import type { ServiceResult, ServiceToken } from '../../../electron/core/service-accounts/service-tokens.ts'
import { ServiceTokens } from '../../../electron/core/service-accounts/service-tokens.ts'
import { importKey } from '../../../electron/core/service-accounts/import-key.ts'
import type { ServiceRecord } from '../../../electron/core/state/state.ts'
import type { RobotGoogle } from '../../support/service-accounts.ts'
import { keyFile, keyName, robotGoogle } from '../../support/service-accounts.ts'
import type { TestContext } from '../../support/test-context.ts'
import { openTestContext } from '../../support/test-context.ts'

export const calendar = 'https://www.googleapis.com/auth/calendar'
export const sheets = 'https://www.googleapis.com/auth/spreadsheets'

export interface ServiceScene extends TestContext {
  readonly google: RobotGoogle
  readonly tokens: ServiceTokens
  readonly accountId: string
  readonly keyId: string
  service(): ServiceRecord
  /** Brings a further key of the account; answers its id. */
  addKey(name: string): Promise<string>
  get(scopes?: readonly string[], subject?: string | null): Promise<ServiceResult>
}

export async function serviceScene(test?: TestContext): Promise<ServiceScene> {
  const context = test ?? (await openTestContext())
  const google = robotGoogle(context.world)
  const tokens = new ServiceTokens(context.context, () => undefined)
  const bring = async (file: string): Promise<{ accountId: string; keyId: string }> => {
    const imported = await importKey(context.context, tokens, { bytes: Buffer.from(file), path: null })
    if (!imported.ok || imported.value.kind !== 'service-account') throw new Error('no key came in')
    return imported.value
  }
  const { accountId, keyId } = await bring(keyFile({}, keyName))
  return {
    ...{ ...context, google, tokens, accountId, keyId },
    service: () => {
      const service = context.state().accounts.get(accountId)?.service
      if (!service) throw new Error('the service account is gone')
      return service
    },
    addKey: async (name) => (await bring(keyFile({}, name))).keyId,
    get: (scopes = [calendar], subject) =>
      tokens.get({ accountId, scopes, minTtlMs: 0, ...(subject === undefined ? {} : { subject }) }),
  }
}

export function tokenOf(result: ServiceResult): ServiceToken {
  if (result.kind !== 'token') throw new Error(JSON.stringify(result))
  return result.token
}

export function codeOf(result: ServiceResult): string {
  return result.kind === 'failed' ? result.error.code : result.kind
}
