import type { WhoView } from '../../../electron/contract/who.ts'
import { m } from '../../messages/generated/messages.js'

/** Why this account is meant, as one sentence. `forClient`: it was asked for a certain client. */
export function reasonText(who: WhoView, forClient: boolean): string {
  if (who.outcome.kind === 'ask') return m.who_nobody_text()
  const folder = who.decidedIn ?? who.folder ?? ''
  const texts = {
    named: () => m.who_because_named(),
    environment: () => m.who_because_environment(),
    'folder-rule': () => m.who_because_rule({ folder }),
    declaration: () => m.who_because_declaration({ folder }),
    'active-for-client': () => m.who_because_active_client(),
    active: () => m.who_because_active(),
    'only-one': () => (forClient ? m.who_because_only_client() : m.who_because_only()),
  }
  return texts[who.outcome.reason]()
}
