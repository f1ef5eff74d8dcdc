import type { FlowView } from '../../../contract/views.ts'
import { parseUrl } from '../../clients/issuer.ts'

/** Who and where this machine is. */
export interface Machine {
  readonly user: string
  readonly host: string
}

/**
 * How an answer that goes to `redirectUri` can come back. `machine` where we listen there and the browser is on
 * another machine: then its answer can come through ssh as well.
 */
export function answerOffered(redirectUri: string, machine: Machine | null): NonNullable<FlowView['answer']> {
  return { redirectUri, forward: machine && portForward(redirectUri, machine), paste: true }
}

/** What to type on the machine with the browser: its port then leads to the listener's here. */
export function portForward(redirectUri: string, { user, host }: Machine): string | null {
  const url = parseUrl(redirectUri)
  if (!url) return null
  const port = url.port === '' ? '80' : url.port
  const listener = url.hostname === '[::1]' ? '[::1]' : '127.0.0.1'
  return `ssh -N -L ${port}:${listener}:${port} ${shellWord(`${user}@${host}`)}`
}

/** Windows' names of users can hold blanks; what a shell would act on is left out. */
function shellWord(text: string): string {
  return /^[\w.@-]+$/.test(text) ? text : `"${text.replace(/["'`$\\!%\p{Cc}]/gu, '').slice(0, 400)}"`
}
