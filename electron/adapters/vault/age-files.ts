/** The age file format: files under a passphrase, and files under a key that such a file holds. */
import { randomBytes } from 'node:crypto'
import type * as Age from 'age-encryption'
import { Secret } from '../../core/secret.ts'
import { passphraseIdentity, passphraseRecipient } from './passphrase-stanza.ts'

let library: Promise<typeof Age> | null = null

/** Loaded when a vault is used: most people have a keychain. */
function age(): Promise<typeof Age> {
  library ??= import('age-encryption')
  return library
}

/** Encrypts and decrypts with the key of one vault. Holds it for as long as somebody holds the seal. */
export interface Seal {
  encrypt(bytes: Uint8Array): Promise<Uint8Array>
  /** Null for what is no age file, is damaged, or belongs to another key. */
  decrypt(bytes: Uint8Array): Promise<Uint8Array | null>
}

/** A new X25519 identity, `AGE-SECRET-KEY-1…`. */
export async function newIdentity(): Promise<Secret> {
  return new Secret(await (await age()).generateX25519Identity())
}

/** Null for a text that is no identity. */
export async function sealOf(identity: Secret): Promise<Seal | null> {
  const { Decrypter, Encrypter, identityToRecipient } = await age()
  const recipient = await settled(() => identityToRecipient(identity.reveal()))
  if (recipient === null) return null
  return {
    encrypt: (bytes) => {
      const encrypter = new Encrypter()
      encrypter.addRecipient(recipient)
      return encrypter.encrypt(bytes)
    },
    decrypt: (bytes) =>
      settled(() => {
        const decrypter = new Decrypter()
        decrypter.addIdentity(identity.reveal())
        return decrypter.decrypt(bytes)
      }),
  }
}

/** Encrypts a short text under a passphrase. `workFactor` is log2 of scrypt's cost. */
export async function sealWithPassphrase(
  text: Secret,
  passphrase: Secret,
  workFactor: number,
): Promise<Uint8Array> {
  const { Encrypter, Stanza } = await age()
  const encrypter = new Encrypter()
  const random = (bytes: number): Uint8Array => new Uint8Array(randomBytes(bytes))
  encrypter.addRecipient(passphraseRecipient(passphrase, { workFactor, random, Stanza }))
  return encrypter.encrypt(text.reveal())
}

export type Opened =
  | { readonly kind: 'opened'; readonly text: Secret }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'damaged' }

export async function openWithPassphrase(file: Uint8Array, passphrase: Secret): Promise<Opened> {
  const { Decrypter } = await age()
  const identity = passphraseIdentity(passphrase)
  const text = await settled(() => {
    const decrypter = new Decrypter()
    decrypter.addIdentity(identity)
    return decrypter.decrypt(file, 'text')
  })
  if (text !== null) return { kind: 'opened', text: new Secret(text.trim()) }
  return { kind: identity.wrong ? 'wrong' : 'damaged' }
}

/** The library throws for whatever does not fit; what it says may name parts of the file. */
async function settled<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work()
  } catch {
    return null
  }
}
