import type { NeedView, TokenView } from '../../../electron/contract/views.ts'

/**
 * Whether a token should be renewable from its row: it is dead or missing here, the organisation ended its session,
 * or it is among what needs a person within seven days.
 */
export function isRenewable(token: TokenView, needs: readonly NeedView[]): boolean {
  if (token.standing === 'dead' || token.standing === 'missing') return true
  if (token.standing !== 'held') return false
  if (token.refusal?.error.code === 'session-expired') return true
  return needs.some((need) => need.tokenId === token.tokenId && need.renewable)
}
