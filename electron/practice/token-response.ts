/** The tokens of an answer: what every grant of a person ends with (google-oauth.md 1.8, 2.1). */
import { accountBySub } from './accounts.ts'
import { jsonAnswer } from './answers.ts'
import { useClient } from './client-life.ts'
import type { ActiveFaults } from './faults.ts'
import { hasIdentity, signIdToken } from './id-token.ts'
import { hashSecret } from './secrets.ts'
import type { Answer } from './server.ts'
import type { PracticeState } from './state.ts'
import { accessSeconds, addAccessToken, mintRefreshTokens, timeBasedSeconds } from './state.ts'
import type { PracticeWorld } from './world.ts'
import { issueSecret } from './world.ts'

interface Allowed {
  readonly sub: string
  readonly clientId: string
  readonly scopes: readonly string[]
  readonly nonce: string | null
  /** Whether a refresh token belongs to it, and whether that one ends by itself. */
  readonly refreshToken: boolean
  readonly timeBased: boolean
}

/** The first tokens of a consent. `spend` uses up what they were asked for with, in the same save. */
export async function firstTokens(
  world: PracticeWorld,
  allowed: Allowed,
  faults: ActiveFaults,
  spend: (state: PracticeState) => PracticeState,
): Promise<Answer> {
  const { sub, clientId, scopes, timeBased } = allowed
  const withRefresh = allowed.refreshToken && !faults.has('no-refresh-token')
  const bytes = faults.find('token-sizes')?.refreshToken
  const refreshToken = withRefresh ? issueSecret(world, 'refresh-token', clientId, bytes) : null
  const saved = world.store.change((state) => {
    const spent = useClient(spend(state), clientId, world.now())
    if (refreshToken === null) return spent
    const hashes = [hashSecret(refreshToken)]
    return mintRefreshTokens(spent, { hashes, sub, clientId, scopes, timeBased }, world.now())
  })
  const [response] = await Promise.all([
    tokenResponse(world, { ...allowed, offline: withRefresh }, faults),
    saved,
  ])
  return jsonAnswer(200, {
    ...response,
    ...(refreshToken !== null && { refresh_token: refreshToken }),
    ...(refreshToken !== null && timeBased && { refresh_token_expires_in: timeBasedSeconds }),
  })
}

interface Granted {
  readonly sub: string
  readonly clientId: string
  readonly scopes: readonly string[]
  readonly nonce: string | null
  readonly offline: boolean
}

/** The fields that a first answer and a refresh share. */
export async function tokenResponse(
  world: PracticeWorld,
  granted: Granted,
  faults: ActiveFaults,
): Promise<Record<string, unknown>> {
  const account = accountBySub(granted.sub)
  const bytes = faults.find('token-sizes')?.accessToken
  const accessToken = newAccessToken(world, granted, bytes)
  const tellsWho = account !== null && hasIdentity(granted.scopes) && !faults.has('no-id-token')
  return {
    access_token: accessToken,
    expires_in: accessSeconds,
    ...(!faults.has('no-scope') && { scope: granted.scopes.join(' ') }),
    token_type: faults.find('token-type')?.value ?? 'Bearer',
    ...(tellsWho && { id_token: await signIdToken(world, { ...granted, account, accessToken }, faults) }),
  }
}

/** A new access token, an hour of practice time valid. `bytes` is its length, usual when left out. */
export function newAccessToken(
  world: PracticeWorld,
  { sub, clientId, scopes, offline }: Omit<Granted, 'nonce'>,
  bytes?: number,
): string {
  const accessToken = issueSecret(world, 'access-token', clientId, bytes)
  const expiresAt = world.now() + accessSeconds * 1000
  const token = { hash: hashSecret(accessToken), sub, clientId, scopes: [...scopes], offline, expiresAt }
  world.store.note((state) => addAccessToken(state, token, world.now()))
  return accessToken
}
