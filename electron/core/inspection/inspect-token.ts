/** What Google says of an access token against what is believed here (google-oauth.md 2.4, 4.1). */
import type { Inspection } from '../../contract/inspection.ts'
import type { Outcome } from '../../contract/outcome.ts'
import { fail, ok } from '../../contract/outcome.ts'
import { declinedScopes } from '../../contract/scopes/scope-sets.ts'
import type { AccessToken } from '../access/access-tokens.ts'
import type { Grant } from '../access/choose-token.ts'
import type { AccessSource } from '../access/grant-access.ts'
import type { HttpResult } from '../ports.ts'
import type { ProfileContext } from '../profile-context.ts'
import type { Secret } from '../secret.ts'
import type { AccountRecord } from '../state/state.ts'
import { findToken } from '../state/state.ts'
import type { TokenInfo } from './tokeninfo-answer.ts'
import { readTokenInfo } from './tokeninfo-answer.ts'

/** Google's bounds, bytes (google-oauth.md 2.4). */
const accessLimit = 2048
const refreshLimit = 512
/** Seconds are cut and answers take their time: ends closer together than this are the same, ms. */
const toleranceMs = 5000
/** As much as the view takes. */
const longestText = 320
const longestAccessType = 40

export interface Asked {
  readonly result: HttpResult
  /** By Google's time, ms. */
  readonly sentAt: number
  readonly answeredAt: number
}

/**
 * Asks tokeninfo about the access token of a grant: the one that a copy gave or would give now. What differs is
 * only told; nothing here is changed by it, because tokeninfo is for debugging. The token travels in a header,
 * never in an address, and its text is in no answer of this.
 *
 * One that Google does not recognise is not given to anybody again: the next who asks gets a new one.
 *
 * Errors: those of `GrantAccess.get` and of `readTokenInfo`.
 */
export async function inspectToken(
  context: ProfileContext,
  access: AccessSource,
  grant: Grant,
): Promise<Outcome<Inspection>> {
  const given = await access.get(grant, { minTtlMs: 0 })
  if (given.kind === 'aborted') return fail('internal')
  if (given.kind === 'failed') return { ok: false, error: given.error }
  const { token } = given
  const asked = await askTokenInfo(context, token.secret)
  const told = readTokenInfo(asked.result, token.secret)
  if (!told.ok) {
    if (told.error.code === 'inspection-refused') access.forgetAccess(token.tokenId)
    return told
  }
  const account = context.ledger.state().accounts.get(grant.accountId)
  if (!account) return fail('not-found')
  return ok({
    ...compare(context, { grant, account, token }, told.value, asked),
    sizes: {
      accessBytes: token.secret.byteLength,
      accessLimit,
      refreshBytes: await refreshTokenSize(context, token.tokenId),
      refreshLimit,
    },
  })
}

/** Sends an access token to tokeninfo, in a header. */
export async function askTokenInfo(context: ProfileContext, token: Secret): Promise<Asked> {
  const { ports, issuer } = context
  const sentAt = context.now()
  const headers = { authorization: `Bearer ${token.reveal()}`, accept: 'application/json' }
  const result = await ports.http.fetch(issuer.tokeninfoEndpoint, { method: 'POST', headers })
  return { result, sentAt, answeredAt: context.now() }
}

function compare(
  context: ProfileContext,
  believed: { readonly grant: Grant; readonly account: AccountRecord; readonly token: AccessToken },
  told: TokenInfo,
  asked: Asked,
): Omit<Inspection, 'sizes'> {
  const { grant, account, token } = believed
  const { clientId } = grant
  const granted = findToken(context.ledger.state(), token.tokenId)?.granted ?? token.scopes
  return {
    tokenId: token.tokenId,
    clientId,
    audience: comparedText(told.audience, clientId),
    authorizedParty: comparedText(told.authorizedParty, clientId),
    // Google tells addresses apart by neither case.
    email: comparedText(told.email, account.email, (text) => text.toLowerCase()),
    sameAccount: told.sub === null ? null : told.sub === account.sub,
    scopes: comparedScopes(told.scopes, granted),
    expiresAt: comparedEnd(toldEnd(told, asked), token.expiresAt),
    accessType: told.accessType?.slice(0, longestAccessType) ?? null,
  }
}

function comparedText(
  told: string | null,
  believed: string,
  spelling: (text: string) => string = (text) => text,
): Inspection['audience'] {
  const same = told === null ? null : spelling(told) === spelling(believed)
  return { told: told?.slice(0, longestText) ?? null, believed, same }
}

/** Where nothing is said of scopes, nothing differs. */
function comparedScopes(told: readonly string[] | null, granted: readonly string[]): Inspection['scopes'] {
  if (told === null) return { told: [], onlyTold: [], onlyBelieved: [] }
  return {
    told: [...told],
    onlyTold: [...declinedScopes(told, granted)],
    onlyBelieved: [...declinedScopes(granted, told)],
  }
}

function comparedEnd(told: number | null, believed: number): Inspection['expiresAt'] {
  return { told, believed, same: told === null ? null : Math.abs(told - believed) <= toleranceMs }
}

/**
 * When the token ends by what Google says, ms. A clock here that is off by less than is corrected would show as a
 * difference that is none: then what counts is how long the token has left by Google's own clock.
 */
export function toldEnd({ endsAt, endsIn }: TokenInfo, { sentAt, answeredAt }: Asked): number | null {
  const end = endsAt === null ? null : endsAt * 1000
  if (endsIn === null) return end
  const [earliest, latest] = [sentAt + endsIn * 1000, answeredAt + endsIn * 1000]
  const clocksAgree = end !== null && end >= earliest - toleranceMs && end <= latest + toleranceMs
  return clocksAgree ? end : Math.round(latest)
}

/** Bytes of the refresh token behind it; null where there is none, or the keychain does not give it. */
async function refreshTokenSize(
  { ledger, ports, services }: ProfileContext,
  tokenId: string,
): Promise<number | null> {
  if (!findToken(ledger.state(), tokenId)) return null
  const read = await ports.secretStore.get(services.refreshToken, tokenId)
  return read.ok ? (read.value?.byteLength ?? null) : null
}
