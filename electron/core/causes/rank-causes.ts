/** Why a token died, as far as local history can tell. Google does not say (google-oauth.md 2.2). */
import type { CauseKind, CauseView } from '../../contract/views.ts'
import type { AccountRecord, State, TokenRecord } from '../state/state.ts'
import type { Finding, Weight } from './cause-rules.ts'
import { causeRules } from './cause-rules.ts'
import { deathFacts } from './death-facts.ts'

const order: readonly Weight[] = ['certain', 'strong', 'fits', 'weak']
type Candidate = Finding & { readonly kind: CauseKind }

/**
 * The causes that fit a refused token, likeliest first; those that fit alike share a rank. What the person says
 * comes before everything, what is certain leaves no room for guesses, and no evidence is `unknown`. Empty when
 * the token was not refused.
 */
export function rankCauses(token: TokenRecord, account: AccountRecord, state: State): readonly CauseView[] {
  const facts = deathFacts(token, account, state)
  if (!facts) return []
  const found = causeRules.flatMap(({ kind, judge }): Candidate[] => {
    const judged = judge(facts)
    return judged ? [{ kind, ...judged }] : []
  })
  return withPersonsWord(token.correctedCause, ranked(withoutGuesses(found)))
}

function withoutGuesses(found: readonly Candidate[]): readonly Candidate[] {
  const certain = found.filter(({ weight }) => weight === 'certain')
  return certain.length > 0 ? certain : found
}

function ranked(found: readonly Candidate[]): readonly CauseView[] {
  const groups = order
    .map((weight) => found.filter((candidate) => candidate.weight === weight))
    .filter((group) => group.length > 0)
  return groups.flatMap((group, index) =>
    group.map(({ kind, evidence, details }) => ({ kind, rank: index + 1, evidence, details })),
  )
}

function withPersonsWord(said: CauseKind | null, causes: readonly CauseView[]): readonly CauseView[] {
  if (said !== null) {
    const others = causes.filter(({ kind }) => kind !== said)
    const first = others[0]?.rank ?? 1
    return [
      { kind: said, rank: 1, evidence: 'person-says', details: {} },
      ...others.map((cause) => ({ ...cause, rank: cause.rank - first + 2 })),
    ]
  }
  return causes.length > 0 ? causes : [{ kind: 'unknown', rank: 1, evidence: 'nothing', details: {} }]
}
