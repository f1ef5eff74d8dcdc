import type { AccountRecord, TokenRecord } from '../state/state.ts'
import { isDead } from '../state/state.ts'
import { lies, projectOf } from './death-facts.ts'

export interface RevocationFromHere {
  readonly at: number
  /** False while it is not known what came of the request. */
  readonly known: boolean
}

/**
 * The revocation from here that explains the death of a token, or null: of its project, after it was minted, and
 * between its last use and the refusal. One that Google was asked for and that has no end yet explains it as well;
 * what happened at Google is then known by the death alone.
 */
export function revocationThatEnded(account: AccountRecord, token: TokenRecord): RevocationFromHere | null {
  if (!token.refusal || !isDead(token)) return null
  const within = { from: token.lastUsedAt, to: Math.max(token.lastUsedAt, token.refusal.at) }
  const explains = ({
    projectNumber,
    at,
  }: {
    readonly projectNumber: string
    readonly at: number
  }): boolean => projectNumber === projectOf(token) && at >= token.mintedAt && lies(at, within)
  const done = account.revocations.find(explains)
  if (done) return { at: done.at, known: true }
  const asked = account.revoking.find(explains)
  return asked ? { at: asked.at, known: false } : null
}
