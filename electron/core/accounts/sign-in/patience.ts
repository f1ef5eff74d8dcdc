import type { AppError } from '../../../contract/outcome.ts'
import { appError } from '../../../contract/outcome.ts'

/** How long a person has in the browser, and again to choose when another account arrives, ms. */
export const patienceMs = 5 * 60 * 1000
/** The same where the browser is on another machine: the two steps may be many minutes apart. */
export const elsewherePatienceMs = 60 * 60 * 1000

/** How long somebody is waited for, ms. */
export function patienceOf({ elsewhere }: { readonly elsewhere: boolean }): number {
  return elsewhere ? elsewherePatienceMs : patienceMs
}

/** Nobody came within that time. */
export function timedOut(waited: { readonly elsewhere: boolean }): AppError {
  return appError('sign-in-timeout', { minutes: patienceOf(waited) / 60_000 })
}
