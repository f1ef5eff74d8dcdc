import { createHash } from 'node:crypto'
import type { Issuer } from '../../clients/issuer.ts'
import type { Random } from '../../ports.ts'
import { canonicalScope, identityScopes } from '../../../contract/scopes/scope-sets.ts'

/** What binds one sign-in together. Verifier, state and nonce never leave main except where the protocol says. */
export interface AuthorizationSecrets {
  readonly verifier: string
  readonly state: string
  readonly nonce: string
}

/** 32 random bytes each: 43 characters, the shortest verifier RFC 7636 section 4.1 allows. */
export function newAuthorizationSecrets(random: Random): AuthorizationSecrets {
  return { verifier: random.token(32), state: random.token(32), nonce: random.token(32) }
}

export interface AuthorizationRequest {
  readonly issuer: Issuer
  readonly clientId: string
  readonly redirectUri: string
  readonly scopes: readonly string[]
  /** E-mail or `sub` of a known account; null when any account is welcome. */
  readonly loginHint: string | null
  readonly language: 'en' | 'hi'
  readonly secrets: AuthorizationSecrets
}

/**
 * The address that the system browser opens: google-oauth.md 1.2.
 *
 * `prompt=consent`, because without it a second authorization can come back without a refresh token;
 * `select_account` only for a new account. Never `include_granted_scopes`: it silently widens tokens (1.6).
 */
export function authorizationUrl(request: AuthorizationRequest): string {
  const { issuer, clientId, redirectUri, loginHint, language, secrets } = request
  const url = new URL(issuer.authorizationEndpoint)
  const parameters: Readonly<Record<string, string>> = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: withIdentityScopes(request.scopes).join(' '),
    state: secrets.state,
    nonce: secrets.nonce,
    code_challenge: createHash('sha256').update(secrets.verifier).digest('base64url'),
    code_challenge_method: 'S256',
    access_type: 'offline',
    prompt: loginHint === null ? 'consent select_account' : 'consent',
    hl: language,
    ...(loginHint === null ? {} : { login_hint: loginHint }),
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return url.href
}

/** The scopes asked for: identity first, then the rest, each once in whatever spelling, the first one it comes in. */
export function withIdentityScopes(scopes: readonly string[]): readonly string[] {
  const asked = new Map<string, string>()
  for (const scope of [...identityScopes, ...scopes]) {
    const canonical = canonicalScope(scope)
    if (!asked.has(canonical)) asked.set(canonical, scope)
  }
  return [...asked.values()]
}
