import type { ErrorCode } from '../../electron/contract/errors.ts'
import { fillDetails } from '../../electron/contract/fill-details.ts'
import type { AppError } from '../../electron/contract/outcome.ts'

export interface ErrorWords {
  readonly message: string
  readonly next: string
}
/** One language's words for every error. */
export type ErrorTable = Readonly<Record<ErrorCode, ErrorWords>>

/** What happened and what to do next, in the language of the table; what main said of it until there is one. */
export function errorText(error: AppError, table: ErrorTable | null): ErrorWords {
  if (!table) return { message: error.message, next: '' }
  const { message, next } = table[error.code]
  return { message: fillDetails(message, error.details), next: fillDetails(next, error.details) }
}
