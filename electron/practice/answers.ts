import type { Answer, PracticeRequest } from './server.ts'

/** Answers that hold a token are never kept by anyone on the way. */
const notStored = {
  'cache-control': 'no-cache, no-store, max-age=0, must-revalidate',
  pragma: 'no-cache',
} as const

export function jsonAnswer(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = notStored,
): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: `${JSON.stringify(value, null, 2)}\n`,
  }
}

/** A 302 that leaves nothing behind: not stored, and the next page learns no address. */
export function redirectAnswer(location: string): Answer {
  return { status: 302, headers: { ...notStored, location, 'referrer-policy': 'no-referrer' }, body: '' }
}

/** The fields of an urlencoded body; none when it is of another type. */
export function formFields(request: PracticeRequest): URLSearchParams {
  const type = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase()
  return new URLSearchParams(type === 'application/x-www-form-urlencoded' ? request.body : '')
}

/** RFC 6749 3.1 and 3.2: no parameter may stand twice. Answers the first that does. */
export function repeatedField(fields: URLSearchParams): string | null {
  return [...new Set(fields.keys())].find((name) => fields.getAll(name).length > 1) ?? null
}

/** The value of a field; an empty one counts as absent (RFC 6749 3.1). */
export function field(fields: URLSearchParams, name: string): string | null {
  const value = fields.get(name)
  return value === null || value === '' ? null : value
}

/** The token of an `Authorization: Bearer` header, or null. */
export function bearerToken(request: PracticeRequest): string | null {
  return /^Bearer ([\x21-\x7E]+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? null
}
