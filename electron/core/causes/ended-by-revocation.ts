import { clockToleranceMs, minuteMs } from '../clocks/durations.ts'
import type { AccountRecord, TokenRecord } from '../state/state.ts'
import { isDead } from '../state/state.ts'
import { projectOf } from './death-facts.ts'

export interface RevocationFromHere {
  readonly at: number
  /** False while it is not known what came of the request. */
  readonly known: boolean
}

/**
 * So long after the asking a revocation explains the death of a token that was still seen alive, ms. Google only says
 * that the full effect can take a while (google-oauth.md 3); the last of our own looks comes after six minutes. What
 * lives longer than this has outlived it, and dies of something else.
 */
const lagAtMostMs = 60 * minuteMs

/** Whether a revocation asked for at `at` (ms) could have ended a token, by what is known of its life. */
export function couldHaveEnded({ mintedAt, lastUsedAt }: TokenRecord, at: number): boolean {
  return at >= mintedAt && lastUsedAt < at + lagAtMostMs
}

/**
 * The revocation from here that explains the death of a token, or null: of its project, after it was minted, before
 * the refusal, and not long before its last use. One that Google was asked for and that has no end yet explains it as
 * well; what happened at Google is then known by the death alone.
 */
export function revocationThatEnded(account: AccountRecord, token: TokenRecord): RevocationFromHere | null {
  if (!token.refusal || !isDead(token)) return null
  const diedBy = Math.max(token.lastUsedAt, token.refusal.at)
  const explains = ({
    projectNumber,
    at,
  }: {
    readonly projectNumber: string
    readonly at: number
  }): boolean =>
    projectNumber === projectOf(token) && couldHaveEnded(token, at) && at - clockToleranceMs <= diedBy
  const done = account.revocations.find(explains)
  if (done) return { at: done.at, known: true }
  const asked = account.revoking.find(explains)
  return asked ? { at: asked.at, known: false } : null
}
