import type { CauseKind, ClockKind } from '../../../electron/contract/views.ts'
import { m } from '../../messages/generated/messages.js'

const clocks: Readonly<Record<ClockKind, () => string>> = {
  eviction: m.clock_eviction,
  'account-cap': m.clock_account_cap,
  idle: m.clock_idle,
  testing: m.clock_testing,
  'time-based': m.clock_time_based,
  session: m.clock_session,
  password: m.clock_password,
  revocation: m.clock_revocation,
  'client-idle': m.clock_client_idle,
}

const causes: Readonly<Record<CauseKind, () => string>> = {
  'revoked-here': m.cause_revoked_here,
  'revoked-elsewhere': m.cause_revoked_elsewhere,
  idle: m.cause_idle,
  password: m.cause_password,
  evicted: m.cause_evicted,
  'account-cap': m.cause_account_cap,
  'time-based': m.cause_time_based,
  admin: m.cause_admin,
  session: m.cause_session,
  testing: m.cause_testing,
  'client-deleted': m.cause_client_deleted,
  'account-deleted': m.cause_account_deleted,
  unknown: m.cause_unknown,
}

/** One of Google's rules in one to three words, for places where a line is all there is. */
export function clockText(kind: ClockKind): string {
  return clocks[kind]()
}

/** A cause of death in one to three words. */
export function causeText(kind: CauseKind): string {
  return causes[kind]()
}
