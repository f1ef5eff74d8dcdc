/** All clocks that a token lives under, and the next one (DESIGN section 5). Pure: ledger, client facts and `now`. */
import type { ClockKind, ClockView } from '../../contract/views.ts'
import type { AccountRecord, ClientRecord, State, TokenRecord } from '../state/state.ts'
import { isDead } from '../state/state.ts'
import { liveness } from '../tokens/live-count.ts'
import type { ClockFacts } from './clock-facts.ts'
import { clockFacts } from './clock-facts.ts'
import {
  accountCapClock,
  evictionClock,
  passwordClock,
  possibleSessionClock,
  revocationClock,
} from './conditions.ts'
import { idleClock, tokenClientIdleClock } from './idle-clocks.ts'
import { sessionClock } from './session-clock.ts'
import { timeBasedClock } from './stated-end.ts'
import { testingClock } from './testing-clock.ts'

/** In the order that settles a draw: what is surer, or more easily mended, is named first. */
const instantRules: readonly ((facts: ClockFacts) => ClockView | null)[] = [
  timeBasedClock,
  testingClock,
  sessionClock,
  idleClock,
  tokenClientIdleClock,
]
const conditionRules: readonly ((facts: ClockFacts) => ClockView | null)[] = [
  passwordClock,
  possibleSessionClock,
  revocationClock,
]

/** The clocks with an instant of one token at `now` (ms), soonest first, merely possible ones among them. */
export function instantClocks(
  account: AccountRecord,
  client: ClientRecord,
  token: TokenRecord,
  now: number,
): readonly ClockView[] {
  return ofRules(instantRules, clockFacts(account, client, token, now)).sort(soonestFirst)
}

/**
 * The clocks of all tokens of an account at `now` (ms, Google's time), by token id: those with an instant first,
 * soonest first, then the conditions. Dead and dismissed tokens have none, nor those of removed clients. For one
 * account at once, because eviction goes by the order of minting.
 */
export function accountClocks(
  account: AccountRecord,
  state: State,
  now: number,
): ReadonlyMap<string, readonly ClockView[]> {
  const clocks = new Map<string, readonly ClockView[]>()
  const newerLive = new Map<string, number>()
  const counts = liveness(account.tokens, now)
  const cap = accountCapClock(new Set(account.tokens.filter(counts).map((token) => token.clientId)).size)
  for (let index = account.tokens.length - 1; index >= 0; index -= 1) {
    const token = account.tokens[index]
    if (!token) continue
    const newer = newerLive.get(token.clientId) ?? 0
    const live = counts(token)
    if (live) newerLive.set(token.clientId, newer + 1)
    const client = state.clients.get(token.clientId)
    if (!client || isDead(token) || token.dismissed) continue
    const facts = clockFacts(account, client, token, now)
    const own = ofRules(instantRules, facts).sort(soonestFirst)
    if (live) own.push(evictionClock(newer))
    if (cap) own.push(cap)
    clocks.set(token.tokenId, own.concat(ofRules(conditionRules, facts)))
  }
  return clocks
}

/** The earliest clock with an instant that is not merely possible, or null. Takes any list of one token's clocks. */
export function nextDeadline(clocks: readonly ClockView[]): ClockView | null {
  let next: ClockView | null = null
  let nextAt = Infinity
  for (const clock of clocks) {
    if (clock.at === null || clock.at >= nextAt || clock.certainty === 'possible') continue
    next = clock
    nextAt = clock.at
  }
  return next
}

/** Clocks that a successful refresh puts off. */
export function isPutOffByUse(kind: ClockKind): boolean {
  return kind === 'idle' || kind === 'client-idle'
}

function ofRules(
  rules: readonly ((facts: ClockFacts) => ClockView | null)[],
  facts: ClockFacts,
): ClockView[] {
  const clocks: ClockView[] = []
  for (const rule of rules) {
    const clock = rule(facts)
    if (clock) clocks.push(clock)
  }
  return clocks
}

function soonestFirst(one: ClockView, other: ClockView): number {
  return (one.at ?? Infinity) - (other.at ?? Infinity)
}
