/** What a no of the token endpoint to a refresh means, from the very fields that the ledger keeps of it. */
import type { AppError } from '../../contract/outcome.ts'
import { appError } from '../../contract/outcome.ts'
import type { Verdict } from '../../contract/views.ts'
import { isSessionEnd } from '../state/state.ts'
import type { TokenEndpointError } from './token-errors.ts'
import { cleanDescription, cleanName, isAccountDeleted, reasonOf, tokenErrorCodes } from './token-errors.ts'

/** Fits the refusals of the ledger: of a client there is neither subtype nor verdict. */
export type Refusal = Omit<TokenEndpointError, 'subtype'> & {
  readonly subtype?: string
  readonly verdict?: Verdict
}

/**
 * The error to show for a refused refresh: of a token, of a client, just now or from the ledger. Takes what
 * google-oauth.md 1.10 lists; an `error` that is not there gives `token-error-other`.
 */
export function describeRefusal(refusal: Refusal): AppError {
  const fields = { ...refusal, subtype: refusal.subtype ?? '' }
  if (isSessionEnd(fields)) return appError('session-expired')
  if (isAccountDeleted(fields)) return appError('account-deleted')
  const details = { reason: reasonOf(fields), error: cleanName(fields.error), status: fields.status }
  if (fields.error === 'invalid_grant') {
    return appError(isAboutCode(fields) ? 'request-refused' : 'token-dead', details)
  }
  if (fields.error === 'unauthorized_client' || (fields.verdict === 'client' && !forPair.has(fields.error))) {
    return appError(isDpop(fields) ? 'dpop-required' : 'token-at-other-client', details)
  }
  if (fields.error === 'invalid_request' && /^client_secret is missing/.test(fields.description)) {
    return appError('client-refused', details)
  }
  return appError(tokenErrorCodes[fields.error] ?? 'token-error-other', details)
}

/** Words of an `invalid_grant` that concern the exchange of a code; on a refresh they say nothing about the token. */
function isAboutCode({ error, description }: TokenEndpointError): boolean {
  return error === 'invalid_grant' && /\b(auth code|code verifier|code_verifier)\b/i.test(description)
}

const isDpop = ({ error }: TokenEndpointError): boolean => /dpop/.test(error)

/** The fields as the ledger keeps them: nothing in them can be more than a name or a short printable sentence. */
export function cleanRefusal(error: TokenEndpointError): TokenEndpointError {
  return {
    error: cleanName(error.error),
    subtype: cleanName(error.subtype),
    description: cleanDescription(error.description),
    status: error.status,
  }
}

/** Errors after which a person has to do something, at Google or at an administrator's. */
const forPerson = new Set(['admin_policy_enforced', 'access_denied', 'org_internal', 'consent_required'])
/** Errors about the pair of this token and this client. */
const forPair = new Set(['unauthorized_client', 'restricted_client'])

/** The contract's word for a refusal of a token. Only a plain `invalid_grant` is final. */
export function verdictOf(error: TokenEndpointError): Verdict {
  if (isSessionEnd(error) || forPerson.has(error.error)) return 'person'
  if (forPair.has(error.error)) return 'client'
  return error.error === 'invalid_grant' && !isAboutCode(error) ? 'dead' : 'fault'
}
