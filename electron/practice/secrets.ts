import { createHash } from 'node:crypto'

/** How the state remembers a secret: SHA-256, base64url. The texts are random, so nothing can be guessed back. */
export function hashSecret(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

export type SecretKind =
  'code' | 'device-code' | 'access-token' | 'refresh-token' | 'id-token' | 'client-secret' | 'private-key'

/** Usual lengths, bytes; Google's limits are 256, 2048 and 512 (google-oauth.md 2.4). */
const usualBytes = {
  code: 73,
  'device-code': 104,
  'access-token': 222,
  'refresh-token': 103,
  'client-secret': 35,
} as const
const prefixes = {
  code: '4/',
  'device-code': 'AH-1Ng',
  'access-token': 'ya29.',
  'refresh-token': '1//',
  'client-secret': 'GOCSPX-',
} as const
export type MintedKind = keyof typeof prefixes

/**
 * A new secret in the form Google gives it, exactly `bytes` long. `random` gives base64url text of that many
 * random bytes. A code ends in four characters that check the rest, so that a cut or encoded one is recognised.
 */
export function mintSecret(kind: MintedKind, random: (bytes: number) => string, bytes?: number): string {
  const check = kind === 'code' ? 4 : 0
  const length = (bytes ?? usualBytes[kind]) - prefixes[kind].length - check
  const body = `${prefixes[kind]}${random(length).slice(0, length)}`
  return kind === 'code' ? `${body}${checkOf(body)}` : body
}

/** Whether a text is a whole code: not percent-encoded, not cut (google-oauth.md 1.10, `Malformed auth code.`). */
export function isWholeCode(text: string): boolean {
  return text.startsWith(prefixes.code) && text.length > 8 && text.endsWith(checkOf(text.slice(0, -4)))
}

function checkOf(body: string): string {
  return hashSecret(body).slice(0, 4)
}
