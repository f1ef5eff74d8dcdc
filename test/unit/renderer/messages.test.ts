import { describe, expect, it } from 'vitest'
import type { ErrorCode } from '../../../electron/contract/errors.ts'
import { errors } from '../../../electron/contract/errors.ts'
import { appError } from '../../../electron/contract/outcome.ts'
import { errorText } from '../../../renderer/messages/error-text.ts'
import { errorsHi } from '../../../renderer/messages/errors.hi.ts'
import en from '../../../renderer/messages/en.json' with { type: 'json' }
import hi from '../../../renderer/messages/hi.json' with { type: 'json' }

type Texts = Record<string, string | Record<string, string>>
const placeholders = (text: string | Record<string, string>): string[] => {
  const all = typeof text === 'string' ? text : Object.values(text).join(' ')
  return [...new Set([...all.matchAll(/\{(\w+)\}/g)].map((found) => found[1] ?? ''))].sort()
}

describe('the two languages', () => {
  it('hold the same messages', () => {
    expect(Object.keys(hi)).toEqual(Object.keys(en))
  })

  it('take the same placeholders in each message', () => {
    const differing = Object.keys(en).filter(
      (key) =>
        String(placeholders((en as Texts)[key] ?? '')) !== String(placeholders((hi as Texts)[key] ?? '')),
    )
    expect(differing).toEqual([])
  })

  it('take the same placeholders in each error', () => {
    const differing = (Object.keys(errors) as ErrorCode[]).filter(
      (code) =>
        String(placeholders(errors[code].message)) !== String(placeholders(errorsHi[code].message)) ||
        String(placeholders(errors[code].next)) !== String(placeholders(errorsHi[code].next)),
    )
    expect(differing).toEqual([])
  })
})

describe('the words of an error', () => {
  it('are filled with its details in the language asked for', () => {
    const error = appError('server-unavailable', { status: 503 })
    expect(errorText(error, errors).message).toContain('503')
    expect(errorText(error, errorsHi).message).toContain('503')
    expect(errorText(error, errorsHi).message).not.toBe(errorText(error, errors).message)
  })
})
