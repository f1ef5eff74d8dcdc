/**
 * What a person pastes as the address where the browser ended. The browser may be on another machine and the address
 * may have come through a terminal or a chat; none of that may change which sign-in it answers.
 */
import type { ErrorCode } from '../../../contract/errors.ts'
import type { AppError } from '../../../contract/outcome.ts'
import { appError } from '../../../contract/outcome.ts'
import { parseUrl } from '../../clients/issuer.ts'
import { recognisePasted } from '../../inspection/foreign-token.ts'

/** What a browser's address bar can hold of an answer; more is something else. */
const longestAddress = 16_384
/** Nothing that is looked for comes near this, in characters: a clipboard can hold a whole book. */
const longestText = 65_536

export type PastedAddress =
  | { readonly kind: 'address'; readonly url: URL }
  /** `wipe`: a secret, which should not lie in a clipboard. */
  | { readonly kind: 'refused'; readonly error: AppError; readonly wipe: boolean }

/**
 * Reads a pasted text as an address.
 *
 * Errors: `paste-empty`, `paste-refresh-token`, `paste-secret`, `paste-code-alone`, `paste-no-address`.
 */
export function readPastedAddress(text: string): PastedAddress {
  const trimmed = text.trim()
  if (trimmed.length > longestText) return refused('paste-no-address')
  const bare = unwrapped(trimmed)
  if (bare === '') return refused('paste-empty')
  const url = bare.length > longestAddress ? null : parseUrl(withScheme(bare))
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return { kind: 'address', url }
  if (isCode(bare)) return refused('paste-code-alone')
  switch (recognisePasted(bare).kind) {
    case 'refresh-token':
      return refused('paste-refresh-token', true)
    case 'secret':
      return refused('paste-secret', true)
    default:
      return refused('paste-no-address')
  }
}

function refused(code: ErrorCode, wipe = false): PastedAddress {
  return { kind: 'refused', error: appError(code), wipe }
}

const quotes = new Set('"\'`<>“”‘’«»')
const isAround = (character: string): boolean => quotes.has(character) || character.trim() === ''

/**
 * Terminals wrap, chats quote: what stands around an address, and line breaks within it, are not part of it. One
 * character after the other: a pattern would begin anew at each blank, and take minutes over a page of them.
 */
function unwrapped(text: string): string {
  const lines = text.split(/[\r\n]+/)
  const joined = lines.map((line) => line.trim()).join('')
  let from = 0
  let to = joined.length
  while (from < to && isAround(joined.charAt(from))) from += 1
  while (to > from && isAround(joined.charAt(to - 1))) to -= 1
  return joined.slice(from, to)
}

/** Some browsers leave the scheme out of what they show. Without it only this machine can be meant. */
function withScheme(text: string): string {
  return /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?[/?]/i.test(text) ? `http://${text}` : text
}

/** Google's codes begin with `4/` (google-oauth.md 8.1). */
function isCode(text: string): boolean {
  return /^(code=)?4(\/|%2F)[\w.~%/-]+$/i.test(text)
}

/**
 * Whether an address is the one that the answer was sent to: origin and path, as the browser shows them. A slash more
 * or another name of this machine is another address.
 */
export function leadsTo(pasted: URL, redirectUri: string): boolean {
  const expected = parseUrl(redirectUri)
  return expected !== null && pasted.origin === expected.origin && pasted.pathname === expected.pathname
}

/**
 * The parameters, with a code that is still encoded decoded once more: some programs encode what they copy, and Google
 * calls such a code malformed (google-oauth.md 1.10). No code of Google's holds a per cent sign.
 */
export function decodedOnce(parameters: URLSearchParams): URLSearchParams {
  const decoded = new URLSearchParams(parameters)
  const codes = parameters.getAll('code')
  const [code] = codes
  if (codes.length !== 1 || code === undefined || !/%[0-9a-f]{2}/i.test(code)) return decoded
  try {
    decoded.set('code', decodeURIComponent(code))
  } catch {
    // Not encoded after all: it stays, and Google says what it thinks of it.
  }
  return decoded
}

/** What an address may carry an answer in: its query, and its fragment. */
export function answersIn(pasted: URL): readonly URLSearchParams[] {
  return [pasted.searchParams, new URLSearchParams(pasted.hash.slice(1))]
}
