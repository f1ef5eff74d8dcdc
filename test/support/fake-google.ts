import type { CryptoKey } from 'jose'
import { SignJWT, exportJWK, generateKeyPair } from 'jose'
import type { Clock } from '../../electron/core/ports.ts'
import type { FakeAnswer, FakeHttp } from './fake-http.ts'

export interface Person {
  readonly sub: string
  readonly email: string
  readonly name?: string
  readonly hd?: string
}

export const asha: Person = { sub: '100000000000000000001', email: 'asha@gmail.test', name: 'Asha Rao' }
export const meera: Person = {
  sub: '100000000000000000002',
  email: 'meera@northwind.test',
  hd: 'northwind.test',
}

export interface FakeGoogle {
  /** What a browser does that opens the URL: the query that comes back, for this person and with these scopes. */
  consent(url: string, person: Person, granted?: readonly string[]): URLSearchParams
  /** Replaces parts of the next token response; undefined takes a field away. */
  changeNext(change: Readonly<Record<string, unknown>>): void
  /** Replaces claims of the next id token; undefined takes a claim away. */
  changeNextClaims(change: Readonly<Record<string, unknown>>): void
  /** The next id token is signed by a key that Google does not know. */
  forgeNext(): void
  /** The next token request gets this in place of an answer of Google's. */
  answerNext(answer: FakeAnswer): void
  /** Every token request so far, as its form. */
  readonly tokenRequests: readonly URLSearchParams[]
  /** Every refresh token it ever gave. */
  readonly refreshTokens: readonly string[]
}

interface Consent {
  readonly person: Person
  readonly granted: string
  readonly nonce: string
  readonly clientId: string
}

/** Made once: a pair of keys costs more than all else in a test. */
const keys = Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')])

/** Google's token endpoint and keys behind a FakeHttp: real signatures, google-oauth.md 1.7 and 1.8. */
export async function fakeGoogle(http: FakeHttp, clock: Clock): Promise<FakeGoogle> {
  const [key, stranger] = await keys
  const jwk = { ...(await exportJWK(key.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' }
  const consents = new Map<string, Consent>()
  const tokenRequests: URLSearchParams[] = []
  const refreshTokens: string[] = []
  let change: Readonly<Record<string, unknown>> = {}
  let claimChange: Readonly<Record<string, unknown>> = {}
  let forge = false
  let instead: FakeAnswer | null = null

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
      ...{ nonce: consent.nonce, iat: seconds, exp: seconds + 3600, ...claimChange },
    }
    const signer: CryptoKey = forge ? stranger.privateKey : key.privateKey
    claimChange = {}
    forge = false
    return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'k1', typ: 'JWT' }).sign(signer)
  }

  const exchange = async (form: URLSearchParams): Promise<FakeAnswer> => {
    tokenRequests.push(form)
    if (instead) {
      const answer = instead
      instead = null
      return answer
    }
    const consent = consents.get(form.get('code') ?? '')
    const headers = { date: new Date(clock.now()).toUTCString() }
    if (!consent)
      return {
        status: 400,
        headers,
        body: { error: 'invalid_grant', error_description: 'Malformed auth code.' },
      }
    const refreshToken = `1//fake-${String(refreshTokens.length + 1)}-${consent.person.sub}`
    const body = {
      access_token: `ya29.fake-${String(tokenRequests.length)}`,
      expires_in: 3599,
      refresh_token: refreshToken,
      scope: consent.granted,
      token_type: 'Bearer',
      id_token: await idToken(consent),
      ...change,
    }
    change = {}
    if (typeof body.refresh_token === 'string') refreshTokens.push(body.refresh_token)
    return { headers, body }
  }

  http.on('https://www.googleapis.com/oauth2/v3/certs', { body: { keys: [jwk] } })
  http.on('https://oauth2.googleapis.com/token', (request) => exchange(new URLSearchParams(request.body)))

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
    changeNext: (next) => {
      change = next
    },
    changeNextClaims: (next) => {
      claimChange = next
    },
    forgeNext: () => {
      forge = true
    },
    answerNext: (answer) => {
      instead = answer
    },
    tokenRequests,
    refreshTokens,
  }
}
