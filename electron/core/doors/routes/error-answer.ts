/** How each error looks at a door: one table of statuses, and the three forms that programs expect. */
import type { ErrorCode } from '../../../contract/errors.ts'
import { errors } from '../../../contract/errors.ts'
import { fillDetails } from '../../../contract/fill-details.ts'
import type { AppError, ErrorDetails } from '../../../contract/outcome.ts'
import { appError } from '../../../contract/outcome.ts'
import type { DoorAnswer } from '../../ports.ts'

const statuses: Partial<Record<ErrorCode, number>> = {
  'params-invalid': 400,
  'lease-wish-unfit': 400,
  'lease-unknown': 401,
  'lease-needed': 403,
  'lease-taken-back': 403,
  'lease-over': 403,
  'lease-other-door': 403,
  'lease-scopes': 403,
  'lease-account': 403,
  'lease-not-remote': 403,
  'ask-refused': 403,
  'ask-unanswered': 403,
  'doors-locked': 403,
  'vault-locked': 403,
  'vault-wrong-passphrase': 403,
  'local-only': 403,
  'command-not-here': 403,
  'door-request-refused': 403,
  'identity-not-possible': 403,
  'command-unknown': 404,
  'not-found': 404,
  'account-unknown': 404,
  'ask-muted': 429,
  'ask-many': 429,
  internal: 500,
}

/** What may pass by itself is 503; what somebody has to settle first is 409. */
export function statusOf({ code, retryable }: AppError): number {
  return statuses[code] ?? (retryable ? 503 : 409)
}

const common = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const

export function jsonAnswer(value: unknown, status = 200): DoorAnswer {
  return {
    status,
    headers: { ...common, 'content-type': 'application/json' },
    body: `${JSON.stringify(value)}\n`,
  }
}

/** The form of protocol 1. */
export function errorAnswer(error: AppError): DoorAnswer {
  const { code, message, retryable, details } = error
  const told = { code, message, next: nextOf(error), retryable, ...(details && { details }) }
  return jsonAnswer({ error: told }, statusOf(error))
}

export function refusal(code: ErrorCode, details?: ErrorDetails): DoorAnswer {
  return errorAnswer(appError(code, details))
}

/** What happened and what to do, for libraries that show one text. */
export function sentenceOf(error: AppError): string {
  return `Latchkey: ${error.message} ${nextOf(error)}`
}

function nextOf({ code, details }: AppError): string {
  return fillDetails(errors[code].next, details)
}

/**
 * RFC 6749 section 5.2. `invalid_grant` is what libraries take for final; what passes, and what a person can unlock,
 * is 503, so that nobody is sent to sign in anew for it.
 */
export function oauthError(error: AppError): DoorAnswer {
  const text = sentenceOf(error)
  if (passes(error)) return oauthAnswer(503, 'temporarily_unavailable', text)
  if (error.code === 'lease-scopes') return oauthAnswer(400, 'invalid_scope', text)
  if (error.code === 'params-invalid') return oauthAnswer(400, 'invalid_request', text)
  return oauthAnswer(400, 'invalid_grant', text)
}

export function oauthAnswer(status: number, error: string, description: string): DoorAnswer {
  return jsonAnswer({ error, error_description: asDescription(description) }, status)
}

export function passes({ code, retryable }: AppError): boolean {
  return retryable || code === 'doors-locked' || code === 'vault-locked' || code === 'internal'
}

/** The standard allows neither quotation marks nor backslashes there, and terminals may not know curly ones. */
function asDescription(text: string): string {
  return text
    .replace(/[“”‘’"]/g, "'")
    .replace(/\\/g, '/')
    .replace(/→/g, '>')
}
