/** `google-rules.ts` behind an Http port: consents, code exchange and refresh, and what can go wrong on the way. */
import { SignJWT, exportJWK, generateKeyPair } from 'jose'
import type { ErrorCode } from '../../electron/contract/errors.ts'
import { appError } from '../../electron/contract/outcome.ts'
import type { Http, HttpRequest, HttpResult, Timers } from '../../electron/core/ports.ts'
import type { GoogleRules, Refusal, RuledClient, RuledPerson, RuledToken } from './google-rules.ts'
import { hourMs } from './google-rules.ts'

/** What happens to one token request. Those that say so are carried out at Google all the same. */
export const faultKinds = [
  'offline',
  'dropped-before',
  /** Carried out. */
  'dropped-after',
  'status-500',
  'status-503',
  'busy',
  'portal',
  'portal-refuses',
  'proxy-wants-password',
  'internal-failure',
  /** Carried out. */
  'truncated',
  'huge',
  /** Carried out, and answered eight seconds later. */
  'slow',
  /** Carried out. */
  'date-ahead',
  'date-behind',
  'no-date',
] as const
export type NetworkFault = (typeof faultKinds)[number]

export interface RuledGoogle extends Http {
  /** What a browser does that opens the URL: the query that comes back once the person consented. */
  consent(url: string, person: RuledPerson, lastsMs: number | null): URLSearchParams
  /** The next `count` token requests meet this. */
  fail(fault: NetworkFault, count: number): void
  heal(): void
  /** Consents at other machines. */
  mintElsewhere(person: RuledPerson, client: RuledClient, scopes: readonly string[], count: number): void
  /** The refresh tokens whose answer reached the app unspoilt. */
  readonly delivered: ReadonlySet<string>
  /** Tokens that an answer with a wrong `Date`, or none, was about. */
  readonly misdated: ReadonlySet<string>
  /** Whether the latest `Date` was wrong. */
  readonly dateLied: boolean
  /** Answers that take their time now. */
  readonly slowOnes: number
  /** Tokens that were refused for the session's length, with their consent and the refusal, ms. */
  readonly sessionRefusals: readonly { readonly token: RuledToken; readonly at: number }[]
  readonly requests: number
}

interface Consent {
  readonly person: RuledPerson
  readonly client: RuledClient
  readonly scope: string
  readonly nonce: string
  readonly lastsMs: number | null
}
interface Answer {
  readonly status: number
  readonly type?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
}

export interface RuledGoogleOptions {
  readonly rules: GoogleRules
  readonly clients: readonly RuledClient[]
  /** Google's time, ms. */
  readonly now: () => number
  readonly timers: Timers
}

/** Stands in every secret that is made here, and nowhere else. */
export const secretMark = '-secret-of-a-life-'

/** Made once: a pair of keys costs more than a life. */
const keys = generateKeyPair('RS256')
const tokenUrl = 'https://oauth2.googleapis.com/token'
const keysUrl = 'https://www.googleapis.com/oauth2/v3/certs'
/** Google answers with these spellings (google-oauth.md 7.2). */
const spelling = new Map(
  ['email', 'profile'].map((name) => [name, `https://www.googleapis.com/auth/userinfo.${name}`]),
)

export async function ruledGoogle(options: RuledGoogleOptions): Promise<RuledGoogle> {
  const { rules, clients, now, timers } = options
  const key = await keys
  const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(key.publicKey)), kid: 'k1', alg: 'RS256' }] })
  const consents = new Map<string, Consent>()
  const faults: NetworkFault[] = []
  const delivered = new Set<string>()
  const misdated = new Set<string>()
  const sessionRefusals: { token: RuledToken; at: number }[] = []
  let made = 0
  let requests = 0
  let slowOnes = 0
  let dateLied = false
  const newSecret = (kind: string): string => {
    made += 1
    return `${kind}${secretMark}${String(made)}`
  }

  const idToken = ({ person, client, nonce }: Consent): Promise<string> => {
    const seconds = Math.floor(now() / 1000)
    const { sub, email, name, hd } = person
    const who = { iss: 'https://accounts.google.com', aud: client.clientId, azp: client.clientId, sub, email }
    return new SignJWT({ ...who, name, hd, nonce, iat: seconds, exp: seconds + 3600 })
      .setProtectedHeader({ alg: 'RS256', kid: 'k1', typ: 'JWT' })
      .sign(key.privateKey)
  }

  const exchange = async (form: URLSearchParams): Promise<{ answer: Answer; token: RuledToken | null }> => {
    const code = form.get('code') ?? ''
    const consent = consents.get(code)
    consents.delete(code)
    if (!consent)
      return {
        answer: json(400, { error: 'invalid_grant', error_description: 'Malformed auth code.' }),
        token: null,
      }
    const { person, client, scope, lastsMs } = consent
    const token = rules.mint(newSecret('1//'), person, client, scope.split(' '), lastsMs, now())
    const answer = json(200, {
      access_token: newSecret('ya29.'),
      ...{ expires_in: 3599, refresh_token: token.secret, scope, token_type: 'Bearer' },
      ...(lastsMs === null ? {} : { refresh_token_expires_in: lastsMs / 1000 }),
      id_token: await idToken(consent),
    })
    return { answer, token }
  }

  const refresh = (
    form: URLSearchParams,
    client: RuledClient,
  ): { answer: Answer; token: RuledToken | null } => {
    const token = rules.find(form.get('refresh_token') ?? '')
    if (!token)
      return { answer: clientOr(client, { error: 'invalid_grant', error_description: 'Bad Request' }), token }
    if (token.client !== client) return { answer: json(401, { error: 'unauthorized_client' }), token }
    const refusal = rules.refusal(token, now())
    if (refusal) {
      if (refusal.subtype !== undefined) sessionRefusals.push({ token, at: now() })
      return { answer: refusalAnswer(refusal), token }
    }
    const next = rules.use(token, now(), () => newSecret('1//'))
    if (next && misdated.has(token.secret)) misdated.add(next.secret)
    const answer = json(200, {
      access_token: newSecret('ya29.'),
      ...{ expires_in: 3599, scope: token.scopes.join(' '), token_type: 'Bearer' },
      ...(next === null ? {} : { refresh_token: next.secret }),
    })
    return { answer, token: next ?? token }
  }

  const carryOut = (form: URLSearchParams): Promise<{ answer: Answer; token: RuledToken | null }> => {
    rules.deleteIdleClients(clients, now())
    const client = clients.find(({ clientId }) => clientId === form.get('client_id'))
    if (client?.secret !== form.get('client_secret'))
      return Promise.resolve({ answer: json(401, { error: 'invalid_client' }), token: null })
    if (form.get('grant_type') === 'authorization_code') return exchange(form)
    return Promise.resolve(refresh(form, client))
  }

  const slowly = async (): Promise<void> => {
    slowOnes += 1
    await new Promise<void>((done) => timers.after(8000, done))
    slowOnes -= 1
  }

  const request = async (form: URLSearchParams, signal: AbortSignal | undefined): Promise<HttpResult> => {
    const fault = faults.shift() ?? null
    const instead = fault === null ? null : (notCarriedOut[fault] ?? null)
    if (typeof instead === 'string') return { kind: 'failed', error: appError(instead) }
    if (instead) return toResult(instead, now())
    const { answer, token } = await carryOut(form)
    const carriedOutAt = now()
    if (fault === 'slow') await slowly()
    if (fault === 'dropped-after')
      return { kind: 'failed', error: appError('network-failed', { reason: 'reset' }) }
    if (fault === 'truncated') return toResult({ ...answer, body: answer.body.slice(0, 40) }, now())
    const skewMs = fault === 'date-ahead' ? 30 * hourMs : fault === 'date-behind' ? -30 * hourMs : 0
    if (token && (skewMs !== 0 || fault === 'no-date')) misdated.add(token.secret)
    if (fault !== 'no-date') dateLied = skewMs !== 0
    if (token && signal?.aborted !== true) delivered.add(token.secret)
    return toResult(answer, fault === 'no-date' ? null : carriedOutAt + skewMs)
  }

  return {
    async fetch(url, init) {
      await Promise.resolve()
      if (url === keysUrl) return toResult({ status: 200, body: jwks }, now())
      if (url !== tokenUrl) return { kind: 'failed', error: appError('network-offline') }
      requests += 1
      return Promise.race([request(new URLSearchParams(init.body), init.signal), aborted(init)])
    },
    setRoute: () => undefined,
    consent(url, person, lastsMs) {
      const asked = new URL(url).searchParams
      const client = clients.find(({ clientId }) => clientId === asked.get('client_id'))
      if (!client) throw new Error('nobody consents to an unknown client')
      const scope = (asked.get('scope') ?? '')
        .split(' ')
        .map((name) => spelling.get(name) ?? name)
        .join(' ')
      const code = newSecret('4/')
      consents.set(code, { person, client, scope, nonce: asked.get('nonce') ?? '', lastsMs })
      return new URLSearchParams({
        state: asked.get('state') ?? '',
        iss: 'https://accounts.google.com',
        code,
        scope,
      })
    },
    fail(fault, count) {
      for (let more = 0; more < count; more += 1) faults.push(fault)
    },
    heal: () => {
      faults.length = 0
    },
    mintElsewhere(person, client, scopes, count) {
      for (let more = 0; more < count; more += 1)
        rules.mint(newSecret('1//'), person, client, scopes, null, now())
    },
    delivered,
    misdated,
    sessionRefusals,
    get dateLied() {
      return dateLied
    },
    get slowOnes() {
      return slowOnes
    },
    get requests() {
      return requests
    },
  }
}

const notCarriedOut: Partial<Record<NetworkFault, Answer | ErrorCode>> = {
  offline: 'network-offline',
  'dropped-before': 'network-failed',
  'status-500': { status: 500, type: 'text/plain', body: '' },
  'status-503': { status: 503, type: 'text/html', body: '<!doctype html><title>Error 503</title>' },
  busy: { status: 429, headers: { 'retry-after': '90' }, body: '{"error":"rate_limit_exceeded"}' },
  portal: { status: 200, type: 'text/html', body: '<!doctype html><title>Welcome to the hotel</title>' },
  'portal-refuses': { status: 400, type: 'text/html', body: '<!doctype html><title>invalid_grant</title>' },
  'proxy-wants-password': {
    status: 407,
    type: 'text/html',
    body: '<title>Proxy Authentication Required</title>',
  },
  'internal-failure': { status: 400, body: '{"error":"internal_failure"}' },
  huge: 'answer-too-large',
}

/** A probe with a made-up token is told of a dead client first. */
function clientOr(client: RuledClient, otherwise: object): Answer {
  return client.deletedAt === null
    ? json(400, otherwise)
    : json(401, { error: 'deleted_client', error_description: 'The OAuth client was deleted.' })
}

function refusalAnswer({ status, error, description, subtype }: Refusal): Answer {
  return json(status, {
    error,
    error_description: description,
    ...(subtype === undefined ? {} : { error_subtype: subtype }),
  })
}

function json(status: number, body: object): Answer {
  return { status, body: JSON.stringify(body) }
}

function toResult({ status, type, headers = {}, body }: Answer, date: number | null): HttpResult {
  const all = new Map(
    Object.entries({ 'content-type': type ?? 'application/json; charset=utf-8', ...headers }),
  )
  if (date !== null) all.set('date', new Date(date).toUTCString())
  return { kind: 'answered', status, headers: all, body }
}

function aborted({ signal }: HttpRequest): Promise<HttpResult> {
  return new Promise((resolve) => {
    signal?.addEventListener('abort', () => resolve({ kind: 'aborted' }), { once: true })
  })
}
