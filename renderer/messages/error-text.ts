import type { ErrorCode } from '../../electron/contract/errors.ts'
import type { AppError } from '../../electron/contract/outcome.ts'
import { fillDetails } from '../../electron/contract/outcome.ts'

export interface ErrorWords {
  readonly message: string
  readonly next: string
}
/** One language's words for every error. */
export type ErrorTable = Readonly<Record<ErrorCode, ErrorWords>>

/** What happened and what to do next, in the language of the table. */
export function errorText(error: AppError, table: ErrorTable): ErrorWords {
  const { message, next } = table[error.code]
  return { message: fillDetails(message, error.details), next: fillDetails(next, error.details) }
}
