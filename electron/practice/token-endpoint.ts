/** `/token`: who asks, code exchange and refresh (google-oauth.md 1.7, 1.8, 1.10, 2.1). */
import { createHash, timingSafeEqual } from 'node:crypto'
import { field, formFields, jsonAnswer, repeatedField } from './answers.ts'
import { clientStanding, useClient } from './client-life.ts'
import { deviceGrant, deviceGrantType } from './device-grant.ts'
import { faultyEndpoint } from './faulty-endpoint.ts'
import type { ActiveFaults } from './faults.ts'
import { jwtBearerGrant, jwtBearerGrantType } from './jwt-bearer.ts'
import { accountRefusal, clientRefusal, refreshRefusal } from './refusals.ts'
import { canonicalScopes, isSubset, splitScopes } from './scopes.ts'
import { hashSecret, isWholeCode } from './secrets.ts'
import type { Answer, Handle, PracticeRequest } from './server.ts'
import type { Code, RefreshToken } from './state.ts'
import { findRefreshToken, isCodeFresh, rotateRefreshToken, spendCode, useRefreshToken } from './state.ts'
import { errorAnswer } from './token-errors.ts'
import { firstTokens, tokenResponse } from './token-response.ts'
import type { PracticeWorld } from './world.ts'
import { issueSecret } from './world.ts'

export function tokenEndpoint(world: PracticeWorld): Handle {
  return faultyEndpoint(world, 'token', (request, faults) => answerToken(world, request, faults))
}

async function answerToken(
  world: PracticeWorld,
  request: PracticeRequest,
  faults: ActiveFaults,
): Promise<Answer> {
  const fields = formFields(request)
  const repeated = repeatedField(fields)
  if (repeated !== null) {
    return errorAnswer('parameter-missing', `OAuth 2 parameters can only have a single value: ${repeated}`)
  }
  const grantType = field(fields, 'grant_type')
  if (grantType === null) return missing('grant_type')
  if (grantType === jwtBearerGrantType) return jwtBearerGrant(world, fields, faults)
  const grant = grants.get(grantType)
  if (grant === undefined) return errorAnswer('grant-type-invalid', `Invalid grant_type: ${grantType}`)
  const client = authenticateClient(world, request, fields)
  return 'refused' in client ? client.refused : grant(world, client.clientId, fields, faults)
}

type Grant = (
  world: PracticeWorld,
  clientId: string,
  fields: URLSearchParams,
  faults: ActiveFaults,
) => Answer | Promise<Answer>

/** What a client can ask for once it has proved itself. */
const grants: ReadonlyMap<string, Grant> = new Map<string, Grant>([
  ['authorization_code', exchangeCode],
  ['refresh_token', refresh],
  [deviceGrantType, deviceGrant],
])

function missing(parameter: string): Answer {
  return errorAnswer('parameter-missing', `Missing required parameter: ${parameter}`)
}

type Authenticated = { readonly clientId: string } | { readonly refused: Answer }

/** `client_secret_post` or HTTP Basic; a Desktop client without its secret is refused (google-oauth.md 1.7). */
function authenticateClient(
  world: PracticeWorld,
  request: PracticeRequest,
  fields: URLSearchParams,
): Authenticated {
  const basic = basicCredentials(request.headers.authorization)
  const clientId = basic?.clientId ?? field(fields, 'client_id')
  const secret = basic?.secret ?? field(fields, 'client_secret')
  if (clientId === null) return { refused: errorAnswer('client-id-missing') }
  const { state } = world.store
  const standing = clientRefusal(clientStanding(state, clientId, world.now()))
  if (standing !== null) return { refused: errorAnswer(standing) }
  if (secret === null) return { refused: errorAnswer('secret-missing') }
  const secrets = state.clients.find((one) => one.clientId === clientId)?.secrets ?? []
  const known = secrets.some((one) => one.hash === hashSecret(secret))
  return known ? { clientId } : { refused: errorAnswer('secret-invalid') }
}

/** RFC 6749 2.3.1: both parts are form-encoded before they are joined. */
function basicCredentials(header: string | undefined): { clientId: string; secret: string | null } | null {
  const encoded = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(header ?? '')?.[1]
  if (encoded === undefined) return null
  const [clientId = '', ...secret] = Buffer.from(encoded, 'base64')
    .toString('utf8')
    .split(':')
    .map(formDecode)
  return { clientId, secret: secret.join(':') || null }
}

function formDecode(text: string): string {
  return new URLSearchParams(`x=${text.replace(/&/g, '%26')}`).get('x') ?? ''
}

async function exchangeCode(
  world: PracticeWorld,
  clientId: string,
  fields: URLSearchParams,
  faults: ActiveFaults,
): Promise<Answer> {
  const text = field(fields, 'code')
  const redirectUri = field(fields, 'redirect_uri')
  if (text === null) return missing('code')
  if (redirectUri === null) return missing('redirect_uri')
  if (!isWholeCode(text)) return errorAnswer('code-malformed')
  const code = world.store.state.codes.find((one) => one.hash === hashSecret(text))
  const usable = code !== undefined && code.clientId === clientId && isCodeFresh(code, world.now())
  if (!usable) return errorAnswer('bad-request')
  if (code.redirectUri !== redirectUri) return errorAnswer('redirect-mismatch')
  const refused = checkVerifier(code, field(fields, 'code_verifier')) ?? checkAccount(world, code)
  return refused ?? firstTokens(world, code, faults, (state) => spendCode(state, code.hash))
}

function checkAccount({ store }: PracticeWorld, code: Code): Answer | null {
  const refused = accountRefusal(store.state, code)
  return refused === null ? null : errorAnswer(refused)
}

function checkVerifier(code: Code, verifier: string | null): Answer | null {
  if (code.challenge === null) return verifier === null ? null : errorAnswer('verifier-not-needed')
  if (verifier === null) return errorAnswer('verifier-missing')
  const derived =
    code.challenge.method === 'plain' ? verifier : createHash('sha256').update(verifier).digest('base64url')
  return sameText(derived, code.challenge.value) ? null : errorAnswer('verifier-invalid')
}

function sameText(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(hashSecret(one)), Buffer.from(hashSecret(other)))
}

async function refresh(
  world: PracticeWorld,
  clientId: string,
  fields: URLSearchParams,
  faults: ActiveFaults,
): Promise<Answer> {
  const text = field(fields, 'refresh_token')
  if (text === null) return missing('refresh_token')
  const token = findRefreshToken(world.store.state, hashSecret(text))
  if (token === null) return errorAnswer('bad-request')
  if (token.clientId !== clientId) return errorAnswer('foreign-client')
  const refused = refreshRefusal(world.store.state, token, world.now())
  if (refused !== null) return errorAnswer(refused)
  const scopes = refreshedScopes(token, field(fields, 'scope'))
  if (scopes === null) return errorAnswer('scope-invalid')
  world.store.note((state) =>
    useClient(useRefreshToken(state, token.hash, world.now()), clientId, world.now()),
  )
  const rotated = await rotate(world, token, faults)
  const wider = faults.find('wider-scope')
  const answered = wider ? canonicalScopes([...token.scopes, ...wider.scopes]) : scopes
  const response = await tokenResponse(
    world,
    { ...token, scopes: answered, nonce: null, offline: true },
    faults,
  )
  return jsonAnswer(200, { ...response, ...(rotated !== null && { refresh_token: rotated }) })
}

/** The new refresh token of an answer that the fault gives one to; it is saved before anyone sees it. */
async function rotate(
  world: PracticeWorld,
  token: RefreshToken,
  faults: ActiveFaults,
): Promise<string | null> {
  const fault = faults.find('rotate')
  if (fault === null) return null
  const fresh = issueSecret(world, 'refresh-token', token.clientId, faults.find('token-sizes')?.refreshToken)
  await world.store.change((state) =>
    rotateRefreshToken(state, token, hashSecret(fresh), fault.old, world.now()),
  )
  return fresh
}

/** All scopes of the grant, or the part that was asked for; null when more was asked for than was granted. */
function refreshedScopes(token: RefreshToken, asked: string | null): readonly string[] | null {
  if (asked === null) return token.scopes
  const wanted = canonicalScopes(splitScopes(asked))
  return isSubset(wanted, token.scopes) ? wanted : null
}
