/** Key files as Google Cloud Console writes them (google-oauth.md 6), and Google's side of what is done with them. */
import type { KeyObject } from 'node:crypto'
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { SignJWT } from 'jose'
import type { FakeAnswer, SeenRequest } from './fake-http.ts'
import type { TestWorld } from './test-world.ts'

export const robotEmail = 'mailer@field-tools.iam.gserviceaccount.com'
export const robotNumber = '112233445566778899001'
export const keyName = 'a1b2c3d4e5f60718293a4b5c6d7e8f9012345678'
export const nextKeyName = 'ffeeddccbbaa99887766554433221100ffeeddcc'

const made = new Map<string, KeyObject>()

/** An RSA key under a name, made once: that costs more than all else in a test. */
export function rsaKey(name = keyName, bits = 2048): KeyObject {
  const known = made.get(`${name} ${String(bits)}`)
  const key = known ?? generateKeyPairSync('rsa', { modulusLength: bits }).privateKey
  made.set(`${name} ${String(bits)}`, key)
  return key
}

export function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString()
}

export function keyFields(name = keyName): Readonly<Record<string, string>> {
  return {
    type: 'service_account',
    project_id: 'field-tools',
    private_key_id: name,
    private_key: pemOf(rsaKey(name)),
    client_email: robotEmail,
    client_id: robotNumber,
    auth_uri: 'https://accounts.google.com/o/oauth2/auth',
    token_uri: 'https://oauth2.googleapis.com/token',
    auth_provider_x509_cert_url: 'https://www.googleapis.com/oauth2/v1/certs',
    client_x509_cert_url: `https://www.googleapis.com/robot/v1/metadata/x509/${encodeURIComponent(robotEmail)}`,
    universe_domain: 'googleapis.com',
  }
}

/** The file with some fields changed; undefined takes a field away. */
export function keyFile(change: Readonly<Record<string, unknown>> = {}, name = keyName): string {
  return JSON.stringify({ ...keyFields(name), ...change }, null, 2)
}

export type Claims = Readonly<Record<string, string | number>>

export interface SeenAssertion {
  readonly header: Claims
  readonly claims: Claims
  /** The signature fits the key of that name. */
  readonly signed: boolean
}

export interface RobotGoogle {
  /** Every assertion so far. */
  readonly assertions: readonly SeenAssertion[]
  /** The next token request gets this in place of a token; called twice, the next two. */
  answerNext(answer: FakeAnswer): void
  /** Every request from now on that this decides gets its answer; null ends that. */
  judge(judge: ((seen: SeenAssertion) => FakeAnswer | null) | null): void
  /** So many requests at a time have been under way at most. */
  readonly mostInAir: () => number
  /** The next id token has these claims in place of the right ones. */
  changeNextClaims(change: Claims): void
}

/** A refusal as google-oauth.md 6 has them. */
export function refusal(error: string, description: string, status = 400): FakeAnswer {
  return { status, body: { error, error_description: description } }
}

const signing = 'signing key of google'

/** Google's token endpoint for assertions, over what the world's fake Google answers; and the keys of its id tokens. */
export function robotGoogle({ http, clock }: TestWorld): RobotGoogle {
  const assertions: SeenAssertion[] = []
  const insteads: FakeAnswer[] = []
  let decide: ((seen: SeenAssertion) => FakeAnswer | null) | null = null
  let claimChange: Claims = {}
  let inAir = 0
  let most = 0
  const dated = (): Record<string, string> => ({ date: new Date(clock.now()).toUTCString() })
  const token = async ({ claims }: SeenAssertion): Promise<FakeAnswer> => {
    const audience = claims['target_audience']
    const life = { expires_in: 3599, token_type: 'Bearer' }
    if (audience === undefined)
      return { body: { access_token: `ya29.robot-${String(assertions.length)}`, ...life } }
    const seconds = Math.floor(clock.now() / 1000)
    const said = {
      ...{ iss: 'https://accounts.google.com', aud: String(audience), azp: robotEmail, sub: robotNumber },
      ...{ iat: seconds, exp: seconds + 3600, ...claimChange },
    }
    claimChange = {}
    const jwt = new SignJWT(said).setProtectedHeader({ alg: 'RS256', kid: 'g1' })
    return { body: { id_token: await jwt.sign(rsaKey(signing)) } }
  }
  http.on('https://oauth2.googleapis.com/token', async (request) => {
    inAir += 1
    most = Math.max(most, inAir)
    const seen = readAssertion(request)
    assertions.push(seen)
    await new Promise((resolve) => setImmediate(resolve))
    const answer = insteads.shift() ?? decide?.(seen) ?? (await token(seen))
    inAir -= 1
    return { ...answer, headers: { ...dated(), ...answer.headers } }
  })
  const jwk = createPublicKey(rsaKey(signing)).export({ format: 'jwk' })
  http.on('https://www.googleapis.com/oauth2/v3/certs', {
    body: { keys: [{ ...jwk, kid: 'g1', alg: 'RS256', use: 'sig' }] },
  })
  return {
    assertions,
    answerNext: (answer) => {
      insteads.push(answer)
    },
    judge: (judge) => {
      decide = judge
    },
    mostInAir: () => most,
    changeNextClaims: (change) => {
      claimChange = change
    },
  }
}

/** An assertion as a server reads it. */
export function readJwt(jwt: string): SeenAssertion {
  const [header = '', claims = '', signature = ''] = jwt.split('.')
  const parse = (part: string): Claims => JSON.parse(Buffer.from(part, 'base64url').toString()) as Claims
  const { kid } = parse(header)
  const signed = verify(
    'RSA-SHA256',
    Buffer.from(`${header}.${claims}`),
    createPublicKey(rsaKey(String(kid))),
    Buffer.from(signature, 'base64url'),
  )
  return { header: parse(header), claims: parse(claims), signed }
}

function readAssertion({ body }: SeenRequest): SeenAssertion {
  const form = new URLSearchParams(body)
  if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer')
    throw new Error('that is no assertion')
  return readJwt(form.get('assertion') ?? '')
}
