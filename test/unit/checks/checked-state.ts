/** States for checks: one account, as many tokens and clients as a test names. */
import type { Verdict } from '../../../electron/contract/views.ts'
import type { ClientRecord, State, TokenRecord, TokenRefusal } from '../../../electron/core/state/state.ts'
import { emptyState } from '../../../electron/core/state/state.ts'
import { testStart } from '../../support/fake-clock.ts'
import { recordedAccount, recordedClient, recordedToken } from '../../support/sample-records.ts'

export const accountId = 'account-0001'

export function tokenNumber(number: number): string {
  return `token-${String(number).padStart(5, '0')}`
}

/** Used last a year before the start of the test, so that it is due under every schedule. */
export function heldToken(number: number, change: Partial<TokenRecord> = {}): TokenRecord {
  const tokenId = tokenNumber(number)
  const mintedAt = testStart - 365 * 24 * 3_600_000
  return recordedToken(number, { tokenId, clientId: 'client-1', granted: [], mintedAt, ...change })
}

export function refusalAt(at: number, verdict: Verdict): TokenRefusal {
  return { verdict, error: 'invalid_grant', subtype: '', description: '', status: 400, at }
}

export function clientNumber(number: number, change: Partial<ClientRecord> = {}): ClientRecord {
  const unknown = { publishing: 'unknown', userType: 'unknown' } as const
  return recordedClient(`client-${number}`, { label: `Client ${number}`, ...unknown, ...change })
}

export function checkedState(tokens: TokenRecord[], clients: readonly ClientRecord[]): State {
  const state = emptyState()
  for (const client of clients) state.clients.set(client.clientId, client)
  for (const { tokenId } of tokens) state.ownerOf.set(tokenId, accountId)
  // The very list, so that a test can change it.
  state.accounts.set(accountId, recordedAccount([], { accountId, tokens }))
  return state
}
