/** Whose a pasted token is, for which client, and what it may do (google-oauth.md 4.1, 4.3). */
import { createPublicKey, verify } from 'node:crypto'
import type { ForeignInspection } from '../../contract/inspection.ts'
import type { Outcome } from '../../contract/outcome.ts'
import { fail, ok } from '../../contract/outcome.ts'
import { parseScopes } from '../../contract/scopes/scope-sets.ts'
import { accountIdOf } from '../accounts/identity.ts'
import { fetchIssuerKeys } from '../clients/issuer-keys.ts'
import type { ProfileContext } from '../profile-context.ts'
import type { Secret } from '../secret.ts'
import { restoredKey } from '../service-accounts/key-storage.ts'
import { keysOf } from '../service-accounts/service-keys.ts'
import type { AccountRecord, ServiceRecord, State } from '../state/state.ts'
import type { UncheckedJwt } from './foreign-token.ts'
import { recognisePasted } from './foreign-token.ts'
import { askTokenInfo, toldEnd } from './inspect-token.ts'
import { readTokenInfo } from './tokeninfo-answer.ts'

/** As much as the view takes, in characters. */
const longestText = 320
const longestAccessType = 40
const longestDomain = 255
const mostScopes = 500
/** Beyond this a number is no instant that anybody means, epoch seconds. */
const latestInstant = 1e11

/**
 * Looks at the token on the clipboard. An access token is sent to tokeninfo and nowhere else; a JWT is sent nowhere,
 * because Google's public keys are enough for it. Nothing of it is stored, logged or in the answer. What nobody should
 * carry about (a refresh token, a secret) is not looked at, and the clipboard is emptied.
 *
 * Errors: `paste-empty`, `paste-not-token`, `paste-refresh-token`, `paste-secret`, `foreign-token-unknown`, those of
 * `readTokenInfo`.
 */
export async function inspectForeign(context: ProfileContext): Promise<Outcome<ForeignInspection>> {
  const { desktop } = context.ports
  const pasted = recognisePasted(await desktop.readClipboard())
  switch (pasted.kind) {
    case 'empty':
      return fail('paste-empty')
    case 'other':
      return fail('paste-not-token')
    case 'refresh-token':
      desktop.clearClipboard()
      return fail('paste-refresh-token')
    case 'secret':
      desktop.clearClipboard()
      return fail('paste-secret')
    case 'jwt':
      return ok(await describeJwt(context, pasted.token, pasted.jwt))
    case 'opaque':
      return describeAccessToken(context, pasted.token)
  }
}

async function describeAccessToken(
  context: ProfileContext,
  token: Secret,
): Promise<Outcome<ForeignInspection>> {
  const asked = await askTokenInfo(context, token)
  const told = readTokenInfo(asked.result, token)
  if (!told.ok) return told.error.code === 'inspection-refused' ? fail('foreign-token-unknown') : told
  const { audience, authorizedParty, sub, email, scopes, accessType } = told.value
  const expiresAt = toldEnd(told.value, asked)
  const state = context.ledger.state()
  // It is for its audience; who asked for it counts only where nothing else is said.
  const audiences = [audience ?? authorizedParty].filter((id) => id !== null)
  return ok({
    ...{ kind: 'access-token', signature: null },
    audience: cut(audience),
    authorizedParty: cut(authorizedParty),
    yourClient: yourClient(state, audiences),
    yourService: serviceHere(state, ({ service }) => audiences.includes(service.uniqueId)) !== null,
    email: cut(email),
    yourAccount: yourAccount(state, { issuer: context.issuer.identity, sub, email, numbers: audiences }),
    scopes: scopes?.slice(0, mostScopes) ?? null,
    issuedAt: null,
    expiresAt,
    expired: expiresAt !== null && expiresAt <= context.now(),
    accessType: cut(accessType, longestAccessType),
    hostedDomain: null,
    bytes: token.byteLength,
  })
}

async function describeJwt(
  context: ProfileContext,
  token: Secret,
  jwt: UncheckedJwt,
): Promise<ForeignInspection> {
  const { claims } = jwt
  const text = (name: string): string | null => textOf(claims[name])
  const signature = await signatureOf(context, token, jwt)
  const audiences = textsOf(claims['aud'])
  const scope = text('scope')
  const expiresAt = instantOf(claims['exp'])
  return {
    ...{ kind: 'id-token', signature },
    audience: cut(audiences.length === 0 ? null : audiences.join(' ')),
    authorizedParty: cut(text('azp')),
    ...belonging(context, jwt, signature),
    email: cut(text('email')),
    scopes: scope === null ? null : parseScopes(scope).slice(0, mostScopes),
    issuedAt: instantOf(claims['iat']),
    expiresAt,
    expired: expiresAt !== null && expiresAt <= context.now(),
    accessType: null,
    hostedDomain: cut(text('hd'), longestDomain),
    bytes: token.byteLength,
  }
}

/** Google's keys say nothing about what others sign; a service account here signs with its own (google-oauth.md 6). */
async function signatureOf(
  context: ProfileContext,
  token: Secret,
  jwt: UncheckedJwt,
): Promise<NonNullable<ForeignInspection['signature']>> {
  if (!isGoogles(context, jwt)) return signatureOfService(context, token, jwt)
  if (jwt.header['alg'] !== 'RS256') return 'invalid'
  const fetched = await fetchIssuerKeys(context.ports.http, context.issuer)
  if (fetched.kind !== 'keys') return 'unchecked'
  const { checkSignature } = await import('./jwt-signature.ts')
  return checkSignature(token.reveal(), fetched.keys)
}

/** By the public half of the key that it names, where that is held here and can be read. */
async function signatureOfService(
  { ledger, ports, services }: ProfileContext,
  token: Secret,
  { header, claims }: UncheckedJwt,
): Promise<NonNullable<ForeignInspection['signature']>> {
  const account = serviceHere(ledger.state(), ({ email }) => email === claims['iss'])
  const keys = account ? keysOf(account.service) : []
  const named = keys.find(({ privateKeyId }) => privateKeyId === header['kid'])
  if (!named) return 'unknown-key'
  if (header['alg'] !== 'RS256') return 'invalid'
  const stored = await ports.secretStore.get(services.serviceKey, named.keyId)
  const key = stored.ok && stored.value ? restoredKey(stored.value) : null
  if (!key) return 'unchecked'
  const [head = '', body = '', signature = ''] = token.reveal().split('.')
  const signed = Buffer.from(`${head}.${body}`)
  const holds = verify('RSA-SHA256', signed, createPublicKey(key), Buffer.from(signature, 'base64url'))
  return holds ? 'valid' : 'invalid'
}

function isGoogles({ issuer }: ProfileContext, { claims }: UncheckedJwt): boolean {
  return [issuer.issuer, ...issuer.issuerAliases].some((name) => name === claims['iss'])
}

/** What a forged one says of itself belongs to nobody. */
function belonging(
  context: ProfileContext,
  jwt: UncheckedJwt,
  signature: ForeignInspection['signature'],
): Pick<ForeignInspection, 'yourClient' | 'yourService' | 'yourAccount'> {
  if (signature === 'invalid') return { yourClient: null, yourService: false, yourAccount: null }
  const { claims } = jwt
  const state = context.ledger.state()
  const audiences = textsOf(claims['aud'])
  const googles = isGoogles(context, jwt)
  const account = {
    issuer: context.issuer.identity,
    sub: googles ? textOf(claims['sub']) : null,
    email: textOf(claims[googles ? 'email' : 'iss']),
    numbers: googles ? [...audiences, ...textsOf(claims['azp'])] : [],
  }
  return {
    yourClient: yourClient(state, audiences),
    // What somebody else signs can be by a service account here only.
    yourService: !googles && signature === 'valid',
    yourAccount: yourAccount(state, account),
  }
}

function yourClient(state: State, ids: readonly string[]): ForeignInspection['yourClient'] {
  const client = ids.map((id) => state.clients.get(id)).find((one) => one !== undefined)
  return client ? { clientId: client.clientId, label: client.label } : null
}

/** A person by `sub`; a service account by its number, which stands where a client's id does, or by its address. */
function yourAccount(
  state: State,
  told: {
    readonly issuer: string
    readonly sub: string | null
    readonly email: string | null
    readonly numbers: readonly string[]
  },
): string | null {
  const { issuer, sub, email, numbers } = told
  const person = sub === null ? undefined : state.accounts.get(accountIdOf(issuer, sub))
  if (person && !person.forgotten) return person.accountId
  const account = serviceHere(
    state,
    ({ service, email: address }) =>
      numbers.includes(service.uniqueId) || sub === service.uniqueId || email === address,
  )
  return account?.accountId ?? null
}

type ServiceAccount = AccountRecord & { readonly service: ServiceRecord }

function serviceHere(state: State, is: (account: ServiceAccount) => boolean): ServiceAccount | null {
  for (const account of state.accounts.values())
    if (isService(account) && !account.forgotten && is(account)) return account
  return null
}

function isService(account: AccountRecord): account is ServiceAccount {
  return account.service !== null
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

function textsOf(value: unknown): readonly string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value]
  return values.filter((one): one is string => typeof one === 'string' && one !== '')
}

/** From epoch seconds to ms. */
function instantOf(value: unknown): number | null {
  const fits = typeof value === 'number' && value >= 0 && value < latestInstant
  return fits ? Math.round(value * 1000) : null
}

function cut(text: string | null, longest = longestText): string | null {
  return text?.slice(0, longest) ?? null
}
