import type {
  CauseKind,
  CauseView,
  ClockKind,
  ClockView,
  LifeView,
  TokenView,
} from '../../../electron/contract/views.ts'
import { m } from '../../messages/generated/messages.js'
import { exactInstant } from '../../ui/exact-instant.ts'
import { spanText } from '../../ui/span-text.ts'
import { causeText, clockText } from './clock-text.ts'

const clocks: Readonly<Record<ClockKind, () => string>> = {
  eviction: m.clock_eviction_long,
  'account-cap': m.clock_account_cap_long,
  idle: m.clock_idle_long,
  testing: m.clock_testing_long,
  'time-based': m.clock_time_based_long,
  session: m.clock_session_long,
  password: m.clock_password_long,
  revocation: m.clock_revocation_long,
  'client-idle': m.clock_client_idle_long,
}

const causes: Readonly<Record<CauseKind, () => string>> = {
  'revoked-here': m.cause_revoked_here_long,
  'revoked-elsewhere': m.cause_revoked_elsewhere_long,
  idle: m.cause_idle_long,
  password: m.cause_password_long,
  evicted: m.cause_evicted_long,
  'account-cap': m.cause_account_cap_long,
  'time-based': m.cause_time_based_long,
  admin: m.cause_admin_long,
  session: m.cause_session_long,
  testing: m.cause_testing_long,
  'client-deleted': m.cause_client_deleted_long,
  'account-deleted': m.cause_account_deleted_long,
  unknown: m.cause_unknown_long,
}

/** What a person can say a death was; in the order of the rules. */
export const sayableCauses = (Object.keys(causes) as CauseKind[]).filter((kind) => kind !== 'unknown')

const certainties: Readonly<Record<ClockView['certainty'], () => string>> = {
  stated: m.certainty_stated,
  documented: m.certainty_documented,
  learned: m.certainty_learned,
  declared: m.certainty_declared,
  possible: m.certainty_possible,
}

/** A rule of Google's as a phrase that says what it is about. */
export function clockPhrase(kind: ClockKind): string {
  return clocks[kind]()
}

/** A cause of death as a phrase. */
export function causePhrase(kind: CauseKind): string {
  return causes[kind]()
}

/** How sure a deadline is, in plain words. */
export function certaintyText(certainty: ClockView['certainty']): string {
  return certainties[certainty]()
}

/** `in 5 d` or `3 d ago`; `now` is the profile's time, both epoch ms. */
export function whenText(at: number, now: number): string {
  const span = spanText(Math.abs(at - now))
  return at > now ? m.time_in({ span }) : m.time_ago({ span })
}

export interface CauseGroups {
  /** The likeliest one, or all that share its rank. Empty where nothing speaks for any. */
  readonly likely: readonly CauseView[]
  readonly others: readonly CauseView[]
}

/** Parts the causes of a death by rank; what the person said is told elsewhere, and `unknown` is no cause. */
export function groupCauses(all: readonly CauseView[]): CauseGroups {
  const told = all.filter((cause) => cause.kind !== 'unknown' && cause.evidence !== 'person-says')
  const best = Math.min(...told.map((cause) => cause.rank))
  return {
    likely: told.filter((cause) => cause.rank === best),
    others: told.filter((cause) => cause.rank !== best),
  }
}

/** One life in whole sentences, for those who do not see its picture. */
export function lifeSentence(token: TokenView, life: LifeView, now: number, locale: 'en' | 'hi'): string {
  const used =
    life.refreshCount === 0
      ? m.life_not_used()
      : m.life_used({ count: life.refreshCount, when: whenText(token.lastUsedAt, now) })
  return [
    m.life_of_token(),
    m.life_minted({ exact: exactInstant(token.mintedAt, locale) }),
    used,
    endSentence(token, now),
  ].join(' ')
}

function endSentence(token: TokenView, now: number): string {
  if (token.death) return m.life_died({ when: whenText(token.death.at, now), cause: deathText(token.death) })
  if (!token.next || token.next.at === null) return m.life_no_deadline()
  return m.life_next({ clock: clockText(token.next.kind), when: whenText(token.next.at, now) })
}

/** The cause of a death in a few words: what the person said, the likeliest one, or those that fit alike. */
export function deathText(death: NonNullable<TokenView['death']>): string {
  if (death.corrected) return causeText(death.corrected)
  const { likely } = groupCauses(death.causes)
  const [first, ...more] = likely
  if (!first) return causeText('unknown')
  return more.length === 0 ? causeText(first.kind) : m.causes_alike({ count: likely.length })
}
