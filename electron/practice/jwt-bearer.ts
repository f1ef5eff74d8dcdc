/**
 * JWT bearer grants: a service account proves itself with an assertion that it signs, and gets an access token or an
 * id token; no client authentication, no refresh token, no limit of a hundred (google-oauth.md 6; RFC 7523).
 */
import { verify } from 'node:crypto'
import * as v from 'valibot'
import type { PracticeAccount } from './accounts.ts'
import { practiceAccounts } from './accounts.ts'
import { field, jsonAnswer } from './answers.ts'
import type { ActiveFaults } from './faults.ts'
import { signClaims } from './id-token.ts'
import { canonicalScopes, isKnownForm, isSubset, splitScopes } from './scopes.ts'
import type { Answer } from './server.ts'
import { serviceAccountByEmail } from './service-accounts.ts'
import type { PracticeState, ServiceAccount } from './state.ts'
import { accessSeconds } from './state.ts'
import type { EndpointErrorName } from './token-errors.ts'
import { errorAnswer } from './token-errors.ts'
import { newAccessToken } from './token-response.ts'
import type { PracticeWorld } from './world.ts'

export const jwtBearerGrantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

/** An assertion is for an hour at most. */
const longestSeconds = 3600
/** How far the clock of whoever signs may be off. Google gives no number; practice takes five minutes. */
const toleranceSeconds = 300
/** Google's libraries write this audience whatever the `token_uri` of the key file is that they send it to. */
const googleAudience = 'https://oauth2.googleapis.com/token'

const headerSchema = v.object({ alg: v.string(), kid: v.optional(v.string()) })
const claimsSchema = v.object({
  iss: v.string(),
  aud: v.optional(v.unknown()),
  iat: v.optional(v.unknown()),
  exp: v.optional(v.unknown()),
  scope: v.optional(v.unknown()),
  target_audience: v.optional(v.unknown()),
  sub: v.optional(v.unknown()),
})

interface Assertion {
  readonly header: v.InferOutput<typeof headerSchema>
  readonly claims: v.InferOutput<typeof claimsSchema>
  /** What the signature is over. */
  readonly signed: Buffer
  readonly signature: Buffer
}

/** What was asked for, once everything about it is right. */
type Wanted =
  | { readonly kind: 'access-token'; readonly scopes: readonly string[]; readonly sub: string }
  | { readonly kind: 'id-token'; readonly audience: string }
type Refused = { readonly refused: EndpointErrorName }

/** Answers an access token without `scope`, or `{id_token}` alone where the assertion has a `target_audience`. */
export async function jwtBearerGrant(
  world: PracticeWorld,
  fields: URLSearchParams,
  faults: ActiveFaults,
): Promise<Answer> {
  const text = field(fields, 'assertion')
  if (text === null) return errorAnswer('parameter-missing', 'Missing required parameter: assertion')
  const assertion = readAssertion(text)
  if (assertion === null) return errorAnswer('bad-request')
  const account = serviceAccountByEmail(world.store.state, assertion.claims.iss)
  if (account === null) return errorAnswer('service-not-found')
  const untrusted = signatureRefusal(world.store.state, account, assertion) ?? claimRefusal(world, assertion)
  if (untrusted !== null) return errorAnswer(untrusted)
  if (account.disabled) return errorAnswer('robot-disabled')
  const wanted = wantedBy(world.store.state, account, assertion)
  if ('refused' in wanted) return errorAnswer(wanted.refused)
  return wanted.kind === 'access-token'
    ? accessToken(world, account, wanted, faults)
    : jsonAnswer(200, { id_token: await idToken(world, account, wanted.audience, faults) })
}

/** The parts of a signed JWT in its compact form (RFC 7515 3.1), or null. Nothing of it is true yet. */
function readAssertion(text: string): Assertion | null {
  const parts = /^([\w-]+)\.([\w-]+)\.([\w-]*)$/.exec(text)
  if (parts === null) return null
  const [, header = '', claims = '', signature = ''] = parts
  const read = {
    header: v.safeParse(headerSchema, decodeJson(header)),
    claims: v.safeParse(claimsSchema, decodeJson(claims)),
  }
  if (!read.header.success || !read.claims.success) return null
  return {
    header: read.header.output,
    claims: read.claims.output,
    signed: Buffer.from(`${header}.${claims}`),
    signature: Buffer.from(signature, 'base64url'),
  }
}

function decodeJson(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
  } catch {
    return null
  }
}

/** Without a `kid` any key of the account may have signed it. */
function signatureRefusal(
  state: PracticeState,
  account: ServiceAccount,
  { header, signed, signature }: Assertion,
): EndpointErrorName | null {
  const named = (one: ServiceAccount): ServiceAccount['keys'] =>
    one.keys.filter(({ id }) => header.kid === undefined || id === header.kid)
  const keys = named(account)
  const foreign = header.kid !== undefined && keys.length === 0
  if (foreign && state.serviceAccounts.some((one) => named(one).length > 0)) return 'service-verifier'
  const fits =
    header.alg === 'RS256' && keys.some((key) => verify('sha256', signed, key.publicKey, signature))
  return fits ? null : 'service-signature'
}

/** Times by the practice clock, and that it is meant for this server. */
function claimRefusal(
  world: PracticeWorld,
  { claims: { iat, exp, aud } }: Assertion,
): EndpointErrorName | null {
  const now = world.now() / 1000
  const timely =
    typeof iat === 'number' &&
    typeof exp === 'number' &&
    exp > iat &&
    exp - iat <= longestSeconds &&
    iat <= now + toleranceSeconds &&
    exp >= now - toleranceSeconds
  if (!timely) return 'service-times'
  return aud === `${world.issuer}/token` || aud === googleAudience ? null : 'service-audience'
}

/** Either scopes or an audience for an id token. An id token is always about the account itself. */
function wantedBy(state: PracticeState, account: ServiceAccount, { claims }: Assertion): Wanted | Refused {
  const { scope = '', target_audience: audience = '', sub } = claims
  if (typeof scope !== 'string' || typeof audience !== 'string') return { refused: 'service-scope' }
  if (scope === '' && audience !== '') return { kind: 'id-token', audience }
  const asked = splitScopes(scope)
  if (audience !== '' || asked.length === 0 || !asked.every(isKnownForm)) return { refused: 'service-scope' }
  const scopes = canonicalScopes(asked)
  if (sub === undefined) return { kind: 'access-token', scopes, sub: account.uniqueId }
  const user = impersonated(state, account, sub, scopes)
  return 'refused' in user ? user : { kind: 'access-token', scopes, sub: user.sub }
}

/**
 * Domain-wide delegation: an administrator registered the account's numeric id with every one of these scopes. That
 * is for people of a Workspace; nobody can register anything for a consumer account.
 */
function impersonated(
  state: PracticeState,
  { delegated }: ServiceAccount,
  sub: unknown,
  scopes: readonly string[],
): PracticeAccount | Refused {
  if (typeof sub !== 'string' || !/^[^@\s]+@[^@\s]+$/.test(sub)) return { refused: 'service-subject' }
  const user = practiceAccounts.find(({ email }) => email === sub.toLowerCase())
  if (user === undefined) return { refused: 'service-user' }
  const registered = user.hostedDomain !== null && isSubset(scopes, delegated)
  if (!registered) return { refused: 'service-unauthorized' }
  return state.disabled.includes(user.sub) ? { refused: 'account-deleted' } : user
}

function accessToken(
  world: PracticeWorld,
  { uniqueId }: ServiceAccount,
  { sub, scopes }: Extract<Wanted, { kind: 'access-token' }>,
  faults: ActiveFaults,
): Answer {
  const granted = { sub, clientId: uniqueId, scopes, offline: false }
  return jsonAnswer(200, {
    access_token: newAccessToken(world, granted, faults.find('token-sizes')?.accessToken),
    expires_in: accessSeconds,
    token_type: faults.find('token-type')?.value ?? 'Bearer',
  })
}

function idToken(
  world: PracticeWorld,
  { email, uniqueId }: ServiceAccount,
  audience: string,
  faults: ActiveFaults,
): Promise<string> {
  const about = {
    iss: world.issuer,
    aud: audience,
    azp: email,
    sub: uniqueId,
    email,
    email_verified: true,
  }
  return signClaims(world, about, uniqueId, faults)
}
