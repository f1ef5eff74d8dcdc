/** The other end of `control.ts`: asks a practice Google over HTTP, in this process or another. */
import * as v from 'valibot'
import type { Outcome } from '../contract/outcome.ts'
import { fail, ok } from '../contract/outcome.ts'
import type { PracticeRules, PracticeView } from '../contract/views.ts'
import { practiceViewSchema } from '../contract/views.ts'
import type { Http } from '../core/ports.ts'
import type { Registered, WantedClient } from './client.ts'
import type { DeviceRules } from './device-rules.ts'
import type { Fault, FaultEndpoint, NamedFault } from './faults.ts'

const accountSchema = v.object({
  sub: v.string(),
  email: v.string(),
  name: v.string(),
  givenName: v.string(),
  familyName: v.string(),
  hostedDomain: v.nullable(v.string()),
  disabled: v.boolean(),
})
type PracticeAccountView = v.InferOutput<typeof accountSchema>

const tokenSchema = v.object({
  sub: v.string(),
  clientId: v.string(),
  scopes: v.array(v.string()),
  mintedAt: v.number(),
  lastUsedAt: v.number(),
  /** Why it is dead for good, or null. */
  death: v.nullable(v.string()),
  /** What a refresh would be told now, by its name in `token-errors.ts`; null when it would work. */
  refusal: v.nullable(v.string()),
})
type PracticeTokenView = v.InferOutput<typeof tokenSchema>

const grantSchema = v.object({
  sub: v.string(),
  projectNumber: v.string(),
  /** What the account allowed the project, as it is remembered. */
  scopes: v.array(v.string()),
  /** How many live, over all clients of the project. */
  refreshTokens: v.number(),
  accessTokens: v.number(),
})
type PracticeGrantView = v.InferOutput<typeof grantSchema>

const serviceAccountSchema = v.object({
  email: v.string(),
  /** The numeric id. */
  uniqueId: v.string(),
  disabled: v.boolean(),
  delegated: v.array(v.string()),
  /** `private_key_id` of each key that is taken, oldest first. */
  keyIds: v.array(v.string()),
})
type PracticeServiceAccountView = v.InferOutput<typeof serviceAccountSchema>

const viewSchema = v.omit(practiceViewSchema, ['issuer'])

/**
 * Every method answers `practice-failed` when the server is not there or does not understand, and `not-found` for
 * an account that it does not have.
 */
export interface PracticeControl {
  /**
   * The text of a fresh client file: of the first client, or of a further one of the same or of another project and
   * of any kind, which is made by this. Each one holds a new secret; the two newest of a client are valid. Where the
   * client is gone for good this makes a new one of the same id; a further one that is deleted is restored.
   */
  clientFile(wanted?: WantedClient): Promise<Outcome<string>>
  /** The addresses of a project's web client (the first project's when left out); `not-found` before it is made. */
  setRedirects(registered: Registered & Pick<WantedClient, 'project'>): Promise<Outcome<null>>
  /** How devices are treated from now on; what is left out stays as it is. */
  setDeviceRules(rules: DeviceRules): Promise<Outcome<null>>
  /** As on the page of devices, for all that is asked for unless told; `not-found` unless the code waits. */
  approveDevice(userCode: string, sub: string, scopes?: readonly string[]): Promise<Outcome<null>>
  denyDevice(userCode: string): Promise<Outcome<null>>
  /** Out of the browsers of this machine: what is asked with `prompt=none` is refused then. */
  signOut(sub: string): Promise<Outcome<null>>
  /** Practice time minus the machine's time, ms. */
  clock(): Promise<Outcome<{ readonly offsetMs: number }>>
  setClockOffset(offsetMs: number): Promise<Outcome<null>>
  accounts(): Promise<Outcome<readonly PracticeAccountView[]>>
  /** Every refresh token it remembers, living and dead, in the order of minting. Without secrets. */
  refreshTokens(): Promise<Outcome<readonly PracticeTokenView[]>>
  /** Every account and project between which there is a consent or a living token. */
  grants(): Promise<Outcome<readonly PracticeGrantView[]>>
  /** The accounts, the rules as they stand and the named fault. */
  view(): Promise<Outcome<Omit<PracticeView, 'issuer'>>>
  rules(): Promise<Outcome<PracticeRules>>
  /** All rules at once. `not-found`, and nothing changes, when that would restore a client that is gone for good. */
  setRules(rules: PracticeRules): Promise<Outcome<null>>
  /** Deletes or suspends an account; false undoes it. */
  setDisabled(sub: string, disabled: boolean): Promise<Outcome<null>>
  /** The first one. */
  deleteClient(): Promise<Outcome<null>>
  /** The first one, within thirty days of the deletion; `not-found` after that. */
  restoreClient(): Promise<Outcome<null>>
  /** `count` completed consents on other machines, at most 1,000; of any client, so other programs too. */
  mintElsewhere(
    sub: string,
    clientId: string,
    count: number,
    scopes?: readonly string[],
  ): Promise<Outcome<null>>
  /** As on the account's page of connections: the whole first project loses its access. */
  revokeAtAccountPage(sub: string): Promise<Outcome<null>>
  changePassword(sub: string): Promise<Outcome<null>>
  /** The text of a fresh key file: of a new service account, or a further one of the account named. */
  keyFile(email?: string): Promise<Outcome<string>>
  serviceAccounts(): Promise<Outcome<readonly PracticeServiceAccountView[]>>
  /** What it signs is refused from then on. */
  deleteServiceKey(email: string, keyId: string): Promise<Outcome<null>>
  /** Switches a service account off in the console; false switches it on again. */
  setServiceDisabled(email: string, disabled: boolean): Promise<Outcome<null>>
  deleteServiceAccount(email: string): Promise<Outcome<null>>
  /** The administrator registers these scopes, and no others, for domain-wide delegation. */
  delegate(email: string, scopes: readonly string[]): Promise<Outcome<null>>
  /** `testUsers`: the e-mail addresses let in while in Testing; null lets all in. */
  setPublishing(
    status: 'production' | 'testing',
    testUsers?: readonly string[] | null,
  ): Promise<Outcome<null>>
  /** Whether the unverified app has its hundred users: then nobody new is let in. */
  setUserCap(reached: boolean): Promise<Outcome<null>>
  /** Breaks an endpoint (the token endpoint when left out) for `times` requests (1), or with null until cleared. */
  setFault(fault: Fault, times?: number | null, endpoint?: FaultEndpoint): Promise<Outcome<null>>
  /** A fault of the practice strip, which stands until another takes its place; null takes it away. */
  nameFault(fault: NamedFault | null): Promise<Outcome<null>>
  /** Takes all away, the named one too. */
  clearFaults(): Promise<Outcome<null>>
}

/** Control of the practice Google at `issuer`, through any HTTP that may reach it. */
export function createPracticeControl(issuer: string, http: Http): PracticeControl {
  const ask = <T>(verb: string, params: object, answer: v.GenericSchema<unknown, T>): Promise<Outcome<T>> =>
    post(http, `${issuer}/practice/${verb}`, params, answer)
  const tell = async (verb: string, params: object): Promise<Outcome<null>> => {
    const told = await ask(verb, params, v.object({}))
    return told.ok ? ok() : told
  }
  return {
    clientFile: async (wanted = {}) =>
      map(await ask('client-file', wanted, v.object({ file: v.string() })), (found) => found.file),
    setRedirects: (registered) => tell('set-redirects', registered),
    setDeviceRules: (rules) => tell('set-device-rules', rules),
    approveDevice: (userCode, sub, scopes) =>
      tell('approve-device', { userCode, sub, ...(scopes && { scopes }) }),
    denyDevice: (userCode) => tell('deny-device', { userCode }),
    signOut: (sub) => tell('sign-out', { sub }),
    clock: () => ask('clock', {}, v.object({ offsetMs: v.number() })),
    setClockOffset: (offsetMs) => tell('set-clock-offset', { offsetMs }),
    accounts: async () =>
      map(
        await ask('accounts', {}, v.object({ accounts: v.array(accountSchema) })),
        (found) => found.accounts,
      ),
    refreshTokens: async () =>
      map(
        await ask('refresh-tokens', {}, v.object({ tokens: v.array(tokenSchema) })),
        (found) => found.tokens,
      ),
    grants: async () =>
      map(await ask('grants', {}, v.object({ grants: v.array(grantSchema) })), (found) => found.grants),
    view: () => ask('view', {}, viewSchema),
    rules: async () => map(await ask('view', {}, viewSchema), (found) => found.rules),
    setRules: (rules) => tell('set-rules', { rules }),
    setDisabled: (sub, disabled) => tell('set-disabled', { sub, disabled }),
    deleteClient: () => tell('delete-client', {}),
    restoreClient: () => tell('restore-client', {}),
    mintElsewhere: (sub, clientId, count, scopes) =>
      tell('mint-elsewhere', { sub, clientId, count, ...(scopes && { scopes }) }),
    revokeAtAccountPage: (sub) => tell('revoke-at-account-page', { sub }),
    changePassword: (sub) => tell('change-password', { sub }),
    keyFile: async (email) =>
      map(
        await ask('key-file', email === undefined ? {} : { email }, v.object({ file: v.string() })),
        (found) => found.file,
      ),
    serviceAccounts: async () =>
      map(
        await ask('service-accounts', {}, v.object({ accounts: v.array(serviceAccountSchema) })),
        (found) => found.accounts,
      ),
    deleteServiceKey: (email, keyId) => tell('delete-service-key', { email, keyId }),
    setServiceDisabled: (email, disabled) => tell('set-service-disabled', { email, disabled }),
    deleteServiceAccount: (email) => tell('delete-service-account', { email }),
    delegate: (email, scopes) => tell('delegate', { email, scopes }),
    setPublishing: (status, testUsers = null) => tell('set-publishing', { status, testUsers }),
    setUserCap: (reached) => tell('set-user-cap', { reached }),
    setFault: (fault, times = 1, endpoint = 'token') => tell('set-fault', { fault, times, endpoint }),
    nameFault: (fault) => tell('name-fault', { fault }),
    clearFaults: () => tell('clear-faults', {}),
  }
}

function map<A, B>(outcome: Outcome<A>, change: (value: A) => B): Outcome<B> {
  return outcome.ok ? ok(change(outcome.value)) : outcome
}

async function post<T>(
  http: Http,
  url: string,
  params: object,
  answer: v.GenericSchema<unknown, T>,
): Promise<Outcome<T>> {
  const headers = { 'content-type': 'application/json', 'x-latchkey-practice': '1' }
  const result = await http.fetch(url, { method: 'POST', headers, body: JSON.stringify(params) })
  if (result.kind === 'answered' && result.status === 404) return fail('not-found')
  if (result.kind !== 'answered' || result.status !== 200) return fail('practice-failed')
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), answer), result.body)
  return parsed.success ? ok(parsed.output) : fail('practice-failed')
}
