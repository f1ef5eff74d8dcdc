/** What a no of the token endpoint to a service account means: google-oauth.md 6, from the fields the ledger keeps. */
import type { ErrorCode } from '../../contract/errors.ts'
import type { AppError } from '../../contract/outcome.ts'
import { appError } from '../../contract/outcome.ts'
import { reasonOf, tokenErrorCodes } from '../access/token-errors.ts'
import type { ServiceRefusal } from '../state/state.ts'
import { clipped } from '../who/clipped.ts'

/** What has to be mended: the key, the account at Google, or what was asked. */
export type RefusalAbout = 'key' | 'account' | 'request'

export interface ServiceRefusalMeaning {
  readonly about: RefusalAbout
  readonly error: AppError
}

type Fields = Pick<ServiceRefusal, 'error' | 'description' | 'status' | 'subject'>

/** Takes what Google said, and whom the account was to act as. */
export function describeServiceRefusal(refusal: Fields): ServiceRefusalMeaning {
  const { about, code } = meaningOf(refusal)
  const { error, description, status, subject } = refusal
  const reason = reasonOf({ error, description, status, subtype: '' })
  return { about, error: appError(code, { ...detailsOf(subject), reason, error, status }) }
}

/** Google's sentence for a signed request whose time is off; it is about the clock and nothing else. */
export function isMistimed({ error, description }: Pick<Fields, 'error' | 'description'>): boolean {
  return error === 'invalid_grant' && /short-lived token|reasonable timeframe/i.test(description)
}

function meaningOf(refusal: Fields): { readonly about: RefusalAbout; readonly code: ErrorCode } {
  const { error, description, subject } = refusal
  if (error === 'invalid_grant') return meaningOfGrant(description, subject)
  if (error === 'disabled_client' || error === 'deleted_client')
    return { about: 'account', code: 'service-disabled' }
  if (error === 'unauthorized_client' || error === 'access_denied')
    return ofRequest(subject === null ? 'service-refused' : 'service-delegation-refused')
  if (error === 'invalid_scope') return ofRequest('service-scope-refused')
  if (error === 'invalid_request' && /impersonation/i.test(description))
    return ofRequest('service-subject-invalid')
  const known = tokenErrorCodes[error]
  return ofRequest(known === 'admin-policy' || known === 'org-internal' ? known : 'service-refused')
}

function meaningOfGrant(
  description: string,
  subject: string | null,
): { readonly about: RefusalAbout; readonly code: ErrorCode } {
  if (/robot is disabled/i.test(description)) return { about: 'account', code: 'service-disabled' }
  if (/account not found/i.test(description)) return { about: 'account', code: 'service-unknown' }
  // The person to act for, and only without one the service account itself.
  if (/account has been deleted|not a valid email|invalid email or user id/i.test(description))
    return subject === null
      ? { about: 'account', code: 'service-unknown' }
      : ofRequest('service-subject-invalid')
  if (/jwt signature|no valid verifier/i.test(description))
    return { about: 'key', code: 'service-key-refused' }
  return ofRequest('service-refused')
}

const ofRequest = (code: ErrorCode): { readonly about: RefusalAbout; readonly code: ErrorCode } => ({
  about: 'request',
  code,
})

function detailsOf(subject: string | null): { readonly subject?: string } {
  return subject === null ? {} : { subject: clipped(subject) }
}
