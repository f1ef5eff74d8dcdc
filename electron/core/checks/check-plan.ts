/**
 * Which tokens are asked about unasked, and when. A check is a refresh and so a use: it resets the six months of
 * the token and of its client (google-oauth.md 2.2, rows 2 and 10). Therefore only tokens that are kept alive
 * are checked, and no oftener than it takes to know.
 */
import type { CheckEvery } from '../../contract/views.ts'
import { dayMs, hourMs, minuteMs } from '../clocks/durations.ts'
import type { ClientRecord, State, TokenRecord } from '../state/state.ts'
import { isDead, keepsAlive } from '../state/state.ts'

/** A client that Google does not accept is tried this often, with one of its tokens, ms. */
const refusedClientEveryMs = hourMs
/** A token that Google refuses but that can come back is asked about at most this often, ms. */
const refusedTokenEveryMs = dayMs
/** So long after a deadline it has had its effect at Google, ms. */
const afterDeadlineMs = minuteMs
/** Instants further ahead than this come from a clock that was wrong, ms; they say nothing about now. */
const aheadMs = 5 * minuteMs
/** Tokens that were used together drift apart by up to this share of the interval. */
const planJitter = 0.1

/** What a plan is made from besides the state; all instants epoch ms. */
export interface PlanRules {
  readonly now: number
  /** How long a token may go without a look, ms. */
  readonly everyMs: number
  /** Up to which share of `everyMs` it may be longer, by a measure that each token keeps. */
  readonly jitter: number
  /** When Google last answered about the token, where that is not in the state. */
  readonly lookedAt: (tokenId: string) => number | null
  /** The same for a client. */
  readonly clientLookedAt: (clientId: string) => number | null
  /** When to try again after a failure that passes; null when the last try did not fail so. */
  readonly retryAt: (tokenId: string) => number | null
  /** When one of Google's rules may end the token, whether that has passed or not; null where none has an instant. */
  readonly deadlineOf: (token: TokenRecord) => number | null
}

export interface PlannedCheck {
  readonly tokenId: string
  /** Not after now means that it is due. */
  readonly at: number
}

/** What the setting means, ms; null for never. */
export function checkIntervalMs(every: CheckEvery): number | null {
  switch (every) {
    case 'day':
      return dayMs
    case 'week':
      return 7 * dayMs
    case 'month':
      return 30 * dayMs
    case 'never':
      return null
  }
}

/** The rules of the schedule; of `everyMs` the person's setting says how long it is. */
export function scheduleRules(rules: Omit<PlanRules, 'jitter'>): PlanRules {
  return { ...rules, jitter: planJitter }
}

/** The rules of a start, a resume or a return of the network: whatever nobody looked at within the hour. */
export function roundRules(rules: Omit<PlanRules, 'jitter' | 'everyMs'>): PlanRules {
  return { ...rules, everyMs: hourMs, jitter: 0 }
}

/** The next check of every token that gets one, soonest first. Of a refused client's tokens only one does. */
export function plannedChecks(state: State, rules: PlanRules): readonly PlannedCheck[] {
  const planned: PlannedCheck[] = []
  const triedClients = new Set<string>()
  for (const account of state.accounts.values()) {
    for (const token of account.tokens) {
      const at = nextCheckAt(state, token, rules)
      if (at === null) continue
      if (state.clients.get(token.clientId)?.refusal) {
        if (triedClients.has(token.clientId)) continue
        triedClients.add(token.clientId)
      }
      planned.push({ tokenId: token.tokenId, at })
    }
  }
  return planned.sort((one, other) => one.at - other.at)
}

/** When this token is to be checked, epoch ms; null when nobody is to ask about it unasked. */
export function nextCheckAt(state: State, token: TokenRecord, rules: PlanRules): number | null {
  const client = state.clients.get(token.clientId)
  if (!client || client.secretMissing || !keepsAlive(client)) return null
  if (token.standing !== 'held' || isDead(token)) return null
  const retryAt = rules.retryAt(token.tokenId)
  if (client.refusal) return later(refusedClientAt(client, client.refusal.at, rules), retryAt)
  return retryAt ?? regularAt(token, rules)
}

function refusedClientAt(client: ClientRecord, refusedAt: number, rules: PlanRules): number {
  const look = latestLook([refusedAt, rules.clientLookedAt(client.clientId)], rules.now)
  return look === null ? rules.now : look + refusedClientEveryMs
}

function regularAt(token: TokenRecord, rules: PlanRules): number {
  const looks = [token.lastUsedAt, token.refusal?.at ?? null, rules.lookedAt(token.tokenId)]
  const look = latestLook(looks, rules.now)
  if (look === null) return rules.now
  const everyMs = token.refusal ? Math.max(rules.everyMs, refusedTokenEveryMs) : rules.everyMs
  const regular = look + everyMs * (1 + rules.jitter * shareOf(token.tokenId))
  const deadline = rules.deadlineOf(token)
  // Once: the check itself is a look after the deadline.
  if (deadline === null || look >= deadline + afterDeadlineMs) return regular
  return Math.min(regular, deadline + afterDeadlineMs)
}

/** Null when every look lies in the future, that is, when the clock was wrong then or is now. */
function latestLook(looks: readonly (number | null)[], now: number): number | null {
  let latest: number | null = null
  for (const look of looks) {
    if (look !== null && look <= now + aheadMs) latest = later(look, latest)
  }
  return latest
}

function later(one: number, other: number | null): number {
  return other === null ? one : Math.max(one, other)
}

/** From 0 up to 1, always the same for one id and evenly spread over many (FNV-1a, its bits mixed once more). */
function shareOf(id: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < id.length; index += 1) {
    hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}
