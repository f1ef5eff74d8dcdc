import type { ForeignInspection } from '../../../electron/contract/inspection.ts'
import { m } from '../../messages/generated/messages.js'

/** What is to be said first: whether it can be believed at all, and whether it was meant for one of the person's clients. */
export type Verdict = 'forged' | 'unknown' | 'unchecked' | 'yours' | 'service' | 'not-yours'

export function verdictOf({ signature, yourClient, yourService }: ForeignInspection): Verdict {
  if (signature === 'invalid') return 'forged'
  if (signature === 'unknown-key') return 'unknown'
  if (signature === 'unchecked') return 'unchecked'
  if (yourService) return 'service'
  return yourClient ? 'yours' : 'not-yours'
}

/** What may be the same token as it claims to be, or another one. */
export function isDoubtful(verdict: Verdict): verdict is 'unknown' | 'unchecked' | 'not-yours' {
  return verdict === 'unknown' || verdict === 'unchecked' || verdict === 'not-yours'
}

/** The verdict in one line, and what follows from it. */
export const doubts = {
  unknown: { title: m.foreign_unknown, text: m.foreign_unknown_text },
  unchecked: { title: m.foreign_unchecked, text: m.foreign_unchecked_text },
  'not-yours': { title: m.foreign_not_yours, text: m.foreign_not_yours_text },
} as const

const signatures = {
  valid: m.foreign_signature_valid,
  invalid: m.foreign_signature_invalid,
  'unknown-key': m.foreign_signature_unknown,
  unchecked: m.foreign_signature_unchecked,
}

/** How the signature of an id token stands; an access token has none that anybody but Google could check. */
export function signatureText({
  signature,
  yourService,
}: Pick<ForeignInspection, 'signature' | 'yourService'>): string {
  if (signature === null) return m.foreign_signature_none()
  return yourService ? m.foreign_signature_own() : signatures[signature]()
}
