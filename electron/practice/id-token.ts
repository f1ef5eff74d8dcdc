import { createHash } from 'node:crypto'
import type { CryptoKey, JWTPayload } from 'jose'
import { SignJWT } from 'jose'
import type { PracticeAccount } from './accounts.ts'
import type { ActiveFaults } from './faults.ts'
import { createSigningKeys } from './keys.ts'
import { emailScope, isSignInScope, profileScope } from './scopes.ts'
import type { PracticeWorld } from './world.ts'

const lifeSeconds = 3600
const expiredAgoSeconds = 7200

interface IdTokenParts {
  readonly account: PracticeAccount
  readonly clientId: string
  readonly scopes: readonly string[]
  readonly nonce: string | null
  readonly accessToken: string
}

/** Identity is only told when it was granted (google-oauth.md 1.8). */
export function hasIdentity(scopes: readonly string[]): boolean {
  return scopes.some(isSignInScope)
}

/** What the granted scopes let a client know about an account (google-oauth.md 4.2, 4.3). */
export function accountClaims(
  issuer: string,
  account: PracticeAccount,
  scopes: readonly string[],
): Record<string, string | boolean> {
  const email = { email: account.email, email_verified: true }
  const profile = {
    name: account.name,
    picture: `${issuer}/picture/${account.sub}`,
    given_name: account.givenName,
    family_name: account.familyName,
  }
  return {
    sub: account.sub,
    ...(account.hostedDomain !== null && { hd: account.hostedDomain }),
    ...(scopes.includes(emailScope) && email),
    ...(scopes.includes(profileScope) && profile),
  }
}

/** Signs who signed in: RS256, valid for an hour (google-oauth.md 4.3). */
export async function signIdToken(
  world: PracticeWorld,
  parts: IdTokenParts,
  faults: ActiveFaults,
): Promise<string> {
  return signClaims(world, claims(world, parts, faults), parts.clientId, faults)
}

/** An id token with these claims and the times of an hour from now, as the faults let it. `clientId` is who gets it. */
export async function signClaims(
  world: PracticeWorld,
  about: JWTPayload,
  clientId: string,
  faults: ActiveFaults,
): Promise<string> {
  const token = await new SignJWT({ ...about, ...times(world, faults) })
    .setProtectedHeader({ alg: 'RS256', kid: (await world.keys()).kid, typ: 'JWT' })
    .sign(await signingKey(world, faults))
  world.witness('id-token', token, clientId)
  return token
}

function times(world: PracticeWorld, faults: ActiveFaults): { readonly iat: number; readonly exp: number } {
  const skewMs = faults.find('skewed-clock')?.byMs ?? 0
  const ago = faults.has('expired-id-token') ? expiredAgoSeconds : 0
  const iat = Math.floor((world.now() + skewMs) / 1000) - ago
  return { iat, exp: iat + lifeSeconds }
}

function claims(world: PracticeWorld, parts: IdTokenParts, faults: ActiveFaults): JWTPayload {
  const nonce = faults.has('wrong-nonce') ? 'not-the-nonce-that-was-sent' : parts.nonce
  return {
    iss: world.issuer,
    azp: parts.clientId,
    aud: parts.clientId,
    ...accountClaims(world.issuer, parts.account, parts.scopes),
    at_hash: leftHalfHash(parts.accessToken),
    ...(nonce !== null && { nonce }),
  }
}

/** `at_hash`: the left half of SHA-256 over the access token (OpenID Connect Core 3.1.3.6). */
function leftHalfHash(accessToken: string): string {
  return createHash('sha256').update(accessToken).digest().subarray(0, 16).toString('base64url')
}

/** A foreign key under our own `kid`: the signature cannot match. */
async function signingKey(world: PracticeWorld, faults: ActiveFaults): Promise<CryptoKey> {
  const keys = faults.has('foreign-id-token') ? createSigningKeys() : world.keys()
  return (await keys).privateKey
}
