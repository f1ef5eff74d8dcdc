/** Key files of practice Google, and the assertions that their holders sign. For integration tests. */
import { createPrivateKey, sign } from 'node:crypto'
import type { PracticeServer, TokenAnswer } from './practice-world.ts'
import { askToken, scopeUrl, value } from './practice-world.ts'

export interface KeyFile {
  readonly type: string
  readonly project_id: string
  readonly private_key_id: string
  readonly private_key: string
  readonly client_email: string
  readonly client_id: string
  readonly token_uri: string
  readonly client_x509_cert_url: string
  readonly universe_domain: string
}

export const driveScope = `${scopeUrl}drive.readonly`

/** Of a new service account, or a further key of the one named. */
export async function keyFile(server: PracticeServer, email?: string): Promise<KeyFile> {
  return JSON.parse(value(await server.control.keyFile(email))) as KeyFile
}

export type Claims = Readonly<Record<string, unknown>>

/** The claims of an ordinary assertion at the server's time; undefined leaves one out. */
export function claimsOf(server: PracticeServer, file: KeyFile, more: Claims = {}): Claims {
  const iat = Math.floor(server.machineNow / 1000)
  return { iss: file.client_email, scope: driveScope, aud: file.token_uri, iat, exp: iat + 3600, ...more }
}

/** Signed with the key of the file; undefined leaves a part of the header out. */
export function assertionOf(file: KeyFile, claims: Claims, header: Claims = {}): string {
  const protectedHeader = { alg: 'RS256', typ: 'JWT', kid: file.private_key_id, ...header }
  const signed = [protectedHeader, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  const signature = sign('sha256', Buffer.from(signed), createPrivateKey(file.private_key))
  return `${signed}.${signature.toString('base64url')}`
}

/** Asks for a token as a service account does: with the assertion and nothing else. */
export function askWith(server: PracticeServer, assertion: string): Promise<TokenAnswer> {
  return askToken(server, {
    client_id: null,
    client_secret: null,
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion,
  })
}

export function askAs(
  server: PracticeServer,
  file: KeyFile,
  claims: Claims = {},
  header: Claims = {},
): Promise<TokenAnswer> {
  return askWith(server, assertionOf(file, claimsOf(server, file, claims), header))
}
