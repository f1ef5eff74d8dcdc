/** What a revocation is about: everything that one account gave one Google Cloud project (google-oauth.md 3). */
import { projectOf } from '../clients/client-view.ts'
import type { Grant } from '../access/choose-token.ts'
import type { HoldsAccess } from '../grants/grant-view.ts'
import type { AccountRecord, TokenRecord } from '../state/state.ts'
import { isDead } from '../state/state.ts'
import { liveness, liveTokenLimit } from '../tokens/live-count.ts'

export interface AccountProject {
  readonly accountId: string
  /** As `projectOf` tells it. */
  readonly project: string
}

/** No account id holds a blank. */
export function keyOf({ accountId, project }: AccountProject): string {
  return `${accountId} ${project}`
}

/** Held here, and not known dead: with one of these Google can be asked to revoke. */
export function isUsable(token: TokenRecord): boolean {
  return token.standing === 'held' && !isDead(token)
}

/** What an account gave clients of a project without a refresh token, and can still be used: it goes as well. */
export function accessAtRisk(
  { accountId, accesses }: AccountRecord,
  project: string,
  holds: HoldsAccess,
): readonly Grant[] {
  return accesses
    .map(({ clientId }) => ({ accountId, clientId }))
    .filter((grant) => projectOf(grant.clientId) === project && holds(grant))
}

/**
 * The tokens of an account under a project that a revocation ends, as far as is known at `now` (ms, Google's time),
 * newest first: those held here that are not known dead, and those forgotten or missing here that count as live.
 */
export function tokensAtRisk(account: AccountRecord, project: string, now: number): readonly TokenRecord[] {
  const counts = liveness(account.tokens, now)
  const seen = new Map<string, number>()
  const atRisk: TokenRecord[] = []
  for (let index = account.tokens.length - 1; index >= 0; index -= 1) {
    const token = account.tokens[index]
    if (!token || projectOf(token.clientId) !== project) continue
    const live = counts(token)
    const newer = seen.get(token.clientId) ?? 0
    if (live) seen.set(token.clientId, newer + 1)
    // Google ends the oldest beyond a hundred; one that is held is asked all the same.
    if (isUsable(token) || (live && newer < liveTokenLimit)) atRisk.push(token)
  }
  return atRisk
}
