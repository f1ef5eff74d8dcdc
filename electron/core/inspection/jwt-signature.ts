/** Whether Google signed a JWT. Loaded when one is pasted. */
import type { JSONWebKeySet } from 'jose'
import { compactVerify, createLocalJWKSet, errors } from 'jose'
import type { ForeignInspection } from '../../contract/inspection.ts'

type Signature = Exclude<ForeignInspection['signature'], 'unchecked' | null>

/**
 * Checks the signature alone: a token that has run out can be as true as ever. Only RS256, which is all that Google
 * signs with (google-oauth.md 4.4). `unknown-key` where the key is not among those of now: they change every few weeks.
 */
export async function checkSignature(token: string, keys: JSONWebKeySet): Promise<Signature> {
  try {
    await compactVerify(token, createLocalJWKSet(keys), { algorithms: ['RS256'] })
    return 'valid'
  } catch (cause) {
    const unknown =
      cause instanceof errors.JWKSNoMatchingKey || cause instanceof errors.JWKSMultipleMatchingKeys
    return unknown ? 'unknown-key' : 'invalid'
  }
}
