import type { AppError } from '../../../contract/outcome.ts'
import { appError } from '../../../contract/outcome.ts'
import type { TokenEndpointError } from '../../access/token-errors.ts'
import {
  cleanDescription,
  cleanName,
  isAccountDeleted,
  isSecretMissing,
  reasonOf,
  tokenErrorCodes,
} from '../../access/token-errors.ts'

/**
 * Says what an error of the token endpoint means for a sign-in. Status 429 and 5xx win over the body: whatever
 * it says then, it is about the server and not about the client or the token.
 */
export function describeTokenEndpointError(answer: TokenEndpointError): AppError {
  const { error, status, subtype } = answer
  if (status === 429) return appError('rate-limited')
  if (status >= 500) return appError('server-unavailable', { status })
  if (error === 'invalid_grant' && /rapt/.test(subtype)) return appError('session-expired')
  if (isAccountDeleted(answer)) return appError('account-deleted')
  if (isSecretMissing(answer)) {
    return appError('client-refused', { reason: cleanDescription(answer.description) })
  }
  const code = error === 'invalid_grant' ? 'code-refused' : (tokenErrorCodes[error] ?? 'token-error-other')
  return appError(code, { reason: reasonOf(answer), error: cleanName(error), status })
}
