/** The life of the one client: deleted by hand or of idleness, restorable for a while (google-oauth.md 2.2, row 10). */
import { practiceClient } from './client.ts'
import type { PracticeState } from './state.ts'
import { addMonths, unusedMonths } from './state.ts'

/** A deleted client can be restored for thirty days. */
const restorableMs = 30 * 24 * 3600 * 1000

/** `gone`: deleted and past restoring; nothing knows it any more. */
export type ClientStanding = 'live' | 'deleted' | 'gone'

/** How the client stands at an instant of practice time, ms. */
export function clientStanding(state: PracticeState, now: number): ClientStanding {
  const deletedAt = clientDeletedAt(state, now)
  if (deletedAt === null) return 'live'
  return now >= deletedAt + restorableMs ? 'gone' : 'deleted'
}

/** By hand, or by itself six calendar months after the last token request that succeeded. */
function clientDeletedAt(state: PracticeState, now: number): number | null {
  const { deletedAt } = state.client
  if (deletedAt !== null) return deletedAt
  const usedAt = lastUse(state)
  const idleEnd = usedAt === null ? null : addMonths(usedAt, unusedMonths)
  return idleEnd !== null && now >= idleEnd ? idleEnd : null
}

/** A state from before uses of the client were written down still has those of its tokens. */
function lastUse({ client, refreshTokens }: PracticeState): number | null {
  if (client.usedAt !== null) return client.usedAt
  return refreshTokens
    .filter((token) => token.clientId === practiceClient.clientId)
    .reduce<number | null>((latest, { lastUsedAt }) => Math.max(latest ?? lastUsedAt, lastUsedAt), null)
}

/** A successful token request keeps the client. */
export function useClient(state: PracticeState, now: number): PracticeState {
  return { ...state, client: { ...state.client, usedAt: now } }
}

/** As in the console. One that is deleted already stays as it is. */
export function deleteClient(state: PracticeState, now: number): PracticeState {
  if (clientStanding(state, now) !== 'live') return state
  return { ...state, client: { ...state.client, deletedAt: now } }
}

/** Undoes a deletion; the idle months begin anew. Null once it is gone for good. */
export function restoreClient(state: PracticeState, now: number): PracticeState | null {
  switch (clientStanding(state, now)) {
    case 'live':
      return state
    case 'deleted':
      return { ...state, client: { usedAt: now, deletedAt: null } }
    case 'gone':
      return null
  }
}

/**
 * Makes a new client in place of one that is gone for good. Practice has only one client id, so the new one has
 * that too, which Google would not do; the secrets and tokens of the old one stay dead.
 */
export function renewGoneClient(state: PracticeState, now: number): PracticeState {
  if (clientStanding(state, now) !== 'gone') return state
  const ofClient = (one: { clientId: string }): boolean => one.clientId === practiceClient.clientId
  return {
    ...state,
    client: { usedAt: now, deletedAt: null },
    clientSecrets: [],
    codes: state.codes.filter((code) => !ofClient(code)),
    accessTokens: state.accessTokens.filter((token) => !ofClient(token)),
    refreshTokens: state.refreshTokens.map((token) =>
      ofClient(token) && token.death === null ? { ...token, death: 'client-gone' } : token,
    ),
  }
}
