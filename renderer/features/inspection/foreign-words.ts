import type { ForeignInspection } from '../../../electron/contract/inspection.ts'
import { m } from '../../messages/generated/messages.js'

/** What is to be said first: whether it can be believed at all, and whether it was meant for one of the person's clients. */
export type Verdict = 'forged' | 'yours' | 'not-yours'

export function verdictOf({ signature, yourClient }: ForeignInspection): Verdict {
  if (signature === 'invalid' || signature === 'unknown-key') return 'forged'
  return yourClient ? 'yours' : 'not-yours'
}

const signatures = {
  valid: m.foreign_signature_valid,
  invalid: m.foreign_signature_invalid,
  'unknown-key': m.foreign_signature_unknown,
  unchecked: m.foreign_signature_unchecked,
}

/** How the signature of an id token stands; an access token has none that anybody but Google could check. */
export function signatureText(signature: ForeignInspection['signature']): string {
  return signature === null ? m.foreign_signature_none() : signatures[signature]()
}
