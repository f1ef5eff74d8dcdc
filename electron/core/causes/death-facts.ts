/** What the ledger knows around the death of a token. Deaths are found at checks: each lies in a span, not at an instant. */
import { clockToleranceMs, dayMs, minuteMs, sixMonthsMs, testingLifeMs } from '../clocks/durations.ts'
import type { ScopeTraits } from '../clocks/scope-traits.ts'
import { scopeTraits } from '../clocks/scope-traits.ts'
import { testingCertainty } from '../clocks/testing-clock.ts'
import { projectOf as projectOfClient } from '../clients/client-view.ts'
import type { AccountRecord, ClientRecord, State, TokenRecord, TokenRefusal } from '../state/state.ts'
import { isDead } from '../state/state.ts'

/** A span in which something happened, ms: after `from`, at the latest at `to`. */
export interface Span {
  readonly from: number
  readonly to: number
}

export interface DeathFacts {
  readonly token: TokenRecord
  readonly refusal: TokenRefusal
  readonly account: AccountRecord
  /** Null once it was removed here. */
  readonly client: ClientRecord | null
  readonly scopes: ScopeTraits
  /** When Google's refusal was first met, ms. */
  readonly diedAt: number
  /** In which it died: after its last use, before the refusal and before the first clock that surely ended it. */
  readonly span: Span
  /** The seventh day, if the client is or may be in Testing and the token did not outlive it. */
  readonly testing: { readonly at: number; readonly certainty: 'declared' | 'possible' } | null
  /** Other tokens of the account that were alive after all of `span`, having been there before it. */
  readonly survivors: readonly TokenRecord[]
  /** Other tokens of the account that died in an overlapping span, by no clock of their own. */
  readonly diedTogether: readonly TokenRecord[]
}

/** Gathers the facts of a refused token; null when nothing was refused. */
export function deathFacts(token: TokenRecord, account: AccountRecord, state: State): DeathFacts | null {
  const { refusal } = token
  if (!refusal) return null
  const client = state.clients.get(token.clientId) ?? null
  const known = knownSpan(token, refusal)
  const testing = seventhDay(token, client, known)
  const span = { from: known.from, to: Math.max(known.from, surelyOverAt(token, client, known)) }
  const others = account.tokens.filter((other) => other !== token)
  return {
    ...{ token, refusal, account, client, span, testing },
    scopes: scopeTraits(token.granted),
    diedAt: known.to,
    survivors: others.filter((other) => outlived(other, span)),
    diedTogether: others.filter((other) => diedWithin(other, state, span)),
  }
}

export function projectOf(token: TokenRecord): string {
  return projectOfClient(token.clientId)
}

/** From the last sign of life to the refusal. */
function knownSpan(token: TokenRecord, refusal: TokenRefusal): Span {
  return { from: token.lastUsedAt, to: Math.max(token.lastUsedAt, refusal.at) }
}

/** The seventh day where it fell into the span of the death. */
function seventhDay(token: TokenRecord, client: ClientRecord | null, span: Span): DeathFacts['testing'] {
  const certainty = client ? testingCertainty(client, token) : token.testing ? 'declared' : null
  const at = token.mintedAt + testingLifeMs
  return certainty !== null && lies(at, span) ? { at, certainty } : null
}

/** Whether an instant lies in a span; clocks on both ends may differ a little. */
export function lies(at: number, { from, to }: Span): boolean {
  return at + clockToleranceMs > from && at - clockToleranceMs <= to
}

/** The latest instant of the death: at the refusal, or before it at the end of a clock that nothing survives. */
function surelyOverAt(token: TokenRecord, client: ClientRecord | null, span: Span): number {
  const testing = seventhDay(token, client, span)
  const ends = [span.to, span.from + sixMonthsMs.longest]
  if (token.expiresAt !== null && lies(token.expiresAt, span)) ends.push(token.expiresAt)
  if (testing?.certainty === 'declared') ends.push(testing.at)
  return Math.min(...ends)
}

/**
 * Seen alive after the span. Where it still works here, the last minute of the span is enough, because all tokens of
 * an account are checked in one go; of one that is asked no more, that minute proves nothing.
 */
function outlived(other: TokenRecord, { from, to }: Span): boolean {
  const works = other.standing === 'held' && other.refusal === null
  const seenUntil = works ? Math.max(from, to - minuteMs) : to
  return other.mintedAt <= from && other.lastUsedAt > seenUntil
}

/**
 * Two spans from the same round of checks overlap for most of their length; two from successive rounds only by the
 * seconds that a round takes.
 */
function diedWithin(other: TokenRecord, state: State, span: Span): boolean {
  if (!other.refusal || !isDead(other)) return false
  const own = knownSpan(other, other.refusal)
  const overlap = Math.min(own.to, span.to) - Math.max(own.from, span.from)
  const shorter = Math.min(own.to - own.from, span.to - span.from)
  return overlap > Math.min(minuteMs, shorter / 2) && !endedByClock(other, state, own)
}

/** Its own clock explains its death, so that it says nothing about another's. */
function endedByClock(token: TokenRecord, state: State, span: Span): boolean {
  const client = state.clients.get(token.clientId) ?? null
  const ended = token.expiresAt !== null && lies(token.expiresAt, span)
  return ended || seventhDay(token, client, span) !== null || span.from + sixMonthsMs.shortest <= span.to
}

/** A length in days with one decimal. */
export function inDays(ms: number): number {
  return Math.round((ms / dayMs) * 10) / 10
}
