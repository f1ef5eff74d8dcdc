/** The life of a client: deleted by hand or of idleness, restorable for a while (google-oauth.md 2.2, row 10). */
import type { Registered } from './client.ts'
import { usualAddresses } from './client.ts'
import type { ClientRecord, PracticeState } from './state.ts'
import { addMonths, unusedMonths } from './state.ts'

/** A deleted client can be restored for thirty days. */
const restorableMs = 30 * 24 * 3600 * 1000

/** `gone`: deleted and past restoring, or never made; nothing knows it. */
export type ClientStanding = 'live' | 'deleted' | 'gone'

/** How a client stands at an instant of practice time, ms. */
export function clientStanding(state: PracticeState, clientId: string, now: number): ClientStanding {
  const client = state.clients.find((one) => one.clientId === clientId)
  if (client === undefined) return 'gone'
  const deletedAt = clientDeletedAt(state, client, now)
  if (deletedAt === null) return 'live'
  return now >= deletedAt + restorableMs ? 'gone' : 'deleted'
}

/** By hand, or by itself six calendar months after the last token request that succeeded. */
function clientDeletedAt(state: PracticeState, client: ClientRecord, now: number): number | null {
  if (client.deletedAt !== null) return client.deletedAt
  const usedAt = lastUse(state, client)
  const idleEnd = usedAt === null ? null : addMonths(usedAt, unusedMonths)
  return idleEnd !== null && now >= idleEnd ? idleEnd : null
}

/** A state from before uses of the client were written down still has those of its tokens. */
function lastUse({ refreshTokens }: PracticeState, client: ClientRecord): number | null {
  if (client.usedAt !== null) return client.usedAt
  return refreshTokens
    .filter((token) => token.clientId === client.clientId)
    .reduce<number | null>((latest, { lastUsedAt }) => Math.max(latest ?? lastUsedAt, lastUsedAt), null)
}

/** The addresses that a web client has in the console. */
export function registeredOf(state: PracticeState, clientId: string): Registered {
  return state.clients.find((one) => one.clientId === clientId)?.registered ?? usualAddresses
}

/** Changes them, as somebody does in the console; a client that is not there stays so. */
export function register(
  state: PracticeState,
  clientId: string,
  { redirectUris, javascriptOrigins }: Registered,
): PracticeState {
  const registered = { redirectUris: [...redirectUris], javascriptOrigins: [...javascriptOrigins] }
  return withClient(state, clientId, (client) => ({ ...client, registered }))
}

function withClient(
  state: PracticeState,
  clientId: string,
  change: (client: ClientRecord) => ClientRecord,
): PracticeState {
  return {
    ...state,
    clients: state.clients.map((client) => (client.clientId === clientId ? change(client) : client)),
  }
}

/** A successful token request keeps the client. */
export function useClient(state: PracticeState, clientId: string, now: number): PracticeState {
  return withClient(state, clientId, (client) => ({ ...client, usedAt: now }))
}

/** As in the console. One that is deleted already stays as it is. */
export function deleteClient(state: PracticeState, clientId: string, now: number): PracticeState {
  if (clientStanding(state, clientId, now) !== 'live') return state
  return withClient(state, clientId, (client) => ({ ...client, deletedAt: now }))
}

/** Undoes a deletion; the idle months begin anew. Null once it is gone for good. */
export function restoreClient(state: PracticeState, clientId: string, now: number): PracticeState | null {
  switch (clientStanding(state, clientId, now)) {
    case 'live':
      return state
    case 'deleted':
      return withClient(state, clientId, (client) => ({ ...client, usedAt: now, deletedAt: null }))
    case 'gone':
      return null
  }
}

/**
 * Makes a client that is not there yet, or a new one in place of one that is gone for good. Practice has only these
 * client ids, so the new one has the same, which Google would not do; the secrets and tokens of the old one stay
 * dead.
 */
export function makeClient(state: PracticeState, clientId: string, now: number): PracticeState {
  if (clientStanding(state, clientId, now) !== 'gone') return state
  const ofClient = (one: { clientId: string }): boolean => one.clientId === clientId
  const fresh = { clientId, usedAt: now, deletedAt: null, secrets: [] }
  return {
    ...state,
    clients: [...state.clients.filter((one) => !ofClient(one)), fresh],
    codes: state.codes.filter((code) => !ofClient(code)),
    deviceCodes: state.deviceCodes.filter((code) => !ofClient(code)),
    accessTokens: state.accessTokens.filter((token) => !ofClient(token)),
    refreshTokens: state.refreshTokens.map((token) =>
      ofClient(token) && token.death === null ? { ...token, death: 'client-gone' } : token,
    ),
  }
}

/** Makes the client, or restores it where it is deleted; the idle months begin with its first download. */
export function downloadClient(
  state: PracticeState,
  clientId: string,
  restore: boolean,
  now: number,
): PracticeState {
  const made = makeClient(state, clientId, now)
  const client = made.clients.find((one) => one.clientId === clientId)
  if (client?.usedAt === null) return useClient(made, clientId, now)
  return restore ? (restoreClient(made, clientId, now) ?? made) : made
}
