/**
 * A refresh token, client secret or private key in memory. However it is printed, logged, serialised or
 * inspected, it shows `[secret]`; only `reveal()` gives the text, so every use can be found by searching.
 */
export class Secret {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  /** The text itself. Call it at the last moment: in a request body or a keychain write. */
  reveal(): string {
    return this.#text
  }

  /** Bytes in UTF-8. Google: code ≤ 256, access ≤ 2048, refresh ≤ 512 (google-oauth.md 2.4). */
  get byteLength(): number {
    return Buffer.byteLength(this.#text)
  }

  equals(other: Secret): boolean {
    return this.#text === other.#text
  }

  toString(): string {
    return '[secret]'
  }

  toJSON(): string {
    return '[secret]'
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[secret]'
  }
}
