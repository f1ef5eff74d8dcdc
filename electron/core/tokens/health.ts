import type { HealthView } from '../../contract/views.ts'
import type { AccountRecord, State, TokenRecord } from '../state/state.ts'
import { liveTokens, manyTokens, nearLimit } from './live-count.ts'

const dayMs = 24 * 3600 * 1000
/** A stated end this close deserves a warning: a week of sittings to renew it in. */
const soonMs = 7 * dayMs

const severity = { dead: 0, soon: 1, fine: 2 } as const

/**
 * The worst thing to say about an account from what this machine knows, at `now` (ms). Knows only what needs no
 * question to Google: the keychain, the stated end of a token, and the count.
 */
export function accountHealth(account: AccountRecord, state: State, now: number): HealthView {
  const clientIds = new Set(account.tokens.map((token) => token.clientId))
  const found: HealthView[] = []
  for (const clientId of clientIds) {
    if (state.clients.has(clientId)) found.push(...grantHealth(account, clientId, now))
  }
  if (found.length === 0) return { level: 'dead', reason: 'no-token', at: null }
  return found.reduce((worst, next) => (severity[next.level] < severity[worst.level] ? next : worst))
}

function grantHealth(account: AccountRecord, clientId: string, now: number): HealthView[] {
  const usable = account.tokens.filter(
    (token) => token.clientId === clientId && token.standing !== 'forgotten',
  )
  const newest = usable[usable.length - 1]
  if (!newest) return []
  return [tokenHealth(newest, now), countHealth(liveTokens(account.tokens, clientId, now).length)]
}

function tokenHealth(token: TokenRecord, now: number): HealthView {
  if (token.standing === 'missing') return { level: 'dead', reason: 'secret-missing', at: null }
  if (token.expiresAt === null || token.expiresAt - soonMs > now)
    return { level: 'fine', reason: 'ready', at: null }
  if (token.expiresAt > now) return { level: 'soon', reason: 'expires-soon', at: token.expiresAt }
  return { level: 'dead', reason: 'expired', at: token.expiresAt }
}

function countHealth(live: number): HealthView {
  if (live >= nearLimit) return { level: 'soon', reason: 'limit-near', at: null }
  if (live >= manyTokens) return { level: 'soon', reason: 'many-tokens', at: null }
  return { level: 'fine', reason: 'ready', at: null }
}

/**
 * The next instant (ms) after `now` at which the health of some account changes by itself, or null. One timer
 * waits for it; nothing polls.
 */
export function nextHealthChange(state: State, now: number): number | null {
  let next: number | null = null
  for (const account of state.accounts.values()) {
    for (const token of account.tokens) {
      if (token.standing === 'forgotten' || token.expiresAt === null) continue
      for (const instant of [token.expiresAt - soonMs, token.expiresAt]) {
        if (instant > now && (next === null || instant < next)) next = instant
      }
    }
  }
  return next
}
