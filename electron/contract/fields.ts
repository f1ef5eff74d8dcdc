/** The fields that everything at the boundary is made of. Instants are epoch milliseconds by the profile's clock. */
import * as v from 'valibot'
import type { ErrorCode } from './errors.ts'
import { errors } from './errors.ts'

/** A text of at most so many characters. */
export function text(
  max: number,
): v.SchemaWithPipe<readonly [v.StringSchema<undefined>, v.MaxLengthAction<string, number, undefined>]> {
  return v.pipe(v.string(), v.maxLength(max))
}
export const instant = v.pipe(v.number(), v.integer())
export const count = v.pipe(v.number(), v.integer(), v.minValue(0))

export const clientIdSchema = v.pipe(v.string(), v.minLength(1), v.maxLength(256))
export const idSchema = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{8,64}$/))
export const labelSchema = v.pipe(v.string(), v.trim(), v.maxLength(120))
/** One OAuth scope to ask for: RFC 6749 section 3.3 scope-token, at most 512 bytes. */
export const scopeSchema = v.pipe(v.string(), v.regex(/^[\x21\x23-\x5B\x5D-\x7E]{1,512}$/))

/** One scope as a server answered it, which can be anything without a space in it. */
export const grantedScopeSchema = text(4096)
export const emailSchema = text(320)
export const pathSchema = v.pipe(v.string(), v.minLength(1), v.maxLength(4096))

export const errorCodeSchema = v.picklist(Object.keys(errors) as [ErrorCode, ...ErrorCode[]])
export const appErrorSchema = v.strictObject({
  code: errorCodeSchema,
  message: text(1000),
  retryable: v.boolean(),
  details: v.exactOptional(v.record(text(40), v.union([text(600), v.number()]))),
})
