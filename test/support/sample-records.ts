/** Builders of the records that state is made of; each part replaceable. Times hang on `testStart`. */
import type {
  AccountRecord,
  ClientRecord,
  State,
  TokenRecord,
  TokenRefusal,
} from '../../electron/core/state/state.ts'
import { emptyState } from '../../electron/core/state/state.ts'
import { testStart } from './fake-clock.ts'

const auth = 'https://www.googleapis.com/auth/'
export const gmailScope = `${auth}gmail.readonly`
export const calendarScope = `${auth}calendar`
export const cloudScope = `${auth}cloud-platform`
export const openScopes: readonly string[] = ['openid', `${auth}userinfo.email`, `${auth}userinfo.profile`]

/** Projects are told apart by the digits before the `-`. */
export const mailClientId = '111-mail.apps.googleusercontent.com'
export const mailSiblingId = '111-sibling.apps.googleusercontent.com'
export const otherClientId = '222-other.apps.googleusercontent.com'

export function recordedClient(clientId: string, change: Partial<ClientRecord> = {}): ClientRecord {
  return {
    clientId,
    kind: 'installed',
    kindChosen: false,
    authentication: 'post',
    label: clientId,
    projectId: null,
    redirectUris: ['http://localhost'],
    javascriptOrigins: [],
    publishing: 'production',
    userType: 'external',
    addedAt: testStart,
    secretReplacedAt: null,
    secretMissing: false,
    retired: false,
    keepAlive: null,
    lastUsedAt: null,
    refusal: null,
    ...change,
  }
}

/** `number` makes the id; `lastUsedAt` follows `mintedAt` unless given. */
export function recordedToken(number: number, change: Partial<TokenRecord> = {}): TokenRecord {
  const granted = change.granted ?? [...openScopes, calendarScope]
  const mintedAt = change.mintedAt ?? testStart
  return {
    tokenId: `token-${String(number).padStart(4, '0')}`,
    clientId: mailClientId,
    asked: granted,
    granted,
    mintedAt,
    lastUsedAt: mintedAt,
    expiresAt: null,
    standing: 'held',
    testing: false,
    refreshCount: 0,
    refreshes: [],
    refusal: null,
    correctedCause: null,
    dismissed: false,
    rotated: false,
    ...change,
  }
}

/** Google's plain no to a dead token, at `at`. */
export function deadRefusal(at: number, change: Partial<TokenRefusal> = {}): TokenRefusal {
  return {
    verdict: 'dead',
    error: 'invalid_grant',
    subtype: '',
    description: 'Token has been expired or revoked.',
    status: 400,
    at,
    ...change,
  }
}

export function recordedAccount(
  tokens: readonly TokenRecord[],
  change: Partial<AccountRecord> = {},
): AccountRecord {
  return {
    accountId: 'account-0001',
    issuer: 'https://accounts.google.com',
    sub: '1001',
    email: 'asha@example.org',
    name: 'Asha',
    hostedDomain: null,
    label: null,
    firstSignedInAt: testStart,
    lastSignedInAt: testStart,
    forgotten: false,
    tokens: [...tokens],
    accesses: [],
    service: null,
    scopeUses: [],
    sessionEnds: [],
    revocations: [],
    revoking: [],
    ...change,
  }
}

export function recordedState(
  accounts: readonly AccountRecord[],
  clients: readonly ClientRecord[] = [mailClientId, mailSiblingId, otherClientId].map((clientId) =>
    recordedClient(clientId),
  ),
): State {
  const state = emptyState()
  for (const client of clients) state.clients.set(client.clientId, client)
  for (const account of accounts) {
    state.accounts.set(account.accountId, account)
    for (const { tokenId } of account.tokens) state.ownerOf.set(tokenId, account.accountId)
  }
  return state
}
