import type { RevocationRow, RevocationView } from '../../../electron/contract/revocation.ts'
import { m } from '../../messages/generated/messages.js'
import type { Task } from '../../ui/task.ts'
import { hasOutcome, isDead } from './blast.ts'

const steps: Readonly<Record<RevocationRow['step'], () => string>> = {
  waiting: m.outcome_waiting,
  asking: m.outcome_asking,
  verifying: m.outcome_verifying,
  revoked: m.outcome_revoked,
  'already-dead': m.outcome_already_dead,
  'not-revocable': m.outcome_not_revocable,
  alive: m.outcome_alive,
  failed: m.outcome_failed,
}

/** How one account's project stands, in one to five words. */
export function stepText(step: RevocationRow['step']): string {
  return steps[step]()
}

/** What was found of the tokens: how many are dead, still work, or could not be asked. Empty before any was. */
export function tokensText({ tokens }: RevocationRow): string {
  const found = (what: RevocationRow['tokens'][number]['found']): number =>
    tokens.filter((token) => token.found === what).length
  if (tokens.length === found('waiting')) return ''
  return [
    m.outcome_verified({ n: found('dead'), m: tokens.length }),
    ...(found('alive') > 0 ? [m.outcome_alive_count({ count: found('alive') })] : []),
    ...(found('unknown') > 0 ? [m.outcome_unknown_count({ count: found('unknown') })] : []),
  ].join(', ')
}

/** How far a whole revocation is: what has an outcome while it runs, what is dead once it has ended. */
export function progressText({ ended, rows }: RevocationView): string {
  const count = { n: rows.filter(ended ? isDead : hasOutcome).length, m: rows.length }
  return ended ? m.revocation_ended(count) : m.revocation_running(count)
}

/** Whom a revocation is about: the only account, or how many. */
export function whomText({ rows }: RevocationView): string {
  const emails = [...new Set(rows.map(({ email }) => email))]
  return emails.length === 1 ? (emails[0] ?? '') : m.n_accounts({ count: emails.length })
}

/** A revocation for the list in the sidebar. */
export function revocationTask(revocation: RevocationView): Task {
  const { revocationId, ended, rows } = revocation
  return {
    id: revocationId,
    title: whomText(revocation),
    text: progressText(revocation),
    state: !ended ? 'busy' : rows.every(isDead) ? 'fine' : 'dead',
    dismissText: ended ? m.revocation_close_of({ name: whomText(revocation) }) : null,
  }
}
