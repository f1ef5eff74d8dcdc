import type { PracticeView } from '../../../electron/contract/views.ts'
import { m } from '../../messages/generated/messages.js'

export type PracticeFault = NonNullable<PracticeView['fault']>

const texts = {
  offline: m.fault_offline,
  portal: m.fault_portal,
  'server-error': m.fault_server_error,
  busy: m.fault_busy,
  slow: m.fault_slow,
  'revoke-lost': m.fault_revoke_lost,
  'revoke-lag': m.fault_revoke_lag,
}

export const practiceFaults = Object.keys(texts) as PracticeFault[]

/** What goes wrong, as a choice says it. */
export function faultText(fault: PracticeFault): string {
  return texts[fault]()
}
