/**
 * `/practice/…`: what a person or an admin would do on other pages and machines, and what a test breaks on
 * purpose. POST only, with a header that no page of a browser can send without asking first.
 */
import * as v from 'valibot'
import { clientKindSchema } from '../contract/kinds.ts'
import type { PracticeRules, PracticeView } from '../contract/views.ts'
import { practiceRulesSchema } from '../contract/views.ts'
import type { PracticeAccount } from './accounts.ts'
import { accountBySub, practiceAccounts } from './accounts.ts'
import { jsonAnswer } from './answers.ts'
import {
  clientStanding,
  deleteClient,
  downloadClient,
  register,
  registeredOf,
  restoreClient,
  useClient,
} from './client-life.ts'
import type { WantedClient } from './client.ts'
import { clientFileText, clientFor, furtherClientNames, practiceClient, projectNumberOf } from './client.ts'
import { answerDeviceCode, findByUserCode } from './device-codes.ts'
import { deviceRulesSchema } from './device-rules.ts'
import { faultEndpoints, faultNames, faultSchema } from './faults.ts'
import { refreshRefusal } from './refusals.ts'
import { canonicalScopes } from './scopes.ts'
import { hashSecret } from './secrets.ts'
import type { Answer, Handle, PracticeRequest } from './server.ts'
import type { PracticeState, RefreshToken } from './state.ts'
import {
  addClientSecret,
  causeOfDeath,
  changePassword,
  consentedScopes,
  mintRefreshTokens,
  rememberConsent,
  revokeProject,
  setDisabled,
  signOut,
} from './state.ts'
import {
  delegate,
  deleteServiceAccount,
  deleteServiceKey,
  isServiceAccount,
  makeKeyFile,
  serviceAccountByEmail,
  setServiceDisabled,
} from './service-accounts.ts'
import type { PracticeWorld } from './world.ts'
import { issueSecret } from './world.ts'

export const controlPrefix = '/practice/'
const controlHeader = 'x-latchkey-practice'

/** A hundred years, ms: as far as the clock can be moved either way. */
const furthestMs = 100 * 366 * 24 * 3600 * 1000
const mintLimit = 1000

const nothing = v.strictObject({})
/** Without a project and a kind: the first client. */
const project = v.exactOptional(v.picklist(furtherClientNames))
const download = v.strictObject({ project, kind: v.exactOptional(clientKindSchema) })
/** What somebody can register for a web client in the console (google-oauth.md 1.3). */
const redirects = v.strictObject({
  project,
  redirectUris: v.array(v.pipe(v.string(), v.url(), v.regex(/^https?:/))),
  javascriptOrigins: v.array(v.pipe(v.string(), v.url(), v.regex(/^https?:/))),
})
const userCode = v.pipe(v.string(), v.minLength(1), v.maxLength(15))
const denying = v.strictObject({ userCode })
const ofAccount = v.strictObject({ sub: v.string() })
const approving = v.strictObject({
  ...ofAccount.entries,
  userCode,
  /** Those of the request when left out. */
  scopes: v.exactOptional(v.array(v.string())),
})
const mint = v.strictObject({
  ...ofAccount.entries,
  /** Any client: those of other programs count against the account's cap over all clients. */
  clientId: v.pipe(v.string(), v.regex(/^\d{1,20}-[a-z0-9]{1,64}\.apps\.googleusercontent\.com$/)),
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
const disabling = v.strictObject({ ...ofAccount.entries, disabled: v.boolean() })
/** Left out: a new service account. */
const keyFile = v.strictObject({ email: v.exactOptional(v.string()) })
const ofRobot = v.strictObject({ email: v.string() })
const robotKey = v.strictObject({ ...ofRobot.entries, keyId: v.string() })
const robotDisabling = v.strictObject({ ...ofRobot.entries, disabled: v.boolean() })
const delegation = v.strictObject({ ...ofRobot.entries, scopes: v.array(v.string()) })
const userCap = v.strictObject({ reached: v.boolean() })
const rules = v.strictObject({ rules: practiceRulesSchema })
const namedFault = v.strictObject({ fault: v.nullable(v.picklist(faultNames)) })
const fault = v.strictObject({
  fault: faultSchema,
  endpoint: v.picklist(faultEndpoints),
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
    ['client-file', verb(download, (wanted) => newClientFile(world, wanted))],
    ['set-redirects', verb(redirects, (asked) => setRedirects(world, asked))],
    [
      'set-device-rules',
      verb(deviceRulesSchema, (asked) => {
        world.devices.set(asked)
      }),
    ],
    ['approve-device', ofKnown(approving, (asked) => approveDevice(world, asked))],
    ['deny-device', verb(denying, (asked) => denyDevice(world, asked.userCode))],
    ['sign-out', ofKnown(ofAccount, ({ sub }) => change((state) => signOut(state, sub)))],
    ['clock', verb(nothing, () => ({ offsetMs: world.store.state.offsetMs }))],
    ['set-clock-offset', verb(offset, ({ offsetMs }) => change((state) => ({ ...state, offsetMs })))],
    ['accounts', verb(nothing, () => ({ accounts: accountsOf(world) }))],
    ['view', verb(nothing, () => viewOf(world))],
    [
      'refresh-tokens',
      verb(nothing, () => ({ tokens: world.store.state.refreshTokens.map(describe(world)) })),
    ],
    ['grants', verb(nothing, () => ({ grants: grantsOf(world) }))],
    ['mint-elsewhere', ofKnown(mint, (asked) => mintElsewhere(world, asked))],
    [
      'revoke-at-account-page',
      ofKnown(ofAccount, ({ sub }) => change((s) => revokeProject(s, sub, practiceClient.projectNumber))),
    ],
    ['change-password', ofKnown(ofAccount, ({ sub }) => change((state) => changePassword(state, sub)))],
    ['set-disabled', ofKnown(disabling, ({ sub, disabled }) => change((s) => setDisabled(s, sub, disabled)))],
    ['set-rules', verb(rules, (asked) => setRules(world, asked.rules))],
    [
      'delete-client',
      verb(nothing, () => change((s) => deleteClient(s, practiceClient.clientId, world.now()))),
    ],
    ['restore-client', verb(nothing, () => restore(world))],
    [
      'set-publishing',
      verb(publishing, ({ status, testUsers }) => change((s) => ({ ...s, publishing: status, testUsers }))),
    ],
    [
      'set-user-cap',
      verb(userCap, ({ reached }) => change((state) => ({ ...state, userCapReached: reached }))),
    ],
    ...serviceVerbs(world),
    [
      'set-fault',
      verb(fault, (rule) => {
        world.faults.set(rule.fault, rule.times, rule.endpoint)
      }),
    ],
    [
      'name-fault',
      verb(namedFault, ({ fault: name }) => {
        world.faults.name(name)
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

/** What is done with service accounts in the console, and by the administrator of the Workspace. */
function serviceVerbs(world: PracticeWorld): readonly (readonly [string, Run])[] {
  const change = (rule: (state: PracticeState) => PracticeState): Promise<void> => world.store.change(rule)
  const ofKnownRobot = <P extends { email: string }>(
    params: v.GenericSchema<P>,
    run: (params: P) => unknown,
  ): Run =>
    verb(params, (asked) =>
      serviceAccountByEmail(world.store.state, asked.email) === null ? notFound : run(asked),
    )
  return [
    ['service-accounts', verb(nothing, () => ({ accounts: serviceAccountsOf(world) }))],
    [
      'key-file',
      verb(keyFile, async ({ email }) => {
        const file = await makeKeyFile(world, email ?? null)
        return file === null ? notFound : { file }
      }),
    ],
    [
      'delete-service-key',
      ofKnownRobot(robotKey, ({ email, keyId }) => change((s) => deleteServiceKey(s, email, keyId))),
    ],
    [
      'set-service-disabled',
      ofKnownRobot(robotDisabling, ({ email, disabled }) =>
        change((s) => setServiceDisabled(s, email, disabled)),
      ),
    ],
    [
      'delete-service-account',
      ofKnownRobot(ofRobot, ({ email }) => change((s) => deleteServiceAccount(s, email))),
    ],
    ['delegate', ofKnownRobot(delegation, ({ email, scopes }) => change((s) => delegate(s, email, scopes)))],
  ]
}

function serviceAccountsOf(world: PracticeWorld): readonly object[] {
  return world.store.state.serviceAccounts.map(({ keys, ...account }) => ({
    ...account,
    keyIds: keys.map(({ id }) => id),
  }))
}

/** One verb: what it takes, and what it does. What it answers becomes the JSON body. */
function verb<P>(params: v.GenericSchema<P>, run: (params: P) => unknown): Run {
  return async (sent) => {
    const parsed = v.safeParse(params, sent)
    if (!parsed.success) return jsonAnswer(400, { error: 'invalid_request' })
    const answered = await run(parsed.output)
    return answered === notFound ? jsonAnswer(404, { error: 'not_found' }) : jsonAnswer(200, answered ?? {})
  }
}

/** What a verb answers when the account or the client it is about does not exist. */
const notFound = Symbol('not found')

/** The same about one account, which has to be one of practice Google's. */
function ofKnown<P extends { sub: string }>(params: v.GenericSchema<P>, run: (params: P) => unknown): Run {
  return verb(params, (asked) => (accountBySub(asked.sub) === null ? notFound : run(asked)))
}

function accountsOf(world: PracticeWorld): readonly (PracticeAccount & { readonly disabled: boolean })[] {
  const { disabled } = world.store.state
  return practiceAccounts.map((account) => ({ ...account, disabled: disabled.includes(account.sub) }))
}

/** What the practice strip shows. */
function viewOf(world: PracticeWorld): Omit<PracticeView, 'issuer'> {
  return {
    serviceAccounts: world.store.state.serviceAccounts.map(({ email, uniqueId, disabled, delegated }) => ({
      email,
      uniqueId,
      disabled,
      delegated,
    })),
    accounts: accountsOf(world).map(({ sub, email, name, hostedDomain, disabled }) => ({
      sub,
      email,
      name,
      hostedDomain,
      disabled,
    })),
    rules: rulesOf(world),
    fault: world.faults.named(),
  }
}

function rulesOf(world: PracticeWorld): PracticeRules {
  const { publishing: status, sessionHours, restricted } = world.store.state
  const standing = clientStanding(world.store.state, practiceClient.clientId, world.now())
  return { publishing: status, sessionHours, restricted, clientDeleted: standing !== 'live' }
}

/** Not found when that would restore a client that is gone for good; then nothing changes. */
async function setRules(world: PracticeWorld, asked: PracticeRules): Promise<typeof notFound | undefined> {
  const { publishing: status, sessionHours, restricted, clientDeleted } = asked
  const now = world.now()
  const { clientId } = practiceClient
  if (!clientDeleted && clientStanding(world.store.state, clientId, now) === 'gone') return notFound
  await world.store.change((state) => {
    const ruled = { ...state, publishing: status, sessionHours, restricted: [...new Set(restricted)] }
    return clientDeleted ? deleteClient(ruled, clientId, now) : (restoreClient(ruled, clientId, now) ?? ruled)
  })
  return undefined
}

async function restore(world: PracticeWorld): Promise<typeof notFound | undefined> {
  return setRules(world, { ...rulesOf(world), clientDeleted: false })
}

/**
 * Another client than the first is made by this, and one that is deleted is restored: a person has no other way
 * to do either.
 */
async function newClientFile(world: PracticeWorld, wanted: WantedClient): Promise<{ file: string }> {
  const client = clientFor(wanted)
  const secret = issueSecret(world, 'client-secret', client.clientId)
  await world.store.change((state) => {
    const ready = downloadClient(state, client.clientId, client !== practiceClient, world.now())
    return addClientSecret(ready, client.clientId, hashSecret(secret), world.now())
  })
  const registered = registeredOf(world.store.state, client.clientId)
  return { file: clientFileText(world.issuer, client, secret, registered) }
}

/** Of a web client that was asked for before. */
async function setRedirects(
  world: PracticeWorld,
  asked: v.InferOutput<typeof redirects>,
): Promise<typeof notFound | undefined> {
  const { clientId } = clientFor({ ...asked, kind: 'web' })
  if (clientStanding(world.store.state, clientId, world.now()) !== 'live') return notFound
  await world.store.change((state) => register(state, clientId, asked))
  return undefined
}

/** As on the page of devices, without a browser. */
async function approveDevice(
  world: PracticeWorld,
  { sub, userCode: text, scopes: some }: v.InferOutput<typeof approving>,
): Promise<typeof notFound | undefined> {
  const code = findByUserCode(world.store.state, hashSecret(text), world.now())
  if (code === null) return notFound
  const scopes = [...canonicalScopes(some ?? code.scopes)]
  await world.store.change((state) => {
    const consented = rememberConsent(state, sub, projectNumberOf(code.clientId), scopes)
    const answer = { kind: 'allowed' as const, sub, scopes, timeBased: false }
    return answerDeviceCode(consented, code.hash, answer, world.now())
  })
  return undefined
}

async function denyDevice(world: PracticeWorld, text: string): Promise<typeof notFound | undefined> {
  const code = findByUserCode(world.store.state, hashSecret(text), world.now())
  if (code === null) return notFound
  await world.store.change((state) => answerDeviceCode(state, code.hash, { kind: 'denied' }, world.now()))
  return undefined
}

/** Completed consents on other machines: tokens that nobody here ever sees, and that count all the same. */
async function mintElsewhere(world: PracticeWorld, asked: v.InferOutput<typeof mint>): Promise<void> {
  const { sub, clientId, count } = asked
  const hashes = Array.from({ length: count }, () =>
    hashSecret(issueSecret(world, 'refresh-token', clientId)),
  )
  await world.store.change((state) => {
    const project = projectNumberOf(clientId)
    const before = consentedScopes(state, sub, project)
    const scopes = canonicalScopes(asked.scopes ?? (before.length > 0 ? before : ['openid', 'email']))
    const consented = rememberConsent(state, sub, project, scopes)
    const used = useClient(consented, clientId, world.now())
    return mintRefreshTokens(used, { hashes, sub, clientId, scopes, timeBased: false }, world.now())
  })
}

/** A refresh token as a test may see it: everything but what would find it. */
function describe(world: PracticeWorld): (token: RefreshToken) => object {
  const now = world.now()
  return (token) => {
    const { sub, clientId, scopes, mintedAt, lastUsedAt } = token
    const death = causeOfDeath(token, now)
    const refusal = refreshRefusal(world.store.state, token, now)
    return { sub, clientId, scopes, mintedAt, lastUsedAt, death, refusal }
  }
}

/** What stands between accounts and projects now: the consent, and how many tokens live. */
function grantsOf(world: PracticeWorld): readonly object[] {
  const { state } = world.store
  const now = world.now()
  const living = {
    refreshTokens: state.refreshTokens.filter((token) => causeOfDeath(token, now) === null),
    accessTokens: state.accessTokens.filter(
      (token) => token.expiresAt > now && !isServiceAccount(state, token.clientId),
    ),
  }
  const pairs = [
    ...state.consents,
    ...[...living.refreshTokens, ...living.accessTokens].map(({ sub, clientId }) => ({
      sub,
      projectNumber: projectNumberOf(clientId),
    })),
  ]
  const names = new Map(pairs.map((pair) => [`${pair.sub} ${pair.projectNumber}`, pair]))
  return [...names.values()].map(({ sub, projectNumber }) => {
    const count = (tokens: readonly { sub: string; clientId: string }[]): number =>
      tokens.filter((token) => token.sub === sub && projectNumberOf(token.clientId) === projectNumber).length
    return {
      sub,
      projectNumber,
      scopes: consentedScopes(state, sub, projectNumber),
      refreshTokens: count(living.refreshTokens),
      accessTokens: count(living.accessTokens),
    }
  })
}
