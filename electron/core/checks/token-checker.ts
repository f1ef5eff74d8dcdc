/** What health checks need of access tokens: to ask Google about one token, and to hear how asking goes. */
import type { AppError } from '../../contract/outcome.ts'
import type { Verdict } from '../../contract/views.ts'

/** What came of one check. What is to be remembered of it is in the ledger by then. */
export type CheckResult =
  | { readonly kind: 'alive' }
  | { readonly kind: 'refused'; readonly verdict: Verdict }
  /** Google does not accept the client; nothing is known about the token. */
  | { readonly kind: 'client-refused' }
  /** Nothing was learned, and the same can succeed later: not before `retryAt`, epoch ms. */
  | { readonly kind: 'passing'; readonly error: AppError; readonly retryAt: number }
  /** Google could not be asked: no secret, no keychain, no room on the disk. */
  | { readonly kind: 'unavailable'; readonly error: AppError }

export interface TokenChecker {
  /** Asks by a refresh. `byHand` asks also where waiting was agreed, and about dead tokens. */
  check(tokenId: string, options: { readonly byHand: boolean }): Promise<CheckResult>
  /** `retryAt`, epoch ms: the end of the wait after a failure in passing. */
  status(tokenId: string): { readonly retryAt: number | null }
  /** The waits that came of a missing network are over. */
  networkReturned(): void
  /** Instants that were noted by the clock as it was may be wrong. */
  clockJumped(): void
}
