import { createHash } from 'node:crypto'

/** Who signed in, as the id token said. The key is issuer + `sub`; e-mail and name are labels that change. */
export interface Identity {
  readonly issuer: string
  readonly sub: string
  readonly email: string
  readonly name: string | null
  readonly hostedDomain: string | null
}

/**
 * The id of an account in this app: a digest of issuer and `sub`, so that the same account is found again on
 * every sign-in (google-oauth.md 4.3: `sub` is stable and never reused) without showing the number itself.
 */
export function accountIdOf(issuer: string, sub: string): string {
  return createHash('sha256').update(`${issuer}\n${sub}`).digest('base64url').slice(0, 22)
}
