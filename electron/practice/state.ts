/**
 * What practice Google remembers, and the rules by which it changes: plain data in, plain data out. Instants are
 * epoch ms by the practice clock. Secrets stand here only as SHA-256 hashes.
 */
import * as v from 'valibot'
import { practiceClient, projectNumberOf } from './client.ts'
import type { Product } from './scopes.ts'
import { isGmailScope, isSignInScope, isSubset } from './scopes.ts'

const dayMs = 24 * 3600 * 1000
/** Live refresh tokens per account and client (google-oauth.md 2.2, row 4). */
export const liveTokenLimit = 100
/** Live refresh tokens per account over all clients. Google publishes no number (row 5); this one is practice's own. */
export const accountTokenLimit = 300
/** A project in Testing: seven days from consent (row 9). */
const testingLifeMs = 7 * dayMs
/** A refresh token dies when it has not been used for this many calendar months (row 2). */
export const unusedMonths = 6
/** Six calendar months are never shorter than this. */
const unusedAtLeastMs = 180 * dayMs
/** `refresh_token_expires_in` when ongoing access was not given, s (google-oauth.md 1.8). */
export const timeBasedSeconds = 15_551_999
/** Google does not publish the life of a code; ten minutes is what RFC 6749 4.1.2 recommends at most. */
const codeLifeMs = 10 * 60 * 1000
/** `expires_in` of a fresh access token, s (google-oauth.md 1.8). */
export const accessSeconds = 3599
/** A client can have two secrets at a time, for rotation. */
const secretLimit = 2
/** Dead tokens are remembered so that they are refused in the right words; the oldest are forgotten. */
const deadTokenLimit = 2000
const accessTokenLimit = 5000

const instant = v.number()
const scopes = v.array(v.string())
const deathCause = v.picklist([
  'evicted',
  'account-cap',
  'revoked',
  'password-changed',
  'client-gone',
  'rotated',
])
const firstClient = { clientId: practiceClient.clientId, usedAt: null, deletedAt: null, secrets: [] }
const products = ['gmail', 'drive', 'calendar', 'cloud'] as const satisfies readonly Product[]

const refreshTokenSchema = v.object({
  hash: v.string(),
  sub: v.string(),
  clientId: v.string(),
  scopes,
  mintedAt: instant,
  lastUsedAt: instant,
  /** The end of time-based access; null for ongoing access. */
  endsAt: v.nullable(instant),
  /** Minted while the project was in Testing. */
  testing: v.boolean(),
  death: v.nullable(deathCause),
})
export type RefreshToken = v.InferOutput<typeof refreshTokenSchema>

const accessTokenSchema = v.object({
  hash: v.string(),
  sub: v.string(),
  clientId: v.string(),
  scopes,
  expiresAt: instant,
  offline: v.boolean(),
})
export type AccessToken = v.InferOutput<typeof accessTokenSchema>

const codeSchema = v.object({
  hash: v.string(),
  sub: v.string(),
  clientId: v.string(),
  redirectUri: v.string(),
  scopes,
  challenge: v.nullable(v.object({ method: v.picklist(['S256', 'plain']), value: v.string() })),
  nonce: v.nullable(v.string()),
  mintedAt: instant,
  /** Whether the exchange mints a refresh token: only when the person was asked (google-oauth.md 1.2). */
  refreshToken: v.boolean(),
  /** Ongoing access was left unticked. */
  timeBased: v.boolean(),
})
export type Code = v.InferOutput<typeof codeSchema>

/** A device that waits for somebody to enter its code (google-oauth.md section 5). */
const deviceCodeSchema = v.object({
  hash: v.string(),
  /** Hash of the code that a person enters. */
  userHash: v.string(),
  clientId: v.string(),
  /** As asked for, spelling included. */
  scopes,
  mintedAt: instant,
  expiresAt: instant,
  /** Seconds between two polls. */
  interval: v.number(),
  /** Machine time of the latest poll, epoch ms. */
  polledAt: v.nullable(v.number()),
  /** What the person said; null while nobody has said anything. */
  answer: v.nullable(
    v.variant('kind', [
      v.object({ kind: v.literal('denied') }),
      v.object({ kind: v.literal('allowed'), sub: v.string(), scopes, timeBased: v.boolean() }),
    ]),
  ),
  /** Its tokens have been handed out. */
  claimed: v.boolean(),
})
export type DeviceCode = v.InferOutput<typeof deviceCodeSchema>

const secretsSchema = v.array(v.object({ hash: v.string(), addedAt: instant }))
const clientSchema = v.object({
  clientId: v.string(),
  /** When a token request last succeeded, and when it was deleted by hand. */
  usedAt: v.nullable(instant),
  deletedAt: v.nullable(instant),
  secrets: secretsSchema,
  /** The addresses of a web client; those that practice makes it with when left out. */
  registered: v.exactOptional(
    v.object({ redirectUris: v.array(v.string()), javascriptOrigins: v.array(v.string()) }),
  ),
})
export type ClientRecord = v.InferOutput<typeof clientSchema>

/** What Google keeps of a key of a service account: never the private half. */
const serviceKeySchema = v.object({
  /** `private_key_id` of the key file. */
  id: v.string(),
  /** PEM, SPKI. */
  publicKey: v.string(),
  /** PEM, self-signed, valid from the instant that the key was made. */
  certificate: v.string(),
})

const serviceAccountSchema = v.object({
  email: v.string(),
  /** Its numeric id: `client_id` of the key file, and the client of its tokens. */
  uniqueId: v.string(),
  disabled: v.boolean(),
  /** Oldest first. */
  keys: v.array(serviceKeySchema),
  /** What the administrator of the Workspace registered for domain-wide delegation, as tokens spell it. */
  delegated: scopes,
})
export type ServiceAccount = v.InferOutput<typeof serviceAccountSchema>
export type ServiceKey = ServiceAccount['keys'][number]

/** A revocation that was answered and has not taken effect yet. */
const laggingSchema = v.object({
  sub: v.string(),
  projectNumber: v.string(),
  /** Practice time: what is minted later is not meant. */
  askedAt: instant,
  /** Machine time, epoch ms. */
  effectiveAt: v.number(),
})
type LaggingRevocation = v.InferOutput<typeof laggingSchema>

const common = {
  /** Practice time minus the machine's time, ms. */
  offsetMs: v.number(),
  /** Of the first client's project; the other project is in production. */
  publishing: v.picklist(['production', 'testing']),
  /** E-mail addresses let in while in Testing; null lets every practice account in. */
  testUsers: v.nullable(v.array(v.string())),
  /** What an account allowed a project; remembered per project, not per client (google-oauth.md 1.6). */
  consents: v.array(v.object({ sub: v.string(), projectNumber: v.string(), scopes })),
  codes: v.array(codeSchema),
  /** In the order they were minted. */
  refreshTokens: v.array(refreshTokenSchema),
  accessTokens: v.array(accessTokenSchema),
  deviceCodes: v.optional(v.array(deviceCodeSchema), () => []),
  /** Who is signed in in the browsers of this machine, by `sub`: they have come through a page. */
  signedIn: v.optional(v.array(v.string()), () => []),
  /** Accounts that are deleted or suspended, by `sub`. */
  disabled: v.optional(v.array(v.string()), () => []),
  /** Google Cloud session length that the Workspace administrator set, h; null for none. */
  sessionHours: v.optional(v.nullable(v.number()), null),
  /** Services that the Workspace administrator set to Restricted. */
  restricted: v.optional(v.array(v.picklist(products)), () => []),
  /** The hundred users that an app without verification may have are there: nobody new gets in (row 12). */
  userCapReached: v.optional(v.boolean(), false),
  /** Of the first client's project. */
  serviceAccounts: v.optional(v.array(serviceAccountSchema), () => []),
}

const stateSchema = v.object({
  version: v.literal(2),
  ...common,
  /** The first one, and those that were asked for since. */
  clients: v.array(clientSchema),
  revocations: v.array(laggingSchema),
})
export type PracticeState = v.InferOutput<typeof stateSchema>

/** Before there were several clients: one, with its secrets and its life beside each other. */
const oneClientSchema = v.pipe(
  v.object({
    version: v.literal(1),
    ...common,
    clientSecrets: secretsSchema,
    client: v.optional(v.object({ usedAt: v.nullable(instant), deletedAt: v.nullable(instant) }), () => ({
      usedAt: null,
      deletedAt: null,
    })),
  }),
  v.transform(({ clientSecrets, client, ...rest }): PracticeState => ({
    ...rest,
    version: 2,
    clients: [{ ...firstClient, ...client, secrets: clientSecrets }],
    revocations: [],
  })),
)
const savedSchema = v.variant('version', [stateSchema, oneClientSchema])

type CauseOfDeath = v.InferOutput<typeof deathCause> | 'unused' | 'testing' | 'time-based'

export function emptyState(): PracticeState {
  return {
    version: 2,
    offsetMs: 0,
    publishing: 'production',
    testUsers: null,
    clients: [firstClient],
    revocations: [],
    consents: [],
    codes: [],
    refreshTokens: [],
    accessTokens: [],
    deviceCodes: [],
    signedIn: [],
    disabled: [],
    sessionHours: null,
    restricted: [],
    userCapReached: false,
    serviceAccounts: [],
  }
}

/**
 * The state as it was saved; what an older one does not say has its usual value. Nothing, or something that is not
 * a state, is a new practice world.
 */
export function readState(saved: unknown): PracticeState {
  const parsed = v.safeParse(savedSchema, saved)
  return parsed.success ? parsed.output : emptyState()
}

/** Adds calendar months in UTC; a day that the month does not have becomes its last day. */
export function addMonths(instantMs: number, months: number): number {
  const date = new Date(instantMs)
  const target = new Date(instantMs)
  target.setUTCMonth(date.getUTCMonth() + months, 1)
  const lastDay = new Date(Date.UTC(target.getUTCFullYear(), target.getUTCMonth() + 1, 0)).getUTCDate()
  target.setUTCDate(Math.min(date.getUTCDate(), lastDay))
  return target.getTime()
}

/** Why a refresh token is dead at this instant, or null while it lives (google-oauth.md 2.2). */
export function causeOfDeath(token: RefreshToken, now: number): CauseOfDeath | null {
  if (token.death !== null) return token.death
  if (token.endsAt !== null && now >= token.endsAt) return 'time-based'
  if (diesInTesting(token) && now >= token.mintedAt + testingLifeMs) return 'testing'
  const unused = now >= token.lastUsedAt + unusedAtLeastMs && now >= addMonths(token.lastUsedAt, unusedMonths)
  return unused ? 'unused' : null
}

/** Whether the project of a client is in Testing. Only the first client's can be. */
export function isInTesting({ publishing }: PracticeState, clientId: string): boolean {
  return publishing === 'testing' && isOfFirstProject(clientId)
}

export function isOfFirstProject(clientId: string): boolean {
  return projectNumberOf(clientId) === practiceClient.projectNumber
}

function diesInTesting(token: RefreshToken): boolean {
  return token.testing && !token.scopes.every(isSignInScope)
}

/** The living tokens of one account and client, oldest first. */
export function liveTokens(
  state: PracticeState,
  sub: string,
  clientId: string,
  now: number,
): readonly RefreshToken[] {
  return state.refreshTokens.filter(
    (token) => token.sub === sub && token.clientId === clientId && causeOfDeath(token, now) === null,
  )
}

interface NewRefreshTokens {
  /** One or more, in the order of minting. */
  readonly hashes: readonly string[]
  readonly sub: string
  readonly clientId: string
  readonly scopes: readonly string[]
  readonly timeBased: boolean
}

/**
 * Adds refresh tokens, each from a completed consent. With each one beyond a hundred live ones of its account and
 * client, and beyond the account's cap over all clients, the oldest dies silently (rows 4 and 5).
 */
export function mintRefreshTokens(state: PracticeState, fresh: NewRefreshTokens, now: number): PracticeState {
  const { hashes, sub, clientId, timeBased } = fresh
  const minted = hashes.map((hash): RefreshToken => ({
    hash,
    sub,
    clientId,
    scopes: [...fresh.scopes],
    mintedAt: now,
    lastUsedAt: now,
    endsAt: timeBased ? now + timeBasedSeconds * 1000 : null,
    testing: isInTesting(state, clientId),
    death: null,
  }))
  return addRefreshTokens(state, minted, now)
}

/** `minted` are of one account and client. */
function addRefreshTokens(state: PracticeState, minted: readonly RefreshToken[], now: number): PracticeState {
  const deaths = evictions(state, minted, now)
  const kept = state.refreshTokens.map((old) => withDeath(old, deaths.get(old.hash)))
  const added = minted.map((token) => withDeath(token, deaths.get(token.hash)))
  return { ...state, refreshTokens: forgetOldestDead([...kept, ...added], now) }
}

/** Which tokens die when these are added one after the other, and of which limit. */
function evictions(
  state: PracticeState,
  minted: readonly RefreshToken[],
  now: number,
): ReadonlyMap<string, 'evicted' | 'account-cap'> {
  const deaths = new Map<string, 'evicted' | 'account-cap'>()
  const { sub = '', clientId = '' } = minted[0] ?? {}
  let live = state.refreshTokens.filter((token) => token.sub === sub && causeOfDeath(token, now) === null)
  for (const token of minted) {
    live.push(token)
    const ofClient = live.filter((one) => one.clientId === clientId)
    for (const old of beyond(ofClient, liveTokenLimit)) deaths.set(old.hash, 'evicted')
    live = live.filter((one) => !deaths.has(one.hash))
    for (const old of beyond(live, accountTokenLimit)) deaths.set(old.hash, 'account-cap')
    live = live.filter((one) => !deaths.has(one.hash))
  }
  return deaths
}

/** The oldest ones that a limit leaves no room for. */
function beyond(tokens: readonly RefreshToken[], limit: number): readonly RefreshToken[] {
  return tokens.slice(0, Math.max(0, tokens.length - limit))
}

function withDeath(token: RefreshToken, death: RefreshToken['death'] | undefined): RefreshToken {
  return death === undefined ? token : { ...token, death }
}

/**
 * Replaces a refresh token by a new one that inherits its consent, and so its clocks; Google's servers do not do
 * that (google-oauth.md 2.1). The old one dies with it, or lives on beside it and counts.
 */
export function rotateRefreshToken(
  state: PracticeState,
  old: RefreshToken,
  hash: string,
  fate: 'dies' | 'lives',
  now: number,
): PracticeState {
  const without = {
    ...state,
    refreshTokens: kill(state.refreshTokens, 'rotated', (one) => one.hash === old.hash),
  }
  return addRefreshTokens(fate === 'dies' ? without : state, [{ ...old, hash, lastUsedAt: now }], now)
}

function kill(
  tokens: readonly RefreshToken[],
  death: NonNullable<RefreshToken['death']>,
  dies: (token: RefreshToken) => boolean,
): RefreshToken[] {
  return tokens.map((token) => (token.death === null && dies(token) ? { ...token, death } : token))
}

function forgetOldestDead(tokens: RefreshToken[], now: number): RefreshToken[] {
  if (tokens.length <= deadTokenLimit) return tokens
  let surplus = tokens.filter((token) => causeOfDeath(token, now) !== null).length - deadTokenLimit
  if (surplus <= 0) return tokens
  return tokens.filter((token) => causeOfDeath(token, now) === null || surplus-- <= 0)
}

/** Where each token stands in its list. Lists that only differ in uses share one index. */
const indexes = new WeakMap<readonly RefreshToken[], ReadonlyMap<string, number>>()

function indexOf(tokens: readonly RefreshToken[]): ReadonlyMap<string, number> {
  const known = indexes.get(tokens)
  if (known !== undefined) return known
  const index = new Map(tokens.map((token, at) => [token.hash, at]))
  indexes.set(tokens, index)
  return index
}

export function findRefreshToken(state: PracticeState, hash: string): RefreshToken | null {
  const at = indexOf(state.refreshTokens).get(hash)
  return at === undefined ? null : (state.refreshTokens[at] ?? null)
}

/** A successful refresh is a use: it puts the six months off. */
export function useRefreshToken(state: PracticeState, hash: string, now: number): PracticeState {
  const index = indexOf(state.refreshTokens)
  const at = index.get(hash)
  const token = at === undefined ? undefined : state.refreshTokens[at]
  if (at === undefined || token === undefined) return state
  // Not a spread: copying ten thousand is the whole cost of a use.
  const refreshTokens = state.refreshTokens.slice()
  refreshTokens[at] = { ...token, lastUsedAt: now }
  indexes.set(refreshTokens, index)
  return { ...state, refreshTokens }
}

/**
 * Takes back everything an account gave a project: every token of every client of it, the codes under way and
 * the remembered consent (google-oauth.md section 3).
 */
export function revokeProject(state: PracticeState, sub: string, projectNumber: string): PracticeState {
  return endTokens(forgetConsent(state, sub, projectNumber), sub, projectNumber, Infinity)
}

/**
 * The same with the lag that Google allows itself: the consent goes at once, so that a new sign-in asks, and the
 * tokens that are there work until `effectiveAt`, machine time.
 */
export function revokeLater(state: PracticeState, lagging: LaggingRevocation): PracticeState {
  const forgotten = forgetConsent(state, lagging.sub, lagging.projectNumber)
  return { ...forgotten, revocations: [...state.revocations, lagging] }
}

/** Carries out the revocations whose time has come; the same state where there are none. */
export function carryOutRevocations(state: PracticeState, machineNow: number): PracticeState {
  const due = state.revocations.filter((one) => machineNow >= one.effectiveAt)
  if (due.length === 0) return state
  const revocations = state.revocations.filter((one) => !due.includes(one))
  return due.reduce(
    (ended, { sub, projectNumber, askedAt }) => endTokens(ended, sub, projectNumber, askedAt),
    { ...state, revocations },
  )
}

type Owned = { readonly sub: string; readonly clientId: string }
const belongsTo =
  (sub: string, projectNumber: string) =>
  (one: Owned): boolean =>
    one.sub === sub && projectNumberOf(one.clientId) === projectNumber

function forgetConsent(state: PracticeState, sub: string, projectNumber: string): PracticeState {
  const concerned = belongsTo(sub, projectNumber)
  return {
    ...state,
    consents: state.consents.filter((one) => one.sub !== sub || one.projectNumber !== projectNumber),
    codes: state.codes.filter((code) => !concerned(code)),
    deviceCodes: state.deviceCodes.filter(
      ({ clientId, answer }) => answer?.kind !== 'allowed' || !concerned({ sub: answer.sub, clientId }),
    ),
  }
}

/** Ends the tokens minted up to an instant of practice time. */
function endTokens(
  state: PracticeState,
  sub: string,
  projectNumber: string,
  mintedUntil: number,
): PracticeState {
  const concerned = belongsTo(sub, projectNumber)
  const lastExpiry = mintedUntil + accessSeconds * 1000
  return {
    ...state,
    accessTokens: state.accessTokens.filter((token) => !concerned(token) || token.expiresAt > lastExpiry),
    refreshTokens: kill(
      state.refreshTokens,
      'revoked',
      (token) => concerned(token) && token.mintedAt <= mintedUntil,
    ),
  }
}

/**
 * A new password ends the refresh tokens that hold a Gmail scope, of every project (google-oauth.md 2.2, row 3), and
 * signs the account out of the browsers.
 */
export function changePassword(state: PracticeState, sub: string): PracticeState {
  const dies = (token: RefreshToken): boolean => token.sub === sub && token.scopes.some(isGmailScope)
  return { ...signOut(state, sub), refreshTokens: kill(state.refreshTokens, 'password-changed', dies) }
}

/** Somebody came through a page: the browsers know the account from now on. */
export function signInBrowser(state: PracticeState, sub: string): PracticeState {
  return state.signedIn.includes(sub) ? state : { ...state, signedIn: [...state.signedIn, sub] }
}

export function signOut(state: PracticeState, sub: string): PracticeState {
  return { ...state, signedIn: state.signedIn.filter((one) => one !== sub) }
}

/** Deletes or suspends an account, or lets it be again. Its tokens work again then. */
export function setDisabled(state: PracticeState, sub: string, disabled: boolean): PracticeState {
  const others = state.disabled.filter((one) => one !== sub)
  return { ...state, disabled: disabled ? [...others, sub] : others }
}

/** Adds a secret to a client that is there; the two newest are valid. */
export function addClientSecret(
  state: PracticeState,
  clientId: string,
  hash: string,
  now: number,
): PracticeState {
  const clients = state.clients.map((client) => {
    if (client.clientId !== clientId) return client
    return { ...client, secrets: [...client.secrets, { hash, addedAt: now }].slice(-secretLimit) }
  })
  return { ...state, clients }
}

/** The scopes an account has allowed a project so far. */
export function consentedScopes(state: PracticeState, sub: string, projectNumber: string): readonly string[] {
  return state.consents.find((one) => one.sub === sub && one.projectNumber === projectNumber)?.scopes ?? []
}

export function rememberConsent(
  state: PracticeState,
  sub: string,
  projectNumber: string,
  granted: readonly string[],
): PracticeState {
  const all = new Set([...consentedScopes(state, sub, projectNumber), ...granted])
  const others = state.consents.filter((one) => one.sub !== sub || one.projectNumber !== projectNumber)
  return { ...state, consents: [...others, { sub, projectNumber, scopes: [...all] }] }
}

/** Whether an account has to be asked before a project gets these scopes. */
export function needsConsent(
  state: PracticeState,
  sub: string,
  projectNumber: string,
  wanted: readonly string[],
): boolean {
  const consented = consentedScopes(state, sub, projectNumber)
  return consented.length === 0 || !isSubset(wanted, consented)
}

export function addCode(state: PracticeState, code: Code, now: number): PracticeState {
  const living = state.codes.filter((other) => isCodeFresh(other, now))
  return { ...state, codes: [...living, code] }
}

export function isCodeFresh(code: Code, now: number): boolean {
  return now < code.mintedAt + codeLifeMs
}

/** A code works once. */
export function spendCode(state: PracticeState, hash: string): PracticeState {
  return { ...state, codes: state.codes.filter((code) => code.hash !== hash) }
}

export function addAccessToken(state: PracticeState, token: AccessToken, now: number): PracticeState {
  const living = state.accessTokens.filter((other) => other.expiresAt > now)
  return { ...state, accessTokens: [...living, token].slice(-accessTokenLimit) }
}

export function findAccessToken(state: PracticeState, hash: string, now: number): AccessToken | null {
  const found = state.accessTokens.find((token) => token.hash === hash && token.expiresAt > now)
  if (found === undefined || state.disabled.includes(found.sub)) return null
  const robot = state.serviceAccounts.find(({ uniqueId }) => uniqueId === found.clientId)
  return robot?.disabled === true ? null : found
}
