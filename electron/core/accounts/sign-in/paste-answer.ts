import type { Outcome } from '../../../contract/outcome.ts'
import { fail } from '../../../contract/outcome.ts'
import type { ProfileContext } from '../../profile-context.ts'
import type { Secret } from '../../secret.ts'
import { readPastedAddress } from './pasted-address.ts'
import type { SignInFlow } from './sign-in-flow.ts'

/**
 * Takes the address in the clipboard as the answer to a sign-in, if it is that. Main reads the clipboard, so that the
 * code in it never passes the window; once it was taken, and where it is a secret that belongs nowhere, the clipboard is
 * emptied.
 *
 * Errors: those of `readPastedAddress`, `paste-state-unknown`, `paste-other-flow` (`label`), `paste-used`,
 * `paste-over`, `paste-wrong-address`, `sign-in-answer-invalid`.
 */
export async function answerFromClipboard(
  context: ProfileContext,
  flow: SignInFlow,
  all: readonly SignInFlow[],
): Promise<Outcome<null>> {
  const { desktop } = context.ports
  const text = await desktop.readClipboard()
  const pasted = readPastedAddress(text)
  if (pasted.kind === 'refused') {
    if (pasted.wipe) desktop.clearClipboard()
    return { ok: false, error: pasted.error }
  }
  if (!flow.isAnsweredBy(pasted.url)) return ofAnother(all, pasted.url)
  const taken = flow.paste(pasted.url)
  // Whatever was copied meanwhile is the person's.
  if (taken.ok && (await desktop.readClipboard()) === text) desktop.clearClipboard()
  return taken
}

/**
 * Takes a text from a terminal as the answer to a sign-in: the same without a clipboard. Errors: as
 * `answerFromClipboard`.
 */
export function answerFromText(text: Secret, flow: SignInFlow, all: readonly SignInFlow[]): Outcome<null> {
  const pasted = readPastedAddress(text.reveal())
  if (pasted.kind === 'refused') return { ok: false, error: pasted.error }
  return flow.isAnsweredBy(pasted.url) ? flow.paste(pasted.url) : ofAnother(all, pasted.url)
}

/** Nobody's address says only that; somebody else's in this app names the sign-in where it belongs. */
function ofAnother(all: readonly SignInFlow[], pasted: URL): Outcome<null> {
  const other = all.find((flow) => flow.isAnsweredBy(pasted))
  if (!other) return fail('paste-state-unknown')
  if (!other.ended) return fail('paste-other-flow', { label: other.label })
  return fail(other.took(pasted) ? 'paste-used' : 'paste-over')
}
