import type { CryptoKey, JWK } from 'jose'
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose'

/** The key that signs id tokens: RS256 with RSA-2048, new in every run, so nothing of it is ever stored. */
export interface SigningKeys {
  readonly kid: string
  readonly privateKey: CryptoKey
  readonly publicKey: CryptoKey
  readonly publicJwk: JWK
}

export async function createSigningKeys(): Promise<SigningKeys> {
  const pair = await generateKeyPair('RS256', { modulusLength: 2048 })
  const { n, e } = await exportJWK(pair.publicKey)
  const jwk: JWK = { kty: 'RSA', alg: 'RS256', use: 'sig', ...(n && { n }), ...(e && { e }) }
  const kid = await calculateJwkThumbprint(jwk)
  return { kid, ...pair, publicJwk: { ...jwk, kid } }
}
