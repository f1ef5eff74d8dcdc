/**
 * What practice Google remembers, and the rules by which it changes: plain data in, plain data out. Instants are
 * epoch ms by the practice clock. Secrets stand here only as SHA-256 hashes.
 */
import * as v from 'valibot'
import { projectNumberOf } from './client.ts'
import { isGmailScope, isSignInScope, isSubset } from './scopes.ts'

const dayMs = 24 * 3600 * 1000
/** Live refresh tokens per account and client (google-oauth.md 2.2, row 4). */
export const liveTokenLimit = 100
/** A project in Testing: seven days from consent (row 9). */
const testingLifeMs = 7 * dayMs
/** A refresh token dies when it has not been used for this many calendar months (row 2). */
const unusedMonths = 6
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
const deathCause = v.picklist(['evicted', 'revoked', 'password-changed'])

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

const stateSchema = v.object({
  version: v.literal(1),
  /** Practice time minus the machine's time, ms. */
  offsetMs: v.number(),
  publishing: v.picklist(['production', 'testing']),
  /** E-mail addresses let in while in Testing; null lets every practice account in. */
  testUsers: v.nullable(v.array(v.string())),
  clientSecrets: v.array(v.object({ hash: v.string(), addedAt: instant })),
  /** What an account allowed a project; remembered per project, not per client (google-oauth.md 1.6). */
  consents: v.array(v.object({ sub: v.string(), projectNumber: v.string(), scopes })),
  codes: v.array(codeSchema),
  /** In the order they were minted. */
  refreshTokens: v.array(refreshTokenSchema),
  accessTokens: v.array(accessTokenSchema),
})
export type PracticeState = v.InferOutput<typeof stateSchema>

type CauseOfDeath = v.InferOutput<typeof deathCause> | 'unused' | 'testing' | 'time-based'

export function emptyState(): PracticeState {
  return {
    version: 1,
    offsetMs: 0,
    publishing: 'production',
    testUsers: null,
    clientSecrets: [],
    consents: [],
    codes: [],
    refreshTokens: [],
    accessTokens: [],
  }
}

/** The state as it was saved. Nothing, or something that is not a state, is a new practice world. */
export function readState(saved: unknown): PracticeState {
  const parsed = v.safeParse(stateSchema, saved)
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
  return now >= addMonths(token.lastUsedAt, unusedMonths) ? 'unused' : null
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

interface NewRefreshToken {
  readonly hash: string
  readonly sub: string
  readonly clientId: string
  readonly scopes: readonly string[]
  readonly timeBased: boolean
}

/** Adds a refresh token; beyond a hundred live ones of its account and client the oldest dies silently. */
export function mintRefreshToken(state: PracticeState, fresh: NewRefreshToken, now: number): PracticeState {
  const token: RefreshToken = {
    hash: fresh.hash,
    sub: fresh.sub,
    clientId: fresh.clientId,
    scopes: [...fresh.scopes],
    mintedAt: now,
    lastUsedAt: now,
    endsAt: fresh.timeBased ? now + timeBasedSeconds * 1000 : null,
    testing: state.publishing === 'testing',
    death: null,
  }
  const live = liveTokens(state, fresh.sub, fresh.clientId, now)
  const evicted = new Set(live.slice(0, Math.max(0, live.length + 1 - liveTokenLimit)).map((old) => old.hash))
  const kept = kill(state.refreshTokens, 'evicted', (old) => evicted.has(old.hash))
  return { ...state, refreshTokens: forgetOldestDead([...kept, token], now) }
}

function kill(
  tokens: readonly RefreshToken[],
  death: NonNullable<RefreshToken['death']>,
  dies: (token: RefreshToken) => boolean,
): RefreshToken[] {
  return tokens.map((token) => (token.death === null && dies(token) ? { ...token, death } : token))
}

function forgetOldestDead(tokens: RefreshToken[], now: number): RefreshToken[] {
  let surplus = tokens.filter((token) => causeOfDeath(token, now) !== null).length - deadTokenLimit
  if (surplus <= 0) return tokens
  return tokens.filter((token) => causeOfDeath(token, now) === null || surplus-- <= 0)
}

/** A successful refresh is a use: it puts the six months off. */
export function useRefreshToken(state: PracticeState, hash: string, now: number): PracticeState {
  const refreshTokens = state.refreshTokens.map((token) =>
    token.hash === hash ? { ...token, lastUsedAt: now } : token,
  )
  return { ...state, refreshTokens }
}

/**
 * Takes back everything an account gave a project: every token of every client of it, the codes under way and
 * the remembered consent (google-oauth.md section 3).
 */
export function revokeProject(state: PracticeState, sub: string, projectNumber: string): PracticeState {
  const concerned = (of: { sub: string; clientId: string }): boolean =>
    of.sub === sub && projectNumberOf(of.clientId) === projectNumber
  return {
    ...state,
    consents: state.consents.filter((one) => one.sub !== sub || one.projectNumber !== projectNumber),
    codes: state.codes.filter((code) => !concerned(code)),
    accessTokens: state.accessTokens.filter((token) => !concerned(token)),
    refreshTokens: kill(state.refreshTokens, 'revoked', concerned),
  }
}

/** A new password ends the refresh tokens that hold a Gmail scope, of every project (google-oauth.md 2.2, row 3). */
export function changePassword(state: PracticeState, sub: string): PracticeState {
  const dies = (token: RefreshToken): boolean => token.sub === sub && token.scopes.some(isGmailScope)
  return { ...state, refreshTokens: kill(state.refreshTokens, 'password-changed', dies) }
}

/** Adds a client secret; the two newest are valid. */
export function addClientSecret(state: PracticeState, hash: string, now: number): PracticeState {
  return { ...state, clientSecrets: [...state.clientSecrets, { hash, addedAt: now }].slice(-secretLimit) }
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
  return state.accessTokens.find((token) => token.hash === hash && token.expiresAt > now) ?? null
}
