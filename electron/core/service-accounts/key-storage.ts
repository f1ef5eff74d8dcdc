/**
 * A private key as the keychain holds it. Windows takes 2,560 bytes an item and counts two for each character, so
 * 1,280 characters; the PEM of an RSA key of 4,096 bits has about 3,270. Its two primes say everything else: 256 bytes
 * each are 342 characters of base64url, with the exponent and the marks between them 695.
 */
import type { KeyObject } from 'node:crypto'
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import type { Outcome } from '../../contract/outcome.ts'
import { fail, ok } from '../../contract/outcome.ts'
import { Secret } from '../secret.ts'

/** Marks the form; another one gets another number. */
const mark = 'rsa1'

/** Takes an RSA private key and answers the text to keep of it, or null where it has not two primes. */
export function storedKey(key: KeyObject): Secret | null {
  const { e, p, q } = key.export({ format: 'jwk' })
  return e === undefined || p === undefined || q === undefined ? null : new Secret(`${mark}.${e}.${p}.${q}`)
}

/** The key that a kept text stands for, with all that follows from its primes reckoned anew; null for another text. */
export function restoredKey(stored: Secret): KeyObject | null {
  const [form, e, p, q, more] = stored.reveal().split('.')
  if (form !== mark || !e || !p || !q || more !== undefined) return null
  try {
    return createPrivateKey({ key: privateJwk(number(e), number(p), number(q)), format: 'jwk' })
  } catch {
    return null
  }
}

/**
 * The text to keep, and the key as it comes back from it: proven to be the same key by its public half and by a
 * signature. Errors: `key-truncated` where the file's numbers do not belong together.
 */
export function provenStorage(
  key: KeyObject,
): Outcome<{ readonly stored: Secret; readonly restored: KeyObject }> {
  const stored = storedKey(key)
  const restored = stored && restoredKey(stored)
  if (!stored || !restored || !isSameKey(key, restored)) return fail('key-truncated')
  return ok({ stored, restored })
}

const probe = Buffer.from('latchkey')

/** Whether the second is the private key that the first is: by their public halves and by a signature. */
export function isSameKey(key: KeyObject, restored: KeyObject): boolean {
  try {
    const there = createPublicKey(key)
    const back = createPublicKey(restored)
    const der = { type: 'spki', format: 'der' } as const
    if (!there.export(der).equals(back.export(der))) return false
    return verify('RSA-SHA256', probe, there, sign('RSA-SHA256', probe, restored))
  } catch {
    return false
  }
}

/** RFC 8017 section 3.2: everything of an RSA key from its exponent and its two primes. */
function privateJwk(e: bigint, p: bigint, q: bigint): Record<string, string> {
  const lambda = ((p - 1n) * (q - 1n)) / commonDivisor(p - 1n, q - 1n)
  const d = inverse(e, lambda)
  return {
    kty: 'RSA',
    n: text(p * q),
    e: text(e),
    d: text(d),
    p: text(p),
    q: text(q),
    dp: text(d % (p - 1n)),
    dq: text(d % (q - 1n)),
    qi: text(inverse(q, p)),
  }
}

function commonDivisor(one: bigint, other: bigint): bigint {
  let [larger, smaller] = [one, other]
  while (smaller !== 0n) [larger, smaller] = [smaller, larger % smaller]
  return larger
}

/** The number that times `value` leaves 1 under `modulus`, by Euclid. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [remainder, next] = [modulus, value % modulus]
  let [factor, nextFactor] = [0n, 1n]
  while (next !== 0n) {
    const quotient = remainder / next
    ;[remainder, next] = [next, remainder - quotient * next]
    ;[factor, nextFactor] = [nextFactor, factor - quotient * nextFactor]
  }
  return factor < 0n ? factor + modulus : factor
}

function number(base64url: string): bigint {
  return BigInt(`0x${Buffer.from(base64url, 'base64url').toString('hex')}`)
}

function text(value: bigint): string {
  const hex = value.toString(16)
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex').toString('base64url')
}
