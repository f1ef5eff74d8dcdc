/** What each fact of the ledger means for the state. */
import type { ClientKind } from '../../contract/kinds.ts'
import type { CauseKind, Publishing, UserType, Verdict } from '../../contract/views.ts'
import type { EventData, LatchkeyEvent } from '../ledger/events.ts'
import type { RecordedEvent } from '../ledger/ledger.ts'
import type { AccountRecord, ClientRecord, PendingToken, State, TokenRecord } from './state.ts'
import { findToken, isSessionEnd } from './state.ts'
import { applyServiceEvent } from './apply-service-event.ts'
import { applyDoorEvent } from './apply-door-event.ts'
import { thinned } from './thinned.ts'

/** So many ends of sessions and revocations are remembered for an account. */
const remembered = 12

/** Changes the state by one fact, in place. */
export function applyEvent(state: State, recorded: RecordedEvent<LatchkeyEvent>): void {
  const { at, event } = recorded
  switch (event.type) {
    case 'client.added':
      return addClient(state, event.data, at)
    case 'client.fileUpdated':
      return withClient(state, event.data.clientId, (client) => {
        client.kind = kindFromFile(event.data.kind, client)
        client.projectId = event.data.projectId
        client.redirectUris = event.data.redirectUris
        client.javascriptOrigins = event.data.javascriptOrigins
      })
    case 'client.described':
      return describeClient(state, event.data)
    case 'client.kindChosen':
      return withClient(state, event.data.clientId, (client) => {
        client.kind = event.data.kind as ClientKind
        client.kindChosen = true
      })
    case 'client.authenticationChosen':
      return withClient(state, event.data.clientId, (client) => {
        client.authentication = event.data.authentication === 'basic' ? 'basic' : 'post'
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
      state.activeFor.delete(event.data.clientId)
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
    case 'account.activatedFor':
      return activateFor(state, event.data)
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
      return intendRotation(state, event.data)
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
    case 'grant.revocationIntended':
      return withAccount(state, event.data.accountId, (account) => {
        const { projectNumber } = event.data
        // One before it that has no end may have acted as well.
        account.revoking = [...account.revoking, { projectNumber, at }]
      })
    case 'grant.revoked':
      return withAccount(state, event.data.accountId, (account) => {
        const { projectNumber } = event.data
        // As of the asking: what died of it may have been found dead before this was written.
        const asked = account.revoking.filter((intent) => intent.projectNumber === projectNumber)
        account.revoking = withoutProject(account.revoking, projectNumber)
        const done = asked.length > 0 ? asked : [{ projectNumber, at }]
        account.revocations = [...account.revocations, ...done].slice(-remembered)
      })
    case 'grant.revocationFailed':
      return withAccount(state, event.data.accountId, (account) => {
        account.revoking = withoutProject(account.revoking, event.data.projectNumber)
      })
    case 'folder.ruled':
      state.folderRules.set(event.data.ruleId, event.data)
      return
    case 'folder.ruleRemoved':
      state.folderRules.delete(event.data.ruleId)
      return
    case 'folder.declarationApproved':
      state.approvals.set(event.data.key, {
        ...event.data,
        effect: event.data.effect === 'use' ? 'use' : 'check',
        at,
      })
      return
    case 'folder.declarationWithdrawn':
      state.approvals.delete(event.data.key)
      return
    case 'access.received':
      return receiveAccess(state, event.data, at)
    case 'access.dropped':
      return withAccount(state, event.data.accountId, (account) => {
        account.accesses = account.accesses.filter(({ clientId }) => clientId !== event.data.clientId)
      })
    case 'service.added':
    case 'service.configured':
    case 'service.keyAdded':
    case 'service.keyDated':
    case 'service.keyUsed':
    case 'service.refused':
    case 'service.keyMissing':
    case 'service.keyFound':
    case 'service.keyForgotten':
      return applyServiceEvent(state, event, at)
    case 'lease.given':
    case 'lease.used':
    case 'lease.refused':
    case 'lease.ended':
    case 'doors.locked':
    case 'doors.unlocked':
      return applyDoorEvent(state, event, at)
    case 'ask.refused':
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
    kind: data.kind as ClientKind,
    kindChosen: false,
    authentication: 'post',
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

/** What the person said of it stands, unless the file is of a kind that leaves nothing open. */
function kindFromFile(kind: string, client: ClientRecord): ClientKind {
  return client.kindChosen && kind !== 'web' ? client.kind : (kind as ClientKind)
}

/** Whoever is known keeps what is known of them: client-side answers tell neither name nor domain. */
function receiveAccess(state: State, data: EventData<'access.received'>, at: number): void {
  const known = state.accounts.get(data.accountId)
  const { name, hostedDomain } = known && !known.forgotten ? known : data
  signInAccount(state, { ...data, name, hostedDomain }, at)
  withAccount(state, data.accountId, (account) => {
    const { clientId, asked, granted, receivedAt, expiresAt } = data
    const others = account.accesses.filter((access) => access.clientId !== clientId)
    account.accesses = [...others, { clientId, asked, granted, receivedAt, expiresAt, recordedAt: at }]
  })
  withClient(state, data.clientId, (client) => {
    client.lastUsedAt = later(client.lastUsedAt, data.receivedAt)
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
      accesses: [],
      service: null,
      scopeUses: [],
      sessionEnds: [],
      revocations: [],
      revoking: [],
    })
  }
  state.activeAccountId ??= data.accountId
}

function forgetAccount(state: State, accountId: string): void {
  withAccount(state, accountId, (account) => {
    account.forgotten = true
    account.label = null
    account.accesses = []
  })
  if (state.activeAccountId === accountId) state.activeAccountId = null
  for (const [clientId, active] of state.activeFor) if (active === accountId) state.activeFor.delete(clientId)
}

function activateFor(state: State, { clientId, accountId }: EventData<'account.activatedFor'>): void {
  if (accountId === null) state.activeFor.delete(clientId)
  else state.activeFor.set(clientId, accountId)
}

function withoutProject<T extends { readonly projectNumber: string }>(
  rows: readonly T[],
  projectNumber: string,
): readonly T[] {
  return rows.filter((row) => row.projectNumber !== projectNumber)
}

function intendRotation(state: State, data: EventData<'token.rotationIntended'>): void {
  const { tokenId, replaces, usedAt, expiresAt } = data
  const account = state.accounts.get(state.ownerOf.get(replaces) ?? '')
  const token = findToken(state, replaces)
  if (!account || !token) return
  const { accountId, issuer, sub, email, name, hostedDomain } = account
  const { clientId, asked, granted } = token
  state.pending.set(tokenId, {
    ...{ accountId, issuer, sub, email, name, hostedDomain, clientId, asked, granted },
    ...{ tokenId, replaces, expiresAt, mintedAt: usedAt, at: usedAt },
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
