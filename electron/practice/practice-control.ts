/** The other end of `control.ts`: asks a practice Google over HTTP, in this process or another. */
import * as v from 'valibot'
import type { Outcome } from '../contract/outcome.ts'
import { fail, ok } from '../contract/outcome.ts'
import type { Http } from '../core/ports.ts'
import type { Fault } from './faults.ts'

const accountSchema = v.object({
  sub: v.string(),
  email: v.string(),
  name: v.string(),
  givenName: v.string(),
  familyName: v.string(),
  hostedDomain: v.nullable(v.string()),
})
type PracticeAccountView = v.InferOutput<typeof accountSchema>

const tokenSchema = v.object({
  sub: v.string(),
  clientId: v.string(),
  scopes: v.array(v.string()),
  mintedAt: v.number(),
  lastUsedAt: v.number(),
  death: v.nullable(v.string()),
})
type PracticeTokenView = v.InferOutput<typeof tokenSchema>

/** Every method answers `practice-failed` when the server is not there or does not understand. */
export interface PracticeControl {
  /** The text of a fresh Desktop client file. Each one holds a new secret; the two newest are valid. */
  clientFile(): Promise<Outcome<string>>
  /** Practice time minus the machine's time, ms. */
  clock(): Promise<Outcome<{ readonly offsetMs: number }>>
  setClockOffset(offsetMs: number): Promise<Outcome<null>>
  accounts(): Promise<Outcome<readonly PracticeAccountView[]>>
  /** Every refresh token it remembers, living and dead, in the order of minting. Without secrets. */
  refreshTokens(): Promise<Outcome<readonly PracticeTokenView[]>>
  /** `count` completed consents on other machines, at most 1,000. */
  mintElsewhere(
    sub: string,
    clientId: string,
    count: number,
    scopes?: readonly string[],
  ): Promise<Outcome<null>>
  /** As on the account's page of connections: the whole project loses its access. */
  revokeAtAccountPage(sub: string): Promise<Outcome<null>>
  changePassword(sub: string): Promise<Outcome<null>>
  /** `testUsers`: the e-mail addresses let in while in Testing; null lets all in. */
  setPublishing(
    status: 'production' | 'testing',
    testUsers?: readonly string[] | null,
  ): Promise<Outcome<null>>
  /** Breaks the token endpoint: for `times` requests (1 when left out), or with null until cleared. */
  setFault(fault: Fault, times?: number | null): Promise<Outcome<null>>
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
    clientFile: async () =>
      map(await ask('client-file', {}, v.object({ file: v.string() })), (found) => found.file),
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
    mintElsewhere: (sub, clientId, count, scopes) =>
      tell('mint-elsewhere', { sub, clientId, count, ...(scopes && { scopes }) }),
    revokeAtAccountPage: (sub) => tell('revoke-at-account-page', { sub }),
    changePassword: (sub) => tell('change-password', { sub }),
    setPublishing: (status, testUsers = null) => tell('set-publishing', { status, testUsers }),
    setFault: (fault, times = 1) => tell('set-fault', { fault, times }),
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
  if (result.kind !== 'answered' || result.status !== 200) return fail('practice-failed')
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), answer), result.body)
  return parsed.success ? ok(parsed.output) : fail('practice-failed')
}
