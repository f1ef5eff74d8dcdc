/** One rule for each way a refresh token dies (google-oauth.md 2.2): how well it fits what the ledger knows. */
import type { CauseKind, CauseView } from '../../contract/views.ts'
import { describeRefusal } from '../access/refusals.ts'
import { isAccountDeleted } from '../access/token-errors.ts'
import { clockToleranceMs, dayMs, hourMs, sixMonthsMs } from '../clocks/durations.ts'
import { scopeTraits } from '../clocks/scope-traits.ts'
import type { TokenRecord } from '../state/state.ts'
import { liveTokenLimit } from '../tokens/live-count.ts'
import type { DeathFacts, Span } from './death-facts.ts'
import { inDays, lies, projectOf } from './death-facts.ts'
import { revocationThatEnded } from './ended-by-revocation.ts'

/**
 * `certain`: Google or this ledger says so. `strong`: the ledger shows what this cause, and hardly another, leaves
 * behind. `fits`: nothing speaks against it and something for it. `weak`: it cannot be ruled out.
 */
export type Weight = 'certain' | 'strong' | 'fits' | 'weak'
export interface Finding {
  readonly weight: Weight
  readonly evidence: CauseView['evidence']
  readonly details: CauseView['details']
}
export interface CauseRule {
  readonly kind: CauseKind
  /** Null where the ledger rules it out, or has nothing for it. */
  readonly judge: (facts: DeathFacts) => Finding | null
}

/** From so many programs on the account-wide cap is thinkable; Google's hint is to keep to 15 to 20 (google-oauth.md 2.3). */
const capFrom = 20
/** A span this short around the seventh day is no coincidence. ms */
const narrowMs = 2 * dayMs

const isGmail = (token: TokenRecord): boolean => scopeTraits(token.granted).gmail
const finding = (
  weight: Weight,
  evidence: CauseView['evidence'],
  details: CauseView['details'] = {},
): Finding => ({ weight, evidence, details })

function session({ refusal, account, token, diedAt }: DeathFacts): Finding | null {
  if (describeRefusal(refusal).code !== 'session-expired') return null
  const times = account.sessionEnds.filter((end) => end.at <= refusal.at).length
  const hours = Math.round((diedAt - token.mintedAt) / hourMs)
  return finding('certain', 'session-refused', { n: Math.max(1, times), hours })
}

function admin({ refusal }: DeathFacts): Finding | null {
  const byAdmin = refusal.error === 'admin_policy_enforced' || refusal.error === 'access_denied'
  return byAdmin ? finding('certain', 'admin-policy', { error: refusal.error }) : null
}

/**
 * A client that was refused only after the token was is another story, and one that gets `invalid_grant` is known
 * to Google: then it was restored, or deleted later.
 */
function clientDeleted({ refusal, client, diedAt }: DeathFacts): Finding | null {
  const answers = refusal.error === 'invalid_grant' ? [refusal] : [refusal, client?.refusal]
  const own = answers.find(
    (answer) => answer?.error === 'deleted_client' && answer.at <= diedAt + clockToleranceMs,
  )
  return own ? finding('certain', 'client-answer', { error: own.error }) : null
}

function accountDeleted(facts: DeathFacts): Finding | null {
  const { refusal, account, token, diedAt, survivors, diedTogether } = facts
  if (isAccountDeleted(refusal)) return finding('certain', 'account-answer')
  const later = account.tokens.some((other) => other !== token && other.lastUsedAt > diedAt)
  if (later || survivors.length > 0 || diedTogether.length === 0) return null
  const projects = new Set([token, ...diedTogether].map(projectOf)).size
  const all = [token, ...diedTogether].every(isGmail)
  const details = { n: diedTogether.length + 1, projects }
  return finding(projects > 1 && !all ? 'fits' : 'weak', 'all-of-project-died', details)
}

function revokedHere({ account, token }: DeathFacts): Finding | null {
  const revocation = revocationThatEnded(account, token)
  if (!revocation) return null
  return finding(revocation.known ? 'certain' : 'strong', 'revoked-here', { revokedAt: revocation.at })
}

function testing({ testing: seventh, token, span, diedAt }: DeathFacts): Finding | null {
  if (!seventh || !comesFirst(seventh.at, span)) return null
  const { certainty } = seventh
  const narrow = diedAt - span.from <= narrowMs
  const details = {
    days: inDays(seventh.at - token.mintedAt),
    foundAfterDays: inDays(diedAt - token.mintedAt),
  }
  return finding(certainty === 'declared' || narrow ? 'strong' : 'fits', 'testing-day', {
    ...details,
    certainty,
  })
}

function timeBased({ token, span, diedAt }: DeathFacts): Finding | null {
  const { expiresAt } = token
  if (expiresAt === null || !lies(expiresAt, { from: span.from, to: diedAt })) return null
  return comesFirst(expiresAt, span) ? finding('strong', 'stated-end', { endedAt: expiresAt }) : null
}

/** No surer end came before it. */
function comesFirst(at: number, span: Span): boolean {
  return at - clockToleranceMs <= span.to
}

function idle({ span, diedAt }: DeathFacts): Finding | null {
  if (span.from + sixMonthsMs.shortest > span.to) return null
  return finding('strong', 'unused-days', { days: Math.floor((diedAt - span.from) / dayMs) })
}

/** The oldest of its grant goes when a hundred newer ones are live. */
function evicted(facts: DeathFacts): Finding | null {
  const { account, token, survivors, span } = facts
  const siblings = account.tokens.filter((other) => other.clientId === token.clientId)
  const place = siblings.indexOf(token)
  const since = siblings.slice(place + 1).filter((other) => mayHaveLivedAt(other, span.to))
  if (since.length >= liveTokenLimit) return finding('strong', 'sign-ins-since', { n: since.length })
  const older = siblings.slice(0, place).some((other) => survivors.includes(other))
  const newer = siblings.slice(place + 1).filter((other) => survivors.includes(other))
  return older || newer.length === 0 ? null : finding('fits', 'oldest-died-alone', { n: newer.length })
}

function mayHaveLivedAt(other: TokenRecord, at: number): boolean {
  if (other.mintedAt > at) return false
  return !(other.refusal?.verdict === 'dead' && other.lastUsedAt < at && other.refusal.at < at)
}

/**
 * All tokens with Gmail scopes die with the password, whatever their project; the others live on. Where the dead
 * are just the tokens of one project, a revocation leaves the same behind.
 */
function password(facts: DeathFacts): Finding | null {
  const { scopes, survivors, diedTogether, token } = facts
  if (!scopes.gmail || survivors.some(isGmail)) return null
  const gmailDead = diedTogether.filter(isGmail)
  const projects = new Set([token, ...gmailDead].map(projectOf))
  const othersDied = diedTogether.some((other) => !isGmail(other))
  const spared = survivors.some((other) => projects.has(projectOf(other)))
  const evidence = gmailDead.length > 0 ? 'gmail-together' : 'gmail-alone'
  const details = gmailDead.length > 0 ? { n: gmailDead.length } : {}
  if (othersDied) return finding('weak', evidence, details)
  const telling = gmailDead.length > 0 && (projects.size > 1 || spared)
  return finding(telling ? 'strong' : 'fits', evidence, details)
}

/** A revocation takes everything that the account gave the project, and nothing else (google-oauth.md 3). */
function revokedElsewhere(facts: DeathFacts): Finding | null {
  const { account, token, survivors, diedTogether, scopes } = facts
  if (revocationThatEnded(account, token)) return null
  const inProject = (other: TokenRecord): boolean => projectOf(other) === projectOf(token)
  if (survivors.some(inProject)) return null
  const together = diedTogether.filter(inProject)
  const details = { n: together.length + 1 }
  const otherProjectsDied = together.length < diedTogether.length
  if (together.length === 0) {
    if (scopes.gmail && !otherProjectsDied) return finding('fits', 'all-of-project-died', details)
    return survivors.length > 0 ? finding('weak', 'all-of-project-died', details) : null
  }
  if (otherProjectsDied) return finding('weak', 'all-of-project-died', details)
  const allGmail = [token, ...together].every(isGmail)
  return finding(survivors.length > 0 && !allGmail ? 'strong' : 'fits', 'all-of-project-died', details)
}

function accountCap({ account, span }: DeathFacts): Finding | null {
  const programs = new Set(
    account.tokens.filter((token) => mayHaveLivedAt(token, span.to)).map((token) => token.clientId),
  )
  return programs.size >= capFrom ? finding('weak', 'many-programs', { n: programs.size }) : null
}

/** In the order in which alike ones are named. */
export const causeRules: readonly CauseRule[] = [
  { kind: 'revoked-here', judge: revokedHere },
  { kind: 'session', judge: session },
  { kind: 'admin', judge: admin },
  { kind: 'client-deleted', judge: clientDeleted },
  { kind: 'account-deleted', judge: accountDeleted },
  { kind: 'time-based', judge: timeBased },
  { kind: 'testing', judge: testing },
  { kind: 'idle', judge: idle },
  { kind: 'evicted', judge: evicted },
  { kind: 'password', judge: password },
  { kind: 'revoked-elsewhere', judge: revokedElsewhere },
  { kind: 'account-cap', judge: accountCap },
]
