/**
 * Certificates of service accounts' keys, as Google makes them: self-signed, in the account's numeric name. Node reads
 * X.509 and cannot write it, so this writes the little of DER (X.690) that one such certificate needs (RFC 5280 4.1).
 */
import type { KeyObject } from 'node:crypto'
import { sign } from 'node:crypto'

/** ASN.1 tags, with the "constructed" bit where the type is made of others. */
const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  objectId: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
  /** `[0] EXPLICIT` and `[3] EXPLICIT` of TBSCertificate. */
  version: 0xa0,
  extensions: 0xa3,
} as const

/** "No well-defined expiration date" (RFC 5280 4.1.2.5): Google's keys end when somebody deletes them. */
const never = '99991231235959Z'
const pemLine = 64

export interface CertificateParts {
  readonly publicKey: KeyObject
  /** Signs the certificate, which so proves that it belongs to it. */
  readonly privateKey: KeyObject
  /** The common name of owner and issuer. */
  readonly name: string
  /** Start of validity, epoch ms; X.509 keeps whole seconds. */
  readonly notBefore: number
  /** A positive number as bytes, most significant first. */
  readonly serial: Buffer
}

/** A self-signed certificate for digital signatures, RSA with SHA-256, valid from `notBefore` on; as PEM text. */
export function selfSignedCertificate(parts: CertificateParts): string {
  const { publicKey, privateKey, name, notBefore, serial } = parts
  const owner = commonName(name)
  const content = sequence(
    der(tags.version, integer(Buffer.from([2]))), // Version 3 is written as 2.
    integer(serial),
    sha256WithRsa,
    owner,
    sequence(time(notBefore), der(tags.generalizedTime, Buffer.from(never))),
    owner,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(tags.extensions, sequence(notAnAuthority, onlySigns)),
  )
  return pem(sequence(content, sha256WithRsa, bitString(sign('sha256', content, privateKey))))
}

/** Tag, length, content. A length from 128 on is written as the number of its bytes, then those (X.690 8.1.3). */
function der(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content)
  if (body.length < 0x80) return Buffer.concat([Buffer.from([tag, body.length]), body])
  const length = Buffer.from(evenHex(body.length), 'hex')
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, body])
}

function evenHex(value: number): string {
  const hex = value.toString(16)
  return hex.length % 2 === 0 ? hex : `0${hex}`
}

function sequence(...parts: readonly Uint8Array[]): Buffer {
  return der(tags.sequence, ...parts)
}

/** Integers have a sign: a leading zero keeps a first bit of one from meaning a negative number (X.690 8.3). */
function integer(bytes: Buffer): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0)
  const shortest = first === -1 ? Buffer.from([0]) : bytes.subarray(first)
  return der(
    tags.integer,
    (shortest[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), shortest]) : shortest,
  )
}

/** The first byte says how many bits at the end do not count: none. */
function bitString(bytes: Uint8Array, unusedBits = 0): Buffer {
  return der(tags.bitString, Buffer.from([unusedBits]), bytes)
}

/** The first two numbers share a byte, the others are base 128 with a bit that says "more follows" (X.690 8.19). */
function objectId(...[first = 0, second = 0, ...rest]: readonly number[]): Buffer {
  return der(tags.objectId, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]))
}

function base128(value: number): readonly number[] {
  const low = [value % 0x80]
  for (let left = Math.floor(value / 0x80); left > 0; left = Math.floor(left / 0x80)) {
    low.unshift(0x80 | (left % 0x80))
  }
  return low
}

const sha256WithRsa = sequence(objectId(1, 2, 840, 113549, 1, 1, 11), der(tags.null))

function commonName(name: string): Buffer {
  const attribute = sequence(objectId(2, 5, 4, 3), der(tags.utf8String, Buffer.from(name)))
  return sequence(der(tags.set, attribute))
}

/** Two digits of the year until 2049, four from then on and before 1950 (RFC 5280 4.1.2.5). */
function time(instant: number): Buffer {
  const digits = `${new Date(instant).toISOString().slice(0, 19).replace(/[-T:]/g, '')}Z`
  const short = digits >= '1950' && digits < '2050'
  return der(short ? tags.utcTime : tags.generalizedTime, Buffer.from(short ? digits.slice(2) : digits))
}

function extension(id: Buffer, content: Buffer): Buffer {
  return sequence(id, der(tags.boolean, Buffer.from([0xff])), der(tags.octetString, content))
}

/** basicConstraints: an empty sequence says that it is no authority. */
const notAnAuthority = extension(objectId(2, 5, 29, 19), sequence())
/** keyUsage: the first bit is digitalSignature, the other seven do not count. */
const onlySigns = extension(objectId(2, 5, 29, 15), bitString(Buffer.from([0x80]), 7))

function pem(certificate: Buffer): string {
  const text = certificate.toString('base64')
  const lines = Array.from({ length: Math.ceil(text.length / pemLine) }, (_, line) =>
    text.slice(line * pemLine, (line + 1) * pemLine),
  )
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}
