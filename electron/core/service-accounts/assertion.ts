/** What a service account signs: google-oauth.md 6, RFC 7523, and AIP-4111 for what needs no exchange. */
import type { KeyObject } from 'node:crypto'
import { sign } from 'node:crypto'
import { Secret } from '../secret.ts'

/** Google takes no longer one, s. */
const lifeSeconds = 3600

export interface AssertionFields {
  readonly email: string
  /** The token endpoint. */
  readonly audience: string
  /** What an access token should be able to do; not used where an id token is wanted. */
  readonly scopes: readonly string[]
  /** Whom the id token is for; null for an access token. */
  readonly targetAudience: string | null
  /** Whom it acts as under domain-wide delegation; null for itself. */
  readonly subject: string | null
  /** Epoch ms, by Google's time. */
  readonly at: number
}

type Claims = Readonly<Record<string, string | number>>

/** The claims that the token endpoint exchanges for a token. */
export function assertionClaims(fields: AssertionFields): Claims {
  const { email, audience, scopes, targetAudience, subject, at } = fields
  return {
    iss: email,
    aud: audience,
    ...(targetAudience === null ? { scope: scopes.join(' ') } : { target_audience: targetAudience }),
    ...(subject === null ? {} : { sub: subject }),
    ...period(at),
  }
}

/** The claims of a token that an API takes as it is: for the API by its address, or for scopes (AIP-4111). */
export function selfSignedClaims(
  email: string,
  aim: { readonly audience: string } | { readonly scopes: readonly string[] },
  at: number,
): Claims {
  const aimed = 'audience' in aim ? { aud: aim.audience } : { scope: aim.scopes.join(' ') }
  return { iss: email, sub: email, ...aimed, ...period(at) }
}

/** An API of Google's as it must stand in `aud`, however much of it was typed; anything else as it is. */
export function apiAudience(text: string): string {
  const name = /^(?:https:\/\/)?([a-z0-9-]+\.googleapis\.com)\/?$/i.exec(text.trim())?.[1]
  return name === undefined ? text.trim() : `https://${name.toLowerCase()}/`
}

/** When a token with these claims ends, epoch ms. */
export function endOf(claims: Claims): number {
  return Number(claims['exp']) * 1000
}

/** The claims as a JWT, signed with RS256 under Google's name of the key. */
export function signedJwt(claims: Claims, key: KeyObject, privateKeyId: string): Secret {
  const signed = `${encoded({ alg: 'RS256', typ: 'JWT', kid: privateKeyId })}.${encoded(claims)}`
  return new Secret(`${signed}.${sign('RSA-SHA256', Buffer.from(signed), key).toString('base64url')}`)
}

function period(at: number): { readonly iat: number; readonly exp: number } {
  const iat = Math.floor(at / 1000)
  return { iat, exp: iat + lifeSeconds }
}

function encoded(json: object): string {
  return Buffer.from(JSON.stringify(json)).toString('base64url')
}
