/**
 * A `.latchkey.json`: the file by which a folder declares whose it is. It can come from a stranger's repository, so
 * it is read with suspicion. What it names is only ever compared with accounts and clients that are here; it names
 * no path, no address and no program.
 */
import { createHash } from 'node:crypto'
import type { Outcome } from '../../contract/outcome.ts'
import { fail, ok } from '../../contract/outcome.ts'

/** Room for both names many times over, bytes. */
export const maxDeclarationBytes = 4096
/** An e-mail address is never longer; nor is a label. */
const longestName = 320

export interface Declaration {
  /** An e-mail address or a label. */
  readonly account: string
  /** A client's id or label. */
  readonly client: string | null
}

/** What stands for one content of the file: SHA-256, base64url. */
export function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url')
}

/**
 * Takes the bytes of a file. A byte order mark, any line ends and room around are fine; nothing but `account` and
 * `client`, once each and as plain text, may stand there. Errors: `declaration-too-large`, `declaration-invalid`.
 */
export function parseDeclaration(bytes: Uint8Array): Outcome<Declaration> {
  if (bytes.byteLength > maxDeclarationBytes)
    return fail('declaration-too-large', { limit: maxDeclarationBytes })
  const text = decoded(bytes)
  if (text === null) return invalid('it is not UTF-8 text')
  if (text.trim() === '') return invalid('it is empty')
  const json = parsed(text)
  if (json === undefined) return invalid('it is not JSON')
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    return invalid('it is not an object in {braces}')
  const flaw = flawOf(new Map<string, unknown>(Object.entries(json)), text)
  if (flaw !== null) return invalid(flaw)
  const { account, client = null } = json as { account: string; client?: string }
  return ok({ account, client })
}

const invalid = (reason: string): Outcome<never> => fail('declaration-invalid', { reason })

function decoded(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

const keys = ['account', 'client']

function flawOf(fields: ReadonlyMap<string, unknown>, text: string): string | null {
  for (const [key, value] of fields) {
    if (!keys.includes(key)) return 'it says more than “account” and “client”'
    const flaw = valueFlaw(value)
    if (flaw !== null) return `“${key}” ${flaw}`
  }
  if (!fields.has('account')) return '“account” is missing'
  return memberCount(text) === fields.size ? null : 'it says the same thing twice'
}

/** Control characters, and those that hide or turn around what a person reads before approving. */
const unseen =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB\u{E0000}-\u{E007F}]/u

function valueFlaw(value: unknown): string | null {
  if (typeof value !== 'string') return 'is not a text in quotes'
  if (value.trim() === '') return 'is empty'
  if (value.length > longestName) return 'is too long'
  return unseen.test(value) ? 'holds characters that cannot be seen' : null
}

const string = /"(?:[^"\\]|\\.)*"/.source
const member = new RegExp(`${string}\\s*:\\s*${string}`, 'g')
const flatObject = new RegExp(
  `^\\s*\\{\\s*${string}\\s*:\\s*${string}(?:\\s*,\\s*${string}\\s*:\\s*${string})*\\s*\\}\\s*$`,
)

/**
 * How many members stand in the text of an object that is known to be JSON; null where one of them is no plain
 * text. A parser keeps the last of two that bear the same key and does not say so.
 */
function memberCount(text: string): number | null {
  return flatObject.test(text) ? (text.match(member) ?? []).length : null
}
