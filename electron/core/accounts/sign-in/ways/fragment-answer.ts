/** What comes back in the fragment of a client-side sign-in: google-oauth.md 1.2; RFC 6749 section 4.2.2. Pure. */
import type { AppError } from '../../../../contract/outcome.ts'
import { appError } from '../../../../contract/outcome.ts'
import type { Issuer } from '../../../clients/issuer.ts'
import { Secret } from '../../../secret.ts'
import { endedBy, sameText } from '../callback.ts'

/** An access token as it arrived: nobody knows yet whose it is and for whom. */
export interface ArrivedToken {
  readonly token: Secret
  readonly lifetimeMs: number
}

export type FragmentAnswer =
  | { readonly kind: 'token'; readonly value: ArrivedToken }
  /** Without a screen it does not go. */
  | { readonly kind: 'needs-screen' }
  | { readonly kind: 'ended'; readonly error: AppError }
  /** Not an answer to our question: refused, and the sign-in goes on waiting. */
  | { readonly kind: 'refused'; readonly notice: AppError | null }

export interface AskedInFragment {
  readonly state: string
  /** Asked with `prompt=none`. */
  readonly quiet: boolean
}

/** Google's bound, bytes (google-oauth.md 2.4). */
const maxTokenBytes = 2048
/** Which of these Google sends is not documented (google-oauth.md 1.2), so that each means the same. */
const needsScreen: readonly string[] = [
  'interaction_required',
  'login_required',
  'consent_required',
  'account_selection_required',
  'immediate_failed',
  'access_denied',
]
const single = ['state', 'error', 'iss', 'access_token', 'token_type', 'expires_in'] as const

/** Judges an answer. The right `state` comes first: without it, nothing else is looked at, and nobody learns anything. */
export function judgeFragment(
  answer: URLSearchParams,
  asked: AskedInFragment,
  issuer: Issuer,
): FragmentAnswer {
  if (!sameText(answer.get('state') ?? '', asked.state)) return { kind: 'refused', notice: null }
  const invalid: FragmentAnswer = { kind: 'refused', notice: appError('sign-in-answer-invalid') }
  if (single.some((name) => answer.getAll(name).length > 1)) return invalid
  const iss = answer.get('iss')
  if (iss !== null && iss !== issuer.issuer) return invalid
  const error = answer.get('error')
  if (error === null) return readToken(answer)
  if (answer.has('access_token')) return invalid
  if (asked.quiet && needsScreen.includes(error)) return { kind: 'needs-screen' }
  return { kind: 'ended', error: endedBy(error) }
}

function readToken(answer: URLSearchParams): FragmentAnswer {
  const text = answer.get('access_token') ?? ''
  if (text === '') return malformed('no access token came')
  if (text.length > maxTokenBytes || !/^[\x21-\x7E]+$/.test(text))
    return malformed('the access token has no form of Google’s')
  if (answer.get('token_type')?.toLowerCase() !== 'bearer')
    return malformed('the token is of an unknown type')
  const seconds = answer.get('expires_in') ?? ''
  if (!/^\d{1,9}$/.test(seconds) || Number(seconds) === 0) return malformed('it does not say for how long')
  return { kind: 'token', value: { token: new Secret(text), lifetimeMs: Number(seconds) * 1000 } }
}

const malformed = (reason: string): FragmentAnswer => ({
  kind: 'ended',
  error: appError('access-malformed', { reason }),
})
