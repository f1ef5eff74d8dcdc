import type { CauseView } from '../../../electron/contract/views.ts'
import { m } from '../../messages/generated/messages.js'
import { exactInstant } from '../../ui/exact-instant.ts'

/** What speaks for a cause, in one sentence filled with its details. */
export function evidenceText({ kind, evidence, details }: CauseView, locale: 'en' | 'hi'): string {
  const number = (name: string): number => Number(details[name] ?? 0)
  const words = (name: string): string => String(details[name] ?? '–')
  const exact = (name: string): string => exactInstant(number(name), locale)
  const count = number('n')
  switch (evidence) {
    case 'person-says':
      return m.evidence_person_says()
    case 'revoked-here':
      return m.evidence_revoked_here({ exact: exact('revokedAt') })
    case 'all-of-project-died':
      return kind === 'account-deleted'
        ? m.evidence_all_of_account({ count, projects: number('projects') })
        : m.evidence_all_of_project({ count })
    case 'unused-days':
      return m.evidence_unused_days({ count: number('days') })
    case 'gmail-together':
      return m.evidence_gmail_together({ count })
    case 'gmail-alone':
      return m.evidence_gmail_alone()
    case 'sign-ins-since':
      return m.evidence_sign_ins_since({ count })
    case 'oldest-died-alone':
      return m.evidence_oldest_alone({ count })
    case 'many-programs':
      return m.evidence_many_programs({ count })
    case 'stated-end':
      return m.evidence_stated_end({ exact: exact('endedAt') })
    case 'admin-policy':
      return m.evidence_admin_policy({ error: words('error') })
    case 'session-refused':
      return m.evidence_session({ hours: words('hours'), count })
    case 'testing-day':
      return testingText(details['certainty'] === 'declared', words('days'), words('foundAfterDays'))
    case 'client-answer':
      return m.evidence_client_answer({ error: words('error') })
    case 'account-answer':
      return m.evidence_account_answer()
    case 'nothing':
      return m.evidence_nothing()
  }
}

/** Days come with one digit after the point where it says something: 7, but 7.3. */
function testingText(declared: boolean, days: string, found: string): string {
  return declared ? m.evidence_testing_day({ days, found }) : m.evidence_testing_maybe({ days, found })
}
