/** Service accounts of the practice project: how they are made, get keys, and are switched off (google-oauth.md 6). */
import type { KeyObject } from 'node:crypto'
import { createHash, generateKeyPair } from 'node:crypto'
import { promisify } from 'node:util'
import { accountBySub } from './accounts.ts'
import { practiceClient } from './client.ts'
import { canonicalScopes } from './scopes.ts'
import type { AccessToken, PracticeState, ServiceAccount, ServiceKey } from './state.ts'
import type { PracticeWorld } from './world.ts'
import { selfSignedCertificate } from './x509.ts'

/** Below it, by e-mail address, the certificates of a service account's keys. */
export const certificatesPath = '/robot/v1/metadata/x509/'

/** What people make service accounts for; the ones after these are numbered. */
const jobs = ['backup', 'reports', 'mailer', 'calendar', 'archive', 'sheets'] as const
const uniqueIdDigits = 21
const keyBits = 2048
const keyIdBytes = 20
const serialBytes = 8

const generateKeys = promisify(generateKeyPair)

export function serviceAccountByEmail(state: PracticeState, email: string): ServiceAccount | null {
  return state.serviceAccounts.find((account) => account.email === email) ?? null
}

/** Whom an access token acts for: a person, or a service account for itself; null where neither is there any more. */
export function emailOf(state: PracticeState, { sub }: AccessToken): string | null {
  const robot = state.serviceAccounts.find(({ uniqueId }) => uniqueId === sub)
  return robot?.email ?? accountBySub(sub)?.email ?? null
}

/** Whether a client id is the numeric one of a service account: nobody consented to what it holds. */
export function isServiceAccount(state: PracticeState, clientId: string): boolean {
  return state.serviceAccounts.some(({ uniqueId }) => uniqueId === clientId)
}

/**
 * A fresh key, in the text of a key file as Google hands it out once: of a new service account, or a further one of
 * the account with this e-mail address. Null when there is no such account. Only the public half is kept.
 */
export async function makeKeyFile(world: PracticeWorld, email: string | null): Promise<string | null> {
  if (email !== null && serviceAccountByEmail(world.store.state, email) === null) return null
  const pair = await generateKeys('rsa', { modulusLength: keyBits })
  // Only now: another one may have been made, or this one deleted, while the key was.
  const { state } = world.store
  const account = email === null ? newAccount(world) : serviceAccountByEmail(state, email)
  if (account === null) return null
  const key = describeKey(world, account, pair)
  await world.store.change((before) => withKey(before, account, key))
  const privateKey = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  world.witness('private-key', privateKey, account.uniqueId)
  return keyFileText(world.issuer, account, key.id, privateKey)
}

function newAccount(world: PracticeWorld): ServiceAccount {
  return {
    email: newEmail(world.store.state),
    uniqueId: newUniqueId(world),
    disabled: false,
    keys: [],
    delegated: [],
  }
}

function newEmail(state: PracticeState): string {
  const emailFor = (job: string): string => `robot-${job}@${practiceClient.projectId}.iam.gserviceaccount.com`
  const numbered = state.serviceAccounts.map((_, at) => String(at + jobs.length + 1))
  const emails = [...jobs, ...numbered].map(emailFor)
  const taken = new Set(state.serviceAccounts.map((account) => account.email))
  return emails.find((email) => !taken.has(email)) ?? emailFor(String(emails.length + 1))
}

/** Digits only, as long as Google's and the same first one; never that of an account before. */
function newUniqueId(world: PracticeWorld): string {
  const bytes = Buffer.from(world.random(uniqueIdDigits - 1), 'base64url')
  return `1${[...bytes].map((byte) => String(byte % 10)).join('')}`
}

function describeKey(
  world: PracticeWorld,
  { uniqueId }: ServiceAccount,
  pair: { readonly publicKey: KeyObject; readonly privateKey: KeyObject },
): ServiceKey {
  const spki = pair.publicKey.export({ type: 'spki', format: 'der' })
  return {
    id: createHash('sha256')
      .update(spki)
      .digest('hex')
      .slice(0, keyIdBytes * 2),
    publicKey: pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    certificate: selfSignedCertificate({
      ...pair,
      name: uniqueId,
      notBefore: world.now(),
      serial: Buffer.from(world.random(serialBytes), 'base64url'),
    }),
  }
}

/** The account may be new or known. */
function withKey(state: PracticeState, account: ServiceAccount, key: ServiceKey): PracticeState {
  const known = serviceAccountByEmail(state, account.email) !== null
  const made = known ? state : { ...state, serviceAccounts: [...state.serviceAccounts, account] }
  return withAccount(made, account.email, (one) => ({ ...one, keys: [...one.keys, key] }))
}

function withAccount(
  state: PracticeState,
  email: string,
  change: (account: ServiceAccount) => ServiceAccount,
): PracticeState {
  const serviceAccounts = state.serviceAccounts.map((one) => (one.email === email ? change(one) : one))
  return { ...state, serviceAccounts }
}

/** Google's format, with this server's endpoints. */
function keyFileText(issuer: string, account: ServiceAccount, keyId: string, privateKey: string): string {
  const file = {
    type: 'service_account',
    project_id: practiceClient.projectId,
    private_key_id: keyId,
    private_key: privateKey,
    client_email: account.email,
    client_id: account.uniqueId,
    auth_uri: `${issuer}/o/oauth2/v2/auth`,
    token_uri: `${issuer}/token`,
    auth_provider_x509_cert_url: `${issuer}/oauth2/v3/certs`,
    client_x509_cert_url: `${issuer}${certificatesPath}${encodeURIComponent(account.email)}`,
    universe_domain: 'googleapis.com',
  }
  return `${JSON.stringify(file, null, 2)}\n`
}

/** Switched off, it gets no tokens and those it has are refused; switched on again, both work. */
export function setServiceDisabled(state: PracticeState, email: string, disabled: boolean): PracticeState {
  return withAccount(state, email, (account) => ({ ...account, disabled }))
}

/** Nothing that it signs is taken any more; access tokens that it got live on to their end. */
export function deleteServiceKey(state: PracticeState, email: string, keyId: string): PracticeState {
  return withAccount(state, email, (account) => ({
    ...account,
    keys: account.keys.filter(({ id }) => id !== keyId),
  }))
}

/** Its tokens end with it. */
export function deleteServiceAccount(state: PracticeState, email: string): PracticeState {
  const gone = serviceAccountByEmail(state, email)
  return {
    ...state,
    serviceAccounts: state.serviceAccounts.filter((account) => account !== gone),
    accessTokens: state.accessTokens.filter((token) => token.clientId !== gone?.uniqueId),
  }
}

/** What the administrator registers for its numeric id, in place of what was there; an empty list takes it away. */
export function delegate(state: PracticeState, email: string, scopes: readonly string[]): PracticeState {
  return withAccount(state, email, (account) => ({ ...account, delegated: [...canonicalScopes(scopes)] }))
}
