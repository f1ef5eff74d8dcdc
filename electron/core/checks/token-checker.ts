/** What health checks need of access tokens: to ask Google about one token, and to hear how asking goes. */
import type { CheckResult } from '../access/access-tokens.ts'

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
