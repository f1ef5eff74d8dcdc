import type { HealthView } from '../../contract/views.ts'
import { instantClocks } from '../clocks/account-clocks.ts'
import type { HoldsAccess } from '../grants/grant-view.ts'
import { holdsNone } from '../grants/grant-view.ts'
import { serviceChanges, serviceHealth } from '../service-accounts/service-view.ts'
import type { AccountRecord, State, TokenRecord } from '../state/state.ts'
import { isDead } from '../state/state.ts'
import { currentTokens } from './current-tokens.ts'
import { liveTokens, manyTokens, nearLimit } from './live-count.ts'
import type { TokenReading } from './token-health.ts'
import { deadlineFinding, finding, leadOf, readToken } from './token-health.ts'

const severity = { dead: 0, soon: 1, fine: 2 } as const
const ready = finding('fine', 'ready')

/** What is known at `now` (ms, Google's time) of each token of an account that somebody here relies on. */
export function readTokens(account: AccountRecord, state: State, now: number): readonly TokenReading[] {
  return currentTokens(account, state).map((current) => readToken(account, state, current, now))
}

/**
 * The worst thing to say about an account at `now` (ms): over the tokens that somebody here relies on, what Google
 * said of them, their clocks, and the count of each grant. Where there is none of them, access without a refresh token
 * is all that can be told of.
 */
export function accountHealth(
  account: AccountRecord,
  tokens: readonly TokenReading[],
  now: number,
  holds: HoldsAccess = holdsNone,
): HealthView {
  if (account.service) return serviceHealth(account.service, now)
  if (tokens.length === 0) return accessHealth(account, holds)
  const clientIds = new Set(tokens.map(({ client }) => client.clientId))
  return worstOf([
    ...tokens.map((token) => tokenHealth(token, now)),
    ...[...clientIds].map((clientId) => countHealth(liveTokens(account.tokens, clientId, now).length)),
  ])
}

/** One access that can be used is enough; each of them needs a person to come again. */
function accessHealth({ accountId, accesses }: AccountRecord, holds: HoldsAccess): HealthView {
  if (accesses.length === 0) return finding('dead', 'no-token')
  if (accesses.some(({ clientId }) => holds({ accountId, clientId }))) return ready
  const at = Math.max(...accesses.map(({ expiresAt }) => expiresAt))
  return { ...finding('dead', 'access-ended'), at }
}

/** The worst thing to say about one token at `now` (ms); `fine` when there is nothing. */
export function tokenHealth({ trouble, deadlines }: TokenReading, now: number): HealthView {
  return trouble ?? worstOf(deadlines.flatMap((clock) => deadlineFinding(clock, now) ?? []))
}

/** Among equals the first one, which of deadlines is the soonest. */
function worstOf(findings: readonly HealthView[]): HealthView {
  return findings.reduce(
    (worst, next) => (severity[next.level] < severity[worst.level] ? next : worst),
    ready,
  )
}

function countHealth(live: number): HealthView {
  if (live >= nearLimit) return finding('soon', 'limit-near')
  return live >= manyTokens ? finding('soon', 'many-tokens') : ready
}

/**
 * The next instant (ms) after `now` at which what the window shows of some account changes by itself, or null: a
 * deadline comes near or passes, a token stops counting, or access runs out. One timer waits for it; nothing polls.
 */
export function nextHealthChange(state: State, now: number): number | null {
  let next = Infinity
  const consider = (instant: number): void => {
    if (instant > now && instant < next) next = instant
  }
  for (const account of state.accounts.values()) {
    for (const token of account.tokens) changesOf(account, state, token, now).forEach(consider)
    for (const access of account.accesses) consider(access.expiresAt)
    if (account.service && !account.forgotten) serviceChanges(account.service).forEach(consider)
  }
  return next === Infinity ? null : next
}

function changesOf(account: AccountRecord, state: State, token: TokenRecord, now: number): readonly number[] {
  const client = state.clients.get(token.clientId)
  if (!client || isDead(token) || token.dismissed || token.rotated) return []
  const changes: number[] = []
  for (const clock of instantClocks(account, client, token, now)) {
    if (clock.at === null || clock.certainty === 'possible') continue
    changes.push(clock.at)
    if (token.standing !== 'forgotten') changes.push(clock.at - leadOf(clock))
  }
  return changes
}
