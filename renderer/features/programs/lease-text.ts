/** What is said of a lease: words for what the view only names. */
import type {
  AskView,
  DoorKind,
  DoorsView,
  LeaseEnd,
  LeaseTerm,
  LeaseView,
  ProgramView,
} from '../../../electron/contract/doors.ts'
import { m } from '../../messages/generated/messages.js'
import { visibleName } from '../sign-in/scope-names.ts'
import type { LeaseState } from './lease-list.ts'

/**
 * What people know it by: the program where it is what is recognised, otherwise what the lease was called. Programs choose their
 * names, so marks that turn or hide the text around them are written out.
 */
export function titleOfLease({
  program,
  label,
  door,
}: Pick<LeaseView, 'program' | 'label' | 'door'>): string {
  return visibleName(door === 'command' ? (program?.name ?? label) : label)
}

export function doorText(door: DoorKind): string {
  return {
    command: m.door_command,
    http: m.door_http,
    adc: m.door_adc,
    metadata: m.door_metadata,
    gcloud: m.door_gcloud,
  }[door]()
}

export function termText(term: LeaseTerm): string {
  return { once: m.term_once, session: m.term_session, until: m.term_until, always: m.term_always }[term]()
}

export function endText(reason: LeaseEnd): string {
  return {
    'taken-back': m.ended_taken_back,
    expired: m.ended_expired,
    'session-over': m.ended_session_over,
    'used-up': m.ended_used_up,
    locked: m.ended_locked,
    'account-gone': m.ended_account_gone,
    replaced: m.ended_replaced,
  }[reason]()
}

/** How sure it is that the program is what it is called. */
export function certaintyText(certainty: ProgramView['certainty']): string {
  return { seen: m.sure_seen, stated: m.sure_stated, claimed: m.sure_claimed }[certainty]()
}

export function stateText(state: LeaseState): string {
  return {
    live: m.lease_live,
    over: m.lease_over,
    locked: m.lease_locked,
    problem: m.lease_problem,
  }[state]()
}

/** Where a program says it runs: a folder, and a machine where it is another one. */
export function whereText({ folder, host }: ProgramView): string | null {
  if (host !== null) return visibleName(folder === null ? host : `${host}:${folder}`)
  return folder && visibleName(folder)
}

/** The question as one sentence, for a list and for the ear. `scopes` are in words already. */
export function askText(ask: AskView, scopes: string): string {
  const where = whereText(ask.program)
  const parts = { name: visibleName(ask.program.name), email: ask.email, scopes }
  if (ask.remote) return m.ask_sentence_remote({ ...parts, where: where ?? '?' })
  return where === null ? m.ask_sentence(parts) : m.ask_sentence_in({ ...parts, where })
}

/** Why no door answers, as a heading; null while they do. */
export function lockedText(doors: DoorsView): string | null {
  if (!doors.locked) return doors.vaultLocked ? m.vault_is_locked() : null
  return doors.locked.by === 'screen' ? m.doors_locked_by_screen() : m.doors_are_locked()
}
