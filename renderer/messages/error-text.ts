import type { ErrorCode } from '../../electron/contract/errors.ts'
import { errors } from '../../electron/contract/errors.ts'
import type { AppError } from '../../electron/contract/outcome.ts'
import { fillDetails } from '../../electron/contract/outcome.ts'
import { errorsHi } from './errors.hi.ts'

export interface ErrorWords {
  readonly message: string
  readonly next: string
}

/** What happened and what to do next, in the language of the window. */
export function errorText(error: AppError, locale: 'en' | 'hi'): ErrorWords {
  const table: Readonly<Record<ErrorCode, ErrorWords>> = locale === 'hi' ? errorsHi : errors
  const { message, next } = table[error.code]
  return { message: fillDetails(message, error.details), next: fillDetails(next, error.details) }
}
