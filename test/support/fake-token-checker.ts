import { appError } from '../../electron/contract/outcome.ts'
import type { CheckResult } from '../../electron/core/access/access-tokens.ts'
import type { TokenChecker } from '../../electron/core/checks/token-checker.ts'

export interface FakeTokenChecker extends TokenChecker {
  /** Every check asked for, in order. */
  readonly asked: readonly { readonly tokenId: string; readonly byHand: boolean }[]
  /** How many were asked together at most. */
  readonly mostAtOnce: number
  readonly running: number
  readonly told: readonly ('networkReturned' | 'clockJumped')[]
  /** What a check comes to; by default the token is alive. */
  answer: (tokenId: string) => CheckResult | Promise<CheckResult>
}

export function fakeTokenChecker(): FakeTokenChecker {
  const asked: { tokenId: string; byHand: boolean }[] = []
  const told: ('networkReturned' | 'clockJumped')[] = []
  let running = 0
  let mostAtOnce = 0
  const checker: FakeTokenChecker = {
    asked,
    told,
    get running() {
      return running
    },
    get mostAtOnce() {
      return mostAtOnce
    },
    answer: () => ({ kind: 'alive' }),
    async check(tokenId, { byHand }) {
      asked.push({ tokenId, byHand })
      running += 1
      mostAtOnce = Math.max(mostAtOnce, running)
      try {
        return await checker.answer(tokenId)
      } finally {
        running -= 1
      }
    },
    status: () => ({ retryAt: null }),
    networkReturned: () => void told.push('networkReturned'),
    clockJumped: () => void told.push('clockJumped'),
  }
  return checker
}

/** Nothing came through; to be tried again at `retryAt`, epoch ms. */
export function offline(retryAt: number): CheckResult {
  return { kind: 'passing', error: appError('network-offline'), retryAt }
}
