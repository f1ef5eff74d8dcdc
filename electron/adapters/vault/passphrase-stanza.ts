/**
 * Passphrases as age has them (C2SP age, section "scrypt recipient stanza"). The library would compute scrypt on the
 * event loop, which then stands still for more than a second; this uses Node's own, on another thread.
 */
import { scrypt as scryptWithCallback } from 'node:crypto'
import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import type { Identity, Recipient, Stanza } from 'age-encryption'
import type { Secret } from '../../core/secret.ts'

/** Log2 of the cost. 18 takes about a second and 256 MiB, as the age tool chooses. */
export const usualWorkFactor = 18
/** A file that asks for more was not made by us, and only costs time. */
const largestWorkFactor = 20
const saltBytes = 16
const sealedKeyBytes = 32
const label = Buffer.from('age-encryption.org/v1/scrypt')
/** Each key is used once, so the nonce is fixed. */
const nonce = new Uint8Array(12)

/** The class of the library, which is loaded only when a vault is used. */
type StanzaClass = new (args: string[], body: Uint8Array) => Stanza

/** Seals a file's key with a passphrase. */
export function passphraseRecipient(
  passphrase: Secret,
  options: {
    readonly workFactor: number
    readonly random: (bytes: number) => Uint8Array
    readonly Stanza: StanzaClass
  },
): Recipient {
  const { workFactor, random, Stanza } = options
  return {
    async wrapFileKey(fileKey) {
      const salt = random(saltBytes)
      const key = await stretched(passphrase, salt, workFactor)
      const args = ['scrypt', unpadded(salt), String(workFactor)]
      return [new Stanza(args, chacha20poly1305(key, nonce).encrypt(fileKey))]
    },
  }
}

export interface PassphraseIdentity extends Identity {
  /** The file is sealed with a passphrase, and with another one. */
  readonly wrong: boolean
}

/** Opens what `passphraseRecipient`, or the age tool, has sealed. */
export function passphraseIdentity(passphrase: Secret): PassphraseIdentity {
  let wrong = false
  return {
    get wrong() {
      return wrong
    },
    async unwrapFileKey(stanzas) {
      const sealed = readStanza(stanzas)
      if (!sealed) return null
      const key = await stretched(passphrase, sealed.salt, sealed.workFactor)
      try {
        return chacha20poly1305(key, nonce).decrypt(sealed.body)
      } catch {
        wrong = true
        return null
      }
    },
  }
}

/** Null for a file that has no passphrase, or more than that one way in. */
function readStanza(
  stanzas: readonly Stanza[],
): { readonly salt: Uint8Array; readonly workFactor: number; readonly body: Uint8Array } | null {
  const [stanza] = stanzas
  const [kind, saltText = '', factorText = '', ...more] = stanza?.args ?? []
  if (!stanza || stanzas.length > 1 || kind !== 'scrypt' || more.length > 0) return null
  const salt = Buffer.from(saltText, 'base64')
  const workFactor = /^[1-9]\d?$/.test(factorText) ? Number(factorText) : Infinity
  const fits =
    unpadded(salt) === saltText && salt.length === saltBytes && stanza.body.length === sealedKeyBytes
  return fits && workFactor <= largestWorkFactor ? { salt, workFactor, body: stanza.body } : null
}

function stretched(passphrase: Secret, salt: Uint8Array, workFactor: number): Promise<Uint8Array> {
  const cost = 2 ** workFactor
  const options = { N: cost, r: 8, p: 1, maxmem: 2 * 128 * 8 * cost }
  return new Promise((resolve, reject) => {
    scryptWithCallback(passphrase.reveal(), Buffer.concat([label, salt]), 32, options, (error, key) => {
      if (error) reject(error)
      else resolve(new Uint8Array(key))
    })
  })
}

function unpadded(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '')
}
