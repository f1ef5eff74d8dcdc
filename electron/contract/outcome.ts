import type { ErrorCode } from './errors.ts'
import { errors } from './errors.ts'
import { fillDetails } from './fill-details.ts'

/** Facts that fill the `{placeholders}` of an error's text. Never a secret: they are shown and logged. */
export type ErrorDetails = Readonly<Record<string, string | number>>

/**
 * What went wrong, as it crosses every boundary: a stable code, one English sentence for logs and for
 * languages that have no text of their own, and whether the same call can succeed later unchanged.
 */
export interface AppError {
  readonly code: ErrorCode
  readonly message: string
  readonly retryable: boolean
  readonly details?: ErrorDetails
}

/** The one envelope of every answer. Nothing is ever thrown across a boundary. */
export type Outcome<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: AppError }

export function ok(): Outcome<null>
export function ok<T>(value: T): Outcome<T>
export function ok<T>(value?: T): Outcome<T | null> {
  return { ok: true, value: value ?? null }
}

/** Makes the error that belongs to a code. Message and retryability come from the one table in errors.ts. */
export function appError(code: ErrorCode, details?: ErrorDetails): AppError {
  const { message, retryable } = errors[code]
  const filled = fillDetails(message, details)
  return details ? { code, message: filled, retryable, details } : { code, message: filled, retryable }
}

export function fail(
  code: ErrorCode,
  details?: ErrorDetails,
): { readonly ok: false; readonly error: AppError } {
  return { ok: false, error: appError(code, details) }
}
