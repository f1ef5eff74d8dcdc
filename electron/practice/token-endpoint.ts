/** `/token`: code exchange and refresh (google-oauth.md 1.7, 1.8, 1.10, 2.1). */
import { createHash, timingSafeEqual } from 'node:crypto'
import { accountBySub } from './accounts.ts'
import { field, formFields, jsonAnswer, repeatedField } from './answers.ts'
import { clientStanding, useClient } from './client-life.ts'
import { faultyEndpoint } from './faulty-endpoint.ts'
import type { ActiveFaults } from './faults.ts'
import { hasIdentity, signIdToken } from './id-token.ts'
import { clientRefusal, refreshRefusal, restrictedScopes } from './refusals.ts'
import { canonicalScopes, isSubset, splitScopes } from './scopes.ts'
import { hashSecret, isWholeCode } from './secrets.ts'
import type { Answer, Handle, PracticeRequest } from './server.ts'
import type { Code, PracticeState, RefreshToken } from './state.ts'
import {
  accessSeconds,
  addAccessToken,
  findRefreshToken,
  isCodeFresh,
  mintRefreshTokens,
  rotateRefreshToken,
  spendCode,
  timeBasedSeconds,
  useRefreshToken,
} from './state.ts'
import { errorAnswer } from './token-errors.ts'
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
  if (grantType !== 'authorization_code' && grantType !== 'refresh_token') {
    return errorAnswer('grant-type-invalid', `Invalid grant_type: ${grantType}`)
  }
  const client = authenticateClient(world, request, fields)
  if ('refused' in client) return client.refused
  return grantType === 'authorization_code'
    ? exchangeCode(world, client.clientId, fields, faults)
    : refresh(world, client.clientId, fields, faults)
}

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
  const refused = checkVerifier(code, field(fields, 'code_verifier')) ?? checkAccount(world.store.state, code)
  return refused ?? grantFromCode(world, code, faults)
}

/** What happened to the account between its consent and the exchange. */
function checkAccount(state: PracticeState, { sub, scopes }: Code): Answer | null {
  if (state.disabled.includes(sub)) return errorAnswer('account-deleted')
  return restrictedScopes(state, sub, scopes).length > 0 ? errorAnswer('admin-policy') : null
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

async function grantFromCode(world: PracticeWorld, code: Code, faults: ActiveFaults): Promise<Answer> {
  const sizes = faults.find('token-sizes')
  const withRefresh = code.refreshToken && !faults.has('no-refresh-token')
  const refreshToken = withRefresh
    ? issueSecret(world, 'refresh-token', code.clientId, sizes?.refreshToken)
    : null
  const saved = world.store.change((state) => {
    const spent = useClient(spendCode(state, code.hash), code.clientId, world.now())
    if (refreshToken === null) return spent
    return mintRefreshTokens(spent, { ...code, hashes: [hashSecret(refreshToken)] }, world.now())
  })
  const [response] = await Promise.all([
    tokenResponse(world, { ...code, offline: withRefresh }, faults),
    saved,
  ])
  return jsonAnswer(200, {
    ...response,
    ...(refreshToken !== null && { refresh_token: refreshToken }),
    ...(refreshToken !== null && code.timeBased && { refresh_token_expires_in: timeBasedSeconds }),
  })
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

interface Granted {
  readonly sub: string
  readonly clientId: string
  readonly scopes: readonly string[]
  readonly nonce: string | null
  readonly offline: boolean
}

/** The fields that code exchange and refresh share. */
async function tokenResponse(
  world: PracticeWorld,
  granted: Granted,
  faults: ActiveFaults,
): Promise<Record<string, unknown>> {
  const account = accountBySub(granted.sub)
  const bytes = faults.find('token-sizes')?.accessToken
  const accessToken = issueSecret(world, 'access-token', granted.clientId, bytes)
  world.store.note((state) => {
    const expiresAt = world.now() + accessSeconds * 1000
    const { sub, clientId, scopes, offline } = granted
    const token = { hash: hashSecret(accessToken), sub, clientId, scopes: [...scopes], offline, expiresAt }
    return addAccessToken(state, token, world.now())
  })
  const tellsWho = account !== null && hasIdentity(granted.scopes) && !faults.has('no-id-token')
  return {
    access_token: accessToken,
    expires_in: accessSeconds,
    ...(!faults.has('no-scope') && { scope: granted.scopes.join(' ') }),
    token_type: faults.find('token-type')?.value ?? 'Bearer',
    ...(tellsWho && { id_token: await signIdToken(world, { ...granted, account, accessToken }, faults) }),
  }
}
