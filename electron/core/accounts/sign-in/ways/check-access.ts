/**
 * Whether an access token that came through a browser is what was asked for. Anybody could have put another one in
 * its place, so that nothing of it is used before Google has said for which client it is (google-oauth.md 4.1).
 */
import type { AppError } from '../../../../contract/outcome.ts'
import { appError } from '../../../../contract/outcome.ts'
import type { TokenInfo } from '../../../inspection/tokeninfo-answer.ts'
import { readTokenInfo } from '../../../inspection/tokeninfo-answer.ts'
import type { ProfileContext } from '../../../profile-context.ts'
import type { ArrivedToken } from './fragment-answer.ts'
import type { Obtained, ReceivedAccess } from './way.ts'

/** As much as is kept of an address. */
const longestEmail = 320

/**
 * Asks tokeninfo. The token travels in a header, never in an address.
 *
 * Errors: `access-unchecked` where Google could not be asked, `foreign-token-unknown` where it does not know the
 * token, `access-for-another-client`, `nothing-granted`, and `access-malformed` where it does not say whose it is or
 * it has run out.
 */
export async function checkAccess(
  { ports, issuer, now }: ProfileContext,
  arrived: ArrivedToken,
  { clientId, signal }: { readonly clientId: string; readonly signal: AbortSignal },
): Promise<Obtained> {
  const sentAt = ports.clock.now()
  const headers = { authorization: `Bearer ${arrived.token.reveal()}`, accept: 'application/json' }
  const result = await ports.http.fetch(issuer.tokeninfoEndpoint, { method: 'POST', headers, signal })
  if (result.kind === 'aborted') return result
  const told = readTokenInfo(result, arrived.token)
  if (!told.ok) {
    const unknown = told.error.code === 'inspection-refused'
    return failed(appError(unknown ? 'foreign-token-unknown' : 'access-unchecked'))
  }
  const info = told.value
  // By Google's time when it was asked: this very answer may have told that the clock here is wrong.
  const receivedAt = Math.round(Math.min(sentAt + now() - ports.clock.now(), now()))
  if (!isFor(info, clientId)) return failed(appError('access-for-another-client'))
  const value = received(arrived, info, issuer.identity, receivedAt)
  if ('error' in value) return failed(value.error)
  if (value.expiresAt <= now()) return failed(malformed('it has run out already'))
  return { kind: 'access-token', value }
}

function isFor({ audience, authorizedParty }: TokenInfo, clientId: string): boolean {
  return audience === clientId && (authorizedParty === null || authorizedParty === clientId)
}

function received(
  arrived: ArrivedToken,
  info: TokenInfo,
  issuer: string,
  receivedAt: number,
): ReceivedAccess | { readonly error: AppError } {
  const { sub, email, scopes } = info
  if (sub === null || email === null) return { error: malformed('Google does not say whose it is') }
  if (scopes === null || scopes.length === 0) return { error: appError('nothing-granted') }
  return {
    identity: { issuer, sub, email: email.slice(0, longestEmail), name: null, hostedDomain: null },
    accessToken: arrived.token,
    granted: scopes,
    receivedAt,
    expiresAt: endOf(arrived, info, receivedAt),
  }
}

/** The soonest of all that was said of it: too early an end does less harm than one that never comes. */
function endOf({ lifetimeMs }: ArrivedToken, { endsAt, endsIn }: TokenInfo, receivedAt: number): number {
  return Math.min(
    receivedAt + lifetimeMs,
    endsAt === null ? Infinity : endsAt * 1000,
    endsIn === null ? Infinity : receivedAt + endsIn * 1000,
  )
}

const malformed = (reason: string): AppError => appError('access-malformed', { reason })
const failed = (error: AppError): Obtained => ({ kind: 'failed', error })
