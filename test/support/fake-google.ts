import type { CryptoKey } from 'jose'
import { SignJWT, exportJWK, generateKeyPair } from 'jose'
import type { Clock } from '../../electron/core/ports.ts'
import { coversScopes } from '../../electron/contract/scopes/scope-sets.ts'
import type { FakeTokenError, Person } from './fake-people.ts'
import type { FakeDevices } from './fake-devices.ts'
import { deviceGrant, fakeDevices } from './fake-devices.ts'
import type { FakeAnswer, FakeHttp, SeenRequest } from './fake-http.ts'

export const asha: Person = { sub: '100000000000000000001', email: 'asha@gmail.test', name: 'Asha Rao' }
export const meera: Person = {
  sub: '100000000000000000002',
  email: 'meera@northwind.test',
  hd: 'northwind.test',
}

export interface FakeGoogle {
  /** What a browser does that opens the URL: the query that comes back, for this person and with these scopes. */
  consent(url: string, person: Person, granted?: readonly string[]): URLSearchParams
  /** The same for a client-side page: the fragment that comes back, with an access token. */
  consentInFragment(url: string, person: Person, granted?: readonly string[]): URLSearchParams
  /** Replaces parts of the next token response; undefined takes a field away. */
  changeNext(change: Readonly<Record<string, unknown>>): void
  /** Replaces claims of the next id token; undefined takes a claim away. */
  changeNextClaims(change: Readonly<Record<string, unknown>>): void
  /** The next id token is signed by a key that Google does not know. */
  forgeNext(): void
  /** A refresh token minted without a browser, for these scopes under this client; `asha`'s unless told. */
  mint(clientId: string, scopes: readonly string[], person?: Person): string
  /**
   * From now on a refresh of this token gets a refusal, until `revive`. Without `error` it is what Google says of
   * every dead token (google-oauth.md 1.10, first row).
   */
  kill(refreshToken: string, error?: FakeTokenError): void
  revive(refreshToken: string): void
  /** From now on every request of this client gets a refusal, whatever its token; null ends that. */
  breakClient(clientId: string, error: FakeTokenError | null): void
  /** The next successful refresh brings a new refresh token; the old one goes on working or not. */
  rotateNext(options: { oldDies: boolean }): void
  /** The next token request gets this in place of an answer of Google's; called twice, the next two. */
  answerNext(answer: FakeAnswer): void
  /** Every token request from now on gets this, after those of `answerNext`; null ends that. */
  answerAlways(answer: FakeAnswer | null): void
  /** Replaces parts of the next answer of tokeninfo; undefined takes a field away. */
  changeTokenInfoNext(change: Readonly<Record<string, unknown>>): void
  /** The next question at tokeninfo gets this in place of an answer of Google's. */
  answerTokenInfoNext(answer: FakeAnswer): void
  /** From now on no access token that it gave so far is recognised. */
  endAccess(): void
  /**
   * The next request to revoke gets this in place of an answer of Google's; called twice, the next two. `acts`: it is
   * carried out all the same.
   */
  answerRevokeNext(answer: FakeAnswer, options: { readonly acts: boolean }): void
  /** Revocations are accepted and have no effect until the returned function is called. */
  delayRevocations(): () => void
  /** Every request to revoke so far, as its form. */
  readonly revokes: readonly URLSearchParams[]
  /** Whether a refresh of this token would succeed. */
  isLive(refreshToken: string): boolean
  /** Codes for sign-ins on another device. */
  readonly devices: FakeDevices
  /** Every token request so far, as its form. */
  readonly tokenRequests: readonly URLSearchParams[]
  /** Those of them that refresh. */
  readonly refreshes: readonly URLSearchParams[]
  /** Every refresh token it ever gave. */
  readonly refreshTokens: readonly string[]
  /** Every access token it ever gave. */
  readonly accessTokens: readonly string[]
}

interface LiveToken {
  readonly person: Person
  readonly clientId: string
  readonly scopes: readonly string[]
  refusal: FakeTokenError | null
}

const revoked: FakeTokenError = {
  error: 'invalid_grant',
  error_description: 'Token has been expired or revoked.',
}
/** What Google says of a token that it never gave (google-oauth.md 1.10, the probe). */
const unknownToken: FakeTokenError = { error: 'invalid_grant', error_description: 'Bad Request' }

/** What tokeninfo tells of an access token. */
interface LiveAccess {
  readonly person: Person
  readonly clientId: string
  readonly scopes: readonly string[]
  /** Epoch seconds. */
  readonly endsAt: number
}

/** The client that sends a request, by its form or by HTTP Basic (RFC 6749 section 2.3.1); none where it is both. */
function clientOf({ headers }: SeenRequest, form: URLSearchParams): string {
  const basic = /^Basic (\S+)$/.exec(headers['authorization'] ?? '')?.[1]
  if (basic === undefined) return form.get('client_id') ?? ''
  const [id = ''] = Buffer.from(basic, 'base64').toString().split(':')
  return form.has('client_secret') ? '' : decodeURIComponent(id)
}

const emailScopes = ['email', 'https://www.googleapis.com/auth/userinfo.email']
const identityScopes = [
  ...emailScopes,
  'openid',
  'profile',
  'https://www.googleapis.com/auth/userinfo.profile',
]

interface Consent {
  readonly person: Person
  readonly granted: string
  readonly nonce: string
  readonly clientId: string
}

const revokeUrl = 'https://oauth2.googleapis.com/revoke'
const tokenInfoUrl = 'https://oauth2.googleapis.com/tokeninfo'

/** Made once: a pair of keys costs more than all else in a test. */
const keys = Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')])

/**
 * Google's token endpoint and keys behind a FakeHttp: real signatures, google-oauth.md 1.7, 1.8 and 2.1. Tokens
 * live until a test kills them: the rules that end tokens are practice Google's, not this one's.
 */
export async function fakeGoogle(http: FakeHttp, clock: Clock): Promise<FakeGoogle> {
  const [key, stranger] = await keys
  const jwk = { ...(await exportJWK(key.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' }
  const consents = new Map<string, Consent>()
  const tokenRequests: URLSearchParams[] = []
  const refreshTokens: string[] = []
  const accessTokens: string[] = []
  const liveTokens = new Map<string, LiveToken>()
  const liveAccess = new Map<string, LiveAccess>()
  const infoInsteads: FakeAnswer[] = []
  let infoChange: Readonly<Record<string, unknown>> = {}
  const revokes: URLSearchParams[] = []
  const revokeInsteads: { readonly answer: FakeAnswer; readonly acts: boolean }[] = []
  let delayed: LiveToken[] | null = null
  const brokenClients = new Map<string, FakeTokenError>()
  const insteads: FakeAnswer[] = []
  let always: FakeAnswer | null = null
  let rotation: { oldDies: boolean } | null = null
  let change: Readonly<Record<string, unknown>> = {}
  let claimChange: Readonly<Record<string, unknown>> = {}
  let forge = false

  const idToken = async (consent: Consent): Promise<string> => {
    const seconds = Math.floor(clock.now() / 1000)
    const { sub, email, name, hd } = consent.person
    const claims: Record<string, unknown> = {
      ...{
        iss: 'https://accounts.google.com',
        aud: consent.clientId,
        azp: consent.clientId,
        sub,
        email,
        name,
        hd,
      },
      ...(consent.nonce === '' ? {} : { nonce: consent.nonce }),
      ...{ iat: seconds, exp: seconds + 3600, ...claimChange },
    }
    const signer: CryptoKey = forge ? stranger.privateKey : key.privateKey
    claimChange = {}
    forge = false
    return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'k1', typ: 'JWT' }).sign(signer)
  }

  const dated = (): Record<string, string> => ({ date: new Date(clock.now()).toUTCString() })
  const refuse = ({ status = 400, ...body }: FakeTokenError): FakeAnswer => ({
    status,
    headers: dated(),
    body,
  })
  const newAccessToken = (person: Person, clientId: string, scopes: readonly string[]): string => {
    const accessToken = `ya29.fake-${String(accessTokens.length + 1)}`
    accessTokens.push(accessToken)
    liveAccess.set(accessToken, { person, clientId, scopes, endsAt: Math.floor(clock.now() / 1000) + 3599 })
    return accessToken
  }
  const newRefreshToken = (
    how: string,
    person: Person,
    clientId: string,
    scopes: readonly string[],
  ): string => {
    const refreshToken = `1//fake-${String(refreshTokens.length + 1)}-${how}`
    refreshTokens.push(refreshToken)
    liveTokens.set(refreshToken, { person, clientId, scopes, refusal: null })
    return refreshToken
  }

  const exchange = async (consent: Consent | undefined): Promise<FakeAnswer> => {
    if (!consent) return refuse({ error: 'invalid_grant', error_description: 'Malformed auth code.' })
    const { person, clientId, granted } = consent
    const body = {
      access_token: newAccessToken(person, clientId, granted.split(' ')),
      expires_in: 3599,
      scope: granted,
      token_type: 'Bearer',
      id_token: await idToken(consent),
      ...('refresh_token' in change
        ? {}
        : { refresh_token: newRefreshToken(person.sub, person, clientId, granted.split(' ')) }),
      ...change,
    }
    change = {}
    return { headers: dated(), body }
  }

  const refresh = (form: URLSearchParams, clientId: string): FakeAnswer => {
    const presented = form.get('refresh_token') ?? ''
    const token = liveTokens.get(presented)
    if (!token) return refuse(unknownToken)
    if (token.clientId !== clientId) {
      return refuse({ error: 'unauthorized_client', error_description: 'Unauthorized', status: 401 })
    }
    if (token.refusal) return refuse(token.refusal)
    const asked = form.get('scope')?.split(' ') ?? token.scopes
    if (!coversScopes(token.scopes, asked)) return refuse({ error: 'invalid_scope' })
    const rotated = rotation
    rotation = null
    if (rotated?.oldDies === true) token.refusal = revoked
    const { person } = token
    const body = {
      access_token: newAccessToken(person, clientId, asked),
      expires_in: 3599,
      scope: asked.join(' '),
      token_type: 'Bearer',
      ...(rotated ? { refresh_token: newRefreshToken('rotated', person, clientId, token.scopes) } : {}),
      ...change,
    }
    change = {}
    return { headers: dated(), body }
  }

  const devices = fakeDevices(http, clock)
  const poll = (form: URLSearchParams, clientId: string): Promise<FakeAnswer> | FakeAnswer => {
    const entered = devices.poll(form, clientId)
    if (entered.kind === 'refused') return refuse(entered.refusal)
    return exchange({ ...entered, granted: entered.granted.join(' '), nonce: '', clientId })
  }

  const answer = async (request: SeenRequest): Promise<FakeAnswer> => {
    const form = new URLSearchParams(request.body)
    tokenRequests.push(form)
    const instead = insteads.shift() ?? always
    if (instead) return instead
    const clientId = clientOf(request, form)
    const broken = brokenClients.get(clientId)
    if (broken) return refuse(broken)
    const grant = form.get('grant_type')
    if (grant === 'refresh_token') return refresh(form, clientId)
    return grant === deviceGrant ? poll(form, clientId) : exchange(consents.get(form.get('code') ?? ''))
  }
  /** As google-oauth.md 4.1 has it: every value is a string. A token in an address is not looked at. */
  const tokenInfo = ({ url, method, headers }: SeenRequest): FakeAnswer => {
    const instead = infoInsteads.shift()
    if (instead) return instead
    const known = liveAccess.get(/^Bearer (\S+)$/.exec(headers['authorization'] ?? '')?.[1] ?? '')
    const left = known ? known.endsAt - Math.floor(clock.now() / 1000) : 0
    if (method !== 'POST' || url !== tokenInfoUrl || !known || left <= 0)
      return refuse({ error: 'invalid_token', error_description: 'Invalid Value' })
    const { person, clientId, scopes, endsAt } = known
    const has = (some: readonly string[]): boolean => scopes.some((scope) => some.includes(scope))
    const body = {
      ...{ azp: clientId, aud: clientId, scope: scopes.join(' ') },
      ...(has(identityScopes) ? { sub: person.sub } : {}),
      ...{ exp: String(endsAt), expires_in: String(left), access_type: 'offline' },
      ...(has(emailScopes) ? { email: person.email, email_verified: 'true' } : {}),
      ...infoChange,
    }
    infoChange = {}
    return { headers: dated(), body }
  }
  const projectOf = (clientId: string): string => clientId.split('-')[0] ?? clientId
  const isOfProject = (of: LiveToken): ((other: Omit<LiveToken, 'refusal'>) => boolean) => {
    return ({ person, clientId }) =>
      person.sub === of.person.sub && projectOf(clientId) === projectOf(of.clientId)
  }
  /** Takes everything that the account gave the project (google-oauth.md 3). */
  const revokeProject = (of: LiveToken): void => {
    for (const token of [...liveTokens.values()].filter(isOfProject(of))) token.refusal ??= revoked
    for (const [access, { person, clientId, scopes }] of liveAccess)
      if (isOfProject(of)({ person, clientId, scopes })) liveAccess.delete(access)
  }
  const revoke = ({ url, method, body }: SeenRequest): FakeAnswer => {
    if (method !== 'POST' || url !== revokeUrl) return { status: 404, body: '<html>Not Found</html>' }
    const form = new URLSearchParams(body)
    revokes.push(form)
    const instead = revokeInsteads.shift()
    const presented = form.get('token') ?? ''
    const access = liveAccess.get(presented)
    const token = liveTokens.get(presented) ?? (access && { ...access, refusal: null })
    const live = token?.refusal === null ? token : null
    if (live && (instead?.acts ?? true)) {
      if (delayed) delayed.push(live)
      else revokeProject(live)
    }
    if (instead) return instead.answer
    return live
      ? { body: {} }
      : refuse({ error: 'invalid_token', error_description: 'Token expired or revoked' })
  }
  const withToken = (refreshToken: string, run: (token: LiveToken) => void): void => {
    const token = liveTokens.get(refreshToken)
    if (!token) throw new Error('no such refresh token was ever given')
    run(token)
  }

  http.on('https://www.googleapis.com/oauth2/v3/certs', { body: { keys: [jwk] } })
  http.on('https://oauth2.googleapis.com/token', answer)
  // After the other, which fits the beginning of its address as well: the latest rule wins.
  http.on(tokenInfoUrl, tokenInfo)
  http.on(revokeUrl, revoke)

  return {
    consent(url, person, granted) {
      const asked = new URL(url).searchParams
      const code = `4/fake-${String(consents.size + 1)}`
      const scope = (granted ?? (asked.get('scope') ?? '').split(' ')).join(' ')
      consents.set(code, {
        person,
        granted: scope,
        nonce: asked.get('nonce') ?? '',
        clientId: asked.get('client_id') ?? '',
      })
      return new URLSearchParams({
        state: asked.get('state') ?? '',
        iss: 'https://accounts.google.com',
        code,
        scope,
      })
    },
    consentInFragment(url, person, granted) {
      const asked = new URL(url).searchParams
      const scopes = granted ?? (asked.get('scope') ?? '').split(' ')
      return new URLSearchParams({
        state: asked.get('state') ?? '',
        iss: 'https://accounts.google.com',
        access_token: newAccessToken(person, asked.get('client_id') ?? '', scopes),
        token_type: 'Bearer',
        expires_in: '3599',
        scope: scopes.join(' '),
      })
    },
    changeNext: (next) => {
      change = next
    },
    changeNextClaims: (next) => {
      claimChange = next
    },
    forgeNext: () => {
      forge = true
    },
    mint: (clientId, scopes, person = asha) => newRefreshToken('minted', person, clientId, scopes),
    kill: (refreshToken, error = revoked) => {
      withToken(refreshToken, (token) => {
        token.refusal = error
      })
    },
    revive: (refreshToken) => {
      withToken(refreshToken, (token) => {
        token.refusal = null
      })
    },
    breakClient: (clientId, error) => {
      if (error) brokenClients.set(clientId, error)
      else brokenClients.delete(clientId)
    },
    rotateNext: (options) => {
      rotation = options
    },
    answerNext: (next) => {
      insteads.push(next)
    },
    answerAlways: (next) => {
      always = next
    },
    changeTokenInfoNext: (next) => {
      infoChange = next
    },
    answerTokenInfoNext: (next) => {
      infoInsteads.push(next)
    },
    endAccess: () => {
      liveAccess.clear()
    },
    answerRevokeNext: (answer, { acts }) => {
      revokeInsteads.push({ answer, acts })
    },
    delayRevocations: () => {
      const waiting: LiveToken[] = []
      delayed = waiting
      return () => {
        delayed = null
        for (const token of waiting) revokeProject(token)
      }
    },
    devices,
    revokes,
    isLive: (refreshToken) => liveTokens.get(refreshToken)?.refusal === null,
    tokenRequests,
    get refreshes() {
      return tokenRequests.filter((form) => form.get('grant_type') === 'refresh_token')
    },
    refreshTokens,
    accessTokens,
  }
}
