/**
 * `/practice/…`: what a person or an admin would do on other pages and machines, and what a test breaks on
 * purpose. POST only, with a header that no page of a browser can send without asking first.
 */
import * as v from 'valibot'
import { practiceAccounts } from './accounts.ts'
import { jsonAnswer } from './answers.ts'
import { clientFileText, practiceClient, projectNumberOf } from './client.ts'
import { faultSchema } from './faults.ts'
import { canonicalScopes } from './scopes.ts'
import { hashSecret } from './secrets.ts'
import type { Answer, Handle, PracticeRequest } from './server.ts'
import type { PracticeState, RefreshToken } from './state.ts'
import {
  addClientSecret,
  causeOfDeath,
  changePassword,
  consentedScopes,
  mintRefreshToken,
  rememberConsent,
  revokeProject,
} from './state.ts'
import type { PracticeWorld } from './world.ts'
import { issueSecret } from './world.ts'

export const controlPrefix = '/practice/'
const controlHeader = 'x-latchkey-practice'

/** A hundred years, ms: as far as the clock can be moved either way. */
const furthestMs = 100 * 366 * 24 * 3600 * 1000
const mintLimit = 1000

const nothing = v.strictObject({})
const ofAccount = v.strictObject({ sub: v.picklist(practiceAccounts.map((account) => account.sub)) })
const mint = v.strictObject({
  ...ofAccount.entries,
  clientId: v.literal(practiceClient.clientId),
  count: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(mintLimit)),
  scopes: v.exactOptional(v.array(v.string())),
})
const offset = v.strictObject({
  offsetMs: v.pipe(v.number(), v.integer(), v.minValue(-furthestMs), v.maxValue(furthestMs)),
})
const publishing = v.strictObject({
  status: v.picklist(['production', 'testing']),
  testUsers: v.nullable(v.array(v.string())),
})
const fault = v.strictObject({
  fault: faultSchema,
  times: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1))),
})

type Run = (params: unknown) => Promise<Answer>

/** Everything that can be asked, by the last part of the path. */
export function control(world: PracticeWorld): Handle {
  const verbs = verbsOf(world)
  return (request) => {
    const run = verbs.get(request.path.slice(controlPrefix.length))
    if (!mayControl(request)) return jsonAnswer(403, { error: 'forbidden' })
    if (run === undefined) return jsonAnswer(404, { error: 'not_found' })
    return run(parseJson(request.body))
  }
}

/** A browser page of another origin would have to send `Origin`, and could not send the header. */
function mayControl(request: PracticeRequest): boolean {
  const { headers, method } = request
  return method === 'POST' && headers[controlHeader] === '1' && headers.origin === undefined
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body === '' ? '{}' : body)
  } catch {
    return null
  }
}

function verbsOf(world: PracticeWorld): ReadonlyMap<string, Run> {
  const change = (rule: (state: PracticeState) => PracticeState): Promise<void> => world.store.change(rule)
  return new Map<string, Run>([
    ['client-file', verb(nothing, () => newClientFile(world))],
    ['clock', verb(nothing, () => ({ offsetMs: world.store.state.offsetMs }))],
    ['set-clock-offset', verb(offset, ({ offsetMs }) => change((state) => ({ ...state, offsetMs })))],
    ['accounts', verb(nothing, () => ({ accounts: practiceAccounts }))],
    [
      'refresh-tokens',
      verb(nothing, () => ({ tokens: world.store.state.refreshTokens.map(describe(world)) })),
    ],
    ['mint-elsewhere', verb(mint, (asked) => mintElsewhere(world, asked))],
    [
      'revoke-at-account-page',
      verb(ofAccount, ({ sub }) => change((s) => revokeProject(s, sub, practiceClient.projectNumber))),
    ],
    ['change-password', verb(ofAccount, ({ sub }) => change((state) => changePassword(state, sub)))],
    [
      'set-publishing',
      verb(publishing, ({ status, testUsers }) => change((s) => ({ ...s, publishing: status, testUsers }))),
    ],
    [
      'set-fault',
      verb(fault, (rule) => {
        world.faults.set(rule.fault, rule.times)
      }),
    ],
    [
      'clear-faults',
      verb(nothing, () => {
        world.faults.clear()
      }),
    ],
  ])
}

/** One verb: what it takes, and what it does. What it answers becomes the JSON body. */
function verb<P>(params: v.GenericSchema<P>, run: (params: P) => unknown): Run {
  return async (sent) => {
    const parsed = v.safeParse(params, sent)
    if (!parsed.success) return jsonAnswer(400, { error: 'invalid_request' })
    return jsonAnswer(200, (await run(parsed.output)) ?? {})
  }
}

async function newClientFile(world: PracticeWorld): Promise<{ file: string }> {
  const secret = issueSecret(world, 'client-secret')
  await world.store.change((state) => addClientSecret(state, hashSecret(secret), world.now()))
  return { file: clientFileText(world.issuer, secret) }
}

/** Completed consents on other machines: tokens that nobody here ever sees, and that count all the same. */
async function mintElsewhere(world: PracticeWorld, asked: v.InferOutput<typeof mint>): Promise<void> {
  const { sub, clientId, count } = asked
  const hashes = Array.from({ length: count }, () => hashSecret(issueSecret(world, 'refresh-token')))
  await world.store.change((state) => {
    const project = projectNumberOf(clientId)
    const before = consentedScopes(state, sub, project)
    const scopes = canonicalScopes(asked.scopes ?? (before.length > 0 ? before : ['openid', 'email']))
    return hashes.reduce(
      (grown, hash) =>
        mintRefreshToken(grown, { hash, sub, clientId, scopes, timeBased: false }, world.now()),
      rememberConsent(state, sub, project, scopes),
    )
  })
}

/** A refresh token as a test may see it: everything but what would find it. */
function describe(world: PracticeWorld): (token: RefreshToken) => object {
  const now = world.now()
  return ({ sub, clientId, scopes, mintedAt, lastUsedAt, ...token }) => ({
    sub,
    clientId,
    scopes,
    mintedAt,
    lastUsedAt,
    death: causeOfDeath({ sub, clientId, scopes, mintedAt, lastUsedAt, ...token }, now),
  })
}
