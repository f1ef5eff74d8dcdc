import type { ErrorCode } from '../contract/errors.ts'
import type { Outcome } from '../contract/outcome.ts'
import { fail, ok } from '../contract/outcome.ts'

/** Errors: `disk-full`, `folder-read-only`, `save-failed`. Throws what is no error of the system. */
export async function saving<T>(work: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return ok(await work())
  } catch (cause) {
    return fail(savingCode(systemCode(cause)))
  }
}

/** The code of a system error. Anything else is a fault of ours and goes on up. */
export function systemCode(cause: unknown): string {
  const code = cause instanceof Error ? (cause as NodeJS.ErrnoException).code : undefined
  if (code === undefined) throw cause
  return code
}

function savingCode(code: string): ErrorCode {
  if (['ENOSPC', 'EDQUOT'].includes(code)) return 'disk-full'
  if (['EROFS', 'EACCES', 'EPERM'].includes(code)) return 'folder-read-only'
  return 'save-failed'
}
