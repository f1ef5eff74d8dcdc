/** Tells the JSON of a server from the page that a portal or a proxy puts in its place. Pure. */
import type { AppError } from '../../contract/outcome.ts'
import { appError } from '../../contract/outcome.ts'
import type { HttpResult } from '../ports.ts'

export type Answered = Extract<HttpResult, { readonly kind: 'answered' }>
export type JsonFields = Readonly<Record<string, unknown>>

/** The fields of a body that is JSON and says that it is, none for JSON of another kind; otherwise null. */
export function jsonFields(answer: Answered): JsonFields | null {
  if (!isCalledJson(answer)) return null
  try {
    const json: unknown = JSON.parse(answer.body)
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as JsonFields) : {}
  } catch {
    return null
  }
}

/** Why there are none: the answer broke off (`answer-malformed`), or somebody else gave it (`answer-not-json`). */
export function notJson(answer: Answered): AppError {
  return isCalledJson(answer) && answer.body.trimStart().startsWith('{')
    ? appError('answer-malformed', { reason: 'JSON that breaks off' })
    : appError('answer-not-json')
}

function isCalledJson({ headers }: Answered): boolean {
  return /^application\/json\s*(;|$)/i.test(headers.get('content-type') ?? '')
}
