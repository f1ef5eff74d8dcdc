/** Asks Google, by a refresh, whether a token outlived a revocation. */
import type { AppError } from '../../contract/outcome.ts'
import type { AccessTokens, CheckResult } from '../access/access-tokens.ts'

/** As much of access tokens as a revocation needs. */
export type RevocationAccess = Pick<AccessTokens, 'check' | 'drop' | 'status'>

export type Verified =
  | { readonly found: 'dead' }
  | { readonly found: 'alive' }
  /** `error`: why, where it is known. `lasting`: to ask again would tell no more. */
  | { readonly found: 'unknown'; readonly error: AppError | null; readonly lasting: boolean }

/**
 * Whether a token works now. A refresh that was under way before is waited for first: it may be the answer to a
 * question from before the revocation.
 */
export async function verifyToken(access: RevocationAccess, tokenId: string): Promise<Verified> {
  if (access.status(tokenId).running) await access.check(tokenId, { byHand: true })
  return meaningOf(await access.check(tokenId, { byHand: true }))
}

function meaningOf(result: CheckResult): Verified {
  switch (result.kind) {
    case 'alive':
      return { found: 'alive' }
    case 'refused':
      // What waits for a person or is a fault of ours says nothing about the revocation, today or tomorrow.
      return result.verdict === 'dead' ? { found: 'dead' } : { found: 'unknown', error: null, lasting: true }
    case 'client-refused':
      return { found: 'unknown', error: null, lasting: true }
    case 'passing':
      return { found: 'unknown', error: result.error, lasting: false }
    case 'unavailable': {
      const { error } = result
      const gone = error.code === 'keychain-item-missing' || error.code === 'no-usable-token'
      return { found: 'unknown', error, lasting: gone }
    }
  }
}
