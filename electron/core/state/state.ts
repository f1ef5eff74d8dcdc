/** The state of a profile: a pure fold over its ledger. Mutated only in `applyEvent`, for the speed of start-up. */
import type { Publishing, UserType } from '../../contract/views.ts'
import type { RecordedEvent } from '../ledger/ledger.ts'
import type { EventData, LatchkeyEvent } from '../ledger/events.ts'

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
  readonly expiresAt: number | null
  standing: 'held' | 'missing' | 'forgotten'
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
}

/** A sign-in between its intent and its end. Only a crash leaves one behind. */
export type PendingToken = EventData<'token.intended'> & { readonly at: number }

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
      return withClient(state, event.data.clientId, (client) => {
        client.label = event.data.label
        client.publishing = event.data.publishing as Publishing
        client.userType = event.data.userType as UserType
      })
    case 'client.secretReplaced':
      return withClient(state, event.data.clientId, (client) => {
        client.secretReplacedAt = at
        client.secretMissing = false
      })
    case 'client.secretMissing':
      return withClient(state, event.data.clientId, (client) => {
        client.secretMissing = true
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
      state.pending.set(event.data.tokenId, { ...event.data, at })
      return
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

function mintToken(state: State, tokenId: string): void {
  const intent = state.pending.get(tokenId)
  if (!intent) return
  state.pending.delete(tokenId)
  withAccount(state, intent.accountId, (account) => {
    state.ownerOf.set(tokenId, account.accountId)
    account.tokens.push({
      tokenId,
      clientId: intent.clientId,
      asked: intent.asked,
      granted: intent.granted,
      mintedAt: intent.at,
      lastUsedAt: intent.at,
      expiresAt: intent.expiresAt,
      standing: 'held',
    })
  })
}

function setStanding(state: State, tokenId: string, standing: TokenRecord['standing']): void {
  const token = findToken(state, tokenId)
  if (token) token.standing = standing
}

function withClient(state: State, clientId: string, change: (client: ClientRecord) => void): void {
  const client = state.clients.get(clientId)
  if (client) change(client)
}

function withAccount(state: State, accountId: string, change: (account: AccountRecord) => void): void {
  const account = state.accounts.get(accountId)
  if (account) change(account)
}
