/** What went wrong, as the command says it. The owner of the profile sends it in these words. */
import type { ErrorCode } from '../contract/errors.ts'
import type { AppError, ErrorDetails } from '../contract/outcome.ts'

export interface Failure {
  /** One of `contract/errors.ts`, or of a newer owner; `arguments-unclear` and `interrupted` are the command's own. */
  readonly code: string
  readonly message: string
  /** What to do about it; empty where there is nothing. */
  readonly next: string
  readonly retryable: boolean
  readonly details?: ErrorDetails
}

export type Result<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: Failure }

/** The failure of a code. The table of all errors is loaded for it: most runs of the command never need it. */
export async function failureOf(code: ErrorCode, details?: ErrorDetails): Promise<Failure> {
  const { appError } = await import('../contract/outcome.ts')
  return failureFrom(appError(code, details))
}

/** An error of the core in this process, with the words of what to do. */
export async function failureFrom(error: AppError): Promise<Failure> {
  const [{ errors }, { fillDetails }] = await Promise.all([
    import('../contract/errors.ts'),
    import('../contract/fill-details.ts'),
  ])
  return { ...error, next: fillDetails(errors[error.code].next, error.details) }
}

export async function failed(
  code: ErrorCode,
  details?: ErrorDetails,
): Promise<{ readonly ok: false; readonly error: Failure }> {
  return { ok: false, error: await failureOf(code, details) }
}

/** A sentence about arguments that fit no command. */
export function unclear(reason: string): { readonly ok: false; readonly error: Failure } {
  const next = 'See “latchkey help”.'
  return { ok: false, error: { code: 'arguments-unclear', message: reason, next, retryable: false } }
}
