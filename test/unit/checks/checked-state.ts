/** States for checks: one account, as many tokens and clients as a test names. */
import type { Verdict } from '../../../electron/contract/views.ts'
import type { ClientRecord, State, TokenRecord, TokenRefusal } from '../../../electron/core/state/state.ts'
import { emptyState } from '../../../electron/core/state/state.ts'
import { testStart } from '../../support/fake-clock.ts'

export const accountId = 'account-0001'

export function tokenNumber(number: number): string {
  return `token-${String(number).padStart(5, '0')}`
}

/** Used last a year before the start of the test, so that it is due under every schedule. */
export function heldToken(number: number, change: Partial<TokenRecord> = {}): TokenRecord {
  const longAgo = testStart - 365 * 24 * 3_600_000
  return {
    tokenId: tokenNumber(number),
    clientId: 'client-1',
    asked: [],
    granted: [],
    mintedAt: longAgo,
    lastUsedAt: longAgo,
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

export function refusalAt(at: number, verdict: Verdict): TokenRefusal {
  return { verdict, error: 'invalid_grant', subtype: '', description: '', status: 400, at }
}

export function clientNumber(number: number, change: Partial<ClientRecord> = {}): ClientRecord {
  return {
    clientId: `client-${number}`,
    kind: 'installed',
    label: `Client ${number}`,
    projectId: null,
    redirectUris: [],
    javascriptOrigins: [],
    publishing: 'unknown',
    userType: 'unknown',
    addedAt: 0,
    secretReplacedAt: null,
    secretMissing: false,
    retired: false,
    keepAlive: null,
    lastUsedAt: null,
    refusal: null,
    ...change,
  }
}

export function checkedState(tokens: TokenRecord[], clients: readonly ClientRecord[]): State {
  const state = emptyState()
  for (const client of clients) state.clients.set(client.clientId, client)
  for (const { tokenId } of tokens) state.ownerOf.set(tokenId, accountId)
  state.accounts.set(accountId, {
    accountId,
    issuer: 'https://accounts.google.com',
    sub: '1',
    email: 'asha@example.org',
    name: null,
    hostedDomain: null,
    label: null,
    firstSignedInAt: 0,
    lastSignedInAt: 0,
    forgotten: false,
    tokens,
    sessionEnds: [],
    revocations: [],
  })
  return state
}
