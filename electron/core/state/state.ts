/** The state of a profile: a pure fold over its ledger. Mutated only in `applyEvent`, for the speed of start-up. */
import type { CauseKind, Publishing, UserType, Verdict } from '../../contract/views.ts'
import type { RecordedEvent } from '../ledger/ledger.ts'
import type { EventData, LatchkeyEvent } from '../ledger/events.ts'
import { thinned } from './thinned.ts'

export interface ClientRecord {
  readonly clientId: string
  kind: 'installed' | 'web'
  label: string
  projectId: string | null
  redirectUris: readonly string[]
  javascriptOrigins: readonly string[]
  publishing: Publishing
  userType: UserType
  readonly addedAt: number
  secretReplacedAt: number | null
  secretMissing: boolean
  retired: boolean
  /** What the person chose; null leaves it to `retired`. */
  keepAlive: boolean | null
  /** The latest token request that succeeded from here. */
  lastUsedAt: number | null
  /** The client itself is not accepted. */
  refusal: ClientRefusal | null
}

export interface ClientRefusal {
  readonly error: string
  readonly description: string
  readonly status: number
  readonly at: number
}

/** Google's latest no to a token; gone with the next yes. */
export interface TokenRefusal {
  readonly verdict: Verdict
  readonly error: string
  readonly subtype: string
  readonly description: string
  readonly status: number
  readonly at: number
}

/** Between how long and how long after its minting a token met `invalid_rapt`, ms: a session's length lies in it. */
export interface SessionEnd {
  readonly clientId: string
  readonly lowerMs: number
  readonly upperMs: number
  readonly at: number
}

/**
 * One refresh token minted by one completed consent. `forgotten` ones stay: at Google they may live on and
 * count against the 100 (google-oauth.md 2.3).
 */
export interface TokenRecord {
  readonly tokenId: string
  readonly clientId: string
  readonly asked: readonly string[]
  readonly granted: readonly string[]
  readonly mintedAt: number
  lastUsedAt: number
  expiresAt: number | null
  standing: 'held' | 'missing' | 'forgotten'
  /** The client was said to be in Testing when this was minted, or later while it lived (google-oauth.md 2.2 #9). */
  testing: boolean
  refreshCount: number
  /** Instants of refreshes: all of the latest, ever fewer of the older. */
  refreshes: readonly number[]
  refusal: TokenRefusal | null
  /** What the person said it died of. */
  correctedCause: CauseKind | null
  /** Dead, and taken out of view. */
  dismissed: boolean
  /** Another secret came in its place, so Google may have ended this one. */
  rotated: boolean
}

/** Google refused it for good. */
export function isDead(token: TokenRecord): boolean {
  return token.refusal?.verdict === 'dead'
}

/** Whether the app keeps a client's tokens alive: as the person chose, otherwise unless the client is retired. */
export function keepsAlive(client: ClientRecord): boolean {
  return client.keepAlive ?? !client.retired
}

export interface AccountRecord {
  readonly accountId: string
  readonly issuer: string
  readonly sub: string
  email: string
  name: string | null
  hostedDomain: string | null
  label: string | null
  firstSignedInAt: number
  lastSignedInAt: number
  /** Not shown any more; kept so that a later sign-in finds its history. */
  forgotten: boolean
  /** In the order of minting: the oldest, which Google drops first, comes first. */
  readonly tokens: TokenRecord[]
  /** The latest ends of sessions, oldest first. */
  sessionEnds: readonly SessionEnd[]
  /** What was revoked from here, oldest first. */
  revocations: readonly { readonly projectNumber: string; readonly at: number }[]
}

/** A sign-in or a rotation between its intent and its end. Only a crash leaves one behind. */
export type PendingToken = EventData<'token.intended'> & {
  readonly at: number
  /** The token whose refresh brought this one; null for a sign-in. */
  readonly replaces: string | null
}

/** So many ends of sessions and revocations are remembered for an account. */
const remembered = 12

export interface State {
  readonly clients: Map<string, ClientRecord>
  readonly accounts: Map<string, AccountRecord>
  readonly pending: Map<string, PendingToken>
  /** tokenId → accountId, for every token ever minted here. */
  readonly ownerOf: Map<string, string>
  activeAccountId: string | null
}

export function emptyState(): State {
  return {
    clients: new Map(),
    accounts: new Map(),
    pending: new Map(),
    ownerOf: new Map(),
    activeAccountId: null,
  }
}

export function findToken(state: State, tokenId: string): TokenRecord | null {
  const account = state.accounts.get(state.ownerOf.get(tokenId) ?? '')
  return account?.tokens.find((token) => token.tokenId === tokenId) ?? null
}

export function applyEvent(state: State, recorded: RecordedEvent<LatchkeyEvent>): void {
  const { at, event } = recorded
  switch (event.type) {
    case 'client.added':
      return addClient(state, event.data, at)
    case 'client.fileUpdated':
      return withClient(state, event.data.clientId, (client) => {
        client.kind = event.data.kind === 'web' ? 'web' : 'installed'
        client.projectId = event.data.projectId
        client.redirectUris = event.data.redirectUris
        client.javascriptOrigins = event.data.javascriptOrigins
      })
    case 'client.described':
      return describeClient(state, event.data)
    case 'client.secretReplaced':
      return withClient(state, event.data.clientId, (client) => {
        client.secretReplacedAt = at
        client.secretMissing = false
      })
    case 'client.secretMissing':
      return withClient(state, event.data.clientId, (client) => {
        client.secretMissing = true
      })
    case 'client.retired':
      return withClient(state, event.data.clientId, (client) => {
        client.retired = event.data.retired
      })
    case 'client.keepAliveChosen':
      return withClient(state, event.data.clientId, (client) => {
        client.keepAlive = event.data.keepAlive
      })
    case 'client.refused':
      return withClient(state, event.data.clientId, (client) => {
        const { error, description, status } = event.data
        client.refusal = { error, description, status, at }
      })
    case 'client.accepted':
      return withClient(state, event.data.clientId, (client) => {
        client.refusal = null
      })
    case 'client.removed':
      state.clients.delete(event.data.clientId)
      return
    case 'account.signedIn':
      return signInAccount(state, event.data, at)
    case 'account.labelled':
      return withAccount(state, event.data.accountId, (account) => {
        account.label = event.data.label
      })
    case 'account.activated':
      state.activeAccountId = event.data.accountId
      return
    case 'account.forgotten':
      return forgetAccount(state, event.data.accountId)
    case 'token.intended':
      state.pending.set(event.data.tokenId, {
        ...event.data,
        at: event.data.mintedAt ?? at,
        replaces: null,
      })
      return
    case 'token.rotationIntended':
      return intendRotation(state, event.data, at)
    case 'token.minted':
      return mintToken(state, event.data.tokenId)
    case 'token.abandoned':
      state.pending.delete(event.data.tokenId)
      return
    case 'token.forgotten':
      return setStanding(state, event.data.tokenId, 'forgotten')
    case 'token.secretMissing':
      return setStanding(state, event.data.tokenId, 'missing')
    case 'token.secretFound':
      return setStanding(state, event.data.tokenId, 'held')
    case 'token.refreshed':
      return refreshToken(state, event.data)
    case 'token.refused':
      return refuseToken(state, event.data)
    case 'token.causeCorrected':
      return withToken(state, event.data.tokenId, (token) => {
        token.correctedCause = event.data.cause as CauseKind | null
      })
    case 'token.dismissed':
      return withToken(state, event.data.tokenId, (token) => {
        token.dismissed = true
        token.standing = 'forgotten'
      })
    case 'grant.revoked':
      return withAccount(state, event.data.accountId, (account) => {
        const { projectNumber } = event.data
        account.revocations = [...account.revocations, { projectNumber, at }].slice(-remembered)
      })
    case 'signIn.ended':
    case 'ledger.tornLineDropped':
    case 'ledger.continued':
    case 'orphan.removed':
      return
  }
}

function addClient(state: State, data: EventData<'client.added'>, at: number): void {
  state.clients.set(data.clientId, {
    clientId: data.clientId,
    kind: data.kind === 'web' ? 'web' : 'installed',
    label: data.label,
    projectId: data.projectId,
    redirectUris: data.redirectUris,
    javascriptOrigins: data.javascriptOrigins,
    publishing: 'unknown',
    userType: 'unknown',
    addedAt: at,
    secretReplacedAt: null,
    secretMissing: false,
    retired: false,
    keepAlive: null,
    lastUsedAt: null,
    refusal: null,
  })
}

/**
 * A token minted while its project was in Testing keeps that clock when the project is published later: whether
 * Google lifts it then is not documented, and too early a warning does less harm than none.
 */
function describeClient(state: State, data: EventData<'client.described'>): void {
  withClient(state, data.clientId, (client) => {
    client.label = data.label
    client.publishing = data.publishing as Publishing
    client.userType = data.userType as UserType
    if (client.publishing === 'production') return
    const testing = client.publishing === 'testing'
    for (const account of state.accounts.values()) {
      for (const token of account.tokens) if (token.clientId === data.clientId) token.testing = testing
    }
  })
}

function signInAccount(state: State, data: EventData<'account.signedIn'>, at: number): void {
  const known = state.accounts.get(data.accountId)
  if (known) {
    known.email = data.email
    known.name = data.name
    known.hostedDomain = data.hostedDomain
    known.lastSignedInAt = at
    known.firstSignedInAt = known.forgotten ? at : known.firstSignedInAt
    known.forgotten = false
  } else {
    const { accountId, issuer, sub, email, name, hostedDomain } = data
    const times = { firstSignedInAt: at, lastSignedInAt: at }
    state.accounts.set(accountId, {
      ...{ accountId, issuer, sub, email, name, hostedDomain },
      ...times,
      label: null,
      forgotten: false,
      tokens: [],
      sessionEnds: [],
      revocations: [],
    })
  }
  state.activeAccountId ??= data.accountId
}

function forgetAccount(state: State, accountId: string): void {
  withAccount(state, accountId, (account) => {
    account.forgotten = true
    account.label = null
  })
  if (state.activeAccountId === accountId) state.activeAccountId = null
}

function intendRotation(state: State, data: EventData<'token.rotationIntended'>, at: number): void {
  const account = state.accounts.get(state.ownerOf.get(data.replaces) ?? '')
  const token = findToken(state, data.replaces)
  if (!account || !token) return
  const { accountId, issuer, sub, email, name, hostedDomain } = account
  const { clientId, asked, granted } = token
  state.pending.set(data.tokenId, {
    ...{ accountId, issuer, sub, email, name, hostedDomain, clientId, asked, granted, ...data },
    ...{ mintedAt: at, at },
  })
}

function mintToken(state: State, tokenId: string): void {
  const intent = state.pending.get(tokenId)
  if (!intent) return
  state.pending.delete(tokenId)
  const client = state.clients.get(intent.clientId)
  if (client) client.lastUsedAt = later(client.lastUsedAt, intent.at)
  withAccount(state, intent.accountId, (account) => {
    state.ownerOf.set(tokenId, account.accountId)
    if (intent.replaces === null) account.tokens.push(newToken(intent, client?.publishing === 'testing'))
    else replaceToken(account, intent)
  })
}

/** The new secret takes its place right behind the older one: by the time of its consent. */
function replaceToken(account: AccountRecord, intent: PendingToken): void {
  const place = account.tokens.findIndex((token) => token.tokenId === intent.replaces)
  const older = account.tokens[place]
  if (older) account.tokens.splice(place, 1, older, rotate(older, intent))
}

function newToken(intent: PendingToken, testing: boolean): TokenRecord {
  return {
    tokenId: intent.tokenId,
    clientId: intent.clientId,
    asked: intent.asked,
    granted: intent.granted,
    mintedAt: intent.at,
    lastUsedAt: intent.at,
    expiresAt: intent.expiresAt,
    standing: 'held',
    testing,
    refreshCount: 0,
    refreshes: [],
    refusal: null,
    correctedCause: null,
    dismissed: false,
    rotated: false,
  }
}

/**
 * Google's clocks count from the consent, so the new secret goes on with the life of the older one. It came with a
 * refresh, so whatever was held against the older one is over.
 */
function rotate(older: TokenRecord, intent: PendingToken): TokenRecord {
  const { tokenId, at } = intent
  const rotated: TokenRecord = {
    ...{ ...older, tokenId, lastUsedAt: at, expiresAt: intent.expiresAt ?? older.expiresAt },
    ...{ refreshCount: older.refreshCount + 1, refreshes: thinned([...older.refreshes, at]) },
    ...{ refusal: null, correctedCause: null },
  }
  older.rotated = true
  older.standing = 'forgotten'
  return rotated
}

function refreshToken(state: State, data: EventData<'token.refreshed'>): void {
  withToken(state, data.tokenId, (token) => {
    token.lastUsedAt = data.usedAt
    token.expiresAt = data.expiresAt ?? token.expiresAt
    token.refreshCount += 1
    token.refreshes = thinned([...token.refreshes, data.usedAt])
    token.refusal = null
    token.correctedCause = null
    withClient(state, token.clientId, (client) => {
      client.lastUsedAt = later(client.lastUsedAt, data.usedAt)
    })
  })
}

function refuseToken(state: State, data: EventData<'token.refused'>): void {
  const { tokenId, refusedAt: at, error, subtype, description, status } = data
  withToken(state, tokenId, (token) => {
    const endsSession = isSessionEnd(data) && !(token.refusal && isSessionEnd(token.refusal))
    token.refusal = { verdict: data.verdict as Verdict, error, subtype, description, status, at }
    if (!endsSession) return
    withAccount(state, state.ownerOf.get(tokenId) ?? '', (account) => {
      const lowerMs = Math.max(0, token.lastUsedAt - token.mintedAt)
      const upperMs = Math.max(lowerMs, at - token.mintedAt)
      const end = { clientId: token.clientId, lowerMs, upperMs, at }
      account.sessionEnds = [...account.sessionEnds, end].slice(-remembered)
    })
  })
}

/**
 * `invalid_rapt` and `rapt_required`, where Google puts them and where Chromium has seen them: the organisation's
 * session length (google-oauth.md 2.2 #8).
 */
export function isSessionEnd({
  error,
  subtype,
}: {
  readonly error: string
  readonly subtype: string
}): boolean {
  return /^(invalid_rapt|rapt_required)$/.test(error) || (error === 'invalid_grant' && /rapt/.test(subtype))
}

function later(one: number | null, other: number): number {
  return one === null ? other : Math.max(one, other)
}

function setStanding(state: State, tokenId: string, standing: TokenRecord['standing']): void {
  withToken(state, tokenId, (token) => {
    token.standing = standing
  })
}

function withToken(state: State, tokenId: string, change: (token: TokenRecord) => void): void {
  const token = findToken(state, tokenId)
  if (token) change(token)
}

function withClient(state: State, clientId: string, change: (client: ClientRecord) => void): void {
  const client = state.clients.get(clientId)
  if (client) change(client)
}

function withAccount(state: State, accountId: string, change: (account: AccountRecord) => void): void {
  const account = state.accounts.get(accountId)
  if (account) change(account)
}
