/** Reads the key file of a service account (google-oauth.md 6) and says of what is none why it is none. */
import type { KeyObject } from 'node:crypto'
import { createPrivateKey } from 'node:crypto'
import type { Outcome } from '../../contract/outcome.ts'
import { fail, ok } from '../../contract/outcome.ts'
import type { ProfileName } from '../../contract/views.ts'
import { cleanName } from '../access/token-errors.ts'
import type { JsonObject } from '../clients/client-file.ts'
import { decodeText, isObject, parseJson } from '../clients/client-file.ts'
import { isAllowedAddress, parseUrl } from '../clients/issuer.ts'

export interface ServiceKeyFile {
  readonly email: string
  /** The number that an administrator registers, `client_id`. */
  readonly uniqueId: string
  readonly projectId: string | null
  readonly privateKeyId: string
  readonly bits: number
  readonly key: KeyObject
}

/** Whether bytes are meant as a private key, however wrong: as JSON with one in it, or as a bare PEM. */
export function isKeyFile(bytes: Uint8Array): boolean {
  const text = decodeText(bytes)
  if (!text.ok) return false
  const json = parseJson(text.value)
  if (json === undefined) return pemTitle.test(text.value)
  return isObject(json) && (json['type'] === 'service_account' || typeof json['private_key'] === 'string')
}

/**
 * Takes the bytes of a file and the profile that it is meant for. Nothing of it is used before all of it is checked:
 * its form, the cloud it belongs to, every address it names, and that its key is an RSA key that can be read.
 *
 * Errors: `file-…` for what is no JSON text, `key-…` for what is no usable key.
 */
export function parseKeyFile(bytes: Uint8Array, profile: ProfileName): Outcome<ServiceKeyFile> {
  const text = decodeText(bytes)
  if (!text.ok) return text
  const json = parseJson(text.value)
  if (json === undefined) return describeNonJson(text.value)
  if (!isObject(json)) return malformed('type')
  const { type } = json
  if (typeof type !== 'string' || type === '') return malformed('type')
  if (type !== 'service_account') return fail('key-type-wrong', { type: cleanName(type) })
  return readFields(json, profile)
}

/** At 64 KiB nothing is a key file; a bare PEM says nothing of whose it is. */
function describeNonJson(text: string): Outcome<never> {
  const title = pemTitle.exec(text)?.[1]
  if (title === undefined) return fail('file-not-json')
  return fail(isPublic(title) ? 'key-public' : 'key-pem-alone')
}

const emailShape = /^[a-z0-9][a-z0-9._-]{0,120}@([a-z0-9-]{1,63}\.){0,8}gserviceaccount\.com$/
const uniqueIdShape = /^\d{6,30}$/
const keyIdShape = /^[A-Za-z0-9_-]{8,128}$/
/** With its domain in front where it belongs to one: `example.com:my-project`. */
const projectShape = /^[a-z0-9][a-z0-9.:-]{1,126}$/
const googleUniverse = 'googleapis.com'

function readFields(json: JsonObject, profile: ProfileName): Outcome<ServiceKeyFile> {
  const universe = json['universe_domain'] ?? googleUniverse
  if (typeof universe !== 'string') return malformed('universe_domain')
  if (universe !== googleUniverse) return fail('key-universe', { universe: cleanName(universe) })
  const email = json['client_email']
  if (typeof email !== 'string' || !emailShape.test(email)) return malformed('client_email')
  const uniqueId = json['client_id']
  if (typeof uniqueId !== 'string' || !uniqueIdShape.test(uniqueId)) return malformed('client_id')
  const privateKeyId = json['private_key_id']
  if (typeof privateKeyId !== 'string' || !keyIdShape.test(privateKeyId)) return malformed('private_key_id')
  const projectId = json['project_id'] ?? null
  if (projectId !== null && (typeof projectId !== 'string' || !projectShape.test(projectId)))
    return malformed('project_id')
  const endpoints = checkEndpoints(json, profile)
  if (!endpoints.ok) return endpoints
  const pem = json['private_key']
  if (typeof pem !== 'string') return malformed('private_key')
  const read = readKey(pem)
  return read.ok ? ok({ email, uniqueId, projectId, privateKeyId, ...read.value }) : read
}

const endpointFields = [
  'token_uri',
  'auth_uri',
  'auth_provider_x509_cert_url',
  'client_x509_cert_url',
] as const

/** A file that names another token endpoint is made to have signatures sent there. */
function checkEndpoints(json: JsonObject, profile: ProfileName): Outcome<null> {
  if (json['token_uri'] === undefined) return malformed('token_uri')
  for (const field of endpointFields) {
    const address = json[field]
    if (address === undefined) continue
    if (typeof address !== 'string') return malformed(field)
    if (isAllowedAddress(profile, address)) continue
    const host = (parseUrl(address)?.host ?? address).slice(0, 120)
    return fail(profile === 'real' ? 'key-foreign-endpoint' : 'client-not-loopback', { host })
  }
  return ok()
}

const pemTitle = /^\s*-----BEGIN ([A-Z0-9 ]{3,40})-----/
const isPublic = (title: string): boolean => /PUBLIC KEY|CERTIFICATE/.test(title)
const smallestBits = 2048
const largestBits = 4096

/** Takes the PEM as it stands in the file; where copying turned its line ends into `\n` of two characters, these count. */
function readKey(text: string): Outcome<{ readonly key: KeyObject; readonly bits: number }> {
  const pem = text
    .replace(/\\r|\r/g, '')
    .replace(/\\n/g, '\n')
    .trim()
  const title = pemTitle.exec(pem)?.[1]
  if (title === undefined) return fail('key-truncated')
  if (isPublic(title)) return fail('key-public')
  if (title.includes('ENCRYPTED') || pem.includes('Proc-Type: 4,ENCRYPTED')) return fail('key-encrypted')
  const other = /^(EC|DSA|OPENSSH) PRIVATE KEY$/.exec(title)?.[1]
  if (other !== undefined) return fail('key-not-rsa', { type: other })
  const key = privateKeyOf(pem)
  if (!key) return fail('key-truncated')
  if (key.asymmetricKeyType !== 'rsa')
    return fail('key-not-rsa', { type: cleanName(key.asymmetricKeyType ?? '').toUpperCase() })
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
  return bits < smallestBits || bits > largestBits ? fail('key-size', { bits }) : ok({ key, bits })
}

function privateKeyOf(pem: string): KeyObject | null {
  try {
    return createPrivateKey({ key: pem, format: 'pem' })
  } catch {
    return null
  }
}

const malformed = (field: string): Outcome<never> => fail('key-field-malformed', { field })
