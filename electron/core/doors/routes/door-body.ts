/** What a request brings, read strictly: nothing unknown, nothing without a bound. */
import * as v from 'valibot'
import { describeIssue } from '../../../contract/answer.ts'
import type { Outcome } from '../../../contract/outcome.ts'
import { fail, ok } from '../../../contract/outcome.ts'
import type { DoorRequest } from '../../ports.ts'
import { Secret } from '../../secret.ts'

/** The JSON object of a body. Errors: `params-invalid`, which names the field and never what was sent in it. */
export function readJson<S extends v.GenericSchema>(body: string, schema: S): Outcome<v.InferOutput<S>> {
  let json: unknown
  try {
    json = body === '' ? {} : JSON.parse(body)
  } catch {
    return fail('params-invalid', { reason: 'the body should be JSON' })
  }
  // A list passes for an object without required fields.
  if (Array.isArray(json)) return fail('params-invalid', { reason: 'the body should be an object' })
  const parsed = v.safeParse(schema, json)
  return parsed.success
    ? ok(parsed.output)
    : fail('params-invalid', { reason: describeIssue(parsed.issues[0], 'the body') })
}

/** What `Authorization: Bearer …` carries; null where there is none. */
export function bearerOf({ headers }: DoorRequest): Secret | null {
  const [, token] = /^Bearer +([^\s]+) *$/i.exec(headers['authorization'] ?? '') ?? []
  return token === undefined ? null : new Secret(token)
}

/**
 * Without anything that a terminal or a window would take for a command, or that turns what follows around. The joiners
 * of Indian scripts stay.
 */
export function harmless(text: string): string {
  return text.replace(/(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu, '').trim()
}
